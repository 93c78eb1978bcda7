"""Receiving by webhook: Telegram posts each update, again and again until it is acknowledged.

So what cannot be read is acknowledged too, and logged; else nothing that came after it would be received.
"""

import asyncio
import json
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from telegram import Bot
from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from bot.telegram.events import event
from bot.telegram.updates import update_of

_LONGEST = 4 * 2**20  # bytes of an update, far more than Telegram sends


class Webhook:
    """A server that takes updates from Telegram alone.

    Args:
        bot: whose updates they are.
        queue: where they go.
        path: of the webhook's address.
        secret: that Telegram sends along.
    """

    def __init__(self, bot: Bot, queue: "asyncio.Queue[object]", path: str, secret: str) -> None:
        given = {"bot": bot, "queue": queue, "secret": secret}
        application = Application([(f"/?{path.strip('/')}/?", _Handler, given)], log_function=lambda _: None)
        self._server = HTTPServer(application, max_body_size=_LONGEST)

    def start(self, address: str, port: int) -> None:
        """Listen.

        Raises:
            OSError: nothing can be received there.
        """
        self._server.listen(port, address)

    async def stop(self) -> None:
        """Listen no more."""
        self._server.stop()
        await self._server.close_all_connections()


class _Handler(RequestHandler):
    """Takes one update."""

    def initialize(self, bot: Bot, queue: "asyncio.Queue[object]", secret: str) -> None:
        self._bot, self._queue, self._known = bot, queue, secret

    async def post(self) -> None:
        """An update."""
        said = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not compare_digest(said.encode(), self._known.encode()):
            raise HTTPError(HTTPStatus.FORBIDDEN)
        try:
            data = json.loads(self.request.body)
        except ValueError:
            event("unreadable", reason="no JSON")
            raise HTTPError(HTTPStatus.BAD_REQUEST) from None
        update = update_of(data, self._bot)
        if update is not None:
            await self._queue.put(update)

    def log_exception(self, *args: Any) -> None:
        """Say in a line what went wrong; what was refused is no matter of the log."""
        if not isinstance(args[1], HTTPError):
            event("webhook_failed", reason=args[0].__name__)
