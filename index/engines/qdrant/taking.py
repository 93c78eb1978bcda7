"""A finished generation of this machine in, the same on a server out: only what changed is sent.

A new collection is made for the first generation, and where most would change: then all is sent. Else new
documents join those of the generation before, which is asked meanwhile. Only what was counted and compared
with what was sent is made the current generation.
"""

from contextlib import closing
from hashlib import sha256
from heapq import merge

import msgspec

from index.engines.base import Entry, Hears, Lease, Readable
from index.engines.qdrant.batching import Batches
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.counting import Counting, file_of
from index.engines.qdrant.differing import Difference, compare, known
from index.engines.qdrant.generation import RemoteGeneration
from index.engines.qdrant.parcel import Parcel
from index.engines.qdrant.points import FORMAT, Seen
from index.engines.qdrant.sites import Sites
from index.engines.qdrant.state import Keeper, Numbers, Onto, Site, State
from index.engines.qdrant.verifying import verify
from index.engines.qdrant.vocabulary import Vocabulary
from index.engines.settings import IndexSettings
from index.errors import IndexDamaged, IndexMismatch

MOVED = 0.01
"""The share by which the mean length of passages may differ from that which weights were made with."""

KEPT = 0.5
"""The share of documents that has to stay, or a new collection is made."""

SEGMENTS = 8
"""In which words are counted; when there are so many, all are counted anew."""


