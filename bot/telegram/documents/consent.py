"""Administrators are asked before most of the documents leave the index, for perhaps a disk is away.

The question goes to all of them; one decides, and all see it. Where the files come back, it withdraws itself.
"""

import asyncio
from contextlib import suppress
from functools import partial

from telegram import Update
from telegram.error import TelegramError

from bot.plain import line
from bot.telegram import telling
from bot.telegram.background import Background
from bot.telegram.events import event, failure
from bot.telegram.persistence.removals import Decision
from bot.telegram.presses import acknowledge, administers, button_of
from bot.telegram.renewals import NOT_RENEWED, Stopped
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.showing.html import short
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.inbox import handled
from bot.telegram.transport.post import Place
from bot.telegram.troubles import in_words
from bot.texts import gettext, ngettext, noop
from index.building.summary import Summary
from index.errors import DocentError

_NAMED = 3  # of the files that are gone
_NAME = 80  # characters

TAKE = noop("Take it up")
KEEP = noop("Keep the index")
IN_USE = noop(
    "Perhaps a disk is not connected. Until one of you decides, I go on answering from what I have."
)
WITHDRAWN = noop(
    "Nothing is to be decided any more: the files are there again, or the index was brought up to date by "
    "hand."
)


class Consent:
    """Asks, hears what is pressed, and has it done."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._one_at_a_time = asyncio.Lock()
        self._background = Background()

    def heard(self, summary: Summary) -> None:
        """A build has ended: see whether there is something to ask, or no longer."""
        if summary.held or self._to.removals.gone:
            self._background.run(self.consider(summary))

    async def consider(self, summary: Summary, *, anew: bool = False) -> None:
        """Ask once about files that are gone; with ``anew`` also where it was decided to keep them."""
        handled.set(None)  # it answers no update
        removals, held = self._to.removals, summary.held
        async with self._one_at_a_time:
            if not held:
                await telling.edit(self._to, removals.end(), lambda: screens.text(gettext(WITHDRAWN)))
                return
            latest, more = removals.latest(), len(held) > removals.gone
            if latest and latest.choice == "take" and not more:  # the bot was stopped before that was done
                self._background.run(self._take(None))
            elif shown := removals.shown():
                if more:
                    removals.begin(len(held))
                    for place, message in shown:
                        removals.show(place, message, len(held))
                    await telling.edit(self._to, shown, lambda: self._question(held))
            elif more or anew:
                removals.begin(len(held))
                await self._ask(held)

    async def press(self, update: Update, _: object) -> None:
        """One of the two buttons below the question."""
        button = button_of(update)
        if button is None or not await administers(self._to, button):
            return
        removals, user = self._to.removals, button.query.from_user
        here = button.place.chat, button.message
        async with self._one_at_a_time:  # while it is asked, it is not yet known where
            pass
        if decision := removals.decided(*here):  # by another, just now
            await acknowledge(button.query, _told(decision), alert=True)
            await telling.edit(self._to, [here], lambda: screens.text(_told(decision)))
            return
        if removals.is_over(*here):
            await acknowledge(button.query, gettext(WITHDRAWN), alert=True)
            await telling.edit(self._to, [here], lambda: screens.text(gettext(WITHDRAWN)))
            return
        await acknowledge(button.query)
        chosen = Decision("take" if button.words[1] == "take" else "keep", user.full_name)
        event("removals", choice=chosen.choice, files=removals.gone, by=user.id)
        shown = dict.fromkeys([here, *removals.decide(chosen)])
        await telling.edit(self._to, shown, lambda: screens.text(_told(chosen)))
        if chosen.choice == "take":
            self._background.run(self._take(user.id))

    async def _take(self, by: int | None) -> None:
        """Have files that are gone leave the index; who decided it hears of what went wrong."""
        try:
            await self._to.renewals.renew(removals=True)
        except Stopped:  # the next start does it
            raise
        except DocentError as error:
            event("not_renewed", reason=error)
            reason = in_words(error)
        except Exception as error:  # nobody awaits this task
            failure("not_renewed", error)
            reason = f"({type(error).__name__})"
        else:
            return
        if by is not None:
            with suppress(TelegramError), self._to.access.speaking_to(by):
                await self._to.post.send(Place(by), screens.text(gettext(NOT_RENEWED, reason=reason)))

    async def _ask(self, held: tuple[str, ...]) -> None:
        event("held_back", files=len(held))
        show = partial(self._to.removals.show, gone=len(held))
        await telling.tell(self._to, lambda: self._question(held), show)

    def _question(self, held: tuple[str, ...]) -> Screen:
        told = ngettext(
            "⚠ {count} file is gone from {folder}: more than half of what I answer from, at once.",
            "⚠ {count} files are gone from {folder}: more than half of what I answer from, at once.",
            len(held),
            folder=str(self._to.engine.settings.documents.folder),
        )
        names = ", ".join(short(line(name), _NAME) for name in held[:_NAMED])
        if len(held) > _NAMED:
            names = f"{names} …"
        buttons = {"removals:take": gettext(TAKE), "removals:keep": gettext(KEEP)}
        return screens.choice(told, names, gettext(IN_USE), buttons=buttons)


def _told(decision: Decision) -> str:
    """What was decided, for all administrators to see."""
    by = short(line(decision.by), _NAME)
    if decision.choice == "take":
        return gettext("{by} had me take it up: what is gone leaves the index.", by=by)
    return gettext(
        "{by} keeps the index: what is gone stays in it, and what is new is taken up. /reindex asks again.",
        by=by,
    )
