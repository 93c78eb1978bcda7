"""``docent`` with no model, whose reader takes its time over the members of a list.

READING    a variable: seconds for every 32 sentences
"""

import os
import time
from collections.abc import Sequence

from bot import engine
from bot.reader.reading import Reading
from bot.reader.together import Readers
from bot.terminal.main import main
from tests.answering.profiles import PROFILE
from tests.reader.words import WordReader
from tests.words_encoder import WordsEncoder


class SlowReader(WordReader):
    """Knows who attended, and reads many sentences slowly."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        if len(passages) > 16:
            time.sleep(float(os.environ["READING"]))
        return super().read(question, passages)


engine.encoder_of = WordsEncoder  # type: ignore[assignment, misc]
engine.readers_of = lambda _: Readers(SlowReader({"attended": 12.0}))  # type: ignore[assignment]
engine.profile_of = lambda *_: PROFILE  # type: ignore[assignment]

if __name__ == "__main__":
    main()
