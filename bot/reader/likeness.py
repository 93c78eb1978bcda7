"""Texts that are like a question, by their letters in threes: of any language, without an index."""

import math
from collections import Counter
from collections.abc import Sequence

_LETTERS = 3  # that are compared together


class Likeness:
    """Compares questions with texts; threes that few of the texts have count more.

    The weight is the inverse document frequency of Spärck Jones, "A statistical interpretation of term
    specificity and its application in retrieval" (1972).
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._threes = [_threes(text) for text in texts]
        having = Counter(three for threes in self._threes for three in threes)
        self._weights = {three: math.log(1 + len(texts) / count) for three, count in having.items()}

    def of(self, question: str) -> list[float]:
        """How like the question each text is: the weights of what both have, 0 or more."""
        wanted = _threes(question) & self._weights.keys()
        return [  # exactly, for sets are in another order in each process
            math.fsum(self._weights[three] for three in wanted & threes) for threes in self._threes
        ]

    def order(self, question: str) -> list[int]:
        """The numbers of the texts, those most like the question first."""
        likeness = self.of(question)
        return sorted(range(len(likeness)), key=lambda number: -likeness[number])


def _threes(text: str) -> set[str]:
    """The letters of a text in threes, without case."""
    text = text.casefold()
    return {text[at : at + _LETTERS] for at in range(len(text) - _LETTERS + 1)}
