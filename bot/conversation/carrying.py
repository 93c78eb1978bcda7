"""A question that says too little by itself gets what the last one was about, in any language, without rules.

"Und wie hoch ist er?" becomes "Und wie hoch ist er? (Eiffelturm)". A question leans on the last one where,
function words left out, nothing is left of it; or little, and it points back or is tied to what was said
(``leaning.py``); or a single word that is no thing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.conversation.leaning import BEING, GENERAL, POINTING, TYING
from bot.conversation.turns import Turn, language_of, leant_on
from index.function_words import FUNCTION_WORDS
from index.records import Span

# By benchmarks.followups on CAsT 2019, the first 12 topics of 2020 and every other one of the first 245
# conversations of CANARD's dev.json.
_MOST_POINTING, _MOST_TIED = 4, 2  # content words of a question that leans
_BEFORE = 2  # content words before one that points back; after more, it points to these
_UNSPACED = {"ja": 2, "th": 10, "zh": 2}  # letters of a word, about, in scripts without blanks
_CAPITAL_NOUNS = ("de",)
_WORD = re.compile(r"[\w\u0900-\u097f\u0e00-\u0e7f]+")
_WORD_OF = {"ja": re.compile(r"[a-zA-Z0-9\u30a1-\u30fa\u30fc\u3005\u3006\u3400-\u9fff]+")}  # no Hiragana


@dataclass(frozen=True, slots=True)
class Said:
    """A question taken apart: where the words stand that it is about, and its function words."""

    text: str
    language: str
    content: tuple[Span, ...]
    functions: tuple[tuple[int, str], ...]

    @property
    def words(self) -> list[str]:
        """The words that it is about."""
        return [self.text[start:end] for start, end in self.content]

    @property
    def count(self) -> int:
        """How many they are, about."""
        letters = _UNSPACED.get(self.language)
        return sum(-(-len(word) // letters) if letters else 1 for word in self.words)

    @property
    def names(self) -> tuple[Span, ...]:
        """Those of the words that are written as names, each with the words that follow right after it."""
        named: list[Span] = []
        for start, end in self.content:
            follows = bool(named) and self.text[named[-1][1] : start] in (" ", "-")
            if self._capital(start) or (follows and self.language not in _CAPITAL_NOUNS):
                named.append((start, end))
        return tuple(named)

    @property
    def tied(self) -> bool:
        """Whether it begins with a word that ties it to what was said."""
        first = min([*self.functions[:1], *((start, "") for start, _ in self.content[:1])], default=(0, ""))
        return first[1] in _set(TYING.get(self.language, ""))

    def has(self, words: dict[str, str], *, after: int) -> bool:
        """Whether it has one of a list of function words, at most so many content words before it."""
        end = self.content[after][0] if after < len(self.content) else len(self.text)
        sought = _set(words.get(self.language, ""))
        return any(word in sought for start, word in self.functions if start < end)

    @property
    def leans(self) -> bool:
        """Whether it cannot be understood by itself."""
        if not self.functions or self.count > _MOST_POINTING:
            return False
        if self.count == 0 or (self.tied and self.count <= _MOST_TIED) or self.has(POINTING, after=_BEFORE):
            return True
        return self.count == 1 and not self._is_thing

    @property
    def _is_thing(self) -> bool:
        """Whether its only word is a thing, not what was done with one."""
        capital = self._capital(self.content[0][0])
        if self.language in _CAPITAL_NOUNS and not self.text.islower():
            return capital and self.has(BEING, after=1)
        return capital or self.has(BEING, after=1)

    def _capital(self, start: int) -> bool:
        """Whether a word is written with a capital, and not because it is the first."""
        return self.text[start].isupper() and _WORD.search(self.text, 0, start) is not None


def carried_over(question: str, turns: Sequence[Turn]) -> str:
    """A question with what the last one was about in brackets; unchanged if it does not lean on it.

    Args:
        question: as it was asked.
        turns: before it, oldest first.
    """
    near = leant_on(question, turns)
    if not near:
        return question
    said = taken_apart(question, language_of(question, near))
    topic = _topic(near, bare=not said.content or said.tied) if said.leans else ""
    known = question.casefold()
    new = any(word.casefold() not in known for word in _WORD.findall(topic))
    return f"{question} ({topic})" if new else question


def _topic(turns: Sequence[Turn], *, bare: bool) -> str:
    """The topic: what the last turn took over, else the latest names, else all that the last one said.

    Args:
        turns: oldest first.
        bare: whether names are not enough: the question says nothing of its own.
    """
    last = turns[-1]
    if last.searched_for != last.question and last.searched_for.startswith(f"{last.question} ("):
        return last.searched_for[len(last.question) + 2 : -1]
    said = [taken_apart(turn.searched_for, language_of(turn.searched_for, turns)) for turn in reversed(turns)]
    if not bare and (named := next((one for one in said if one.names), None)):
        return named.text[named.names[0][0] : named.names[-1][1]]
    if said[0].language in _UNSPACED:
        return " ".join([word for word in said[0].words if len(word) > 1] or said[0].words)
    spans = (not bare and said[0].names) or said[0].content
    return said[0].text[spans[0][0] : spans[-1][1]] if spans else ""


def taken_apart(text: str, language: str) -> Said:
    """A question's content words and function words; all content where a language's are not known."""
    content: list[Span] = []
    functions: list[tuple[int, str]] = []
    known = _functions(language)
    masked = text
    if language in _UNSPACED:
        functions = [(match.start(), match[0]) for match in _phrases(language).finditer(text)]
        masked = _phrases(language).sub(lambda match: " " * len(match[0]), text)
    for match in _WORD_OF.get(language, _WORD).finditer(masked):
        word = match[0].lower()
        polite = language in _CAPITAL_NOUNS and match[0] != word and match.start() > 0  # "Sie", "Ihre"
        if word in known:
            functions.append((match.start(), match[0] if polite else word))
        else:
            content.append(match.span())
    return Said(text, language, tuple(content), tuple(sorted(functions)))


@cache
def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


@cache
def _functions(language: str) -> frozenset[str]:
    lists = (FUNCTION_WORDS, POINTING, TYING, BEING, GENERAL)
    return frozenset().union(*(_set(words.get(language, "")) for words in lists))


@cache
def _phrases(language: str) -> re.Pattern[str]:
    longest_first = sorted(_functions(language), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
