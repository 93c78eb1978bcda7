"""An index by a client of Qdrant that counts what it sends; importable where that client is installed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from qdrant_client import QdrantClient

from bot.settings import Settings
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.remote import Remote


class Counted:
    """What a client sends: points by kind, other writes, bytes."""

    def __init__(self) -> None:
        self.points: Counter[str] = Counter()
        self.writes: list[str] = []
        self.bytes = 0

    def wrap(self, client: QdrantClient, before: Callable[[str], None] = lambda _: None) -> QdrantClient:
        """Have it count, and hear of each write to points of a generation before it is done."""
        for name in ("upsert", "set_payload", "delete"):
            setattr(client, name, self._counting(name, getattr(client, name), before))
        return client

    def _counting(self, name: str, made: Callable[..., Any], before: Callable[[str], None]) -> Any:
        def counted(collection: str, *args: Any, **more: Any) -> Any:
            if "T" in collection:  # the time in the name of a collection of generations
                before(name)
                self.writes.append(name)
                for point in more.get("points", ()) if name == "upsert" else ():
                    self.points[point.payload["kind"]] += 1
                    self.bytes += len(point.model_dump_json())
            return made(collection, *args, **more)

        return counted


def remote(settings: Settings, client: QdrantClient) -> Remote:
    """The index of a client, which is not asked again for long."""
    return Remote(Connection(client, "memory", (0.0,)), settings)
