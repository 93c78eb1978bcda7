"""Who may ask. What stands in the settings holds; administrators decide on the rest in the chat.

A person asks for themselves in a private chat; in a group, it is the group that is allowed or not.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

from bot.collections import CollectionSettings
from bot.telegram.persistence.collections import Collections
from bot.telegram.persistence.listened import Listened
from bot.telegram.persistence.requests import Requests
from bot.telegram.persistence.state import Memory
from bot.telegram.settings import TelegramSettings
from bot.texts import speaking
from index.scope import EVERYTHING, Scope

Role = Literal["admin", "allowed", "denied", "asked"]

_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody, or a group, on whom something was decided or who asked for access."""

    chat: int
    role: Role
    name: str


class Access:
    """Reads and keeps the decisions.

    Args:
        settings: whom the bot answers.
        database: where decisions are kept.
        collections: those of the settings.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        database: Memory,
        collections: Mapping[str, CollectionSettings] | None = None,
    ) -> None:
        self.requests = Requests(database)
        self.collections = Collections(collections or {}, database)
        self.listened = Listened(database)
        self._settings = settings
        self._database = database
        self._code: str | None = None
        roles = database.execute("SELECT chat, role FROM access ORDER BY since").fetchall()
        self._roles: dict[int, Role] = dict(roles)
        """By which is decided, also while the file can be neither read nor written."""
        self._languages: dict[int, str] = dict(
            database.execute("SELECT chat, code FROM languages").fetchall()
        )

    def is_admin(self, user: int) -> bool:
        """Whether this person administers the bot."""
        return user in self._settings.admins or self._role(user) == "admin"

    def admins(self) -> list[int]:
        """All administrators."""
        kept = [chat for chat, role in self._roles.items() if role == "admin"]
        return list(dict.fromkeys([*self._settings.admins, *kept]))

    def allows(self, chat: int) -> bool:
        """Whether questions from this chat are answered; a private chat has the id of its person."""
        if self.is_admin(chat):
            return True
        role = self._role(chat)
        if role in ("allowed", "denied"):
            return role == "allowed"
        return self._settings.access == "open" or chat in self._settings.allowed

    def scope(self, chat: int) -> Scope:
        """Which documents are seen in a chat; in private, administrators see all.

        In a group everybody reads along, so there it is the group that counts, whoever asks.
        """
        return EVERYTHING if chat > 0 and self.is_admin(chat) else self.collections.scope(chat)

    def inline_scope(self, user: int) -> Scope:
        """Which documents a person sees inline, and so may send into any chat.

        There administrators count as anybody else does: by their collections.
        """
        return self.collections.scope(user)

    def is_denied(self, chat: int) -> bool:
        """Whether an administrator has refused them."""
        return not self.is_admin(chat) and self._role(chat) == "denied"

    def is_last_admin(self, user: int) -> bool:
        """Whether nobody else administers the bot."""
        return self.admins() == [user]

    def is_fixed(self, chat: int) -> bool:
        """Whether the settings make them an administrator, which no chat can undo."""
        return chat in self._settings.admins

    def decide(self, chat: int, role: Role, name: str | None = None) -> None:
        """Keep a decision; the name known before stays where none is given."""
        self._roles[chat] = role
        self._database.attempt(
            "INSERT INTO access VALUES (?1, ?2, coalesce(?3, ''), ?4) ON CONFLICT (chat) DO UPDATE "
            "SET role = ?2, name = coalesce(?3, name), since = ?4",
            [chat, role, name, time.time()],
        )

    def has_asked(self, chat: int) -> bool:
        """Whether they asked for access within a day and nothing was decided yet."""
        sql = "SELECT 1 FROM access WHERE chat = ? AND role = 'asked' AND since > ?"
        found = self._database.rows(sql, [chat, time.time() - _DAY])
        return self._roles.get(chat) == "asked" if found is None else bool(found)

    def asks(self, chat: int) -> bool:
        """Whether they asked for access at any time and nothing was decided yet."""
        return self._role(chat) == "asked"

    def guests(self) -> list[Guest]:
        """Everybody on whom something is kept, the latest first."""
        rows = self._database.rows("SELECT chat, role, name FROM access ORDER BY since DESC")
        return [Guest(*row) for row in rows or ()]

    def name(self, chat: int) -> str:
        """The name under which somebody asked for access, or their id."""
        rows = self._database.rows("SELECT name FROM access WHERE chat = ?", [chat])
        return rows[0][0] if rows and rows[0][0] else str(chat)

    def forget(self, chat: int) -> bool:
        """Delete what is kept about somebody; whether there was anything.

        Raises:
            sqlite3.Error: it cannot be deleted now.
        """
        self.requests.forget(chat)
        listened = self.listened.forget(chat)
        self._database.execute("DELETE FROM languages WHERE chat = ?", [chat])
        self._database.execute("DELETE FROM access WHERE chat = ?", [chat])
        self._languages.pop(chat, None)
        return self._roles.pop(chat, None) is not None or listened

    def hear(self, chat: int, code: str | None) -> None:
        """Keep in which language to tell somebody, or a group, what others do."""
        if code and code != self._languages.get(chat):
            self._languages[chat] = code
            self._database.attempt("INSERT OR REPLACE INTO languages VALUES (?, ?)", [chat, code])

    def speaking_to(self, chat: int) -> AbstractContextManager[None]:
        """Speak the language of somebody else for a while, as far as it is known."""
        code = self._languages.get(chat)
        return speaking(code) if code else nullcontext()

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id: what was decided on it holds on."""
        self.hear(new, self._languages.get(old))
        self.requests.migrate(old, new)
        self.collections.migrate(old, new)
        self.listened.migrate(old, new)
        role = self._role(old)
        if role is None and old in self._settings.allowed:
            role = "allowed"
        if role is not None:
            self.decide(new, role, self.name(old))

    def pairing_code(self) -> str:
        """A new code that makes the first who sends it an administrator; older ones are void."""
        self._code = secrets.token_urlsafe(12)
        return self._code

    def pair(self, code: str, user: int, name: str) -> bool:
        """Make a person administrator if the code is right; it works once."""
        if self._code is None or not hmac.compare_digest(code.encode(), self._code.encode()):
            return False
        self._code = None
        self.decide(user, "admin", name)
        return True

    def _role(self, user: int) -> Role | None:
        return self._roles.get(user)
