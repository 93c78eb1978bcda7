"""What administrators decide on who may ask: by the buttons below a request, or by commands.

The first one is made by the pairing code.
"""

import asyncio
from contextlib import suppress
from functools import partial

from telegram import Chat, Message, Update, User
from telegram.error import TelegramError

from bot.telegram import telling
from bot.telegram.authorisation.admission import HELLO
from bot.telegram.authorisation.whom import Meant, Nobody, meant_by
from bot.telegram.commands import publish
from bot.telegram.events import event
from bot.telegram.presses import ONLY_ADMINISTRATORS, acknowledge, administers, button_of
from bot.telegram.services import Services
from bot.telegram.showing import requested, screens
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, noop

WELCOME = noop(
    "You are my administrator now. Send me a file, and I offer to add it to the documents. /status and "
    "/reindex look after the index, /allow and /deny decide who may ask, /forget deletes what I keep about "
    "somebody, or a document; I pass requests on to you."
)
TRY_ME = noop("Just write a question to try me, or see /start.")
NOT_HERE = noop("In this group, {name} may ask once you allow the group: send /allow alone, not as a reply.")
FIXED = noop("{name} is an administrator by the settings (telegram.admins); change it there.")
MAY_ANYWAY = noop("{name} is an administrator and may ask anyway.")
DENY_FIRST = noop("{name} is an administrator. Use /deny first.")
MAY = noop("{name} may ask now.")
MAY_NOT = noop("{name} may not ask.")
FORGOTTEN = noop(
    "I have deleted what I kept about {name}, who is a stranger to me now and may ask for access."
)
NOTHING_KEPT = noop("I keep nothing about {name}.")
LAST = noop(
    "You are my only administrator. Without one nobody can let people in or renew the index from here; "
    "I print a new pairing link only when I am started anew."
)
STAYING = noop("You are still my administrator.")
LEFT = noop("You are no longer my administrator, and may not ask.")
STAY_BUTTON = noop("Stay administrator")
LEAVE_BUTTON = noop("Leave all the same")


