"""What is indexed, to be looked up: documents, their passages, pages and files, and what has changed."""

import copy
import difflib
import errno
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Self

from bot.answering.answers import Citation, Outdated
from bot.settings import Settings
from index import documents, history
from index.building import differences
from index.building.changes import Changes, changes
from index.building.files import Files
from index.drawing.paged import Kind, Paged, Pages, owner_of
from index.engines.base import Entry, Generation, Index, Served, unknown
from index.engines.table import index_of
from index.errors import IndexAway, IndexDamaged, IndexFolderError, UnknownSource
from index.history import Renewal
from index.opening import Opening
from index.parsing.base import Unreadable
from index.parsing.worker import shared
from index.records import Document, Passage, Span
from index.scope import EVERYTHING, Scope

_SCOPES = 16  # of which what was read is remembered, a few MB each


class Library:
    """The documents of one index, as far as a scope shows them. Safe to share between threads.

    A new generation, whoever built it, is taken up when something is next looked up.

    Args:
        settings: where the documents and the index are.
    """

    _within: "dict[Scope, Self]"  # the last asked for last

    def __init__(self, settings: Settings) -> None:
        self.store = index_of(settings)
        self.settings = _with_folder_of_index(settings, self.store)
        self.scope = EVERYTHING
        """What is seen of the index, for all that this one does."""
        self._lock = threading.Lock()
        self._opening = Opening(self.store)
        self._pages = Pages(self.settings.state_folder() / "pages")
        self._view: tuple[Generation, Generation] | None = None  # the whole one, and what is seen of it
        self._files: Files | None = None
        self._latest: Generation | None = None
        self._narrows: Self | None = None
        self._within = {}

    @property
    def _whole(self) -> Self:
        """What this one shows a part of, or itself; no attribute, which would be a cycle that keeps it."""
        return self._narrows or self

    def within(self, scope: Scope) -> Self:
        """This one as far as a scope lets it see: it searches, opens and names nothing else.

        It shares the models. This is the one way to what only some may read.

        Raises:
            ValueError: this one is narrowed already, and would not be by another scope alone.
        """
        if self._whole is not self:
            raise ValueError("What is narrowed is not narrowed again; take the whole one.")
        if scope.is_everything:
            return self
        with self._lock:
            self._within[scope] = narrowed = self._within.pop(scope, None) or self._narrowed(scope)
            while len(self._within) > _SCOPES:
                self._within.pop(next(iter(self._within)))
            return narrowed

    def _narrowed(self, scope: Scope) -> Self:
        narrowed = copy.copy(self)
        narrowed.scope, narrowed._within, narrowed._narrows = scope, {}, self
        narrowed._lock = threading.Lock()
        narrowed._view = narrowed._files = narrowed._latest = None
        return narrowed

    @property
    def fault(self) -> str:
        """What is wrong with the current generation, and what is answered from instead; "" if nothing is."""
        return self._opening.fault

    def on_fault(self, tell: Callable[[str], None]) -> None:
        """Have each fault told once, in the thread that meets it."""
        self._opening.on_fault = tell

    def has_index(self) -> bool:
        """Whether an index was built, be it damaged, or on a server that is away."""
        try:
            return self.store.current_name() is not None
        except (IndexAway, IndexDamaged):
            return True

    def generation(self) -> Generation:
        """The current generation, opened, or what stands in for it where it is damaged (``fault``).

        Raises:
            IndexFolderError: there is none, or it cannot be read.
        """
        whole = self._opening.generation()
        self._whole._take_up(whole)
        if self._whole is self:
            return whole
        with self._lock:
            if self._view is None or self._view[0] is not whole:
                self._view = whole, self.store.within(whole, self.scope)
            return self._view[1]

    def _take_up(self, whole: Generation) -> None:
        """Where a generation is new, let go of the one before, also by scopes that nobody asks."""
        if whole is self._latest:
            return
        with self._lock:
            self._latest = whole
            every: list[Library] = [self, *self._within.values()]
        for one in every:
            one._let_go()

    def _let_go(self) -> None:
        """Forget what was read of a generation."""
        with self._lock:
            self._view = self._files = None

    def sources(self) -> list[Entry]:
        """All documents of the index."""
        return self.generation().entries()

    def document(self, source: str) -> Document:
        """A document as it was indexed, or where there is no index, as it is.

        Raises:
            UnknownSource: there is none of that name; the message names the nearest ones.
        """
        if not self.has_index():
            return self._from_file(source)
        generation = self.generation()
        try:
            return generation.document(source)
        except UnknownSource as error:
            names = [entry.source for entry in generation.entries()]
            near = difflib.get_close_matches(source, names, n=3, cutoff=0.4)
            hint = f" Did you mean {' or '.join(near)}?" if near else " `docent status -v` lists them all."
            raise UnknownSource(f"{error}{hint}") from None

    def place_of(self, citation: Citation, document: Document) -> Span | None:
        """Where a quote stands in its document as that is indexed now; None where it no longer does."""
        text = document.text
        if text[citation.start : citation.end] == citation.quote:
            return citation.start, citation.end
        place = differences.place_of(self.generation(), citation.source, differences.plain(citation.shown))
        if place is None and (start := text.find(citation.quote)) >= 0:
            place = start, start + len(citation.quote)
        return place

    def around(self, source: str, offset: int) -> tuple[Passage | None, Passage, Passage | None]:
        """The passage at an offset of a document, or the next after it, between its neighbours.

        Raises:
            UnknownSource: there is no such document, or the offset lies outside it.
            IndexMissing: there is no index.
        """
        document = self.document(source)
        passages = self.generation().passages_of(document.source)
        if not passages:
            raise UnknownSource(f"{source} holds no sentence, so there is no passage to show.")
        if not 0 <= offset < len(document.text):
            raise UnknownSource(f"{source} has the offsets 0 to {len(document.text) - 1}, not {offset}.")
        found = next((i for i, p in enumerate(passages) if offset < p.end), len(passages) - 1)
        before = passages[found - 1] if found > 0 else None
        after = passages[found + 1] if found + 1 < len(passages) else None
        return before, passages[found], after

    def paged(self, source: str, quote: tuple[int, int] | None = None, *, patient: bool = False) -> Paged:
        """A document as pages, and where a stretch of its text stands on them.

        Args:
            source: of the document; its file has to be what was indexed.
            quote: start and end of the stretch, if any.
            patient: whether nobody waits for it, so that all else on the machine comes first.

        Raises:
            UnknownSource: there is no such document, it has no pages, or its file changed or is gone.
        """
        document = self.document(source)
        self._check_file(document)
        try:
            return self._pages.of(document, quote, partial(self.file_of, document), patient=patient)
        except Unreadable as reason:
            raise UnknownSource(f"Pages of {source} cannot be drawn: {reason}.") from None

    def draw(self, paged: Paged, number: int, scale: float, kind: Kind = "PNG") -> bytes:
        """A page as a picture, the quote marked; ``scale`` is pixels a point.

        Raises:
            UnknownSource: there is no such page, or the file cannot be read or drawn, or changed.
        """

        def read() -> bytes:
            document = self.document(paged.source)
            if document.digest != paged.digest:
                raise UnknownSource(f"{paged.source} changed just now.")
            return self.file_of(document)

        try:
            return self._pages.picture(paged, number, read, scale=scale, kind=kind)
        except Unreadable as reason:
            label = paged.labels[number]
            raise UnknownSource(f"Page {label} of {paged.source} cannot be drawn: {reason}.") from None

    def _pages_kept(self) -> frozenset[str]:
        """By which names pages are kept of documents of this index."""
        with suppress(IndexFolderError):
            owners = self._pages.owners() if self.has_index() else ()
            entries = self._whole.generation().entries() if owners else []
            return frozenset(owner_of(entry.digest) for entry in entries).intersection(owners)
        return frozenset()

    def _check_file(self, document: Document) -> None:
        """Raise ``UnknownSource`` where a document's file is gone or changed; it is read only if in doubt."""
        outdated = self.outdated(document.source) if self.has_index() else None
        if outdated:
            self.file_of(document)  # which has the words for it
            raise UnknownSource(f"{document.source} changed since it was indexed. Run `docent index` first.")

    def file_of(self, document: Document) -> bytes:
        """The bytes of a document's file as it was indexed; of an attachment, those of the attachment.

        Raises:
            UnknownSource: it is gone, or changed since it was indexed.
        """
        source, file = document.source, document.file or document.source
        if not self.scope.shows(source):
            raise UnknownSource(unknown(source))
        try:
            data = documents.read(self._find(file))
        except OSError as error:
            raise UnknownSource(f"{source} cannot be read: {error.strerror or error}.") from None
        except Unreadable as reason:
            raise UnknownSource(f"{source} cannot be read: {reason}.") from None
        if documents.digest(data) != document.digest:
            raise UnknownSource(f"{source} changed since it was indexed. Run `docent index` first.")
        try:
            return documents.bytes_of(source, file, data, shared().parse)
        except Unreadable as reason:
            raise UnknownSource(f"{source} cannot be read: {reason}.") from None

    def find(self, file: str) -> documents.File:
        """A file of the documents folder as it is now.

        Raises:
            OSError: it is gone or hidden, is none that can be read, or a link leads out of the folder.
        """
        if not self.scope.shows(file):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self._find(file)

    def _find(self, file: str) -> documents.File:
        place = self.settings.documents
        return documents.find(place.folder, file, follow_links=place.follow_links)

    def history(self) -> tuple[Renewal, ...]:
        """What builds have changed in the documents, oldest first, as far back as it is known."""
        return history.read(self.store.folder, self.store.current_name() or "")

    def changes(self) -> Changes:
        """How the documents that are seen differ from the index.

        Raises:
            DocumentsError: the documents folder is gone.
        """
        return changes(self._whole.generation(), self.settings).within(self.scope)

    def outdated(self, source: str) -> Outdated | None:
        """Whether and how a document's file is no longer what was indexed."""
        return self._outdated(self.generation(), source)

    def _outdated(self, generation: Generation, source: str) -> Outdated | None:
        files = self._files
        if files is None or files.generation is not generation:
            self._files = files = Files(
                generation,
                self.settings.documents.folder,
                follow_links=self.settings.documents.follow_links,
            )
        try:
            if files.unchanged(source):
                return None
        except OSError:
            folder = self.settings.documents.folder
            if isinstance(self.store, Served) and not folder.exists():
                return None  # another machine has the documents, this one only answers
            return Outdated(source, gone=True)
        return Outdated(source, gone=False)

    def _from_file(self, source: str) -> Document:
        files, _ = documents.found_by(self.settings)
        try:
            file = next(
                file for file in files if source == file.source or source.startswith(f"{file.source}/")
            )
            found = documents.load(file.source, documents.read(file), shared().parse)
            return next(one for one in found if one.source == source and self.scope.shows(source))
        except (StopIteration, Unreadable):
            folder = self.settings.documents.folder
            raise UnknownSource(f"There is no readable document '{source}' in '{folder}'.") from None


def _with_folder_of_index(settings: Settings, store: Index) -> Settings:
    """Take the documents folder from an index that was named without it."""
    named = "index.folder" in settings.given and "documents.folder" not in settings.given
    if not named or (folder := store.documents_folder()) is None:
        return settings
    return replace(settings, documents=replace(settings.documents, folder=folder))
