"""Passages in, hits out: how well each of their units fits a question.

The words of a passage are stemmed once and remembered, since a question that wants a list looks at every
passage of a small collection.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from index.cancellation import Check, uncancelled
from index.engines.base import Generation
from index.records import ENTRIES, Features, Hit, Kind, Unit
from index.remembering import Recent
from index.units.leaves import is_only_name
from index.words import Term, spaced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

OTHERS, OTHERS_WITH = 50, 2
"""Passages about other things that smooth coverage counts in, and how many of them hold a word."""

_REMEMBERED = 8192  # passages with their words, about 2 KB each
_AT_ONCE = 128  # hits, or passages, whose texts are read together
_TINY = 1e-9  # against a division by zero


class _Words(NamedTuple):
    """The stems of each unit of a passage, of what each stands under, and all; each between spaces."""

    units: list[str]
    around: list[str]
    all: str
    kinds: list[tuple[float, float, float]]


_CODE: frozenset[Kind] = frozenset(("code", "property"))
_IDENTIFIER = re.compile(r"\w[:/_#@=\\]\w|\w\.\w{2}|[a-z][A-Z]|[<>{}\[\]$%]|\(\)|^--?\w|^/")

_MAY_BE_CODE = re.compile(
    r"[:/_#@=\\<>{}\[\]$%(.A-Z-]"
    r"(?:(?<=[:/_#@=\\<>{}\[\]$%])|(?<=\()\)|(?<=\.)\w|(?<=[a-z][A-Z])|(?<=(?<!\S)-))"
)
"""Stands in each text with an identifier, and in few others: found quickly by its first character."""


def _kinds(units: Sequence[Unit]) -> list[tuple[float, float, float]]:
    """Of each unit, whether it is a name, an entry or code; see ``Features``."""
    return [
        (
            float(is_only_name(unit)),
            float(unit.kind in ENTRIES and unit.kind not in _CODE),
            float(unit.kind in _CODE or _is_code(unit.shown)),
        )
        for unit in units
    ]


def _is_code(text: str) -> bool:
    """Whether half of the words of a text are identifiers, routes or the like."""
    words = text.split()
    if not _MAY_BE_CODE.search(text):
        return not words
    return 2 * sum(_IDENTIFIER.search(word) is not None for word in words) >= len(words)


def _have(texts: Sequence[str], words: Sequence[str]) -> bytes:
    """Of each text 1 where one of the words stands in it, else 0."""
    if len(words) == 1:  # nearly always, and quicker
        (word,) = words
        return bytes([word in text for text in texts])
    return bytes([any(word in text for word in words) for text in texts])


class ScoreFusion:
    """Fuses what speaks for the units of one generation, as a weighted sum. Safe to share between threads.

    Args:
        generation: whose units they are.
        weights: of their features.
        remembered: passages whose words are kept.
        at_once: hits whose texts are read together.
    """

    def __init__(
        self,
        generation: Generation,
        weights: Features,
        *,
        remembered: int = _REMEMBERED,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._at_once = at_once
        self._generation = generation
        self._weights = structs.astuple(weights)
        self._recent = Recent[int, _Words](remembered)

    def fuse(
        self,
        question: str,
        vector: "Vectors",
        passages: "NDArray[np.int64]",
        fused: "NDArray[np.float64]",
        check: Check = uncancelled,
    ) -> Iterator[Hit]:
        """The units of some passages, best first; their texts are read as they are taken.

        Args:
            question: in words.
            vector: the question's, shape (dimension,).
            passages: their numbers, and
            fused: their scores in the search.
            check: called for each passage whose words are looked up or compared.

        Raises:
            Cancelled: by the check.
        """
        import numpy as np

        if not len(passages):
            return iter(())
        rows, firsts = self._generation.rows_of(passages)
        of = np.repeat(np.arange(len(passages)), np.diff(firsts, append=len(rows)))  # each row's passage
        cosines = self._generation.cosines(rows, vector)
        words = self._words(passages.tolist(), check)
        in_units, in_around, in_passages = self._coverages(question, words, len(rows), check)
        best = np.maximum.reduceat(cosines, firsts)
        kinds = np.concatenate([found.kinds for found in words])
        apart = kinds[:, 1] * (in_units[:, 0] - np.minimum.reduceat(in_units[:, 0], firsts)[of])
        features = np.column_stack([
            cosines, in_units[:, :2], apart, in_around[:, :3], best[of], in_passages[of, :3], fused[of],
            in_passages[of, 3:], in_around[:, 3:], kinds,
        ])  # fmt: skip
        scores = (features * self._weights).sum(1)
        order = np.argsort(-scores, kind="stable")
        return self._hits(rows[order], scores[order], features[order])

    def _hits(
        self, rows: "NDArray[np.int64]", scores: "NDArray[np.float64]", features: "NDArray[np.float64]"
    ) -> Iterator[Hit]:
        import numpy as np

        for begin in range(0, len(rows), self._at_once):
            part = slice(begin, begin + self._at_once)
            passages = np.unique(self._generation.passages_with(rows[part]))
            found = chain.from_iterable(self._generation.units(passages.tolist()))
            units = dict(zip(self._generation.rows_of(passages)[0].tolist(), found, strict=True))
            for row, score, values in zip(
                rows[part].tolist(), scores[part].tolist(), features[part].tolist(), strict=True
            ):
                yield Hit(units[row], score, Features(*values))

    def _coverages(
        self, question: str, words: Sequence["_Words"], rows: int, check: Check
    ) -> "tuple[NDArray[np.float64], ...]":
        """Coverage, as it is, smooth and of phrases, and what is missing of numbers and names.

        By each unit, by each with its context, by each passage; shapes (rows, 5), (rows, 5), (passages, 5).
        """
        import numpy as np

        terms, weights = self._terms(question)
        in_units = [bytearray(rows) for _ in terms]
        in_around = [bytearray(rows) for _ in terms]
        in_passages = [bytearray(len(words)) for _ in terms]
        last = 0
        for place, found in enumerate(words):
            check()
            first, last = last, last + len(found.units)
            for column, term in enumerate(terms):
                if there := [one for one in term if one in found.all]:
                    in_passages[column][place] = 1
                    in_units[column][first:last] = _have(found.units, there)
                    in_around[column][first:last] = _have(found.around, there)
        shares = weights / np.maximum(weights.sum(0), _TINY)
        # not "@", whose sums depend on where a row stands: units that are alike have to score alike
        alone, above, together = (
            np.frombuffer(b"".join(table), bool).reshape(len(terms), length)
            for table, length in ((in_units, rows), (in_around, rows), (in_passages, len(words)))
        )
        tables = [np.ascontiguousarray(table.T, float) for table in (alone, alone | above, together)]
        covered = [np.einsum("it,tk->ik", there, shares) for there in tables]
        wanted = weights[:, 3:].any(0)
        for table in covered:
            table[:, 3:] = wanted * (1 - table[:, 3:])
        return tuple(covered)

    def _terms(self, question: str) -> "tuple[list[tuple[str, ...]], NDArray[np.float64]]":
        """The words and phrases of a question, as they stand in texts, and what each weighs.

        Returns:
            The terms, each as it stands in texts of each language, and of each its weight for coverage, for
            smooth coverage, as a phrase, as a number and as a name, shape (terms, 5).
        """
        import numpy as np

        lexical = self._generation.lexical
        sharp, smooth = lexical.weights(question), lexical.weights(question, OTHERS, OTHERS_WITH)
        terms: dict[tuple[str, ...], list[float]] = {}

        def put(column: int, weight: float, *words: Term) -> None:
            said = (" ".join(stems) for stems in zip(*words, strict=True) if all(stems))
            term = tuple(dict.fromkeys(f" {one} " for one in said))
            terms.setdefault(term, [0.0] * 5)[column] = weight

        for word, weight in sharp.items():
            put(0, weight, word)
            put(1, smooth[word], word)
        for one, other in pairwise(lexical.asked.terms(question)):
            if one in sharp or other in sharp:
                put(2, sharp.get(one, 0.0) + sharp.get(other, 0.0), one, other)
        for number in lexical.asked.numbers(question):
            put(3, 1.0, (number,))
        for name in lexical.asked.names(question):
            put(4, 1.0, name)
        return list(terms), np.array([*terms.values()]).reshape(-1, 5)

    def _words(self, passages: Sequence[int], check: Check) -> list[_Words]:
        """The words of each of the passages of these numbers."""
        found = self._recent.known(passages)
        missing = [number for number in passages if number not in found]
        try:
            for begin in range(0, len(missing), _AT_ONCE):
                numbers = missing[begin : begin + _AT_ONCE]
                check()
                for number, units in zip(numbers, self._generation.units(numbers), strict=True):
                    check()
                    found[number] = self._stemmed(units)
        finally:  # what was stemmed is worth keeping, also where the rest is wanted no longer
            self._recent.put(found)
        return [found[number] for number in passages]

    def _stemmed(self, units: Sequence[Unit]) -> _Words:
        language = units[0].passage.language if units else ""
        words = [spaced(unit.shown, language) for unit in units]
        contexts = {unit.context: "" for unit in units}
        for context in contexts:
            contexts[context] = "".join(spaced(name, language) for name in context.names)
        around = [contexts[unit.context] for unit in units]
        return _Words(words, around, "".join([*words, *contexts.values()]), _kinds(units))
