"""An index on a Qdrant server: each generation in a collection, and a small one that names the current.

    docent-<name>                   point 0: the current generation, the one before it, one being sent
                                    point 1: who builds, and until when (index/engines/qdrant/lease.py)
    docent-<name>-<generation>      index/engines/qdrant/points.py

Whoever asks names the generation, so that a new one never comes between two calls about one question. It is
built by the local engine, in the index folder of the machine that builds, and sent when it is whole.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from qdrant_client import models

from index.engines import base
from index.engines.base import Hears, Lease, Manifest, Readable
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.generation import RemoteGeneration
from index.engines.qdrant.lease import INDEXED, Held, held
from index.engines.qdrant.points import FORMAT, MANIFEST
from index.engines.qdrant.sending import Sending
from index.engines.qdrant.verifying import verify
from index.errors import IndexAway, IndexDamaged, IndexMismatch, IndexMissing
from index.scope import Scope
from index.settings import Settings

FRESH = 1.0
"""Seconds for which it is remembered which generation is the current one."""

_GENERATION = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")


class State(msgspec.Struct, frozen=True):
    """What is kept of an index; ``sending`` names a generation of which so many documents were sent."""

    current: str = ""
    previous: str = ""
    sending: str = ""
    documents: int = 0
    format: int = FORMAT


class Remote:
    """An index on a server. Safe to share between threads.

    Args:
        connection: to the server.
        settings: the folder of this machine's part of it, its name there, how the server keeps it.
    """

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.folder: Path = settings.index_folder()
        self.collection = f"docent-{re.sub(r'[^A-Za-z0-9_.-]', '_', settings.index.name or self.folder.name)}"
        """What the index is called on the server."""
        self._settings = settings.index
        self._connection = connection
        self._lock = threading.Lock()
        self._state: tuple[float, State | None] | None = None  # and when it was looked at
        self._opened: RemoteGeneration | None = None

    @property
    def place(self) -> str:
        """Where it lies: what it is called there, and the server."""
        return f"{self.collection} on {self._connection.address}"

    def current_name(self) -> str | None:
        """The name of the current generation, or None where there is none yet; it is a second old at most."""
        with self._lock:
            known = self._state
        if known is None or time.monotonic() - known[0] > FRESH:
            known = time.monotonic(), self._read()
            with self._lock:
                self._state = known
        return known[1].current or None if known[1] else None

    def documents_folder(self) -> Path | None:
        """The documents folder of the machine that built it; None where that is not known just now."""
        try:
            return Path(self.current().manifest.folder)
        except (IndexMissing, IndexAway):
            return None

    def current(self) -> RemoteGeneration:
        """Open the current generation; raises ``IndexMissing`` where nothing was built yet."""
        name = self.current_name()
        if name is None:
            raise IndexMissing(
                f"There is no index '{self.collection}' on {self._connection.address} yet. "
                "Run `docent index` where the documents are."
            )
        return self.generation(name)

    def generation(self, name: str) -> RemoteGeneration:
        """Open the generation of that name."""
        with self._lock:
            if self._opened is not None and self._opened.name == name:
                return self._opened
        opened = self._open(name)
        with self._lock:
            self._opened = opened
        return opened

    def within(self, whole: base.Generation, scope: Scope) -> RemoteGeneration:
        """A generation of this index as far as a scope shows it."""
        return cast(RemoteGeneration, whole).within(scope)

    @contextmanager
    def lease(self) -> Iterator[Held]:
        """Be the only builder of this index.

        Raises:
            IndexBusy: another machine builds it.
            IndexAway: the server does not answer.
        """
        if not self._connection.exists(self.collection):  # which tells quickly that a server is away
            self._connection.create(
                self.collection, vectors_config={}, replication_factor=self._settings.replicas
            )
            for field, kind in INDEXED.items():
                self._connection.send(
                    self._connection.client.create_payload_index, self.collection, field, kind
                )
        with held(self._connection, self.collection) as one:
            yield one

    def take(self, generation: Readable, lease: Lease, progress: Hears) -> bool:
        """Make a generation of this machine the current one here; False where it is already.

        Raises:
            IndexBusy: another machine took over.
            IndexAway: the server does not answer any more; it goes on from there the next time.
            IndexDamaged: what is there is not what was sent; it is gone then.
        """
        state = self._read() or State()
        name = generation.name
        if state.current == name:
            return False
        done = state.documents if state.sending == name else 0

        def note(documents: int) -> None:
            self._write(msgspec.structs.replace(state, sending=name, documents=documents), lease)

        collection = self._collection_of(name)
        self._drop({state.current, state.previous, name})  # what builds left that were given up
        sending = Sending(self._connection, collection, self._settings, lease, progress)
        sending.send(generation, done, note)
        try:
            progress.stage("checking the index", 0)
            verify(generation, self._open(name))
        except IndexDamaged:
            note(0)
            self._drop({state.current, state.previous})
            raise
        self._write(State(current=name, previous=state.current), lease)
        self._drop({name, state.current})
        return True

    def _open(self, name: str) -> RemoteGeneration:
        collection = self._collection_of(name)
        try:
            points = self._connection.points(collection, [MANIFEST])
        except IndexAway:
            if self._connection.exists(collection):
                raise
            points = []
        if not points:
            raise IndexDamaged(
                f"Qdrant at {self._connection.address} has lost the collection {collection}. "
                "Run `docent index` where the documents are."
            )
        manifest = msgspec.convert(points[0].payload["value"], Manifest)
        return RemoteGeneration(self._connection, collection, name, manifest)

    def _collection_of(self, name: str) -> str:
        return f"{self.collection}-{name}"

    def _read(self) -> State | None:
        """What the server keeps of the index; None where there is none."""
        if not self._connection.exists(self.collection):
            return None
        points = self._connection.points(self.collection, [0])
        if not points:
            return None
        state = msgspec.convert(points[0].payload, State)
        if state.format != FORMAT:
            raise IndexMismatch(
                f"The index '{self.collection}' has format {state.format}, this Docent reads {FORMAT}. "
                "Run `docent index --full` where the documents are."
            )
        return state

    def _write(self, state: State, lease: Lease) -> None:
        payload: dict[str, Any] = msgspec.to_builtins(state)
        point = models.PointStruct(id=0, vector={}, payload=payload)
        upsert = self._connection.client.upsert
        self._connection.send(upsert, self.collection, [point], wait=True, lease=lease)
        with self._lock:
            self._state = None

    def _drop(self, kept: set[str]) -> None:
        """Remove the generations of this index but those that are kept."""
        for collection in self._connection.collections():
            name = collection.removeprefix(f"{self.collection}-")
            if name != collection and _GENERATION.fullmatch(name) and name not in kept:
                self._connection.send(self._connection.client.delete_collection, collection)
