"""Methods whose last results are remembered, by objects that go as soon as nobody needs them."""

import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, TypeVar

_T = TypeVar("_T")


def remembering(method: Callable[..., _T], most: int) -> Callable[..., _T]:
    """A method that remembers its last results, to be kept in an attribute of its own object.

    ``lru_cache(method)`` there would be a cycle of references: then a generation that was replaced keeps its
    files open and its memory taken until the garbage collector looks for cycles among all objects, which in
    a large process is seldom.

    Args:
        method: bound to the object; its arguments can be hashed.
        most: results that are remembered.
    """
    bound: Any = method
    return lru_cache(most)(partial(bound.__func__, weakref.proxy(bound.__self__)))
