"""Documents of a finished generation of this machine in, the same in a collection of a Qdrant server out.

How far that came is kept on the server, so that a build that was broken off goes on there. A document's own
point is the last of its points: where it is, the document is whole.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import msgspec

from index.engines.base import DocumentMetadata, Entry, Hears, Readable
from index.engines.qdrant.batching import Batches
from index.engines.qdrant.lexical import weights
from index.engines.qdrant.points import (
    MEANING,
    PASSAGES,
    PIECES,
    WORDS,
    StoredDocument,
    StoredPassage,
    StoredUnit,
    folders_of,
    key,
    lasting,
    packed,
    payload,
    pieces,
)
from index.engines.qdrant.state import Numbers
from index.records import Passage, Unit

NOTED = 5000  # points after which it is noted how far this is

Counts = tuple[dict[int, int], int]
"""Of a passage how often it has each stem, and its length in words."""


class Sending:
    """Sends documents.

    Args:
        generation: of this machine, that they are of.
        batches: where they go.
        number: of the generation there.
        stems: the number there of each that was counted.
        mean: length of a passage in words.
        progress: hears of stages and steps.
    """

    def __init__(
        self,
        generation: Readable,
        batches: Batches,
        number: int,
        stems: Sequence[int],
        mean: float,
        progress: Hears,
    ) -> None:
        self._generation = generation
        self._batches = batches
        self._number = number
        self._stems = stems
        self._mean = mean
        self._progress = progress

    def send(
        self,
        entries: Sequence[Entry],
        counted: Iterator[Counts],
        there: dict[int, Entry],
        following: Numbers,
        note: Callable[[Numbers], None],
    ) -> None:
        """Send documents.

        Args:
            entries: those that were counted.
            counted: the words of their passages.
            there: those that are there already, as they are listed there, by their numbers here; the others
                are put into it.
            following: the next free numbers.
            note: hears the next free numbers when documents are whole.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        fresh = [entry for entry in entries if entry.id not in there]
        self._progress.stage("sending the index", len(fresh))
        noted = self._batches.sent
        for entry in entries:
            words = list(islice(counted, entry.last - entry.first))
            if entry.id in there:
                continue
            there[entry.id], following = self._document(entry, words, following)
            if self._batches.sent - noted > NOTED:
                self._batches.flush()
                noted = self._batches.sent
                note(following)
            self._progress.advance(1)
        self._batches.flush()
        note(following)

    def touch(self, entries: Sequence[Entry], points: Sequence[str]) -> list[Entry]:
        """Send anew how documents are listed whose files were written anew with the same bytes.

        Args:
            entries: as they are listed here.
            points: the ids of those by which they are listed there.

        Returns:
            How they are listed there then.
        """
        found = self._batches.connection.points(self._batches.collection, points)
        payloads = {str(point.id): point.payload for point in found}
        made = []
        for entry, point in zip(entries, points, strict=True):
            old = payloads[point]
            listed = {**old["value"]["entry"], "size": entry.size, "mtime_ns": entry.mtime_ns}
            new = {**old, "value": {**old["value"], "entry": listed}, **lasting(self._number)}
            self._batches.put(key("document", listed["id"], self._number), new)
            made.append(msgspec.convert(listed, Entry))
        return made

    def _document(self, entry: Entry, words: Sequence[Counts], following: Numbers) -> tuple[Entry, Numbers]:
        """Send a document's points, its own last; how it is listed, and the next free numbers."""
        document = self._generation.document(entry.source)
        text = pieces(document.text)
        metadata = pieces(packed(DocumentMetadata(document.layout, document.properties, document.notices)))
        first = following.piece
        about = first + len(text), first + len(text) + len(metadata)
        own = lasting(self._number, document=following.document)
        for offset, one in enumerate([*text, *metadata]):
            self._batches.put(PIECES + first + offset, payload("piece", one, **own))
        folders = own | {"folders": folders_of(entry.source)}
        file = document.file or document.source
        stored = StoredDocument(document.source, document.title, document.digest, file, (first, about[0]))
        passages, unit = range(entry.first, entry.last), following.unit
        for offset, (passage, units) in enumerate(
            zip(passages, self._generation.units(passages), strict=True)
        ):
            home, span = following.passage + offset, (unit, unit + len(units))
            value = _stored(self._generation.passage(passage), units, stored, span)
            counts, length = words[offset]
            numbered = {self._stems[stem]: count for stem, count in counts.items()}
            vector = {WORDS: weights(numbered, length, self._mean)}
            self._batches.put(PASSAGES + home, payload("passage", value, **folders), vector)
            self._units(passage, home, unit, folders)
            unit += len(units)
        listed = msgspec.structs.replace(
            entry, id=following.document, first=following.passage, last=following.passage + len(passages)
        )
        record = {"entry": listed, "document": stored, "about": about}
        point = key("document", listed.id, self._number)
        self._batches.put(point, payload("document", record, source=entry.source, **folders))
        return listed, Numbers(listed.id + 1, listed.last, unit, about[1], following.stem)

    def _units(self, passage: int, home: int, first: int, more: dict[str, object]) -> None:
        """Send the units of a passage."""
        import numpy as np

        rows, _ = self._generation.rows_of(np.array([passage]))
        vectors = self._generation.vectors(range(int(rows[0]), int(rows[-1]) + 1)) if len(rows) else ()
        for unit, vector in enumerate(vectors, first):
            self._batches.put(unit, payload("unit", home, **more), {MEANING: vector.tolist()})


def _stored(
    passage: Passage, units: Sequence[Unit], document: StoredDocument, span: tuple[int, int]
) -> StoredPassage:
    contexts = list(dict.fromkeys(unit.context for unit in units))
    stored = [
        StoredUnit(one.start, one.end, one.kind, contexts.index(one.context), one.parts) for one in units
    ]
    return StoredPassage(
        document, passage.start, passage.end, passage.text, passage.locator, passage.language,
        *span, tuple(contexts), tuple(stored),
    )  # fmt: skip
