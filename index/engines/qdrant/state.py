"""What is kept of an index on a server, beside its points: which generation is the current one, and where."""

import threading
import time
from typing import Any

import msgspec
from qdrant_client import models

from index.engines.base import Lease, Manifest
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.points import FORMAT
from index.errors import IndexMismatch

FRESH = 1.0
"""Seconds for which it is remembered which generation is the current one."""

POINT, NOTED = 0, 2
"""Among what is kept of an index the ids of which generations can be asked, and of what is being sent."""


class Numbers(msgspec.Struct, frozen=True):
    """The next free numbers of a collection; documents from that number on may not be whole."""

    document: int = 0
    passage: int = 0
    unit: int = 0
    piece: int = 0
    stem: int = 0


class Site(msgspec.Struct, frozen=True):
    """Where a generation lies: its collection, its number there, and the first number of a later document."""

    generation: str
    collection: str
    number: int
    documents: int


class Onto(msgspec.Struct, frozen=True):
    """The collection that the next generation is sent to.

    Attributes:
        collection: named by the generation that it was made for.
        made: what its points depend on beside documents; see ``made_of``.
        mean: length of a passage in words that the weights of words were computed with.
        following: its next free numbers.
    """

    collection: str
    made: str
    mean: float
    following: Numbers = Numbers()


class State(msgspec.Struct, frozen=True):
    """What is kept of an index."""

    current: Site | None = None
    previous: Site | None = None
    onto: Onto | None = None

    @property
    def collections(self) -> set[str]:
        """Those that are in use."""
        return {one.collection for one in (self.current, self.previous, self.onto) if one}

    @property
    def before(self) -> "State":
        """As if the current generation, which the server lost, and its collection had never been there."""
        lost = self.current.collection if self.current else None
        return State(
            current=self.previous, onto=self.onto if self.onto and self.onto.collection != lost else None
        )

    def site(self, generation: str) -> Site | None:
        """Where a generation lies, if it is there still."""
        sites = (self.current, self.previous)
        return next((one for one in sites if one and one.generation == generation), None)


class Recorded(msgspec.Struct, frozen=True):
    """The manifest of a generation, the segments of its words, and the length of its passages in words."""

    manifest: Manifest
    segments: tuple[int, ...]
    length: int


class Keeper:
    """Reads and writes what is kept of an index. Safe to share between threads.

    Args:
        connection: to the server.
        collection: where it is kept.
    """

    def __init__(self, connection: Connection, collection: str) -> None:
        self._connection = connection
        self.collection = collection
        self._lock = threading.Lock()
        self._known: tuple[float, State | None] | None = None  # and when it was looked at

    def read(self, *, fresh: bool = True) -> State | None:
        """What the server keeps, or if that need not be fresh kept a second ago; None where there is none.

        Raises:
            IndexMismatch: another version of Docent wrote it.
            IndexAway: the server does not answer.
        """
        with self._lock:
            known = self._known
        if fresh or known is None or time.monotonic() - known[0] > FRESH:
            known = time.monotonic(), self._state(self._kept())
            with self._lock:
                self._known = known
        return known[1]

    def to_build_on(self, *, full: bool) -> State:
        """What the server keeps, for a builder: of an older Docent's only what is being sent in its place.

        Raises:
            IndexMismatch: a newer Docent wrote it, and it is not all to be sent anew.
            IndexAway: the server does not answer.
        """
        kept = self._kept()
        if (version := _format(kept)) != FORMAT:
            if version > FORMAT and not full:
                raise self._mismatch(version)
            del kept[POINT]
        return self._state(kept) or State()

    def publish(self, state: State, lease: Lease) -> None:
        """Have the server keep which generations can be asked.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        self._write(POINT, {"current": state.current, "previous": state.previous}, lease)

    def note(self, onto: Onto | None, lease: Lease) -> None:
        """Have the server keep what the next generation is sent to, beside those that can be asked.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """
        self._write(NOTED, {"onto": onto}, lease)

    def _write(self, point: int, value: dict[str, Site | Onto | None], lease: Lease) -> None:
        payload: dict[str, Any] = msgspec.to_builtins({**value, "format": FORMAT})
        written = models.PointStruct(id=point, vector={}, payload=payload)
        upsert = self._connection.client.upsert
        self._connection.send(upsert, self.collection, [written], wait=True, lease=lease)
        with self._lock:
            self._known = None

    def _kept(self) -> dict[int, dict[str, Any]]:
        """The payloads of what is kept, by their points."""
        if not self._connection.exists(self.collection):
            return {}
        return {one.id: one.payload for one in self._connection.points(self.collection, [POINT, NOTED])}

    def _state(self, kept: dict[int, dict[str, Any]]) -> State | None:
        if (version := _format(kept)) != FORMAT:
            raise self._mismatch(version)
        noted = kept.get(NOTED, {})
        onto = noted["onto"] if noted.get("format") == FORMAT else None
        return msgspec.convert({**kept.get(POINT, {}), "onto": onto}, State) if kept else None

    def _mismatch(self, version: int) -> IndexMismatch:
        if version > FORMAT:
            return IndexMismatch(
                f"A newer Docent made the index '{self.collection}': it has format {version}, this one "
                f"reads {FORMAT}. Use that Docent; `docent index --full` where the documents are replaces it."
            )
        return IndexMismatch(
            f"The index '{self.collection}' has format {version}, this Docent reads {FORMAT}. "
            "Run `docent index` where the documents are."
        )


def _format(kept: dict[int, dict[str, Any]]) -> int:
    """Of which generations can be asked; that of this Docent where there are none."""
    return int(kept[POINT]["format"]) if POINT in kept else FORMAT
