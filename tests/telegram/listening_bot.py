"""``docent`` without a model, like ``words_bot``, that has a bar for what it says unasked and can be held up.

It understands sounds that are the words themselves.

The variable HELD names a file: while it is there, questions with "hold" wait.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot import engine
from bot.answering import interjecting
from bot.answering.answers import Answer
from bot.answering.interjecting import QUESTION, Bar, Signs
from bot.answering.judges import Judge
from bot.conversation.turns import Turn
from bot.hearing import Unheard
from bot.telegram import handlers
from bot.terminal.main import main
from tests.answering.profiles import PROFILE
from tests.words_encoder import WordsEncoder

WORDS = WordsEncoder()
BAR = Bar("by hand", WORDS.fingerprint, Signs(asked=0.0, sure=1.0, beside=0.0), bias=0.0, least=2.2, step=0.8)
"""Sure is 0.9, after one 👎 0.95."""
JUDGE = Judge(
    [QUESTION, "chatter"],
    np.stack([50 * WORDS.encode(["who what when where how"])[0], np.zeros(WORDS.dimension)]),
    np.array([-2.0, 0.0]),
    None,
)


class HeldEngine(engine.Engine):
    """Waits."""

    def ask(self, question: str, history: Sequence[Turn] = (), **more: Any) -> Answer:
        while "hold" in question and Path(os.environ.get("HELD", "-")).exists():
            time.sleep(0.02)
        return super().ask(question, history, **more)


class Ear:
    """Understands."""

    def words(self, sound: bytes) -> str:
        if not sound.startswith(b"OggS: "):
            raise Unheard("noise")
        return sound.removeprefix(b"OggS: ").decode()


def install() -> None:
    """Have it in this process."""
    engine.encoder_of = WordsEncoder  # type: ignore[assignment, misc]
    engine.profile_of = lambda *_: PROFILE  # type: ignore[assignment]
    engine.bar_of = lambda *_: BAR  # type: ignore[assignment]
    interjecting.judge_of = lambda kind, _: JUDGE if kind == "asked" else None  # type: ignore[assignment]
    handlers.recogniser = Ear  # type: ignore[assignment]
    engine.Engine = HeldEngine  # type: ignore[misc]


if __name__ == "__main__":
    install()
    main()
