"""Files in, what parsers make of them out, by a process of its own that can be ended.

Whatever a file does to its parser, hang it, crash it or fill its memory, becomes one line of reason; the next
file is parsed by a new process.
"""

import atexit
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from functools import cache
from typing import BinaryIO, cast

import msgspec

from index.parsing.base import Parsed, Unreadable
from index.parsing.child import Reply, Request, write

SECONDS = 120  # for one file; pages that have to be recognised take a second or two each
_GRACE = 2  # seconds that a parser may take to end
MEGABYTES = 3000  # of address space, which libraries claim more of than they use

_log = logging.getLogger(__name__)


class Worker:
    """Parses files, one at a time. Safe to share between threads.

    Args:
        seconds: that one file may take.
        megabytes: of memory that a parser may claim.
    """

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""

    def parse(self, name: str, data: bytes) -> Parsed:
        """Parse a file's bytes as its name and they themselves say.

        Raises:
            Unreadable: they cannot be read; the message is the reason.
        """
        with self._lock:
            reply = self._ask(Request(name, data))
        if reply.parsed is None:
            raise Unreadable(reply.reason)
        return reply.parsed

    def close(self) -> None:
        """End the process, whatever it is at."""
        if process := self._process:
            _stop(process)
        with self._lock:
            self._end()

    def _ask(self, request: Request) -> Reply:
        process = self._started()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            _stop(process)

        timer = threading.Timer(self._seconds, give_up)
        timer.start()
        try:
            requests, replies = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
            write(requests, request)
            length = replies.read(4)
            data = replies.read(int.from_bytes(length, "little"))
            if len(length) == 4 and len(data) == int.from_bytes(length, "little"):
                return msgspec.msgpack.decode(data, type=Reply)
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
            timer.join()
        self._end()
        _log.info("the parser of %s ended with %s", request.name, process.returncode)
        if late.is_set():
            return Reply(reason=f"parsing it takes more than {self._seconds:.0f} seconds")
        return Reply(reason="its parser crashed")

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        self._folder = tempfile.mkdtemp(prefix="docent-parsing-")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "TMPDIR": self._folder,
            "HF_HUB_OFFLINE": "1",
        }
        environment.pop("TELEGRAM_BOT_TOKEN", None)  # no parser needs it
        self._process = subprocess.Popen(  # noqa: S603 - it is this Python
            [sys.executable, "-m", "index.parsing.child", str(self._megabytes), self._folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, cwd=self._folder, start_new_session=True,
        )  # fmt: skip
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _stop(process)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        continue
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End a parser and all that it started.

    It is asked to, so that it ends those that have sessions of their own, then made to.
    """
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


@cache
def shared() -> Worker:
    """The worker of this process; it starts when the first file is parsed, and ends with the process."""
    worker = Worker()
    atexit.register(worker.close)
    return worker
