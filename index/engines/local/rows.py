"""The matrix of an index on disk: row i is the vector of unit i, in 32 bits, or of very many in 16.

In 16 bits a cosine of 768 numbers differs by 0.00005 at most, and the file is half as long
(benchmarks/README.md). It is a plain array of numpy's: in 32 bits it is mapped to memory, in 16 the rows that
are wanted are read, or in time all of them would be there. All arithmetic is in float32.
"""

import os
import weakref
from collections.abc import Iterable, Sequence
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

BLOCK = 8192  # rows in memory at a time
_GATHERED = 512  # rows copied at a time, to be compared with a question


def file_of(folder: Path, number: int) -> Path:
    """The file of a segment; the first has the number 0."""
    return folder / (f"vectors-{number}.npy" if number else "vectors.npy")


def write(folder: Path, blocks: Iterable["Vectors"], count: int, *, half: bool, number: int = 0) -> None:
    """Write a matrix.

    Args:
        folder: where the file belongs.
        blocks: the rows in order, each block of shape (rows, dimension).
        count: rows of all blocks together.
        half: whether they are kept in 16 bits.
        number: of the segment.

    Raises:
        OSError: the disk is full, or the like.
    """
    import numpy as np

    kind = "<f2" if half else "<f4"
    with file_of(folder, number).open(
        "wb"
    ) as stream:  # not through a map: a full disk would kill the process
        for block in blocks:
            if not stream.tell():
                header = {"descr": kind, "fortran_order": False, "shape": (count, block.shape[1])}
                np.lib.format.write_array_header_1_0(stream, header)
            stream.write(np.ascontiguousarray(block, kind).data)


class Rows:
    """A matrix that was written, opened for reading. Safe to share between threads."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        """Map that of a segment.

        Raises:
            ValueError: the file holds something else.
            OSError: it cannot be read.
        """
        self._file = file_of(folder, number)
        self._rows = self._mapped()
        if self._rows.ndim != 2 or self._rows.dtype not in ("<f4", "<f2"):
            raise ValueError(f"{self._file.name} holds no matrix of float32 or float16")
        if not self._rows.flags.c_contiguous:
            raise ValueError(f"{self._file.name} holds no matrix by rows")
        self._stream: FileIO | None = None
        if self._rows.dtype == "<f2" and hasattr(os, "preadv"):
            self._stream = self._file.open("rb", buffering=0)
            weakref.finalize(self, self._stream.close)
            self._begin = self._file.stat().st_size - self._rows.nbytes

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        return int(self._rows.shape[1])

    def _mapped(self) -> "NDArray[np.floating]":
        """The matrix through a map of its own: what has been read through it counts as memory."""
        import numpy as np

        return np.lib.format.open_memmap(self._file, mode="r").view(np.ndarray)

    def unload(self) -> None:
        """Give back the memory of what has been read; it is read again when it is wanted."""
        self._rows = self._mapped()

    def between(self, rows: range) -> "Vectors":
        """Consecutive rows, shape (rows, dimension), not to be changed: in 32 bits they are those mapped."""
        import numpy as np

        if self._stream is None:
            return self._rows[rows.start : rows.stop].astype(np.float32, copy=False)
        found = np.empty((len(rows), self.dimension), self._rows.dtype)
        self._read(found[np.newaxis], [rows.start])
        return found.astype(np.float32)

    def _read(self, found: "NDArray[np.floating]", firsts: Sequence[int]) -> None:
        """Fill each part of an array with the rows from a number on."""
        if self._stream is None or not found.size:
            return
        size = self.dimension * found.itemsize
        descriptor, begin = self._stream.fileno(), self._begin
        if len(firsts) > 1 and hasattr(os, "posix_fadvise"):  # a disk gives many at once in half of the time
            for first in firsts:
                os.posix_fadvise(descriptor, begin + first * size, size, os.POSIX_FADV_WILLNEED)
        read = sum(
            os.preadv(descriptor, [part.data], begin + first * size)
            for part, first in zip(found, firsts, strict=True)
        )
        if read != found.nbytes:
            raise OSError(f"{self._file.name} is cut short")

    def _gathered(self, rows: "NDArray[np.int64]") -> "Vectors":
        """A copy of some rows, shape (rows, dimension); of very many rows it is read and not mapped."""
        import numpy as np

        if self._stream is None:
            return self._rows[rows].astype(np.float32, copy=False)
        found = np.empty((len(rows), self.dimension), self._rows.dtype)
        self._read(found, rows.tolist())
        return found.astype(np.float32)

    def batch(self, rows: "NDArray[np.int64]") -> "Vectors":
        """A copy of many rows, shape (rows, dimension), of which none stays in memory."""
        import numpy as np

        return self._mapped()[rows].astype(np.float32, copy=False)

    def cosines(self, rows: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """Those of some rows to a vector of shape (dimension,), shape (rows,)."""
        import numpy as np

        cosines = np.empty(len(rows), np.float32)
        for first in range(0, len(rows), _GATHERED):
            part = slice(first, first + _GATHERED)
            np.matmul(self._gathered(rows[part]), vector, out=cosines[part])
        return cosines

    def nearest(
        self, vector: "Vectors", limit: int, among: Sequence[range]
    ) -> tuple["NDArray[np.float32]", "NDArray[np.int64]"]:
        """The rows of some intervals nearest to a vector, by comparing all: see ``Matrix.nearest``."""
        import faiss
        import numpy as np

        whole = self._rows.dtype == np.float32  # and needs no copy
        found: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
        for one in among:
            for start in range(one.start, one.stop, step := max(1, len(one)) if whole else BLOCK):
                part = self.between(range(start, min(start + step, one.stop)))
                most = min(limit, len(part))
                cosines, rows = faiss.knn(vector[np.newaxis], part, most, faiss.METRIC_INNER_PRODUCT)
                found.append((cosines[0], rows[0] + start))
        if len(found) == 1:
            return found[0]
        cosines = np.concatenate([np.empty(0, np.float32), *(one for one, _ in found)])
        rows = np.concatenate([np.empty(0, np.int64), *(other for _, other in found)])
        best = np.argsort(-cosines, kind="stable")[:limit]
        return cosines[best], rows[best]
