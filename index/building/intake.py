"""A file that somebody sends in, a document of the documents folder out: read first, and over no other one.

Files go into a folder of their own there. So they cannot get in the way of what others keep beside it, it is
plain what came from where, and only this folder has to be writable: the rest may be mounted read-only.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index import documents
from index.building.build import PARSED
from index.documents import File, Skipped, digest, digest_file
from index.errors import DocumentsError
from index.names import key, numbered, parts, safe
from index.parsing import formats
from index.parsing.base import Parsed, Unreadable
from index.parsing.cache import Cache
from index.parsing.worker import Worker, shared
from index.records import Document
from index.settings import Settings
from index.writing import PART, unwritable, write

FOLDER = "uploads"
"""Below the documents folder: where what comes in is kept."""

How = Literal["ask", "both", "replace"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be read: under which name it may be kept, and the documents that it holds.

    ``left_out`` are the files in it, as attachments, that cannot be read.
    """

    name: str
    data: bytes
    documents: tuple[Document, ...]
    left_out: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A file among the documents: its source, and whether one with the same bytes was there before."""

    source: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """There are documents of that name; ``sources`` are theirs."""

    name: str
    sources: tuple[str, ...]


class Intake:
    """Takes files in. Safe to share between threads.

    Args:
        settings: where documents are kept, and how large they may be.
        worker: what parses, within limits.
    """

    def __init__(self, settings: Settings, worker: Worker | None = None) -> None:
        self._settings = settings
        self._worker = worker or shared()
        self._parse = Cache(settings.state_folder() / PARSED, self._worker.parse).parse

    def check(self, name: str, data: bytes) -> Checked:
        """Read a file before it is kept; nothing is written.

        Args:
            name: as it came.
            data: its bytes.

        Raises:
            Unreadable: it is empty, too large, of no format that is read, or damaged.
        """
        most = self._settings.documents.max_bytes
        if len(data) > most:
            megabytes = self._settings.documents.max_megabytes
            raise Unreadable(
                f"{len(data) / 1e6:.0f} MB: over the limit documents.max_megabytes = {megabytes}"
            )
        if not data:
            raise Unreadable("empty")
        kept, left_out = self._named(name, data), []

        def parse(source: str, data: bytes) -> Parsed:
            try:
                parsed = self._parse(source, data)
            except Unreadable as reason:
                left_out.append(Skipped(source, str(reason)))
                raise
            unknown = [one.name for one in parsed.attachments if not formats.known(one.name)]
            left_out.extend(Skipped(f"{source}/{one}", "not of a kind that is read") for one in unknown)
            return parsed

        return Checked(kept, data, tuple(documents.load(kept, data, parse)), tuple(left_out))

    def place(self, checked: Checked, how: How = "ask", replaced: str = "") -> Placed | Clash:
        """Keep a file among the documents, unless it is there already, or another one of that name is.

        Args:
            checked: the file.
            how: what is done where there is a document of that name: nothing, or it gets a number, or it is
                written over that document, which should be in the bin by then.
            replaced: the source of that document.

        Raises:
            DocumentsError: the documents folder cannot be written to; the message says why.
        """
        files, _ = documents.found_by(self._settings)
        if same := _same(files, checked.data):
            return Placed(same, known=True)
        if how == "replace":
            write(self._path(replaced), checked.data, over=True)
            return Placed(replaced)
        folder = self._folder()
        alike = [file.source for file in files if key(file.path.name) == key(checked.name)]
        taken = {key(name) for name in os.listdir(folder)}
        if how == "ask" and (alike or key(checked.name) in taken):
            return Clash(checked.name, tuple(alike) or (f"{FOLDER}/{checked.name}",))
        name, number = checked.name, 1
        while key(name) in taken or not write(folder / name, checked.data):
            number += 1
            name = numbered(checked.name, number)
        return Placed(f"{FOLDER}/{name}")

    def known(self, data: bytes) -> str:
        """The source of a document with just these bytes; "" where there is none.

        Raises:
            DocumentsError: the documents folder is gone.
        """
        return _same(documents.found_by(self._settings)[0], data)

    def put_back(self, source: str, data: bytes) -> str:
        """Write what was removed where it was, or beside what is there by now; its source then.

        Raises:
            DocumentsError: the documents folder cannot be written to.
        """
        path, number = self._path(source), 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path.parent, error) from None
        name = path.name
        while not write(path.with_name(name), data):
            if _digest(path.with_name(name)) == digest(data):
                break
            number += 1
            name = numbered(path.name, number)
        return source[: len(source) - len(path.name)] + name

    def tidy(self) -> None:
        """Delete what was half written when the process died."""
        with suppress(OSError):
            for one in (self._settings.documents.folder / FOLDER).glob("*".join(PART)):
                one.unlink()

    def _named(self, name: str, data: bytes) -> str:
        """The name under which a file may be kept, with the suffix of what it is."""
        stem, own = parts(safe(name))
        if formats.known(stem + own):
            suffix = self._worker.suffix(stem + own, data)
            return safe(stem + own if own.lower() == suffix else stem, suffix)
        try:
            suffix = self._worker.suffix(stem, data)
        except Unreadable:
            if own:
                raise Unreadable(f"'{own.lower()}' files are not read") from None
            suffix = self._worker.suffix(f"{stem}.txt", data)
        return safe(stem + own, suffix)

    def _folder(self) -> Path:
        """The folder for what comes in, made where it is missing; not a link, which may lead anywhere.

        Raises:
            DocumentsError: it cannot be made, or is none.
        """
        folder = self._settings.documents.folder / FOLDER
        if not folder.is_symlink():
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                raise unwritable(folder.parent, error) from None
            return folder
        raise DocumentsError(f"'{folder}' is a link, which is not followed: put a true folder in its place.")

    def _path(self, source: str) -> Path:
        """Where a document lies.

        Raises:
            DocumentsError: outside the documents folder.
        """
        place = self._settings.documents
        path = place.folder / source
        within = None if place.follow_links else place.folder.resolve()
        if (
            ".." in Path(source).parts
            or Path(source).is_absolute()
            or documents.leads_out(path.parent, within)
        ):
            raise DocumentsError(f"'{source}' leads out of the documents folder.")
        return path


def _same(files: list[File], data: bytes) -> str:
    """The source of a file with just these bytes; "" where there is none."""
    alike = [file for file in files if file.size == len(data)]
    wanted = digest(data) if alike else ""
    return next((file.source for file in alike if _digest(file.path) == wanted), "")


def _digest(path: Path) -> str:
    with suppress(OSError):
        return digest_file(path)
    return ""
