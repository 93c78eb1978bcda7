"""The documents folder in, documents out: which files are read, and what each is called.

How a file is read is its format's: see ``index/parsing/``.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path

from index.errors import DocumentsError, FolderMissing
from index.parsing import formats
from index.parsing.base import Attachment, Parsed, Unreadable
from index.records import Block, Document
from index.settings import Settings

Parse = Callable[[str, bytes], Parsed]
"""Parses the bytes of a file of some name."""

_DEPTH = 4  # files in files in files
LEADS_OUT = "a link that leads out of the documents folder (documents.follow_links allows it)"
NOT_REGULAR = "not a regular file"
LONGEST_TITLE = 120  # characters; a longer first heading is a paragraph


@dataclass(frozen=True, slots=True)
class File:
    """A file found in the documents folder: its size in bytes, its change time in nanoseconds.

    ``within`` is the folder that no link may lead out of, None where links may lead anywhere.
    """

    source: str
    path: Path
    size: int
    mtime_ns: int
    within: Path | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was passed over, and why."""

    source: str
    reason: str


# ------------------------------------------------------------------------------------ walking


def walk(
    folder: Path,
    max_bytes: int,
    *,
    follow_links: bool = False,
    without: Iterable[Path] = (),
    walked: list[Path] | None = None,
) -> tuple[list[File], list[Skipped]]:
    """Find the files below ``folder`` that there is a loader for, sorted by source.

    Hidden files and folders are left out silently. A folder that was already walked, as in a loop of
    links, is not walked again.

    Args:
        folder: the documents folder.
        max_bytes: of the largest file that is read.
        follow_links: whether links may lead out of the folder; within it they may.
        without: folders that are left out silently, wherever below it they are.
        walked: gets the folders whose files are taken, this one first.

    Raises:
        DocumentsError: the folder does not exist or cannot be listed.
    """
    check_folder(folder)
    files: list[File] = []
    skipped: list[Skipped] = []
    within = None if follow_links else folder.resolve()
    seen = {_identity(one.stat()) for one in (folder, *without) if os.path.isdir(one)}  # noqa: PTH112
    walked = [] if walked is None else walked
    for source, path in _entries(folder, "", seen, skipped, within, walked):
        try:
            status = path.stat()
            if path.is_symlink():
                _check_inside(path, within)
            files.append(_accept(source, path, status, max_bytes, within))
        except Unreadable as reason:
            skipped.append(Skipped(source, str(reason)))
        except OSError as error:
            skipped.append(Skipped(source, _reason(error)))
    return sorted(files, key=lambda file: file.source), sorted(skipped, key=lambda s: s.source)


def found_by(settings: Settings, walked: list[Path] | None = None) -> tuple[list[File], list[Skipped]]:
    """The files of the documents folder that settings name, as ``walk`` finds them, without Docent's own.

    Args:
        settings: of the folder.
        walked: gets the folders whose files are taken, as of ``walk``.

    Raises:
        DocumentsError: the folder does not exist or cannot be listed.
    """
    place = settings.documents
    own = settings.own_folders()
    links = place.follow_links
    return walk(place.folder, place.max_bytes, follow_links=links, without=own, walked=walked)


def check_folder(folder: Path) -> None:
    """Make sure that there is a documents folder.

    Raises:
        FolderMissing: there is none.
    """
    if not folder.is_dir():
        raise FolderMissing(folder)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _entries(
    folder: Path,
    prefix: str,
    seen: set[tuple[int, int]],
    skipped: list[Skipped],
    within: Path | None,
    walked: list[Path],
) -> Iterator[tuple[str, Path]]:
    """Yield what is not a folder below ``folder``, each with its source; never a folder twice."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        if not prefix:
            raise DocumentsError(f"The folder '{folder}' cannot be listed: {_reason(error)}.") from None
        skipped.append(Skipped(prefix, _reason(error)))
        return
    walked.append(folder)
    for name in names:
        if name.startswith("."):
            continue
        path, source = folder / name, prefix + name
        if not _is_text(name):
            readable = os.fsencode(source).decode("utf-8", "replace")
            skipped.append(Skipped(readable, "its name is not valid UTF-8: rename it"))
        elif not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
            yield source, path
        elif path.is_symlink() and leads_out(path, within):
            skipped.append(Skipped(source, LEADS_OUT))
        elif (identity := _identity(path.stat())) not in seen:
            seen.add(identity)
            yield from _entries(path, source + "/", seen, skipped, within, walked)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def leads_out(path: Path, within: Path | None) -> bool:
    """Whether a path leads out of a folder, whose own path is without links; None is any."""
    return within is not None and not Path(os.path.realpath(path)).is_relative_to(within)


def _check_inside(path: Path, within: Path | None) -> None:
    if leads_out(path, within):
        raise Unreadable(LEADS_OUT)


def _accept(source: str, path: Path, status: os.stat_result, max_bytes: int, within: Path | None) -> File:
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(NOT_REGULAR)
    if not formats.known(path.name):
        kind = f"'{path.suffix}' files" if path.suffix else "files without a suffix"
        raise Unreadable(f"{kind} are not read (docs/formats.md names those that are)")
    if status.st_size > max_bytes:
        raise Unreadable(
            f"{status.st_size / 1e6:.0f} MB: over the limit documents.max_megabytes = "
            f"{max_bytes // 1_000_000}"
        )
    return File(source, path, status.st_size, status.st_mtime_ns, within)


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "a link to a file that does not exist, or just deleted"
    if error.errno == errno.ELOOP:
        return "a link that leads to itself"
    return (error.strerror or str(error)).lower()


# ------------------------------------------------------------------------------------ loading


def find(folder: Path, source: str, *, follow_links: bool) -> File:
    """A file of the documents folder as it is now, whatever it was when the folder was walked.

    Raises:
        OSError: it is gone, is none that can be read, or a link has come to lead out of the folder.
    """
    path, within = folder / source, None if follow_links else folder.resolve()
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, NOT_REGULAR)
    if leads_out(path, within):
        raise OSError(errno.EACCES, LEADS_OUT)
    return File(source, path, status.st_size, status.st_mtime_ns, within)


def _opened(path: Path) -> BufferedReader:
    """A file, opened to read; pipes and devices, which might block for ever, are refused."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, NOT_REGULAR)
    return os.fdopen(descriptor, "rb")


