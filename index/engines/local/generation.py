"""A finished generation of an index, opened for reading: texts, vectors and words.

    manifest.json   what made this generation, and the size and checksum of each file
    texts.sqlite    documents, passages and units: see index/engines/local/texts.py
    borders.npy     int64, the first unit of each passage, and after them the number of units
    vectors.*       row i is the vector of unit i; see index/engines/local/vectors.py
    lexical/        BM25 over passages, by their numbers

Nothing in it ever changes, and nothing is pickled. How one comes to be is ``draft.py`` and ``store.py``.
"""

import os
import weakref
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from index.documents import digest_file
from index.engines.base import Candidates, Entry, Manifest, unknown
from index.engines.local.holding import hold, release
from index.engines.local.texts import Texts
from index.errors import (
    REBUILD,
    IndexDamaged,
    IndexFolderError,
    IndexForbidden,
    IndexMismatch,
    UnknownSource,
    reason,
)
from index.records import Document, Layout, Passage, Unit
from index.units.woven import told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.engines.local.lexical import Lexical
    from index.engines.local.vectors import Matrix
    from index.words import Asked

FORMAT = 6
"""That of the folders that are written."""

READ = (5, FORMAT)
"""Those that are read; another one is built anew."""

BORDERS, MANIFEST = "borders.npy", "manifest.json"


