"""What a process that parses may reach while it does: no network, and no files but its own.

An audit hook of Python, so it holds what Python code does, a library's too: an include, an external entity, a
link. What is written in C opens files as it likes.
"""

import mimetypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SYSTEM = ("/usr/share", "/usr/lib", "/lib", "/sys/devices", "/sys/fs/cgroup")
_FILES = frozenset((
    os.devnull, "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/proc/self/status", "/proc/self/cgroup",
    *mimetypes.knownfiles,
))  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_READING = ("os.listdir", "os.scandir")
_CHANGING = {  # events, and how many of their arguments are paths
    "os.chmod": 1, "os.chown": 1, "os.link": 2, "os.mkdir": 1, "os.remove": 1, "os.rename": 2, "os.rmdir": 1,
    "os.symlink": 2, "os.truncate": 1, "os.utime": 1,
}  # fmt: skip


@contextmanager
def confined(folder: str) -> Iterator[None]:
    """For as long as this lasts, refuse what leads out of a folder, but to read what this program is made of.

    Whatever Python does with sockets stays refused for good.

    Args:
        folder: where everything may be done.
    """
    own = _below([folder])
    readable = own + _below([sys.prefix, sys.base_prefix, *(path for path in sys.path if path), *_SYSTEM])
    lasts = True

    def refuse(event: str, given: tuple[object, ...]) -> None:
        if event.startswith("socket.") and event != "socket.gethostname":
            raise OSError("parsers have no network")
        if not lasts:
            return
        if event == "open":
            flags = given[2] if isinstance(given[2], int) else 0
            _check(given[0], own if flags & _WRITES else readable)
        elif event in _READING:
            _check(given[0], readable)
        elif paths := _CHANGING.get(event):
            for path in given[:paths]:
                _check(path, own)

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        lasts = False


def _below(folders: list[str]) -> tuple[str, ...]:
    """The beginnings of the paths of what lies in folders."""
    return tuple(map(_spelled, folders))


def _check(path: object, roots: tuple[str, ...]) -> None:
    """Raise PermissionError if a path lies in none of some folders, and everybody may not read it."""
    if not isinstance(path, str | bytes | os.PathLike):  # a file that is open
        return
    name = os.fsdecode(path)
    if name not in _FILES and not _spelled(name).startswith(roots):
        raise PermissionError("parsers have no files but their own")


def _spelled(path: str) -> str:
    """A path without links, in the one spelling that it has on this system, with a separator at its end."""
    return os.path.normcase(os.path.realpath(path)).rstrip(os.sep) + os.sep
