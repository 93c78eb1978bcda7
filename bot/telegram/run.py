"""Starting and stopping: wires the parts, and watches over the connection to Telegram."""

import asyncio
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx
from filelock import Timeout
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.helpers import create_deep_linked_url
from telegram.request import HTTPXRequest

from bot import swapping
from bot.engine import Engine
from bot.feedback import Feedback
from bot.settings import Settings
from bot.status import empty_folders
from bot.telegram import events, supervisor
from bot.telegram.alarms import Alarms
from bot.telegram.answering.receipts import Receipts
from bot.telegram.background import Background
from bot.telegram.commands import publish
from bot.telegram.documents.watcher import Watcher
from bot.telegram.errors import TelegramRefused
from bot.telegram.events import event
from bot.telegram.handlers import register
from bot.telegram.limits import Limit
from bot.telegram.metrics import Metrics
from bot.telegram.monitoring import Monitoring
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.persistence.offers import Offers
from bot.telegram.persistence.removals import Removals
from bot.telegram.persistence.state import Memory
from bot.telegram.renewals import Renewals
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.delivery import Delivery
from bot.telegram.transport.inbox import Inbox, InOrder
from bot.telegram.transport.polls import Polls
from bot.telegram.transport.post import Post
from bot.telegram.transport.webhook import Webhook
from bot.telegram.workers import Workers
from index.errors import DocentError, SettingsError
from index.parsing.worker import shared

TOKEN = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the name of the variable
TOKEN_FILE = f"{TOKEN}_FILE"
NO_TOKEN = f"There is no token. Get one from @BotFather in Telegram and set {TOKEN} in the environment."
REFUSED = f"Telegram refuses the token in {TOKEN}. Copy it again from @BotFather; perhaps it was revoked."
CONFLICT = (
    "Another program receives the messages of this bot with the same token, so this one stops. "
    "Stop the other, or get a token of its own for one of them."
)
DEAD = "Polling ended for a reason unknown. Start the bot again; its log may tell more."

_KNOCK = 5.0  # seconds to hear whether the token is one, before the index is built
_POLL = 20  # seconds for which Telegram holds a poll open
_FIGHT = 15.0  # seconds within which a second conflict shows that the other poller does not give up
_BEAT = 15.0  # seconds between two signs of life
_SILENCE = 60.0  # seconds without an answer to a poll, after which there is no sign of life
_DEAD = 180.0  # seconds without even trying to poll, after which the updater must have died
_GRACE = 2.0  # seconds to finish what is being answered when the bot has to stop
_LAST_POLL = 1.0  # seconds to tell Telegram then what was received; what it sends again is known
_AT_LAST = 4.5  # seconds after a signal by which the process ends, whatever goes on
_PRUNE = 3600.0  # seconds between two times that old answers are deleted
_PRESSES = 2  # of buttons, for each question that a person may ask
_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]


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


def serve(engine: Engine, token: str, announce: Callable[[str], None]) -> NoReturn:
    """Answer in Telegram until SIGTERM or SIGINT; then finish what is being answered, and end the process.

    Args:
        engine: with an index.
        token: of the bot.
        announce: writes a line for whoever started the bot.

    Raises:
        TelegramRefused: the token is refused, or another program polls with it.
        StateError: what the bot keeps cannot be read or written, or this bot is running already.
    """
    swapping.settle(engine.settings.state_folder())
    file = state_file(engine.settings, token)
    with state.held(file), closing(state.connect(file)) as database:
        handler = events.start(token, form=engine.settings.logging.format)
        try:
            asyncio.run(_Runner(engine, token, database, announce).run())
        except InvalidToken:
            raise TelegramRefused(REFUSED) from None
        except TelegramError as error:
            reason = str(error).replace(token, "***")
            raise TelegramRefused(f"Telegram does not let the bot start: {reason}.") from None
        finally:
            events.stop(handler)
    _leave()


