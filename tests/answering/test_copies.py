"""Copies and near copies among evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import copies
from bot.answering.copies import distinct
from bot.answering.scoring import Evidence
from index.records import Document, Part, Passage, Unit
from tests.answering.evidence import ALL, SURE


def said(text: str, source: str = "a.txt", score: float = 0.5, before: str = "") -> Evidence:
    """A unit that is all of its document but for what stands before it."""
    passage = Passage(Document(source, source, before + text, ""), 0, len(before + text))
    return Evidence(Unit(passage, len(before), len(before + text)), ALL, score, SURE)


def places(evidence: Evidence) -> list[tuple[str, int]]:
    return [(unit.passage.document.source, unit.start) for unit in evidence.also]


LONG = "The ferry to Iceland leaves from Hirtshals every Tuesday at 15:00 from the western pier"


@pytest.mark.parametrize(
    "copy",
    [
        LONG,
        LONG.upper(),
        f"{LONG}!",
        LONG.replace(" ", "\n  "),
        LONG.replace("western", "northern"),  # 14 of 16 words together
        LONG.replace("The ferry", "Ferry"),
    ],
    ids=["equal", "capitals", "another end", "other gaps", "another word", "a word less"],
)
def test_copies_are_one_and_it_knows_where_the_other_stands(copy: str):
    first, second = said(LONG, "a.txt", 0.9), said(copy, "b.txt", 0.8, before="Note: ")
    [kept] = distinct([first, second])
    assert (kept.unit, kept.score) == (first.unit, 0.9)
    assert places(kept) == [("b.txt", 6)]


@pytest.mark.parametrize(
    "other",
    [
        LONG.replace("15:00", "16:00"),
        LONG.replace("at 15:00", "at noon"),
        f"{LONG} 3",
        LONG.replace("15:00", "00:15"),
        LONG.replace("Iceland", "Norway").replace("western", "northern"),  # 13 of 17 words
        "The ferry leaves.",
    ],
    ids=["another number", "no number", "one more number", "numbers turned", "other words", "short"],
)
def test_what_says_something_else_is_kept(other: str):
    evidence = [said(LONG, "a.txt", 0.9), said(other, "b.txt", 0.8)]
    assert distinct(evidence) == evidence


def test_short_units_are_copies_only_where_all_words_are_the_same():
    one, other, same = (
        said("Pia has the key."),
        said("Pia has a key.", "b.txt"),
        said("pia has the key", "c.txt"),
    )
    kept, another = distinct([one, other, same])
    assert (kept.unit, places(kept)) == (one.unit, [("c.txt", 0)])
    assert another == other


def test_all_other_places_are_known_in_the_order_of_evidence():
    evidence = [said(LONG, source) for source in ("a.txt", "c.txt", "b.txt", "d/e.txt")]
    [kept] = distinct(evidence)
    assert places(kept) == [("c.txt", 0), ("b.txt", 0), ("d/e.txt", 0)]


def test_a_unit_that_is_there_twice_is_not_also_elsewhere():
    [kept] = distinct([said(LONG), said(LONG)])
    assert kept.also == ()


def test_the_same_in_another_place_of_the_document_is_elsewhere():
    passage = Passage(Document("a.txt", "A", "Yes. No. Yes.", ""), 0, 13)
    units = [Unit(passage, *span) for span in ((0, 4), (5, 8), (9, 13))]
    kept, other = distinct([Evidence(unit, ALL, 0.5, SURE) for unit in units])
    assert (places(kept), places(other)) == ([("a.txt", 9)], [])


def test_copies_are_told_by_what_is_shown():
    row, text = "| Saturday | closed |", "day: Saturday, hours: closed"
    parts = (Part(2, 10, "day: "), Part(13, 19, " · hours: "))
    passage = Passage(Document("a.md", "A", row, ""), 0, len(row))
    shown = Evidence(Unit(passage, 0, len(row), "row", parts=parts), ALL, 0.9, SURE)
    [kept] = distinct([shown, said(text, "b.txt")])
    assert (kept.unit, places(kept)) == (shown.unit, [("b.txt", 0)])


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 24), max_size=3)), max_size=12))
def test_each_near_copy_is_found_as_if_all_were_compared(edits: list[tuple[int, list[int]]]):
    bases = [tuple(f"{letter}{number}" for number in range(20)) for letter in "abc"]
    every = [
        copies._said(" ".join(word for n, word in enumerate(bases[base]) if n not in left_out))
        for base, left_out in edits
    ]
    found, added = copies._NearCopies(every), list[copies._Said]()
    for one in every:
        alike = next((number for number, other in enumerate(added) if copies._alike(one, other)), None)
        assert found.found_or_added(one) == alike
        if alike is None:
            added.append(one)


_words = st.lists(st.sampled_from(["the", "ferry", "leaves", "on", "a", "day", "1", "2"]), max_size=12)


@given(st.lists(_words.map(" ".join), max_size=8))
def test_every_unit_is_kept_or_known_to_the_one_that_is(texts: list[str]):
    evidence = [said(text, f"{number}.txt") for number, text in enumerate(texts)]
    kept = distinct(evidence)
    assert [one.unit for one in kept] == [
        one.unit for one in evidence if any(one.unit is other.unit for other in kept)
    ]  # in their order
    known = sorted(unit.passage.document.source for one in kept for unit in (one.unit, *one.also))
    assert known == [f"{number}.txt" for number in range(len(texts))]
