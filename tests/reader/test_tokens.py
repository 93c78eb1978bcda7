"""Texts as tokens of the embedded model, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bot.reader.tokens import LONGEST_QUESTION, MOST_TOKENS, Tokens, padded, pairs

FIRST, APART = "[CLS]", "[SEP]"
TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from(
        ["Ferry", "Ålborg", "don't", "日本", "1871", "…", "\n", "e\u0301", "ﬁsh", "😀", "\u200b", "x" * 120]
    )
).map(" ".join)


def one(words: Tokenizer, question: str, passage: str) -> Tokens:
    [tokens] = pairs(words, question, [passage])
    return tokens


def named(words: Tokenizer, tokens: Tokens) -> list[str]:
    return [words.id_to_token(number) for number in tokens.ids.tolist()]


def slices(tokens: Tokens, passage: str) -> list[str]:
    return [passage[start:end] for start, end in tokens.offsets.tolist() if start >= 0]


def test_a_question_beside_a_passage(words: Tokenizer):
    passage = "The  Ferrymen\nleave."
    tokens = one(words, "Who left?", passage)
    assert named(words, tokens) == [
        FIRST, "who", "left", "?", APART, "the", "ferry", "##men", "leave", ".", APART,
    ]  # fmt: skip
    assert tokens.types.tolist() == [0] * 5 + [1] * 6
    assert tokens.offsets[:5].tolist() == [[-1, -1]] * 5
    assert tokens.offsets[-1].tolist() == [-1, -1]
    assert slices(tokens, passage) == ["The", "Ferry", "men", "leave", "."]


def test_passages_stay_in_order_and_are_not_filled_up(words: Tokenizer):
    found = pairs(words, "?", ["Late.", "", "It was very late."])
    assert [len(tokens.ids) for tokens in found] == [3 + 3, 3 + 1, 3 + 6]
    assert (slices(found[0], "Late."), slices(found[1], "")) == (["Late", "."], [])
    assert pairs(words, "?", []) == []


def test_a_long_passage_is_cut_and_the_question_is_not(words: Tokenizer):
    passage = "word " * 1000
    tokens = one(words, "Which word is it?", passage)
    assert len(tokens.ids) == MOST_TOKENS
    names = named(words, tokens)
    assert names[:7] == [FIRST, "which", "word", "is", "it", "?", APART]
    assert names[-1] == APART
    assert slices(tokens, passage) == ["word"] * (MOST_TOKENS - 8)
    assert tokens.offsets[-2].tolist() == [5 * (MOST_TOKENS - 9), 5 * (MOST_TOKENS - 9) + 4]


@pytest.mark.parametrize(
    "character", ["a", "a ", "中", "한 ", "ﷺ ", "½", "😀", "㍿ ", "? ", "\n", "\0"], ids=ascii
)
def test_a_question_of_any_length_leaves_room_for_the_passage(words: Tokenizer, character: str):
    passage = "The ferry leaves on Tuesday."
    for length in (LONGEST_QUESTION, 10 * LONGEST_QUESTION):
        tokens = one(words, character * length, passage)
        assert len(tokens.ids) <= MOST_TOKENS
        assert slices(tokens, passage)[:2] == ["The", "ferry"]


def test_what_comes_after_the_longest_question_is_not_read(words: Tokenizer):
    long = "why " * LONGEST_QUESTION
    cut, whole = one(words, long, "x"), one(words, long[:LONGEST_QUESTION], "x")
    assert cut.ids.tolist() == whole.ids.tolist()


@given(st.text(max_size=40), TEXTS)
def test_tokens_of_any_passage_stand_in_it(words: Tokenizer, question: str, passage: str):
    tokens = one(words, question, passage)
    assert len(tokens.ids) == len(tokens.types) == len(tokens.offsets)
    inside = tokens.offsets[:, 0] >= 0
    assert set(tokens.types.tolist()) == {0, 1}
    assert (tokens.types[inside] == 1).all()
    assert (tokens.offsets[~inside] == -1).all()
    starts, ends = tokens.offsets[inside].T
    assert ((starts < ends) & (ends <= len(passage))).all()
    assert (np.diff(starts) >= 0).all()
    assert (np.diff(ends) >= 0).all()


@given(st.lists(st.text("abcXYZ019.,'()-", min_size=1, max_size=12), max_size=20))
def test_tokens_are_the_passages_own_letters(words: Tokenizer, parts: list[str]):
    passage = " ".join(parts)
    tokens = one(words, "?", passage)
    assert "".join(slices(tokens, passage)) == passage.replace(" ", "")
    inside = named(words, tokens)[3:-1]
    assert [name.removeprefix("##") for name in inside if name != "[UNK]"] == [
        text.lower() for text, name in zip(slices(tokens, passage), inside, strict=True) if name != "[UNK]"
    ]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (0, 3, ["The"]),
        (4, 9, ["ferry"]),
        (5, 6, ["ferry"]),
        (3, 4, []),
        (2, 11, ["The", "ferry", "leaves"]),
        (99, 100, []),
    ],
)
def test_tokens_between_two_places(words: Tokenizer, start: int, end: int, found: list[str]):
    passage = "The ferry leaves."
    tokens = one(words, "When does it leave?", passage)
    numbers = tokens.between(start, end)
    assert [passage[slice(*tokens.offsets[number])] for number in numbers] == found


@given(st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=5))
def test_rows_are_filled_up_with_zeros(rows: list[list[int]]):
    filled = padded([np.array(row, np.int64) for row in rows])
    longest = max(map(len, rows))
    assert filled.tolist() == [row + [0] * (longest - len(row)) for row in rows]
