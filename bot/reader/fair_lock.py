"""One thread at a time, in the order in which they came.

``threading.Lock`` is free to go to the thread that has just given it back; whoever takes it again and again
could then keep the others waiting for good.
"""

from collections import deque
from threading import Lock
from types import TracebackType


class FairLock:
    """A lock, held by ``with``, that is handed to the thread that has waited longest."""

    def __init__(self) -> None:
        self._guard = Lock()  # of the two below
        self._taken = False
        self._waiting: deque[Lock] = deque()  # each locked until it is its turn

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:  # Ctrl-C: nobody comes to take this turn
            with self._guard:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                else:
                    self._pass_on()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._pass_on()

    def _pass_on(self) -> None:
        """Hand the lock over without letting go of it, so that nobody comes between."""
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._taken = False
