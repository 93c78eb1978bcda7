"""Documents as pages: where a quote stands on them, and their pictures, each drawn once."""

import atexit
import threading
from collections import OrderedDict
from collections.abc import Callable, Set
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from index.cached import CacheFolder
from index.drawing.child import Draw, LayOut, Reply
from index.drawing.laying import SUFFIXES, LaidOut
from index.drawing.matching import Letters, find, nearest
from index.errors import UnknownSource
from index.parsing.base import Unreadable
from index.parsing.office import libreoffice
from index.parsing.sniff import kind_of
from index.parsing.worker import Ended, Process
from index.pictures import Mark, marks_of
from index.records import Document, Span

Kind = Literal["PNG", "JPEG"]
Read = Callable[[], bytes]
"""Gives the bytes of a document's file, which it makes sure are those that were indexed."""

_PAGED = frozenset((".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"))
_VERSION = 2  # counts up whenever pages may be drawn or laid out otherwise
_OWNER = 32  # digits of a document's digest, with which the names of what is kept of it begin
_MOST_PICTURES, _MOST_LAID_OUT = 200_000_000, 500_000_000  # bytes that are kept of each
_KNOWN = 100  # documents, each with a quote, that are remembered, so that pages are turned at once
_DRAWING, _LAYING = 20.0, 150.0  # seconds that they may take


class Paged(msgspec.Struct, frozen=True):
    """A document as pages that can be drawn.

    ``name`` is another one whenever the bytes are others. Sizes are in points. ``marks`` are the boxes of the
    quote's letters on each page that it stands on, pages counting from 0; ``first`` is the first of them,
    or where there is none, the page that is nearest to the quote. ``found`` tells whether the quote stands on
    the pages, word for word; ``laid_out``, whether LibreOffice made them.
    """

    source: str
    digest: str
    name: str
    labels: tuple[str, ...]
    sizes: tuple[tuple[float, float], ...]
    marks: dict[int, list[Mark]] = {}
    first: int = 0
    found: bool = False
    laid_out: bool = False

    def number_of(self, page: str) -> int:
        """The number of a page, from 0, by its label, or else by its place, counted from 1.

        Raises:
            UnknownSource: there is no such page.
        """
        if page in self.labels:
            return self.labels.index(page)
        if page.isdecimal() and 0 < int(page) <= len(self.labels):
            return int(page) - 1
        first, last = self.labels[0], self.labels[-1]
        raise UnknownSource(f"{self.source} has the pages {first} to {last}, not {page}.")

    def key(self, number: int, scale: float, kind: Kind) -> str:
        """The name of the picture of a page: another one whenever the picture is."""
        drawn = f"{_VERSION} {self.name} {number} {self.marks.get(number)} {scale} {kind}"
        return _named(self.digest, drawn)


def drawable(document: Document) -> bool:
    """Whether a document has pages that can be drawn, or would have if LibreOffice laid it out."""
    return _has_pages(document) or (is_office(document.source) and libreoffice.available())


def likely_drawable(source: str) -> bool:
    """The same, as far as the name of a file tells."""
    suffix = PurePosixPath(source).suffix.lower()
    return suffix in _PAGED or (is_office(source) and libreoffice.available())


def is_office(source: str) -> bool:
    """Whether a file of that name has no pages until LibreOffice lays it out, which takes seconds."""
    return PurePosixPath(source).suffix.lower() in SUFFIXES


