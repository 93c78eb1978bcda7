"""A question on its way to stand alone: what it says, what it may lean on, and how texts are put together."""

from dataclasses import dataclass

from bot.conversation.english import ASKING, AUXILIARIES
from bot.conversation.phrases import Phrase, Word, Wording, wording
from bot.conversation.topics import Topic
from bot.conversation.turns import Turn

TYING = ("and", "but", "so", "or")
_AGREES, _MANY_FOR_ONE, _ONE_FOR_MANY = 0.4, -0.8, -0.4  # by benchmarks/followups.py on CAsT 2019


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what it may lean on: topics, likeliest first, and the turn before it."""

    wording: Wording
    phrases: tuple[Phrase, ...]
    topics: tuple[Topic, ...]
    last: Turn

    @property
    def text(self) -> str:
        """The question."""
        return self.wording.text

    @property
    def words(self) -> tuple[Word, ...]:
        """Its words."""
        return self.wording.words

    @property
    def named(self) -> bool:
        """Whether it has a name of its own."""
        return any(phrase.name for phrase in self.phrases)

    def at(self, i: int) -> str:
        """The word at a place in small letters, or ""."""
        return self.wording.at(i)

    def topic(self, *, plural: bool | None = None, named: bool = False, person: bool = True) -> Topic | None:
        """The likeliest topic that the question does not say itself.

        Args:
            plural: whether it is many, where that is known.
            named: names come first.
            person: whether it may be somebody.
        """
        stems = self.wording.stems

        def weight(topic: Topic) -> float:
            wrong = _ONE_FOR_MANY if plural else _MANY_FOR_ONE
            agrees = 0.0 if plural is None else _AGREES if topic.phrase.plural == plural else wrong
            return topic.weight + agrees + 1.5 * (named and topic.phrase.name)

        new = (topic for topic in self.topics if not topic.phrase.stems <= stems and person >= topic.person)
        return max(new, key=weight, default=None)


def closing(text: str) -> str:
    """The marks that a text ends with."""
    return text[len(text.rstrip(" \t\r\n?.!…")) :]


def appended(question: str, words: str) -> str:
    """A question with words at its end, before the question mark."""
    marks = closing(question)
    return f"{question[: len(question) - len(marks)]} {words}{marks.rstrip()}"


def begun_anew(question: str) -> str:
    """A question without the "and" that tied it to the one before."""
    found = wording(question)
    tied = found.at(0) in TYING and found.at(1) in ASKING | AUXILIARIES
    return upper(question[found.words[1].start :] if tied else question)


def upper(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Without a capital."""
    return text[:1].lower() + text[1:]
