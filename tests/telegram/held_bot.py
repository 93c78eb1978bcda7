"""``docent`` without a model, like ``words_bot``, whose encoder waits as long as a file is there.

The folder ``HELD`` of the environment holds the files: ``build`` stops building, ``ask`` questions, ``loop``
the event loop when an answer is written down.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot import engine
from bot.answering.answers import Answer
from bot.conversation.turns import Turn
from bot.telegram import run
from bot.telegram.persistence.answers import Answers, Kept
from bot.terminal.main import main
from tests.answering.profiles import PROFILE
from tests.words_encoder import Vectors, WordsEncoder

HELD = Path(os.environ.get("HELD", "."))


class HeldEncoder(WordsEncoder):
    """Waits, and tells so."""

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        while (HELD / "build").exists():
            time.sleep(0.02)
            advance(0)
        return super().encode(texts, advance)


class HeldEngine(engine.Engine):
    """Waits likewise."""

    def ask(self, question: str, history: Sequence[Turn] = (), **more: Any) -> Answer:
        while (HELD / "ask").exists():
            time.sleep(0.02)
        return super().ask(question, history, **more)


class HeldAnswers(Answers):
    """As on a disk that hangs."""

    def keep(self, kept: Kept) -> None:
        while (HELD / "loop").exists():
            time.sleep(0.02)
        super().keep(kept)


run.Answers = HeldAnswers  # type: ignore[misc]
engine.encoder_of = HeldEncoder  # type: ignore[assignment, misc]
engine.profile_of = lambda *_: PROFILE  # type: ignore[assignment]
engine.Engine = HeldEngine  # type: ignore[misc]

if __name__ == "__main__":
    main()
