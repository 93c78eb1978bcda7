"""Requests on their way out: paced, repeated where that is safe, and never twice where it is not.

Telegram gives no receipt: where the reply to ``sendMessage`` is lost, the message may stand in the
chat. So what is not known to be idempotent is repeated only if it surely did not arrive.
Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import httpx
from aiolimiter import AsyncLimiter
from telegram import InputFile
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter, ExtBot

from bot.telegram.events import event
from bot.telegram.limits import Limit
from bot.telegram.metrics import Metrics
from bot.telegram.showing import screens
from bot.telegram.transport.inbox import Inbox, handled

os.environ.setdefault("PTB_TIMEDELTA", "true")  # have retry_after as it will be, without a warning

_T = TypeVar("_T")

_OVERALL = 1, 1 / 30  # messages, seconds: evenly, for a bucket of 30 lets 60 pass in its first second
_IN_A_GROUP = 20, 61  # in any minute; the second more is for what is quicker on its way than another
_SPARED = 1  # of them, to say that the others have to wait
_FOR_QUESTIONS = 8  # of them, that are left for what somebody waits for
_SHORT = 3.0  # seconds of which nobody need be told
_FOR_EVER = {"getMe", "deleteWebhook", "setWebhook"}  # without them the bot cannot start
_SHORT_LIVED = {"sendChatAction", "answerInlineQuery", "answerCallbackQuery"}  # of no use later
_EDITS = {"editMessageText", "editMessageMedia", "editMessageReplyMarkup"}
_IDEMPOTENT = {*_FOR_EVER, *_SHORT_LIVED, *_EDITS, "deleteMessage", "setMyCommands", "deleteMyCommands"}
"""What does no more when it is done twice, besides all that only asks. All else may create a message."""
_LAST = 1.0  # seconds for requests that are under way when the bot stops
_OUTAGE = 24 * 3600.0  # seconds of patience where Telegram is out of reach: so long it keeps messages itself
_HICCUP = 60.0  # likewise where it fails
_LONGEST_PAUSE = 30.0  # seconds
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BY_GATEWAY = ("bad gateway", "service unavailable")  # 502, 503: the request did not get through


async def one_moment(bot: ExtBot[bool], chat: int, thread: int | None, seconds: float) -> None:
    """Say in a group, in the place that is spared for it, that what comes has to wait."""
    with suppress(TelegramError):
        await bot.send_message(
            chat,
            screens.one_moment(seconds),
            message_thread_id=thread,
            disable_notification=True,
            rate_limit_args=True,
        )


class Unconfirmed(TelegramError):
    """A message may have arrived or not; it must not be sent again."""


class Delivery(BaseRateLimiter[bool]):
    """Carries all requests but the polling, each chat at its own pace.

    A request with ``rate_limit_args=True`` takes the place that is spared in each group to say that the
    others have to wait.

    Args:
        inbox: the updates that requests answer.
        metrics: counts requests.
        clock: seconds, by which messages to groups are paced.
    """

    on_wait: Callable[[int, int | None, float], None] = staticmethod(lambda *_: None)
    """Hears of a message that has to wait in a group, once a minute: chat, topic, seconds."""

    def __init__(
        self, inbox: Inbox, metrics: Metrics | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._inbox = inbox
        self._metrics = metrics or Metrics()
        self._stopping = asyncio.Event()
        self._overall = AsyncLimiter(*_OVERALL)
        self._in_a_group = Limit(*_IN_A_GROUP, clock=clock)
        self._told = Limit(1, 60)
        self._not_before: dict[tuple[int, bool], float] = {}
        """Chats in flood control, True for that of chat actions alone; by the clock of the loop."""

    def stop(self) -> None:
        """Wait for nothing any more: what cannot go out now goes out after the next start."""
        self._stopping.set()

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is left."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: bool | None,
    ) -> Any:
        """Make a request of the Bot API.

        Raises:
            Unconfirmed: what it did to a message that it creates is not known.
            TelegramError: it was refused, or did not get through for a long time.
        """
        loop = asyncio.get_running_loop()
        chat = data.get("chat_id")
        started, pause = loop.time(), 1.0
        while True:
            if endpoint == "sendChatAction" and self._crowded(chat):
                return True
            await self._pace(endpoint, chat, data.get("message_thread_id"), spared=bool(rate_limit_args))
            if self._stopping.is_set():
                raise asyncio.CancelledError  # nothing was sent, so the update stays open
            update = handled.get() if not _is_idempotent(endpoint) else None
            if update:
                self._inbox.settle(update)
                handled.set(None)  # once part of the answer may be there, it must not be given again
            try:
                with self._metrics.request(endpoint, with_file=_carries_a_file(data)):
                    return await self._unless_stopped(callback(*args, **kwargs), _LAST)
            except RetryAfter as error:
                wait = _seconds(error) + 0.1
                if isinstance(chat, int):
                    self._not_before[chat, endpoint == "sendChatAction"] = loop.time() + wait
                reason: TelegramError = error
            except TelegramError as error:
                wait, pause = pause, min(2 * pause, _LONGEST_PAUSE)
                if loop.time() + wait > started + _patience(error, endpoint):
                    raise
                reason = error
            if update:
                self._inbox.reopen(update)
                handled.set(update)
            if endpoint in _SHORT_LIVED:
                raise reason
            event("retry", method=endpoint, chat=chat, seconds=round(wait), reason=type(reason).__name__)
            await self._sleep(wait)

    def _crowded(self, chat: Any) -> bool:
        """Whether a message would have to wait in this chat; then "typing" is not worth a request."""
        now = asyncio.get_running_loop().time()
        late = any(self._not_before.get((chat, action), 0) > now for action in (True, False))
        return late or (isinstance(chat, int) and self.wait_in(chat) > 0)

    def wait_in(self, chat: int) -> float:
        """Seconds for which one more message would have to wait in a chat."""
        return self._in_a_group.left(chat, _SPARED) if chat < 0 else 0.0

    def busy_in(self, chat: int) -> float:
        """Seconds for which what nobody waits for should not be sent to a chat."""
        return self._in_a_group.left(chat, _FOR_QUESTIONS) if chat < 0 else 0.0

    async def _pace(self, endpoint: str, chat: Any, thread: int | None, *, spared: bool) -> None:
        loop = asyncio.get_running_loop()
        flood = chat, endpoint == "sendChatAction"
        while (wait := self._not_before.get(flood, 0) - loop.time()) > 0:
            await self._sleep(wait)
        self._not_before.pop(flood, None)
        if isinstance(chat, int) and chat < 0 and _is_paced(endpoint):
            while wait := self._in_a_group.wait(chat, 0 if spared else _SPARED):
                if wait > _SHORT and not spared and not self._told.wait(chat):
                    self.on_wait(chat, thread, wait)
                await self._sleep(wait)
        if _is_paced(endpoint):
            await self._unless_stopped(self._overall.acquire())

    async def _sleep(self, seconds: float) -> None:
        await self._unless_stopped(asyncio.sleep(seconds))

    async def _unless_stopped(self, waiting: Coroutine[Any, Any, _T], grace: float = 0.0) -> _T:
        """Wait, but when the bot stops, break off what is being done after so many seconds."""
        tasks = asyncio.ensure_future(waiting), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if grace and not tasks[0].done():
                await asyncio.wait(tasks[:1], timeout=grace)
            if not tasks[0].done():
                raise asyncio.CancelledError
            return tasks[0].result()
        finally:
            for task in tasks:
                task.cancel()


def _is_idempotent(endpoint: str) -> bool:
    return endpoint in _IDEMPOTENT or endpoint.startswith("get")


def _carries_a_file(data: dict[str, Any]) -> bool:
    return any(isinstance(getattr(value, "media", value), InputFile) for value in data.values())


def _is_paced(endpoint: str) -> bool:
    """Whether Telegram counts a request as a message."""
    return endpoint in _EDITS or not _is_idempotent(endpoint)


def _patience(error: TelegramError, endpoint: str) -> float:
    """For how many seconds a request that failed is made again; 0 where Telegram has refused it.

    Raises:
        Unconfirmed: it must not be made again, for it may have worked.
    """
    refused = isinstance(error, BadRequest) or not isinstance(error, NetworkError)
    if refused and not is_unreadable(error):
        return 0.0
    if endpoint in _FOR_EVER:
        return float("inf")
    if isinstance(error.__cause__, _UNSENT) or any(sign in str(error).lower() for sign in _BY_GATEWAY):
        return _OUTAGE
    if not _is_idempotent(endpoint):
        raise Unconfirmed(f"The reply to {endpoint} was lost ({error}).") from error
    return _HICCUP


def is_unreadable(error: TelegramError) -> bool:
    """Whether what came in reply was no answer of the Bot API, as some gateway's page; no kind of its own."""
    return str(error) == "Invalid server response"


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
