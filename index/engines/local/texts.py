"""The texts of a generation in segments, so that an index that is built again writes only texts that are new.

    texts.sqlite       the first segment: documents, their passages and units, and their words
    texts-1.sqlite     what a build after it added, and so on
    documents.sqlite   the documents in the order of their sources: what each is called, and where it lies

The files of segments are those of the generation before, by hard links; the list of documents is written for
each generation. What is no longer in the list is still in its segment: where that is much, or there are many
segments, or all of it is soon written, the next build writes all as one.
"""

import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import msgspec

from index.engines.base import DocumentMetadata, Entry
from index.engines.local import tables
from index.engines.local.appending import tokens
from index.engines.local.linking import GONE, SEGMENTS, linked
from index.engines.local.tables import Kept, Place, unpacked, unpacked_tokens
from index.errors import REBUILD, IndexDamaged
from index.records import Context, Document, Locator, Passage, Unit
from index.remembering import remembering

WHOLE_UP_TO = 2**24
"""Bytes of segments that are written anew each time: it takes a second, and nothing stays of what is gone."""

_LAID_OUT = 16  # documents whose layout is remembered: that of a long PDF takes megabytes
_REMEMBERED = 8192  # passages and what their units are, about 1 KB each
_ENTRIES = "SELECT id, source, title, digest, size, mtime_ns, first, last, file FROM documents"


