"""How updates reach the bot, by polls or by webhook, and whether Telegram is still heard of."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from telegram.error import Conflict, TelegramError
from telegram.ext import Application

from bot.telegram.events import event
from bot.telegram.identity import REFUSED
from bot.telegram.metrics import Metrics
from bot.telegram.settings import TelegramSettings
from bot.telegram.transport.inbox import Inbox
from bot.telegram.transport.polls import Polls
from bot.telegram.transport.webhook import Webhook
from index.errors import SettingsError, reason

CONFLICT = (
    "Another program receives the messages of this bot with the same token, so this one stops. "
    "Stop the other, or get a token of its own for one of them."
)
DEAD = "Polling ended for a reason unknown. Start the bot again; its log may tell more."

POLL = 20  # seconds for which Telegram holds a poll open
SILENCE = 60.0  # seconds without an answer to a poll, after which Telegram was not heard of for too long
_FIGHT = 15.0  # seconds within which a second conflict shows that the other poller does not give up
_DEAD = 180.0  # seconds without even trying to poll, after which the updater must have died
_LAST_POLL = 1.0  # seconds to tell Telegram, at the end, what was received; what it sends again is known
_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]


class Receiving:
    """Takes updates into the inbox.

    Args:
        settings: whether by webhook, and where.
        inbox: where updates go.
        metrics: hears what Telegram refuses.
        fail: hears, in a sentence, why nothing more will be received.
    """

    def __init__(
        self, settings: TelegramSettings, inbox: Inbox, metrics: Metrics, fail: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._metrics = metrics
        self._fail = fail
        self._webhook: Webhook | None = None
        self._last_conflict = float("-inf")
        self.polls = Polls(lambda: fail(REFUSED))
        """The connection by which the bot polls."""

    async def start(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Begin, for a bot that was initialised.

        Raises:
            SettingsError: nothing can be received where the webhook listens.
        """
        if self._settings.webhook_url:
            await self._start_webhook(application)
        elif application.updater:
            await application.updater.start_polling(
                timeout=POLL,
                bootstrap_retries=-1,
                allowed_updates=_UPDATES,
                error_callback=self._poll_failed,
            )

    async def stop(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Take nothing more; Telegram may be out of reach, and holds nobody up by it."""
        if self._webhook:
            await self._webhook.stop()
        if application.updater and application.updater.running:
            stopping = asyncio.create_task(application.updater.stop())
            await asyncio.wait([stopping], timeout=_LAST_POLL)
            stopping.cancel()
            with suppress(TelegramError, asyncio.CancelledError):
                await stopping

    def silence(self) -> float:
        """For how many seconds Telegram was not heard of, if that is too long; else 0.

        By webhook, it says nothing as long as nobody writes.
        """
        silence = time.monotonic() - self.polls.heard
        return silence if silence > SILENCE and not self._settings.webhook_url else 0.0

    def look(self) -> None:
        """Fail where polling has ended without a word."""
        if self.silence() and time.monotonic() - self.polls.tried > _DEAD:
            self._fail(DEAD)

    async def _start_webhook(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Have Telegram call us, with a secret by which we know that it is Telegram."""
        bot, url, secret = application.bot, self._settings.webhook_url, secrets.token_urlsafe(32)
        await bot.set_webhook(url, allowed_updates=_UPDATES, secret_token=secret)
        try:
            self._webhook = Webhook(bot, self._inbox, urlsplit(url).path, secret)
            self._webhook.start(self._settings.webhook_listen, self._settings.webhook_port)
        except OSError as error:
            raise SettingsError(
                f"telegram.webhook_listen and webhook_port: nothing can be received there: {reason(error)}."
            ) from None

    def _poll_failed(self, error: TelegramError) -> None:
        event("poll_failed", reason=type(error).__name__)
        self._metrics.refused("getUpdates", error)
        if not isinstance(error, Conflict):
            return
        now = time.monotonic()
        if now - self._last_conflict < _FIGHT:
            self._fail(CONFLICT)
        self._last_conflict = now
