"""/collection: administrators see and change which folders a chat sees.

In a group everybody reads along, so there only the group's own folders are named, and nothing is changed but
what the group sees.
"""

import re
import sqlite3
from collections.abc import Sequence
from difflib import get_close_matches

from telegram import Message, Update

from bot import collections
from bot.plain import line
from bot.telegram.answering.questions import command_of, is_private
from bot.telegram.events import event, failure
from bot.telegram.persistence.collections import DEFAULT, Collection
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.post import place_of
from bot.texts import gettext, noop
from index.engines.base import Entry
from index.scope import Scope

_WORD = re.compile(r"[\"“”„«]([^\"“”„»]+)[\"“”„»]|(\S+)")
_ID = re.compile(r"-?[0-9]{5,15}")

# What administrators read.
HOW = noop(
    "/collection NAME FOLDER… makes or changes a collection of folders; those with blanks stand in quotes.\n"
    "/collection NAME here puts this chat in, /collection NAME 12345 a person or group.\n"
    "/collection off takes this chat out, /collection off 12345 another one.\n"
    "/collection NAME off removes a collection that nobody is in."
)
RULE = noop(
    "A chat sees what its collections show together. One that is in none sees the collection “default”, or "
    "everything where there is no such. You as my administrator see everything in our private chat."
)
IN_PRIVATE = noop("Everybody reads along here, so please tell me that in our private chat.")
NONE = noop("There are no collections: everybody who may ask sees all documents.")
HERE = noop("I answer here from: {folders}.")
OTHERS = noop("whoever is in no other")
ALL_DOCUMENTS = noop("all documents")
NO_DOCUMENTS = noop("no documents")
MADE = noop("The collection “{name}” shows: {folders}.")
PUT = noop("{chat} sees the collection “{name}” now.")
TAKEN_OUT = noop("{chat} is in no collection any more.")
STILL_IN = noop("The settings put {chat} in {names}; change it there (collections).")
REMOVED = noop("The collection “{name}” is removed.")
FIXED = noop("The collection “{name}” stands in the settings; change it there (collections.{name}).")
NOT_A_NAME = noop("A name has at most 40 letters, digits, - and _, and is neither “here” nor “off”.")
NO_COLLECTION = noop("There is no collection “{name}”. Make it with the folders that it shows.")
IN_USE = noop(
    "These are in the collection “{name}”: {chats}. Without it they would see nothing; take them out first."
)
NO_FOLDER = noop("There is no document below the folder “{folder}”, so nothing is changed.")
NOT_A_FOLDER = noop(
    "“{folder}” is no folder below the documents folder, so nothing is changed. Write its path from there, "
    "such as handbook/public."
)
NEAREST = noop("Did you mean {names}?")
NOT_KEPT = noop("I could not write that down, so nothing is changed.")
THIS_CHAT = noop("This chat")


class _Refused(Exception):
    """Nothing is changed; the text tells why."""


