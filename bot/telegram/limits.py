"""How often somebody may do something."""

import time
from collections import deque
from collections.abc import Callable


class Limit:
    """At most so many times within a sliding window, for each key."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._times: dict[int, deque[float]] = {}

    def wait(self, key: int) -> float:
        """Count one more time and return 0; or where that is too many, count nothing: seconds to wait."""
        now = self._clock()
        times = self._recent(key, now)
        if len(times) < self._most:
            times.append(now)
            return 0.0
        return times[0] + self._seconds - now

    def full(self, key: int) -> bool:
        """Whether one more time would be too many."""
        return len(self._recent(key, self._clock())) >= self._most

    def _recent(self, key: int, now: float) -> deque[float]:
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        return times
