"""Questions turned so that their passages no longer answer them."""

from random import Random

import pytest

from bot.reader.examples import Example, Read
from bot.reader.hard_negatives import HardNegatives

TEXT = "The bell of Merrin was cast in 1702, long before Osk Tal came from Pell."


def asked(question: str, text: str = TEXT, title: str = "Merrin") -> Example:
    return Example(question, "home.json", title, False, (Read(text, 0.5, True, True, ((0, 3),)),))


def twisted(question: str, *others: str) -> set[str | None]:
    """All that comes out, whatever is drawn."""
    negatives = HardNegatives([asked(question), *map(asked, others)])
    return {negatives.of(asked(question), Random(number)) for number in range(200)}


def test_a_name_gives_way_to_one_that_the_passage_does_not_hold():
    assert twisted(
        "Why did they wait for Osk Tal?", "Why did they look for Ima Roth?", "Who went to Pell?"
    ) == {
        "Why did they wait for Ima Roth?",
        "Why didn't they wait for Osk Tal?",
    }


def test_a_number_gives_way_to_another_of_the_same_article():
    elsewhere = asked("Who was there in 1999?", title="Pell")
    negatives = HardNegatives([asked("Who was there in 1702?"), asked("Who was there in 1840?"), elsewhere])
    found = {negatives.of(asked("Who came in 1702?"), Random(number)) for number in range(50)}
    assert found == {"Who came in 1840?"}


@pytest.mark.parametrize(
    ("question", "turned"),
    [
        ("Who came before the bell was cast?", "Who came after the bell was cast?"),
        ("Who was the last ringer?", "Who was the first ringer?"),
    ],
)
def test_the_sense_is_turned_round(question: str, turned: str):
    assert turned in twisted(question)


def test_a_question_is_negated_now_and_then():
    found = [HardNegatives([]).of(asked("Who was there?"), Random(number)) for number in range(400)]
    assert set(found) == {None, "Who wasn't there?"}
    assert found.count(None) / len(found) == pytest.approx(0.75, abs=0.08)


def test_what_cannot_be_turned_is_left():
    assert twisted("Who rings?") == {None}
