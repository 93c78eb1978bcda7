"""Files are written as a whole or not at all, and over no other one unless that is wanted."""

import errno
import os
import secrets
from pathlib import Path

from index.errors import DocumentsError

PART = ".docent-", ".part"
"""Between these are names of what is half written; it is hidden, and so no document."""

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_UNLINKABLE = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)


def write(path: Path, data: bytes, *, over: bool = False) -> bool:
    """Write a file as a whole or not at all; False where there is one and it is not to be written over.

    A link in its place is replaced, and not followed. The bytes go to a hidden file in the same folder first,
    for only within one file system can a file be renamed at a stroke.

    Raises:
        DocumentsError: it cannot be written; nothing is left of it.
    """
    try:
        return put(path, data, over=over)
    except OSError as error:
        raise unwritable(path.parent, error) from None


def put(path: Path, data: bytes, *, over: bool = False) -> bool:
    """The same, of a file that is no document.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    part = path.with_name(secrets.token_hex(8).join(PART))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(part, flags, 0o666), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if over:
            part.replace(path)
            return True
        return _named_if_free(part, path, flags)
    finally:
        part.unlink(missing_ok=True)


def _named_if_free(part: Path, path: Path, flags: int) -> bool:
    """Give a file that was written its name, unless another one has it."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _UNLINKABLE:
            raise
        try:  # a file system without hard links: take the name first
            os.close(os.open(path, flags, 0o666))
        except FileExistsError:
            return False
        part.replace(path)
    return True


def unwritable(folder: Path, error: OSError) -> DocumentsError:
    """What to say where a folder cannot be written to."""
    if error.errno in _FULL:
        return DocumentsError(f"The disk of '{folder}' is full. Make room there, and try again.")
    return DocumentsError(
        f"The folder '{folder}' cannot be written to ({why_not(error)}). Make it writable for the user that "
        "runs me, or put the file there yourself."
    )


def why_not(error: OSError) -> str:
    """Why something could not be written, in words that go on a sentence."""
    return (error.strerror or str(error)).lower()
