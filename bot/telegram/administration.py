"""What administrators do in the chat beside letting people in: renew the index, look how things are."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median

from telegram import Update
from telegram.error import TelegramError

from bot import status
from bot.plain import line
from bot.telegram import screens
from bot.telegram.events import event, failure
from bot.telegram.post import Place, place_of
from bot.telegram.services import Services
from bot.texts import gettext, ngettext, noop
from index.build import Summary
from index.errors import DocentError

_BETWEEN_EDITS = 3.0  # seconds; about one edit a second is what a chat bears
_LAST = 1.0  # seconds to break off a build, and to say so, when the bot stops


_NOT_RENEWED = noop("The index was not renewed; the old one is still in use. {reason}")


class Stopped(Exception):
    """The bot stops, so the index is not renewed."""


@dataclass
class Reindexing:
    """Progress of a build, told by its thread and read by the event loop."""

    line: str = "starting"
    done: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        self.cancelled = threading.Event()

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self.line, self.done, self.total = name, 0, total
        self._go_on()

    def expect(self, total: int) -> None:
        """It will have about so many steps."""
        self.total = total

    def advance(self, steps: int) -> None:
        """Steps are done."""
        self.done += steps
        self._go_on()

    def __str__(self) -> str:
        return f"{self.line} {self.done} of {self.total}" if self.total else self.line

    def _go_on(self) -> None:
        if self.cancelled.is_set():
            raise Stopped


class Administration:
    """Commands for administrators.

    That a command comes from an administrator is seen to where it is registered (handlers.py).
    """

    def __init__(self, services: Services) -> None:
        self._to = services
        self._reindexing: Reindexing | None = None
        self._task: asyncio.Task[None] | None = None
        self._build: asyncio.Task[Summary] | None = None

    async def status(self, update: Update, _: object) -> None:
        """/status."""
        message = update.message
        if message is None:
            return
        to = self._to
        found = await to.look_up(partial(status.status, to.settings))
        guests = [
            f"{guest.role}: {line(guest.name) or guest.chat} ({guest.chat})"
            for guest in to.access.guests()[:20]
        ]
        access = gettext("Access: {access}", access=to.settings.telegram.access)
        await to.post.send(
            place_of(message),
            screens.status(found, _activity(to), "\n".join([access, *guests])),
        )

    async def reindex(self, update: Update, _: object) -> None:
        """/reindex."""
        message = update.message
        if message is None:
            return
        place = place_of(message)
        if self._reindexing:
            await self._to.post.send(
                place, screens.text(gettext("Already at it: {progress}.", progress=str(self._reindexing)))
            )
            return
        self._reindexing = progress = Reindexing()
        try:
            shown = await self._to.post.send(place, screens.text(gettext("Renewing the index …")))
        except TelegramError:
            self._reindexing = None
            raise
        self._task = asyncio.create_task(self._reindex(place, shown, progress))

    async def stop(self) -> None:
        """Break off what goes on in the background; what was embedded so far is used the next time."""
        if self._reindexing and self._task and self._build:
            self._reindexing.cancelled.set()
            await asyncio.wait([self._build], timeout=_LAST)
            self._build.cancel()  # its thread ends with the process
            await asyncio.wait([self._task], timeout=_LAST)

    async def _reindex(self, place: Place, messages: Sequence[int], progress: Reindexing) -> None:
        """Build in a thread, and tell how it goes in one message, where we know that it was sent."""
        self._build = build = asyncio.create_task(
            self._to.work(partial(self._to.engine.build, progress=progress))
        )
        shown = ""
        while not (await asyncio.wait([build], timeout=_BETWEEN_EDITS))[0]:
            if messages and str(progress) != shown and not progress.cancelled.is_set():
                shown = str(progress)
                told = gettext("Renewing the index: {progress} …", progress=shown)
                await self._show(place, messages, told)
        self._reindexing = None
        try:
            told = _summary(build.result())
        except (Stopped, asyncio.CancelledError):
            told = gettext("I was stopped before the index was renewed. The old one is still in use.")
        except DocentError as error:
            told = gettext(_NOT_RENEWED, reason=str(error))
        except Exception as error:  # shown and logged, for nobody awaits this task
            failure("reindex", error)
            told = gettext(_NOT_RENEWED, reason=f"({type(error).__name__})")
        await self._show(place, messages, told)
        event("reindexed", chat=place.chat)

    async def _show(self, place: Place, messages: Sequence[int], text: str) -> None:
        with suppress(TelegramError):
            await self._to.post.edit(place, messages, screens.text(text))


def _activity(to: Services) -> str:
    """What was answered so far, and how quickly."""
    tally = to.tally
    told = ngettext(
        "{count} question answered since {since} UTC",
        "{count} questions answered since {since} UTC",
        tally.answered,
        since=f"{tally.since:%Y-%m-%d %H:%M}",
    )
    waiting = max(0, to.inbox.waiting() - 1)
    parts = [told, ngettext("{count} waiting", "{count} waiting", waiting)]
    if tally.latest_ms:
        parts.insert(1, gettext("half of them within {ms:.0f} ms", ms=median(tally.latest_ms)))
    return " · ".join(parts)


def _summary(summary: Summary) -> str:
    holds = gettext(
        "{documents}, {sentences} ({new} of them new) in {seconds:.1f} s.",
        documents=ngettext("{count} document", "{count} documents", summary.documents),
        sentences=ngettext("{count} sentence", "{count} sentences", summary.sentences),
        new=summary.embedded,
        seconds=summary.seconds,
    )
    done = gettext("The index is renewed:") if summary.changed else gettext("Nothing changed:")
    skipped = ngettext(
        "{count} file could not be read (/status names it).",
        "{count} files could not be read (/status names them).",
        len(summary.skipped),
    )
    return " ".join([done, holds, *([skipped] if summary.skipped else [])])
