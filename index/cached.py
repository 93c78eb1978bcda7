"""Bytes by name in a folder, of which the least recently used go first when there are too many.

A cache: whatever is in it can be made again, so what is damaged or cannot be written is passed over.
"""

from contextlib import suppress
from pathlib import Path

_TAG = "CACHEDIR.TAG"
_TOLD = b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of Docent: it may be deleted at any time.\n"
"""Tells programs that make backups to pass the folder over (https://bford.info/cachedir/)."""


class CacheFolder:
    """Files by name. Safe to share between threads and processes.

    Args:
        folder: where they are; it is made when there is something to keep.
        most: bytes that they may take together.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    def get(self, name: str) -> bytes | None:
        """What is kept under a name, if it still is."""
        file = self._folder / name
        with suppress(OSError):
            data = file.read_bytes()
            file.touch()
            return data
        return None

    def put(self, name: str, data: bytes) -> None:
        """Keep something under a name; it is whole or not there at all."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            tag = self._folder / _TAG
            if not tag.exists():
                tag.write_bytes(_TOLD)
            temporary = self._folder / f"{name}.part"
            temporary.write_bytes(data)
            temporary.replace(self._folder / name)
            self._trim()

    def names(self) -> list[str]:
        """All names under which something is kept."""
        with suppress(OSError):
            return [one.name for one in self._folder.iterdir() if one.name != _TAG]
        return []

    def drop(self, name: str) -> None:
        """Keep what is under a name no longer."""
        with suppress(OSError):
            (self._folder / name).unlink()

    def _trim(self) -> None:
        files = sorted(
            (one.stat().st_mtime, one.stat().st_size, one)
            for one in self._folder.iterdir()
            if one.name != _TAG
        )
        total = sum(size for _, size, _ in files)
        for _, size, old in files:
            if total <= self._most:
                break
            old.unlink(missing_ok=True)
            total -= size
