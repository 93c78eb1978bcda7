"""Detects whether source files changed since they were indexed, for quotes are from them as they were.

Size and change time tell it nearly always. Where they do not, as of a file that was copied or was written
just before it was indexed, its bytes do, and that is remembered.
"""

import time
from pathlib import Path

import msgspec

from index.building.changes import RACY_NS, looks_unchanged, settled_ns
from index.documents import digest_file, find
from index.engines.base import Entry, Generation


class Files:
    """The files of the documents of a generation. Safe to share between threads."""

    def __init__(self, generation: Generation, folder: Path, *, follow_links: bool = False) -> None:
        self.generation = generation
        self._folder = folder
        self._follow_links = follow_links
        self._seen: dict[str, tuple[Entry, int]] = {}  # as when compared last, and up to which change

    def unchanged(self, source: str) -> bool:
        """Whether a document's file is what was indexed.

        Raises:
            OSError: it is gone or cannot be read, or a link leads out of the folder.
            UnknownSource: there is no such document.
        """
        if source not in self._seen:
            self._seen[source] = self.generation.entry(source), settled_ns(self.generation)
        entry, settled = self._seen[source]
        now = time.time_ns()
        file = find(self._folder, entry.file, follow_links=self._follow_links)
        if looks_unchanged(entry, file, settled):
            return True
        if entry.size != file.size or digest_file(file.path) != entry.digest:
            return False
        self._seen[source] = msgspec.structs.replace(entry, mtime_ns=file.mtime_ns), now - RACY_NS
        return True
