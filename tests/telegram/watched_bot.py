"""``docent`` like ``words_bot``, which polls every second, and soon misses Telegram."""

from bot.telegram.transport import receiving
from bot.terminal.main import main
from tests.telegram import words_bot  # noqa: F401 - it sets the model

receiving.POLL = 1
receiving.SILENCE = 2.5

if __name__ == "__main__":
    main()
