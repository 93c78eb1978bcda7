"""How the process ends: soon after a signal, whatever goes on, and with nothing lost."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from index.drawing import paged
from index.parsing.worker import shared

_AT_LAST = 4.5  # seconds after a signal by which the process ends


def heed_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Have SIGTERM and SIGINT call ``stop`` on the loop; if that takes too long, end as if killed."""
    for number in (signal.SIGTERM, signal.SIGINT):  # by no handler of the loop's, which may be held up
        signal.signal(number, partial(_heed, loop, stop))


def _heed(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], *_: object) -> None:
    last = threading.Timer(_AT_LAST, os._exit, [0])
    last.daemon = True
    last.start()
    loop.call_soon_threadsafe(stop)


def leave() -> NoReturn:
    """End the process now: neither threads that heed nothing nor the teardown of libraries hold it up."""
    shared().close()
    paged.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
