"""A generation being written: documents in, the files of a generation out."""

from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from index.documents import File
from index.engines.base import Entry
from index.engines.local import tables
from index.engines.local.appending import Segment, kept
from index.engines.local.generation import BORDERS, Generation
from index.engines.local.tables import Kept, Place
from index.engines.local.texts import Texts
from index.records import Divided, Document

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors


class Draft:
    """A generation being written. It becomes one by ``Store.publish``, or vanishes."""

    def __init__(self, folder: Path, old: Generation | None, kept: int = 0) -> None:
        """Begin one.

        Args:
            folder: where its files belong.
            old: the one that documents are copied from, which was checked.
            kept: so many of its passages will be.
        """
        self.folder = folder
        self.documents = 0
        """How many there are so far."""
        self._old = old
        self._borders = array("q", [0])
        self._segment: Segment | None = None  # begun with its first document
        self._texts: Texts | None = None
        self._linked = old.texts.link(folder, kept) if old else 0  # segments that are those of the old one
        self._list = tables.created(folder / tables.LIST, tables.DOCUMENTS)

    @property
    def passages(self) -> int:
        """How many there are so far."""
        return len(self._borders) - 1

    @property
    def units(self) -> int:
        """How many there are so far."""
        return self._borders[-1]

    def add(self, document: Document, file: File, passages: Divided) -> None:
        """Write a new document after those already written."""
        named = document.source, document.title, document.digest, file.source
        self._enlist(named, file, len(passages), self._write(kept(document, passages)))
        for _, units in passages:
            self._borders.append(self.units + len(units))

    def copy(self, entry: Entry, file: File) -> range:
        """Take a document over from the old generation; the result is its units there.

        Raises:
            ValueError: there is none.
        """
        if self._old is None:
            raise ValueError("there is no generation to copy from")
        texts = self._old.texts
        place = texts.place(entry.id) if self._linked else self._write(texts.kept(entry))
        named = entry.source, entry.title, entry.digest, entry.file
        self._enlist(named, file, entry.last - entry.first, place)
        borders = self._old.borders[entry.first : entry.last + 1]
        self._borders.extend((borders[1:] - borders[0] + self.units).tolist())
        return range(int(borders[0]), int(borders[-1]))

    def _write(self, kept: Kept) -> Place:
        """Write a document into the segment of this generation; where it lies."""
        if self._segment is None:
            self._segment = Segment(tables.file_of(self.folder, self._linked))
        place = Place(self._linked, self._segment.documents, self._segment.passages)
        self._segment.add(kept)
        return place

    def _enlist(self, named: tuple[str, str, str, str], file: File, passages: int, place: Place) -> None:
        """Put a document into the list.

        Args:
            named: its source, title and digest, and the source of its file.
            file: as it is now.
            passages: so many are its own.
            place: where it lies.
        """
        source, title, digest, within = named
        first, last = self.passages, self.passages + passages
        row = source, title, digest, file.size, file.mtime_ns, within, first, last, *place
        self._list.execute(tables.ENLIST, (self.documents, *row))
        self.documents += 1

    def _written(self) -> Texts:
        """The texts as they are read; nothing can be added afterwards."""
        if self._texts is None:
            if self._segment is None and not self._linked:
                self._segment = Segment(tables.file_of(self.folder, 0))  # of nothing
            if self._segment is not None:
                self._segment.finish()
            self._list.execute("COMMIT")
            self._list.close()
            self._texts = Texts(self.folder)
        return self._texts

    def languages(self) -> tuple[str, ...]:
        """The languages of the passages, of most passages first."""
        return self._written().languages([range(self.passages)])

    def write_lexical(self) -> None:
        """Write the lexical index of all passages."""
        from index.engines.local.lexical import write

        try:
            write(self.folder / "lexical", self._written().words())
        except ValueError as error:  # the way in which tantivy says that a disk is full
            raise OSError(str(error)) from error

    def write_vectors(
        self, blocks: "Callable[[NDArray[np.int64]], Iterable[Vectors]]", kept: "array[int]"
    ) -> None:
        """Write the vectors of all units; where most are those of the old generation, only the others.

        Args:
            blocks: gives the vectors of units of these numbers, each block of shape (rows, dimension).
            kept: of each unit the one of the old generation that has its vector, or a negative number.
        """
        import numpy as np

        from index.engines.local.vectors import write

        rows = np.frombuffer(kept, np.int64)
        if self._old is None or not self._old.matrix.extend(self.folder, rows, blocks):
            write(self.folder, blocks(np.arange(self.units)), self.units)

    def finish(self) -> None:
        """Have the texts written; nothing can be added afterwards."""
        import numpy as np

        np.save(self.folder / BORDERS, np.frombuffer(self._borders, np.int64))
        self._written()
        self.close()

    def linked(self) -> dict[str, tuple[int, str]]:
        """The files that are the old generation's too: of each its size, and its checksum there."""
        if self._old is None:
            return {}
        files = self._old.manifest.files.items()
        pairs = ((name, told, self.folder / name, self._old.folder / name) for name, told in files)
        return {name: told for name, told, file, other in pairs if file.exists() and file.samefile(other)}

    def close(self) -> None:
        """Give back what is open."""
        for one in (self._texts, self._segment, self._list):
            if one is not None:
                one.close()
