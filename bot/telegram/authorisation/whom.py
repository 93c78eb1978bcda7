"""Whom an administrator means: by an id, a name picked from the list, or the message that is replied to."""

import re
from dataclasses import dataclass

from telegram import Message, MessageEntity, MessageOriginHiddenUser, MessageOriginUser, User

from bot.telegram.answering.questions import command_of, is_private
from bot.telegram.persistence.requests import Requests
from bot.texts import gettext, noop

_ID = re.compile("-?[0-9]{1,15}")

# What administrators read.
WHOM = noop(
    "Reply to somebody's message with {command}, or give an id: {command} 12345. "
    "In a group, {command} alone means the group."
)
A_BOT = noop("A bot wrote this. Bots cannot ask me, so there is nobody to decide on.")
ANONYMOUS = noop(
    "An administrator of this group who stays anonymous wrote this, so I do not know whom you mean. "
    "Send the command alone, not as a reply, and it means the whole group."
)
A_CHANNEL = noop("This was written in the name of a channel or group, so I do not know whom you mean.")
HIDDEN = noop(
    "{name} does not let forwarded messages tell who wrote them. Ask {name} to write to me; "
    "I pass the request on to you."
)


class Nobody(Exception):
    """/allow and the like do not say about whom; the text tells why."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a command is about, and the name if it is known."""

    chat: int
    name: str | None = None


def is_id(words: str) -> bool:
    """Whether words are somebody's id."""
    return _ID.fullmatch(words) is not None


def meant_by(message: Message, command: str, me: User, requests: Requests) -> Meant:
    """Whom a command is about: an id, who asks or wrote what it replies to, or this group.

    Args:
        message: the command.
        command: its name, as "/allow".
        me: the bot.
        requests: of outsiders.

    Raises:
        Nobody: it does not tell.
    """
    _, words = command_of(message, me) or ("", "")
    if words:
        named = message.parse_entities([MessageEntity.TEXT_MENTION])
        for entity, text in named.items():
            if entity.user and text == words:
                return _person(entity.user)
        if not is_id(words):
            raise Nobody(gettext(WHOM).format(command=command))
        return Meant(int(words))
    if (reply := _replied_to(message)) is not None and not _is(reply, me):
        return _author(reply, message)
    if reply is not None and (chat := requests.chat(message.chat.id, reply.message_id)):
        return Meant(chat)
    if message.external_reply is not None:  # to a message of another chat
        return _original(message.external_reply.origin)
    if is_private(message):
        raise Nobody(gettext(WHOM).format(command=command))
    return Meant(message.chat.id, message.chat.title)


def _is(message: Message, author: User) -> bool:
    """Whether somebody wrote a message."""
    return message.from_user is not None and message.from_user.id == author.id


def _replied_to(message: Message) -> Message | None:
    """The message that one replies to; every message of a topic "replies" to its start."""
    original = message.reply_to_message
    return None if original is None or original.forum_topic_created else original


def _author(original: Message, message: Message) -> Meant:
    """Who wrote what an administrator replies to: of what they forwarded themselves, the first author.

    Raises:
        Nobody: a channel, a bot, or somebody who stays unknown.
    """
    if original.sender_chat is not None:
        own = original.sender_chat.id == original.chat.id and not original.is_automatic_forward
        raise Nobody(gettext(ANONYMOUS if own else A_CHANNEL))
    author = original.from_user
    if original.forward_origin is not None and author == message.from_user:
        return _original(original.forward_origin)
    if author is None:
        raise Nobody(gettext(A_CHANNEL))
    return _person(author)


def _original(origin: object) -> Meant:
    """Who wrote a message first that was forwarded, or quoted from another chat.

    Raises:
        Nobody: it does not tell.
    """
    if isinstance(origin, MessageOriginUser):
        return _person(origin.sender_user)
    if isinstance(origin, MessageOriginHiddenUser):
        raise Nobody(gettext(HIDDEN, name=origin.sender_user_name))
    raise Nobody(gettext(A_CHANNEL))


def _person(user: User) -> Meant:
    if user.is_bot:
        raise Nobody(gettext(A_BOT))
    return Meant(user.id, user.full_name)
