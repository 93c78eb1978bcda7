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
from typing import BinaryIO, TypeVar, cast

import msgspec

from index.parsing.base import Parsed, Unreadable
from index.parsing.child import Reply, Request, write

_T = TypeVar("_T")

SECONDS = 120  # for one file; pages that have to be recognised take a second or two each
_GRACE = 2  # seconds that a parser may take to end
MEGABYTES = 3000  # of address space, which libraries claim more of than they use

_log = logging.getLogger(__name__)


class Ended(Exception):
    """A process ended before it answered: it crashed, or ``late``, took longer than it may.

    ``code`` is that with which it ended.
    """

    def __init__(self, code: int, *, late: bool) -> None:
        super().__init__(code, late)
        self.code = code
        self.late = late


class Process:
    """Runs a module that answers requests (``index.parsing.child.serve``), one at a time, within limits.

    Safe to share between threads. It starts with the first request, and anew after one that it did not live
    to answer.

    Args:
        module: its name.
        seconds: that one request may take.
        megabytes: of memory that the process may claim.
    """

    def __init__(self, module: str, seconds: float, megabytes: int = MEGABYTES) -> None:
        self._module = module
        self.seconds = seconds
        self._megabytes = megabytes
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""

    def ask(self, request: msgspec.Struct, kind: type[_T]) -> _T:
        """Send a request; the reply, of that kind.

        Raises:
            Ended: there is none.
        """
        with self._lock:
            return self._exchange(request, kind)

    def close(self) -> None:
        """End the process, whatever it is at."""
        if process := self._process:
            _stop(process)
        with self._lock:
            self._end()

    def _exchange(self, request: msgspec.Struct, kind: type[_T]) -> _T:
        process = self._started()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            _stop(process)

        timer = threading.Timer(self.seconds, give_up)
        timer.start()
        try:
            requests, replies = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
            write(requests, request)
            length = replies.read(4)
            data = replies.read(int.from_bytes(length, "little"))
            if len(length) == 4 and len(data) == int.from_bytes(length, "little"):
                return msgspec.msgpack.decode(data, type=kind)
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
            timer.join()
        self._end()
        raise Ended(process.returncode, late=late.is_set())

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
            [sys.executable, "-m", self._module, str(self._megabytes), self._folder],
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


class Worker(Process):
    """Parses files, one at a time. Safe to share between threads.

    Args:
        seconds: that one file may take.
        megabytes: of memory that a parser may claim.
    """

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        super().__init__("index.parsing.child", seconds, megabytes)

    def parse(self, name: str, data: bytes) -> Parsed:
        """Parse a file's bytes as its name and they themselves say.

        Raises:
            Unreadable: they cannot be read; the message is the reason.
        """
        reply = self._ask(Request(name, data))
        if reply.parsed is None:
            raise Unreadable(reply.reason)
        return reply.parsed

    def suffix(self, name: str, data: bytes) -> str:
        """The suffix that a file should have by its bytes, such as ".pdf"; see ``formats.suffix_of``.

        Raises:
            Unreadable: it is of no format that is read; the message is the reason.
        """
        reply = self._ask(Request(name, data, kind_only=True))
        if not reply.suffix:
            raise Unreadable(reply.reason)
        return reply.suffix

    def _ask(self, request: Request) -> Reply:
        try:
            return self.ask(request, Reply)
        except Ended as ended:
            _log.info("the parser of %s ended with %s", request.name, ended.code)
            late = f"parsing it takes more than {self.seconds:.0f} seconds"
            return Reply(reason=late if ended.late else "its parser crashed")


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
