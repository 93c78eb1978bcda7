"""``docent`` with no model and with fixed numbers: a real process that starts in a second."""

from bot import engine
from bot.terminal.main import main
from tests.answering.profiles import PROFILE
from tests.words_encoder import WordsEncoder

engine.encoder_of = WordsEncoder  # type: ignore[assignment, misc]
engine.profile_of = lambda *_: PROFILE  # type: ignore[assignment]

if __name__ == "__main__":
    main()
