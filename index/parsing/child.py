"""The process that parses: requests on standard input, answers on standard output, until the input ends.

A frame is its length, 4 bytes little-endian, and that many bytes of MessagePack. What it is asked to parse
can be anything, so it has little memory, no network, and no files but those of a folder of its own.
"""

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

from index.parsing import formats
from index.parsing.base import Parsed, Unreadable
from index.parsing.confined import confined

_SURROGATES = re.compile("[\ud800-\udfff]")


class Request(msgspec.Struct, frozen=True):
    """A file to parse, or of which to tell only what it is."""

    name: str
    data: bytes
    kind_only: bool = False


class Reply(msgspec.Struct, frozen=True):
    """What came of it: ``parsed``, or the suffix it should have, or the reason why it cannot be read."""

    parsed: Parsed | None = None
    reason: str = ""
    suffix: str = ""


def write(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Write a frame.

    Raises:
        OSError: nobody reads any more.
    """
    data = msgspec.msgpack.encode(message)
    stream.write(len(data).to_bytes(4, "little"))
    stream.write(data)
    stream.flush()


def answer(request: Request) -> Reply:
    """Parse a file, or tell what it is."""
    try:
        if request.kind_only:
            return Reply(suffix=formats.suffix_of(request.name, request.data))
        return Reply(parsed=sound(formats.parse(request.name, request.data)))
    except Unreadable as reason:
        return Reply(reason=str(reason))
    except MemoryError:
        return Reply(reason="parsing it takes too much memory")
    except RecursionError:
        return Reply(reason="nested too deeply")
    except Exception as error:  # a library's own: the file is at fault, or the library
        return Reply(reason=f"damaged, or of a kind that cannot be read ({type(error).__name__})")


def _limit(megabytes: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # some systems have no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def sound(parsed: Parsed) -> Parsed:
    """What was parsed, with a mark of replacement for every half of a surrogate pair, which is no text."""
    try:
        msgspec.msgpack.encode(parsed)
    except UnicodeEncodeError:
        return msgspec.convert(_mended(msgspec.to_builtins(parsed, builtin_types=(bytes,))), Parsed)
    return parsed


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return [_mended(one) for one in value] if isinstance(value, list | tuple) else value


def serve(kind: Any, answer: Callable[[Any], msgspec.Struct], full: msgspec.Struct) -> None:
    """Answer requests until standard input ends; the arguments are megabytes and a folder of this process.

    Args:
        kind: of requests: a struct, or a union of tagged ones.
        answer: what makes a reply of one.
        full: the reply where that one takes too much memory to be sent.
    """
    _limit(int(sys.argv[1]))
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # it ends what it started
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no reply
    try:
        with confined(sys.argv[2]):
            while length := requests.read(4):
                data = requests.read(int.from_bytes(length, "little"))
                reply = answer(msgspec.msgpack.decode(data, type=kind))
                try:
                    write(replies, reply)
                except MemoryError:
                    write(replies, full)
    finally:  # who asked may have been killed
        os.chdir("/")
        shutil.rmtree(sys.argv[2], ignore_errors=True)


if __name__ == "__main__":
    serve(Request, answer, Reply(reason="parsing it takes too much memory"))
