"""A finished generation of an index, opened for reading: texts, vectors and words.

    manifest.json   what made this generation, and the size and checksum of each file
    texts.sqlite    documents, passages and units
    borders.npy     int64, the first unit of each passage, and after them the number of units
    vectors.*       row i is the vector of unit i; see index/engines/local/vectors.py
    lexical/        BM25 over passages, numbered as in texts.sqlite

Nothing in it ever changes, and nothing is pickled. How one comes to be is ``draft.py`` and ``store.py``.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.documents import digest_file
from index.engines.base import Candidates, DocumentMetadata, Entry, Manifest, unknown
from index.engines.local.holding import hold
from index.errors import IndexDamaged, IndexFolderError, IndexForbidden, IndexMismatch, UnknownSource, reason
from index.records import Context, Document, Layout, Locator, Part, Passage, Unit
from index.remembering import remembering
from index.units.woven import told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.engines.local.lexical import Lexical
    from index.engines.local.vectors import Matrix
    from index.words import Asked

FORMAT = 5  # of the folder; another one is rebuilt, not read
REBUILD = "Run `docent index --full` to build it anew."
SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source TEXT UNIQUE, title TEXT, digest TEXT, size INTEGER, mtime_ns INTEGER,
    file TEXT,      -- the source of the file that it lies in
    text TEXT,
    about BLOB,     -- layout, properties and notices
    contexts BLOB,  -- those of its units, each once
    first INTEGER, last INTEGER  -- its passages: first <= id < last
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, locator BLOB, language TEXT,
    first INTEGER, last INTEGER  -- its units: first <= id < last
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE units (
    id INTEGER PRIMARY KEY, start INTEGER, "end" INTEGER, kind TEXT,
    context INTEGER,  -- its place among those of its document
    parts BLOB        -- NULL where all of it is shown
);
"""

BORDERS, MANIFEST = "borders.npy", "manifest.json"
_LAID_OUT = 16  # documents whose layout is remembered: that of a long PDF takes megabytes
_TABLES = ("documents", "passages", "units")
_REMEMBERED = 8192  # passages and what their units are, about 1 KB each
_ENTRIES = "SELECT id, source, title, digest, size, mtime_ns, first, last, file FROM documents"


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


