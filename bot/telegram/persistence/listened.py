"""In which groups the bot listens, what it said there unasked, and what people thought of that.

No text is among it: a group's id, numbers of answers, and of each verdict a digest of who gave it.
"""

import time
from hashlib import sha256

from bot.telegram.persistence.state import Memory

DAY = 24 * 3600.0
_MOST_BAD = 2  # verdicts within a day, from which on it keeps quiet for the day


class Listened:
    """Reads and keeps it. While the file cannot be read, the bot listens nowhere."""

    def __init__(self, database: Memory) -> None:
        self._database = database

    def listens(self, chat: int) -> bool:
        """Whether an administrator has the bot listen in this group."""
        return bool(self._database.rows("SELECT 1 FROM listening WHERE chat = ?", [chat]))

    def groups(self) -> list[int]:
        """All groups in which it listens."""
        return [chat for (chat,) in self._database.rows("SELECT chat FROM listening ORDER BY since") or ()]

    def start(self, chat: int) -> None:
        """Listen in a group; what was thought of it before is still known.

        Raises:
            sqlite3.Error: it cannot be kept.
        """
        self._database.execute(
            "INSERT INTO listening (chat, since) VALUES (?1, ?2) "
            "ON CONFLICT (chat) DO UPDATE SET since = ?2, hushed = 0",
            [chat, time.time()],
        )

    def end(self, chat: int) -> bool:
        """Listen there no longer; whether it did.

        Raises:
            sqlite3.Error: it cannot be kept.
        """
        return self._database.execute("DELETE FROM listening WHERE chat = ?", [chat]).rowcount > 0

    def hush(self, chat: int) -> None:
        """Say nothing unasked in a group for a day."""
        self._database.attempt("UPDATE listening SET hushed = ? WHERE chat = ?", [time.time() + DAY, chat])

    def may_speak(self, chat: int, minutes: float) -> bool:
        """Whether something unasked may be said in a group now: once in so many minutes, unless hushed."""
        now = time.time()
        rows = self._database.rows(
            "SELECT 1 FROM listening WHERE chat = ?1 AND hushed <= ?2 "
            "AND NOT EXISTS (SELECT 1 FROM interjections WHERE chat = ?1 AND sent > ?3) "
            "AND (SELECT count(*) FROM verdicts WHERE chat = ?1 AND NOT good AND given > ?4) < ?5",
            [chat, now, now - 60 * minutes, now - DAY, _MOST_BAD],
        )
        return bool(rows)

    def spoke(self, chat: int, answer: int) -> None:
        """An answer of that number is given unasked."""
        self._database.attempt(
            "INSERT OR REPLACE INTO interjections VALUES (?, ?, ?)", [answer, chat, time.time()]
        )

    def judge(self, chat: int, answer: int, voter: str, *, good: bool) -> None:
        """Keep a verdict on an answer, if it was given unasked; the same voter's earlier one is replaced.

        Args:
            chat: where it was given.
            answer: its number.
            voter: names one reader of one answer; only a digest of it is kept.
            good: the verdict.
        """
        self._database.attempt(
            "INSERT OR REPLACE INTO verdicts SELECT ?1, ?2, chat, ?3, ?4 FROM interjections "
            "WHERE answer = ?1 AND chat = ?5",
            [answer, sha256(voter.encode()).hexdigest()[:16], good, time.time(), chat],
        )

    def raised(self, chat: int) -> int:
        """By how many steps a group has raised the bar: up with each 👎, down with each 👍, not below 0."""
        rows = self._database.rows("SELECT good FROM verdicts WHERE chat = ? ORDER BY given, rowid", [chat])
        steps = 0
        for (good,) in rows or ():
            steps = max(0, steps - 1 if good else steps + 1)
        return steps

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id."""
        for table in ("listening", "interjections", "verdicts"):
            self._database.attempt(f"UPDATE OR REPLACE {table} SET chat = ? WHERE chat = ?", [new, old])  # noqa: S608

    def forget(self, chat: int) -> bool:
        """Delete what is kept about a group, and listen there no longer; whether there was anything.

        Raises:
            sqlite3.Error: it cannot be deleted now.
        """
        gone = 0
        for table in ("listening", "interjections", "verdicts"):
            gone += self._database.execute(f"DELETE FROM {table} WHERE chat = ?", [chat]).rowcount  # noqa: S608
        return gone > 0

    def prune(self, days: int) -> None:
        """Answers that are no longer kept get no more verdicts; those given still count."""
        self._database.attempt("DELETE FROM interjections WHERE sent < ?", [time.time() - days * DAY])
