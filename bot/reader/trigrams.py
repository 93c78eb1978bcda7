"""Similarity of texts to a question by letter trigrams: for any language, without an index."""

import math
from collections import Counter
from collections.abc import Sequence

_LETTERS = 3  # of a trigram


class TrigramSimilarity:
    """Compares questions with texts by their trigrams, each weighted by its inverse document frequency.

    Spärck Jones, "A statistical interpretation of term specificity and its application in retrieval" (1972).
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._threes = [_threes(text) for text in texts]
        having = Counter(three for threes in self._threes for three in threes)
        self._weights = {three: math.log(1 + len(texts) / count) for three, count in having.items()}

    def of(self, question: str) -> list[float]:
        """The similarity of each text: the weights of the trigrams that it shares with the question."""
        wanted = _threes(question) & self._weights.keys()
        return [  # exactly, for sets are in another order in each process
            math.fsum(self._weights[three] for three in wanted & threes) for threes in self._threes
        ]

    def order(self, question: str) -> list[int]:
        """The numbers of the texts, those most like the question first."""
        similarity = self.of(question)
        return sorted(range(len(similarity)), key=lambda number: -similarity[number])


def _threes(text: str) -> set[str]:
    """The letters of a text in threes, without case."""
    text = text.casefold()
    return {text[at : at + _LETTERS] for at in range(len(text) - _LETTERS + 1)}
