"""The seam: a question and the turns before it -> a question that can be understood without them."""

from collections.abc import Sequence
from typing import Protocol

from bot.conversation.carrying import carried_over
from bot.conversation.stand_alone import stand_alone
from bot.conversation.turns import Turn, language_of


class Rewriter(Protocol):
    """Makes questions stand alone."""

    def __call__(self, question: str, turns: Sequence[Turn]) -> str:
        """The question as it is searched for; unchanged if it does not lean on the turns, oldest first."""


def rewrite(question: str, turns: Sequence[Turn]) -> str:
    """By rules where the question is English, else with what the last one was about."""
    by = stand_alone if language_of(question, turns) == "en" else carried_over
    return by(question, turns)
