"""An index on a Qdrant server: collections that generations share, and a small one that names the current.

    docent-<name>                   point 0: the current generation, the one before it
                                    point 1: who builds, and until when (index/engines/qdrant/lease.py)
                                    point 2: what is being sent, and how far that is
    docent-<name>-<time>            index/engines/qdrant/points.py

Whoever asks names the generation, so that a new one never comes between two calls about one question. It is
built by the local engine, in the index folder of the machine that builds, and sent when it is whole.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from index.engines import base
from index.engines.base import Hears, Lease, Readable
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.generation import RemoteGeneration
from index.engines.qdrant.lease import INDEXED, Held, held
from index.engines.qdrant.sites import Sites
from index.engines.qdrant.state import Keeper, Site
from index.engines.qdrant.taking import Taking
from index.errors import IndexAway, IndexDamaged, IndexMissing
from index.scope import Scope
from index.settings import Settings


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
        self._keeper = Keeper(connection, self.collection)
        self._sites = Sites(connection, self.collection, settings.index)
        self._lock = threading.Lock()
        self._opened: tuple[Site, RemoteGeneration] | None = None

    @property
    def place(self) -> str:
        """Where it lies: what it is called there, and the server."""
        return f"{self.collection} on {self._connection.address}"

    def current_name(self) -> str | None:
        """The name of the current generation, or None where there is none yet; it is a second old at most."""
        state = self._keeper.read(fresh=False)
        return state.current.generation if state and state.current else None

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
        """Open the generation of that name: the current one, or the one before it.

        Raises:
            IndexDamaged: it is neither, or not there.
        """
        state = self._keeper.read(fresh=False)
        if (site := state.site(name) if state else None) is None:
            state = self._keeper.read()
            site = state.site(name) if state else None
        if site is None:
            raise IndexDamaged(f"Generation {name} of {self.place} was replaced twice, and removed.")
        with self._lock:
            if self._opened is not None and self._opened[0] == site:
                return self._opened[1]
        opened = self._sites.open(site)
        with self._lock:
            self._opened = site, opened
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

    def take(self, generation: Readable, lease: Lease, progress: Hears, *, full: bool = False) -> bool:
        """Make a generation of this machine the current one here; False where it is already.

        Raises:
            IndexBusy: another machine took over.
            IndexAway: the server does not answer any more; it goes on from there the next time.
            IndexMismatch: a newer Docent made the index there, and it is not all to be sent anew.
            IndexDamaged: what is there is not what was sent; the next time all is sent anew.
        """
        taking = Taking(self._connection, self._keeper, self._sites, self._settings, lease, progress)
        return taking.take(generation, full=full)
