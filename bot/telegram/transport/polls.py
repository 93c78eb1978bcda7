"""The connection for polls, and what the library's updater does not tell about it."""

import time
from collections.abc import Callable
from typing import Any

from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.telegram.events import event
from bot.telegram.updates import number_of, update_of


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
        if status < 500:  # else it is a gateway that speaks
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
    numbered = [update for update in updates if number_of(update) is not None]
    for _ in range(len(updates) - len(numbered)):
        event("unreadable", reason="no update_id")
    if updates and not numbered:
        raise TelegramError("Updates without numbers")
    return [update if update_of(update, None) else {"update_id": update["update_id"]} for update in numbered]