class Collecting:
    """That a command comes from an administrator is seen to in handlers.py."""

    def __init__(self, services: Services) -> None:
        self._to = services

    async def collection(self, update: Update, _: object) -> None:
        """/collection."""
        message = update.message
        if message is None:
            return
        _, rest = command_of(message, self._to.bot.bot) or ("", "")
        entries = await self._to.look_up(self._to.seen_by_administrators().sources)
        try:
            told = self._do(message, rest, entries)
        except _Refused as reason:
            told = [str(reason)]
        except sqlite3.Error as error:
            failure("not_collected", error)
            told = [gettext(NOT_KEPT)]
        await self._to.post.send(place_of(message), screens.text(*told))

    def _do(  # noqa: PLR0911 - a table of cases
        self, message: Message, rest: str, entries: Sequence[Entry]
    ) -> list[str]:
        """What the words after the command want done; paragraphs to say. Raises ``_Refused``."""
        words = words_of(rest)
        match [word.lower() for word in words]:
            case []:
                return self._all(message)
            case ["off"]:
                return self._take_out(message, message.chat.id)
            case [name, "here"]:
                return self._put(message, name, message.chat.id)
            case [_, *_] if not is_private(message):
                raise _Refused(gettext(IN_PRIVATE))
            case ["off", chat] if _ID.fullmatch(chat):
                return self._take_out(message, int(chat))
            case [name, "off"]:
                return [self._remove(name)]
            case [name, chat] if _ID.fullmatch(chat) and not _holds(chat, entries):
                return self._put(message, name, int(chat))
            case [name, _, *_]:
                whole = rest.strip()[len(name) :].strip()  # a folder with blanks, without quotes
                names = [whole] if _holds(whole, entries) else words[1:]
                return [self._make(name, names, entries)]
        raise _Refused(gettext(HOW))

    def _all(self, message: Message) -> list[str]:
        access, chat = self._to.access, message.chat.id
        here = gettext(HERE, folders=_shown(access.scope(chat)))
        if not is_private(message):
            return [here]
        found = access.collections.all()
        if not found:
            return [gettext(NONE), gettext(HOW)]
        return ["\n".join(f"• {self._described(one)}" for one in found), here, gettext(RULE), gettext(HOW)]

    def _described(self, one: Collection) -> str:
        """A collection in a line."""
        chats = [*map(self._name, one.chats), *([gettext(OTHERS)] if one.name == DEFAULT else [])]
        return f"{one.name}: {_shown(one.scope)}" + (f" ({', '.join(chats)})" if chats else "")

    def _put(self, message: Message, name: str, chat: int) -> list[str]:
        if self._to.access.collections.find(name) is None:
            raise _Refused(gettext(NO_COLLECTION, name=line(name)))
        self._to.access.collections.put(chat, name)
        event("collected", chat=chat, collection=name)
        return [gettext(PUT, chat=self._who(message, chat), name=name), *self._seen_here(message, chat)]

    def _take_out(self, message: Message, chat: int) -> list[str]:
        left = self._to.access.collections.take_out(chat)
        event("uncollected", chat=chat)
        who = self._who(message, chat)
        told = gettext(STILL_IN, chat=who, names=", ".join(left)) if left else gettext(TAKEN_OUT, chat=who)
        return [told, *self._seen_here(message, chat)]

    def _make(self, name: str, names: Sequence[str], entries: Sequence[Entry]) -> str:
        if not collections.NAME.fullmatch(name):
            raise _Refused(gettext(NOT_A_NAME))
        found = self._to.access.collections.find(name)
        if found and found.fixed:
            raise _Refused(gettext(FIXED, name=name))
        for one in names:
            _check(one, entries)
        scope = Scope.of(names)
        self._to.access.collections.make(name, scope)
        event("collection", collection=name, folders=len(scope.folders))
        return gettext(MADE, name=name, folders=_shown(scope))

    def _remove(self, name: str) -> str:
        found = self._to.access.collections.find(name)
        if found is None:
            raise _Refused(gettext(NO_COLLECTION, name=line(name)))
        if found.fixed:
            raise _Refused(gettext(FIXED, name=name))
        if found.chats:
            raise _Refused(gettext(IN_USE, name=name, chats=", ".join(map(self._name, found.chats))))
        self._to.access.collections.remove(name)
        event("collection_removed", collection=name)
        return gettext(REMOVED, name=name)

    def _seen_here(self, message: Message, chat: int) -> list[str]:
        """What the chat in which this is said sees now, if it was meant."""
        if chat != message.chat.id:
            return []
        return [gettext(HERE, folders=_shown(self._to.access.scope(chat)))]

    def _who(self, message: Message, chat: int) -> str:
        return gettext(THIS_CHAT) if chat == message.chat.id else self._name(chat)

    def _name(self, chat: int) -> str:
        name = self._to.access.name(chat)
        return str(chat) if name == str(chat) else f"{line(name)} ({chat})"


def words_of(text: str) -> list[str]:
    """Words as they are typed, those in quotes together."""
    return [quoted or word for quoted, word in _WORD.findall(text)]


def folders_of(entries: Sequence[Entry]) -> list[str]:
    """All folders that documents lie in."""
    found: dict[str, None] = {}
    for entry in entries:
        parts = entry.source.split("/")[:-1]
        found |= dict.fromkeys("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return list(found)


def _check(name: str, entries: Sequence[Entry]) -> None:
    """See that a folder is one that documents lie in. Raises ``_Refused``."""
    try:
        Scope.of([name])
    except ValueError:
        raise _Refused(gettext(NOT_A_FOLDER, folder=line(name))) from None
    if _holds(name, entries):
        return
    told = [gettext(NO_FOLDER, folder=line(name))]
    near = get_close_matches(name, folders_of(entries), n=3)
    raise _Refused(" ".join([*told, *([gettext(NEAREST, names=", ".join(near))] if near else [])]))


def _holds(name: str, entries: Sequence[Entry]) -> bool:
    """Whether documents lie below a folder."""
    try:
        scope = Scope.of([name])
    except ValueError:
        return False
    return any(scope.shows(entry.source) for entry in entries)


def _shown(scope: Scope) -> str:
    if scope.is_everything:
        return gettext(ALL_DOCUMENTS)
    return ", ".join(map(line, scope.folders)) or gettext(NO_DOCUMENTS)
