"""A finished generation of this machine in, the same in a collection of a Qdrant server out.

Points are sent in batches, each tried again for about a minute. How far that came is kept on the server, so
that a build that was broken off goes on there. Only what was counted and compared with what was sent is made
the current generation.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from qdrant_client import models

from index.engines.base import DocumentMetadata, Entry, Hears, Lease, Readable
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.counting import Counted, Counting
from index.engines.qdrant.lexical import weights
from index.engines.qdrant.points import (
    INDEXED,
    MANIFEST,
    MEANING,
    PASSAGES,
    PIECES,
    WORDS,
    StoredDocument,
    StoredPassage,
    StoredUnit,
    folders_of,
    key,
    packed,
    payload,
    pieces,
)
from index.engines.settings import IndexSettings
from index.errors import IndexAway
from index.records import Passage, Unit

BATCH = 256  # points sent at once: a megabyte
NOTED = 5000  # points after which it is noted how far this is
_LETTER = 5000  # words of a letter in one point
_SETTLING = 3600.0  # seconds that a server may take to make its graph of vectors


class Sending:
    """Sends one generation.

    Args:
        connection: to the server.
        collection: where it goes.
        settings: how the server keeps it.
        lease: that this builder holds.
        progress: hears of stages and steps.
    """

    def __init__(
        self,
        connection: Connection,
        collection: str,
        settings: IndexSettings,
        lease: Lease,
        progress: Hears,
    ) -> None:
        self._connection = connection
        self._client = connection.client
        self._collection = collection
        self._settings = settings
        self._lease = lease
        self._progress = progress
        self._waiting: list[models.PointStruct] = []
        self._sent = 0  # points since it was noted how far this is

    def send(self, generation: Readable, done: int, note: Callable[[int], None]) -> None:
        """Send what is not there yet.

        Args:
            generation: of this machine.
            done: documents that are there already.
            note: hears how many documents are there.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        self._make(generation.manifest.dimension)
        self._progress.stage("counting words", generation.manifest.documents)
        with closing(Counting(self._folder)) as counting:
            for entry in generation.entries():
                counting.add(entry.source, generation.units(range(entry.first, entry.last)))
                self._progress.advance(1)
            counting.finish()
            self._flush()
            self._documents(generation, counting, done, note)
        self._put(MANIFEST, payload("manifest", generation.manifest))
        self._flush()
        self._settle()

    # -------------------------------------------------------------------------------- the parts

    def _make(self, dimension: int) -> None:
        """Make the collection, if it is not there; its graph of vectors only when they all are."""
        settings = self._settings
        self._connection.create(
            self._collection,
            vectors_config={
                MEANING: models.VectorParams(size=dimension, distance=models.Distance.DOT, on_disk=True)
            },
            sparse_vectors_config={WORDS: models.SparseVectorParams()},
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
            optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
            shard_number=settings.shards,
            replication_factor=settings.replicas,
            on_disk_payload=True,
        )
        for field in INDEXED:
            kind = models.PayloadSchemaType.KEYWORD
            self._call(self._client.create_payload_index, field_name=field, field_schema=kind)

    def _folder(self, counted: Counted, numbers: dict[str, int]) -> None:
        """Send what is below a folder, and the frequencies of its words."""
        path = counted.path
        self._put(key("folder", path), payload("folder", counted.folder))
        for stem, count in counted.stems.items():
            self._put(key("word", path, stem), payload("word", (numbers[stem], count)))
        letters: dict[str, list[str]] = {}
        for word in sorted(counted.written):
            letters.setdefault(word[0], []).append(word)
        for letter, words in letters.items():
            parts = range(0, len(words), _LETTER)
            for part, begin in enumerate(parts):
                some = words[begin : begin + _LETTER]
                value = {"words": some, "counts": [counted.written[one] for one in some], "parts": len(parts)}
                self._put(key("letter", path, letter, part), payload("letter", value))

    def _documents(
        self, generation: Readable, counting: Counting, done: int, note: Callable[[int], None]
    ) -> None:
        """Send documents, their pieces, passages and units; those that are there are only passed by."""
        self._progress.stage("sending the index", generation.manifest.units)
        counted, mean, piece = counting.counted(), counting.mean, 0
        for number, entry in enumerate(generation.entries()):
            document = generation.document(entry.source)
            text = pieces(document.text)
            metadata = pieces(
                packed(DocumentMetadata(document.layout, document.properties, document.notices))
            )
            places = (piece, piece + len(text)), (piece + len(text), piece + len(text) + len(metadata))
            words = list(islice(counted, entry.last - entry.first))
            groups = generation.units(range(entry.first, entry.last))
            if number >= done:
                folders = folders_of(entry.source)
                file = document.file or document.source
                stored = StoredDocument(document.source, document.title, document.digest, file, places[0])
                self._document(entry, stored, places[1], folders)
                for offset, one in enumerate([*text, *metadata]):
                    self._put(PIECES + piece + offset, payload("piece", one))
                passages = range(entry.first, entry.last)
                for passage, units, (counts, length) in zip(passages, groups, words, strict=True):
                    self._passage(generation, passage, units, stored, folders, weights(counts, length, mean))
                if self._sent > NOTED:
                    self._flush()
                    self._sent = 0
                    note(number + 1)
            piece = places[1][1]
            self._progress.advance(sum(map(len, groups)))
        self._flush()
        note(generation.manifest.documents)

    def _document(
        self, entry: Entry, stored: StoredDocument, metadata: tuple[int, int], folders: Sequence[str]
    ) -> None:
        value = {"entry": entry, "document": stored, "about": metadata}
        self._put(key("document", entry.source), payload("document", value, folders))

    def _passage(
        self,
        generation: Readable,
        number: int,
        units: Sequence[Unit],
        document: StoredDocument,
        folders: Sequence[str],
        words: models.SparseVector,
    ) -> None:
        """Send a passage and its units."""
        import numpy as np

        rows, _ = generation.rows_of(np.array([number]))
        span = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
        value = _stored(generation.passage(number), units, document, span)
        self._put(PASSAGES + number, payload("passage", value, folders), {WORDS: words})
        vectors = generation.vectors(range(*span))
        for row, vector in zip(range(*span), vectors, strict=True):
            self._put(row, payload("unit", number, folders), {MEANING: vector.tolist()})

    # -------------------------------------------------------------------------------- sending

    def _put(self, number: int | str, value: dict[str, Any], vectors: dict[str, Any] | None = None) -> None:
        self._waiting.append(models.PointStruct(id=number, payload=value, vector=vectors or {}))
        if len(self._waiting) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._call(self._client.upsert, points=self._waiting, wait=True)
            self._sent += len(self._waiting)
            self._waiting = []

    def _settle(self) -> None:
        """Have the server make its graph of vectors, and wait for it."""
        self._progress.stage("waiting for Qdrant", 0)
        self._call(
            self._client.update_collection,
            optimizers_config=models.OptimizersConfigDiff(indexing_threshold=20_000),
        )
        until = time.monotonic() + _SETTLING
        while self._call(self._client.get_collection).status != models.CollectionStatus.GREEN:
            self._lease.check()
            if time.monotonic() > until:
                raise IndexAway(
                    f"Qdrant at {self._connection.address} is still making its index of "
                    f"{self._collection}. Run `docent index` again later: it goes on from there."
                )
            time.sleep(1)

    def _call(self, made: Callable[..., Any], **more: Any) -> Any:
        return self._connection.send(made, self._collection, lease=self._lease, **more)


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
