"""How the documents folder differs from the index: which files are as they were, which are to be read.

A file whose size and change time are those of the index is not opened. One that could not be read when
it was indexed counts as new only when it can be.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from index import documents
from index.documents import File, Skipped, Unreadable
from index.generation import Entry, Generation
from index.records import Document
from index.settings import Settings

RACY_NS = 2_000_000_000  # a file may change twice within one tick of a coarse file system's clock


@dataclass(frozen=True, slots=True)
class Changes:
    """How the documents folder differs from the index, by source."""

    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.removed)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every file that may be in the index, with its entry in the old one or None where it has to be read."""

    items: list[tuple[File, Entry | None]]
    skipped: tuple[Skipped, ...]
    removed: int

    @property
    def fresh(self) -> list[File]:
        """The files that have to be read."""
        return [file for file, entry in self.items if entry is None]


def changes(generation: Generation, settings: Settings) -> Changes:
    """Compare the documents folder with what was indexed; only files that look edited are read.

    Raises:
        DocumentsError: the folder is gone.
    """
    files, _ = documents.walk(settings.documents.folder, settings.documents.max_bytes)
    known = {entry.source: entry for entry in generation.entries()}
    passed_over = {skip.source for skip in generation.manifest.skipped}
    settled = settled_ns(generation)
    added, edited = [], []
    for file in files:
        entry = known.pop(file.source, None)
        if entry is None:
            added += [file.source] if file.source not in passed_over or _mended(file, settled) else []
        elif not _unchanged(entry, file, settled):
            edited.append(file.source)
    return Changes(tuple(added), tuple(edited), tuple(known))


def _mended(file: File, settled: int) -> bool:
    """Whether a file that was passed over can be read now; only one touched since then is tried."""
    try:
        status = file.path.stat()
        if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
            return False
        documents.load(file.source, documents.read(file))
    except (OSError, Unreadable):
        return False
    return True


def make_plan(
    files: Iterable[File],
    skipped: list[Skipped],
    old: Generation | None,
    splitting: str,
    advance: Callable[[int], None],
) -> Plan:
    """Tell the files that can be copied from an index from those that have to be read.

    Args:
        files: those of the documents folder.
        skipped: what else is there.
        old: the index, if there is one.
        splitting: what the entries of an index have to be made by to be copied.
        advance: hears of every file.
    """
    entries = {entry.source: entry for entry in old.entries()} if old else {}
    reusable = old is not None and old.manifest.splitting == splitting
    passed_over = {skip.source for skip in old.manifest.skipped} if old else set()
    settled = settled_ns(old) if old else 0
    items: list[tuple[File, Entry | None]] = []
    refused = list(skipped)
    for file in files:
        entry = entries.pop(file.source, None)
        if reusable and entry and _unchanged(entry, file, settled):
            items.append((file, entry))
        elif file.source in passed_over and (skip := _refused(file)):  # else this alone would seem a change
            refused.append(skip)
        else:
            items.append((file, None))
        advance(1)
    return Plan(items, in_order(refused), len(entries))


def _refused(file: File) -> Skipped | None:
    loaded = load(file)
    return loaded if isinstance(loaded, Skipped) else None


def load(file: File) -> Document | Skipped:
    """The document that a file is, or why it cannot be read."""
    try:
        return documents.load(file.source, documents.read(file))
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
