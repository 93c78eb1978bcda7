"""When to bring an index up to date: the documents folder is watched, and bursts of changes are told of.

The system's events say quickly that something changed. They say nothing of what others write to a network
disk, and end where there are more folders than the system watches; so the folder is looked through now and
then as well. A burst is over when two looks at the folder, a while apart, see the same. Only folders that
documents are taken from are watched: none that is hidden or Docent's own, and no link that leads out.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index import documents
from index.errors import DocumentsError
from index.settings import Settings

_STEP = 0.1  # seconds in which events are gathered; a stop waits no longer
_SHARE = 20  # a look may take one of so many seconds

_Identity = tuple[int, int]
"""Of a folder: its device, and its number there."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds.

    ``quiet`` is how long nothing must change, as while a file is being written; ``latest`` after how long
    changes are told of that do not pause; ``look`` how often the folder is looked through without an event;
    ``wake`` how often it is checked whether any of these is over.
    """

    quiet: float = 1.0
    latest: float = 30.0
    look: float = 60.0
    wake: float = 0.5


class Burst:
    """Changes that follow each other without pause."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._first: float | None = None
        self._last = 0.0

    @property
    def goes_on(self) -> bool:
        """Whether there was a change since the last burst ended."""
        return self._first is not None

    def touch(self, now: float) -> None:
        """Something changes."""
        self._first = now if self._first is None else self._first
        self._last = now

    def is_quiet(self, now: float) -> bool:
        """Whether there were changes, and none for a while."""
        return self._first is not None and now - self._last >= self._pace.quiet

    def is_late(self, now: float) -> bool:
        """Whether changes have gone on for so long that nobody should wait for their end."""
        return self._first is not None and now - self._first >= self._pace.latest

    def end(self) -> None:
        """It was told of."""
        self._first = None


@dataclass(frozen=True, slots=True)
class _Look:
    """What the folder is and holds: every folder in it with what identifies it, and a hash of the files."""

    identity: _Identity | None
    folders: tuple[tuple[str, _Identity | None], ...]
    files: int


Events = Callable[[list[str], threading.Event, float], Iterator[bool]]


class Watch:
    """Watches the documents folder that settings name, which may be a link, may be away, may be replaced.

    Args:
        settings: name it.
        pace: how soon changes are told of.
        events: tells what the system says of folders, as ``system_events`` does.
    """

    def __init__(self, settings: Settings, pace: Pace | None = None, events: Events | None = None) -> None:
        self._events = events or system_events
        self._settings = settings
        self._pace = pace or Pace()
        self._burst = Burst(self._pace)
        self._seen = _Look(None, (), 0)
        self._next_look = 0.0
        self._again = False

    def again(self) -> None:
        """Tell once more, at the next look: what was told of could not be taken up."""
        self._again = True

    def bursts(self, stop: threading.Event) -> Iterator[None]:
        """Yield once at the start, and then whenever documents have changed, until the event is set.

        What changes while the caller is busy is told of afterwards.
        """
        burst = self._burst
        burst.touch(time.monotonic() - self._pace.quiet)
        self._seen = self._look()
        while not stop.is_set():
            watched = self._seen.folders
            for changed in self._events([path for path, _ in watched], stop, self._pace.wake):
                now = time.monotonic()
                if changed or self._is_another():
                    if not burst.goes_on or self._is_another():
                        self._seen = self._look()
                    burst.touch(now)
                elif not burst.goes_on and now >= self._next_look and self._differs():
                    burst.touch(now)
                if burst.is_late(now):
                    self._seen = self._look()
                    burst.end()
                    yield
                    burst.touch(time.monotonic())  # what goes on has an end, too
                elif burst.is_quiet(now):
                    if self._differs():
                        burst.touch(now)
                    else:
                        burst.end()
                        yield
                if self._seen.folders != watched:
                    break

    def _differs(self) -> bool:
        """Whether the folder holds something else than when it was looked at before."""
        before, self._seen = self._seen, self._look()
        again, self._again = self._again, False
        return again or self._seen != before

    def _look(self) -> _Look:
        started, identity = time.monotonic(), _identity(self._settings.documents.folder)
        walked: list[Path] = []
        try:
            found = documents.found_by(self._settings, walked)
        except DocumentsError:
            walked, found = [], ([], [])
        state = [(file.source, file.size, file.mtime_ns) for file in found[0]]
        folders = tuple((str(path), _identity(path)) for path in walked)
        ended = time.monotonic()
        self._next_look = ended + max(self._pace.look, _SHARE * (ended - started))
        return _Look(identity, folders, hash((*state, *found[1])))

    def _is_another(self) -> bool:
        """Whether the documents folder itself has come, has gone or is another one than when it was seen."""
        return _identity(self._settings.documents.folder) != self._seen.identity


def _identity(folder: Path) -> _Identity | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def system_events(folders: list[str], stop: threading.Event, wake: float) -> Iterator[bool]:
    """Yield every so many seconds, and at events, whether anything but what is hidden changed there."""
    import watchfiles

    milliseconds = int(wake * 1000)
    try:
        changes = watchfiles.watch(
            *folders,
            watch_filter=None,  # one that lets nothing through would not be woken
            debounce=milliseconds,
            step=int(_STEP * 1000),
            rust_timeout=milliseconds,
            yield_on_timeout=True,
            stop_event=stop,
            recursive=False,  # links that lead out would be followed
            ignore_permission_denied=True,
        )
        for found in changes if folders else ():
            yield any(not os.path.basename(path).startswith(".") for _, path in found)  # noqa: PTH119
    except (OSError, RuntimeError) as error:  # too many folders, or one that is gone by now
        _log.warning("changes are found by looking: %s", error)
        yield True
    while not stop.wait(wake):
        yield False
