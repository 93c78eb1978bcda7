"""Lists of like vectors, in which the nearest of many are looked for: FAISS's inverted lists.

Copies of the rows lie in lists by their nearest centroid, by product quantisation: 4 bits for each 4 numbers,
which are compared many at a time. They only tell which rows may be near; these are then compared themselves.
It was chosen among what FAISS offers by benchmarks/approximate.py. Indexes of earlier versions have copies in
8 bits for each number, in twice as many lists; they are searched as they were.
"""

from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.engines.local.rows import BLOCK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

LISTS_PER_ROOT = 1
"""Lists, over the square root of the rows: of a million, 1,000 lists of 1,000."""

PROBES, LIMIT_PER_PROBE = 300, 16
"""Lists that are looked into: so many, and one more for every so many rows wanted.

Of 100,000 rows that is nearly all lists, of a million a third, of ten million a tenth.
"""

_CODE, _BITS = 4, 4  # numbers of a vector that a code stands for, and its bits
_SPARE = 300  # candidates beyond those wanted, for copies are ranked a little differently
_OF_EIGHT_BITS = 160, 100  # lists and spare candidates of an index of earlier versions
_SAMPLE = 40  # rows a list that k-means sees; of fewer than 39 FAISS warns


def file_of(folder: Path, number: int) -> Path:
    """The file of a segment's lists; the first has the number 0."""
    return folder / (f"vectors-{number}.faiss" if number else "vectors.faiss")


class Source(Protocol):
    """Rows to be put into lists."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers of a row."""
        ...

    def batch(self, rows: "NDArray[np.int64]") -> "Vectors":
        """Some of them, shape (rows, dimension)."""
        ...


def write(folder: Path, rows: Source) -> None:
    """Sort rows into lists, of which what takes most memory are the copies, half a byte a number.

    Raises:
        OSError: the disk is full, or the like.
    """
    index = trained(rows)
    fill(index, rows, range(len(rows)))
    save(index, folder)


def append(folder: Path, rows: Source, number: int) -> None:
    """Sort the rows of a later segment into lists of their own, by the centroids of the first one's.

    Raises:
        OSError: the disk is full, or the like.
    """
    import faiss

    try:
        index = faiss.read_index(str(file_of(folder, 0)))
    except RuntimeError as error:
        raise OSError(str(error)) from error
    index.reset()
    fill(index, rows, range(len(rows)))
    save(index, folder, number)


def trained(rows: Source) -> Any:
    """Lists with nothing in them yet, whose centroids k-means finds from an even sample of the rows."""
    import faiss
    import numpy as np

    count, dimension = len(rows), rows.dimension
    lists = int(LISTS_PER_ROOT * sqrt(count))
    index = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatIP(dimension), dimension, lists, _codes(dimension), _BITS, faiss.METRIC_INNER_PRODUCT
    )
    sample = np.linspace(0, count - 1, min(count, _SAMPLE * lists)).astype(np.int64)
    parts = np.array_split(sample, -(-len(sample) // BLOCK))
    index.train(np.concatenate([rows.batch(part) for part in parts]))
    return index


def fill(index: Any, rows: Source, part: range) -> None:
    """Put a part of the rows into trained lists, block by block."""
    import numpy as np

    for start in range(part.start, part.stop, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, part.stop))
        index.add_with_ids(rows.batch(numbers), numbers)


def save(index: Any, folder: Path, number: int = 0) -> None:
    """Write the lists of a segment to their file.

    Raises:
        OSError: the disk is full, or the like.
    """
    import faiss

    try:
        faiss.write_index(index, str(file_of(folder, number)))
    except RuntimeError as error:  # the way in which FAISS says that a disk is full
        raise OSError(str(error)) from error


def _codes(dimension: int) -> int:
    """Codes of a vector: of ``_CODE`` numbers each, or of more where the dimension has no such part."""
    return next(count for count in range(max(1, dimension // _CODE), 0, -1) if dimension % count == 0)


class Lists:
    """Lists that were written, opened for searching. Safe to share between threads."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        """Map those of a segment.

        Raises:
            ValueError: the file holds something else.
        """
        import faiss

        try:
            self._index: Any = faiss.read_index(str(file_of(folder, number)), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        old = isinstance(self._index, faiss.IndexIVFScalarQuantizer)
        self._probes, self._spare = _OF_EIGHT_BITS if old else (PROBES, _SPARE)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def share(self, limit: int, competing: float = 1.0) -> float:
        """Of all lists, those that are looked into where so many rows are wanted.

        Args:
            limit: rows wanted.
            competing: the share of the rows that compete; of few, more lists are looked into.
        """
        wanted = self._probes + limit // LIMIT_PER_PROBE
        return float(min(1.0, wanted / sqrt(competing) / self._index.nlist))

    def candidates(
        self, vector: "Vectors", limit: int, competing: float, among: "NDArray[np.bool_] | None" = None
    ) -> "NDArray[np.int64]":
        """Rows that are likely to hold those nearest to a vector, in their order.

        Args:
            vector: of shape (dimension,).
            limit: so many are wanted; more are given.
            competing: the share of the rows that compete.
            among: which compete, by default all.
        """
        import faiss
        import numpy as np

        kept: Any = None
        wide = faiss.SearchParametersIVF()
        wide.nprobe = round(self.share(limit, competing) * self._index.nlist)
        if among is not None:
            selector: Any = faiss.IDSelectorBitmap  # its types are those of C++
            wide.sel = kept = selector(np.packbits(among, bitorder="little"))  # FAISS holds no reference
        _, found = self._index.search(vector[np.newaxis], limit + self._spare, params=wide)
        del kept
        return np.sort(found[found >= 0])  # -1 stands for those that the lists looked into did not hold
