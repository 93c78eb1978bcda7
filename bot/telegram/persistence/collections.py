"""Which documents a chat sees: collections of the settings, and those that administrators make in the chat.

A chat sees what its collections show together; one in none sees the collection "default", or where there is
no such, everything. A person counts by themselves, as their private chat. What hides documents is never
dropped by accident: a chat in a collection that is no longer there sees nothing by it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.collections import CollectionSettings
from bot.telegram.persistence.state import Memory
from index.scope import EVERYTHING, NOTHING, Scope

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Collection:
    """Folders, and the chats that see them; ``fixed`` where they are those of the settings."""

    name: str
    scope: Scope
    chats: tuple[int, ...]
    fixed: bool


class Collections:
    """Reads and keeps them."""

    def __init__(self, fixed: Mapping[str, CollectionSettings], database: Memory) -> None:
        self._fixed = fixed
        self._database = database
        made = database.execute("SELECT name, folders FROM collections ORDER BY name").fetchall()
        self._made = {name: Scope(tuple(json.loads(folders))) for name, folders in made}
        """By which is decided, also while the file can be neither read nor written; so are ``_put``."""
        self._put = set(database.execute("SELECT chat, name FROM collected ORDER BY name").fetchall())

    def all(self) -> list[Collection]:
        """All collections by name; of one that the settings have too, theirs."""
        names = sorted({*self._fixed, *self._made})
        return [
            Collection(name, self._scope_of(name), self._chats(name), name in self._fixed) for name in names
        ]

    def find(self, name: str) -> Collection | None:
        """The collection of that name, if there is one."""
        return next((one for one in self.all() if one.name == name), None)

    def names(self, chat: int) -> list[str]:
        """The collections that a chat is in, also such as are no longer there."""
        fixed = {name for name, one in self._fixed.items() if chat in one.chats}
        return sorted(fixed | {name for other, name in self._put if other == chat})

    def scope(self, chat: int) -> Scope:
        """What a chat sees, whoever writes there."""
        names = self.names(chat)
        if not names:
            there = DEFAULT in self._fixed or DEFAULT in self._made
            return self._scope_of(DEFAULT) if there else EVERYTHING
        seen = NOTHING
        for name in names:
            seen |= self._scope_of(name)
        return seen

    def make(self, name: str, scope: Scope) -> None:
        """Make a collection, or change its folders.

        Raises:
            sqlite3.Error: it cannot be kept now.
        """
        folders = json.dumps(scope.folders)
        self._database.execute("INSERT OR REPLACE INTO collections VALUES (?, ?)", [name, folders])
        self._made[name] = scope

    def remove(self, name: str) -> None:
        """Remove a collection that was made in the chat.

        Raises:
            sqlite3.Error: that cannot be kept now.
        """
        self._database.execute("DELETE FROM collections WHERE name = ?", [name])
        self._made.pop(name, None)

    def put(self, chat: int, name: str) -> None:
        """Have a chat see a collection.

        Raises:
            sqlite3.Error: that cannot be kept now.
        """
        self._database.execute("INSERT OR REPLACE INTO collected VALUES (?, ?)", [chat, name])
        self._put.add((chat, name))

    def take_out(self, chat: int) -> list[str]:
        """Take a chat out of its collections; those that the settings put it in are the result.

        Raises:
            sqlite3.Error: that cannot be kept now.
        """
        self._database.execute("DELETE FROM collected WHERE chat = ?", [chat])
        self._put = {(other, name) for other, name in self._put if other != chat}
        return self.names(chat)

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id: it sees what it has seen, also where the file cannot be written."""
        for name in self.names(old):
            self._put.add((new, name))
            self._database.attempt("INSERT OR REPLACE INTO collected VALUES (?, ?)", [new, name])

    def _scope_of(self, name: str) -> Scope:
        if name in self._fixed:
            return self._fixed[name].scope
        return self._made.get(name, NOTHING)

    def _chats(self, name: str) -> tuple[int, ...]:
        fixed = self._fixed[name].chats if name in self._fixed else ()
        return tuple(dict.fromkeys([*fixed, *sorted(chat for chat, other in self._put if other == name)]))
