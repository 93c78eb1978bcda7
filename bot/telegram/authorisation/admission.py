"""Who is let in: requests of outsiders, what administrators decide on them, groups that the bot is added to.

A person is let in for a private chat. In a group everybody reads the answers, so there it is the group that
is let in, and whoever was refused by name is not answered there either.
"""

import asyncio
import sqlite3
from contextlib import suppress

from telegram import Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.telegram.answering.questions import question_of
from bot.telegram.authorisation.whom import Meant, Nobody, meant_by
from bot.telegram.commands import publish
from bot.telegram.events import event
from bot.telegram.limits import Limit
from bot.telegram.presses import ONLY_ADMINISTRATORS, acknowledge, administers, button_of
from bot.telegram.services import Services
from bot.telegram.showing import requested, screens
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, noop

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)

# What people read.
HELLO = noop(
    "Hello! Ask me with /ask, as in: /ask Who attended? You may also mention me, or reply to my answers."
)
HELLO_OUTSIDE = noop(
    "Hello! I answer questions from documents, once an administrator of mine has allowed this group."
)
HELLO_PASSED_ON = noop(
    "Hello! I answer questions from documents, once an administrator of mine has allowed this group. "
    "I have passed the request on to them."
)
OFFER = noop(
    "This group may not ask yet. You are my administrator: if you allow it, everybody here can ask me "
    "and read the answers."
)
ALLOW_GROUP = noop("Allow this group")
IN_PRIVATE = noop(
    "You may ask me in a private chat. Here everybody would read the answers, so an administrator of mine "
    "has to allow this group first."
)
IN_PRIVATE_PASSED_ON = noop(
    "You may ask me in a private chat. Here everybody would read the answers, so an administrator of mine "
    "has to allow this group first. I have passed the request on to them."
)
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


class Admission:
    """Turns away or lets in. That a command comes from an administrator is seen to in handlers.py."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._requests = Limit(20, 3600)  # of all outsiders together, lest they flood the administrators
        self._replies = Limit(5, 3600)

    # ----------------------------------------------------------------------------------- outsiders

    async def outsider(self, update: Update) -> None:
        """Somebody who may not ask wrote to the bot, or addressed it in a group; or edited what waits."""
        to, message, user = self._to, update.effective_message, update.effective_user
        if message is None or user is None:
            return
        access, chat = to.access, message.chat
        question = question_of(message, to.bot.bot)
        if update.message is None:
            if question and access.requests.waits(chat.id, message.message_id):
                access.requests.wait(update)
            return
        event("outsider", chat=chat.id)
        by_admin = chat.id < 0 and access.is_admin(user.id)
        screen = self._offer(chat) if by_admin else await self._refusal(chat, user)
        if question and (by_admin or access.asks(chat.id)) and not access.is_denied(user.id):
            access.requests.wait(update)
        await self._send(place_of(message), screen)

    async def added(self, change: ChatMemberUpdated) -> None:
        """The bot was added to a chat, or its part there has changed."""
        access, chat = self._to.access, change.chat
        was, now = change.old_chat_member.status, change.new_chat_member.status
        event("member", chat=chat.id, status=now)
        if now in _OUTSIDE:
            with suppress(sqlite3.Error):  # then it listens where it hears nothing
                access.listened.end(chat.id)
        if chat.type not in _GROUPS or was not in _OUTSIDE or now in _OUTSIDE:
            return
        if access.allows(chat.id):
            screen = screens.text(gettext(HELLO))
        elif access.is_admin(change.from_user.id):
            screen = self._offer(chat, gettext(HELLO))
        elif self._replies.wait(chat.id):
            return
        else:
            screen = screens.text(
                gettext(HELLO_PASSED_ON if await self._request(chat, change.from_user) else HELLO_OUTSIDE)
            )
        await self._send(Place(chat.id), screen)

    def _offer(self, group: Chat, *before: str) -> Screen:
        """The button by which an administrator lets a group in from inside it."""
        return screens.choice(*before, gettext(OFFER), buttons={f"allow:{group.id}": gettext(ALLOW_GROUP)})

    async def _send(self, place: Place, screen: Screen | None) -> None:
        """Send to a chat that may not ask; what offers to let it in is remembered as a request."""
        for message in await self._to.post.send(place, screen) if screen else ():
            if screen and screen.keyboard:
                self._to.access.requests.show(place.chat, place.chat, message)

    async def _refusal(self, chat: Chat, user: User) -> Screen | None:
        """What an outsider gets to hear; None where they heard it often enough."""
        told = None if self._replies.wait(chat.id) else await self._told(chat, user)
        return screens.text(gettext(told)) if told else None

    async def _told(self, chat: Chat, user: User) -> str:
        """What they hear, in English."""
        access = self._to.access
        if access.is_denied(chat.id) or access.is_denied(user.id):
            return requested.PRIVATE
        elsewhere = chat.id < 0 and access.allows(user.id)
        if access.has_asked(chat.id):
            return IN_PRIVATE if elsewhere else requested.WAITING
        if await self._request(chat, user):
            return IN_PRIVATE_PASSED_ON if elsewhere else requested.ASKED_ADMINS
        return IN_PRIVATE if elsewhere else requested.PRIVATE

    async def _request(self, chat: Chat, user: User) -> bool:
        """Ask the administrators for a decision, where that may be done; whether any could be reached."""
        access = self._to.access
        if access.is_denied(chat.id) or access.has_asked(chat.id) or self._requests.wait(0):
            return False
        access.hear(chat.id, user.language_code)
        reached = False
        for admin in access.admins():
            with access.speaking_to(admin):
                screen = requested.request(chat.id, name_of(chat))
            with suppress(TelegramError):  # one may have blocked the bot or never written to it
                for message in await self._to.post.send(Place(admin), screen):
                    access.requests.show(chat.id, admin, message)
                reached = True
        if reached:
            access.decide(chat.id, "asked", name_of(chat))
        return reached

    # ------------------------------------------------------------------------------ administrators

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
        work = []
        told_there = asked and (inside is None or chat != inside.id)
        for place, message in shown:
            with access.speaking_to(place):
                how = [gettext(HELLO)] if allow and place == chat < 0 and not told_there else []  # else lost
                screen = screens.text(requested.outcome(chat, name, by.full_name, allow=allow), *how)
            work.append(self._edit(place, message, screen))
        if told_there:
            with access.speaking_to(chat):
                screen = requested.decided(chat, allow=allow, waiting=bool(waiting))
            work.append(self._tell(chat, screen))
        await asyncio.gather(*work)
        for update in waiting if allow else ():
            self._to.inbox.again(update)
        here = inside is not None and inside.id < 0 and not access.allows(inside.id)
        return screens.text(told, *([gettext(NOT_HERE, name=name)] if allow and here and chat > 0 else []))

    async def _edit(self, place: int, message: int, screen: Screen) -> None:
        with suppress(TelegramError):
            await self._to.post.edit(Place(place), [message], screen)

    async def _tell(self, chat: int, screen: Screen) -> None:
        with suppress(TelegramError):
            await self._to.post.send(Place(chat), screen)

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


def name_of(chat: Chat) -> str:
    """A person's or a group's name."""
    return chat.title or chat.effective_name or str(chat.id)