class Pages:
    """Finds and draws pages. Safe to share between threads.

    Args:
        folder: of the caches.
        draws: the process that draws.
    """

    def __init__(self, folder: Path, draws: Callable[[], Process] | None = None) -> None:
        self._draws = draws or drawing
        self._pictures = CacheFolder(folder / "pictures", _MOST_PICTURES)
        self._laid_out = CacheFolder(folder / "laid-out", _MOST_LAID_OUT)
        self._known: OrderedDict[tuple[str, str, Span | None], Paged] = OrderedDict()
        self._refused: OrderedDict[str, str] = OrderedDict()
        """Reasons why something of these names cannot be made; it need not be tried again."""
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        """Held while LibreOffice is at work: who waits for it then finds what was made meanwhile."""

    def of(self, document: Document, quote: Span | None, read: Read, *, patient: bool = False) -> Paged:
        """The pages of a document, and where a stretch of its text stands on them.

        Args:
            document: with its layout.
            quote: start and end of the stretch.
            read: what gives its file's bytes.
            patient: whether nobody waits for it, so that all else on the machine comes first.

        Raises:
            UnknownSource: it has none, or none without LibreOffice.
            Unreadable: LibreOffice cannot lay it out.
        """
        name = _name(document)
        with self._lock:
            if known := self._known.get((document.source, name, quote)):
                self._known.move_to_end((document.source, name, quote))
                return known
        paged = (
            self._of_pages(document, quote)
            if _has_pages(document)
            else self._of_office(document, quote, read, patient=patient)
        )
        with self._lock:
            self._known[document.source, name, quote] = paged
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return paged

    def picture(self, paged: Paged, number: int, read: Read, *, scale: float, kind: Kind) -> bytes:
        """A page as a picture, with the quote marked.

        Args:
            paged: the document.
            number: of the page, from 0.
            read: what gives its file's bytes.
            scale: pixels a point.
            kind: of the picture. A JPEG is nowhere more than 19 times as long as wide.

        Raises:
            Unreadable: the file is damaged, or drawing it takes too long or too much memory.
        """
        key = paged.key(number, scale, kind)
        if kept := self._pictures.get(key):
            return kept
        self._refuse(key)
        data = self._office(paged.name, paged.source, read).data if paged.laid_out else read()
        draw = Draw(data, number, paged.marks.get(number, []), scale, kind)
        try:
            picture = _asked(self._draws(), draw, "drawing it").picture
        except Unreadable as reason:
            self._remember(key, reason)
            raise
        self._pictures.put(key, picture)
        return picture

    def owners(self) -> frozenset[str]:
        """The first digits of the digests of documents of which something is kept."""
        names = (*self._pictures.names(), *self._laid_out.names())
        return frozenset(owner for owner, dash, _ in (name.partition("-") for name in names) if dash)

    def drop(self, owners: Set[str]) -> None:
        """Keep nothing more of the documents whose digests begin with these digits."""
        for folder in (self._pictures, self._laid_out):
            for name in folder.names():
                if name.partition("-")[0] in owners:
                    folder.drop(name)

    def _of_pages(self, document: Document, quote: Span | None) -> Paged:
        pages = document.layout.pages
        marks = dict(marks_of(pages, *quote)) if quote else {}
        inside = (n for n, page in enumerate(pages) if quote and page.start <= quote[0] < page.end)
        return Paged(
            document.source,
            document.digest,
            _name(document),
            tuple(page.label for page in pages),
            tuple((page.width, page.height) for page in pages),
            marks,
            first=min(marks, default=next(inside, 0)),
            found=bool(marks),
        )

    def _of_office(self, document: Document, quote: Span | None, read: Read, *, patient: bool) -> Paged:
        if not is_office(document.source):
            raise UnknownSource(f"{document.source} has no pages that can be drawn.")
        if not libreoffice.available():
            raise UnknownSource(
                f"{document.source} has no pages unless LibreOffice, which makes them, is installed."
            )
        name = _name(document)
        made = self._office(name, document.source, read, patient=patient)
        marks, first = _places(document, quote, made) if quote else ({}, 0)
        return Paged(
            document.source,
            document.digest,
            name,
            tuple(str(number + 1) for number in range(len(made.sizes))),
            made.sizes,
            marks,
            first,
            found=bool(marks),
            laid_out=True,
        )

    def _office(self, name: str, source: str, read: Read, *, patient: bool = False) -> LaidOut:
        """A document as LibreOffice lays it out, from the cache if it is there."""
        if kept := self._kept(name):
            return kept
        with self._one_at_a_time:
            if kept := self._kept(name):
                return kept
            data = read()
            try:
                made = _made(data, source, patient=patient)
            except Unreadable as reason:
                if not patient:  # else it may have had no time
                    self._remember(name, reason)
                raise
            self._laid_out.put(name, msgspec.msgpack.encode(made))
            return made

    def _kept(self, name: str) -> LaidOut | None:
        """A document that was laid out before; raises ``Unreadable`` where it was found that it cannot be."""
        self._refuse(name)
        with suppress(msgspec.DecodeError):
            if kept := self._laid_out.get(name):
                return msgspec.msgpack.decode(kept, type=LaidOut)
        return None

    def _refuse(self, name: str) -> None:
        """Raise ``Unreadable`` where it was found before that something of that name cannot be made."""
        if reason := self._refused.get(name):
            raise Unreadable(reason)

    def _remember(self, name: str, reason: Unreadable) -> None:
        with self._lock:
            self._refused[name] = str(reason)
            while len(self._refused) > _KNOWN:
                self._refused.popitem(last=False)


