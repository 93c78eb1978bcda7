"""Points sent to a collection in batches, each tried again for about a minute, under a builder's lease."""

from collections.abc import Callable
from typing import Any

import msgspec
from qdrant_client import models

from index.engines.base import Lease
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.points import FOREVER, OF_DOCUMENTS, OF_WORDS, between, one_of

BATCH = 256  # points sent at once
BYTES = 8_000_000  # of them, from which on they are sent; Qdrant takes requests of 32 MB
_NUMBER = 20  # bytes of a number of a vector as JSON
_NUMBERS = 100  # documents or points that one request ends or removes


class Batches:
    """Writes to a collection.

    Args:
        connection: to the server.
        collection: where it goes.
        lease: that this builder holds.
    """

    def __init__(self, connection: Connection, collection: str, lease: Lease) -> None:
        self.connection = connection
        self.collection = collection
        self.client = connection.client
        self.lease = lease
        self.sent = 0
        """Points so far."""
        self._waiting: list[models.PointStruct] = []
        self._bytes = 0

    def put(self, number: int | str, payload: dict[str, Any], vectors: dict[str, Any] | None = None) -> None:
        """Send a point, now or with others.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        vectors = vectors or {}
        self._waiting.append(models.PointStruct(id=number, payload=payload, vector=vectors))
        numbers = sum(len(one) for one in vectors.values() if isinstance(one, list))
        self._bytes += len(msgspec.json.encode(payload)) + _NUMBER * numbers
        if len(self._waiting) >= BATCH or self._bytes >= BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what waits; raises as ``put``."""
        if self._waiting:
            self.call(self.client.upsert, points=self._waiting, wait=True)
            self.sent += len(self._waiting)
            self._waiting, self._bytes = [], 0

    def call(self, made: Callable[..., Any], **more: Any) -> Any:
        """What a method of the client returns for the collection; raises as ``put``."""
        return self.connection.send(made, self.collection, lease=self.lease, **more)

    # -------------------------------------------------------------------------------- what is there

    def undo(self, number: int, documents: int, whole: int) -> None:
        """Bring back what a send of the generation of a number left that was broken off.

        What is whole of its documents stays, and is found there again.

        Args:
            number: of the generation.
            documents: the first number of a document that is not of the generation before it.
            whole: the first number of a document that may not be whole.
        """
        new = between("since", least=number)
        counted = models.Filter(must=[one_of("kind", OF_WORDS), new])
        touched = models.Filter(
            must=[one_of("kind", ["document"]), new, between("document", most=documents - 1)]
        )
        self._delete(models.Filter(should=[between("document", least=whole), counted, touched]))
        ended = models.Filter(must=[between("until", least=number, most=FOREVER - 1)])
        self._until(FOREVER, ended)

    def end(self, number: int, documents: list[int]) -> None:
        """Let documents, by their numbers, hold no longer from the generation of a number on."""
        for part in _parts(documents):
            self._until(number, _of_documents(part, between("until", least=number + 1)))

    def end_points(self, number: int, points: list[Any]) -> None:
        """Let some points hold no longer from the generation of a number on."""
        for part in _parts(points):
            self._until(number, models.Filter(must=[models.HasIdCondition(has_id=part)]))

    def end_words(self, number: int) -> None:
        """Let the words that were counted before hold no longer from the generation of a number on."""
        before = [one_of("kind", ["word", "letter", "folder"]), between("since", most=number - 1)]
        self._until(number, models.Filter(must=[*before, between("until", least=number + 1)]))

    def remove(self, documents: list[int]) -> None:
        """Remove documents by their numbers."""
        for part in _parts(documents):
            self._delete(_of_documents(part))

    def purge(self, oldest: int) -> None:
        """Remove what no generation has from a number on; of generations before it, first what makes them."""
        old = [one_of("kind", ["manifest"]), between("since", most=oldest - 1)]
        self._delete(models.Filter(must=list(old)))
        self._delete(models.Filter(must=[between("until", most=oldest)]))

    def _until(self, number: int, where: models.Filter) -> None:
        points = models.FilterSelector(filter=where)
        self.call(self.client.set_payload, payload={"until": number}, points=points, wait=True)

    def _delete(self, where: models.Filter) -> None:
        self.call(self.client.delete, points_selector=models.FilterSelector(filter=where), wait=True)


def _of_documents(numbers: list[int], *more: models.FieldCondition) -> models.Filter:
    return models.Filter(must=[one_of("kind", OF_DOCUMENTS), one_of("document", numbers), *more])


def _parts(all_of_them: list[Any]) -> list[list[Any]]:
    return [all_of_them[begin : begin + _NUMBERS] for begin in range(0, len(all_of_them), _NUMBERS)]
