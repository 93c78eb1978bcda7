"""The texts of a generation on a Qdrant server: documents, passages and units, as far as they are seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from qdrant_client import models

from index.engines.base import Entry, unknown
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.points import (
    PASSAGES,
    PIECES,
    Seen,
    StoredDocument,
    StoredPassage,
    folders_seen,
    one_of,
    unpacked,
)
from index.errors import IndexDamaged, UnknownSource
from index.records import Document, Layout, Passage, Unit
from index.remembering import Remembered
from index.scope import Scope

_DOCUMENTS, _PASSAGES = 64, 8192  # that are remembered


class RemoteTexts:
    """The texts of a collection. Safe to share between threads.

    Args:
        connection: to the server.
        collection: that they lie in.
        number: of the generation in it.
        scope: what is seen.
    """

    def __init__(self, connection: Connection, collection: str, number: int, scope: Scope) -> None:
        self._connection = connection
        self._collection = collection
        self._scope = scope
        self._seen = Seen(number, folders_seen(scope))
        self._documents = Remembered(_DOCUMENTS, self._fetch_documents)
        self._passages = Remembered(_PASSAGES, self._fetch_passages)

    def entries(self) -> list[Entry]:
        """All documents that are seen, in the order of their sources."""
        if not self._seen.folders:
            return []
        where = self._seen.where(one_of("kind", ["document"]))
        points = self._connection.scroll(self._collection, where, ["value.entry"])
        entries = (_entry(point.payload) for point in points)
        return sorted(entries, key=lambda entry: (entry.file, entry.id))

    def entry(self, source: str) -> Entry:
        """One of them; raises ``UnknownSource``."""
        return _entry(self._kept(source))

    def document(self, source: str) -> Document:
        """A document as it was indexed; raises ``UnknownSource``."""
        kept = self._kept(source)
        stored = msgspec.convert(kept["value"]["document"], StoredDocument)
        about = unpacked(self._read(range(*kept["value"]["about"])))
        return msgspec.structs.replace(
            self._documents.of([stored])[stored],
            layout=about.layout, properties=about.properties, notices=about.notices,
        )  # fmt: skip

    def sources_with(self, words: str) -> list[str]:
        """The documents that have a passage with these words in this very form."""
        if not self._seen.folders:
            return []
        text = models.FieldCondition(key="value.text", match=models.MatchText(text=words))
        where = self._seen.where(one_of("kind", ["passage"]), text)
        points = self._connection.scroll(self._collection, where, ["value.text", "value.document.source"])
        values = [point.payload["value"] for point in points]
        return sorted({value["document"]["source"] for value in values if words in value["text"]})

    def layout(self, source: str) -> Layout:
        """How the text of a document is built; raises ``UnknownSource``."""
        return unpacked(self._read(range(*self._kept(source)["value"]["about"]))).layout

    def passage(self, number: int) -> Passage:
        """The passage of that number; its document has its text, but no layout."""
        return self._whole([number])[0][0]

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order; raises ``UnknownSource``."""
        entry = self.entry(source)
        return [passage for passage, _ in self._whole(range(entry.first, entry.last))]

    def units(self, passages: Sequence[int]) -> list[tuple[Unit, ...]]:
        """For each of the passages of these numbers its units in reading order."""
        return [units for _, units in self._whole(passages)]

    def around(self, unit: Unit, before: int, after: int) -> tuple[list[Unit], int]:
        """The units of so many passages before and after that of a unit, and its own place among them."""
        source, start = unit.passage.place
        entry = self.entry(source)
        number = self._number(entry, start)
        near = range(max(entry.first, number - before), min(entry.last, number + after + 1))
        units = [one for group in self.units(near) for one in group]
        places = [(one.passage.start, one.start) for one in units]
        return units, places.index((start, unit.start))

    def _kept(self, source: str) -> dict[str, Any]:
        """The payload of a document's point."""
        where = self._seen.where(one_of("kind", ["document"]), one_of("source", [source]))
        points = self._connection.scroll(self._collection, where, True) if self._scope.shows(source) else []
        if not points:
            raise UnknownSource(unknown(source))
        found: dict[str, Any] = points[0].payload
        return found

    def _read(self, numbers: range) -> str:
        """The text that some pieces make."""
        points = self._connection.points(self._collection, [PIECES + one for one in numbers])
        texts = {point.id - PIECES: point.payload["value"] for point in points}
        if len(texts) != len(numbers):
            raise self._damaged("pieces of a text are missing")
        return "".join(texts[one] for one in numbers)

    def _whole(self, numbers: Sequence[int]) -> list[tuple[Passage, tuple[Unit, ...]]]:
        """Passages with their units."""
        stored = self._passages.of(numbers)
        documents = self._documents.of(one.document for one in stored.values())
        made = {number: _made(one, documents[one.document]) for number, one in stored.items()}
        return [made[number] for number in numbers]

    def _number(self, entry: Entry, start: int) -> int:
        """The number of the passage of a document that starts there."""
        numbers = range(entry.first, entry.last)
        return next(number for number, one in self._passages.of(numbers).items() if one.start == start)

    def _fetch_documents(self, stored: list[StoredDocument]) -> Mapping[StoredDocument, Document]:
        numbers = [number for one in stored for number in range(*one.pieces)]
        points = self._connection.points(self._collection, [PIECES + number for number in numbers])
        texts = {point.id - PIECES: point.payload["value"] for point in points}
        if len(texts) != len(numbers):
            raise self._damaged("pieces of a text are missing")
        return {
            one: Document(
                one.source, one.title, "".join(texts[n] for n in range(*one.pieces)), one.digest,
                file=one.file if one.file != one.source else "",
            )
            for one in stored
        }  # fmt: skip

    def _fetch_passages(self, numbers: list[int]) -> Mapping[int, StoredPassage]:
        points = self._connection.points(self._collection, [PASSAGES + number for number in numbers])
        if len(points) != len(numbers):
            raise self._damaged("passages are missing")
        return {
            point.id - PASSAGES: msgspec.convert(point.payload["value"], StoredPassage) for point in points
        }

    def _damaged(self, found: str) -> IndexDamaged:
        return IndexDamaged(
            f"The collection {self._collection} of Qdrant at {self._connection.address} is not what was "
            f"published: {found}. Run `docent index --full` to build it anew."
        )


def _entry(payload: Mapping[str, Any]) -> Entry:
    return msgspec.convert(payload["value"]["entry"], Entry)


def _made(stored: StoredPassage, document: Document) -> tuple[Passage, tuple[Unit, ...]]:
    passage = Passage(document, stored.start, stored.end, stored.locator, stored.language)
    return passage, tuple(
        Unit(passage, one.start, one.end, one.kind, stored.contexts[one.context], one.parts)
        for one in stored.units
    )
