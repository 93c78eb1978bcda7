"""The seam: a question and the turns before it -> a question that can be understood without them."""

from collections.abc import Sequence
from typing import Protocol

from bot.conversation.carrying import carried_over
from bot.conversation.stand_alone import leaning
from bot.conversation.turns import Rewrite, Turn, language_of
from index.languages import by_script


class Rewriter(Protocol):
    """Makes questions stand alone."""

    def __call__(self, question: str, turns: Sequence[Turn]) -> Rewrite:
        """The question as it is searched for; unchanged if it does not lean on the turns, oldest first."""


def rewrite(question: str, turns: Sequence[Turn]) -> Rewrite:
    """By rules where the question is English, else with what the last one was about; in one script only."""
    if turns and _script(turns[-1].question) != _script(question):
        return Rewrite(question)  # words in another script help little to find what is asked for in this one
    if language_of(question, turns) == "en":
        return leaning(question, turns)
    return Rewrite(carried_over(question, turns))


def _script(text: str) -> str:
    """The script of a text; Japanese without kana looks Chinese, and may follow what has kana."""
    code = by_script(text)
    return "ja" if code == "zh" else code