class Generation:
    """A finished generation, opened for reading. Safe to share between threads."""

    seen: list[range] | None = None
    """The passages that are seen, by their numbers; None where all are."""

    def __init__(self, folder: Path) -> None:
        """Open the generation of a folder.

        Raises:
            IndexMismatch: another version of Docent built it.
            IndexDamaged: it is gone, or some of its files are missing or altered.
            IndexForbidden: some of its files may not be read.
        """
        self.folder = folder
        self.manifest = _read_manifest(folder)
        self.check_sizes()
        for name in self.manifest.files:
            if not os.access(folder / name, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
                raise IndexForbidden(folder / name)
        held = hold(folder / MANIFEST)
        self._database = _open_readonly(folder / "texts.sqlite")
        self._lock = threading.Lock()  # a connection serves one thread at a time
        self.close = weakref.finalize(self, _close, self._database, held)
        """Gives back what is open, if nobody does before the generation is forgotten."""
        self._document = remembering(self._read_document, 64)
        self._metadata = remembering(self._read_metadata, _LAID_OUT)
        self._read = remembering(self._read_passage, _REMEMBERED)

    @property
    def name(self) -> str:
        """The generation's name, which no other one has."""
        return self.folder.name

    def entries(self) -> list[Entry]:
        """All documents, in the order of their sources."""
        return [Entry(*row) for row in self._query(f"{_ENTRIES} ORDER BY id")]

    def entry(self, source: str) -> Entry:
        """One of them.

        Raises:
            UnknownSource: there is none of that name.
        """
        rows = self._query(f"{_ENTRIES} WHERE source = ?", source)
        if not rows:
            raise UnknownSource(unknown(source))
        return Entry(*rows[0])

    def document(self, source: str) -> Document:
        """The document as it was indexed.

        Raises:
            UnknownSource: there is none of that name.
        """
        number = self.entry(source).id
        metadata = self._metadata(number)
        return msgspec.structs.replace(
            self._document(number)[0],
            layout=metadata.layout, properties=metadata.properties, notices=metadata.notices,
        )  # fmt: skip

    def holds(self, digits: Collection[str]) -> frozenset[str]:
        """Those of these that are the first digits of some document's digest; all of one length."""
        length = len(next(iter(digits), ""))
        marks = ", ".join("?" * len(digits))
        sql = f"SELECT DISTINCT substr(digest, 1, ?) FROM documents WHERE substr(digest, 1, ?) IN ({marks})"  # noqa: S608
        return frozenset(found for (found,) in self._query(sql, length, length, *digits))

    def sources_with(self, words: str) -> list[str]:
        """The documents whose text has these words in this very form."""
        rows = self._query("SELECT source FROM documents WHERE instr(text, ?) ORDER BY id", words)
        return [source for (source,) in rows]

    def layout(self, source: str) -> Layout:
        """How the text of a document is built.

        Raises:
            UnknownSource: there is none of that name.
        """
        return self._metadata(self.entry(source).id).layout

    def passage(self, number: int) -> Passage:
        """The passage of that number; its document has its text, but no layout."""
        return self._read(number)[0]

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order.

        Raises:
            UnknownSource: there is no document of that name.
        """
        entry = self.entry(source)
        return [self.passage(number) for number in range(entry.first, entry.last)]

    def units(self, passages: Sequence[int]) -> list[tuple[Unit, ...]]:
        """For each of the passages of these numbers its units in reading order."""
        return [self._read(number)[1] for number in passages]

    def around(self, unit: Unit, before: int, after: int) -> tuple[list[Unit], int]:
        """The units of the passages around that of a unit, in reading order, and its own place among them.

        Args:
            unit: of this generation.
            before: so many passages before its own, and
            after: so many after it, of the same document.
        """
        source, start = unit.passage.place
        entry = self.entry(source)
        sql = "SELECT id FROM passages WHERE document = ? AND start = ?"
        number = self._query(sql, entry.id, start)[0][0]
        near = range(max(entry.first, number - before), min(entry.last, number + after + 1))
        units = [one for group in self.units(near) for one in group]
        places = [(one.passage.start, one.start) for one in units]
        return units, places.index((start, unit.start))

    def rows_by_text(self, entry: Entry) -> dict[tuple[tuple[str, ...], str], int]:
        """The row of the vector of each unit of a document, by what it was made of: names and text."""
        found = {}
        for number in range(entry.first, entry.last):
            row = int(self._borders[number])
            for unit in self._read_passage(number)[1]:
                found[told(unit), unit.shown] = row
                row += 1
        return found

    def rows_of(self, passages: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """The rows of the vectors that belong to the units of these passages, one after the other.

        Returns:
            The rows, shape (rows,), and where among them those of each passage begin, shape (passages,).
        """
        import numpy as np

        starts, ends = self._borders[passages], self._borders[passages + 1]
        lasts = np.cumsum(ends - starts)
        firsts = lasts - (ends - starts)
        return np.arange(lasts[-1] if len(lasts) else 0) + np.repeat(starts - firsts, ends - starts), firsts

    def passages_with(self, units: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the units of these numbers."""
        import numpy as np

        return np.searchsorted(self._borders, units, side="right") - 1

    def vectors(self, rows: range) -> "Vectors":
        """Unit float32 vectors of consecutive units, shape (rows, dimension)."""
        return self.matrix.rows(rows)

    def candidates(self, question: str, vector: "Vectors", limit: int) -> Candidates:
        """What is nearest to a question by its vector, of shape (dimension,), and by its words."""
        return Candidates(*self.nearest(vector, limit), self.lexical.search(question, limit))

    def cosines(self, units: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """The cosines of some units to a vector of shape (dimension,), shape (units,)."""
        return self.matrix.cosines(units, vector)

    def unload(self) -> None:
        """Give back the memory of vectors that have been read."""
        self.matrix.unload()

    def nearest(self, vector: "Vectors", limit: int) -> "tuple[NDArray[np.float32], NDArray[np.int64]]":
        """The units nearest to a vector: their cosines and rows, best first; see ``Matrix.nearest``."""
        return self.matrix.nearest(vector, limit)

    @cached_property
    def matrix(self) -> "Matrix":
        """The vectors of all units, and the search for the nearest."""
        from index.engines.local.vectors import Matrix

        try:
            return Matrix(self.folder)
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"The vectors in {self.folder} cannot be read: {reason(error)}. {REBUILD}"
            ) from error

    @cached_property
    def lexical(self) -> "Lexical":
        """The lexical index over passages."""
        from index.engines.local.lexical import Lexical

        try:
            return Lexical(self.folder / "lexical", self._asked(), self.seen)
        except OSError as error:
            raise IndexFolderError(
                f"{self.folder} cannot be written to, nor can the folder for temporary files: "
                f"{reason(error)}. Name one that can in the environment, as TMPDIR."
            ) from error
        except ValueError as error:
            raise IndexDamaged(f"The words in {self.folder} cannot be read. {REBUILD}") from error

    def _asked(self) -> "Asked":
        from index.languages import AUTO
        from index.words import Asked

        return Asked(self.manifest.languages, only=self.manifest.language != AUTO)

    def check_sizes(self) -> None:
        """Look whether all files are there and as long as they were: to read past the end of a map kills.

        Raises:
            IndexDamaged: one is not.
            IndexForbidden: that may not be looked at.
        """
        for name, (size, _) in self.manifest.files.items():
            try:
                whole = (self.folder / name).stat().st_size == size
            except PermissionError:
                raise IndexForbidden(self.folder / name) from None
            except OSError:
                whole = False
            if not whole:
                raise IndexDamaged(f"The index file {self.folder / name} is missing or cut short. {REBUILD}")

    def check(self) -> None:
        """Read everything back.

        Raises:
            IndexDamaged: a checksum or a count is not the one in the manifest.
        """
        for name, (_, checksum) in self.manifest.files.items():
            if digest_file(self.folder / name) != checksum:
                raise IndexDamaged(f"The index file {self.folder / name} was altered. {REBUILD}")
        counts = [self._query(f"SELECT count(*) FROM {table}")[0][0] for table in _TABLES]  # noqa: S608
        manifest = self.manifest
        wanted = [manifest.documents, manifest.passages, manifest.units]
        if [*counts, len(self.matrix), len(self.lexical)] != [*wanted, wanted[2], wanted[1]]:
            raise IndexDamaged(f"The parts of the index {self.folder} do not fit together. {REBUILD}")

    @cached_property
    def _borders(self) -> "NDArray[np.int64]":
        import numpy as np

        try:
            borders: NDArray[np.int64] = np.load(self.folder / BORDERS)
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"{self.folder / BORDERS} cannot be read: {reason(error)}. {REBUILD}"
            ) from error
        return borders

    def _read_passage(self, number: int) -> tuple[Passage, tuple[Unit, ...]]:
        sql = 'SELECT document, start, "end", locator, language, first, last FROM passages WHERE id = ?'
        owner, start, end, place, language, first, last = self._query(sql, number)[0]
        document, contexts = self._document(owner)
        passage = Passage(document, start, end, msgspec.msgpack.decode(place, type=Locator), language)
        sql = 'SELECT start, "end", kind, context, parts FROM units WHERE id >= ? AND id < ?'
        return passage, tuple(
            Unit(passage, one, other, kind, contexts[context], unpacked(parts, one))
            for one, other, kind, context, parts in self._query(sql, first, last)
        )

    def _read_document(self, number: int) -> tuple[Document, tuple[Context, ...]]:
        sql = "SELECT source, title, text, digest, file, contexts FROM documents WHERE id = ?"
        source, title, text, digest, file, contexts = self._query(sql, number)[0]
        document = Document(source, title, text, digest, file=file if file != source else "")
        return document, msgspec.msgpack.decode(contexts, type=tuple[Context, ...])

    def _read_metadata(self, number: int) -> DocumentMetadata:
        packed = self._query("SELECT about FROM documents WHERE id = ?", number)[0][0]
        return msgspec.msgpack.decode(packed, type=DocumentMetadata)

    def _query(self, sql: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"The texts in {self.folder} cannot be read: {error}. {REBUILD}") from error


def _read_manifest(folder: Path) -> Manifest:
    file = folder / MANIFEST
    try:
        data = file.read_bytes()
        version = msgspec.json.decode(data)["format"]
        if version != FORMAT:
            raise IndexMismatch(
                f"The index in {folder.parent.parent} has format {version}, "
                f"this Docent reads {FORMAT}. {REBUILD}"
            )
        return msgspec.json.decode(data, type=Manifest)
    except PermissionError:
        raise IndexForbidden(file) from None
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The index file {file} cannot be read: {reason(error)}. {REBUILD}") from None


def _close(database: sqlite3.Connection, held: int | None) -> None:
    database.close()
    if held is not None:
        os.close(held)


def uri(file: Path) -> str:
    """SQLite's name for a file that nobody changes: it takes no locks and writes nothing."""
    return f"{file.absolute().as_uri()}?immutable=1"


def _open_readonly(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(uri(file), uri=True, check_same_thread=False, isolation_level=None)
