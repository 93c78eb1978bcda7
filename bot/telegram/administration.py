"""What administrators do in the chat beside letting people in: renew the index, look how things are."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from statistics import median

from telegram import Update
from telegram.error import TelegramError

from bot import status
from bot.plain import line
from bot.telegram.documents.consent import Consent
from bot.telegram.events import event, failure
from bot.telegram.renewals import NOT_RENEWED, Course, Stopped
from bot.telegram.services import Services
from bot.telegram.showing import about, screens
from bot.telegram.transport.post import Place, place_of
from bot.telegram.troubles import in_words
from bot.texts import gettext, ngettext
from index.building.summary import Summary
from index.errors import DocentError

_LAST = 1.0  # seconds to say that a build was broken off, when the bot stops


class Administration:
    """Commands for administrators.

    That a command comes from an administrator is seen to where it is registered (handlers.py).
    """

    def __init__(self, services: Services, consent: Consent) -> None:
        self._to = services
        self._consent = consent
        self._reindexing: Course | None = None
        self._task: asyncio.Task[None] | None = None

    async def status(self, update: Update, _: object) -> None:
        """/status."""
        message = update.message
        if message is None:
            return
        to = self._to
        found = await to.look_up(partial(status.status, to.settings, in_words))
        found = found.within(to.access.scope(message.chat.id))  # others of a group read along
        guests = [
            f"{guest.role}: {line(guest.name) or guest.chat} ({guest.chat})"
            for guest in to.access.guests()[:20]
        ]
        access = gettext("Access: {access}", access=to.settings.telegram.access)
        await to.post.send(
            place_of(message),
            about.status(found, _activity(to), "\n".join([access, *guests])),
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
        self._reindexing = progress = Course()
        try:
            shown = await self._to.post.send(place, screens.text(gettext("Renewing the index …")))
        except TelegramError:
            self._reindexing = None
            raise
        self._task = asyncio.create_task(self._reindex(place, shown, progress))

    async def stop(self) -> None:
        """Break off what goes on in the background."""
        await self._to.renewals.stop()
        if self._task:
            await asyncio.wait([self._task], timeout=_LAST)

    async def _reindex(self, place: Place, messages: Sequence[int], progress: Course) -> None:
        """Have the index renewed, and tell how it goes in one message, where we know that it was sent."""

        async def tell(course: str) -> None:
            if messages:
                await self._show(
                    place, messages, gettext("Renewing the index: {progress} …", progress=course)
                )

        held: Summary | None = None
        try:
            summary = await self._to.renewals.told(tell, progress)
            told, held = _summary(summary), summary if summary.held else None
        except Stopped:
            told = gettext("I was stopped before the index was renewed. The old one is still in use.")
        except DocentError as error:
            told = gettext(NOT_RENEWED, reason=in_words(error))
        except Exception as error:  # shown and logged, for nobody awaits this task
            failure("reindex", error)
            told = gettext(NOT_RENEWED, reason=f"({type(error).__name__})")
        finally:
            self._reindexing = None
        await self._show(place, messages, told)
        event("reindexed", chat=place.chat)
        if held:
            await self._consent.consider(held, anew=True)

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
    gone = ngettext(
        "{count} file is gone, and stays in the index until that is decided.",
        "{count} files are gone, and stay in the index until that is decided.",
        len(summary.held),
    )
    more = [*([skipped] if summary.skipped else []), *([gone] if summary.held else [])]
    return " ".join([done, holds, *more])
