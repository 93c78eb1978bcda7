"""The connection for polls, and what the library's updater does not tell about it."""

import time
from collections.abc import Callable
from typing import Any

from telegram import Update
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
            return data | {"result": [_readable(update) for update in result]}
        if not isinstance(data, dict) or "description" not in data:
            raise TelegramError("Invalid server response")
        return data


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update, None)
    except Exception as error:  # a kind of message that is newer than the library
        event("unreadable", update=update["update_id"], reason=type(error).__name__)
        return {"update_id": update["update_id"]}
    return update
