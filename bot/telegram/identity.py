"""Which bot this is: its token, and the file of what it keeps; whether it is running already."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
from filelock import Timeout

from bot.settings import Settings
from bot.telegram.errors import TelegramRefused
from bot.telegram.persistence import state

TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the name of the variable
TOKEN_FILE = f"{TOKEN}_FILE"
NO_TOKEN = f"There is no token. Get one from @BotFather in Telegram and set {TOKEN} in the environment."
REFUSED = f"Telegram refuses the token in {TOKEN}. Copy it again from @BotFather; perhaps it was revoked."

_KNOCK = 5.0  # seconds to hear whether the token is one, before the index is built


def token_from(environment: Mapping[str, str]) -> str:
    """The bot's token: of its variable, or else of the file that another names, as a secret is mounted.

    Raises:
        TelegramRefused: it is missing, or cannot be one.
    """
    token, name = environment.get(TOKEN, "").strip(), TOKEN
    if not token and (file := environment.get(TOKEN_FILE, "").strip()):
        try:
            token, name = Path(file).read_text(encoding="utf-8").strip(), TOKEN_FILE
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise TelegramRefused(f"The file {file} of {TOKEN_FILE} cannot be read: {reason}.") from None
    if not token:
        raise TelegramRefused(NO_TOKEN)
    number, _, secret = token.partition(":")
    if not number.isdecimal() or not secret or not all("!" <= character <= "~" for character in token):
        raise TelegramRefused(f"What stands in {name} is no token: one looks like 123456:ABC-def.")
    return token


def check_token(settings: Settings, token: str) -> None:
    """Ask Telegram about the token, where it can be reached; else ``serve`` finds out.

    Raises:
        TelegramRefused: it is no bot's.
    """
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        status = httpx.get(f"{settings.telegram.base_url}{token}/getMe", timeout=_KNOCK).status_code
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND):
            raise TelegramRefused(REFUSED)


def state_file(settings: Settings, token: str) -> Path:
    """The file of what this bot keeps; its name is the bot's id, which is no secret."""
    return state.folder(settings.state_folder()) / f"{token.partition(':')[0]}.sqlite"


def is_running(settings: Settings, token: str) -> bool:
    """Whether this bot runs on this machine, with the same state folder."""
    held = state.lock_of(state_file(settings, token))
    try:
        with held.acquire(blocking=False):
            return False
    except Timeout:
        return True
