"""Which answers have been compared with which generation of the documents."""

import asyncio
import re
import time
from collections.abc import Collection, Iterable

import msgspec

from bot.telegram.persistence.state import Memory

_RECENT = 3600.0  # seconds in which a question is surely answered
_BATCH = 50  # answers looked at before others get their turn
_SOURCE = re.compile(r'"source":("[^"\\]*(?:\\.[^"\\]*)*")')
"""In an answer as it is kept; in a text, the quotation marks would be escaped."""


class Compared:
    """Reads and keeps it."""

    def __init__(self, database: Memory) -> None:
        self._database = database
        rows = database.rows("SELECT generation FROM compared")
        self.position: str | None = rows[0][0] if rows else None
        """The generation that all answers were compared with, but those that were under way."""
        self._done: set[tuple[int, str]] = set()

    def reach(self, generation: str, late: Iterable[tuple[int, int]]) -> None:
        """All answers are compared with that generation, these recent ones among them."""
        self._done |= {(number, generation) for number, _ in late}
        if generation == self.position:
            return
        self.position = generation
        self._database.attempt("DELETE FROM compared")
        self._database.attempt("INSERT INTO compared VALUES (?)", [generation])

    def late(self, generation: str) -> list[tuple[int, int]]:
        """Numbers and chats of recent answers of another generation, until they are compared with it."""
        rows = self._database.rows(
            "SELECT id, chat FROM answers WHERE created > ? AND generation NOT IN ('', ?) AND NOT unfinished",
            [time.time() - _RECENT, generation],
        )
        self._done &= {(number, generation) for number, _ in rows or ()}
        return [(number, chat) for number, chat in rows or () if (number, generation) not in self._done]

    async def citing(self, sources: Collection[str]) -> set[tuple[int, int]]:
        """Numbers and chats of the answers that quote from one of these documents."""
        wanted = {msgspec.json.encode(source).decode() for source in sources}
        found: set[tuple[int, int]] = set()
        last = 0
        while wanted and (
            rows := self._database.rows(
                "SELECT id, chat, answer FROM answers WHERE id > ? ORDER BY id LIMIT ?", [last, _BATCH]
            )
        ):
            found |= {
                (number, chat) for number, chat, answer in rows if wanted & set(_SOURCE.findall(answer))
            }
            last = rows[-1][0]
            await asyncio.sleep(0)
        return found
