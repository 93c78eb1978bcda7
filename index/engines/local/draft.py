"""A generation being written: documents in, the files of a generation out."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.documents import File
from index.engines.base import DocumentMetadata, Entry
from index.engines.local.generation import (
    BORDERS,
    SCHEMA,
    Generation,
    packed,
    unpacked,
    uri,
)
from index.records import Context, Divided, Document
from index.units.shown import shown

if TYPE_CHECKING:
    from array import array

    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors


class Draft:
    """A generation being written. It becomes one by ``Store.publish``, or vanishes."""

    def __init__(self, folder: Path, old: Generation | None) -> None:
        self.folder = folder
        self._old = old
        self.documents = self.passages = self.units = 0
        file = (folder / "texts.sqlite").absolute()
        self._database = sqlite3.connect(file, uri=True, isolation_level=None)  # uri: for what is attached
        try:
            self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
            if old is not None:
                self._database.execute("ATTACH ? AS old", [uri(old.folder / "texts.sqlite")])
            self._database.execute("BEGIN")
        except sqlite3.Error:
            self.close()
            raise

    def add(self, document: Document, file: File, passages: Divided) -> None:
        """Write a new document after those already written."""
        first = self.passages
        contexts: dict[Context, int] = {}
        for passage, units in passages:
            last = self.units + len(units)
            locator = msgspec.msgpack.encode(passage.locator)
            self._database.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.passages,
                    self.documents,
                    passage.start,
                    passage.end,
                    locator,
                    passage.language,
                    self.units,
                    last,
                ),
            )
            self._database.executemany(
                "INSERT INTO units VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        self.units + number, unit.start, unit.end, unit.kind,
                        contexts.setdefault(unit.context, len(contexts)), packed(unit.parts, unit.start),
                    )
                    for number, unit in enumerate(units)
                ),
            )  # fmt: skip
            self.passages, self.units = self.passages + 1, last
        metadata = DocumentMetadata(document.layout, document.properties, document.notices)
        self._database.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.documents, document.source, document.title, document.digest, file.size, file.mtime_ns,
                file.source, document.text, msgspec.msgpack.encode(metadata),
                msgspec.msgpack.encode(list(contexts)), first, self.passages,
            ),
        )  # fmt: skip
        self.documents += 1

    def copy(self, entry: Entry, file: File) -> range:
        """Take a document over from the old generation; the result is its units there."""
        low, high = self._database.execute(
            "SELECT min(first), max(last) FROM old.passages WHERE id >= ? AND id < ?",
            (entry.first, entry.last),
        ).fetchone()
        rows = range(low or 0, high or 0)
        to_passage, to_unit = self.passages - entry.first, self.units - rows.start
        self._database.execute(
            'INSERT INTO passages SELECT id + ?, ?, start, "end", locator, language, first + ?, last + ? '
            "FROM old.passages WHERE id >= ? AND id < ?",
            (to_passage, self.documents, to_unit, to_unit, entry.first, entry.last),
        )
        self._database.execute(
            'INSERT INTO units SELECT id + ?, start, "end", kind, context, parts FROM old.units '
            "WHERE id >= ? AND id < ?",
            (to_unit, rows.start, rows.stop),
        )
        self._database.execute(
            "INSERT INTO documents SELECT ?, source, title, digest, ?, ?, file, text, about, contexts, ?, ? "
            "FROM old.documents WHERE id = ?",
            (self.documents, file.size, file.mtime_ns, self.passages, entry.last + to_passage, entry.id),
        )
        self.documents += 1
        self.passages += entry.last - entry.first
        self.units += len(rows)
        return rows

    def languages(self) -> tuple[str, ...]:
        """The languages of the passages, of most passages first."""
        rows = self._database.execute("SELECT language FROM passages GROUP BY language ORDER BY -count(*)")
        return tuple(row[0] for row in rows)

    def write_lexical(self) -> None:
        """Write the lexical index of all passages."""
        from index.engines.local.lexical import build

        try:
            build(self.folder / "lexical", self._passage_texts())
        except ValueError as error:  # the way in which tantivy says that a disk is full
            raise OSError(str(error)) from error

    def _passage_texts(self) -> Iterator[tuple[str, str]]:
        """Every passage as it is shown, below what its units stand under; and its language."""
        from index.words import searched

        cursor = self._database.cursor()
        for number, text, kept in self._database.execute(
            "SELECT id, text, contexts FROM documents ORDER BY id"
        ):
            contexts = msgspec.msgpack.decode(kept, type=tuple[Context, ...])
            units = cursor.execute(
                'SELECT passages.id, language, units.start, units."end", context, parts FROM passages '
                "JOIN units ON units.id >= first AND units.id < last WHERE document = ? "
                "ORDER BY units.id",
                [number],
            )
            for (_, language), group in groupby(units, itemgetter(0, 1)):
                pairs = (
                    (
                        contexts[context].names,
                        shown(text, unpacked(parts, start)) if parts else text[start:end],
                    )
                    for _, _, start, end, context, parts in group
                )
                yield searched(pairs), language

    def write_vectors(
        self, blocks: "Callable[[NDArray[np.int64]], Iterable[Vectors]]", kept: "array[int]"
    ) -> None:
        """Write the vectors of all units; where most are those of the old generation, only the others.

        Args:
            blocks: gives the vectors of units of these numbers, each block of shape (rows, dimension).
            kept: of each unit the one of the old generation that has its vector, or a negative number.
        """
        import numpy as np

        from index.engines.local.vectors import write

        rows = np.frombuffer(kept, np.int64)
        if self._old is None or not self._old.matrix.extend(self.folder, rows, blocks):
            write(self.folder, blocks(np.arange(self.units)), self.units)

    def finish(self) -> None:
        """Have the texts written; nothing can be added afterwards."""
        import numpy as np

        firsts = (row[0] for row in self._database.execute("SELECT first FROM passages ORDER BY id"))
        borders = np.fromiter(firsts, np.int64, self.passages)
        np.save(self.folder / BORDERS, np.append(borders, self.units))
        self._database.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Give back what is open."""
        self._database.close()
