"""The noun phrases of an English question, found by lists of words and a few rules, with no parser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.conversation.english import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    BE,
    DETERMINERS,
    DOING,
    FUNCTION,
    JOINING,
    PARTS,
    PREPOSITIONS,
    PRONOUNS,
    SUBJECTS,
    VERBS,
    stem,
)

_WORD = re.compile(r"\w+(?:[.’'&/-]\w+)*")
_SUPERLATIVE = re.compile(r"\w{2,}est|best|worst|first|last|next")
_INSIDE_NAMES = ("and", "of", "the", "for", "de", "la", "van", "von")
_IRREGULAR = ("ies", "ches", "shes", "xes", "ses")
_PREDICATE = ("able", "ible", "ous", "ful", "ed")  # endings of what is said of a subject


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands in its text."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """It in small letters, with a plain apostrophe."""
        return self.text.lower().replace("’", "'")

    @property
    def capital(self) -> bool:
        """Whether it is written as names are."""
        return any(letter.isupper() for letter in self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase without its determiner, which is kept beside it.

    ``start`` and ``end`` count characters of the text, ``first`` and ``last`` its words.
    """

    text: str
    determiner: str
    start: int
    end: int
    first: int
    last: int
    name: bool
    after_of: bool

    @property
    def full(self) -> str:
        """As it is put for a pronoun."""
        return f"{self.determiner} {self.text}".strip()

    @property
    def head(self) -> str:
        """The word that says what it is."""
        return self.text.split()[-1].lower()

    @property
    def stems(self) -> frozenset[str]:
        """Its words without their endings."""
        return frozenset(stem(word.text) for word in words(self.text)) - {"of", "and", "the"}

    @property
    def proper(self) -> bool:
        """Whether it is nothing but a name."""
        return all(word.capital or word.lower in _INSIDE_NAMES for word in words(self.text))

    @property
    def single(self) -> str:
        """One of what it names."""
        regular = self.plural and self.text.endswith("s") and not self.text.endswith(_IRREGULAR)
        return self.text[:-1] if regular else self.text

    @property
    def plural(self) -> bool:
        """Whether it is many."""
        several = self.head in ("people", "children", "men", "women") or " and " in self.text
        return several or (stem(self.head) != self.head and not self.head.endswith(("'s", "’s")))


