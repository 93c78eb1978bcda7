"""The turns of a conversation, and which of them a question may lean on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.answers import Answer
from index.languages import DEFAULT, by_script, by_shared_script, votes

TURNS = 8  # that are looked back at
LONGEST = 300  # characters of a question that leans on others or is leant on


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was answered: as asked, as searched, and the first quote of its answer."""

    question: str
    searched_for: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A question as it reads after the turns before it.

    ``certain`` is whether it cannot be understood without them: a pronoun points to them, or it leaves out
    what it is about. Where it is not, the question as typed may be what is meant.
    """

    text: str
    certain: bool = True


def turn_of(answer: Answer) -> Turn:
    """An answer as a turn that the next question may lean on."""
    quote = ""
    if answer.citations:
        best = answer.citations[0]
        start, end = best.span or (best.start, best.start + len(best.quote))
        quote = best.quote[start - best.start : end - best.start]
    return Turn(answer.question, answer.searched_for, quote)


def leant_on(question: str, turns: Sequence[Turn]) -> list[Turn]:
    """The turns that a question may lean on, oldest first; none after a long text, nor for one."""
    near = [turn for turn in turns[-TURNS:] if len(turn.searched_for) <= LONGEST]
    return near if near and near[-1] is turns[-1] and len(question) <= LONGEST else []


def language_of(question: str, turns: Sequence[Turn] = ()) -> str:
    """The code of a question's language: by its script, else its function words, else the turns before.

    Where these are as many of another language's, it is English; where there are none, letters decide.
    """
    if own := by_script(question):
        return own
    said, before = votes(question), votes(" ".join(turn.question for turn in turns))
    if not (said or before):
        return by_shared_script(question)
    return max((said or before), key=lambda code: (said[code], before[code], code == DEFAULT))
