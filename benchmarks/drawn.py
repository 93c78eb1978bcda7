"""Vectors of sentences drawn as ``synthetic.py`` draws them, without texts, each made when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.synthetic import PER_DOCUMENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.synthetic import Recombining
    from index.encoder import Vectors


class Drawn:
    """So many rows, the same ones each time, of which 8 bytes each are kept.

    Args:
        encoder: which has the vectors of the halves, and of noise.
        articles: the halves, as of ``synthetic.halves``.
        count: rows.
    """

    def __init__(self, encoder: Recombining, articles: list[list[tuple[str, str]]], count: int) -> None:
        rng = np.random.default_rng(0)
        firsts = [[encoder.row[first] for first, _ in article] for article in articles]
        ends = np.array([encoder.row[second] for article in articles for _, second in article], np.int16)
        sizes, lines = np.array([*map(len, firsts)]), np.concatenate(firsts).astype(np.int16)
        begins = np.cumsum(sizes) - sizes
        documents = rng.integers(0, len(sizes), -(-count // PER_DOCUMENT))
        article = np.repeat(documents, PER_DOCUMENT)[:count]
        self._halves, self._noise = encoder.halves, encoder.noise
        self._first = lines[begins[article] + rng.integers(0, sizes[article])]
        self._second = rng.choice(ends, count)
        self._noises = rng.integers(0, len(encoder.noise), (2, count), np.int16)

    def __len__(self) -> int:
        return len(self._first)

    @property
    def dimension(self) -> int:
        """Numbers of a row."""
        return int(self._halves.shape[1])

    def batch(self, rows: NDArray[np.int64]) -> Vectors:
        """Some of them, shape (rows, dimension)."""
        sums: Vectors = self._halves[self._first[rows]]
        for table, of in (
            (self._halves, self._second),
            (self._noise, self._noises[0]),
            (self._noise, self._noises[1]),
        ):
            sums += table[of[rows]]
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums
