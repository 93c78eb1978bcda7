"""What the bot keeps between runs: one SQLite file for each bot.

updates   what Telegram sent, its text only until it was handled   (inbox.py)
access    who may ask, and who was refused                         (access.py)
requests  messages by which administrators are asked to decide     (requests.py)
waiting   what outsiders asked before it was decided               (requests.py)
answers   what buttons open, and what follow-up questions lean on  (answers.py)
"""

import sqlite3
from pathlib import Path

from index.errors import StateError

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS updates (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    body TEXT  -- NULL once it was handled
);
CREATE TABLE IF NOT EXISTS access (
    chat INTEGER PRIMARY KEY, role TEXT NOT NULL, name TEXT NOT NULL, since REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS requests (
    place INTEGER NOT NULL, message INTEGER NOT NULL, chat INTEGER NOT NULL,
    decided TEXT,  -- what the message says since
    PRIMARY KEY (place, message)
);
CREATE TABLE IF NOT EXISTS waiting (
    chat INTEGER NOT NULL, message INTEGER NOT NULL, received REAL NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (chat, message)
);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL, question_message INTEGER,
    created REAL NOT NULL,
    messages TEXT NOT NULL,  -- ids of the messages that show it
    generation TEXT NOT NULL, answer TEXT NOT NULL, shown INTEGER NOT NULL,
    thread INTEGER, asker INTEGER,
    follows INTEGER,         -- the answer before it in the conversation
    unfinished INTEGER       -- whether members of a list are still looked for
);
CREATE INDEX IF NOT EXISTS answers_by_question ON answers (chat, question_message);
"""


def folder(state: Path) -> Path:
    """Where all bots keep their files."""
    return state / "telegram"


def connect(file: Path) -> sqlite3.Connection:
    """Open the file, made new where there is none. It serves the thread that opened it.

    Raises:
        StateError: it cannot be read or written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(file, isolation_level=None)
        try:
            database.executescript(SCHEMA)
            _add_columns(database)
        except sqlite3.Error:
            database.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise StateError(
            f"The bot's file {file} cannot be used: {error}. Check that the disk is writable and not full; "
            "if the file is damaged, move it away: only who may ask and open buttons are lost."
        ) from None
    return database


def _add_columns(database: sqlite3.Connection) -> None:
    """A file of an earlier version has fewer."""
    known = {row[1] for row in database.execute("PRAGMA table_info(answers)")}
    for column in {"thread", "asker", "follows", "unfinished"} - known:
        database.execute(f"ALTER TABLE answers ADD COLUMN {column} INTEGER")