def _made(data: bytes, source: str, *, patient: bool) -> LaidOut:
    """A document as LibreOffice lays it out."""
    suffix = kind_of(data, source) or PurePosixPath(source).suffix.lower()
    if suffix not in SUFFIXES:
        raise Unreadable(f"in truth a '{suffix}' file")
    made = _asked(_laying(), LayOut(data, suffix, patient), "laying it out").laid_out
    if made is None:
        raise Unreadable("there is nothing on its pages")
    return made


def _has_pages(document: Document) -> bool:
    return bool(document.layout.pages and document.layout.pages[0].width)


def _name(document: Document) -> str:
    inner = document.source if document.file else ""
    return _named(document.digest, f"{_VERSION} {document.digest} {inner}")


def owner_of(digest: str) -> str:
    """By which first digits of its digest what is kept of a document is told from that of others."""
    return digest[:_OWNER]


def _named(digest: str, told: str) -> str:
    """A name of something that is kept of the document of a digest."""
    return f"{owner_of(digest)}-{sha256(told.encode()).hexdigest()[:_OWNER]}"


def _places(document: Document, quote: Span, made: LaidOut) -> tuple[dict[int, list[Mark]], int]:
    """Where a quote stands on pages that were laid out, and the first page of it, or the nearest one."""
    whole = Letters(document.text)
    for reading in made.readings:
        spans = find(whole, *quote, Letters(reading.text))
        marks: dict[int, list[Mark]] = {}
        for span in spans:
            for number, boxes in marks_of(reading.pages, *span):
                marks.setdefault(number, []).extend(boxes)
        if marks:
            return marks, min(marks)
    reading = made.readings[-1]
    texts = [reading.text[page.start : page.end] for page in reading.pages]
    return {}, nearest(document.text[quote[0] : quote[1]], texts) or 0


def _asked(process: Process, request: msgspec.Struct, what: str) -> Reply:
    try:
        reply = process.ask(request, Reply)
    except Ended as ended:
        raise Unreadable(f"{what} takes too long" if ended.late else "the program crashed on it") from None
    if reply.reason:
        raise Unreadable(reply.reason)
    return reply


def close() -> None:
    """End the processes that draw and lay out, whatever they are at."""
    for process in (drawing, _laying):
        if process.cache_info().currsize:
            process().close()


@cache
def drawing() -> Process:
    """The process that draws, one for all."""
    return _ending(Process("index.drawing.child", _DRAWING))


@cache
def _laying() -> Process:
    """Another one, so that pages are drawn while LibreOffice is at work."""
    return _ending(Process("index.drawing.child", _LAYING))


def _ending(process: Process) -> Process:
    atexit.register(process.close)
    return process