class Generation:
    """A finished generation, opened for reading. Safe to share between threads."""

    seen: list[range] | None = None
    """The passages that are seen, by their numbers; None where all are."""

    def __init__(self, folder: Path) -> None:
        """Open the generation of a folder.

        Raises:
            IndexMismatch: another version of Docent built it.
            IndexDamaged: it is gone, or some of its files are missing or altered.
            IndexForbidden: some of its files may not be read.
        """
        self.folder = folder
        self.manifest = _read_manifest(folder)
        self.check_sizes()
        for name in self.manifest.files:
            if not os.access(folder / name, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
                raise IndexForbidden(folder / name)
        held = hold(folder / MANIFEST)
        try:
            self.texts = Texts(folder)
            """Documents, passages and units."""
        except IndexDamaged:
            release(held)
            raise
        self.close = weakref.finalize(self, _close, self.texts, held)
        """Gives back what is open, if nobody does before the generation is forgotten."""

    @property
    def name(self) -> str:
        """The generation's name, which no other one has."""
        return self.folder.name

    def entries(self) -> list[Entry]:
        """All documents, in the order of their sources."""
        return self.texts.entries()

    def entry(self, source: str) -> Entry:
        """One of them.

        Raises:
            UnknownSource: there is none of that name.
        """
        if (found := self.texts.entry(source)) is None:
            raise UnknownSource(unknown(source))
        return found

    def document(self, source: str) -> Document:
        """The document as it was indexed.

        Raises:
            UnknownSource: there is none of that name.
        """
        number = self.entry(source).id
        metadata = self.texts.metadata(number)
        return msgspec.structs.replace(
            self.texts.document(number)[0],
            layout=metadata.layout, properties=metadata.properties, notices=metadata.notices,
        )  # fmt: skip

    def holds(self, digits: Collection[str]) -> frozenset[str]:
        """Those of these that are the first digits of some document's digest; all of one length."""
        return self.texts.holds(digits)

    def sources_with(self, words: str) -> list[str]:
        """The documents whose text has these words in this very form."""
        return self.texts.sources_with(words)

    def layout(self, source: str) -> Layout:
        """How the text of a document is built.

        Raises:
            UnknownSource: there is none of that name.
        """
        return self.texts.metadata(self.entry(source).id).layout

    def passage(self, number: int) -> Passage:
        """The passage of that number; its document has its text, but no layout."""
        return self.texts.passage(number)[0]

    def passages_of(self, source: str) -> list[Passage]:
        """All passages of a document, in reading order.

        Raises:
            UnknownSource: there is no document of that name.
        """
        entry = self.entry(source)
        return [self.passage(number) for number in range(entry.first, entry.last)]

    def units(self, passages: Sequence[int]) -> list[tuple[Unit, ...]]:
        """For each of the passages of these numbers its units in reading order."""
        return [self.texts.passage(number)[1] for number in passages]

    def around(self, unit: Unit, before: int, after: int) -> tuple[list[Unit], int]:
        """The units of the passages around that of a unit, in reading order, and its own place among them.

        Args:
            unit: of this generation.
            before: so many passages before its own, and
            after: so many after it, of the same document.
        """
        source, start = unit.passage.place
        entry = self.entry(source)
        number = self.texts.starting(entry, start)
        near = range(max(entry.first, number - before), min(entry.last, number + after + 1))
        units = [one for group in self.units(near) for one in group]
        places = [(one.passage.start, one.start) for one in units]
        return units, places.index((start, unit.start))

    def rows_by_text(self, entry: Entry) -> dict[tuple[tuple[str, ...], str], int]:
        """The row of the vector of each unit of a document, by what it was made of: names and text."""
        found = {}
        for number in range(entry.first, entry.last):
            row = int(self.borders[number])
            for unit in self.texts.passage(number)[1]:
                found[told(unit), unit.shown] = row
                row += 1
        return found

    def rows_of(self, passages: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """The rows of the vectors that belong to the units of these passages, one after the other.

        Returns:
            The rows, shape (rows,), and where among them those of each passage begin, shape (passages,).
        """
        import numpy as np

        starts, ends = self.borders[passages], self.borders[passages + 1]
        lasts = np.cumsum(ends - starts)
        firsts = lasts - (ends - starts)
        return np.arange(lasts[-1] if len(lasts) else 0) + np.repeat(starts - firsts, ends - starts), firsts

    def passages_with(self, units: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the units of these numbers."""
        import numpy as np

        return np.searchsorted(self.borders, units, side="right") - 1

    def vectors(self, rows: range) -> "Vectors":
        """Unit float32 vectors of consecutive units, shape (rows, dimension)."""
        return self.matrix.rows(rows)

    def candidates(self, question: str, vector: "Vectors", limit: int) -> Candidates:
        """What is nearest to a question by its vector, of shape (dimension,), and by its words."""
        return Candidates(*self.nearest(vector, limit), self.lexical.search(question, limit))

    def cosines(self, units: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """The cosines of some units to a vector of shape (dimension,), shape (units,)."""
        return self.matrix.cosines(units, vector)

    def unload(self) -> None:
        """Give back the memory of vectors that have been read."""
        self.matrix.unload()

    def nearest(self, vector: "Vectors", limit: int) -> "tuple[NDArray[np.float32], NDArray[np.int64]]":
        """The units nearest to a vector: their cosines and rows, best first; see ``Matrix.nearest``."""
        return self.matrix.nearest(vector, limit)

    @cached_property
    def matrix(self) -> "Matrix":
        """The vectors of all units, and the search for the nearest."""
        from index.engines.local.vectors import Matrix

        try:
            return Matrix(self.folder)
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"The vectors in {self.folder} cannot be read: {reason(error)}. {REBUILD}"
            ) from error

    @cached_property
    def lexical(self) -> "Lexical":
        """The lexical index over passages."""
        from index.engines.local.lexical import Lexical

        try:
            return Lexical(self.folder / "lexical", self._asked(), self.seen)
        except OSError as error:
            raise IndexFolderError(
                f"{self.folder} cannot be written to, nor can the folder for temporary files: "
                f"{reason(error)}. Name one that can in the environment, as TMPDIR."
            ) from error
        except ValueError as error:
            raise IndexDamaged(f"The words in {self.folder} cannot be read. {REBUILD}") from error

    def _asked(self) -> "Asked":
        from index.languages import AUTO
        from index.words import Asked

        return Asked(self.manifest.languages, only=self.manifest.language != AUTO)

    def check_sizes(self) -> None:
        """Look whether all files are there and as long as they were: to read past the end of a map kills.

        Raises:
            IndexDamaged: one is not.
            IndexForbidden: that may not be looked at.
        """
        for name, (size, _) in self.manifest.files.items():
            try:
                whole = (self.folder / name).stat().st_size == size
            except PermissionError:
                raise IndexForbidden(self.folder / name) from None
            except OSError:
                whole = False
            if not whole:
                raise IndexDamaged(f"The index file {self.folder / name} is missing or cut short. {REBUILD}")

    def check(self, known: Collection[str] = ()) -> None:
        """Read everything back.

        Args:
            known: files that were read before, and are as they should be.

        Raises:
            IndexDamaged: a checksum or a count is not the one in the manifest.
        """
        for name, (_, checksum) in self.manifest.files.items():
            if name not in known and digest_file(self.folder / name) != checksum:
                raise IndexDamaged(f"The index file {self.folder / name} was altered. {REBUILD}")
        manifest = self.manifest
        wanted = [manifest.documents, manifest.passages, manifest.units]
        if [*self.texts.counts(), len(self.matrix), len(self.lexical)] != [*wanted, wanted[2], wanted[1]]:
            raise IndexDamaged(f"The parts of the index {self.folder} do not fit together. {REBUILD}")

    @cached_property
    def borders(self) -> "NDArray[np.int64]":
        """The first unit of each passage, and after them the number of units, shape (passages + 1,)."""
        import numpy as np

        try:
            borders: NDArray[np.int64] = np.load(self.folder / BORDERS)
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"{self.folder / BORDERS} cannot be read: {reason(error)}. {REBUILD}"
            ) from error
        return borders


def _read_manifest(folder: Path) -> Manifest:
    file = folder / MANIFEST
    try:
        data = file.read_bytes()
        version = msgspec.json.decode(data)["format"]
        if version not in READ:
            raise IndexMismatch(
                f"The index in {folder.parent.parent} has format {version}, "
                f"this Docent reads {FORMAT}. {REBUILD}"
            )
        return msgspec.json.decode(data, type=Manifest)
    except PermissionError:
        raise IndexForbidden(file) from None
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise IndexDamaged(f"The index file {file} cannot be read: {reason(error)}. {REBUILD}") from None


def _close(texts: Texts, held: int | None) -> None:
    texts.close()
    release(held)
