"""Every file that Docent keeps, in one place: what cannot be made again, and what can.

    precious   lost for good if it is lost; ``docent backup`` keeps it
    cache      made again when it is missing: indexes from the documents, models from their packages

A test walks what real runs have left, and fails for a file that is declared here nowhere. Formats are counted
where they are written; here is where they are found, for a backup to refuse what this version does not know.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from bot import feedback, swapping
from bot.answering import calibration
from bot.settings import Settings
from bot.telegram.persistence import state
from index import exporting, history, journal
from index.engines.local import generation

Kind = Literal["precious", "cache"]
Form = Literal["sqlite", "file"]
"""How a file is copied: one of SQLite by its own means, for others may be writing to it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Files of one kind.

    ``pattern`` is a path relative to the folder, with ``*`` in names; one that ends in ``/`` is a folder with
    all that is in it. ``beside`` are ends of names of files that belong to such a file, and go with it.
    ``format`` is the newest one that is known, None where nothing counts it.
    """

    pattern: str
    kind: Kind
    what: str
    format: int | None = None
    form: Form = "file"
    beside: tuple[str, ...] = ()

    def holds(self, path: PurePosixPath) -> bool:
        """Whether a file of that relative path is one of these, or belongs to one."""
        if self.pattern.endswith("/"):
            return path.as_posix().startswith(self.pattern)
        whole = PurePosixPath("/") / path  # else a pattern would match at the end of any path
        names = [whole, *(whole.with_name(whole.name.removesuffix(end)) for end in self.beside)]
        return any(name.match(f"/{self.pattern}") for name in names)


_JOURNALS = "-wal", "-shm", "-journal"  # of SQLite: what is not yet in the file itself

STATE = (
    Kept("telegram/*.sqlite", "precious", "who may ask, answers that buttons open, messages not yet answered",
         len(state.STEPS), "sqlite", _JOURNALS),
    Kept("feedback.sqlite", "precious", "readers' verdicts", len(feedback.STEPS), "sqlite", _JOURNALS),
    Kept("calibrations/*.json", "precious", "what confidence is worth here", calibration.FORMAT),
    Kept("bin/", "precious", "documents that were removed in the chat"),
    Kept("history", "precious", "what was typed in `docent chat`"),
    Kept("calibrations/*.part", "cache", "a calibration that is half written"),
    Kept("telegram/*.lock", "cache", "held by a running bot"),
    Kept("telegram/alive", "cache", "touched by a running bot"),
    Kept(f"{swapping.NAME}/", "cache", "a restore that is under way"),
    Kept(f"{swapping.NAME}.lock", "cache", "held by a restore that is under way"),
    Kept("evaluations/*.jsonl", "cache", "outcomes of `docent eval`, by version", beside=(".lock",)),
    Kept("evaluations/*.lock", "cache", "held by a running `docent eval`"),
    Kept("models.json*", "cache", "fingerprints of models"),
    Kept("models/", "cache", "models as they are run", exporting.FORMAT),
    Kept("parsed/", "cache", "files that were parsed"),
    Kept("pages/", "cache", "pages as pictures"),
    Kept("indexes/", "cache", "indexes"),
)  # fmt: skip
"""Below the state folder."""

INDEX = (
    Kept("current", "cache", "the name of the generation in use", beside=(".new",)),
    Kept("lock", "cache", "held by whoever builds"),
    Kept(history.NAME, "cache", "what builds have changed", history.FORMAT, beside=(".new",)),
    Kept("journal-*", "cache", "vectors of a build that is not finished", journal.FORMAT),
    Kept("generations/", "cache", "texts, vectors and words", generation.FORMAT),
)
"""Below the folder of an index."""


def row_of(path: PurePosixPath) -> Kept | None:
    """What a file below the state folder is, by its relative path; None where it is nothing of Docent's."""
    if path.parts[0] == "indexes":
        return _row(PurePosixPath(*path.parts[2:]), INDEX) if len(path.parts) > 2 else None
    return _row(path, STATE)


def _row(path: PurePosixPath, rows: tuple[Kept, ...]) -> Kept | None:
    return next((row for row in rows if row.holds(path)), None)


def found(folder: Path) -> Iterator[tuple[PurePosixPath, Kept | None]]:
    """All files below a state folder, in the order of their paths, each with what it is."""
    for path in sorted(_files(folder)):
        yield path, row_of(path)


def unknown(settings: Settings) -> list[str]:
    """Paths of files below the state folder, and that of the index, that are nothing of Docent's.

    Hidden files are passed over, such as those that a file system keeps for itself.
    """
    state_folder, index_folder = settings.state_folder(), settings.index_folder()
    strange = [state_folder / path for path, row in found(state_folder) if row is None]
    if not index_folder.is_relative_to(state_folder):
        strange += [index_folder / path for path in sorted(_files(index_folder)) if _row(path, INDEX) is None]
    return [str(path) for path in strange if not path.name.startswith(".")]


def _files(folder: Path) -> Iterator[PurePosixPath]:
    for place, _, names in os.walk(folder):
        below = PurePosixPath(Path(place).relative_to(folder).as_posix())
        yield from (below / name for name in names)