class Texts:
    """The texts of a finished generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open the texts of a folder.

        Raises:
            IndexDamaged: they cannot be read.
        """
        self._folder = folder
        self._lock = threading.Lock()  # a connection serves one thread at a time
        self._files = files(folder)
        self._segments: list[sqlite3.Connection] = []
        try:
            self._segments += map(tables.opened, self._files)
            self._list = tables.listed(folder)
        except sqlite3.Error as error:
            _close(self._segments)
            raise self._damaged(error) from error
        self._has_words = (folder / tables.LIST).is_file()  # those of format 5 are not kept
        self.close = weakref.finalize(self, _close, [self._list, *self._segments])
        """Gives back what is open, if nobody does before."""
        self.document = remembering(self._read_document, 64)
        """The document of a number, which has its text but no layout; and the contexts of its units."""
        self.metadata = remembering(self._read_metadata, _LAID_OUT)
        """What else is known of the document of a number."""
        self.passage = remembering(self._read_passage, _REMEMBERED)
        """The passage of a number, and its units."""

    # ------------------------------------------------------------------------------- documents

    def entries(self) -> list[Entry]:
        """All documents, in the order of their sources."""
        return [Entry(*row) for row in self._query(self._list, f"{_ENTRIES} ORDER BY id")]

    def entry(self, source: str) -> Entry | None:
        """The document of that name, if there is one."""
        rows = self._query(self._list, f"{_ENTRIES} WHERE source = ?", source)
        return Entry(*rows[0]) if rows else None

    def place(self, document: int) -> Place:
        """Where the document of a number lies."""
        sql = "SELECT segment, own, own_first FROM documents WHERE id = ?"
        return Place(*self._query(self._list, sql, document)[0])

    def holds(self, digits: Collection[str]) -> frozenset[str]:
        """Those of these that are the first digits of some document's digest; all of one length."""
        length = len(next(iter(digits), ""))
        marks = ", ".join("?" * len(digits))
        sql = f"SELECT DISTINCT substr(digest, 1, ?) FROM documents WHERE substr(digest, 1, ?) IN ({marks})"  # noqa: S608
        return frozenset(found for (found,) in self._query(self._list, sql, length, length, *digits))

    def sources_with(self, words: str) -> list[str]:
        """The documents whose text has these words in this very form."""
        found: list[tuple[int, str]] = []
        for segment, database in enumerate(self._segments):
            own = {
                own
                for (own,) in self._query(database, "SELECT id FROM documents WHERE instr(text, ?)", words)
            }
            sql = "SELECT id, source, own FROM documents WHERE segment = ?"
            rows = self._query(self._list, sql, segment) if own else []
            found += [(number, source) for number, source, one in rows if one in own]
        return [source for _, source in sorted(found)]

    def _read_document(self, number: int) -> tuple[Document, tuple[Context, ...]]:
        sql = "SELECT source, title, digest, file, segment, own FROM documents WHERE id = ?"
        source, title, digest, file, segment, own = self._query(self._list, sql, number)[0]
        sql = "SELECT text, contexts FROM documents WHERE id = ?"
        text, contexts = self._query(self._segments[segment], sql, own)[0]
        document = Document(source, title, text, digest, file=file if file != source else "")
        return document, msgspec.msgpack.decode(contexts, type=tuple[Context, ...])

    def _read_metadata(self, number: int) -> DocumentMetadata:
        segment, own, _ = self.place(number)
        about = self._query(self._segments[segment], "SELECT about FROM documents WHERE id = ?", own)[0][0]
        return msgspec.msgpack.decode(about, type=DocumentMetadata)

    # -------------------------------------------------------------------------------- passages

    def _read_passage(self, number: int) -> tuple[Passage, tuple[Unit, ...]]:
        sql = (
            "SELECT id, segment, own_first + ? - first FROM documents WHERE last > ? "
            "ORDER BY last, id LIMIT 1"  # those that have no passages come after, or end before
        )
        owner, segment, own = self._query(self._list, sql, number, number)[0]
        database = self._segments[segment]
        sql = 'SELECT start, "end", locator, language, first, last FROM passages WHERE id = ?'
        start, end, place, language, first, last = self._query(database, sql, own)[0]
        document, contexts = self.document(owner)
        passage = Passage(document, start, end, msgspec.msgpack.decode(place, type=Locator), language)
        sql = 'SELECT start, "end", kind, context, parts FROM units WHERE id >= ? AND id < ?'
        return passage, tuple(
            Unit(passage, one, other, kind, contexts[context], unpacked(parts, one))
            for one, other, kind, context, parts in self._query(database, sql, first, last)
        )

    def starting(self, entry: Entry, start: int) -> int:
        """The number of the passage of a document that starts at an offset."""
        segment, _, own = self.place(entry.id)
        sql = "SELECT id FROM passages WHERE id >= ? AND id < ? AND start = ?"
        last = own + entry.last - entry.first
        found: int = self._query(self._segments[segment], sql, own, last, start)[0][0]
        return entry.first + found - own

    def languages(self, among: Iterable[range]) -> tuple[str, ...]:
        """The languages of the passages of some documents, of most passages first.

        Args:
            among: the numbers of the passages, all of each document.
        """
        counts: dict[str, int] = {}
        for segment, own in self._stored(among):
            sql = "SELECT language, count(*) FROM passages WHERE id >= ? AND id < ? GROUP BY language"
            for language, number in self._query(self._segments[segment], sql, own.start, own.stop):
                counts[language] = counts.get(language, 0) + number
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    def _stored(self, among: Iterable[range]) -> list[tuple[int, range]]:
        """The segments and the numbers there of the passages of some documents, neighbours together."""
        sql = (
            "SELECT segment, own_first, own_first + last - first FROM documents "
            "WHERE last > ? AND last <= ? AND last > first ORDER BY last"
        )
        found: dict[int, list[range]] = {}
        for one in among:
            for segment, first, last in self._query(self._list, sql, one.start, one.stop):
                found.setdefault(segment, []).append(range(first, last))
        return [(segment, one) for segment in sorted(found) for one in joined(found[segment])]

    def kept(self, entry: Entry) -> Kept:
        """A document as it is kept."""
        segment, own, own_first = self.place(entry.id)
        database = self._segments[segment]
        text, about, contexts = self._query(
            database, "SELECT text, about, contexts FROM documents WHERE id = ?", own
        )[0]
        sql = (
            'SELECT start, "end", locator, language, first, last FROM passages '
            "WHERE id >= ? AND id < ? ORDER BY id"
        )
        passages = self._query(database, sql, own_first, own_first + entry.last - entry.first)
        low, high = (passages[0][-2], passages[-1][-1]) if passages else (0, 0)
        passages = [(*row, first - low, last - low) for *row, first, last in passages]
        sql = 'SELECT start, "end", kind, context, parts FROM units WHERE id >= ? AND id < ? ORDER BY id'
        units = self._query(database, sql, low, high)
        return Kept(text, about, contexts, passages, units, self._tokens(entry, segment, own))

    def _tokens(self, entry: Entry, segment: int, own: int) -> bytes:
        """The tokens of a document as they are kept."""
        if not self._has_words:
            return tokens([self._read_passage(one) for one in range(entry.first, entry.last)])
        sql = "SELECT tokens FROM words WHERE document = ?"
        found: bytes = self._query(self._segments[segment], sql, own)[0][0]
        return found

    def words(self) -> Iterator[tuple[list[str], str]]:
        """Of every passage its tokens, as words are indexed, and its language."""
        sql = "SELECT language FROM passages WHERE id >= ? AND id < ? ORDER BY id"
        for entry in self.entries():
            segment, own, first = self.place(entry.id)
            rows = self._query(self._segments[segment], sql, first, first + entry.last - entry.first)
            kept = unpacked_tokens(self._tokens(entry, segment, own)) if rows else []
            yield from zip(kept, (language for (language,) in rows), strict=True)

    # -------------------------------------------------------------------------------- segments

    def counts(self) -> tuple[int, int, int]:
        """How many documents, passages and units there are."""
        documents, last = self._query(self._list, "SELECT count(*), max(last) FROM documents")[0]
        passages = units = 0
        for segment, own in self._stored([range(last or 0)]):
            database = self._segments[segment]
            sql = "SELECT count(*), min(first), max(last) FROM passages WHERE id >= ? AND id < ?"
            ((there, low, high),) = self._query(database, sql, own.start, own.stop)
            sql = "SELECT count(*) FROM units WHERE id >= ? AND id < ?"
            ((inside,),) = self._query(database, sql, low, high)
            passages, units = passages + there, units + inside
        return documents, passages, units

    def link(self, folder: Path, kept: int) -> int:
        """Make these segments those of another generation too, where that is good.

        Args:
            folder: that of the other generation.
            kept: so many of the passages are in it.

        Returns:
            How many segments there are, or 0 where it was not done: then none is there.
        """
        size = sum(file.stat().st_size for file in self._files)
        if not self._has_words or size <= WHOLE_UP_TO or len(self._files) == SEGMENTS:
            return 0
        total = sum(self._query(one, "SELECT count(*) FROM passages")[0][0] for one in self._segments)
        if total - kept > GONE * total:
            return 0
        pairs = [(file, folder / file.name) for file in self._files]
        return len(pairs) if linked(pairs) else 0

    def _query(self, database: sqlite3.Connection, sql: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.Error) -> IndexDamaged:
        return IndexDamaged(f"The texts in {self._folder} cannot be read: {error}. {REBUILD}")


def entries_of(folder: Path) -> list[Entry]:
    """The documents of a folder of which all else may be damaged, in the order of their sources.

    Raises:
        IndexDamaged: they cannot be read either.
    """
    try:
        with closing(tables.listed(folder)) as database:
            return [Entry(*row) for row in database.execute(f"{_ENTRIES} ORDER BY id")]
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"The documents in {folder} cannot be told: {error}. {REBUILD}") from error


def files(folder: Path) -> list[Path]:
    """The files of the segments of a folder; the first, whether or not it is there."""
    later = takewhile(Path.is_file, (tables.file_of(folder, number) for number in count(1)))
    return [tables.file_of(folder, 0), *later]


def joined(intervals: Iterable[range]) -> list[range]:
    """Intervals in order, those that follow each other as one, empty ones left out."""
    found: list[range] = []
    for one in intervals:
        if found and found[-1].stop == one.start:
            found[-1] = range(found[-1].start, one.stop)
        elif one:
            found.append(one)
    return found


def _close(databases: Iterable[sqlite3.Connection]) -> None:
    for one in databases:
        one.close()
