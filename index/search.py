"""A question in, hits out: passages found by meaning and by words, and their sentences weighed.

A passage's meaning is that of its best sentence. The two scores are put on one scale by dividing each
by the best of its kind for this question, and averaged: the convex combination of Bruch, Gai and
Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), each score's least value taken
as 0, which is what texts that have nothing in common have.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from index.encoder import Encoder
from index.errors import IndexMismatch
from index.generation import Generation
from index.lexical import coverage
from index.questions import Questions
from index.records import Features, Hit, Passage, Sentence
from index.settings import Settings

if TYPE_CHECKING:
    from index.encoder import Vectors

EVIDENCE = Features(
    sentence_cosine=0.22,
    sentence_coverage=0.30,
    sentence_coverage_smooth=0,
    passage_cosine=0.33,
    passage_coverage=0.15,
    passage_coverage_smooth=0,
)
"""Weights of the features in a hit's score; they add up to 1. Fitted by benchmarks/evidence.py."""

OTHERS, OTHERS_WITH = 50, 2
"""Passages about other things that smooth coverage counts in, and how many of them hold a word."""

Lap = Callable[[str], None]
"""Hears the name of each stage as it ends."""

_TINY = 1e-9  # against a division by zero


class Candidate(NamedTuple):  # of which a question makes hundreds
    """A passage that a search looks at: cosine of its best sentence, BM25, and the two fused."""

    number: int
    cosine: float
    bm25: float
    score: float


class Searcher:
    """Searches one generation. Safe to share between threads."""

    def __init__(self, generation: Generation, encoder: Encoder, settings: Settings) -> None:
        if generation.manifest.fingerprint != encoder.fingerprint:
            raise IndexMismatch(
                f"The index was made with the model {generation.manifest.encoder}, the settings name "
                f"{encoder.name}, or the model's files changed. Run `docent index`, or set encoder.model."
            )
        self.generation = generation
        self._questions = Questions(encoder)
        self._settings = settings.search

    def search(self, question: str, passages: int | None = None, lap: Lap = lambda _: None) -> list[Hit]:
        """The sentences of the best passages, best first.

        Args:
            question: in words, as a person asks.
            passages: how many passages' sentences compete; by default as the settings say.
            lap: hears of the stages encode, search and weigh.
        """
        vector = self._questions.vector(question)
        lap("encode")
        limit = self._settings.passages if passages is None else passages
        best = self.rank(question, vector)[:limit]
        lap("search")
        hits = self._weigh(question, vector, [candidate.number for candidate in best])
        lap("weigh")
        return hits

    def sweep(self, question: str, lap: Lap = lambda _: None) -> list[Hit]:
        """The sentences of all passages that could matter, best first: every one of a small collection.

        Args:
            question: in words, as a person asks.
            lap: as of ``search``.
        """
        vector = self._questions.vector(question)
        lap("encode")
        found = self.rank(question, vector, self._settings.sweep)
        lap("search")
        hits = self._weigh(question, vector, [candidate.number for candidate in found])
        lap("weigh")
        return hits

    def passages(self, question: str, limit: int) -> list[Passage]:
        """The best passages, best first."""
        vector = self._questions.vector(question)
        best = self.rank(question, vector)[:limit]
        return [self.generation.passage(candidate.number) for candidate in best]

    def rank(self, question: str, vector: "Vectors", limit: int | None = None) -> list[Candidate]:
        """The passages worth looking at, best first.

        Args:
            question: in words.
            vector: the question's, shape (dimension,).
            limit: sentences taken by their vectors, and passages taken by their words; by default as
                the settings say for a single fact.
        """
        limit = min(limit or self._settings.candidates, self.generation.manifest.sentences)
        cosines, rows = self.generation.matrix.nearest(vector, limit)
        bm25 = self.generation.lexical.search(question, limit)
        cosine: dict[int, float] = {}
        numbers = self.generation.passages_with(rows).tolist()
        for number, value in zip(numbers, cosines.tolist(), strict=True):
            cosine.setdefault(number, value)  # rows come best first
        for number in bm25.keys() - cosine.keys():
            cosine[number] = max(self._cosines(number, vector))
        top_cosine = max(*cosine.values(), _TINY)
        top_bm25 = max(bm25.values(), default=1.0)
        candidates = [
            Candidate(
                number,
                value,
                bm25.get(number, 0.0),
                (max(value, 0.0) / top_cosine + bm25.get(number, 0.0) / top_bm25) / 2,
            )
            for number, value in cosine.items()
        ]
        return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.number))

    def _cosines(self, passage: int, vector: "Vectors") -> list[float]:
        """Cosines of the sentences of a passage to the question."""
        cosines: list[float] = (
            self.generation.vectors(self.generation.sentence_rows(passage)) @ vector
        ).tolist()
        return cosines

    def _weigh(self, question: str, vector: "Vectors", passages: list[int]) -> list[Hit]:
        lexical = self.generation.lexical
        sharp, smooth = lexical.weights(question), lexical.weights(question, OTHERS, OTHERS_WITH)

        @cache  # few sentences differ in the words of the question that they hold
        def covered(stems: frozenset[str]) -> tuple[float, float]:
            return coverage(sharp, stems), coverage(smooth, stems)

        hits = []
        for number, sentences in zip(passages, self.generation.sentences(passages), strict=True):
            cosines = self._cosines(number, vector)
            stems = [lexical.analyser.found(sharp, sentence.text) for sentence in sentences]
            around = [lexical.analyser.found(sharp, text) for text in _around(sentences)]
            of_passage = max(cosines), *covered(frozenset().union(*stems, *around))
            for sentence, cosine, found in zip(sentences, cosines, stems, strict=True):
                features = Features(cosine, *covered(found), *of_passage)
                hits.append(Hit(sentence, features.weighed(EVIDENCE), features))
        return sorted(hits, key=lambda hit: -hit.score)


def _around(sentences: list[Sentence]) -> list[str]:
    """What else than its sentences tells what a passage is about: its document's title, and headings."""
    passage, text = sentences[0].passage, sentences[0].passage.document.text
    borders = [passage.start, *(place for s in sentences for place in (s.start, s.end)), passage.end]
    between = (text[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True))
    return [passage.document.title, *(part for part in between if part and not part.isspace())]
