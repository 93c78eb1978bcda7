"""A finished generation of an index, opened for reading: texts, vectors and words.

    manifest.json   what made this generation, and the size and checksum of each file
    texts.sqlite    documents, passages and sentences
    borders.npy     int64, the first sentence of each passage, and after them the number of sentences
    vectors.*       row i is the vector of sentence i; see index/vectors.py
    lexical/        BM25 over passages, numbered as in texts.sqlite

Nothing in it ever changes, and nothing is pickled. How one comes to be is ``index/store.py``.
"""

import sqlite3
import threading
import weakref
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.documents import Skipped, digest_file
from index.errors import IndexDamaged, IndexMismatch, UnknownSource
from index.records import Document, Passage, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.lexical import Lexical
    from index.vectors import Matrix

FORMAT = 3  # of the folder; another one is rebuilt, not read
REBUILD = "Run `docent index --full` to build it anew."
SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source TEXT UNIQUE, title TEXT, digest TEXT, size INTEGER, mtime_ns INTEGER,
    text TEXT,
    first INTEGER, last INTEGER  -- its passages: first <= id < last
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, locator TEXT,
    first INTEGER, last INTEGER  -- its sentences: first <= id < last
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE sentences (id INTEGER PRIMARY KEY, start INTEGER, "end" INTEGER);
"""

BORDERS = "borders.npy"
_TABLES = ("documents", "passages", "sentences")
_REMEMBERED = 8192  # passages and where their sentences stand, about 1 KB each
_ENTRIES = "SELECT id, source, title, digest, size, mtime_ns, first, last FROM documents"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What made a generation. ``files`` maps names to size in bytes and SHA-256."""

    format: int
    created: str
    folder: str
    encoder: str
    fingerprint: str
    splitting: str
    language: str
    dimension: int
    documents: int
    passages: int
    sentences: int
    skipped: tuple[Skipped, ...]
    files: dict[str, tuple[int, str]] = {}


class Entry(msgspec.Struct, frozen=True):
    """A document as the index lists it: no text, but what tells whether its file changed."""

    id: int
    source: str
    title: str
    digest: str
    size: int
    mtime_ns: int
    first: int
    last: int


