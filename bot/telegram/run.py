"""Starting and stopping: wires the parts, and nothing else."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Any, NoReturn

from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

from bot import swapping
from bot.engine import Engine
from bot.feedback import Feedback
from bot.telegram import events, supervisor
from bot.telegram.alarms import Alarms
from bot.telegram.allocating import share_heaps
from bot.telegram.answering.corrections import Corrections
from bot.telegram.background import Background
from bot.telegram.commands import publish
from bot.telegram.documents.watcher import Watcher
from bot.telegram.ending import heed_signals, leave
from bot.telegram.errors import TelegramRefused
from bot.telegram.events import event
from bot.telegram.greeting import greeting
from bot.telegram.handlers import register
from bot.telegram.identity import REFUSED, state_file
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
from bot.telegram.transport.delivery import Delivery, one_moment
from bot.telegram.transport.inbox import Inbox, InOrder
from bot.telegram.transport.post import Post
from bot.telegram.transport.receiving import Receiving
from bot.telegram.upkeep import show_life, tidy
from bot.telegram.workers import Workers
from index.errors import DocentError

_GRACE = 2.0  # seconds to finish what is being answered when the bot has to stop
_PRESSES = 2  # of buttons, for each question that a person may ask


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
    share_heaps()
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
    leave()


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
        self._announce = announce
        self._memory = database
        self._stop = asyncio.Event()
        self._trouble: DocentError | None = None
        inbox, metrics, self._background = Inbox(database), Metrics(), Background()
        self._delivery = Delivery(inbox, metrics)
        self._receiving = Receiving(telegram, inbox, metrics, self._fail)
        self._bot = ExtBot(
            token,
            base_url=telegram.base_url,
            base_file_url=f"{telegram.base_url.removesuffix('/bot')}/file/bot",
            request=HTTPXRequest(connection_pool_size=256, pool_timeout=60, read_timeout=20),
            get_updates_request=self._receiving.polls,
            rate_limiter=self._delivery,
        )
        builder = ApplicationBuilder().bot(self._bot).update_queue(inbox)
        self._application = builder.concurrent_updates(InOrder(inbox)).build()
        access = Access(telegram, database, engine.settings.collections)
        answers = Answers(database, telegram.keep_days)
        workers = Workers()
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
        self._alarms = Alarms(self._services)
        database.on_trouble = self._alarms.without_memory
        self._delivery.on_wait = self._one_moment

    async def run(self) -> None:
        """Everything between the first request and the last."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_unretrieved)
        heed_signals(loop, self._signalled)
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
        to = self._services
        waiting = to.inbox.restore(self._bot)
        await self._receiving.start(self._application)
        await self._application.start()
        self._uploads.resume()
        self._removing.resume()
        for line in greeting(to):
            self._announce(line)
        self._alarms.begin()
        event("started", bot=self._bot.username, waiting=waiting)
        watcher = Watcher(to.engine.settings, to.renewals)
        if to.settings.documents.watch:
            watcher.start()
        alive = state.folder(to.settings.state_folder()) / "alive"
        tasks = [
            asyncio.create_task(publish(self._bot, to.access.admins(), everywhere=True)),
            asyncio.create_task(show_life(self._receiving, alive)),
            asyncio.create_task(tidy(to, self._uploads.tidy)),
            asyncio.create_task(Corrections(to, self._memory).run()),
        ]
        await self._stop.wait()
        event("stopping")
        supervisor.tell(supervisor.STOPPING)
        to.inbox.stopping = True
        watcher.stop()
        for task in tasks:
            task.cancel()
        asyncio.get_running_loop().call_later(_GRACE, self._break_off)
        await asyncio.gather(self._receiving.stop(self._application), self._administration.stop())
        await self._application.stop()
        self._break_off()
        event("stopped", waiting=to.inbox.waiting())

    def _break_off(self) -> None:
        """Begin nothing more, and wait for nothing that waits: it comes after the next start."""
        self._services.workers.stop()
        self._delivery.stop()

    def _one_moment(self, chat: int, thread: int | None, seconds: float) -> None:
        self._background.run(one_moment(self._bot, chat, thread, seconds))

    def _unready(self) -> str:
        """Why no questions are answered; "" where they are."""
        if self._stop.is_set():
            return "The bot is stopping."
        if not self._application.running:
            return "The bot is starting: it loads its models, and calls Telegram."
        if silence := self._receiving.silence():
            return f"Telegram was not heard of for {silence:.0f} seconds."
        return ""

    def _fail(self, message: str) -> None:
        self._trouble = TelegramRefused(message)
        self._signalled()

    def _signalled(self) -> None:
        if not self._application.running:
            self._break_off()  # it may wait for a server that is down, or for models
        self._stop.set()
