"""The vectors of an index on disk, and the search for those nearest to a question's.

    vectors.npy     the matrix: see index/engines/local/rows.py
    vectors.faiss   beside more than EXACT_UP_TO rows: lists of like ones, see index/engines/local/lists.py
    and others      after a build that reused these: see index/engines/local/segments.py

A few rows are all compared with the question. Of many, those in the lists whose centroids are nearest are
compared by their copies, and the best of them again by their rows: every cosine is that of its row, but a row
in a list that was not looked into is missed. Nothing is pickled.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.engines.local import lists, rows
from index.engines.local.rows import Rows
from index.engines.local.segments import Segments

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

EXACT_UP_TO = 100_000
"""Rows that are all compared with a question: 14 ms on one core, where lists take 2 ms and miss some."""


def write(folder: Path, blocks: Iterable["Vectors"], count: int) -> None:
    """Write vectors, and the lists to search them by where they are many.

    Args:
        folder: where the files belong.
        blocks: the vectors in order, each block of shape (rows, dimension).
        count: rows of all blocks together.

    Raises:
        OSError: the disk is full, or the like.
    """
    many = count > EXACT_UP_TO
    rows.write(folder, blocks, count, half=many)
    if many:
        lists.write(folder, Rows(folder))


class Matrix:
    """The vectors of a finished generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Map the vectors of a generation.

        Raises:
            ValueError: the files hold something else.
            OSError: they cannot be read.
        """
        self._rows = Segments(folder)
        self.unload, self.rows, self.extend = self._rows.unload, self._rows.between, self._rows.extend
        self.batch, self.cosines = self._rows.batch, self._rows.cosines

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(
        self, vector: "Vectors", limit: int, among: Sequence[range] | None = None
    ) -> tuple["NDArray[np.float32]", "NDArray[np.int64]"]:
        """The sentences nearest to a vector of shape (dimension,), best first.

        Args:
            vector: of a question.
            limit: so many.
            among: the rows that compete, by default all. Of a part that is few all are compared, as if there
                were no others; else so many lists more are looked into as rows of them do not compete.

        Returns:
            Their cosines and their rows, each of shape (found,); found is limit, or a little less.
        """
        import numpy as np

        competing = len(self) if among is None else sum(map(len, among))
        limit = min(limit, competing)
        if not self._rows.lists or competing <= EXACT_UP_TO:
            return self._rows.nearest(vector, limit, [range(len(self))] if among is None else among)
        compete = None
        if among is not None:
            compete = np.zeros(len(self), bool)
            for one in among:
                compete[one.start : one.stop] = True
        near = self._rows.candidates(vector, limit, compete)
        cosines = self._rows.cosines(near, vector)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return cosines[best], near[best]
