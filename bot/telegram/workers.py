"""Slow work off the event loop, in threads that do not hold up the end of the process.

A thread cannot be ended from outside. When the bot stops, what has not begun is dropped, what goes on is
asked to break itself off, nobody waits for it any more, and what does not heed that dies with the process.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar

from index.cancellation import Cancellation, Cancelled, Check

_T = TypeVar("_T")
_P = ParamSpec("_P")

_QUESTIONS = 32  # threads: what takes long, as a list that is read, must not hold all of them
_LOOK_UPS = 4  # threads for what is quick, as a passage that somebody opens: it does not wait for questions
_ASIDE = 1  # threads for what nobody waits for

Task = Callable[[], None]


class Daemons(Executor):
    """Threads that do not keep the process alive, as those of ``ThreadPoolExecutor`` do.

    Args:
        most: threads; they are started as they are needed.
        name: of the threads.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._lock = threading.Lock()
        self._threads = 0
        self._waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Have a thread do something."""
        future: Future[_T] = Future()

        def task() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # it goes to whoever waits for it
                future.set_exception(error)
            else:
                future.set_result(result)

        self._waiting.put(task)
        with self._lock:
            if self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, name=self._name, daemon=True).start()
        return future

    def _work(self) -> None:
        while True:
            task = self._waiting.get()
            task()
            del task  # lest what it found be kept until the next


class Workers:
    """All threads of a bot."""

    def __init__(self) -> None:
        self._questions = Daemons(_QUESTIONS, "docent")
        self._look_ups = Daemons(_LOOK_UPS, "docent-look-up")
        self._aside = Daemons(_ASIDE, "docent-aside")
        self._asked = 0
        self._stopped = False
        self._awaited: set[asyncio.Future[Any]] = set()
        self._cancellation = Cancellation()

    def check(self) -> None:
        """A ``Check`` of whether the bot stops."""
        self._cancellation.check()

    @property
    def busy(self) -> bool:
        """Whether something is being done that somebody waits for, look-ups aside."""
        return self._asked > 0

    async def aside(self, task: Callable[[Check], _T]) -> _T:
        """Do something for which nobody waits; it breaks off where something else comes.

        Args:
            task: what to do; it calls the check that it gets.

        Raises:
            Cancelled: there is something else to do.
            asyncio.CancelledError: the bot stops.
        """

        def check() -> None:
            self.check()
            if self.busy:
                raise Cancelled

        return await self._do(partial(task, check), self._aside)

    async def do(self, task: Callable[[], _T], *, quick: bool = False) -> _T:
        """Do something in a thread, and wait for what comes of it.

        Args:
            task: what to do; where it may take long, it calls ``check``.
            quick: whether it is a look-up, which does not wait behind questions.

        Raises:
            asyncio.CancelledError: the bot stops.
        """
        if quick:
            return await self._do(task, self._look_ups)
        self._asked += 1
        try:
            return await self._do(task, self._questions)
        finally:
            self._asked -= 1

    async def _do(self, task: Callable[[], _T], pool: Daemons) -> _T:
        if self._stopped:
            raise asyncio.CancelledError
        spoken = copy_context()  # in the thread too, the language is that of whoever asked
        future = asyncio.get_running_loop().run_in_executor(pool, spoken.run, task)
        self._awaited.add(future)
        try:
            return await future
        except Cancelled:
            if self._stopped:
                raise asyncio.CancelledError from None
            raise
        finally:
            self._awaited.discard(future)

    def stop(self) -> None:
        """Do nothing more, and wait for nothing."""
        self._stopped = True
        self._cancellation.cancel()
        for future in self._awaited:
            future.cancel()
