"""The question whether files that are gone leave the index: where it is shown, and what was decided.

It is one question as long as more than half of the files are gone. It is asked again where more of them go.
"""

from typing import Literal, NamedTuple, cast

from bot.telegram.persistence.state import Memory

Choice = Literal["take", "keep"]


class Decision(NamedTuple):
    """What was decided, and by whom."""

    choice: Choice
    by: str


class Removals:
    """Keeps it, in memory too, for the file may become unreadable."""

    def __init__(self, database: Memory) -> None:
        self._database = database
        rows = database.execute("SELECT max(gone) FROM removals WHERE NOT closed").fetchall()
        self.gone: int = rows[0][0] or 0
        """Of how many files was asked while the state lasts; 0 where nothing is to be asked."""

    def show(self, place: int, message: int, gone: int) -> None:
        """Remember a message that asks about so many files."""
        self._database.attempt(
            "INSERT OR REPLACE INTO removals (place, message, gone) VALUES (?, ?, ?)", [place, message, gone]
        )

    def shown(self) -> list[tuple[int, int]]:
        """Where the question is shown and open: place and message."""
        sql = "SELECT place, message FROM removals WHERE choice IS NULL AND NOT closed"
        return self._database.rows(sql) or []

    def decide(self, decision: Decision) -> list[tuple[int, int]]:
        """Close the question; where it was open."""
        sql = (
            "UPDATE removals SET choice = ?, who = ? WHERE choice IS NULL AND NOT closed "
            "RETURNING place, message"
        )
        return self._database.rows(sql, [*decision]) or []

    def decided(self, place: int, message: int) -> Decision | None:
        """What was decided on the question in a message; None where it is open or unknown."""
        sql = "SELECT choice, who FROM removals WHERE place = ? AND message = ? AND choice IS NOT NULL"
        rows = self._database.rows(sql, [place, message])
        return Decision(cast("Choice", rows[0][0]), rows[0][1]) if rows else None

    def is_over(self, place: int, message: int) -> bool:
        """Whether the files of the question in a message are back, or it is unknown."""
        rows = self._database.rows(
            "SELECT closed FROM removals WHERE place = ? AND message = ?", [place, message]
        )
        return rows is not None and all(closed for (closed,) in rows)

    def latest(self) -> Decision | None:
        """What was decided while the state lasts."""
        sql = "SELECT choice, who FROM removals WHERE choice IS NOT NULL AND NOT closed LIMIT 1"
        rows = self._database.rows(sql)
        return Decision(cast("Choice", rows[0][0]), rows[0][1]) if rows else None

    def begin(self, gone: int) -> None:
        """It is asked about so many files from now on; what was decided before is forgotten."""
        self.gone = gone
        self._database.attempt("DELETE FROM removals WHERE closed OR choice IS NOT NULL")

    def end(self) -> list[tuple[int, int]]:
        """Nothing is to be asked any more; where the question was open."""
        self.gone = 0
        open_ = self.shown()
        self._database.attempt("UPDATE removals SET closed = 1")
        return open_
