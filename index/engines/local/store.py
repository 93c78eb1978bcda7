"""An index on disk: immutable generations, and one small file that names the current one.

    <index>/current                the name of the generation in use
    <index>/lock                   held while a generation is being built
    <index>/journal-*              vectors of a build that is not finished: see index/journal.py
    <index>/history.jsonl          what earlier builds changed in the documents: see index/history.py
    <index>/generations/<name>/    see index/engines/local/generation.py

A generation is written under another name, flushed to the disk, read back, and only then named in
``current`` by one atomic rename; so there is a usable index at every moment.
"""

import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import cast

import msgspec

from index import history
from index.documents import digest_file
from index.engines import base
from index.engines.base import Manifest
from index.engines.local.draft import Draft
from index.engines.local.generation import MANIFEST, Generation
from index.engines.local.holding import is_held
from index.engines.local.texts import entries_of
from index.engines.local.view import View
from index.errors import (
    REBUILD,
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexForbidden,
    IndexMissing,
    reason,
)
from index.journal import is_journal
from index.scope import Scope

IN_USE = 60.0
"""Seconds for which a generation is kept after it was replaced, for questions that go on."""

_NAME = re.compile(r"[\w-]+")
_GENERATION = re.compile(r"\d{8}T\d{6}-[0-9a-f]{6}")
_DRAFT = ".draft-"
_OURS = {"current", "current.new", "lock", "generations", "lost+found", history.NAME, f"{history.NAME}.new"}


