"""Files of one generation that are also another's, by hard links: either can go without the other."""

import os
from collections.abc import Iterable
from pathlib import Path

SEGMENTS = 10
"""At most so many; then all are written anew, as one."""

GONE = 0.2
"""The share of what segments hold that may be gone; of more, all is written anew."""


def linked(files: Iterable[tuple[Path, Path]]) -> bool:
    """Give each of some files the other name too, if the file system can; where not, none has it."""
    made = []
    try:
        for file, other in files:
            os.link(file, other)
            made.append(other)
    except OSError:
        for other in made:
            other.unlink()
        return False
    return True
