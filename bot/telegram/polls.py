"""The connection for polls, and what the library's updater does not tell about it."""

import time
from collections.abc import Callable
from typing import Any

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.telegram.events import event


class Polls(HTTPXRequest):
    """Tells whether Telegram still serves us, and passes only updates on that can be read."""

    def __init__(self, refused: Callable[[], None]) -> None:
        super().__init__(connection_pool_size=2)
        self._refused = refused
        self.tried = self.heard = time.monotonic()
        """When a poll was last begun, and when one was last answered."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a request, and look at the status of the response."""
        self.tried = time.monotonic()
        status, body = await super().do_request(*args, **kwargs)
        self.heard = time.monotonic()
        if status in (401, 404):  # revoked or malformed; polling would end without a word
            self._refused()
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Let an update that the library cannot read pass as an empty one, lest it be asked for for ever."""
        data = HTTPXRequest.parse_json_payload(payload)
        result = data.get("result") if isinstance(data, dict) else None
        if isinstance(result, list):
            return data | {"result": _readable(result)}
        if not isinstance(data, dict) or "description" not in data:
            raise TelegramError("Invalid server response")
        return data


def _readable(updates: list[Any]) -> list[dict[str, Any]]:
    """What can be read; of what cannot, the number, by which it is acknowledged.

    Raises:
        TelegramError: nothing of it has a number, so that the poll is as good as failed: it is made again
            after a pause.
    """
    numbered = [update for update in updates if _number(update) is not None]
    for _ in range(len(updates) - len(numbered)):
        event("unreadable", reason="no update_id")
    if updates and not numbered:
        raise TelegramError("Updates without numbers")
    return [update if update_of(update, None) else {"update_id": update["update_id"]} for update in numbered]


def update_of(data: object, bot: Bot | None) -> Update | None:
    """An update as the library reads it; None, and a line in the log, where it cannot."""
    if _number(data) is None:
        event("unreadable", reason="no update_id")
        return None
    assert isinstance(data, dict)  # noqa: S101 - it has a number
    try:
        return Update.de_json(data, bot)
    except Exception as error:  # a kind of message that is newer than the library
        event("unreadable", update=data["update_id"], reason=type(error).__name__)
        return None


def _number(update: object) -> int | None:
    """The number of an update, if it has one."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
