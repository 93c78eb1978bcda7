"""Who asks to be let in: outsiders, who hear what comes of it, and groups that the bot is added to.

A person is let in for a private chat. In a group everybody reads the answers, so there it is the group that
is let in, and whoever was refused by name is not answered there either.
"""

import sqlite3
from contextlib import suppress
from functools import partial

from telegram import Chat, ChatMember, ChatMemberUpdated, Update, User
from telegram.constants import ChatType

from bot.telegram import telling
from bot.telegram.answering.questions import question_of
from bot.telegram.events import event
from bot.telegram.limits import Limit
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


class Admission:
    """Turns away, and passes requests on to administrators."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._requests = Limit(20, 3600)  # of all outsiders together, lest they flood the administrators
        self._replies = Limit(5, 3600)

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
        name, show = name_of(chat), partial(access.requests.show, chat.id)
        reached = await telling.tell(self._to, lambda: requested.request(chat.id, name), show)
        if reached:
            access.decide(chat.id, "asked", name)
        return reached


def name_of(chat: Chat) -> str:
    """A person's or a group's name."""
    return chat.title or chat.effective_name or str(chat.id)