class Generation:
    """A finished generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _read_manifest(folder)
        for name, (size, _) in self.manifest.files.items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                raise IndexDamaged(f"The index file {folder / name} is missing or cut short. {REBUILD}")
        self._database = _open_readonly(folder / "texts.sqlite")
        self._lock = threading.Lock()  # a connection serves one thread at a time
        self.close = weakref.finalize(self, self._database.close)
        """Gives back what is open, if nobody does before the generation is forgotten."""
        self._document = lru_cache(maxsize=64)(self._read_document)
        self._spans = lru_cache(maxsize=_REMEMBERED)(self._read_spans)

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
            raise UnknownSource(f"There is no document '{source}' in the index.")
        return Entry(*rows[0])

    def document(self, source: str) -> Document:
        """The document with its text as it was indexed, and no marks: the locators were made of them.

        Raises:
            UnknownSource: there is none of that name.
        """
        return self._document(self.entry(source).id)

    def passage(self, number: int) -> Passage:
        """The passage of that number."""
        (document, *place), _ = self._spans(number)
        return Passage(self._document(document), *place)

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order.

        Raises:
            UnknownSource: there is no document of that name.
        """
        number = self.entry(source).id
        rows = self._query(
            'SELECT start, "end", locator FROM passages WHERE document = ? ORDER BY id', number
        )
        return [Passage(self._document(number), *row) for row in rows]

    def sentences(self, passages: Sequence[int]) -> list[list[Sentence]]:
        """For each of the passages of these numbers its sentences in reading order."""
        found = []
        for number in passages:
            passage, (_, spans) = self.passage(number), self._spans(number)
            found.append([Sentence(passage, start, end) for start, end in spans])
        return found

    def rows_by_text(self, entry: Entry) -> dict[str, int]:
        """The row of the vector of each sentence of a document."""
        text = self._document(entry.id).text
        spans = self._query(
            'SELECT id, start, "end" FROM sentences WHERE id >= ? AND id < ?',
            int(self._borders[entry.first]),
            int(self._borders[entry.last]),
        )
        return {text[start:end]: row for row, start, end in spans}

    def rows_of(self, passages: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """The rows of the vectors that belong to the sentences of these passages, one after the other.

        Returns:
            The rows, shape (rows,), and where among them those of each passage begin, shape (passages,).
        """
        import numpy as np

        starts, ends = self._borders[passages], self._borders[passages + 1]
        lasts = np.cumsum(ends - starts)
        firsts = lasts - (ends - starts)
        return np.arange(lasts[-1] if len(lasts) else 0) + np.repeat(starts - firsts, ends - starts), firsts

    def passages_with(self, sentences: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the sentences of these numbers."""
        import numpy as np

        return np.searchsorted(self._borders, sentences, side="right") - 1

    def vectors(self, rows: range) -> "Vectors":
        """Unit float32 vectors of consecutive sentences, shape (rows, dimension)."""
        return self.matrix.rows(rows)

    @cached_property
    def matrix(self) -> "Matrix":
        """The vectors of all sentences, and the search for the nearest."""
        from index.vectors import Matrix

        try:
            return Matrix(self.folder)
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"The vectors in {self.folder} cannot be read: {error}. {REBUILD}") from error

    @cached_property
    def lexical(self) -> "Lexical":
        """The lexical index over passages."""
        from index.lexical import Lexical

        try:
            return Lexical(self.folder / "lexical", self.manifest.language)
        except ValueError as error:
            raise IndexDamaged(f"The words in {self.folder} cannot be read. {REBUILD}") from error

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
        wanted = [manifest.documents, manifest.passages, manifest.sentences]
        if [*counts, len(self.matrix), len(self.lexical)] != [*wanted, wanted[2], wanted[1]]:
            raise IndexDamaged(f"The parts of the index {self.folder} do not fit together. {REBUILD}")

    @cached_property
    def _borders(self) -> "NDArray[np.int64]":
        import numpy as np

        try:
            borders: NDArray[np.int64] = np.load(self.folder / BORDERS)
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{self.folder / BORDERS} cannot be read: {error}. {REBUILD}") from error
        return borders

    def _read_spans(self, number: int) -> tuple[Any, list[Any]]:
        """A passage's document, start, end and locator, and start and end of its sentences."""
        sql = 'SELECT document, start, "end", locator, first, last FROM passages WHERE id = ?'
        *passage, first, last = self._query(sql, number)[0]
        sql = 'SELECT start, "end" FROM sentences WHERE id >= ? AND id < ?'
        return passage, self._query(sql, first, last)

    def _read_document(self, number: int) -> Document:
        row = self._query("SELECT source, title, text, digest FROM documents WHERE id = ?", number)[0]
        return Document(*row)

    def _query(self, sql: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"The texts in {self.folder} cannot be read: {error}. {REBUILD}") from error


def _read_manifest(folder: Path) -> Manifest:
    file = folder / "manifest.json"
    try:
        data = file.read_bytes()
        version = msgspec.json.decode(data)["format"]
        if version != FORMAT:
            raise IndexMismatch(
                f"The index in {folder.parent.parent} has format {version}, "
                f"this Docent reads {FORMAT}. {REBUILD}"
            )
        return msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The index file {file} cannot be read: {error}. {REBUILD}") from None


def uri(file: Path) -> str:
    """SQLite's name for a file that nobody changes: it takes no locks and writes nothing."""
    return f"{file.absolute().as_uri()}?immutable=1"


def _open_readonly(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(uri(file), uri=True, check_same_thread=False, isolation_level=None)
