"""An index on disk: immutable generations, and one small file that names the current one.

    <index>/current                    the name of the generation in use
    <index>/lock                       held while a generation is being built
    <index>/generations/<name>/
        manifest.json                  what made this generation, and the size and checksum of each file
        texts.sqlite                   documents, passages and sentences
        vectors.faiss                  row i is the vector of sentence i
        lexical/                       BM25 over passages, numbered as in texts.sqlite

A generation is written under another name, flushed to the disk, read back, and only then named in
``current`` by one atomic rename; so there is a usable index at every moment. Nothing is pickled.
"""

import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from index.documents import File, Skipped
from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexMismatch,
    IndexMissing,
    UnknownSource,
)
from index.records import Document, Mark, Passage, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.lexical import Lexical

_NAME = re.compile(r"[\w-]+")
FORMAT = 1  # of the generation folder; another one is rebuilt, not read

_DRAFT = ".draft-"
_SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source TEXT UNIQUE, title TEXT, digest TEXT, size INTEGER, mtime_ns INTEGER,
    text TEXT, marks TEXT,
    first INTEGER, last INTEGER  -- its passages: first <= id < last
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, locator TEXT,
    first INTEGER, last INTEGER  -- its sentences: first <= id < last
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE sentences (id INTEGER PRIMARY KEY, start INTEGER, "end" INTEGER);
"""


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
                raise IndexDamaged(f"The index file {folder / name} is missing or cut short. {_REBUILD}")
        self._database = _open_readonly(folder / "texts.sqlite")
        self._document = lru_cache(maxsize=64)(self._read_document)

    @property
    def name(self) -> str:
        """The generation's name, which no other one has."""
        return self.folder.name

    def entries(self) -> list[Entry]:
        """All documents, in the order of their sources."""
        rows = self._query(
            "SELECT id, source, title, digest, size, mtime_ns, first, last FROM documents ORDER BY id"
        )
        return [Entry(*row) for row in rows]

    def document(self, source: str) -> Document:
        """The document with its text as it was indexed.

        Raises:
            UnknownSource: there is none of that name.
        """
        rows = self._query("SELECT id FROM documents WHERE source = ?", source)
        if not rows:
            raise UnknownSource(f"There is no document '{source}' in the index.")
        return self._document(rows[0][0])

    def passage(self, number: int) -> Passage:
        """The passage of that number."""
        document, start, end, locator = self._query(
            'SELECT document, start, "end", locator FROM passages WHERE id = ?', number
        )[0]
        return Passage(self._document(document), start, end, locator)

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        document = self.document(source)
        rows = self._query(
            'SELECT p.start, p."end", p.locator FROM passages p JOIN documents d ON p.document = d.id '
            "WHERE d.source = ? ORDER BY p.id",
            source,
        )
        return [Passage(document, *row) for row in rows]

    def sentences(self, passage: int) -> list[Sentence]:
        """The sentences of the passage of that number, in reading order."""
        record, rows = self.passage(passage), self.sentence_rows(passage)
        spans = self._query(
            'SELECT start, "end" FROM sentences WHERE id >= ? AND id < ? ORDER BY id', rows.start, rows.stop
        )
        return [Sentence(record, *span) for span in spans]

    def rows_by_text(self, entry: Entry) -> dict[str, int]:
        """The row of the vector of each sentence of a document."""
        text = self._document(entry.id).text
        spans = self._query(
            'SELECT id, start, "end" FROM sentences WHERE id >= ? AND id < ?',
            int(self._borders[entry.first]),
            int(self._borders[entry.last]),
        )
        return {text[start:end]: row for row, start, end in spans}

    def sentence_rows(self, passage: int) -> range:
        """The rows of the vectors that belong to the sentences of a passage."""
        return range(int(self._borders[passage]), int(self._borders[passage + 1]))

    def passages_with(self, sentences: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the sentences of these numbers."""
        import numpy as np

        return np.searchsorted(self._borders, sentences, side="right") - 1

    def vectors(self, rows: range) -> "Vectors":
        """Unit float32 vectors of consecutive sentences, shape (rows, dimension)."""
        vectors: Vectors = self.faiss.reconstruct_n(rows.start, len(rows))
        return vectors

    @cached_property
    def faiss(self) -> Any:
        """The FAISS index: inner product, exact, one row a sentence."""
        import faiss

        try:
            return faiss.read_index(str(self.folder / "vectors.faiss"), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexDamaged(f"The vectors in {self.folder} cannot be read: {error}. {_REBUILD}") from error

    @cached_property
    def lexical(self) -> "Lexical":
        """The lexical index over passages."""
        from index.lexical import Lexical

        try:
            return Lexical(self.folder / "lexical", self.manifest.language)
        except ValueError as error:
            raise IndexDamaged(f"The words in {self.folder} cannot be read. {_REBUILD}") from error

    def check(self) -> None:
        """Read everything back.

        Raises:
            IndexDamaged: a checksum or a count is not the one in the manifest.
        """
        for name, (_, checksum) in self.manifest.files.items():
            if _checksum(self.folder / name) != checksum:
                raise IndexDamaged(f"The index file {self.folder / name} was altered. {_REBUILD}")
        counts = [self._query(f"SELECT count(*) FROM {table}")[0][0] for table in _TABLES]  # noqa: S608
        manifest = self.manifest
        wanted = [manifest.documents, manifest.passages, manifest.sentences]
        if [*counts, self.faiss.ntotal, len(self.lexical)] != [*wanted, wanted[2], wanted[1]]:
            raise IndexDamaged(f"The parts of the index {self.folder} do not fit together. {_REBUILD}")

    def close(self) -> None:
        """Give back what is open; the generation cannot be used afterwards."""
        self._document.cache_clear()
        self._database.close()

    @cached_property
    def _borders(self) -> "NDArray[np.int64]":
        """The first sentence of each passage, and after them the number of sentences."""
        import numpy as np

        firsts = [row[0] for row in self._query("SELECT first FROM passages ORDER BY id")]
        return np.array([*firsts, self.manifest.sentences], np.int64)

    def _read_document(self, number: int) -> Document:
        source, title, text, digest, marks = self._query(
            "SELECT source, title, text, digest, marks FROM documents WHERE id = ?", number
        )[0]
        return Document(source, title, text, digest, msgspec.json.decode(marks, type=tuple[Mark, ...]))

    def _query(self, sql: str, *values: object) -> list[Any]:
        try:
            return self._database.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"The texts in {self.folder} cannot be read: {error}. {_REBUILD}") from error


class Draft:
    """A generation being written. It becomes one by ``Store.publish``, or vanishes."""

    def __init__(self, folder: Path, old: Generation | None) -> None:
        self.folder = folder
        self.documents = self.passages = self.sentences = 0
        file = f"file:{quote(str(folder.absolute() / 'texts.sqlite'))}"
        self._database = sqlite3.connect(file, uri=True, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        if old is not None:
            self._database.execute("ATTACH ? AS old", [_uri(old.folder / "texts.sqlite")])
        self._database.execute("BEGIN")

    def add(
        self, document: Document, file: File, passages: Sequence[tuple[Passage, Sequence[Sentence]]]
    ) -> None:
        """Write a new document after those already written."""
        first = self.passages
        for passage, sentences in passages:
            last = self.sentences + len(sentences)
            self._database.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self.passages,
                    self.documents,
                    passage.start,
                    passage.end,
                    passage.locator,
                    self.sentences,
                    last,
                ),
            )
            self._database.executemany(
                "INSERT INTO sentences VALUES (?, ?, ?)",
                ((self.sentences + i, s.start, s.end) for i, s in enumerate(sentences)),
            )
            self.passages, self.sentences = self.passages + 1, last
        marks = msgspec.json.encode(document.marks).decode()
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.documents, document.source, document.title, document.digest, file.size, file.mtime_ns,
             document.text, marks, first, self.passages),
        )  # fmt: skip
        self.documents += 1

    def copy(self, entry: Entry, file: File) -> range:
        """Take a document over from the old generation; the result is its sentences there."""
        low, high = self._database.execute(
            "SELECT min(first), max(last) FROM old.passages WHERE id >= ? AND id < ?",
            (entry.first, entry.last),
        ).fetchone()
        rows = range(low or 0, high or 0)
        to_passage, to_sentence = self.passages - entry.first, self.sentences - rows.start
        self._database.execute(
            'INSERT INTO passages SELECT id + ?, ?, start, "end", locator, first + ?, last + ? '
            "FROM old.passages WHERE id >= ? AND id < ?",
            (to_passage, self.documents, to_sentence, to_sentence, entry.first, entry.last),
        )
        self._database.execute(
            'INSERT INTO sentences SELECT id + ?, start, "end" FROM old.sentences WHERE id >= ? AND id < ?',
            (to_sentence, rows.start, rows.stop),
        )
        self._database.execute(
            "INSERT INTO documents SELECT ?, source, title, digest, ?, ?, text, marks, ?, ? "
            "FROM old.documents WHERE id = ?",
            (self.documents, file.size, file.mtime_ns, self.passages, entry.last + to_passage, entry.id),
        )
        self.documents += 1
        self.passages += entry.last - entry.first
        self.sentences += len(rows)
        return rows

    def write_lexical(self, language: str) -> None:
        """Write the lexical index of all passages."""
        from index.lexical import build

        try:
            build(self.folder / "lexical", self._passage_texts(), language)
        except ValueError as error:  # the way in which tantivy says that a disk is full
            raise OSError(str(error)) from error

    def _passage_texts(self) -> Iterator[str]:
        """Every passage, below the title of its document."""
        spans = self._database.cursor()
        for number, title, text in self._database.execute(
            "SELECT id, title, text FROM documents ORDER BY id"
        ):
            spans.execute('SELECT start, "end" FROM passages WHERE document = ? ORDER BY id', [number])
            yield from (f"{title}\n{text[start:end]}" for start, end in spans)

    def write_vectors(self, vectors: "Vectors") -> None:
        """Write the vectors, row i of which belongs to sentence i."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        try:
            faiss.write_index(index, str(self.folder / "vectors.faiss"))
        except RuntimeError as error:  # the way in which FAISS says that a disk is full
            raise OSError(str(error)) from error

    def finish(self) -> None:
        """Have the texts written; nothing can be added afterwards."""
        self._database.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Give back what is open."""
        self._database.close()


class Store:
    """The index folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._generations = folder / "generations"

    def current_name(self) -> str | None:
        """The name of the current generation, or None where there is none yet."""
        try:
            name = (self.folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(f"{self.folder / 'current'} cannot be read: {error}. {_REBUILD}") from None
        if not _NAME.fullmatch(name):
            raise IndexDamaged(f"{self.folder / 'current'} names no generation. {_REBUILD}")
        return name

    def documents_folder(self) -> Path | None:
        """The documents folder of the current generation, even where that cannot be used otherwise.

        Raises:
            IndexDamaged: it does not say so any more.
        """
        name = self.current_name()
        if name is None:
            return None
        try:
            manifest = msgspec.json.decode((self._generations / name / "manifest.json").read_bytes())
            return Path(manifest["folder"])
        except (OSError, msgspec.DecodeError, KeyError, TypeError):
            raise IndexDamaged(
                f"The index in {self.folder} does not say of which documents it is. Add --docs DIR."
            ) from None

    def current(self) -> Generation:
        """Open the current generation.

        Raises:
            IndexMissing: nothing was built yet.
            IndexMismatch: another version of Docent built it.
            IndexDamaged: some of its files are missing or altered.
        """
        name = self.current_name()
        if name is None:
            raise IndexMissing(f"There is no index in {self.folder} yet. Run `docent index`.")
        try:
            return Generation(self._generations / name)
        except IndexDamaged:
            if (newer := self.current_name()) in (name, None):
                raise
            return Generation(self._generations / str(newer))  # it was replaced while being opened

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer of this folder.

        Raises:
            IndexBusy: another process is.
            IndexFolderError: the folder cannot be written to; what was there is as it was.
        """
        import filelock

        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / "lock", timeout=0):
                yield
        except filelock.Timeout:
            raise IndexBusy(
                f"Another `docent index` is building {self.folder}. Wait for it to end."
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise IndexFolderError(
                f"The index folder {self.folder} cannot be written to: {error}. Mend that or choose "
                "another with --index DIR; the index that was there is as it was."
            ) from error

    @contextmanager
    def draft(self, old: Generation | None) -> Iterator[Draft]:
        """A new generation to write into; it is removed again unless it was published."""
        for leftover in self._generations.glob(f"{_DRAFT}*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
        folder = self._generations / f"{_DRAFT}{name}"
        folder.mkdir()
        draft = Draft(folder, old)
        try:
            yield draft
        finally:
            draft.close()
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, draft: Draft, manifest: Manifest) -> Generation:
        """Make a draft the current generation: flush it, read it back, then name it.

        Raises:
            IndexDamaged: what was read back is not what was written.
        """
        draft.finish()
        files = sorted(path for path in draft.folder.rglob("*") if path.is_file())
        listing = {
            path.relative_to(draft.folder).as_posix(): (path.stat().st_size, _checksum(path))
            for path in files
        }
        text = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(manifest, files=listing)))
        (draft.folder / "manifest.json").write_bytes(text)
        for path in [*draft.folder.rglob("*"), draft.folder]:
            _flush(path)
        finished = self._generations / draft.folder.name.removeprefix(_DRAFT)
        draft.folder.rename(finished)
        generation = Generation(finished)
        generation.check()
        try:
            previous = self.current_name()
        except IndexDamaged:  # which is why this one was built
            previous = None
        temporary = self.folder / "current.new"
        temporary.write_text(finished.name + "\n", encoding="utf-8")
        for path in (temporary, self._generations):
            _flush(path)
        temporary.replace(self.folder / "current")
        with suppress(OSError):  # the new one is in use by now
            _flush(self.folder)
        for folder in self._generations.iterdir():  # the previous one may still be in use
            if folder.name not in (finished.name, previous):
                shutil.rmtree(folder, ignore_errors=True)
        return generation


_REBUILD = "Run `docent index --full` to build it anew."
_TABLES = ("documents", "passages", "sentences")


def _read_manifest(folder: Path) -> Manifest:
    file = folder / "manifest.json"
    try:
        data = file.read_bytes()
        version = msgspec.json.decode(data)["format"]
        if version != FORMAT:
            raise IndexMismatch(
                f"The index in {folder.parent.parent} has format {version}, "
                f"this Docent reads {FORMAT}. {_REBUILD}"
            )
        return msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The index file {file} cannot be read: {error}. {_REBUILD}") from None


def _uri(file: Path) -> str:
    """SQLite's name for a file that nobody changes: it takes no locks and writes nothing."""
    return f"file:{quote(str(file.absolute()))}?immutable=1"


def _open_readonly(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(_uri(file), uri=True, check_same_thread=False, isolation_level=None)


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Have the disk hold what was written; a folder is flushed where the platform can."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
