"""The collections of an index on a server: made, opened, waited for, dropped."""

import re
import secrets
import time
from collections.abc import Collection

import msgspec
from qdrant_client import models

from index.engines.base import Lease
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.generation import RemoteGeneration
from index.engines.qdrant.points import INDEXED, MEANING, WORDS, key
from index.engines.qdrant.state import Recorded, Site
from index.engines.settings import IndexSettings
from index.errors import IndexAway, IndexDamaged

_NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
_SETTLING = 3600.0  # seconds that a server may take to make its graph of vectors


class Sites:
    """The collections of one index.

    Args:
        connection: to the server.
        index: what the index is called there.
        settings: how the server keeps it.
    """

    def __init__(self, connection: Connection, index: str, settings: IndexSettings) -> None:
        self._connection = connection
        self._client = connection.client
        self._index = index
        self._settings = settings

    def name_of(self, collection: str) -> str:
        """A collection's name among all of the server's."""
        return f"{self._index}-{collection}"

    def exists(self, collection: str) -> bool:
        """Whether the server has it."""
        return self._connection.exists(self.name_of(collection))

    def make(self, dimension: int, lease: Lease) -> str:
        """Make a collection, and tell which; its graph of vectors is made only when they all are there.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        collection = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
        name, settings = self.name_of(collection), self._settings
        self._connection.create(
            name,
            lease,
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
        for field, kind in INDEXED.items():
            index = self._client.create_payload_index
            self._connection.send(index, name, field_name=field, field_schema=kind, lease=lease)
        return collection

    def open(self, site: Site) -> RemoteGeneration:
        """Open a generation.

        Raises:
            IndexDamaged: it is not there.
            IndexAway: the server does not answer.
        """
        name = self.name_of(site.collection)
        try:
            points = self._connection.points(name, [key("manifest", site.generation, site.number)])
        except IndexAway:
            if self._connection.exists(name):
                raise
            points = []
        if not points:
            raise IndexDamaged(
                f"Qdrant at {self._connection.address} has lost generation {site.generation} in the "
                f"collection {name}. Run `docent index` where the documents are."
            )
        recorded = msgspec.convert(points[0].payload["value"], Recorded)
        return RemoteGeneration(self._connection, name, site, recorded)

    def settle(self, collection: str, lease: Lease) -> None:
        """Have the server make its graph of vectors, and wait for it.

        One that started again meanwhile may be grey, with work that it does not begin: it is told once more.
        Where it stays so, the search finds as much without that work, if more slowly.

        Raises:
            IndexAway: the server does not answer, or takes too long.
            IndexBusy: another builder took over.
        """
        name, send, grey = self.name_of(collection), self._connection.send, models.CollectionStatus.GREY
        threshold = models.OptimizersConfigDiff(indexing_threshold=20_000)
        until, before = time.monotonic() + _SETTLING, None
        send(self._client.update_collection, name, optimizers_config=threshold, lease=lease)
        while (
            status := send(self._client.get_collection, name, lease=lease).status
        ) != models.CollectionStatus.GREEN:
            if status == before == grey:
                return
            if status == grey:
                send(self._client.update_collection, name, optimizers_config=threshold, lease=lease)
            before = status
            if time.monotonic() > until:
                raise IndexAway(
                    f"Qdrant at {self._connection.address} is still making its index of "
                    f"{name}. Run `docent index` again later: it goes on from there."
                )
            time.sleep(1)

    def all_of_them(self) -> set[str]:
        """The collections of this index."""
        prefix = f"{self._index}-"
        names = {one.removeprefix(prefix) for one in self._connection.collections() if one.startswith(prefix)}
        return set(filter(_NAME.fullmatch, names))

    def drop(self, collections: Collection[str], lease: Lease) -> None:
        """Remove collections.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over; that one's are not removed.
        """
        for collection in collections:
            self._connection.send(self._client.delete_collection, self.name_of(collection), lease=lease)
