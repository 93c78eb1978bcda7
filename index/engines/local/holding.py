"""Whoever reads a generation holds it: no build removes it meanwhile, in whatever process.

The lock is the kernel's (``flock``): it goes with the process, however that ends, and writes nothing. Where
there is none, as on Windows, generations are removed by their age alone.
"""

import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]


def hold(file: Path) -> int | None:
    """Hold a file; the descriptor to close afterwards, None where that cannot be done."""
    if fcntl is None:
        return None
    with suppress(OSError):
        descriptor = os.open(file, os.O_RDONLY)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return descriptor
    return None


def is_held(file: Path) -> bool:
    """Whether anybody holds a file, this process included."""
    if fcntl is None:
        return False
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def release(held: int | None) -> None:
    """Hold a file no longer.

    Args:
        held: as of ``hold``.
    """
    if held is not None:
        os.close(held)
