"""How what goes on until it is told to stop is told to."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def until_ended() -> Iterator[threading.Event]:
    """For what goes on until Ctrl-C or SIGTERM, which set the event and then are no error."""
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()  # should it be raised where it is lost
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with suppress(KeyboardInterrupt):
        yield stop
