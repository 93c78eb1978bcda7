"""Memory for many threads: glibc gives each a heap of its own, and what is free in one serves no other."""

import ctypes
import platform

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_ARENAS = 2


def share_heaps() -> bool:
    """Have all threads share two heaps; whether that could be had.

    With forty threads a bot otherwise takes half as much memory again, and more with each day, though nothing
    leaks (docs/reliability.md). Other C libraries than glibc have no such setting, and no need of it.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS))
