"""Which messages are questions, and what they ask."""

import re
from collections import OrderedDict

from telegram import Message, MessageEntity, User
from telegram.constants import ChatType

from index.invisible import visible

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:[:\s]\s*(?P<rest>.*))?", re.DOTALL)
_ALBUMS = 1000  # that are remembered


def is_private(message: Message) -> bool:
    """Whether a message stands in a chat between one person and the bot."""
    return message.chat.type == ChatType.PRIVATE


def text_of(message: Message) -> str:
    """What a message says: its text, or what stands below its picture or file."""
    return visible(message.text or message.caption or "")


def command_of(message: Message, me: User) -> tuple[str, str] | None:
    """The command that a message begins with and what follows it, unless it is for another bot."""
    match = _COMMAND.fullmatch(text_of(message))
    if match is None or (match["bot"] and match["bot"].lower() != (me.username or "").lower()):
        return None
    return match["name"].lower(), (match["rest"] or "").strip()


def question_of(message: Message, me: User) -> str | None:
    """The question that a message asks the bot, "" where it is addressed without one, or None.

    In a private chat every text or caption is one; in groups ``/ask``, what mentions the bot, and replies to
    it. A bare ``/ask`` or mention that replies to somebody's message asks that message, or what is quoted of
    it.
    """
    if message.via_bot and message.via_bot.id == me.id:
        return None  # a citation that somebody sent by inline mode
    if _COMMAND.fullmatch(text_of(message)):  # unlike "/etc/hosts is what?"
        command = command_of(message, me)
        if command is None or command[0] != "ask":
            return None
        return command[1] or _text_replied_to(message, me)
    text = message.text or message.caption or ""
    parse = message.parse_entities if message.text else message.parse_caption_entities
    for entity, mention in parse([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]).items():
        mentioned = (
            entity.user.id == me.id if entity.user else mention[1:].lower() == (me.username or "").lower()
        )
        if mentioned:
            return visible(_without(text, entity)).strip(" \t\n,:") or _text_replied_to(message, me)
    if not text or not (is_private(message) or replies_to(message, me)):
        return None
    return text_of(message).strip() or None


def _without(text: str, entity: MessageEntity) -> str:
    """A text less an entity, whose place counts UTF-16 units."""
    data = text.encode("utf-16-le")
    rest = data[: 2 * entity.offset] + data[2 * (entity.offset + entity.length) :]
    return rest.decode("utf-16-le")


def replies_to(message: Message, me: User) -> bool:
    """Whether a message replies to one of the bot's."""
    original = message.reply_to_message
    if original is None or original.forum_topic_created:  # every message of a topic "replies" to its start
        return False
    return original.from_user is not None and original.from_user.id == me.id


def _text_replied_to(message: Message, me: User) -> str:
    """What a message that says nothing itself points to."""
    if quoted := quoted_by(message):
        return quoted
    original = message.reply_to_message
    return "" if original is None or replies_to(message, me) else text_of(original).strip()


def quoted_by(message: Message) -> str:
    """What a message quotes of the one that it replies to, which may stand in another chat; else ""."""
    return visible(message.quote.text).strip() if message.quote else ""


def asker_of(user: User | None) -> int | None:
    """Whose conversation it is; all anonymous administrators of all groups share one id."""
    return user.id if user and not user.is_bot else None


class Albums:
    """The albums of late: of each one message with a caption is asked, and one without is remarked on."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, str, bool], int] = OrderedDict()

    def is_first(self, message: Message) -> bool:
        """Whether a message is the first of its album that has a caption, or, if none had, the very first."""
        if message.media_group_id is None:
            return True
        album = message.chat.id, message.media_group_id
        told = message.caption is not None
        known = self._seen.get((*album, told)) or (not told and self._seen.get((*album, True)))
        if known:
            return known == message.message_id
        self._seen[*album, told] = message.message_id
        if len(self._seen) > _ALBUMS:
            self._seen.popitem(last=False)
        return True
