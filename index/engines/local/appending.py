"""A segment of texts being written: documents in, the rows of ``tables.py`` out."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from index.engines.base import DocumentMetadata
from index.engines.local.tables import TEXTS, Kept, created, packed, packed_tokens
from index.records import Context, Divided, Document, Passage, Unit


class Segment:
    """A new segment; what was written can be read when it is finished."""

    def __init__(self, file: Path) -> None:
        """Begin one.

        Raises:
            sqlite3.Error: the disk is full, or the like.
        """
        self._database = created(file, TEXTS)
        self.documents = self.passages = self._units = 0

    def add(self, kept: Kept) -> None:
        """Write a document after those already written."""
        run, passage, unit = self._database.executemany, self.passages, self._units
        row = kept.text, kept.about, kept.contexts, passage, passage + len(kept.passages)
        run("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)", [(self.documents, *row)])
        run(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (number, self.documents, *row, unit + first, unit + last)
                for number, (*row, first, last) in enumerate(kept.passages, passage)
            ),
        )
        run(
            "INSERT INTO units VALUES (?, ?, ?, ?, ?, ?)",
            ((number, *row) for number, row in enumerate(kept.units, unit)),
        )
        run("INSERT INTO words VALUES (?, ?)", [(self.documents, kept.tokens)])
        self.documents += 1
        self.passages += len(kept.passages)
        self._units += len(kept.units)

    def finish(self) -> None:
        """Have all of it written; nothing can be added afterwards.

        Raises:
            sqlite3.Error: the disk is full, or the like.
        """
        self._database.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """Give back what is open."""
        self._database.close()


def kept(document: Document, divided: Divided) -> Kept:
    """A document as it is kept."""
    contexts: dict[Context, int] = {}
    passages: list[tuple[int, int, bytes, str, int, int]] = []
    rows: list[tuple[int, int, str, int, bytes | None]] = []
    for passage, units in divided:
        locator, first = msgspec.msgpack.encode(passage.locator), len(rows)
        for unit in units:
            context = contexts.setdefault(unit.context, len(contexts))
            rows.append((unit.start, unit.end, unit.kind, context, packed(unit.parts, unit.start)))
        passages.append((passage.start, passage.end, locator, passage.language, first, len(rows)))
    metadata = DocumentMetadata(document.layout, document.properties, document.notices)
    return Kept(
        document.text,
        msgspec.msgpack.encode(metadata),
        msgspec.msgpack.encode(list(contexts)),
        passages,
        rows,
        tokens(divided),
    )


def tokens(divided: Sequence[tuple[Passage, Sequence[Unit]]]) -> bytes:
    """The tokens of passages, below what their units stand under, as they are kept."""
    from index.words import searched, tokens_indexed

    return packed_tokens(
        tokens_indexed(searched((unit.context.names, unit.shown) for unit in units), passage.language)
        for passage, units in divided
    )
