"""Who was there: which questions ask it, in what other words, and what tells of absence."""

import pytest

from bot.answering.attendance import asks_who_was_there, tells_absence, wordings


@pytest.mark.parametrize(
    "question",
    [
        "Who took part?",
        "who participated",
        "Who was there?",
        "Who came?",
        "Who all was present?",
        "who is coming?",
    ],
)
def test_who_was_there_is_asked_in_other_words(question: str):
    others = ("Who attended?", "Who were the participants?", "Who sent someone?")
    assert wordings(question) == (question, *others)


@pytest.mark.parametrize(
    "question",
    [
        "Who took part in the spring regatta?",
        "who participated in the spring regatta?",
        "Who was present at the spring regatta?",
        "Who also came to the spring regatta?",
    ],
)
def test_the_event_is_named_in_each(question: str):
    assert wordings(question)[1:] == (
        "Who attended the spring regatta?",
        "Who were the participants of the spring regatta?",
        "Who sent someone to the spring regatta?",
    )


@pytest.mark.parametrize("event", ["Anna's wedding", "Boris’ party", "Mary Ann Lee's first recital"])
def test_the_event_may_be_somebodys(event: str):
    assert wordings(f"Who came to {event}?")[1] == f"Who attended {event}?"


@pytest.mark.parametrize(
    ("question", "event"),
    [
        ("Did the guild take part?", ""),
        ("did the guild attend?", ""),
        ("Was the guild there?", ""),
        ("Has the guild participated in the spring regatta?", "the spring regatta"),
        ("Was the guild present at the spring regatta", "the spring regatta"),
    ],
)
def test_whether_somebody_was_there_is_asked_in_the_words_of_texts(question: str, event: str):
    assert wordings(question) == (
        f"Did the guild attend{event and f' {event}'}?",
        f"Whom did the guild send{event and f' to {event}'}?",
    )
    assert not asks_who_was_there(question)


def test_it_is_not_asked_twice():
    assert wordings("who attended?") == ("who attended?", "Who were the participants?", "Who sent someone?")


@pytest.mark.parametrize(
    "question",
    [
        "Who refused to attend?",
        "who did not attend the meeting?",
        "Who came up with it?",
        "who attended in May?",
        "Who was there in May?",
        "who came to punish them?",
        "Who came to power?",
        "Which nations took part?",
        "Why did they attend?",
        "Did they attend at noon?",
        "Did they not attend?",
        "Did the war come to an end?",
        "Is there a fee?",
        "?",
    ],
)
def test_other_questions_stay_as_they_are(question: str):
    assert wordings(question) == (question,)
    assert not asks_who_was_there(question)


@pytest.mark.parametrize(
    ("sentence", "absent"),
    [
        ("The summit failed when the authorities refused to attend.", True),
        ("The ministry declined to take part, citing a lack of staff.", True),
        ("Petra Lund could not come because of illness.", True),
        ("Petra Lund couldn\u2019t be there.", True),
        ("They were unable to ever attend.", True),
        ("Ostland stayed away from the talks.", True),
        ("Dora Dean sent her apologies.", True),
        ("While officials are nowhere present, members of the council are attending.", False),
        ("Pakistan would definitely attend.", False),
        ("They did not agree, but all came.", False),
        ("", False),
    ],
)
def test_absence(sentence: str, absent: bool):
    assert asks_who_was_there("Who attended?")
    assert tells_absence(sentence) == absent
