"""Which messages of administrators are to become documents, and what of them.

``/add`` adds at once: the file above it, the words after it, what it replies to. In a private chat a file
that says nothing, or was forwarded, is offered; whatever else stands below a file is a question.
"""

import re

from telegram import Document, Message, PhotoSize, User

from bot.fetching import is_address
from bot.plain import line
from bot.telegram.answering.questions import command_of, is_private, quoted_by, replies_to, text_of
from bot.telegram.persistence.offers import Item

_NAME = 60  # characters of a text's first line that name it


def adds(message: Message, me: User) -> bool:
    """Whether a message is ``/add``, alone, with words, or below a file or picture."""
    command = command_of(message, me)
    return command is not None and command[0] == "add"


def offers(message: Message) -> bool:
    """Whether a message holds a file about which nothing is asked, in a private chat."""
    silent = not message.caption or message.forward_origin is not None
    return is_private(message) and message.document is not None and silent


def in_album(message: Message) -> bool:
    """Whether a message is one of several files or pictures that were sent together."""
    return message.media_group_id is not None and bool(message.document or message.photo)


def items_of(message: Message, me: User) -> tuple[Item, ...]:
    """What a message gives to add; nothing where it gives nothing that can be."""
    if message.document or message.photo:
        return (_attached(message),)
    _, words = command_of(message, me) or ("", "")
    if words or (words := quoted_by(message)):
        return (written(words),)
    original = message.reply_to_message
    if original is None or original.forum_topic_created or replies_to(message, me):
        return ()
    if original.document or original.photo:
        return (_attached(original),)
    words = text_of(original).strip()
    return (written(words),) if words else ()


def _attached(message: Message) -> Item:
    file: Document | PhotoSize = message.document or message.photo[-1]  # the largest of its sizes
    taken = f"{message.date:%Y-%m-%d %H.%M.%S}"
    name = getattr(file, "file_name", None) or (f"photo {taken}.jpg" if message.photo else f"file {taken}")
    return Item(kind="file", name=name, content=file.file_id, size=file.file_size or 0)


def written(words: str) -> Item:
    """What is to become of a text: a document named by its first line, or what lies at an address."""
    if is_address(words):
        return Item(kind="link", name=words.strip(), content=words.strip())
    first = next(filter(None, map(line, words.splitlines())), "")
    name = re.sub(r"[/\\]", "-", first)
    if len(name) > _NAME:
        name = name[: _NAME + 1].rpartition(" ")[0] or name[:_NAME]
    return Item(kind="text", name=f"{name.rstrip('… .,;:')}.txt", content=words)
