"""Updates on their way in: each handled once, in order within a chat, none lost when the bot stops.

An update is written down before Telegram is told that it arrived, and crossed out just before the
first message goes out that answers it. So after a crash nothing that was received is missing, and
nothing that may have been answered is answered again.
"""

import asyncio
import time
from collections.abc import Awaitable, Coroutine, Hashable
from contextlib import nullcontext
from contextvars import ContextVar
from typing import Any, cast
from weakref import WeakValueDictionary

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.telegram.events import event
from bot.telegram.persistence.state import Memory
from bot.telegram.updates import kept_update

_REMEMBERED = 7 * 24 * 3600  # seconds; Telegram itself keeps updates for a day
_MOST_TRIES = 3  # to handle an update, each ended by the death of the process: it may be what kills it
_AT_ONCE = 100_000  # no limit in practice: the chats wait for each other only where they share a thread

handled: ContextVar[Update | None] = ContextVar("handled", default=None)
"""The update that the running task is about, until something was sent in answer to it."""


class Inbox(asyncio.Queue[object]):
    """A queue of updates that survives the process and takes no update twice."""

    def __init__(self, database: Memory) -> None:
        super().__init__()
        self.suspects: set[int] = set()
        """What was being handled when the process died."""
        self.stopping = False
        """Once True, nothing more is queued or begun, for nobody takes it: it is kept for the next start."""
        self._database = database
        self._unwritten: set[int] = set()
        """Updates that could not be written down; they are known until the bot ends."""
        self._uncrossed: set[int] = set()
        """Those that could not be crossed out; it is tried again with the next one."""
        database.execute(  # of those not handled none: the clock may have been set
            "DELETE FROM updates WHERE body IS NULL AND received < ?", [time.time() - _REMEMBERED]
        )

    def restore(self, bot: Bot) -> int:
        """Queue again what was received but not handled; how many that is."""
        given_up = self._database.execute(
            "UPDATE updates SET body = NULL WHERE tries >= ? AND body IS NOT NULL RETURNING id", [_MOST_TRIES]
        ).fetchall()
        for (number,) in given_up:
            event("given_up", update=number)
        rows = self._database.execute(
            "SELECT id, tries, body FROM updates WHERE body IS NOT NULL ORDER BY id"
        ).fetchall()
        self.suspects = {number for number, tries, _ in rows if tries}
        for number, _, body in rows:
            if update := kept_update(body, bot):
                super().put_nowait(update)
            else:
                self._write("UPDATE updates SET body = NULL WHERE id = ?", number)
        return self.qsize()

    async def put(self, item: object) -> None:
        """Write an update down and queue it, unless it came before."""
        if not isinstance(item, Update):
            await super().put(item)
            return
        new = self._write(
            "INSERT OR IGNORE INTO updates (id, received, body) VALUES (?, ?, ?)",
            item.update_id,
            time.time(),
            item.to_json(),
        )
        if new is None:
            new = int(item.update_id not in self._unwritten)
            self._unwritten.add(item.update_id)
        if new and item.update_id not in self._uncrossed:
            self._queue_up(item)
        else:
            event("duplicate", update=item.update_id)

    def begin(self, update: Update) -> None:
        """Count a try, which is what remains if the process dies of it."""
        self._write("UPDATE updates SET tries = tries + 1 WHERE id = ?", update.update_id)

    def settle(self, update: Update) -> None:
        """Cross an update out: it is handled, and its text is forgotten."""
        self._uncrossed.add(update.update_id)
        self._cross_out()

    def reopen(self, update: Update) -> None:
        """Take an update up again that was crossed out too early."""
        self._uncrossed.discard(update.update_id)
        self._write("UPDATE updates SET body = ? WHERE id = ?", update.to_json(), update.update_id)

    def again(self, update: Update) -> None:
        """Queue an update that was turned away once, and is to be handled after all."""
        self._uncrossed.discard(update.update_id)
        self._write(
            "INSERT OR REPLACE INTO updates (id, received, body) VALUES (?, ?, ?)",
            update.update_id,
            time.time(),
            update.to_json(),
        )
        self._queue_up(update)

    def _queue_up(self, update: Update) -> None:
        if not self.stopping:
            super().put_nowait(update)

    def spare(self) -> None:
        """The bot stops in good order: nothing of what waits has killed it."""
        self._cross_out()
        self._write("UPDATE updates SET tries = 0 WHERE body IS NOT NULL")

    def waiting(self) -> int:
        """Updates received and not handled yet."""
        found = self._database.rows("SELECT count(body) FROM updates")
        return int(found[0][0]) if found else 0

    def _cross_out(self) -> None:
        for number in sorted(self._uncrossed):
            if self._write("UPDATE updates SET body = NULL WHERE id = ?", number) is None:
                break
            self._uncrossed.discard(number)

    def _write(self, sql: str, *values: object) -> int | None:
        """How many rows changed; None where nothing can be written."""
        done = self._database.attempt(sql, values)
        return None if done is None else done.rowcount


class Locks:
    """A lock for each key, for as long as somebody holds it or waits for it: first come, first served."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: Hashable) -> asyncio.Lock:
        """The lock of that key."""
        if (lock := self._locks.get(key)) is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    def __len__(self) -> int:
        return len(self._locks)


class InOrder(BaseUpdateProcessor):
    """Handles what one person writes in a chat one after the other, all else side by side.

    Neither does somebody wait for what others ask in a group, nor a press for what was asked: whoever handles
    it acknowledges it first and sees to the order of the rest.
    """

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(_AT_ONCE)
        self._inbox = inbox
        self._alone = asyncio.Lock()
        self._locks = Locks()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle an update when its turn comes."""
        if not isinstance(update, Update):
            raise TypeError(f"not an update: {update!r}")
        chat, sender = update.effective_chat, update.effective_sender
        if chat is None or update.callback_query:  # of what is typed inline, the next key makes it void
            lock = asyncio.Lock()
        else:
            lock = self._locks.of((chat.id, sender.id if sender else None))
        suspect = update.update_id in self._inbox.suspects  # one at a time, so that the innocent get through
        async with lock, self._alone if suspect else nullcontext():
            if self._inbox.stopping:
                cast(Coroutine[Any, Any, Any], coroutine).close()
                return
            handled.set(update)
            self._inbox.begin(update)
            await coroutine  # left by CancelledError, the update stays in the inbox
            self._inbox.settle(update)

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is left."""
