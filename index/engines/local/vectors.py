"""The vectors of an index on disk, and the search for those nearest to a question's.

    vectors.npy     float32 matrix, row i is the unit vector of sentence i
    vectors.faiss   beside more than EXACT_UP_TO rows: their copies in 8 bits, in lists of like ones

A few rows are all compared with the question. Of many, those in the lists whose middles are nearest
are compared by their copies, and the best of them again by their rows: every cosine is exact, but a
row in a list that was not looked into is missed. Both files are memory-mapped; nothing is pickled.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

EXACT_UP_TO = 100_000
"""Rows that are all compared with a question: 14 ms on one core, where lists take 2 ms and miss some."""

LISTS_PER_ROOT = 2
"""Lists, over the square root of the rows: of a million, 2,000 lists of 500."""

PROBES, LIMIT_PER_PROBE = 160, 16
"""Lists that are looked into: so many, and one more for every so many sentences wanted.

Where 200 of a million are wanted, 99.0 % of the true best 10 are found, in 5 ms; 96 lists and 12 more find
98.0 %, in 3 ms (benchmarks/README.md).
"""

_SPARE = 100  # candidates beyond those wanted, for copies in 8 bits are ranked a little differently
_SAMPLE = 40  # rows a list that k-means sees; of fewer than 39 FAISS warns
_MATRIX, _LISTS = "vectors.npy", "vectors.faiss"
_BLOCK = 8192  # rows in memory at a time
_GATHERED = 512  # rows copied at a time, to be compared with a question


def write(folder: Path, blocks: Iterable["Vectors"], count: int) -> None:
    """Write vectors, and the lists to search them by where they are many.

    Args:
        folder: where the files belong.
        blocks: the vectors in order, each block of shape (rows, dimension).
        count: rows of all blocks together.

    Raises:
        OSError: the disk is full, or the like.
    """
    import numpy as np

    with (folder / _MATRIX).open("wb") as stream:  # not through a map: a full disk would kill the process
        for block in blocks:
            if not stream.tell():
                header = {"descr": "<f4", "fortran_order": False, "shape": (count, block.shape[1])}
                np.lib.format.write_array_header_1_0(stream, header)
            stream.write(np.ascontiguousarray(block, "<f4").data)
    if count > EXACT_UP_TO:
        _write_lists(folder)


def _write_lists(folder: Path) -> None:
    """Sort the rows into lists by k-means, whose middles are found from an even sample of the rows."""
    import faiss
    import numpy as np

    file = folder / _MATRIX
    count, dimension = _mapped(file).shape
    lists = int(LISTS_PER_ROOT * sqrt(count))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    sample = np.linspace(0, count - 1, min(count, _SAMPLE * lists)).astype(np.int64)
    parts = np.array_split(sample, -(-count // _BLOCK))
    index.train(np.concatenate([_mapped(file)[part] for part in parts]))
    for start in range(0, count, _BLOCK):
        index.add(_mapped(file)[start : start + _BLOCK])
    try:
        faiss.write_index(index, str(folder / _LISTS))
    except RuntimeError as error:  # the way in which FAISS says that a disk is full
        raise OSError(str(error)) from error


def _mapped(file: Path) -> "Vectors":
    """The matrix in a file, through a map of its own: what has been read through it counts as memory."""
    import numpy as np

    return np.lib.format.open_memmap(file, mode="r").view(np.ndarray)


class Matrix:
    """The vectors of a finished generation, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Map the vectors of a generation.

        Raises:
            ValueError: the files hold something else.
            OSError: they cannot be read.
        """
        self._folder = folder
        self._rows = _mapped(folder / _MATRIX)
        if self._rows.ndim != 2 or self._rows.dtype != "<f4" or not self._rows.flags.c_contiguous:
            raise ValueError(f"{_MATRIX} holds no float32 matrix")
        self._lists = self._open_lists() if (folder / _LISTS).is_file() else None

    def __len__(self) -> int:
        return len(self._rows)

    def leave(self) -> None:
        """Give back the memory of what has been read; it is read again when it is wanted."""
        self._rows = _mapped(self._folder / _MATRIX)

    def rows(self, rows: range) -> "Vectors":
        """The vectors of consecutive sentences, shape (rows, dimension): a view that is not to be changed."""
        return self._rows[rows.start : rows.stop]

    def batch(self, rows: "NDArray[np.int64]") -> "Vectors":
        """A copy of the vectors of many sentences, shape (rows, dimension)."""
        return _mapped(self._folder / _MATRIX)[rows]

    def cosines(self, rows: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """Those of some sentences to a vector of shape (dimension,), shape (rows,)."""
        import numpy as np

        cosines = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _GATHERED):
            part = slice(first, first + _GATHERED)
            np.matmul(self._rows[rows[part]], vector, out=cosines[part])
        return cosines

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
        import faiss
        import numpy as np

        competing = len(self) if among is None else sum(map(len, among))
        limit = min(limit, competing)
        if self._lists is None or competing <= EXACT_UP_TO:
            return self._exactly(vector, limit, [range(len(self))] if among is None else among)
        kept: Any = None
        wide = faiss.SearchParametersIVF()
        wide.nprobe = int((PROBES + limit // LIMIT_PER_PROBE) * sqrt(len(self) / competing))
        if among is not None:
            bits = np.zeros(len(self), bool)
            for one in among:
                bits[one.start : one.stop] = True
            selector: Any = faiss.IDSelectorBitmap  # its types are those of C++
            wide.sel = kept = selector(np.packbits(bits, bitorder="little"))  # FAISS holds no reference
        _, found = self._lists.search(vector[np.newaxis], limit + _SPARE, params=wide)
        del kept
        rows = np.sort(found[found >= 0])  # -1 stands for those that the lists looked into did not hold
        cosines = self._rows[rows] @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return cosines[best], rows[best]

    def _exactly(
        self, vector: "Vectors", limit: int, among: Sequence[range]
    ) -> tuple["NDArray[np.float32]", "NDArray[np.int64]"]:
        """The nearest sentences by comparing all rows of some intervals."""
        import faiss
        import numpy as np

        found: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
        for one in among:
            part, most = self._rows[one.start : one.stop], min(limit, len(one))
            cosines, rows = faiss.knn(vector[np.newaxis], part, most, faiss.METRIC_INNER_PRODUCT)
            found.append((cosines[0], rows[0] + one.start))
        if len(found) == 1:
            return found[0]
        cosines = np.concatenate([np.empty(0, np.float32), *(one for one, _ in found)])
        rows = np.concatenate([np.empty(0, np.int64), *(other for _, other in found)])
        best = np.argsort(-cosines, kind="stable")[:limit]
        return cosines[best], rows[best]

    def _open_lists(self) -> Any:
        import faiss

        try:
            lists = faiss.read_index(str(self._folder / _LISTS), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        if lists.ntotal != len(self._rows):
            raise ValueError(f"{_LISTS} and {_MATRIX} do not fit together")
        return lists
