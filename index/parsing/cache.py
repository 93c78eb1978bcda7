"""What was parsed once is not parsed again: results by content and by the versions of parsers, on disk.

A cache: whatever is in it can be made again, so what is damaged or cannot be written is passed over.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from index.cached import CacheFolder
from index.parsing.base import Parsed
from index.parsing.formats import versions

WORTH_SECONDS = 0.2  # of parsing, below which reading the cache gains nothing
MOST_BYTES = 500_000_000  # kept; the oldest go first

_installed = cache(versions)


class Cache:
    """Parses files, and remembers those that took long.

    Args:
        folder: where results are kept.
        parse: what parses.
        versions: of what it parses with; what others parsed is not asked for.
    """

    def __init__(
        self,
        folder: Path,
        parse: Callable[[str, bytes], Parsed],
        versions: Callable[[], str] | None = None,
    ) -> None:
        self._versions = versions or _installed
        self._kept = CacheFolder(folder, MOST_BYTES)
        self._parse = parse

    def parse(self, name: str, data: bytes) -> Parsed:
        """Parse a file's bytes, or tell what came of it before.

        Raises:
            Unreadable: they cannot be read; that is not remembered.
        """
        key = self._key(name, data)
        with suppress(msgspec.DecodeError):
            if (kept := self._kept.get(key)) is not None:
                return msgspec.msgpack.decode(kept, type=Parsed)
        began = time.perf_counter()
        parsed = self._parse(name, data)
        if time.perf_counter() - began >= WORTH_SECONDS:
            self._kept.put(key, msgspec.msgpack.encode(parsed))
        return parsed

    def _key(self, name: str, data: bytes) -> str:
        suffix = PurePosixPath(name).suffix.lower()
        return sha256(f"{suffix}\n{self._versions()}\n".encode() + data).hexdigest()
