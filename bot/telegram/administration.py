"""What administrators do in the chat: let people in, renew the index, look how things are."""

import asyncio
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median

from telegram import Chat, Message, Update
from telegram.error import TelegramError

from bot import status
from bot.telegram import screens
from bot.telegram.asking import command_of, is_private
from bot.telegram.citations import acknowledge, button_of
from bot.telegram.commands import publish
from bot.telegram.events import event, failure
from bot.telegram.limits import Limit
from bot.telegram.post import Place, place_of
from bot.telegram.services import Services
from index.build import Summary
from index.errors import DocentError

_ID = re.compile("-?[0-9]{1,15}")
_BETWEEN_EDITS = 3.0  # seconds; about one edit a second is what a chat bears
_WHOM = (
    "Reply to somebody's message with {command}, or give an id: {command} 12345. "
    "In a group, {command} alone means the group."
)


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
    """Commands and buttons for administrators, and requests of those who may not ask yet.

    That a command comes from an administrator is seen to where it is registered (handlers.py).
    """

    def __init__(self, services: Services) -> None:
        self._to = services
        self._reindexing: Reindexing | None = None
        self._task: asyncio.Task[None] | None = None
        self._requests = Limit(20, 3600)  # of all outsiders together, lest they flood the administrators
        self._replies = Limit(5, 3600)

    async def outsider(self, message: Message) -> None:
        """Somebody who may not ask wrote to the bot, or addressed it in a group."""
        to, chat = self._to, message.chat
        event("outsider", chat=chat.id)
        if self._replies.wait(chat.id):
            return
        passed_on = (
            not to.access.is_denied(chat.id)
            and not to.access.has_asked(chat.id)
            and not self._requests.wait(0)
            and await self._pass_on(message)
        )
        told = screens.ASKED_ADMINS if passed_on else screens.PRIVATE
        await to.post.send(place_of(message), screens.text(told))

    async def _pass_on(self, message: Message) -> bool:
        """Tell the administrators of a request; whether any of them could be reached."""
        chat, reached = message.chat, False
        screen = screens.request(chat.id, name_of(chat), group=not is_private(message))
        for admin in self._to.access.admins():
            with suppress(TelegramError):  # one may have blocked the bot or never written to it
                await self._to.post.send(Place(admin), screen)
                reached = True
        if reached:
            self._to.access.decide(chat.id, "asked", name_of(chat))
        return reached

    async def decide(self, update: Update, _: object) -> None:
        """The button below a request."""
        button = button_of(update)
        if button is None:
            return
        if not self._to.access.is_admin(button.query.from_user.id):
            await acknowledge(button.query, "Only administrators decide on this.", alert=True)
            return
        await acknowledge(button.query)
        told = await self._decide(int(button.words[1]), allow=button.words[0] == "allow")
        await self._to.post.edit(button.place, [button.message], screens.text(told))

    async def allow(self, update: Update, _: object) -> None:
        """/allow."""
        await self._command(update, allow=True)

    async def deny(self, update: Update, _: object) -> None:
        """/deny."""
        await self._command(update, allow=False)

    async def status(self, update: Update, _: object) -> None:
        """/status."""
        message = update.message
        if message is None:
            return
        to = self._to
        found = await to.work(partial(status.status, to.settings))
        latest = to.tally.latest_ms
        speed = f", half of them within {median(latest):.0f} ms" if latest else ""
        guests = [
            f"{guest.role}: {guest.name or guest.chat} ({guest.chat})" for guest in to.access.guests()[:20]
        ]
        await to.post.send(
            place_of(message),
            screens.text(
                status.text(found, verbose=False),
                f"answered {to.tally.answered} questions since {to.tally.since:%Y-%m-%d %H:%M} UTC{speed}; "
                f"{max(0, to.inbox.waiting() - 1)} waiting",
                "\n".join([f"access: {to.settings.telegram.access}", *guests]),
            ),
        )

    async def reindex(self, update: Update, _: object) -> None:
        """/reindex."""
        message = update.message
        if message is None:
            return
        place = place_of(message)
        if self._reindexing:
            await self._to.post.send(place, screens.text(f"Already at it: {self._reindexing}."))
            return
        self._reindexing = progress = Reindexing()
        try:
            shown = await self._to.post.send(place, screens.text("Renewing the index …"))
        except TelegramError:
            self._reindexing = None
            raise
        self._task = asyncio.create_task(self._reindex(place, shown, progress))

    async def stop(self) -> None:
        """Break off what goes on in the background."""
        if self._reindexing and self._task:
            self._reindexing.cancelled.set()
            await asyncio.wait([self._task], timeout=30)

    async def _reindex(self, place: Place, messages: Sequence[int], progress: Reindexing) -> None:
        """Build in a thread, and tell how it goes in one message, where we know that it was sent."""
        build = asyncio.create_task(asyncio.to_thread(self._to.engine.build, progress=progress))
        shown = ""
        while not (await asyncio.wait([build], timeout=_BETWEEN_EDITS))[0]:
            if messages and str(progress) != shown and not progress.cancelled.is_set():
                shown = str(progress)
                await self._show(place, messages, f"Renewing the index: {shown} …")
        self._reindexing = None
        try:
            told = _summary(build.result())
        except Stopped:
            told = "I was stopped before the index was renewed. The old one is still in use."
        except DocentError as error:
            told = f"The index was not renewed; the old one is still in use. {error}"
        except Exception as error:  # shown and logged, for nobody awaits this task
            failure("reindex", error)
            told = f"The index was not renewed; the old one is still in use ({type(error).__name__})."
        await self._show(place, messages, told)
        event("reindexed", chat=place.chat)

    async def _show(self, place: Place, messages: Sequence[int], text: str) -> None:
        with suppress(TelegramError):
            await self._to.post.edit(place, messages, screens.text(text))

    async def _command(self, update: Update, *, allow: bool) -> None:
        message = update.message
        if message is None:
            return
        chat, name = self._whom(message)
        if chat is None:
            told = _WHOM.format(command="/allow" if allow else "/deny")
        else:
            told = await self._decide(chat, name, allow=allow, tell=chat != message.chat.id)
        await self._to.post.send(place_of(message), screens.text(told))

    def _whom(self, message: Message) -> tuple[int | None, str | None]:
        """Whom /allow or /deny is about: an id, who wrote the message replied to, or this group."""
        _, words = command_of(message, self._to.bot.bot) or ("", "")
        if words:
            return (int(words) if _ID.fullmatch(words) else None), None
        original = message.reply_to_message
        author = original.from_user if original and not original.forum_topic_created else None
        if author and author.id != self._to.bot.id:
            return author.id, author.full_name
        return (None, None) if is_private(message) else (message.chat.id, message.chat.title)

    async def _decide(self, chat: int, known: str | None = None, *, allow: bool, tell: bool = True) -> str:
        """Let somebody in or not, tell them if they asked, and say what was done."""
        access = self._to.access
        name = known or access.name(chat)
        if access.is_fixed(chat):
            return f"{name} is an administrator by the settings (telegram.admins); change it there."
        if access.is_admin(chat) and allow:
            return f"{name} is an administrator and may ask anyway."
        asked = access.has_asked(chat)
        access.decide(chat, "allowed" if allow else "denied", known)
        event("allowed" if allow else "denied", chat=chat)
        if asked and tell:
            with suppress(TelegramError):
                await self._to.post.send(Place(chat), screens.decided(chat, allow=allow))
        return f"{name} may ask now." if allow else f"{name} may not ask."

    async def pair(self, message: Message, code: str) -> bool:
        """Make who sends the right pairing code an administrator."""
        user = message.from_user
        if user is None or not self._to.access.pair(code, user.id, user.full_name):
            return False
        event("paired", user=user.id)
        await self._to.post.send(
            place_of(message),
            screens.text(
                "You are my administrator now. /status and /reindex look after the index, /allow and /deny "
                "decide who may ask; I pass requests on to you.",
                "Just write a question to try me, or see /start.",
            ),
        )
        await publish(self._to.bot, [user.id])
        return True


def name_of(chat: Chat) -> str:
    """A person's or a group's name."""
    return chat.title or chat.effective_name or str(chat.id)


def _summary(summary: Summary) -> str:
    done = "The index is renewed" if summary.changed else "Nothing changed"
    unread = f"{len(summary.skipped)} file{'s' * (len(summary.skipped) != 1)}"
    skipped = f", {unread} could not be read (/status names them)" if summary.skipped else ""
    return (
        f"{done}: {summary.documents} documents, {summary.sentences} sentences "
        f"({summary.embedded} of them new) in {summary.seconds:.1f} s{skipped}."
    )
