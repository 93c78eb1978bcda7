"""Bytes that Telegram keeps: each upload is made once; after that, it is sent again by its id."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from weakref import WeakValueDictionary

from telegram.error import BadRequest

_KNOWN = 1000  # uploads of which the ids are remembered


class Uploading:
    """Remembers ids, in memory only."""

    def __init__(self) -> None:
        self._ids: OrderedDict[Hashable, str] = OrderedDict()
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def once(
        self,
        key: Hashable,
        by_id: Callable[[str], Awaitable[object]],
        upload: Callable[[], Awaitable[str | None]],
    ) -> None:
        """Send something by its id, or where Telegram does not have it, upload it.

        Args:
            key: another one whenever the bytes are; if it is empty, nothing is remembered.
            by_id: sends it by an id.
            upload: sends its bytes; the result is the id that they have from then on, if that is known.

        Raises:
            TelegramError: as one of these two raises it.
        """
        lock = self._locks.setdefault(key, asyncio.Lock()) if key else asyncio.Lock()
        async with lock:  # the next one knows the id
            if known := self._ids.get(key):
                self._ids.move_to_end(key)
                try:
                    await by_id(known)
                except BadRequest as error:
                    if "file" not in str(error).lower():
                        raise
                    del self._ids[key]  # Telegram has forgotten it
                else:
                    return
            new = await upload()
            if key and new:
                self._ids[key] = new
                while len(self._ids) > _KNOWN:
                    self._ids.popitem(last=False)
