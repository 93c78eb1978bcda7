"""How the documents folder differs from the index: which files are as they were, which are to be read.

A file whose size and change time are those of the index is not opened. One that could not be read when
it was indexed counts as new only when it can be.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from index import documents
from index.documents import File, Parse, Skipped
from index.engines.base import Entry, Generation
from index.parsing.base import Unreadable
from index.parsing.worker import shared
from index.records import Document
from index.scope import Scope
from index.settings import Settings

RACY_NS = 2_000_000_000  # a file may change twice within one tick of a coarse file system's clock


@dataclass(frozen=True, slots=True)
class Changes:
    """How the documents folder differs from the index, by source."""

    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def within(self, scope: Scope) -> "Changes":
        """As far as a scope shows them."""
        kinds = (self.added, self.edited, self.removed)
        return Changes(*(tuple(filter(scope.shows, sources)) for sources in kinds))

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.removed)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every file that may be in the index, with its entries in the old one: none where it has to be read."""

    items: list[tuple[File, tuple[Entry, ...]]]
    skipped: tuple[Skipped, ...]
    removed: int

    @property
    def fresh(self) -> list[File]:
        """The files that have to be read."""
        return [file for file, entries in self.items if not entries]

    @property
    def kept(self) -> int:
        """How many passages are copied."""
        return sum(entry.last - entry.first for _, entries in self.items for entry in entries)


def changes(generation: Generation, settings: Settings) -> Changes:
    """Compare the documents folder with what was indexed; only files that look edited are read.

    Raises:
        DocumentsError: the folder is gone.
    """
    files, _ = documents.found_by(settings)
    known = by_file(generation.entries())
    passed_over = {skip.source for skip in generation.manifest.skipped}
    settled = settled_ns(generation)
    added, edited = [], []
    for file in files:
        entries = known.pop(file.source, ())
        if not entries:
            added += [file.source] if file.source not in passed_over or _mended(file, settled) else []
        elif not _unchanged(entries[0], file, settled):
            edited.append(file.source)
    return Changes(tuple(added), tuple(edited), tuple(known))


def _mended(file: File, settled: int) -> bool:
    """Whether a file that was passed over can be read now; only one touched since then is tried."""
    try:
        status = file.path.stat()
        if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
            return False
        documents.load(file.source, documents.read(file), shared().parse)
    except (OSError, Unreadable):
        return False
    return True


def make_plan(
    files: Iterable[File],
    skipped: list[Skipped],
    old: Generation | None,
    splitting: str,
    parse: Parse,
    advance: Callable[[int], None],
) -> Plan:
    """Tell the files that can be copied from an index from those that have to be read.

    Args:
        files: those of the documents folder.
        skipped: what else is there.
        old: the index, if there is one.
        splitting: what the entries of an index have to be made by to be copied.
        parse: parses what was passed over before.
        advance: hears of every file.
    """
    known = by_file(old.entries()) if old else {}
    reusable = old is not None and old.manifest.splitting == splitting
    passed_over = {skip.source for skip in old.manifest.skipped} if old else set()
    settled = settled_ns(old) if old else 0
    items: list[tuple[File, tuple[Entry, ...]]] = []
    refused = list(skipped)
    for file in files:
        entries = known.pop(file.source, ())
        if reusable and entries and _unchanged(entries[0], file, settled):
            items.append((file, entries))
        elif file.source in passed_over and (
            skip := _refused(file, parse)
        ):  # else this alone would seem a change
            refused.append(skip)
        else:
            items.append((file, ()))
        advance(1)
    return Plan(items, in_order(refused), sum(map(len, known.values())))


def _refused(file: File, parse: Parse) -> Skipped | None:
    loaded = load(file, parse)
    return loaded if isinstance(loaded, Skipped) else None


def by_file(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """The documents of an index, those of each file together."""
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in entries:
        found[entry.file] = (*found.get(entry.file, ()), entry)
    return found


def load(file: File, parse: Parse) -> list[Document] | Skipped:
    """The documents that a file holds, or why it cannot be read."""
    try:
        return documents.load(file.source, documents.read(file), parse)
    except Unreadable as reason:
        return Skipped(file.source, str(reason))


def in_order(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Sorted by source, as a manifest lists them."""
    return tuple(sorted(skipped, key=lambda skip: skip.source))


def settled_ns(generation: Generation) -> int:
    """The time, in nanoseconds, before which a change was surely seen when the generation was built."""
    return int(datetime.fromisoformat(generation.manifest.created).timestamp() * 1e9) - RACY_NS


def looks_unchanged(entry: Entry, file: File, settled: int) -> bool:
    """Whether size and change time alone tell that a file is what was indexed.

    Args:
        entry: what was indexed.
        file: as it is now.
        settled: the time, in nanoseconds, before which changes were seen when it was indexed.
    """
    return entry.mtime_ns < settled and (entry.size, entry.mtime_ns) == (file.size, file.mtime_ns)


def _unchanged(entry: Entry, file: File, settled: int) -> bool:
    """Whether a file is what was indexed: by size and change time, or else by its bytes."""
    if looks_unchanged(entry, file, settled):
        return True
    try:
        return entry.size == file.size and documents.digest(documents.read(file)) == entry.digest
    except Unreadable:
        return False
