"""Work that nobody waits for any more breaks itself off, for a thread cannot be ended from outside.

A check is passed down to whatever takes long, and called between two steps of it.
"""

import threading
from collections.abc import Callable

Check = Callable[[], None]
"""Returns while the work is wanted, and raises ``Cancelled`` once it is not."""


class Cancelled(Exception):
    """The work is wanted no longer."""


class Cancellation:
    """A flag that one thread sets and others heed."""

    def __init__(self) -> None:
        self._set = threading.Event()

    def cancel(self) -> None:
        """From now on the work is not wanted."""
        self._set.set()

    def check(self) -> None:
        """A ``Check``."""
        if self._set.is_set():
            raise Cancelled


def uncancelled() -> None:
    """The ``Check`` of work that is always wanted."""
