"""What can go wrong with Telegram in a way that a user can mend; other errors: ``index/errors.py``."""

from index.errors import DocentError


class TelegramRefused(DocentError):
    """Telegram does not serve this bot: its token is refused, or another program polls with it."""
