"""``docent`` with an encoder that needs no model, which obeys words of the question, for tests of timing.

hold     it works until the file named by the variable GATE exists
away     until then the server of its index does not answer
poison   it takes the whole process down, as a fault of a library in C would
crash    it raises
PAUSE    a variable: seconds that every question takes
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import engine
from bot.answering.answers import Answer
from bot.conversation.turns import Turn
from bot.terminal.main import main
from index.errors import IndexAway
from tests.answering.profiles import PROFILE
from tests.words_encoder import WordsEncoder


class MoodyEngine(engine.Engine):
    """Slow or broken where the question says so."""

    def ask(self, question: str, history: Sequence[Turn] = (), **more: Any) -> Answer:
        words = question.lower().split()
        while "hold" in words and not Path(os.environ["GATE"]).exists():
            time.sleep(0.01)
        if "away" in words and not Path(os.environ["GATE"]).exists():
            raise IndexAway("Qdrant is away.")
        if "poison" in words:
            os._exit(9)
        if "crash" in words:
            raise RuntimeError("the question told me to")
        time.sleep(float(os.environ.get("PAUSE", "0")))
        return super().ask(question, history, **more)


engine.encoder_of = WordsEncoder  # type: ignore[assignment, misc]
engine.profile_of = lambda *_: PROFILE  # type: ignore[assignment]
engine.Engine = MoodyEngine  # type: ignore[misc]

if __name__ == "__main__":
    main()