def _leave() -> NoReturn:
    """End the process now: neither threads that heed nothing nor the teardown of libraries hold it up."""
    shared().close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _unretrieved(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waited for: the updater leaves a poll that fails while it stops."""
    error = context.get("exception")
    if isinstance(error, TelegramError):
        event("poll_failed", reason=type(error).__name__)
    else:
        loop.default_exception_handler(context)


class _Runner:
    """A bot from start to stop."""

    def __init__(self, engine: Engine, token: str, database: Memory, announce: Callable[[str], None]) -> None:
        telegram = engine.settings.telegram
        self._settings = telegram
        self._announce = announce
        self._memory = database
        self._stop = asyncio.Event()
        self._webhook: Webhook | None = None
        self._trouble: DocentError | None = None
        self._last_conflict = float("-inf")
        inbox = Inbox(database)
        metrics = Metrics()
        self._delivery = Delivery(inbox, metrics)
        order = InOrder(inbox)
        self._polls = Polls(partial(self._fail, REFUSED))
        self._bot = ExtBot(
            token,
            base_url=telegram.base_url,
            base_file_url=f"{telegram.base_url.removesuffix('/bot')}/file/bot",
            request=HTTPXRequest(connection_pool_size=256, pool_timeout=60, read_timeout=20),
            get_updates_request=self._polls,
            rate_limiter=self._delivery,
        )
        self._application = (
            ApplicationBuilder().bot(self._bot).update_queue(inbox).concurrent_updates(order).build()
        )
        access = Access(telegram, database, engine.settings.collections)
        answers = Answers(database, telegram.keep_days)
        workers = Workers()
        self._alive = state.folder(engine.settings.state_folder()) / "alive"
        self._services = Services(
            settings=engine.settings,
            engine=engine,
            bot=self._bot,
            inbox=inbox,
            access=access,
            answers=answers,
            offers=Offers(database),
            feedback=Feedback(engine.settings.feedback_file(), engine.settings.documents.folder),
            post=Post(self._bot, access, answers),
            workers=workers,
            renewals=Renewals(engine, workers, metrics),
            removals=Removals(database),
            wait_in=self._delivery.wait_in,
            busy_in=self._delivery.busy_in,
            metrics=metrics,
            presses=Limit(_PRESSES * telegram.questions_per_minute, 60),
        )
        self._monitoring = (
            Monitoring(self._services, self._unready) if engine.settings.monitoring.port else None
        )
        self._administration, self._uploads, self._removing = register(self._application, self._services)
        self._alarms, self._background = Alarms(self._services), Background()
        database.on_trouble = self._alarms.without_memory
        self._delivery.on_wait = self._one_moment

    async def run(self) -> None:
        """Everything between the first request and the last."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_unretrieved)
        for number in (signal.SIGTERM, signal.SIGINT):  # by no handler of the loop's, which may be held up
            signal.signal(number, partial(self._heed, loop))
        try:
            if self._monitoring:
                self._monitoring.start()
            self._background.run(supervisor.feed_watchdog())
            supervisor.tell(supervisor.READY)  # it may be long until Telegram can be reached
            await self._application.initialize()
            await self._services.work(self._services.engine.warm)
            if not self._stop.is_set():
                await self._serve()
        except asyncio.CancelledError:
            if not self._stop.is_set():
                raise
        finally:
            self._services.inbox.spare()
            if self._monitoring:
                await self._monitoring.stop()
            await self._application.shutdown()
            await self._bot.shutdown()  # where the start failed half-way
        if self._trouble:
            raise self._trouble

    async def _serve(self) -> None:
        waiting = self._services.inbox.restore(self._bot)
        await (self._start_webhook() if self._settings.webhook_url else self._start_polling())
        await self._application.start()
        self._uploads.resume()
        self._removing.resume()
        self._greet()
        self._alarms.begin()
        event("started", bot=self._bot.username, waiting=waiting)
        watcher = Watcher(self._services.engine.settings, self._services.renewals)
        if self._services.settings.documents.watch:
            watcher.start()
        tasks = [
            asyncio.create_task(publish(self._bot, self._services.access.admins(), everywhere=True)),
            asyncio.create_task(self._show_life()),
            asyncio.create_task(Receipts(self._services, self._memory).run()),
        ]
        await self._stop.wait()
        event("stopping")
        supervisor.tell(supervisor.STOPPING)
        self._services.inbox.stopping = True
        watcher.stop()
        for task in tasks:
            task.cancel()
        asyncio.get_running_loop().call_later(_GRACE, self._break_off)
        await asyncio.gather(self._stop_receiving(), self._administration.stop())
        await self._application.stop()
        self._break_off()
        event("stopped", waiting=self._services.inbox.waiting())

    async def _stop_receiving(self) -> None:
        """Telegram may be out of reach, and holds nobody up by it."""
        if self._webhook:
            await self._webhook.stop()
        if self._application.updater and self._application.updater.running:
            stopping = asyncio.create_task(self._application.updater.stop())
            await asyncio.wait([stopping], timeout=_LAST_POLL)
            stopping.cancel()
            with suppress(TelegramError, asyncio.CancelledError):
                await stopping

    def _break_off(self) -> None:
        """Begin nothing more, and wait for nothing that waits: it comes after the next start."""
        self._services.workers.stop()
        self._delivery.stop()

    async def _start_polling(self) -> None:
        if self._application.updater:
            await self._application.updater.start_polling(
                timeout=_POLL,
                bootstrap_retries=-1,
                allowed_updates=_UPDATES,
                error_callback=self._poll_failed,
            )

    async def _start_webhook(self) -> None:
        """Have Telegram call us, with a secret by which we know that it is Telegram."""
        url, secret = self._settings.webhook_url, secrets.token_urlsafe(32)
        await self._bot.set_webhook(url, allowed_updates=_UPDATES, secret_token=secret)
        try:
            self._webhook = Webhook(self._bot, self._services.inbox, urlsplit(url).path, secret)
            self._webhook.start(self._settings.webhook_listen, self._settings.webhook_port)
        except OSError as error:
            raise SettingsError(
                f"telegram.webhook_listen and webhook_port: nothing can be received there: {error}."
            ) from None

    def _greet(self) -> None:
        name = self._bot.username
        engine = self._services.seen_by_administrators()
        if engine.settings.collections:
            sources = [entry.source for entry in engine.sources()]
            for warning in empty_folders(engine.settings, sources):
                self._announce(warning)
        self._announce(f"Answering as @{name} (https://t.me/{name}). Ctrl-C stops.")
        if not self._services.access.admins():
            code = self._services.access.pairing_code()
            self._announce(
                "Nobody administers this bot yet. To become its administrator, be the first to open\n"
                f"  {create_deep_linked_url(name, code)}\n"
                f"and press Start there, or to send the bot this code: {code}"
            )

    async def _show_life(self) -> None:
        """Touch a file while all is well, and delete old answers now and then."""
        pruned = float("-inf")
        while True:
            now = time.monotonic()
            if not self._silence():
                with suppress(OSError):
                    self._alive.touch()
            elif now - self._polls.tried > _DEAD:
                self._fail(DEAD)
            if now - pruned > _PRUNE:
                self._services.answers.prune()
                await self._uploads.tidy()
                self._services.access.requests.prune(self._settings.keep_days)
                self._services.access.listened.prune(self._settings.keep_days)
                pruned = now
            await asyncio.sleep(_BEAT)

    def _silence(self) -> float:
        """For how many seconds Telegram was not heard of, if that is too long; else 0.

        By webhook, it says nothing as long as nobody writes.
        """
        silence = time.monotonic() - self._polls.heard
        return silence if silence > _SILENCE and not self._settings.webhook_url else 0.0

    def _unready(self) -> str:
        """Why no questions are answered; "" where they are."""
        if self._stop.is_set():
            return "The bot is stopping."
        if not self._application.running:
            return "The bot is starting: it loads its models, and calls Telegram."
        if silence := self._silence():
            return f"Telegram was not heard of for {silence:.0f} seconds."
        return ""

    def _one_moment(self, chat: int, thread: int | None, seconds: float) -> None:
        """Say in a group that what comes has to wait."""

        async def tell() -> None:
            with suppress(TelegramError):
                await self._bot.send_message(
                    chat,
                    screens.one_moment(seconds),
                    message_thread_id=thread,
                    disable_notification=True,
                    rate_limit_args=True,
                )

        self._background.run(tell())

    def _poll_failed(self, error: TelegramError) -> None:
        event("poll_failed", reason=type(error).__name__)
        self._services.metrics.refused("getUpdates", error)
        if not isinstance(error, Conflict):
            return
        now = time.monotonic()
        if now - self._last_conflict < _FIGHT:
            self._fail(CONFLICT)
        self._last_conflict = now

    def _fail(self, message: str) -> None:
        self._trouble = TelegramRefused(message)
        self._signalled()

    def _heed(self, loop: asyncio.AbstractEventLoop, *_: object) -> None:
        """Stop, as a signal asks for; if that takes too long, end as if killed, by which nothing is lost."""
        last = threading.Timer(_AT_LAST, os._exit, [0])
        last.daemon = True
        last.start()
        loop.call_soon_threadsafe(self._signalled)

    def _signalled(self) -> None:
        if not self._application.running:
            self._break_off()  # it may wait for a server that is down, or for models
        self._stop.set()
