"""An SQLite file of an earlier format in, one of the newest out: by numbered steps, each whole or not at all.

A file counts the steps that it has been through in its ``user_version``; a new file goes through all of them.
What a step does is never changed once a version of Docent was released with it: a change is one more step at
the end of the list.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence

from index.errors import StateError

Step = Callable[[sqlite3.Connection], None]
"""Takes a file from the format before it to its own, within a transaction."""


def migrate(database: sqlite3.Connection, steps: Sequence[Step], what: str) -> None:
    """Take a file through the steps that it has not been through; one that needs none is only read.

    Args:
        database: the file, open, with no transaction under way.
        steps: all of them, oldest first.
        what: the file is, for the message: "The feedback log /var/x".

    Raises:
        StateError: a newer version of Docent has written it; it is left as it is.
        sqlite3.Error: it cannot be read or written; it is as the last step that succeeded left it.
    """
    known = version(database)
    check(known, len(steps), what)
    for number, step in enumerate(steps[known:], known + 1):
        database.execute("BEGIN IMMEDIATE")
        try:
            if version(database) < number:  # else another process was quicker
                step(database)
                database.execute(f"PRAGMA user_version = {number}")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def version(database: sqlite3.Connection) -> int:
    """The number of steps that a file has been through; 0 where it is new, or older than this count."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def check(found: int, newest: int, what: str) -> None:
    """Refuse a format that is not known yet.

    Raises:
        StateError: ``found`` is higher than ``newest``.
    """
    if found > newest:
        raise StateError(
            f"{what} was written by a newer Docent: it has format {found}, and this one knows none above "
            f"{newest}. Install the newer Docent again, or run `docent restore FILE --force` with a backup "
            "that was made before the update."
        )


def script(text: str) -> Step:
    """A step of SQL statements."""

    def step(database: sqlite3.Connection) -> None:
        for statement in _statements(text):
            database.execute(statement)  # executescript would end the transaction

    return step


def missing_columns(table: str, **columns: str) -> Step:
    """A step that adds the columns, each with its type, that a table does not have yet."""

    def step(database: sqlite3.Connection) -> None:
        known = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        for name, kind in columns.items():
            if name not in known:
                database.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    return step


def _statements(text: str) -> Iterator[str]:
    """The statements of a script; a semicolon in a comment ends none."""
    statement = ""
    for part in text.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
