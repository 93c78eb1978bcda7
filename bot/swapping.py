"""Files in, in place of others in a folder: all of them or none, even where the process is killed meanwhile.

    .restoring/new/    files as they will be, whole and flushed
    .restoring/plan    their paths, as JSON; from then on files are moved
    .restoring/old/    files as they were, until all are moved
    .restoring.lock    held meanwhile

It lies within the folder, for only within one file system can a file be renamed at a stroke, and the folder
may be a mount of its own. What a killed process leaves is settled by whoever comes next: forwards where all
new files were in place, else backwards.
"""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from index.errors import StateError, reason

NAME = ".restoring"


class Swap:
    """What is prepared for a folder, and then takes its place there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._work = folder / NAME
        self._old, self._plan = self._work / "old", self._work / "plan"
        self.new = self._work / "new"
        """Where files are prepared, by the paths that they will have in the folder."""

    def commit(self, gone: Collection[str] = ()) -> None:
        """Put all that was prepared in place.

        Args:
            gone: relative paths of files that make way although none takes their place.

        Raises:
            OSError: it cannot be done; ``take_back`` undoes what was.
        """
        coming = _files(self.new)
        _write(self._plan, msgspec.json.encode(coming))
        for path in sorted({*coming, *gone}):
            if os.path.lexists(self._folder / path):
                _move(self._folder / path, self._old / path)
        for path in coming:
            _move(self.new / path, self._folder / path)
        for folder in sorted({(self._folder / path).parent for path in coming}):
            _flush(folder)

    def take_back(self) -> None:
        """Have all files as they were before."""
        if self._plan.exists():
            for path in msgspec.json.decode(self._plan.read_bytes(), type=list[str]):
                if not (self.new / path).exists():
                    (self._folder / path).unlink(missing_ok=True)
        for path in _files(self._old):
            _move(self._old / path, self._folder / path)
        self.clear()

    def settle(self) -> None:
        """Finish what a killed process began, if all new files are in place; else undo it."""
        if self._plan.exists() and _files(self.new):
            self.take_back()
        else:
            self.clear()

    def clear(self) -> None:
        """Remove what is left of the preparations, and the files that made way."""
        self._plan.unlink(missing_ok=True)
        shutil.rmtree(self._work, ignore_errors=True)


@contextmanager
def swap(folder: Path) -> Iterator[Swap]:
    """Prepare files for a folder; what was committed is taken back if anything fails before the end.

    Raises:
        OSError: the folder cannot be written to.
    """
    prepared = Swap(folder)
    prepared.settle()
    prepared.new.mkdir(parents=True)
    try:
        yield prepared
    except BaseException:
        prepared.take_back()
        raise
    prepared.clear()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one who restores files in a folder, with whatever was broken off settled.

    Raises:
        StateError: another process does, or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = FileLock(folder / f"{NAME}.lock").acquire(blocking=False)
    except Timeout:
        raise StateError(f"`docent restore` is at work in {folder}. Wait for it to end.") from None
    except OSError as error:
        raise StateError(
            f"The folder {folder} cannot be written to: {error.strerror or error}. Mend its rights."
        ) from None
    with held:
        try:
            Swap(folder).settle()
        except (OSError, msgspec.DecodeError) as error:
            raise StateError(
                f"What was broken off in {folder / NAME} cannot be settled: {reason(error)}."
            ) from None
        yield


def settle(folder: Path) -> None:
    """Settle what a killed `docent restore` has left in a folder, if anything.

    Raises:
        StateError: one is at work there, or it cannot be settled.
    """
    if (folder / NAME).exists():
        with alone(folder):
            pass


def _files(folder: Path) -> list[str]:
    """Relative paths of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _write(file: Path, data: bytes) -> None:
    """Write a file that is whole or not there."""
    draft = file.with_name(f"{file.name}.part")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    _flush(file.parent)


def _flush(folder: Path) -> None:
    if os.name != "nt":  # where folders cannot be
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
