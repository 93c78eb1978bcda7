"""The right to build an index on a server, which one builder has at a time.

It is a point that only whoever finds it free, or its time run out, can write: Qdrant compares and writes in
one step. It is renewed meanwhile, by a thread, and runs out a minute after its holder died. The clocks of
builders should be right to a few seconds.
"""

import logging
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from qdrant_client import models

from index.engines.qdrant.connection import Connection
from index.errors import IndexAway, IndexBusy

LASTS = 60.0
"""Seconds for which a builder has the right, unless it renews it."""

INDEXED = {"holder": models.PayloadSchemaType.KEYWORD, "until": models.PayloadSchemaType.FLOAT}
"""Fields of its payload that are compared: in strict mode a server wants an index of them."""

POINT = 1
"""Its id among what is kept of an index."""

_log = logging.getLogger(__name__)


class Held:
    """A lease that this process has."""

    def __init__(self, connection: Connection, collection: str, holder: str) -> None:
        self._connection = connection
        self._collection = collection
        self.holder = holder
        self._until = 0.0

    def check(self) -> None:
        """Make sure that it is still held.

        Raises:
            IndexBusy: its time ran out, and somebody else may have it.
        """
        if time.time() > self._until:
            raise IndexBusy(
                "The server of the index was away for so long that another machine may build it now. "
                "Run `docent index` again: it goes on from where it was."
            )

    def take(self) -> str:
        """Write it where it is free, run out or ours already; the name of whoever has it then."""
        client, until = self._connection.client, time.time() + LASTS
        point = models.PointStruct(
            id=POINT, vector={}, payload={"kind": "lease", "holder": self.holder, "until": until}
        )
        if not self._connection.points(self._collection, [POINT]):
            self._connection.call(
                client.upsert, self._collection, [point], update_mode=models.UpdateMode.INSERT_ONLY
            )
        ours = models.FieldCondition(key="holder", match=models.MatchValue(value=self.holder))
        old = models.FieldCondition(key="until", range=models.Range(lt=time.time()))
        self._connection.call(
            client.upsert, self._collection, [point], update_filter=models.Filter(should=[ours, old])
        )
        found = self._connection.points(self._collection, [POINT])
        holder = str(found[0].payload["holder"]) if found else ""
        if holder == self.holder:
            self._until = until
        return holder

    def leave(self) -> None:
        """Let others have it."""
        ours = models.FieldCondition(key="holder", match=models.MatchValue(value=self.holder))
        where = models.Filter(must=[models.HasIdCondition(has_id=[POINT]), ours])
        self._connection.call(
            self._connection.client.delete, self._collection, models.FilterSelector(filter=where)
        )


@contextmanager
def held(connection: Connection, collection: str) -> Iterator[Held]:
    """Have the right to build.

    Raises:
        IndexBusy: another builder has it.
        IndexAway: the server does not answer.
    """
    one = Held(connection, collection, f"{socket.gethostname()}-{secrets.token_hex(4)}")
    if (holder := one.take()) != one.holder:
        raise IndexBusy(
            f"Another machine, {holder.rpartition('-')[0]}, is building this index on "
            f"{connection.address}. Wait for it to end."
        )
    done = threading.Event()

    def renew() -> None:
        while not done.wait(LASTS / 3):
            try:
                one.take()
            except IndexAway as error:  # the next time it may be there; if not, check() tells
                _log.warning("the lease is not renewed: %s", error)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        done.set()
        thread.join()
        with suppress(IndexAway):  # it runs out by itself
            one.leave()
