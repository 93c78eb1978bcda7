"""``docent index --watch``: the index is brought up to date whenever documents have changed."""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from bot import status
from bot.engine import Engine
from bot.plain import line
from index.building.progress import Progress, Silent
from index.building.summary import Summary
from index.building.watching import Pace, Watch
from index.errors import DocentError, IndexBusy

_BUSY = 1.0  # seconds after which it is tried again where another process builds the index

_log = logging.getLogger(__name__)


def keep(
    engine: Engine,
    say: Callable[[Summary], None],
    tell: Callable[[str], None],
    stop: threading.Event,
    *,
    full: bool = False,
    progress: Callable[[], AbstractContextManager[Progress]] = lambda: nullcontext(Silent()),
    pace: Pace | None = None,
) -> None:
    """Renew the index now, and after every burst of changes until the event is set.

    What goes wrong is told and tried again later. Where most files are gone at once, what is indexed of them
    stays, and that is told too.

    Args:
        engine: whose index it is.
        say: hears of the first renewal, and of each that has changed the index.
        tell: hears a sentence of what went wrong or is held back, once.
        stop: ends it, not before a build that goes on has ended.
        full: whether the first renewal starts over, reusing nothing.
        progress: shows how the first build goes on, which may be a long one.
        pace: when a burst is over.
    """
    watch = Watch(engine.settings, pace)
    told, begun = "", False
    for _ in watch.bursts(stop):
        try:
            with nullcontext(Silent()) if begun else progress() as shown:
                summary = _built(engine, stop, full=full, progress=shown)
        except Exception as error:  # one day the folder can be read, the disk has room
            _log.info("not renewed", exc_info=True)
            news = str(error) if isinstance(error, DocentError) else f"{type(error).__name__}: {error}"
            watch.again()
        else:
            if summary is None:
                return
            if summary.changed or not begun:
                say(summary)
            begun, full, news = True, False, held_back(summary)
            if summary.held:
                watch.again()
        if news and news != told:
            tell(news)
        told = news


def _built(engine: Engine, stop: threading.Event, *, full: bool, progress: Progress) -> Summary | None:
    """Renew the index once no other process does; None where it is to stop before."""
    while not stop.is_set():
        try:
            return engine.build(full=full, progress=progress, removals="few")
        except IndexBusy:
            stop.wait(_BUSY)
    return None


def in_a_line(summary: Summary) -> str:
    """What a renewal did, in one line."""
    parts = [status.built(summary).partition("\n")[0]]
    if summary.documents_removed:
        parts.append(f"removed: {summary.documents_removed}")
    if summary.skipped:
        parts.append(f"skipped: {len(summary.skipped)} (`docent status` names them)")
    return "; ".join(parts)


def held_back(summary: Summary) -> str:
    """A sentence on files that are gone and were left in the index; "" where there are none."""
    if not summary.held:
        return ""
    names = f"{len(summary.held)} files, as {line(summary.held[0])}"
    return (
        f"More than half of the index is gone at once ({names}); perhaps a disk is not connected, so it "
        "stays. `docent index` takes that up, unless the folder is empty."
    )
