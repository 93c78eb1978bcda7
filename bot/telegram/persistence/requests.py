"""Requests for access: the messages by which administrators are asked, and the questions that wait."""

import time

from telegram import Bot, Update

from bot.telegram.persistence.state import Memory
from bot.telegram.updates import kept_update

_MOST = 5  # questions that wait in a chat; earlier ones are let go
_DAY = 24 * 3600


class Requests:
    """Keeps both. ``chat`` is who asks for access; ``place`` is the chat where a request is shown."""

    def __init__(self, database: Memory) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------ requests

    def show(self, chat: int, place: int, message: int) -> None:
        """Remember a message by which a decision is asked for."""
        self._database.attempt(
            "INSERT OR REPLACE INTO requests (place, message, chat) VALUES (?, ?, ?)", [place, message, chat]
        )

    def chat(self, place: int, message: int) -> int | None:
        """Who asks in a message, decided or not; None where it is no request."""
        sql = "SELECT chat FROM requests WHERE place = ? AND message = ?"
        rows = self._database.rows(sql, [place, message])
        return int(rows[0][0]) if rows else None

    def decided(self, place: int, message: int) -> str | None:
        """What was decided on the request in a message, in words."""
        sql = "SELECT decided FROM requests WHERE place = ? AND message = ?"
        rows = self._database.rows(sql, [place, message])
        return rows[0][0] if rows else None

    def decide(self, chat: int, told: str) -> list[tuple[int, int]]:
        """Close all requests of a chat; where they are shown: place and message."""
        sql = "UPDATE requests SET decided = ? WHERE chat = ? AND decided IS NULL RETURNING place, message"
        return self._database.rows(sql, [told, chat]) or []

    # ----------------------------------------------------------------------------------- questions

    def wait(self, update: Update) -> None:
        """Keep a question until it is decided whether it is answered; one edited replaces itself."""
        message = update.effective_message
        if message is None:
            return
        chat = message.chat.id
        self._database.attempt(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
            [chat, message.message_id, time.time(), update.to_json()],
        )
        self._database.attempt(
            "DELETE FROM waiting WHERE chat = ?1 AND message NOT IN "
            "(SELECT message FROM waiting WHERE chat = ?1 ORDER BY message DESC LIMIT ?2)",
            [chat, _MOST],
        )

    def waits(self, chat: int, message: int) -> bool:
        """Whether the question in that message waits."""
        sql = "SELECT 1 FROM waiting WHERE chat = ? AND message = ?"
        return bool(self._database.rows(sql, [chat, message]))

    def take(self, chat: int, bot: Bot) -> list[Update]:
        """The questions of a chat that wait, oldest first; they are kept no longer."""
        rows = self._database.rows("DELETE FROM waiting WHERE chat = ? RETURNING message, body", [chat])
        return [update for _, body in sorted(rows or ()) if (update := kept_update(body, bot))]

    # ------------------------------------------------------------------------------------- cleaning

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id, in which the messages that wait do not exist."""
        self._database.attempt("UPDATE requests SET chat = ? WHERE chat = ?", [new, old])
        self._database.attempt("DELETE FROM waiting WHERE chat = ?", [old])

    def forget(self, chat: int) -> None:
        """Delete what is kept about a chat; raises sqlite3.Error where that cannot be done now."""
        for table in ("requests", "waiting", "offers"):
            self._database.execute(f"DELETE FROM {table} WHERE chat = ?", [chat])  # noqa: S608

    def prune(self, days: int) -> None:
        """Delete questions on which nobody has decided in so many days."""
        self._database.attempt("DELETE FROM waiting WHERE received < ?", [time.time() - days * _DAY])
