"""How much each word of a question tells, computed from the frequencies that an engine counts.

The stems that a word of a question has in the languages of the collection weigh as one word does, as in
Lucene's SynonymQuery.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from math import log

from index.remembering import remembering
from index.words import Asked, Term, unmarked

_REMEMBERED = 256  # questions
_LATELY = 8  # questions that are being answered, whose words are looked for in text after text


class Lexicon(ABC):
    """The words of the passages of an index. Safe to share between threads.

    Args:
        asked: how questions are taken apart.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.content = remembering(self._content, _REMEMBERED)
        """The words that a question is about; of names that nowhere stand as such, the words."""
        self._telling = remembering(self._tells, _LATELY)

    @abstractmethod
    def __len__(self) -> int:
        """The passages that are searched and counted."""

    @abstractmethod
    def frequencies(self, stems: Collection[str]) -> dict[str, int]:
        """In how many passages each of these stems stands."""

    @abstractmethod
    def search(self, question: str, limit: int) -> dict[int, float]:
        """BM25 of the best passages by passage number; only passages with a content word of the question."""

    @abstractmethod
    def near(self, word: str, most: int) -> dict[str, tuple[int, int]]:
        """The words of the passages that begin like a word and are spelled nearly like it.

        They are as they are written, without accents.

        Args:
            word: lower-case, without accents.
            most: letters left out, added, changed or swapped.

        Returns:
            Of each how many letters, and the number of passages that have it.
        """

    def best(self, question: str) -> tuple[int, float]:
        """The number of the best passage and its BM25; 0 and 0 where none has a word of the question."""
        return next(iter(self.search(question, 1).items()), (0, 0.0))

    def stands(self, word: str) -> bool:
        """Whether a word stands in any passage, in whatever form."""
        return any(self._counts(map(unmarked, self.asked.terms(word))).values())

    def weighted(self, question: str) -> list[tuple[str, float]]:
        """The stems to search for, each with its weight."""
        return [(stem, weight) for term, weight in self.weights(question).items() for stem in _stems(term)]

    def found_in(self, question: str, text: str) -> dict[str, float]:
        """The content words of a question that a text has: stems and numbers, each with its weight."""
        telling = self._telling(question)
        there = dict.fromkeys(self.asked.spaced(text).split())
        return {word: telling[word] for word in there if word in telling}

    def _tells(self, question: str) -> dict[str, float]:
        """The stems and numbers of a question, each with its weight; numbers weigh most."""
        weights = self.weights(question)
        heaviest = max(weights.values(), default=0.0)
        stems = {stem: weight for term, weight in weights.items() for stem in _stems(term)}
        return stems | dict.fromkeys(self.asked.numbers(question), heaviest)

    def weights(self, question: str, others: int = 0, others_with: int = 0) -> dict[Term, float]:
        """The content words of a question, each with its inverse document frequency.

        It is Lucene's: ln(1 + (N - n + 0.5) / (n + 0.5)) for a word in n of N passages.

        Args:
            question: in words.
            others: so many passages are counted in that are not there,
            others_with: so many of which are taken to hold the word.
        """
        terms = self.content(question)
        counts = self._counts(terms)
        found = {term: min(sum(counts[stem] for stem in _stems(term)), len(self)) for term in terms}
        return {term: idf(count + others_with, len(self) + others) for term, count in found.items()}

    def _content(self, question: str) -> list[Term]:
        terms = self.asked.content(question)
        counts = self._counts(terms)
        return [term if any(counts[stem] for stem in _stems(term)) else unmarked(term) for term in terms]

    def _counts(self, terms: Iterable[Term]) -> dict[str, int]:
        return self.frequencies({stem for term in terms for stem in _stems(term)})


def _stems(term: Term) -> dict[str, None]:
    """The stems of a word, those that languages share once."""
    return dict.fromkeys(filter(None, term))


def alike(word: str, words: list[str], most: int) -> list[tuple[str, int]]:
    """Those of some words that are spelled nearly like one, each with how many letters; see ``near``."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    return [(one, int(distance)) for one, distance, _ in found]


def idf(found: int, total: int) -> float:
    """Inverse document frequency of a word that so many of all passages have; see ``Lexicon.weights``."""
    return log(1 + (total - found + 0.5) / (found + 0.5))
