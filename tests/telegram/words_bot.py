"""``docent`` with an encoder that needs no model: a real process that starts in a second."""

from bot import engine
from bot.cli import main
from tests.conftest import WordsEncoder

engine.ServedEncoder = WordsEncoder  # type: ignore[assignment, misc]

if __name__ == "__main__":
    main()