class Decisions:
    """Carries them out. That a command comes from an administrator is seen to in handlers.py."""

    def __init__(self, services: Services) -> None:
        self._to = services

    async def press(self, update: Update, _: object) -> None:
        """A button below a request."""
        button = button_of(update)
        if button is None or not await administers(self._to, button):
            return
        access, user = self._to.access, button.query.from_user
        if decided := access.requests.decided(button.place.chat, button.message):  # by another, just now
            await acknowledge(button.query, decided, alert=True)
            await self._to.post.edit(button.place, [button.message], screens.text(decided))
            return
        await acknowledge(button.query)
        chat, here = int(button.words[1]), button.query.message.chat if button.query.message else None
        access.requests.show(chat, button.place.chat, button.message)
        meant = Meant(chat, here.title if here and here.id == chat else None)
        screen = await self._decide(meant, user, allow=button.words[0] == "allow")
        if not access.requests.decided(button.place.chat, button.message):
            await self._to.post.edit(button.place, [button.message], screen)

    async def leave(self, update: Update, _: object) -> None:
        """What the last administrator presses when asked whether to go."""
        button = button_of(update)
        if button is None:
            return
        me = int(button.words[1])
        if button.query.from_user.id != me or not self._to.access.is_admin(me):
            await acknowledge(button.query, gettext(ONLY_ADMINISTRATORS), alert=True)
            return
        await acknowledge(button.query)
        told = STAYING
        if button.words[0] == "leave":
            self._to.access.decide(me, "denied")
            event("denied", chat=me)
            told = LEFT
        await self._to.post.edit(button.place, [button.message], screens.text(gettext(told)))

    async def allow(self, update: Update, _: object) -> None:
        """/allow."""
        await self._command(update, allow=True)

    async def deny(self, update: Update, _: object) -> None:
        """/deny."""
        await self._command(update, allow=False)

    async def forget(self, update: Update, _: object) -> None:
        """/forget."""
        if update.message is not None:
            try:
                screen = screens.text(self.forgotten(self._meant(update.message, "/forget")))
            except Nobody as reason:
                screen = screens.text(str(reason))
            await self._to.post.send(place_of(update.message), screen)

    async def pair(self, message: Message, code: str) -> bool:
        """Make who sends the right pairing code an administrator."""
        user = message.from_user
        if user is None or not self._to.access.pair(code, user.id, user.full_name):
            return False
        event("paired", user=user.id)
        await self._to.post.send(place_of(message), screens.text(gettext(WELCOME), gettext(TRY_ME)))
        await publish(self._to.bot, [user.id])
        return True

    async def _command(self, update: Update, *, allow: bool) -> None:
        message, command = update.message, "/allow" if allow else "/deny"
        if message is None or message.from_user is None:
            return
        try:
            meant = self._meant(message, command)
            screen = await self._decide(meant, message.from_user, allow=allow, inside=message.chat)
        except Nobody as reason:
            screen = screens.text(str(reason))
        await self._to.post.send(place_of(message), screen)

    def _meant(self, message: Message, command: str) -> Meant:
        """Whom a command is about; raises ``Nobody``."""
        return meant_by(message, command, self._to.bot.bot, self._to.access.requests)

    async def _decide(self, meant: Meant, by: User, *, allow: bool, inside: Chat | None = None) -> Screen:
        """Let somebody in or not, tell whom it concerns, and say what was done.

        Args:
            meant: on whom it is decided.
            by: the administrator.
            allow: whether they may ask.
            inside: the chat in which the answer is shown, if that is not a request's.
        """
        access, chat = self._to.access, meant.chat
        name = meant.name or access.name(chat)
        if access.is_fixed(chat):
            return screens.text(gettext(FIXED, name=name))
        if access.is_admin(chat):
            if allow:
                return screens.text(gettext(MAY_ANYWAY, name=name))
            if access.is_last_admin(chat):
                buttons = {f"stay:{chat}": gettext(STAY_BUTTON), f"leave:{chat}": gettext(LEAVE_BUTTON)}
                return screens.choice(gettext(LAST), buttons=buttons)
        asked = access.asks(chat)
        access.decide(chat, "allowed" if allow else "denied", meant.name)
        event("allowed" if allow else "denied", chat=chat, by=by.id)
        told = gettext(MAY if allow else MAY_NOT, name=name)
        shown = access.requests.decide(chat, requested.outcome(chat, name, by.full_name, allow=allow))
        waiting = access.requests.take(chat, self._to.bot)
        told_there = asked and (inside is None or chat != inside.id)

        def outcome(place: int) -> Screen:
            how = [gettext(HELLO)] if allow and place == chat < 0 and not told_there else []  # else lost
            return screens.text(requested.outcome(chat, name, by.full_name, allow=allow), *how)

        work = [telling.edit(self._to, [one], partial(outcome, one[0])) for one in shown]
        if told_there:
            work.append(self._tell(chat, allow=allow, waiting=bool(waiting)))
        await asyncio.gather(*work)
        for update in waiting if allow else ():
            self._to.inbox.again(update)
        here = inside is not None and inside.id < 0 and not access.allows(inside.id)
        return screens.text(told, *([gettext(NOT_HERE, name=name)] if allow and here and chat > 0 else []))

    async def _tell(self, chat: int, *, allow: bool, waiting: bool) -> None:
        """Tell those who asked for access what was decided."""
        with suppress(TelegramError), self._to.access.speaking_to(chat):
            await self._to.post.send(Place(chat), requested.decided(chat, allow=allow, waiting=waiting))

    def forgotten(self, meant: Meant) -> str:
        """Delete what is kept about somebody, and say so."""
        access = self._to.access
        name = meant.name or access.name(meant.chat)
        if access.is_admin(meant.chat):
            return gettext(FIXED if access.is_fixed(meant.chat) else DENY_FIRST, name=name)
        kept = self._to.answers.forget_all(meant.chat)
        known = access.forget(meant.chat)
        event("forgotten", chat=meant.chat)
        return gettext(FORGOTTEN if known or kept else NOTHING_KEPT, name=name)
