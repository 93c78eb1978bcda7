"""Texts that wait in the journal in, their vectors in it out; and from those the vectors of units."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.building import splitting
from index.building.progress import Progress
from index.encoder import Encoder
from index.engines.local.generation import Generation
from index.invisible import visible
from index.journal import Journal

if TYPE_CHECKING:
    from array import array

    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

BLOCK = 4096  # texts encoded at a time: what a build that is killed loses at most


class Encoding:
    """Has the texts that wait in the journal encoded, block by block, and tells how far that is.

    How many there will be is known when the last document is split; before, it is estimated from the
    share of the bytes that are split by then.
    """

    def __init__(self, encoder: Encoder, journal: Journal, progress: Progress, size: int) -> None:
        self._encoder, self._journal, self._progress = encoder, journal, progress
        self._size = size  # bytes to be split in all
        self._begun = False

    def document_done(self) -> None:
        """A document is split; once encoding has begun, sentences are told of instead."""
        if not self._begun:
            self._progress.advance(1)

    def go_on(self, split: int) -> None:
        """Encode the texts that wait if they make a block; so many bytes are split by now."""
        if len(self._journal.waiting) >= BLOCK:
            self._encode((split + 1) / (self._size + 1))

    def finish(self) -> None:
        """Encode the rest."""
        if self._journal.waiting:
            self._encode(1.0)

    def _encode(self, share: float) -> None:
        expected = round(len(self._journal) / share) - self._journal.kept
        if self._begun:
            self._progress.expect(expected)
        else:
            self._progress.stage("encoding texts", expected)
            self._begun = True
        self._journal.append(
            self._encoder.encode([*map(visible, self._journal.waiting)], self._progress.advance)
        )


def vectors_of_units(
    rows: "array[int]",
    around: "array[int]",
    dimension: int,
    old: Generation | None,
    journal: Journal,
    units: "NDArray[np.int64]",
) -> Iterator["Vectors"]:
    """The vectors of some units, block by block of shape (rows, dimension).

    Args:
        rows: for every unit the row of its vector in the old generation, or -1 - i where its own is the i-th
            of the journal.
        around: the number in the journal of what it stands under, or -1.
        dimension: of the vectors.
        old: the generation that vectors are copied from.
        journal: of the texts that were encoded.
        units: their numbers.
    """
    import numpy as np

    numbers, contexts = np.frombuffer(rows, np.int64), np.frombuffer(around, np.int64)
    for start in range(0, len(units) or 1, BLOCK):  # of no rows, one block without any
        part = units[start : start + BLOCK]
        block, names = numbers[part], contexts[part]
        vectors, copied = np.empty((len(block), dimension), np.float32), block >= 0
        if old is not None and copied.any():
            vectors[copied] = old.matrix.batch(block[copied])
        if not copied.all():
            own, under = journal.vectors(-1 - block[~copied]), names[~copied]
            own[under >= 0] += splitting.CONTEXT_WEIGHT * journal.vectors(under[under >= 0])
            vectors[~copied] = own / np.linalg.norm(own, axis=1, keepdims=True)
        yield vectors
