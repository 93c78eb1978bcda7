"""Vectors by chance, and which are the best of them."""

from pathlib import Path

import numpy as np

from index.engines.local import vectors
from index.engines.local.vectors import Matrix
from tests.words_encoder import Vectors

FEW = 1000


def unit(rows: Vectors) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clustered(count: int, dimension: int = 64, subjects: int = 200) -> Vectors:
    """As those of sentences lie: around subjects, which have something in common among them."""
    rng = np.random.default_rng(5)
    centroids = unit(rng.normal(size=(subjects, dimension)) + 0.5)
    return unit(centroids[rng.integers(0, subjects, count)] + rng.normal(size=(count, dimension)) * 0.08)


def written(folder: Path, rows: Vectors, size: int = 700) -> Matrix:
    folder.mkdir(exist_ok=True)
    vectors.write(folder, (rows[start : start + size] for start in range(0, len(rows), size)), len(rows))
    return Matrix(folder)


def best(rows: Vectors, question: Vectors, limit: int) -> list[int]:
    return np.argsort(-(rows @ question), kind="stable")[:limit].tolist()