class Store:
    """The index folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._generations = folder / "generations"

    @property
    def place(self) -> str:
        """Where it lies: its folder."""
        return str(self.folder)

    def current_name(self) -> str | None:
        """The name of the current generation, or None where there is none yet."""
        try:
            name = (self.folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except PermissionError:
            raise IndexForbidden(self.folder / "current") from None
        except NotADirectoryError:
            raise IndexFolderError(
                f"{self.folder} can be no folder, for a file is in the way. Name another with --index DIR, "
                "or set state.folder."
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise IndexDamaged(
                f"{self.folder / 'current'} cannot be read: {reason(error)}. {REBUILD}"
            ) from None
        if not _NAME.fullmatch(name):
            raise IndexDamaged(f"{self.folder / 'current'} names no generation. {REBUILD}")
        return name

    def documents_folder(self) -> Path | None:
        """The documents folder of the current generation, even where that cannot be used otherwise.

        Raises:
            IndexDamaged: it does not say so any more.
        """
        name = self.current_name()
        if name is None:
            return None
        try:
            manifest = msgspec.json.decode((self._generations / name / "manifest.json").read_bytes())
            return Path(manifest["folder"])
        except (OSError, msgspec.DecodeError, KeyError, TypeError):
            raise IndexDamaged(
                f"The index in {self.folder} does not say of which documents it is. Add --docs DIR."
            ) from None

    def current(self) -> Generation:
        """Open the current generation.

        Raises:
            IndexMissing: nothing was built yet.
            IndexMismatch: another version of Docent built it.
            IndexDamaged: some of its files are missing or altered.
        """
        name = self.current_name()
        if name is None:
            raise IndexMissing(f"There is no index in {self.folder} yet. Run `docent index`.")
        try:
            return self.generation(name)
        except IndexDamaged:
            if (newer := self.current_name()) in (name, None):
                raise
            return self.generation(str(newer))  # it was replaced while being opened

    def listed(self) -> list[base.Entry]:
        """The documents of the current generation, which may be damaged; none where that cannot be told."""
        with suppress(IndexDamaged):
            if name := self.current_name():
                return entries_of(self._generations / name)
        return []

    def generation(self, name: str) -> Generation:
        """Open the generation of that name.

        Raises:
            IndexMismatch: another version of Docent built it.
            IndexDamaged: it is gone, or some of its files are missing or altered.
        """
        return Generation(self._generations / name)

    def within(self, whole: base.Generation, scope: Scope) -> Generation:
        """A generation of this store as far as a scope shows it."""
        return View(cast(Generation, whole), scope)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer of this folder.

        Raises:
            IndexBusy: another process is.
            IndexFolderError: the folder cannot be written to, or holds something else; what was there is as
                it was.
        """
        import filelock

        try:
            self._refuse_what_is_not_ours()
            self._generations.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.folder / "lock", timeout=0):
                yield
        except filelock.Timeout:
            raise IndexBusy(
                f"Another `docent index` is building {self.folder}. Wait for it to end."
            ) from None
        except (OSError, sqlite3.Error) as error:
            raise IndexFolderError(
                f"The index folder {self.folder} cannot be written to: {reason(error)}. Mend that or choose "
                "another with --index DIR; the index that was there is as it was."
            ) from error

    def _refuse_what_is_not_ours(self) -> None:
        """Begin no index in a folder of other files, of which some may be called as those of an index are."""
        if not self.folder.exists() or any(self._generations.glob("*/manifest.json")):
            return
        for name in sorted(os.listdir(self.folder)):
            if not (name.startswith(".") or name in _OURS or is_journal(name)):
                raise IndexFolderError(
                    f"The folder {self.folder} holds something else, as '{name}', so no index is built "
                    "there. Choose another with --index DIR."
                )

    @contextmanager
    def draft(self, old: Generation | None, kept: int = 0) -> Iterator[Draft]:
        """A new generation to write into; it is removed again unless it was published.

        Args:
            old: the one that documents are copied from, which was checked.
            kept: so many of its passages will be.
        """
        for leftover in self._generations.glob(f"{_DRAFT}*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
        folder = self._generations / f"{_DRAFT}{name}"
        folder.mkdir()
        try:
            with closing(Draft(folder, old, kept)) as draft:
                yield draft
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(
        self,
        draft: Draft,
        manifest: Manifest,
        first: Callable[[Generation, str], None] = lambda *_: None,
    ) -> Generation:
        """Make a draft the current generation: flush it, read it back, then name it.

        Args:
            draft: what was written.
            manifest: what it was made of.
            first: what to do before it becomes current; it is given the new generation, and the name of the
                one before it or "".

        Raises:
            IndexDamaged: what was read back is not what was written.
        """
        draft.finish()
        known = draft.linked()
        files = sorted(path for path in draft.folder.rglob("*") if path.is_file())
        names = {path.relative_to(draft.folder).as_posix(): path for path in files}
        listing = {
            name: known.get(name) or (path.stat().st_size, digest_file(path)) for name, path in names.items()
        }
        text = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(manifest, files=listing)))
        (draft.folder / "manifest.json").write_bytes(text)
        for path in [*draft.folder.rglob("*"), draft.folder]:
            flush(path)
        finished = self._generations / draft.folder.name.removeprefix(_DRAFT)
        draft.folder.rename(finished)
        generation = Generation(finished)
        try:
            generation.check(known)
            previous = self._switch(generation, first)
        except BaseException:
            generation.close()
            raise
        with suppress(OSError):  # the new one is in use by now
            flush(self.folder)
        for folder in self._out_of_use(previous):
            kept = finished, self._generations / str(previous)
            if folder not in kept and not is_held(folder / MANIFEST):
                shutil.rmtree(folder, ignore_errors=True)
        return generation

    def _switch(self, generation: Generation, first: Callable[[Generation, str], None]) -> str | None:
        """Name a generation the current one; the name of the one before."""
        try:
            previous = self.current_name()
        except IndexDamaged:  # which is why this one was built
            previous = None
        first(generation, previous or "")
        temporary = self.folder / "current.new"
        temporary.write_text(generation.name + "\n", encoding="utf-8")
        for path in (temporary, self._generations):
            flush(path)
        temporary.replace(self.folder / "current")
        return previous

    def _out_of_use(self, previous: str | None) -> Iterator[Path]:
        """Generations that never were in use, and those that were replaced so long ago that none is asked."""
        made = {}
        for folder in self._generations.iterdir():
            if _GENERATION.fullmatch(folder.name):
                if (manifest := folder / "manifest.json").exists():
                    made[folder] = manifest.stat().st_mtime
                else:
                    yield folder
        latest = made.get(self._generations / str(previous), float("-inf"))
        for folder, successor in pairwise(sorted(made, key=made.__getitem__)):
            if made[folder] > latest or time.time() - made[successor] > IN_USE:
                yield folder


def flush(path: Path) -> None:
    """Have the disk hold what was written; a folder is flushed where the platform can."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
