"""A question in, hits out: passages found by meaning and by words, and the scores of their sentences fused.

A passage's meaning is that of its best sentence. The two scores are put on one scale by dividing each
by the best of its kind for this question, and averaged: the convex combination of Bruch, Gai and
Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), each score's least value taken
as 0, which is what texts that have nothing in common have.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from index.cancellation import Check, uncancelled
from index.encoder import Encoder
from index.engines.base import Generation
from index.errors import IndexMismatch
from index.records import Features, Hit, Passage
from index.search.fusion import ScoreFusion
from index.search.questions import Questions
from index.search.spelling import Speller
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

Lap = Callable[[str], None]
"""Hears the name of each stage as it ends."""

_TINY = 1e-9  # against a division by zero


class Ranking(NamedTuple):
    """Passages, best first: numbers, cosines of their best sentences, BM25, and the two fused."""

    numbers: "NDArray[np.int64]"
    cosines: "NDArray[np.float32]"
    bm25: "NDArray[np.float64]"
    scores: "NDArray[np.float64]"


class Searcher:
    """Searches one generation. Safe to share between threads.

    Args:
        generation: what is searched.
        encoder: that it was made with.
        settings: how much is looked at.
        weights: of the features in a hit's score.
    """

    def __init__(
        self, generation: Generation, encoder: Encoder, settings: Settings, weights: Features
    ) -> None:
        if generation.manifest.fingerprint != encoder.fingerprint:
            raise IndexMismatch(
                f"The index was made with the model {generation.manifest.encoder}, the settings name "
                f"{encoder.name}, or the model's files changed. Run `docent index`, or set encoder.model."
            )
        self.generation = generation
        self._questions = Questions(encoder)
        self._fusion = ScoreFusion(generation, weights)
        self._settings = settings.search
        self._encoder = encoder

    @cached_property
    def _speller(self) -> Speller:
        generation = self.generation
        return Speller(
            generation.lexical, lambda number: generation.passage(number).text, self._encoder.is_word
        )

    def mended(self, question: str) -> str:
        """A question without misspelt words, as far as the collection has what is meant."""
        return self._speller.mended(question)

    def vector(self, question: str) -> "Vectors":
        """The unit vector of a question, shape (dimension,)."""
        return self._questions.vector(question)

    def search(self, question: str, passages: int | None = None, lap: Lap = lambda _: None) -> list[Hit]:
        """The sentences of the best passages, best first.

        Args:
            question: in words, as a person asks.
            passages: how many passages' sentences compete; by default as the settings say.
            lap: hears of the stages encode, search and fuse.
        """
        vector = self._questions.vector(question)
        lap("encode")
        limit = self._settings.passages if passages is None else passages
        best = self.rank(question, vector)
        lap("search")
        hits = list(self._fusion.fuse(question, vector, best.numbers[:limit], best.scores[:limit]))
        lap("fuse")
        return hits

    def sweep(self, question: str, lap: Lap = lambda _: None, check: Check = uncancelled) -> Iterator[Hit]:
        """The sentences of all passages that could matter, best first: every one of a small collection.

        Most are never looked at, so they are read from disk as they are taken.

        Args:
            question: in words, as a person asks.
            lap: as of ``search``.
            check: called between the steps.

        Raises:
            Cancelled: by the check.
        """
        vector = self._questions.vector(question)
        lap("encode")
        found = self.rank(question, vector, self._settings.sweep)
        lap("search")
        check()
        hits = self._fusion.fuse(question, vector, found.numbers, found.scores, check)
        lap("fuse")
        return hits

    def passages(self, question: str, limit: int) -> list[Passage]:
        """The best passages, best first."""
        vector = self._questions.vector(question)
        best = self.rank(question, vector).numbers[:limit].tolist()
        return [self.generation.passage(number) for number in best]

    def rank(self, question: str, vector: "Vectors", limit: int | None = None) -> Ranking:
        """The passages worth looking at.

        Args:
            question: in words.
            vector: the question's, shape (dimension,).
            limit: sentences taken by their vectors, and passages taken by their words; by default as
                the settings say for a single fact.
        """
        import numpy as np

        generation = self.generation
        limit = min(limit or self._settings.candidates, generation.manifest.units)
        if not limit:  # of what is seen nothing is there
            none = np.empty(0)
            return Ranking(none.astype(np.int64), none.astype(np.float32), none, none)
        near, rows, said = generation.candidates(question, vector, limit)
        by_meaning, first = np.unique(generation.passages_with(rows), return_index=True)
        by_words = np.fromiter(said, np.int64, len(said))
        numbers = np.union1d(by_meaning, by_words)
        cosines = np.full(len(numbers), -np.inf, np.float32)
        cosines[np.searchsorted(numbers, by_meaning)] = near[first]  # rows come best first
        unknown = np.isneginf(cosines)
        cosines[unknown] = self._cosines(numbers[unknown], vector)
        bm25 = np.zeros(len(numbers))
        bm25[np.searchsorted(numbers, by_words)] = np.fromiter(said.values(), float, len(said))
        top_cosine, top_bm25 = (max(float(kind.max()), _TINY) for kind in (cosines, bm25))
        scores = (np.maximum(cosines, 0) / top_cosine + bm25 / top_bm25) / 2
        order = np.argsort(-scores, kind="stable")
        return Ranking(numbers[order], cosines[order], bm25[order], scores[order])

    def _cosines(self, passages: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """Cosines of the best sentence of each passage to the question."""
        import numpy as np

        if not len(passages):
            return np.empty(0, np.float32)
        rows, firsts = self.generation.rows_of(passages)
        best: NDArray[np.float32] = np.maximum.reduceat(self.generation.cosines(rows, vector), firsts)
        return best
