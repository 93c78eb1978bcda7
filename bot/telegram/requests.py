"""Requests for access: the messages by which administrators are asked, and the questions that wait."""

import json
import sqlite3
import time

from telegram import Bot, Update

from bot.telegram.events import event

_MOST = 5  # questions that wait in a chat; earlier ones are let go
_DAY = 24 * 3600


class Requests:
    """Keeps both. ``chat`` is who asks for access; ``place`` is the chat where a request is shown."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------ requests

    def show(self, chat: int, place: int, message: int) -> None:
        """Remember a message by which a decision is asked for."""
        self._database.execute(
            "INSERT OR REPLACE INTO requests (place, message, chat) VALUES (?, ?, ?)", [place, message, chat]
        )

    def chat(self, place: int, message: int) -> int | None:
        """Who asks in a message, decided or not; None where it is no request."""
        row = self._database.execute(
            "SELECT chat FROM requests WHERE place = ? AND message = ?", [place, message]
        ).fetchone()
        return int(row[0]) if row else None

    def decided(self, place: int, message: int) -> str | None:
        """What was decided on the request in a message, in words."""
        row = self._database.execute(
            "SELECT decided FROM requests WHERE place = ? AND message = ?", [place, message]
        ).fetchone()
        return row[0] if row else None

    def decide(self, chat: int, told: str) -> list[tuple[int, int]]:
        """Close all requests of a chat; where they are shown: place and message."""
        return self._database.execute(
            "UPDATE requests SET decided = ? WHERE chat = ? AND decided IS NULL RETURNING place, message",
            [told, chat],
        ).fetchall()

    # ----------------------------------------------------------------------------------- questions

    def wait(self, update: Update) -> None:
        """Keep a question until it is decided whether it is answered; one edited replaces itself."""
        message = update.effective_message
        if message is None:
            return
        chat = message.chat.id
        self._database.execute(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
            [chat, message.message_id, time.time(), update.to_json()],
        )
        self._database.execute(
            "DELETE FROM waiting WHERE chat = ?1 AND message NOT IN "
            "(SELECT message FROM waiting WHERE chat = ?1 ORDER BY message DESC LIMIT ?2)",
            [chat, _MOST],
        )

    def waits(self, chat: int, message: int) -> bool:
        """Whether the question in that message waits."""
        found = self._database.execute(
            "SELECT 1 FROM waiting WHERE chat = ? AND message = ?", [chat, message]
        )
        return found.fetchone() is not None

    def take(self, chat: int, bot: Bot) -> list[Update]:
        """The questions of a chat that wait, oldest first; they are kept no longer."""
        rows = self._database.execute(
            "DELETE FROM waiting WHERE chat = ? RETURNING message, body", [chat]
        ).fetchall()
        found = []
        for _, body in sorted(rows):
            try:
                found.append(Update.de_json(json.loads(body), bot))
            except Exception as error:  # written by another version of the library
                event("unreadable", chat=chat, reason=type(error).__name__)
        return found

    # ------------------------------------------------------------------------------------- cleaning

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id, in which the messages that wait do not exist."""
        self._database.execute("UPDATE requests SET chat = ? WHERE chat = ?", [new, old])
        self._database.execute("DELETE FROM waiting WHERE chat = ?", [old])

    def forget(self, chat: int) -> None:
        """Delete what is kept about a chat."""
        for table in ("requests", "waiting"):
            self._database.execute(f"DELETE FROM {table} WHERE chat = ?", [chat])  # noqa: S608

    def prune(self, days: int) -> None:
        """Delete questions on which nobody has decided in so many days."""
        self._database.execute("DELETE FROM waiting WHERE received < ?", [time.time() - days * _DAY])