def opened(file: File) -> BufferedReader:
    """A file, to be read and closed.

    Raises:
        Unreadable: the file cannot be opened, or a link leads out of the folder since it was found.
    """
    try:
        _check_inside(file.path, file.within)
        return _opened(file.path)
    except OSError as error:
        raise Unreadable(_reason(error)) from None


def read(file: File) -> bytes:
    """The bytes of a file.

    Raises:
        Unreadable: the file cannot be opened or read, or a link leads out of the folder since it was found.
    """
    try:
        with opened(file) as stream:
            return stream.read()
    except OSError as error:
        raise Unreadable(_reason(error)) from None


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with _opened(path) as stream:
        return file_digest(stream, "sha256").hexdigest()


def load(source: str, data: bytes, parse: Parse = formats.parse) -> list[Document]:
    """Make documents of a file's bytes: of itself, and of the files that lie in it.

    Args:
        source: its path below the documents folder.
        data: its bytes.
        parse: what parses them.

    Raises:
        Unreadable: they are no text, or there is none in them.
    """
    return list(_documents(source, data, digest(data), "", parse))


def _documents(source: str, data: bytes, of: str, file: str, parse: Parse) -> Iterator[Document]:
    parsed = parse(source, data)
    inside = list(_named(parsed)) if not file or source.count("/") - file.count("/") < _DEPTH else []
    has_text = any(character.isalnum() for character in parsed.text)
    if has_text:
        title = " ".join((parsed.title or _first_heading(parsed) or name_of(source)).split())
        yield Document(source, title, parsed.text, of, parsed.layout, parsed.properties, parsed.notices, file)
    elif not inside:
        raise Unreadable("no text in it" if data else "empty")
    refused = ""
    for name, one in inside:
        try:
            yield from _documents(f"{source}/{name}", one.data, of, file or source, parse)
            has_text = True
        except Unreadable as reason:
            refused = refused or f"{name}: {reason}"  # the rest can be read
    if not has_text:
        raise Unreadable(f"no text in it; {refused}")


def _named(parsed: Parsed) -> Iterator[tuple[str, Attachment]]:
    """The files in a file that may be read, each with a name that no other has."""
    names: set[str] = set()
    for one in parsed.attachments:
        if formats.known(one.name):
            name = plain = one.name.replace("/", "_")
            number = 1
            while name in names:
                number += 1
                name = f"{number}-{plain}"
            names.add(name)
            yield name, one


def bytes_of(source: str, file: str, data: bytes, parse: Parse = formats.parse) -> bytes:
    """The bytes of a document that lies in another one's file, or that is the file itself.

    Args:
        source: of the document.
        file: the source of the file.
        data: the bytes of the file.
        parse: what parses it.

    Raises:
        Unreadable: nothing of that name is in it.
    """
    if source == file:
        return data
    for name, one in _named(parse(file, data)):
        inner = f"{file}/{name}"
        if source == inner or source.startswith(f"{inner}/"):
            return bytes_of(source, inner, one.data, parse)
    raise Unreadable("nothing of that name is in the file")


def name_of(source: str) -> str:
    """What a file is called, in words: its name without suffix."""
    return Path(source).stem.replace("_", " ")


def _first_heading(parsed: Parsed) -> str:
    """The first heading, where it alone is of level 1, or all begins with it and none other is as high.

    What names only a part of a text, as one of several parts or in its middle, is not the title.
    """
    blocks = [block for block in parsed.layout.blocks if block.kind != "property"]
    headings = [block for block in blocks if block.kind == "heading"]
    if not headings:
        return ""
    first, *others = headings
    alone = all(other.level > first.level for other in others)
    title = _words(parsed, first)
    return title if alone and (first.level == 1 or blocks[0] == first) and len(title) <= LONGEST_TITLE else ""


def _words(parsed: Parsed, block: Block) -> str:
    from index.units.shown import Shower

    return Shower(Document("", "", parsed.text, "", parsed.layout)).shown(block.start, block.end)
