"""A reader that needs no model: it knows some words, and says that a passage which holds them answers."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from bot.reader.reading import Reading

NO = -13.0  # log-odds of what answers nothing
SURE = 0.96  # of the probability, which falls on the words it knows


class WordReader:
    """Knows words, and with which log-odds a passage that holds them answers.

    Where it does not point at words, it is a cross-encoder, of which no more than log-odds are to be had.
    """

    name = "words"
    fingerprint = "words-1"

    def __init__(self, known: Mapping[str, float], *, points: bool = True) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.prepared = 0
        self._known = known
        self._points = points

    @property
    def read_texts(self) -> list[str]:
        """All texts that were read, in their order."""
        return [text for _, texts in self.asked for text in texts]

    def prepare(self) -> None:
        """See ``Reader``."""
        self.prepared += 1

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        self.asked.append((question, list(passages)))
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        found = [(passage.index(words), words) for words in self._known if words in passage]
        answers = max((self._known[words] for _, words in found), default=NO)
        tokens = [match.span() for match in re.finditer(r"\w+|[^\w\s]", passage)]
        if not self._points or not tokens:
            nothing = np.zeros(0, np.float32)
            return Reading(answers, nothing, nothing, np.zeros((0, 2), np.int64))
        offsets = np.array([(-1, -1), *tokens], np.int64)  # one token is not of the passage
        starts, ends = (np.full(len(offsets), (1 - SURE) / len(tokens), np.float32) for _ in range(2))
        starts[0] = ends[0] = 0
        for at, words in found:
            starts[np.searchsorted(offsets[:, 0], at)] += SURE / len(found)
            ends[np.searchsorted(offsets[:, 1], at + len(words))] += SURE / len(found)
        return Reading(answers, starts / starts.sum(), ends / ends.sum(), offsets)
