"""The tables of the texts of an index, and how values are kept in them.

Texts lie in segments, in which documents, passages and units have numbers of their own: a document's are the
same in every generation that has its segment. The list of the documents says what they are in a generation.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from index.records import Part

LIST = "documents.sqlite"
"""The file of the list of documents."""

DOCUMENTS = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source TEXT UNIQUE, title TEXT, digest TEXT, size INTEGER, mtime_ns INTEGER,
    file TEXT,  -- the source of the file that it lies in
    first INTEGER, last INTEGER,  -- its passages: first <= number < last
    segment INTEGER, own INTEGER, own_first INTEGER  -- there, its number and its first passage's
);
CREATE INDEX documents_by_passage ON documents (last);
"""

ENLIST = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
"""Adds a document to the list."""

TEXTS = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, text TEXT,
    about BLOB,     -- layout, properties and notices
    contexts BLOB,  -- those of its units, each once
    first INTEGER, last INTEGER  -- its passages: first <= id < last
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, locator BLOB, language TEXT,
    first INTEGER, last INTEGER  -- its units: first <= id < last
);
CREATE TABLE units (
    id INTEGER PRIMARY KEY, start INTEGER, "end" INTEGER, kind TEXT,
    context INTEGER,  -- its place among those of its document
    parts BLOB        -- NULL where all of it is shown
);
CREATE TABLE words (
    document INTEGER PRIMARY KEY, tokens BLOB  -- those of its passages, as words are indexed
);
"""


class Place(NamedTuple):
    """Where a document lies: a segment, its number there, and there that of its first passage."""

    segment: int
    own: int
    own_first: int


class Kept(NamedTuple):
    """A document as it is kept, its passages and units counted from its first ones."""

    text: str
    about: bytes
    contexts: bytes
    passages: list[tuple[int, int, bytes, str, int, int]]
    units: list[tuple[int, int, str, int, bytes | None]]
    tokens: bytes


def file_of(folder: Path, number: int) -> Path:
    """The file of a segment of texts; the first has the number 0."""
    return folder / (f"texts-{number}.sqlite" if number else "texts.sqlite")


def created(file: Path, tables: str) -> sqlite3.Connection:
    """A new file of these tables in a transaction, without a journal: where that fails, the file is lost.

    Raises:
        sqlite3.Error: the disk is full, or the like.
    """
    database = sqlite3.connect(file, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + tables)
        database.execute("BEGIN")
    except sqlite3.Error:
        database.close()
        raise
    return database


def opened(file: Path) -> sqlite3.Connection:
    """A file that nobody changes, to be read from: that takes no locks and writes nothing.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)


def listed(folder: Path) -> sqlite3.Connection:
    """The list of the documents of a folder.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    if (file := folder / LIST).is_file():
        return opened(file)
    with closing(opened(file_of(folder, 0))) as texts:
        return _listed_among(texts)


def _listed_among(texts: sqlite3.Connection) -> sqlite3.Connection:
    """That of an index of format 5, which had it among the texts, in memory.

    There the numbers of passages stand behind the text of their document, and SQLite would read all of that
    on its way to them; so they are told by the passages, which are numbered as documents are.
    """
    database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    try:
        database.executescript(DOCUMENTS)
        rows = texts.execute(
            "SELECT id, source, title, digest, size, mtime_ns, file, "
            "(SELECT max(id) + 1 FROM passages WHERE document = documents.id) FROM documents ORDER BY id"
        )
        first = 0
        for number, *named, end in rows:
            last = first if end is None else end  # which has none
            database.execute(ENLIST, (number, *named, first, last, 0, number, first))
            first = last
    except sqlite3.Error:
        database.close()
        raise
    return database


def packed(parts: Sequence[Part], start: int) -> bytes | None:
    """Parts of a unit that starts at an offset, as they are kept."""
    if not parts:
        return None
    return msgspec.msgpack.encode([(part.start - start, part.end - start, part.before) for part in parts])


def unpacked(kept: bytes | None, start: int) -> tuple[Part, ...]:
    """Parts as they were packed."""
    if kept is None:
        return ()
    rows = msgspec.msgpack.decode(kept, type=list[tuple[int, int, str]])
    return tuple(Part(one + start, other + start, before) for one, other, before in rows)


def packed_tokens(passages: Iterable[Sequence[str]]) -> bytes:
    """The tokens of the passages of a document, as they are kept; none has a blank in it."""
    return zlib.compress("\n".join(map(" ".join, passages)).encode())


def unpacked_tokens(kept: bytes) -> list[list[str]]:
    """Tokens as they were packed, of one passage at least."""
    return [passage.split(" ") if passage else [] for passage in zlib.decompress(kept).decode().split("\n")]
