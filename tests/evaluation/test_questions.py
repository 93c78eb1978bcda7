"""Question files: both formats, what is skipped, and what is said of those that are wrong."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.questions import (
    LEARNED,
    NO_ANSWER,
    NOT_FOREIGN,
    TO_REVIEW,
    Collection,
    Place,
    Question,
    lay_out,
    plain_quotes,
    read,
    read_squad,
)
from bot.feedback import Feedback
from index.errors import QuestionsError
from index.records import Document, Passage
from tests.evaluation.conftest import ABOUT_BREAD, ABOUT_LIGHTHOUSE, BREAD, KEEPERS, LIGHTHOUSE, asked, squad
from tests.found import FOUND, LOST


def passage(text: str, source: str = "a.txt", start: int = 0, end: int | None = None) -> Passage:
    return Passage(Document(source, "", text, ""), start, len(text) if end is None else end, "")


def lines(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


# -------------------------------------------------------------------------------------- JSON Lines


def test_json_lines(club: Path):
    collection = read([club])
    assert collection.articles == ()
    assert [(question.kind, len(question.evidence)) for question in collection.questions] == [
        ("fact", 1), ("fact", 1), ("list", 2), ("unanswerable", 0),
    ]  # fmt: skip
    assert collection.questions[1] == Question(
        "When does the ferry to Iceland leave?", "fact", ("on Tuesday",), None
    )


def test_empty_lines_and_a_byte_order_mark_are_let_be(tmp_path: Path):
    file = tmp_path / "q.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"question": "Why?", "kind": "unanswerable"}\r\n\r\n')
    assert read([file]).questions == (Question("Why?", "unanswerable"),)


def test_the_export_of_the_feedback_is_read_and_what_needs_review_is_counted(tmp_path: Path):
    log = Feedback(tmp_path / "feedback.sqlite", tmp_path)
    log.add(FOUND, "g1", "good", "anne")
    log.add(FOUND, "g1", "bad", "bob")
    log.add(LOST, "g1", "good", "carl")
    collection = read([lines(tmp_path / "feedback.jsonl", *log.export())])
    assert collection.questions == (
        Question(FOUND.question, "fact", ("The ferry leaves on Tuesday.",)),
        Question(LOST.question, "unanswerable"),
    )
    assert collection.skipped == {TO_REVIEW: 1}


def test_a_follow_up_is_asked_as_it_was_searched_for(tmp_path: Path):
    row = {"question": "why?", "searched_for": "why did it rain?", "kind": "unanswerable", "evidence": []}
    assert read([lines(tmp_path / "q.jsonl", row)]).questions[0].text == "why did it rain?"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "input data was truncated"),
        ("no", "input data was truncated"),
        ("[]", "expected `object`, got `array`"),
        ('{"kind": "fact"}', "object missing required field `question`"),
        ('{"question": "?", "kind": "guess"}', "invalid enum value 'guess' - at `$.kind`"),
        ('{"question": " ", "kind": "unanswerable"}', "the question is empty"),
        ('{"question": "?", "kind": "fact", "evidence": [" "]}', 'of kind "fact", and without evidence'),
        (
            '{"question": "?", "kind": "unanswerable", "evidence": ["yes"]}',
            'of kind "unanswerable", and with evidence',
        ),
        (
            '{"question": "?", "kind": "fact", "evidence": [1]}',
            "expected `str`, got `int` - at `$.evidence[0]`",
        ),
    ],
)  # fmt: skip
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str, reason: str):
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "Why?", "kind": "unanswerable"}\n\n' + line, encoding="utf-8")
    with pytest.raises(QuestionsError) as raised:
        read([file])
    assert str(raised.value) == f"{file}, line 3: {reason}"


def test_bytes_that_are_no_text(tmp_path: Path):
    file = tmp_path / "q.jsonl"
    file.write_bytes(b'{"question": "\xff?", "kind": "unanswerable"}')
    with pytest.raises(QuestionsError, match=r"q.jsonl, line 1: .*utf-8"):
        read([file])


def test_files_that_are_not_there_or_hold_nothing(tmp_path: Path):
    with pytest.raises(QuestionsError, match=r"The questions .*none.jsonl cannot be read: No such file"):
        read([tmp_path / "none.jsonl"])
    with pytest.raises(QuestionsError, match="cannot be read: Is a directory"):
        read([tmp_path])
    review = lines(tmp_path / "q.jsonl", {"question": "?", "kind": "review"})
    with pytest.raises(QuestionsError, match=r"no question to ask in .*q.jsonl, 1 to be reviewed\.$"):
        read([review])


# ------------------------------------------------------------------------------------------- SQuAD


def test_squad(lighthouse: Path, tmp_path: Path):
    collection = read([lighthouse])
    (article,) = collection.articles
    assert article.source == "lighthouse-0/Ronsund__lighthouse_.txt"
    assert article.text == f"{LIGHTHOUSE}\n\n{KEEPERS}\n\n"
    assert article.questions == collection.questions
    start = len(LIGHTHOUSE) + 2
    assert collection.questions[3] == Question(
        "Who was the last keeper?",
        "fact",
        ("Jonas Berg",),
        Place(article.source, start, start + len(KEEPERS)),
        ((start + KEEPERS.index("Jonas"), start + KEEPERS.index(", stayed")),),
    )
    assert collection.questions[2] == Question(
        "Who painted the lighthouse of Ronsund?",
        "unanswerable",
        (),
        Place(article.source, 0, len(LIGHTHOUSE)),
    )
    assert [[article.text[slice(*span)] for span in question.spans] for question in article.questions] == [
        ["the engineer Ada Holm", "Ada Holm"], ["the Old Candle"], [], ["Jonas Berg"],
    ]  # fmt: skip
    lay_out(collection.articles, tmp_path / "docs")
    assert (tmp_path / "docs" / article.source).read_bytes() == article.text.encode()


def test_files_are_read_together_and_the_same_article_only_once(
    lighthouse: Path, bread: Path, tmp_path: Path
):
    (tmp_path / "other").mkdir()
    again = tmp_path / "other" / "lighthouse.json"
    more = (ABOUT_LIGHTHOUSE[0], [*ABOUT_LIGHTHOUSE[1]])
    more[1][1] = (KEEPERS, [asked("Until when were there three?", "1953")])
    again.write_text(squad(more, ("Ronsund", [(KEEPERS, [])])), encoding="utf-8")
    collection = read([lighthouse, bread, again, lighthouse])
    assert [article.source for article in collection.articles] == [
        "lighthouse-0/Ronsund__lighthouse_.txt", "bread-0/Tolva_bread.txt", "lighthouse_2-1/Ronsund.txt",
    ]  # fmt: skip
    texts = [question.text for question in collection.questions]
    assert len(texts) == len(set(texts)) == 6
    places = {question.place.source for question in collection.questions if question.place}
    assert places == {"lighthouse-0/Ronsund__lighthouse_.txt", "bread-0/Tolva_bread.txt"}


def test_questions_without_answer_are_counted_and_plausible_answers_are_none(tmp_path: Path):
    impossible = {**asked("Who sold it?", "Ada Holm"), "is_impossible": True}
    nothing = {**asked("Who?"), "is_impossible": False}
    blank = asked("What?", " ")
    file = tmp_path / "q.json"
    file.write_text(squad((".net/..", [(LIGHTHOUSE, [impossible, nothing, blank])])), encoding="utf-8")
    collection = read([file])
    assert collection.questions == (
        Question("Who sold it?", "unanswerable", (), Place("q-0/net_...txt", 0, len(LIGHTHOUSE))),
    )
    assert collection.skipped == {NO_ANSWER: 2}
    assert collection.articles[0].source == "q-0/net_...txt"


def test_a_blank_line_within_a_paragraph_begins_no_other(tmp_path: Path):
    file = tmp_path / "q.json"
    file.write_text(squad(("", [("One.\n \nTwo.", [asked("?", "Two")])])), encoding="utf-8")
    (article,) = read_squad([file])
    assert (article.source, article.text) == ("q-0/q_0.txt", "One.\nTwo.\n\n")


@pytest.mark.parametrize(
    ("answer", "marked", "found"),
    [
        ("lamp", 0, 9),
        ("lamp", 30, 33),
        ("lamp", 22, 33),  # nearer to the second
        ("lamp", 10**6, 33),
        ("  lamp ", 33, 33),
        ("lamps", 9, None),
        ("a (lamp", 31, 30),  # no pattern, but text
    ],
)
def test_an_answer_stands_where_it_is_nearest_to_what_was_marked(
    tmp_path: Path, answer: str, marked: int, found: int | None
):
    here = "It has a lamp. Another is now a (lamp) too."
    assert [match.start() for match in re.finditer("lamp", here)] == [9, 33]
    row = {**asked("?", answer), "answers": [{"text": answer, "answer_start": marked}]}
    file = tmp_path / "q.json"
    file.write_text(squad(("t", [("Before.", []), (here, [row])])), encoding="utf-8")
    (article,) = read_squad([file])
    begin = article.text.index(here)
    spans = [(start - begin, end - begin) for start, end in article.questions[0].spans]
    assert spans == ([] if found is None else [(found, found + len(answer.strip()))])


def test_answers_are_found_though_blank_lines_were_removed_before_them(tmp_path: Path):
    context = "One.\n \n\n\nTwo is two."
    row = {**asked("?", "two"), "answers": [{"text": "two", "answer_start": context.index("two")}]}
    file = tmp_path / "q.json"
    file.write_text(squad(("t", [(context, [row])])), encoding="utf-8")
    (article,) = read_squad([file])
    assert [article.text[start - 4 : end + 1] for start, end in article.questions[0].spans] == [" is two."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"data":\n\n[}', ", line 3: JSON is malformed: invalid character (byte 11)."),
        ('{"data": [', ", line 1: input data was truncated."),
        ('{"data": []}\n{}', ", line 2: JSON is malformed: trailing characters (byte 14)."),
        ('{"question": "?"}\n{}', " is not in SQuAD's format: object missing required field `data`."),
        (
            '{"data": [{"title": ""}]}',
            " is not in SQuAD's format: object missing required field `paragraphs`",
        ),
        ("[]", " is not in SQuAD's format: expected `object`, got `array`."),
    ],
)
def test_a_squad_file_that_is_wrong(tmp_path: Path, text: str, reason: str):
    file = tmp_path / "q.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsError) as raised:
        read([file])
    assert str(raised.value).startswith(f"{file}{reason}")
    assert ".jsonl" in str(raised.value)


def test_formats_do_not_mix(lighthouse: Path, club: Path):
    with pytest.raises(QuestionsError, match="Give one kind at a time"):
        read([club, lighthouse])


# ------------------------------------------------------------------------------------------ foreign


def test_foreign_questions_are_to_be_declined_but_not_those_about_indexed_articles(
    lighthouse: Path, club: Path, tmp_path: Path
):
    others = tmp_path / "others.json"
    same_text = ("Another title", [(KEEPERS, [asked("Who stayed on?", "Jonas Berg")])])
    others.write_text(squad(ABOUT_LIGHTHOUSE, ABOUT_BREAD, same_text), encoding="utf-8")
    collection = read([lighthouse], [others, club])
    foreign = [question for question in collection.questions if question.kind == "foreign"]
    assert [question.text for question in foreign][:2] == [
        "How long is rye bread baked?", "Where was the meeting held?",
    ]  # fmt: skip
    assert len(foreign) == 5
    assert not any(question.evidence or question.place for question in foreign)
    assert collection.skipped == {NOT_FOREIGN: 5}
    assert [article.title for article in collection.articles] == ["Ronsund_(lighthouse)"]


def test_foreign_questions_to_the_index_at_hand(club: Path, bread: Path):
    collection = read([club], [bread])
    assert Counter(question.kind for question in collection.questions)["foreign"] == 1
    assert collection.articles == ()


def test_what_the_reader_learned_from_is_indexed_but_not_asked_about(
    lighthouse: Path, bread: Path, club: Path
):
    collection = read([lighthouse, bread], learned={"Tolva bread"})
    assert [article.title for article in collection.articles] == ["Ronsund_(lighthouse)", "Tolva bread"]
    assert [question.text for question in collection.questions] == [
        question.text for question in read([lighthouse]).questions
    ]
    assert collection.skipped == {LEARNED: 1}
    foreign = read([club], [lighthouse, bread], {"Ronsund_(lighthouse)"})
    assert [question.text for question in foreign.questions if question.kind == "foreign"] == [
        "How long is rye bread baked?"
    ]
    assert foreign.skipped == {LEARNED: 4}
    with pytest.raises(QuestionsError, match=r", 1 about articles that the reader learned from\.$"):
        read([bread], learned={"Tolva bread"})


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 5))
def test_a_greater_sample_holds_the_smaller_one(one: int, other: int, seed: int):
    questions = tuple(Question(str(n), "fact" if n % 3 else "foreign") for n in range(20))
    everything = Collection(questions, (), {})
    small, large = (set(everything.sample(n, seed).questions) for n in sorted((one, other)))
    assert small <= large
    assert len(small) == min(one, other) + min(one, other, 7)
    assert everything.sample(None, seed) is everything
    chosen = everything.sample(one, seed).questions
    assert list(chosen) == sorted(chosen, key=lambda question: int(question.text))


# ------------------------------------------------------------------------------------------ judging


def test_right_by_evidence_whatever_the_spaces_and_quotes():
    question = Question("?", "list", ('say "definitely"', "It's  late"))
    here = passage("They\u00a0say\n“definitely”. It’s late, and dark.")
    assert question.answered_by(here)
    assert question.given_by("They\u00a0say\n“definitely”.", here) == (0,)
    assert question.given_by("It’s late, and dark.", here) == (1,)
    assert question.given_by("and dark.", here) == ()
    assert Question("?", "fact", ("the long road is dark",)).given_by("road is dark", here) == (0,)
    assert not Question("?", "fact", ("Late",)).answered_by(here)  # case counts
    assert plain_quotes(" ‘a’\t„b“ ") == "'a' \"b\""


def test_right_by_place():
    text = f"{BREAD}\n\n{KEEPERS}"
    question = Question("?", "fact", ("1953", "caraway"), Place("a.txt", 0, len(BREAD)))
    right, wrong = passage(text, end=len(BREAD)), passage(text, start=len(BREAD) + 2)
    assert question.answered_by(right)
    assert question.answered_by(passage(text, start=len(BREAD) - 1))
    assert not question.answered_by(wrong)
    assert not question.answered_by(passage(text, "b.txt", end=len(BREAD)))
    assert question.given_by("add caraway seeds", right) == (1,)
    assert question.given_by("until 1953", wrong) == ()
    assert question.given_by("car", right) == ()  # here the quote has to hold the answer


def test_the_key_names_all_that_a_question_is_judged_by():
    variants = [
        Question("a", "fact", ("b",)),
        Question("a", "list", ("b",)),
        Question("a", "fact", ("c",)),
        Question("a", "fact", ("b",), Place("s", 0, 1)),
        Question("a", "fact", ("b",), Place("s", 0, 1), ((0, 1),)),
    ]
    assert len({question.key for question in variants}) == 5
    assert Question("a", "fact", ("b",)).key == variants[0].key


@pytest.mark.parametrize(
    ("said", "accepted", "overlap"),
    [
        ("Ada Holm", ("Ada Holm",), 1.0),
        ("the ENGINEER, Ada Holm.", ("an engineer Ada Holm",), 1.0),
        ("Ada", ("Ada Holm",), 2 / 3),
        ("engineer Ada Holm", ("Jonas", "Ada Holm"), 0.8),  # the accepted answer that is most like it
        ("two two", ("two",), 2 / 3),
        ("Berg", ("Ada Holm",), 0.0),
        ("the", ("the",), 0.0),
        ("", ("Ada",), 0.0),
        ("Ada", (), 0.0),
    ],
)
def test_overlap_with_an_accepted_answer(said: str, accepted: tuple[str, ...], overlap: float):
    assert Question("?", "fact", accepted).overlap(said) == pytest.approx(overlap)


@given(st.text("ab .,", max_size=12), st.lists(st.text("ab .,", max_size=12), max_size=3))
def test_overlap_is_a_share_and_more_accepted_answers_never_lower_it(said: str, accepted: list[str]):
    all_of_them = Question("?", "fact", tuple(accepted)).overlap(said)
    singly = [Question("?", "fact", (one,)).overlap(said) for one in accepted]
    assert all_of_them == max(singly, default=0.0)
    assert 0 <= all_of_them <= 1
