"""Passages in, hits out: how well each of their sentences fits a question.

The words of a passage are stemmed once and remembered, since a question that wants a list looks at every
passage of a small collection.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from index.generation import Generation
from index.records import Features, Hit, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

EVIDENCE = Features(
    sentence_cosine=0.16,
    sentence_coverage=0.25,
    sentence_coverage_smooth=0,
    passage_cosine=0.30,
    passage_coverage=0.09,
    passage_coverage_smooth=0,
    passage_phrases=0.20,
    passage_fused=0,
)
"""Weights of the features in a hit's score; they add up to 1. Fitted by benchmarks/evidence.py."""

OTHERS, OTHERS_WITH = 50, 2
"""Passages about other things that smooth coverage counts in, and how many of them hold a word."""

_REMEMBERED = 8192  # passages with their words, about 2 KB each
_AT_ONCE = 128  # hits whose texts are read together
_TINY = 1e-9  # against a division by zero


class _Words(NamedTuple):
    """The stems of each sentence of a passage, and all of them with those of its title and headings.

    Each stem stands between spaces.
    """

    sentences: list[str]
    all: str


class Weigher:
    """Weighs the sentences of one generation. Safe to share between threads."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._known: OrderedDict[int, _Words] = OrderedDict()  # the last looked at last
        self._lock = threading.Lock()

    def weigh(
        self, question: str, vector: "Vectors", passages: "NDArray[np.int64]", fused: "NDArray[np.float64]"
    ) -> Iterator[Hit]:
        """The sentences of some passages, best first; their texts are read as they are taken.

        Args:
            question: in words.
            vector: the question's, shape (dimension,).
            passages: their numbers, and
            fused: their scores in the search.
        """
        import numpy as np

        if not len(passages):
            return iter(())
        rows, firsts = self._generation.rows_of(passages)
        of = np.repeat(np.arange(len(passages)), np.diff(firsts, append=len(rows)))  # each row's passage
        cosines = self._generation.matrix.cosines(rows, vector)
        covered, covered_around = self._coverages(question, passages, firsts, len(rows))
        best = np.maximum.reduceat(cosines, firsts)
        features = np.column_stack([cosines, covered[:, :2], best[of], covered_around[of], fused[of]])
        scores = (features * structs.astuple(EVIDENCE)).sum(1)
        order = np.argsort(-scores, kind="stable")
        return self._hits(rows[order], scores[order], features[order])

    def _hits(
        self, rows: "NDArray[np.int64]", scores: "NDArray[np.float64]", features: "NDArray[np.float64]"
    ) -> Iterator[Hit]:
        import numpy as np

        for begin in range(0, len(rows), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            passages = np.unique(self._generation.passages_with(rows[part]))
            found = chain.from_iterable(self._generation.sentences(passages.tolist()))
            sentences = dict(zip(self._generation.rows_of(passages)[0].tolist(), found, strict=True))
            for row, score, values in zip(
                rows[part].tolist(), scores[part].tolist(), features[part].tolist(), strict=True
            ):
                yield Hit(sentences[row], score, Features(*values))

    def _coverages(
        self, question: str, passages: "NDArray[np.int64]", firsts: "NDArray[np.int64]", rows: int
    ) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Coverage, as it is, smooth and of phrases, by each sentence, shape (rows, 3), and each passage."""
        import numpy as np

        terms, weights = self._terms(question)
        in_sentences = np.zeros((rows, len(terms)))
        in_passages = np.zeros((len(passages), len(terms)))
        words = self._words(passages.tolist())
        for place, (first, found) in enumerate(zip(firsts.tolist(), words, strict=True)):
            for column, term in enumerate(terms):
                if term in found.all:
                    in_passages[place, column] = 1
                    in_sentences[first : first + len(found.sentences), column] = [
                        term in sentence for sentence in found.sentences
                    ]
        shares = weights / np.maximum(weights.sum(0), _TINY)
        # not "@", whose sums depend on where a row stands: sentences that are alike have to score alike
        return tuple(np.einsum("it,tk->ik", there, shares) for there in (in_sentences, in_passages))

    def _terms(self, question: str) -> "tuple[list[str], NDArray[np.float64]]":
        """The words and phrases of a question, as they stand in texts, and what each weighs.

        Returns:
            The terms, and of each its weight for coverage, for smooth coverage and as a phrase, shape
            (terms, 3).
        """
        import numpy as np

        lexical = self._generation.lexical
        sharp, smooth = lexical.weights(question), lexical.weights(question, OTHERS, OTHERS_WITH)
        words = {f" {stem} ": (weight, smooth[stem], 0.0) for stem, weight in sharp.items()}
        phrases = {
            f" {one} {other} ": (0.0, 0.0, sharp.get(one, 0.0) + sharp.get(other, 0.0))
            for one, other in pairwise(lexical.analyser.stems(question))
            if one in sharp or other in sharp
        }
        terms = words | phrases
        return list(terms), np.array([*terms.values()]).reshape(-1, 3)

    def _words(self, passages: Sequence[int]) -> list[_Words]:
        """The words of each of the passages of these numbers."""
        with self._lock:
            found = {number: self._known[number] for number in passages if number in self._known}
        missing = [number for number in passages if number not in found]
        for number, sentences in zip(missing, self._generation.sentences(missing), strict=True):
            found[number] = self._stemmed(sentences)
        with self._lock:
            for number, words in found.items():
                self._known[number] = words
                self._known.move_to_end(number)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [found[number] for number in passages]

    def _stemmed(self, sentences: Sequence[Sentence]) -> _Words:
        spaced = self._generation.lexical.analyser.spaced
        words = [spaced(sentence.text) for sentence in sentences]
        return _Words(words, "".join([*words, *map(spaced, _around(sentences))]))


def _around(sentences: Sequence[Sentence]) -> list[str]:
    """What else than its sentences tells what a passage is about: its document's title, and headings."""
    passage, text = sentences[0].passage, sentences[0].passage.document.text
    borders = [passage.start, *(place for s in sentences for place in (s.start, s.end)), passage.end]
    between = (text[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True))
    return [passage.document.title, *(part for part in between if part and not part.isspace())]
