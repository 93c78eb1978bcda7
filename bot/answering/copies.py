"""Evidence in, the same without copies out: each unit is there once, and knows where else it stands."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from math import ceil
from typing import NamedTuple

import msgspec

from bot.answering.scoring import Evidence

_WORD = re.compile(r"\w+")
_BLANKED = bytes(one if _WORD.match(chr(one)) else ord(" ") for one in range(256))
"""What stands between words of ASCII is blank, where they are split in a quarter of the time."""
_ALIKE = 0.85  # of the words that two units have together, from which on they say the same, numbers aside
_ALIKE_WORDS = 8  # of a unit, for near copies to be told


def distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence without copies: of units that say the same the best, which knows where the others stand."""
    every = [_said(one.unit.shown) for one in evidence]
    copies = _NearCopies(every)
    first: dict[tuple[str, ...], int] = {}
    kept: list[Evidence] = []
    for one, said in zip(evidence, every, strict=True):
        number = first.get(said.words)
        if number is None:
            number = copies.found_or_added(said)
        if number is None:
            first[said.words] = len(kept)
            kept.append(one)
        elif (
            kept[number].unit.passage.place != one.unit.passage.place
            or kept[number].unit.start != one.unit.start
        ):
            best = kept[number]
            kept[number] = msgspec.structs.replace(best, also=(*best.also, one.unit))
    return kept


class _Said(NamedTuple):
    """The words of a text in their order, whatever case they are written in, and each once."""

    words: tuple[str, ...]
    each: frozenset[str]


def _said(text: str) -> _Said:
    text = text.casefold()
    words = text.encode().translate(_BLANKED).decode().split() if text.isascii() else _WORD.findall(text)
    return _Said(tuple(words), frozenset(words))


class _NearCopies:
    """Finds which of the texts that were added another one nearly is.

    Two texts with so many words together have one of the first few together, in any order of all words, here
    that of the rarest: only those that do are compared (Chaudhuri et al., "A Primitive Operator for
    Similarity Joins in Data Cleaning", 2006).
    """

    def __init__(self, every: Sequence[_Said]) -> None:
        """``every`` are the words of all texts that will come."""
        self._frequency = Counter(chain.from_iterable([said.each for said in every]))
        self._lone = {word for word, texts in self._frequency.items() if texts == 1}
        self._added: list[_Said] = []
        self._having: dict[str, list[int]] = defaultdict(list)

    def found_or_added(self, said: _Said) -> int | None:
        """The number of the first text that has nearly these words; None where there is none: it is added."""
        first = self._rarest(said)
        near = {number for word in first if word in self._having for number in self._having[word]}
        for number in sorted(near):
            if _alike(said, self._added[number]):
                return number
        for word in first:
            self._having[word].append(len(self._added))
        self._added.append(said)
        return None

    def _rarest(self, said: _Said) -> list[str]:
        """One of them is in each text that is alike; words that no other text has are left out."""
        if len(said.words) < _ALIKE_WORDS:
            return []
        shared = said.each - self._lone
        most = len(shared) - ceil(_ALIKE * len(said.each)) + 1
        if most <= 0:  # as of most texts
            return []
        return sorted(shared, key=lambda word: (self._frequency[word], word))[:most]


def _alike(one: _Said, other: _Said) -> bool:
    """Whether two texts have nearly the same words, and the same numbers."""
    shorter, longer = sorted((len(one.words), len(other.words)))
    if shorter < _ALIKE_WORDS or longer - shorter > 0.2 * len(one.words):
        return False
    both = len(one.each & other.each)
    if both < _ALIKE * (len(one.each) + len(other.each) - both):
        return False
    mine, theirs = ([word for word in said.words if any(map(str.isdigit, word))] for said in (one, other))
    return mine == theirs
