"""How the documents of a finished generation differ from those in a collection on a server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from index.engines.base import Entry
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.points import Seen, one_of


@dataclass(frozen=True, slots=True)
class Known:
    """A document in a collection: its point, the generation that it came with, and how it is listed there."""

    point: str
    since: int
    entry: Entry


@dataclass(slots=True)
class Difference:
    """Documents of a generation, and those of a collection.

    Attributes:
        kept: by the number in the generation those that are there as they are, but for the time of a change.
        fresh: those of the generation that are not there.
        gone: those of the collection that are not in the generation.
    """

    kept: dict[int, Known] = field(default_factory=dict)
    fresh: list[Entry] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)


def known(connection: Connection, collection: str, seen: Seen) -> list[Known]:
    """The documents of a generation in a collection.

    Raises:
        IndexAway: the server does not answer.
    """
    points = connection.scroll(collection, seen.where(one_of("kind", ["document"])), ["value.entry", "since"])
    return [
        Known(str(one.id), one.payload["since"], msgspec.convert(one.payload["value"]["entry"], Entry))
        for one in points
    ]


def compare(entries: Sequence[Entry], there: Iterable[Known]) -> Difference:
    """How the documents of a generation differ from those that are there.

    Vectors, words and the way to divide are taken to be the same for both.
    """
    found = Difference()
    by_identity: dict[tuple[str, ...], Known] = {}
    for one in there:
        if by_identity.setdefault(_identity(one.entry), one) is not one:
            found.gone.append(one)
    for entry in entries:
        identity = _identity(entry)
        if identity in by_identity:
            found.kept[entry.id] = by_identity.pop(identity)
        else:
            found.fresh.append(entry)
    found.gone += by_identity.values()
    return found


def _identity(entry: Entry) -> tuple[str, ...]:
    return entry.source, entry.digest, entry.title, entry.file


def is_touched(entry: Entry, there: Entry) -> bool:
    """Whether the file of a document that is there was written anew, with the same bytes."""
    return (entry.size, entry.mtime_ns) != (there.size, there.mtime_ns)
