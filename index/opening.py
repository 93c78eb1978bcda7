"""The generation that is answered from: the current one, or where that is damaged the one before it.

Damage shows when a generation is opened, when it is used, or by a file that is no longer as long as it was,
which is looked at before each use: reading past the end of a mapped file would kill the process. Where a
document was removed meanwhile, no earlier generation stands in, for it would quote what is gone.
"""

import logging
import threading
from collections.abc import Callable, Iterator

from index import history
from index.engines.base import Generation, Index
from index.errors import IndexDamaged, IndexFolderError

_UNKNOWN = "?"  # which generation is the current one, for the file that names it is damaged

_log = logging.getLogger(__name__)


class Opening:
    """Opens the generations of a store. Safe to share between threads."""

    def __init__(self, store: Index) -> None:
        self.fault = ""
        """What is wrong with the current generation, and what is answered from instead; "" if nothing is."""
        self.on_fault: Callable[[str], None] = lambda _: None
        """Hears of each fault once, in the thread that met it."""
        self._store = store
        self._lock = threading.Lock()
        self._opened: Generation | None = None
        self._current: str | None = None  # the generation that was the current one then
        self._withdrawn: dict[str | None, IndexDamaged] = {}

    def generation(self) -> Generation:
        """The generation to answer from.

        Raises:
            IndexFolderError: there is none, or it cannot be read, nor can one before it.
        """
        with self._lock:
            current = self._name_of_current()
            if self._opened is None or current != self._current or not _is_whole(self._opened):
                return self._open(current)
            return self._opened

    def withdraw(self, generation: Generation, error: IndexDamaged) -> bool:
        """Take a generation out of use that turned out to be damaged; False where nothing can stand in."""
        with self._lock:
            if generation is not self._opened:
                return True  # another thread did it
            self._withdrawn[generation.name] = error
            try:
                self._open(self._name_of_current())
            except IndexFolderError:  # then some questions may still be answered from it
                del self._withdrawn[generation.name]
                return False
            return True

    @property
    def is_withdrawn(self) -> bool:
        """Whether damage was met in the current generation; a build, which looks at sizes, may not see it."""
        try:
            return self._store.current_name() in self._withdrawn
        except IndexFolderError:  # which a build meets, too
            return False

    def _name_of_current(self) -> str | None:
        try:
            return self._store.current_name()
        except IndexDamaged:
            return _UNKNOWN

    def _open(self, current: str | None) -> Generation:
        """Open the current generation, or what stands in for it."""
        opened, fault = self._current_or_stand_in(current)
        self._opened, self._current = opened, current
        _log.info("answering from generation %s", opened.name)
        if fault and fault != self.fault:
            self.on_fault(fault)
        self.fault = fault
        return opened

    def _current_or_stand_in(self, current: str | None) -> tuple[Generation, str]:
        """What to answer from, and what is wrong or ""."""
        try:
            if current in self._withdrawn:
                raise self._withdrawn[current]
            return self._store.current(), ""
        except IndexDamaged as error:
            if (found := self._stand_in()) is None:
                raise
            created = found.manifest.created[:16].replace("T", " ")
            return found, f"{error} Until then answers are from the index of {created} UTC."

    def _stand_in(self) -> Generation | None:
        """The newest generation that can be opened."""
        for name in self._earlier():
            if name not in self._withdrawn:
                try:
                    return self._store.generation(name)
                except IndexFolderError:
                    continue
        return None

    def _earlier(self) -> Iterator[str]:
        """Generations that were whole when they were written, newest first, up to where documents went."""
        for renewal in reversed(history.everything(self._store.folder)):
            yield renewal.generation
            if any(edit.kind == "removed" for edit in renewal.edits):
                return


def _is_whole(generation: Generation) -> bool:
    try:
        generation.check_sizes()
    except IndexFolderError:
        return False
    return True
