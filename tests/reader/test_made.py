"""Documents that are made: the answer is marked, its twin lacks it, and what is held out stays so."""

from collections import Counter

import pytest

from bot.reader import made
from bot.reader.examples import Example

MADE = made.examples(600, 3)
HELD = made.examples(200, 3, held=True)


def test_the_same_seed_makes_the_same():
    assert made.examples(50, 3) == MADE[:50]
    assert made.examples(50, 4) != MADE[:50]


def test_every_kind_and_language_is_made():
    assert Counter(example.title for example in MADE).keys() == {"made records", "made rules", "made steps"}
    questions = " ".join(example.question for example in MADE)
    assert all(word in questions for word in ("What", "¿", "Сколько", "谁", "Wer", "Combien"))


@pytest.mark.parametrize("example", MADE[:200], ids=str)
def test_the_right_document_comes_first_and_marks_its_answer(example: Example):
    first, *others = example.reads
    assert first.right == bool(first.spans)
    assert not any(read.right or read.spans for read in others)
    said = {first.text[start:end] for start, end in first.spans}
    assert len(said) <= 1
    assert all(text.strip() == text != "" for text in said)


def test_a_share_of_the_questions_has_no_answer():
    absent = sum(not example.reads[0].right for example in MADE) / len(MADE)
    assert 0.12 < absent < 0.28


def test_what_is_held_out_is_in_nothing_that_is_learned():
    def headings(examples: list[Example]) -> set[str]:
        return {read.text.split("\n")[0].split(" › ")[-1] for one in examples for read in one.reads}

    assert {"Library", "Campsite"} <= headings(HELD)
    assert not {"Library", "Campsite", "Our branches", "Feeding the animals"} & headings(MADE)
    assert all(example.held_out for example in HELD)
    assert not any(example.held_out for example in MADE)
    assert any(" → " in read.text for example in HELD for read in example.reads)
    assert not any(" → " in read.text for example in MADE for read in example.reads)


@pytest.mark.parametrize(
    ("value", "kind"), [("KX-4471", "code"), ("1924", "year"), ("Ada Holm", "person"), ("12 April", "date")]
)
def test_a_twin_is_nearly_the_same(value: str, kind: str):
    import random

    twin = made._near(value, kind, "en", random.Random(1))
    assert twin is not None
    assert twin != value
    if kind == "person":
        assert set(twin.split()) & set(value.split())
    else:
        assert sum(a != b for a, b in zip(twin, value, strict=True)) == 1
