"""The one queue by which anything in the bot has the index renewed: commands, uploads, the watcher.

One build goes on at a time. Who asks while it does needs what changed since it began, and so waits for the
next one, which all who wait share. Questions are answered meanwhile, from the old index.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial

from bot.engine import Engine
from bot.telegram.metrics import Metrics
from bot.telegram.workers import Workers
from bot.texts import noop
from index.building.progress import Progress
from index.building.removals import Removals
from index.building.summary import Summary
from index.errors import IndexBusy

NOT_RENEWED = noop("The index was not renewed; the old one is still in use. {reason}")

_BETWEEN_EDITS = 3.0  # seconds; about one edit a second is what a chat bears
_LAST = 1.0  # seconds for a build to break itself off when the bot stops


class Stopped(Exception):
    """The bot stops, so the index is not renewed."""


class Course:
    """How far a build is: told by its thread, read by the event loop."""

    def __init__(self) -> None:
        self._line, self._done, self._total = "starting", 0, 0

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self._line, self._done, self._total = name, 0, total

    def expect(self, total: int) -> None:
        """It will have about so many steps."""
        self._total = total

    def advance(self, steps: int) -> None:
        """Steps are done."""
        self._done += steps

    def __str__(self) -> str:
        return f"{self._line} {self._done} of {self._total}" if self._total else self._line


class Renewals:
    """Renews the index of an engine, by its threads."""

    def __init__(self, engine: Engine, workers: Workers, metrics: Metrics | None = None) -> None:
        self.on_built: Callable[[Summary], None] | None = None
        """Hears of every build that ends well."""
        self._engine = engine
        self._workers = workers
        self._metrics = metrics
        self._one_at_a_time = asyncio.Lock()
        self._next: _Renewal | None = None
        self._running: _Renewal | None = None
        self._tasks: set[asyncio.Task[Summary]] = set()
        self._stopped = False

    @property
    def running(self) -> Course | None:
        """How far the build is that goes on, if one does."""
        return self._running.course if self._running else None

    async def renew(self, progress: Progress | None = None, *, removals: bool = False) -> Summary:
        """Bring the index up to date with the documents as they are now, or as they become meanwhile.

        Where most files are gone at once, what is indexed of them stays (``Summary.held``).

        Args:
            progress: hears, in another thread, how the build goes on.
            removals: whether files that are gone leave the index all the same, and be it all of them.

        Raises:
            Stopped: the bot stops.
            DocentError: as ``index.building.build.build`` raises it; the old index stays in use.
        """
        if self._stopped:
            raise Stopped
        if (renewal := self._next) is None:
            self._next = renewal = _Renewal()
            renewal.task = asyncio.create_task(self._renew(renewal))
            self._tasks.add(renewal.task)
            renewal.task.add_done_callback(self._ended)
        renewal.removals = renewal.removals or removals
        renewal.listeners += [progress] if progress else []
        try:
            return await asyncio.shield(renewal.task)
        except asyncio.CancelledError:
            if self._stopped:
                raise Stopped from None
            raise

    async def told(self, tell: Callable[[str], Awaitable[None]], course: Course | None = None) -> Summary:
        """The same, and tell every few seconds how far it is; see ``renew`` for what it raises.

        Args:
            tell: hears it in words.
            course: that is kept up to date, if somebody else looks at it too.
        """
        course = course or Course()
        renewal = asyncio.create_task(self.renew(course))
        shown = ""
        while not (await asyncio.wait([renewal], timeout=_BETWEEN_EDITS))[0]:
            if str(course) != shown:
                shown = str(course)
                await tell(shown)
        return renewal.result()

    async def stop(self) -> None:
        """Break off what goes on; what was embedded so far is used the next time."""
        self._stopped = True
        if self._running:
            self._running.cancelled.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST)
        for task in self._tasks:
            task.cancel()  # its thread ends with the process

    async def _renew(self, renewal: "_Renewal") -> Summary:
        async with self._one_at_a_time:
            self._next, self._running = None, renewal
            try:
                if self._stopped:
                    raise Stopped
                build = partial(self._engine.build, progress=renewal)
                removals: Removals = "all" if renewal.removals else "few"
                summary = await self._workers.do(partial(build, removals=removals))
            finally:
                self._running = None
        if self._metrics:
            self._metrics.renewed(summary.seconds, changed=summary.changed)
        if self.on_built:
            self.on_built(summary)
        return summary

    def _ended(self, task: asyncio.Task[Summary]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()  # whoever still waits has it
            if self._metrics and error and not isinstance(error, Stopped | IndexBusy):
                self._metrics.not_renewed()


class _Renewal:
    """A build that is wanted: tells all who wait for it how it goes on, and breaks it off."""

    task: asyncio.Task[Summary]

    def __init__(self) -> None:
        self.removals = False
        self.cancelled = threading.Event()
        self.course = Course()
        self.listeners: list[Progress] = [self.course]

    def stage(self, name: str, total: int) -> None:
        for listener in self.listeners:
            listener.stage(name, total)
        self._go_on()

    def expect(self, total: int) -> None:
        for listener in self.listeners:
            listener.expect(total)

    def advance(self, steps: int) -> None:
        for listener in self.listeners:
            listener.advance(steps)
        self._go_on()

    def _go_on(self) -> None:
        if self.cancelled.is_set():
            raise Stopped
