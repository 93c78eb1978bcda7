"""How many documents may leave an index at once, without anybody having said so.

Where most files are gone, that is likelier a disk that is not connected or a folder that is being copied than
documents that nobody wants any more. It is files that are counted, for a file is what people delete; one that
was moved is not gone, and one that is empty now is. Half of them may go, so that of two documents one can be
deleted without being asked; the last one never goes unasked, for a folder that was emptied looks like a
folder whose disk is away.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from os.path import isdir
from pathlib import Path
from typing import Literal

from index.building.changes import Plan, by_file
from index.documents import File, digest_file
from index.engines.base import Entry, Generation
from index.errors import DocumentsError

Removals = Literal["few", "most", "all"]
"""Up to half of the files of an index; whatever is gone, but not all; whatever is gone."""


def hold_back(plan: Plan, old: Generation, folder: Path, splitting: str) -> tuple[Plan, tuple[str, ...]]:
    """Have documents stay in an index of which too many are gone.

    Args:
        plan: how to bring the index up to date.
        old: the index.
        folder: of the documents.
        splitting: what the entries of an index have to be made by to be copied.

    Returns:
        The plan, which is another one where files are held back, and their sources.

    Raises:
        DocumentsError: too many are gone, and what is indexed of them cannot be copied.
    """
    known = by_file(old.entries())
    held = _too_many(plan, known)
    if not held:
        return plan, ()
    if old.manifest.splitting != splitting:
        raise _refused(len(held), len(known), folder, "of another version of Docent or of other settings")
    there = {file.source for file, _ in plan.items}
    held = {source: entries for source, entries in held.items() if not isdir(folder / source)}  # noqa: PTH112 - raises nothing
    kept = [(_as_indexed(entries[0], folder), entries) for entries in held.values()]
    items = [item for item in plan.items if item[0].source not in held]
    skipped = plan.skipped if plan.items else old.manifest.skipped  # nothing at all is there
    removed = plan.removed - sum(len(entries) for source, entries in held.items() if source not in there)
    items = sorted([*items, *kept], key=lambda item: item[0].source)
    return Plan(items, skipped, removed), tuple(held)


def refuse(plan: Plan, entries: Iterable[Entry], folder: Path) -> None:
    """Have an index as it is that is damaged, and of which too many documents are gone.

    Args:
        plan: how to build it anew.
        entries: its documents, as far as they can be told.
        folder: of the documents.

    Raises:
        DocumentsError: too many are gone.
    """
    known = by_file(entries)
    if held := _too_many(plan, known):
        raise _refused(len(held), len(known), folder, "damaged")


def _refused(gone: int, known: int, folder: Path, kind: str) -> DocumentsError:
    return DocumentsError(
        f"{gone} of {known} files that are indexed are gone from '{folder}', and the index is "
        f"{kind}, so it is left as it is. `docent index` takes up what is there."
    )


def _too_many(plan: Plan, known: dict[str, tuple[Entry, ...]]) -> dict[str, tuple[Entry, ...]]:
    """The files that are gone, if those are too many; one that was moved is not gone."""
    there = {file.source: file for file, _ in plan.items}
    missing = [source for source in known if source not in there or not there[source].size]
    if _are_few(missing, known):
        return {}
    moved = _digests(plan.fresh, {known[source][0].size for source in missing})
    held = {source: known[source] for source in missing if known[source][0].digest not in moved}
    return {} if _are_few(held, known) else held


def _are_few(files: Collection[str], known: dict[str, tuple[Entry, ...]]) -> bool:
    return len(files) * 2 <= len(known)


def _digests(files: Collection[File], sizes: set[int]) -> set[str]:
    """The digests of files that have one of these sizes."""
    found = set()
    for file in files:
        if file.size in sizes:
            with suppress(OSError):
                found.add(digest_file(file.path))
    return found


def _as_indexed(entry: Entry, folder: Path) -> File:
    """The file of a document as it was when it was indexed."""
    return File(entry.file, folder / entry.file, entry.size, entry.mtime_ns)
