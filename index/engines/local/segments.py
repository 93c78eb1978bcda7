"""The rows of an index in segments, so that one that is built again writes only the rows that are new.

    vectors.npy, vectors.faiss       the first segment
    vectors-1.npy, vectors-1.faiss   what a build after it added, and so on
    order.npy                        int32, shape (units,): the row of each unit, segments one after another
    units.npy                        int32, shape (rows,): the unit of each row, or -1 where it is gone

The files of segments are those of the generation before, by hard links, so generations stay immutable and one
can be removed without the other. The lists of later segments have the centroids of the first one. Where there
are many segments, or many rows that are gone, the next build writes all rows anew, as one.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from index.engines.local import lists, rows
from index.engines.local.linking import GONE, SEGMENTS, linked
from index.engines.local.lists import Lists
from index.engines.local.rows import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

ORDER, UNITS = "order.npy", "units.npy"


class Segments:
    """The rows of a generation by their units, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Map them.

        Raises:
            ValueError: the files hold something else, or do not fit together.
            OSError: they cannot be read.
        """
        import numpy as np

        self.folder = folder
        numbers = [0, *_numbers(folder)]
        self._rows = [Rows(folder, number) for number in numbers]
        self.lists = [Lists(folder, number) for number in numbers if lists.file_of(folder, number).is_file()]
        if self.lists and [*map(len, self.lists)] != [*map(len, self._rows)]:
            raise ValueError("the lists and rows of segments do not fit together")
        self._starts = np.cumsum([0, *map(len, self._rows)])
        self._order: NDArray[np.int32] | None = None
        self._units: NDArray[np.int32] | None = None
        if (folder / ORDER).is_file():
            self._order, self._units = (np.load(folder / name, mmap_mode="r") for name in (ORDER, UNITS))
            if len(self._units) != self._starts[-1]:
                raise ValueError(f"{UNITS} and the segments do not fit together")

    def __len__(self) -> int:
        return len(self._rows[0]) if self._order is None else len(self._order)

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        return self._rows[0].dimension

    def unload(self) -> None:
        """Give back the memory of what has been read; it is read again when it is wanted."""
        for one in self._rows:
            one.unload()

    def between(self, units: range) -> "Vectors":
        """The vectors of consecutive units, shape (units, dimension), not to be changed."""
        import numpy as np

        if self._order is None:
            return self._rows[0].between(units)
        return self.batch(np.arange(units.start, units.stop))

    def batch(self, units: "NDArray[np.int64]") -> "Vectors":
        """A copy of the vectors of many units, shape (units, dimension), of which none stays in memory."""
        import numpy as np

        found = np.empty((len(units), self.dimension), np.float32)
        for one, places, numbers in self._stored(units):
            found[places] = one.batch(numbers)
        return found

    def cosines(self, units: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """Those of some units to a vector of shape (dimension,), shape (units,)."""
        import numpy as np

        found = np.empty(len(units), np.float32)
        for one, places, numbers in self._stored(units):
            found[places] = one.cosines(numbers, vector)
        return found

    def _stored(
        self, units: "NDArray[np.int64]"
    ) -> "list[tuple[Rows, NDArray[np.bool_] | slice, NDArray[np.int64]]]":
        """Of each segment, which of the units it holds, and their rows in it."""
        import numpy as np

        if self._order is None:
            return [(self._rows[0], slice(None), units)]
        stored = self._order[units].astype(np.int64)
        found = []
        for one, (start, stop) in zip(self._rows, pairwise(self._starts.tolist()), strict=True):
            places = (start <= stored) & (stored < stop)
            if places.any():
                found.append((one, places, stored[places] - start))
        return found

    def nearest(
        self, vector: "Vectors", limit: int, among: Sequence[range]
    ) -> tuple["NDArray[np.float32]", "NDArray[np.int64]"]:
        """The units of some intervals nearest to a vector, by comparing all: see ``Matrix.nearest``."""
        import numpy as np

        if self._order is None:
            return self._rows[0].nearest(vector, limit, among)
        units = np.concatenate([np.empty(0, np.int64), *(np.arange(one.start, one.stop) for one in among)])
        cosines = self.cosines(units, vector)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return cosines[best], units[best]

    def candidates(
        self, vector: "Vectors", limit: int, among: "NDArray[np.bool_] | None" = None
    ) -> "NDArray[np.int64]":
        """Units that are likely to be those nearest to a vector, by the lists of each segment, in order.

        Args:
            vector: of shape (dimension,).
            limit: so many are wanted; more are given.
            among: which of the units compete, shape (units,); by default all.
        """
        import numpy as np

        share = 1.0 if among is None else float(among.mean())
        if among is not None and self._units is not None:
            among = among[self._units] & (self._units >= 0)
        found = []
        for one, (start, stop) in zip(self.lists, pairwise(self._starts.tolist()), strict=True):
            part = None if among is None else among[start:stop]
            stored = start + one.candidates(vector, limit, share, part)
            found.append(stored if self._units is None else self._units[stored])
        units = np.concatenate(found).astype(np.int64)
        return np.sort(units[units >= 0])

    def extend(
        self,
        folder: Path,
        kept: "NDArray[np.int64]",
        blocks: "Callable[[NDArray[np.int64]], Iterable[Vectors]]",
    ) -> bool:
        """Write the rows of another generation as those of this one and a segment more, where that is good.

        Args:
            folder: where the files of the other generation belong.
            kept: for each of its units the unit of this generation that has its vector, or a negative number.
            blocks: gives the vectors of such of its units as have no row yet.

        Returns:
            Whether it was done; where not, nothing is there.

        Raises:
            OSError: the disk is full, or the like.
        """
        import numpy as np

        once = np.zeros(len(kept), bool)  # of units that have the vector of the same unit, one has its row
        once[np.unique(kept, return_index=True)[1]] = True
        reused = once & (kept >= 0)
        new, total = np.flatnonzero(~reused), int(self._starts[-1])
        later = total - len(self._rows[0]) + len(new)
        gone = total - int(reused.sum())
        if not self.lists or len(self._rows) == SEGMENTS:
            return False
        if max(later, gone) > GONE * total:  # for later ones centroids were not made
            return False
        files = (
            (file_of, number)
            for number in range(len(self._rows))
            for file_of in (rows.file_of, lists.file_of)
        )
        if not linked((file_of(self.folder, number), file_of(folder, number)) for file_of, number in files):
            return False
        order = np.empty(len(kept), np.int32)
        old = kept[reused]
        order[reused] = old if self._order is None else self._order[old]
        order[new] = np.arange(total, total + len(new))
        units = np.full(total + len(new), -1, np.int32)
        units[order] = np.arange(len(order))
        np.save(folder / ORDER, order)
        np.save(folder / UNITS, units)
        if len(new):
            number = len(self._rows)
            rows.write(folder, blocks(new), len(new), half=True, number=number)
            lists.append(folder, Rows(folder, number), number)
        return True


def _numbers(folder: Path) -> Iterable[int]:
    """The segments after the first."""
    for number in count(1):
        if not rows.file_of(folder, number).is_file():
            return
        yield number
