"""``docent status --watch``: the state of the index, looked at again every few seconds.

On a terminal it is drawn anew in place. Into a file or a pipe goes what has changed, as text parted by blank
lines; with JSON every look is an object on a line of its own.
"""

import threading
from collections.abc import Callable

import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot import status
from bot.plain import clean
from bot.settings import Settings
from bot.status import Status
from index.errors import DocentError

EVERY = 3.0  # seconds between two looks

Found = Status | DocentError
Say = Callable[[Found], None]


def watch(settings: Settings, say: Say, stop: threading.Event, every: float = EVERY) -> None:
    """Look again and again, and tell what is found, be it an error: it may pass.

    Args:
        settings: whose index it is.
        say: hears what was found at each look.
        stop: ends it at once.
        every: seconds to wait before the next look.
    """
    while not stop.is_set():
        found: Found
        try:
            found = status.status(settings)
        except DocentError as error:
            found = error
        say(found)
        stop.wait(every)


def as_json(found: Found) -> bytes:
    """One line: the fields of a ``Status``, or ``error`` with a sentence."""
    return msgspec.json.encode({"error": str(found)} if isinstance(found, DocentError) else found)


def changes(write: Callable[[str], None], *, verbose: bool) -> Say:
    """What writes a state as text where it is another than the one before."""
    last = ""

    def say(found: Found) -> None:
        nonlocal last
        text = _text(found, verbose=verbose)
        if text != last:
            write(f"\n{text}" if last else text)
        last = text

    return say


def drawn(live: Live, *, verbose: bool) -> Say:
    """What draws each state over the one before."""

    def say(found: Found) -> None:
        live.update(Text(clean(_text(found, verbose=verbose))), refresh=True)

    return say


def screen() -> Live:
    """Where states are drawn on a terminal; a context manager, which leaves the last one standing."""
    return Live(console=Console(highlight=False), auto_refresh=False, vertical_overflow="crop")


def _text(found: Found, *, verbose: bool) -> str:
    return str(found) if isinstance(found, DocentError) else status.text(found, verbose=verbose)