class Taking:
    """Makes generations the current one.

    Args:
        connection: to the server.
        keeper: of what is kept of the index there.
        sites: its collections.
        settings: how the server keeps it.
        lease: that this builder holds.
        progress: hears of stages and steps.
    """

    def __init__(
        self,
        connection: Connection,
        keeper: Keeper,
        sites: Sites,
        settings: IndexSettings,
        lease: Lease,
        progress: Hears,
    ) -> None:
        self._connection = connection
        self._keeper = keeper
        self._sites = sites
        self._settings = settings
        self._lease = lease
        self._progress = progress

    def take(self, generation: Readable, *, full: bool) -> bool:
        """Make a generation of this machine the current one there; see ``Served.take``."""
        state = self._keeper.to_build_on(full=full)
        if state.current and state.current.generation == generation.name:
            if self._opened(state.current):
                self._tidy(state)  # which may have been broken off
                return False
            state = state.before
        if full:  # also for the next build, should this one be broken off
            self._keeper.note(None, self._lease)
            state = msgspec.structs.replace(state, onto=None)
        self._drop(state)  # what builders left that were given up
        found = None if full else self._joining(generation, state)
        onto, parcel = found or self._whole(generation)
        with closing(parcel):
            onto = self._sent(parcel, onto, state)
        self._publish(parcel, onto, state)
        return True

    # -------------------------------------------------------------------------------- what to send

    def _joining(self, generation: Readable, state: State) -> tuple[Onto, Parcel] | None:
        """What changed, to be sent to the collection that is there; None where all is to be sent."""
        onto = state.onto
        if onto is None or onto.made != self._made(generation) or not self._sites.exists(onto.collection):
            return None
        there = state.current if state.current and state.current.collection == onto.collection else None
        site = Site(generation.name, onto.collection, there.number + 1 if there else 1, 0)
        batches = self._batches(site)
        batches.undo(site.number, there.documents if there else 0, onto.following.document)
        entries = generation.entries()
        old = known(self._connection, batches.collection, Seen(site.number))
        difference = compare(entries, old)
        if there and len(difference.kept) < KEPT * len(entries):
            return None
        before = self._opened(there) if there else None
        if there and not before:
            return None
        if before and len(before.recorded.segments) >= SEGMENTS:
            before = None
        try:
            parcel = self._counted(generation, entries, batches, site, difference, before)
        except IndexDamaged:  # some of what goes is not there to be taken off
            return None
        if abs(parcel.mean / onto.mean - 1) > MOVED:
            parcel.close()
            return None
        return onto, parcel

    def _whole(self, generation: Readable) -> tuple[Onto, Parcel]:
        """All of it, to be sent to a new collection."""
        collection = self._sites.make(generation.manifest.dimension, self._lease)
        site = Site(generation.name, collection, 1, 0)
        entries = generation.entries()
        difference = Difference(fresh=entries)
        parcel = self._counted(generation, entries, self._batches(site), site, difference, None)
        return Onto(collection, self._made(generation), parcel.mean), parcel

    def _counted(
        self,
        generation: Readable,
        entries: list[Entry],
        batches: Batches,
        site: Site,
        difference: Difference,
        before: RemoteGeneration | None,
    ) -> Parcel:
        """Count words, and send how often each stands: of all documents, or what is otherwise than before."""
        counting = Counting(Vocabulary(batches, site.number).folder)
        kept = difference.kept
        counted, going = entries, list[Entry]()
        if before:
            counted = [one for one in entries if one.id not in kept or kept[one.id].since == site.number]
            gone = (one.entry for one in difference.gone if one.since < site.number)
            going = sorted(gone, key=lambda one: (file_of(one), one.file, one.id))
        counted = sorted(counted, key=file_of)
        self._progress.stage("counting words", len(counted) + len(going))
        comes, goes = ([(one, sign) for one in some] for some, sign in ((counted, 1), (going, -1)))
        try:
            for entry, sign in merge(comes, goes, key=lambda pair: file_of(pair[0])):
                there = before if before and sign < 0 else generation
                counting.add(entry, there.units(range(entry.first, entry.last)), sign)
                self._progress.advance(1)
            counting.finish()
        except BaseException:
            counting.close()
            raise
        return Parcel(
            generation=generation, entries=entries, batches=batches, site=site, difference=difference,
            counting=counting, counted=counted, before=before.recorded if before else None,
        )  # fmt: skip

    def _opened(self, site: Site) -> RemoteGeneration | None:
        """A generation there, if the server still has it."""
        try:
            return self._sites.open(site)
        except IndexDamaged:
            return None

    def _made(self, generation: Readable) -> str:
        """What points depend on beside documents: nothing is kept where it is otherwise."""
        one, two = generation.manifest, self._settings
        parts = FORMAT, one.fingerprint, one.splitting, one.dimension, two.shards, two.replicas
        return sha256(" ".join(map(str, parts)).encode()).hexdigest()

    def _batches(self, site: Site) -> Batches:
        return Batches(self._connection, self._sites.name_of(site.collection), self._lease)

    # -------------------------------------------------------------------------------- sent, and seen

    def _sent(self, parcel: Parcel, onto: Onto, state: State) -> Onto:
        """Send it, and compare; the collection then."""
        noted = onto

        def note(following: Numbers) -> None:
            nonlocal noted
            noted = msgspec.structs.replace(onto, following=following)
            self._keeper.note(noted, self._lease)

        pairs = parcel.send(onto, note, self._progress)
        self._progress.stage("waiting for Qdrant", 0)
        self._sites.settle(onto.collection, self._lease)
        self._progress.stage("checking the index", 0)
        kept = parcel.difference.kept
        sent = [(entry, there) for entry, there in pairs if entry.id not in kept]
        moved = abs(parcel.mean / onto.mean - 1)
        try:
            verify(parcel.generation, self._sites.open(parcel.site), pairs, sent, moved)
        except IndexDamaged:
            self._keeper.note(None, self._lease)
            self._drop(msgspec.structs.replace(state, onto=None))
            raise
        return noted

    def _publish(self, parcel: Parcel, onto: Onto, state: State) -> None:
        """Make it the current generation; those before the last one go."""
        site = msgspec.structs.replace(parcel.site, documents=onto.following.document)
        state = State(current=site, previous=state.current, onto=onto)
        self._keeper.publish(state, self._lease)
        self._tidy(state)

    def _tidy(self, state: State) -> None:
        """Remove what is only of generations before those that can be asked."""
        self._drop(state)
        old, new = state.previous, state.current
        if old and new and old.collection == new.collection:
            self._batches(new).purge(old.number)

    def _drop(self, state: State) -> None:
        """Remove the collections that neither this builder knows to be in use, nor the server by now."""
        found = self._sites.all_of_them()
        try:
            there = self._keeper.read() or State()
        except IndexMismatch:
            return  # what another version sent stays until all of this is
        self._sites.drop(found - state.collections - there.collections, self._lease)
