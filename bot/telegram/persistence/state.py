"""What the bot keeps between runs: one SQLite file for each bot.

updates   what Telegram sent, its text only until it was handled   (inbox.py)
access    who may ask, and who was refused                         (access.py)
languages of those whom others' decisions are told                 (access.py)
requests  messages by which administrators are asked to decide     (requests.py)
removals  messages by which administrators are asked what to do about files that are gone (removals.py)
waiting   what outsiders asked before it was decided               (requests.py)
collections  folders that are seen together                        (collections.py)
collected which chats see them                                     (collections.py)
offers    what administrators add and remove, until it is done     (offers.py)
answers   what buttons open, and what follow-up questions lean on  (answers.py)
compared  the generation that all answers were compared with       (corrections.py)
listening, interjections, verdicts: where it answers unasked       (listened.py)
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bot import migrating
from bot.telegram.events import event
from index.errors import StateError

_BETWEEN_COMPLAINTS = 3600.0  # seconds

_PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 100;  -- the event loop waits for it, and no other program should write here
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS updates (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    body TEXT  -- NULL once it was handled
);
CREATE TABLE IF NOT EXISTS access (
    chat INTEGER PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, since REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS languages (chat INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    place INTEGER NOT NULL, message INTEGER NOT NULL, chat INTEGER NOT NULL,
    decided TEXT,  -- what the message says since
    PRIMARY KEY (place, message)
);
CREATE TABLE IF NOT EXISTS removals (
    place INTEGER NOT NULL, message INTEGER NOT NULL, gone INTEGER NOT NULL,  -- so many files
    choice TEXT, who TEXT,              -- NULL while nobody has decided
    closed INTEGER NOT NULL DEFAULT 0,  -- whether there is nothing to decide any more
    PRIMARY KEY (place, message)
);
CREATE TABLE IF NOT EXISTS waiting (
    chat INTEGER NOT NULL, message INTEGER NOT NULL, received REAL NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (chat, message)
);
CREATE TABLE IF NOT EXISTS collections (name TEXT PRIMARY KEY, folders TEXT NOT NULL);  -- as JSON
CREATE TABLE IF NOT EXISTS collected (
    chat INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (chat, name)
);
CREATE TABLE IF NOT EXISTS offers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, created REAL NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, question_message INTEGER,
    created REAL NOT NULL,
    messages TEXT NOT NULL,  -- ids of the messages that show it
    generation TEXT NOT NULL, answer TEXT NOT NULL, shown INTEGER NOT NULL,
    thread INTEGER, asker INTEGER,
    follows INTEGER,         -- the answer before it in the conversation
    unfinished INTEGER,      -- whether members of a list are still looked for
    doubtful INTEGER,        -- whether it was being sent, and nothing tells that it arrived
    language TEXT,           -- in which it was given
    now TEXT,                -- what stands where quotes of it stood that no longer do
    checked TEXT,            -- the last generation that its quotes were compared with
    scope TEXT,              -- the folders that were seen then, as JSON; NULL where all were
    verdict TEXT             -- good or bad, where the reader of a private chat gave one
);
CREATE TABLE IF NOT EXISTS compared (generation TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS answers_by_question ON answers (chat, question_message);
CREATE TABLE IF NOT EXISTS listening (
    chat INTEGER PRIMARY KEY, since REAL NOT NULL,
    hushed REAL NOT NULL DEFAULT 0  -- until when
);
CREATE TABLE IF NOT EXISTS interjections (
    answer INTEGER PRIMARY KEY, chat INTEGER NOT NULL, sent REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS verdicts (
    answer INTEGER NOT NULL, voter TEXT NOT NULL, chat INTEGER NOT NULL, good INTEGER NOT NULL,
    given REAL NOT NULL, PRIMARY KEY (answer, voter)
);
"""

STEPS = (
    migrating.script(SCHEMA),
    migrating.missing_columns(  # of files that were written before steps were counted
        "answers",
        **dict.fromkeys(["thread", "asker", "follows", "unfinished", "doubtful"], "INTEGER"),
        **dict.fromkeys(["language", "now", "checked", "scope"], "TEXT"),
    ),
    migrating.missing_columns("answers", verdict="TEXT"),
)
"""How a file comes to its newest format; see ``bot/migrating.py``. A change of it is a step at the end."""


class Memory(sqlite3.Connection):
    """The file, which may become unreadable or full while the bot runs: it answers on without."""

    on_trouble: Callable[[sqlite3.Error], None] | None = None
    """Hears why something could not be read or written."""

    _told = float("-inf")

    def attempt(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor | None:
        """Execute a statement; None where that cannot be done now."""
        try:
            return self.execute(sql, values)
        except sqlite3.Error as error:
            self._tell(error)
            return None

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Any] | None:
        """What a statement finds; None where that cannot be told now."""
        cursor = self.attempt(sql, values)
        try:
            return None if cursor is None else cursor.fetchall()
        except sqlite3.Error as error:
            self._tell(error)
            return None

    def _tell(self, error: sqlite3.Error) -> None:
        if time.monotonic() - self._told > _BETWEEN_COMPLAINTS:
            self._told = time.monotonic()
            event("without_memory", reason=error)
            if self.on_trouble:
                self.on_trouble(error)


def folder(state: Path) -> Path:
    """Where all bots keep their files."""
    return state / "telegram"


class InUse(StateError):
    """Another process uses a bot's file."""


def lock_of(file: Path) -> FileLock:
    """What whoever uses a bot's file holds: that bot, or a restore."""
    return FileLock(file.with_suffix(".lock"))


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Be the only one who uses a bot's file.

    Raises:
        InUse: another process does.
        StateError: its folder cannot be written to.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = lock_of(file).acquire(blocking=False)
    except Timeout:
        raise InUse("This bot is already running on this machine. Stop it first.") from None
    except OSError as error:
        raise _unusable(file, error) from None
    with lock:
        yield


def connect(file: Path) -> Memory:
    """Open the file, made new where there is none. It serves the thread that opened it.

    Raises:
        StateError: it cannot be read or written, or a newer version of Docent has written it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(file, isolation_level=None, factory=Memory)
        try:
            database.executescript(_PRAGMAS)
            migrating.migrate(database, STEPS, f"The bot's file {file}")
        except (sqlite3.Error, StateError):
            database.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise _unusable(file, error) from None
    return database


def _unusable(file: Path, error: Exception) -> StateError:
    return StateError(
        f"The bot's file {file} cannot be used: {error}. Check that the disk is writable and not full; if "
        "the file is damaged, move it away and run `docent restore` with a backup; without one, only who may "
        "ask and open buttons are lost."
    )
