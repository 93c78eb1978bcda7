"""How often somebody may do something."""

import time
from collections import deque
from collections.abc import Callable, Hashable


class Limit:
    """At most so many times within a sliding window, for each key."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._times: dict[Hashable, deque[float]] = {}
        self._told: dict[Hashable, float] = {}

    def wait(self, key: Hashable, spare: int = 0) -> float:
        """Count one more time and return 0; or where that is too many, count nothing: seconds to wait.

        Args:
            key: of whom it is counted.
            spare: so many times are left for what is more urgent.
        """
        if wait := self.left(key, spare):
            return wait
        self._recent(key, self._clock()).append(self._clock())
        return 0.0

    def left(self, key: Hashable, spare: int = 0) -> float:
        """Seconds until one more time is not too many; 0 where it is not."""
        now = self._clock()
        times, most = self._recent(key, now), self._most - spare
        return times[len(times) - most] + self._seconds - now if len(times) >= most else 0.0

    def reached(self, key: Hashable) -> tuple[float, bool]:
        """Count one more time; where that is too many, seconds to wait, and whether that is news."""
        seconds = self.wait(key)
        now = self._clock()
        news = seconds > 0 and self._told.get(key, now) <= now
        if news:
            self._told[key] = now + seconds
        return seconds, news

    def _recent(self, key: Hashable, now: float) -> deque[float]:
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        return times
