"""What was computed or fetched lately, kept by objects that go as soon as nobody needs them.

A bound method in an attribute of its own object would be a cycle of references: then a generation that was
replaced keeps its files open and its memory taken until the garbage collector looks for cycles among all
objects, which in a large process is seldom. So methods are held weakly here.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def remembering(method: Callable[..., _T], most: int) -> Callable[..., _T]:
    """A method that remembers its last results, to be kept in an attribute of its own object.

    Args:
        method: bound to the object; its arguments can be hashed.
        most: results that are remembered.
    """
    return lru_cache(most)(_held_weakly(method))


class Recent(Generic[K, V]):
    """Values by keys, the last of them kept. Safe to share between threads.

    Args:
        most: values that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()  # the last put last
        self._lock = threading.Lock()

    def known(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of those of the keys that have one here."""
        with self._lock:
            return {one: self._known[one] for one in keys if one in self._known}

    def put(self, found: Mapping[K, V]) -> None:
        """Keep values, also those that are known: they were wanted again."""
        with self._lock:
            for one, value in found.items():
                self._known[one] = value
                self._known.move_to_end(one)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


class Remembered(Recent[K, V]):
    """The same, of which what is not known is fetched.

    Args:
        most: values that are kept.
        fetch: a method of whoever has this: the values of some keys, all at once; what it leaves out is
            not there.
    """

    def __init__(self, most: int, fetch: Callable[[list[K]], Mapping[K, V]]) -> None:
        super().__init__(most)
        self._fetch = _held_weakly(fetch)

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of keys, each once."""
        wanted = list(dict.fromkeys(keys))
        found = self.known(wanted)
        if missing := [one for one in wanted if one not in found]:
            found |= self._fetch(missing)
        self.put(found)
        return found


def _held_weakly(method: Callable[..., _T]) -> Callable[..., _T]:
    bound: Any = method
    return partial(bound.__func__, weakref.proxy(bound.__self__))
