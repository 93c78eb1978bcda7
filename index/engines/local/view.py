"""A generation as far as a scope shows it: for a search, for opening and for listing, all else is not there.

Documents lie in the order of their sources, so a folder's passages and units follow each other: a scope is a
few intervals of them. Scores are computed among what is seen, with the frequencies of words there; only the
mean length of passages, which BM25 divides by, is that of all.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import structs

from index.engines.base import Entry, unknown
from index.engines.local.generation import Generation
from index.engines.local.texts import joined
from index.errors import UnknownSource
from index.languages import DEFAULT
from index.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors
    from index.engines.local.vectors import Matrix


class View(Generation):
    """What a scope shows of a generation, whose files and memory it shares. Safe to share between threads."""

    def __init__(self, whole: Generation, scope: Scope) -> None:
        self.folder, self.close = whole.folder, whole.close
        self.texts, self.whole = whole.texts, whole
        self._scope = scope
        entries = [entry for entry in whole.entries() if scope.shows(entry.source)]
        self.seen = self._passages = joined(range(entry.first, entry.last) for entry in entries)
        self.manifest = structs.replace(
            whole.manifest,
            languages=self.texts.languages(self._passages) or (DEFAULT,),
            documents=len(entries),
            passages=sum(map(len, self._passages)),
            units=sum(map(len, self._rows)),
            skipped=tuple(skip for skip in whole.manifest.skipped if scope.shows(skip.source)),
        )

    def entries(self) -> list[Entry]:
        """The documents that are seen, in the order of their sources."""
        return [entry for entry in super().entries() if self._scope.shows(entry.source)]

    def entry(self, source: str) -> Entry:
        """One of them.

        Raises:
            UnknownSource: there is none of that name, or it is hidden, which is not told apart.
        """
        found = super().entry(source)
        if not self._scope.shows(source):
            raise UnknownSource(unknown(source))
        return found

    def nearest(self, vector: "Vectors", limit: int) -> "tuple[NDArray[np.float32], NDArray[np.int64]]":
        """As of a generation, among the units that are seen."""
        return self.matrix.nearest(vector, limit, self._rows)

    @cached_property
    def matrix(self) -> "Matrix":
        """The vectors of all units."""
        return self.whole.matrix

    @cached_property
    def borders(self) -> "NDArray[np.int64]":
        """As of a generation."""
        return self.whole.borders

    @cached_property
    def _rows(self) -> list[range]:
        """The units that are seen."""
        borders = self.borders
        return [range(int(borders[one.start]), int(borders[one.stop])) for one in self._passages]
