"""What was fetched lately from a server, so that it is not fetched again."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The values of keys, the last asked for of them kept. Safe to share between threads.

    Args:
        most: values that are kept.
        fetch: a method of whoever has this: the values of some keys, all at once; what it leaves out is
            not there.
    """

    def __init__(self, most: int, fetch: Callable[[list[K]], Mapping[K, V]]) -> None:
        bound: Any = fetch  # held weakly: a cycle would keep it until the garbage collector looks for them
        self._most = most
        self._fetch: Callable[[list[K]], Mapping[K, V]]
        self._fetch = partial(bound.__func__, weakref.proxy(bound.__self__))
        self._known: OrderedDict[K, V] = OrderedDict()  # the last asked for last
        self._lock = threading.Lock()

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of keys, each once."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = {one: self._known[one] for one in wanted if one in self._known}
        if missing := [one for one in wanted if one not in found]:
            found |= self._fetch(missing)
        self.put(found)
        return found

    def put(self, found: Mapping[K, V]) -> None:
        """Keep what is known by other means."""
        with self._lock:
            for one, value in found.items():
                self._known[one] = value
                self._known.move_to_end(one)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
