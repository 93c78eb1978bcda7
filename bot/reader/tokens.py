"""Text in, token ids out, and the way back to characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.reader.reading import between
from index.tokenizing import Encoding, SharedTokenizer, types

MOST_TOKENS = 320  # of question, passage and the marks between; the rest of a longer passage is not read
LONGEST_QUESTION = 300  # characters


def tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in a model's folder, cutting passages that are too long."""
    loaded: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    loaded.no_padding()
    loaded.enable_truncation(MOST_TOKENS, strategy="longest_first")
    return loaded


@dataclass(frozen=True, slots=True)
class Tokens:
    """A question and a passage as tokens.

    ``ids`` and ``types`` have the shape (tokens,); ``offsets``, of shape (tokens, 2), are where a token of
    the passage starts and ends in its text, in characters, and (-1, -1) for all others.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def between(self, start: int, end: int) -> NDArray[np.int64]:
        """The numbers of the tokens that lie in a stretch of the passage, in whole or in part."""
        return between(self.offsets, start, end)


def encode_pairs(
    by: Tokenizer | SharedTokenizer, question: str, passages: Sequence[str]
) -> Sequence[Encoding]:
    """The question, cut to what is read of it, beside each passage."""
    question = question[:LONGEST_QUESTION]
    return by.encode_batch([(question, passage) for passage in passages])


def offsets_of(found: Encoding) -> NDArray[np.int64]:
    """Where each token of the passage starts and ends in its text, shape (tokens, 2); (-1, -1) for others."""
    offsets = np.array(found.offsets, np.int64).reshape(-1, 2)
    offsets[[number != 1 for number in found.sequence_ids]] = -1
    return offsets


def pairs(by: Tokenizer, question: str, passages: Sequence[str]) -> list[Tokens]:
    """The question beside each passage."""
    return [
        Tokens(np.array(found.ids, np.int64), np.array(types(found), np.int64), offsets_of(found))
        for found in encode_pairs(by, question, passages)
    ]


def padded(rows: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Rows of like length, padded with zeros; shape (rows, longest)."""
    rectangle = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for number, row in enumerate(rows):
        rectangle[number, : len(row)] = row
    return rectangle