@dataclass(frozen=True, slots=True)
class Wording:
    """A text and its words, by their places."""

    text: str
    words: tuple[Word, ...]

    def at(self, i: int) -> str:
        """The word at a place in small letters, "" outside the text."""
        return self.words[i].lower if 0 <= i < len(self.words) else ""

    def ends(self, i: int) -> bool:
        """Whether no noun phrase goes on at a place."""
        return self.at(i) in FUNCTION or self.at(i) == ""

    def gap(self, i: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.words[i - 1].end : self.words[i].start].strip()

    @property
    def stems(self) -> frozenset[str]:
        """Its words without their endings."""
        return frozenset(stem(word.text) for word in self.words)

    def phrases(self) -> tuple[Phrase, ...]:
        """Its noun phrases in order: each a run of words that are neither function words nor verbs."""
        made: list[Phrase] = []
        i = 0
        while i < len(self.words):
            j = i
            while j < len(self.words) and (j == i or self._goes_on(j)) and self._belongs(j):
                j = self._next(j)
            if j > i:
                made += self._phrase(i, j)
            i = max(j, i + 1)
        return tuple(made)

    def _next(self, i: int) -> int:
        """The place of the word after one of a phrase, past a "of" or "and" inside a name."""
        j = i + 1
        while self.at(j) in _INSIDE_NAMES and self.words[i].capital and not self.gap(j):
            j += 1
        named = j > i + 1 and j < len(self.words) and self.words[j].capital and self.at(i) not in FUNCTION
        return j if named and not self.gap(j) else i + 1

    def _goes_on(self, i: int) -> bool:
        """Whether a word may belong to the phrase of the one before it."""
        initial = self.gap(i) == "." and len(self.words[i - 1].text) <= 4  # "Washington D.C. museums"
        return self.gap(i) in ("", "’", "'") or initial

    def _belongs(self, i: int) -> bool:
        """Whether a word can belong to a noun phrase."""
        begins = i == 0 or self.gap(i)[:1] in (".", "?", "!", ";", ":", "(")
        if self.words[i].capital and not begins:
            return self.at(i) not in ("i", "i'm")
        degree = self.at(i - 1) == "how" and self.at(i + 1) in AUXILIARIES  # "how secure is …"
        return self.at(i) not in FUNCTION and not degree and not self._is_verb(i)

    def _is_verb(self, i: int) -> bool:
        word, before, after = self.at(i), self.at(i - 1), self.at(i + 1)
        if before in SUBJECTS:
            return True
        if word not in PARTS and stem(word) in VERBS and after in DETERMINERS | PRONOUNS and i > 0:
            return True  # "which word closes the saga"
        if word not in VERBS and not word.endswith(("ed", "ing")):
            return False
        relative = before == "that" and not self.ends(i - 2)  # "banks that offer loans"
        if (before in DETERMINERS or before == "of") and not relative:
            return False  # "the changes"
        if (
            word not in VERBS
        ):  # "was founded in" and "is suffering", but "increased scale" and "hiking trails"
            return self.ends(i + 1) if word.endswith("ed") else before in AUXILIARIES | PRONOUNS | {""}
        closes = after in JOINING | PREPOSITIONS | {"of", ""}
        asked = any(self.at(j) in DOING for j in range(i))
        return asked or not (word in PARTS and closes and before not in PRONOUNS)

    def _phrase(self, i: int, j: int) -> Iterator[Phrase]:
        """The noun phrase among the words from ``i`` to ``j``, if there is one."""
        before = self.at(i - 1)
        helper = self.at(i - 2) if before in DETERMINERS else before
        if j - i > 1 and helper in DOING and not self._verb_follows(j):
            j -= 1  # in "does the crossing take" there has to be a verb
        while j - i > 1 and (_SUPERLATIVE.fullmatch(self.at(i)) or (before == "of" and self._is_gerund(i))):
            i += 1
        equated = any(self.at(k) in BE for k in range(i))
        while j - i > 1 and (
            self.at(j - 1).endswith("ly")
            or (
                equated
                and not self.words[j - 1].capital
                and (self.at(j - 1) in ADJECTIVES or self.at(j - 1).endswith(_PREDICATE))
            )
        ):
            j -= 1
        said = before in ("i'm", "am") or self.at(i) in ADJECTIVES or self.at(i).endswith("ly")
        if j - i == 1 and said and not self.words[i].capital:
            return
        determiner = self.at(i - 1) in ("the", "a", "an", "my", "your", "our")
        after_of = self.at(i - 2 if determiner else i - 1) == "of"
        if determiner and self._is_gerund(i - 2) and self.at(i - 3) in BE:
            i, determiner = i - 2, False  # "is learning a language hard?"
        start = self.words[i - determiner].start
        yield Phrase(
            text=self.text[self.words[i].start : self.words[j - 1].end],
            determiner=self.words[i - 1].text.lower() if determiner else "",
            start=start,
            end=self.words[j - 1].end,
            first=i,
            last=j,
            name=any(word.capital for word in self.words[max(i, 1) : j]),
            after_of=after_of,
        )

    def _is_gerund(self, i: int) -> bool:
        return i >= 0 and self.at(i).endswith("ing") and not self.words[i].capital

    def _verb_follows(self, i: int) -> bool:
        while self.at(i) in ADVERBS | JOINING:
            i += 1
        return self.at(i) in AUXILIARIES or not self.ends(i)


def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order."""
    return tuple(Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text))


def wording(text: str) -> Wording:
    """A text by its words."""
    return Wording(text, words(text))
