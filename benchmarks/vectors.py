"""How many of the nearest sentences are found among a million, and how fast.

    python -m benchmarks.vectors FILE... [--rows 1000000] [--folder DIR]

There is no million of real sentences here, so they are made: each is a sentence of the SQuAD-format
FILEs, moved towards one of its 50 neighbours and by a part of the difference of two others, which
keeps the directions in which real sentences differ. The questions are those of the FILEs. A neighbour
counts as found if its cosine is at least that of the true last one. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import squad
from benchmarks.million import questions_of
from index import documents
from index.engines.local import vectors
from index.units.divide import divide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.encoder import Vectors

QUESTIONS = 200
BLOCK = 20_000  # rows at a time
NEIGHBOURS = 50
LIMITS = (200, 5000)  # search.candidates and search.sweep


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="for the files, 2 GB a million")
    given = parser.parse_args()
    real, questions = encoded(given.files)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        start = time.perf_counter()
        vectors.write(Path(folder), made(real, given.rows), given.rows)
        print(f"{given.rows} rows made of {len(real)} and written in {time.perf_counter() - start:.0f} s\n")
        matrix = vectors.Matrix(Path(folder))
        best = exact(matrix, questions, max(LIMITS))
        print("| wanted | found of the best 10 | of all wanted | median ms | 95 % within ms |")
        print("|---|---|---|---|---|")
        for limit in LIMITS:
            print(row(matrix, questions, best, limit))


def encoded(files: list[Path]) -> tuple[Vectors, Vectors]:
    """Vectors of all sentences of the files, and of some of the questions."""
    encoder = squad.remembering()
    articles = squad.read(files)
    with tempfile.TemporaryDirectory() as folder:
        squad.lay_out(articles, Path(folder))
        texts = [
            unit.shown
            for file in documents.walk(Path(folder), 10**9)[0]
            for document in documents.load(file.source, documents.read(file))
            for _, units in divide(
                document,
                encoder.count_tokens,
                max_tokens=encoder.max_tokens,
                min_tokens=0,
            )
            for unit in units
        ]
    return encoder.encode(list(dict.fromkeys(texts))), encoder.encode(questions_of(articles, QUESTIONS))


def made(real: Vectors, count: int) -> Iterator[Vectors]:
    """Blocks of unit vectors that lie like real ones, ``count`` in all."""
    rng = np.random.default_rng(1)
    near = np.array([np.argpartition(-(real @ one), NEIGHBOURS)[:NEIGHBOURS] for one in real])
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        one, two, three = rng.integers(0, len(real), (3, size))
        other = near[one, rng.integers(0, NEIGHBOURS, size)]
        towards, away = 0.6 * rng.random((size, 1), np.float32), 0.3 + 0.5 * rng.random((size, 1), np.float32)
        rows = real[one] * (1 - towards) + real[other] * towards + (real[two] - real[three]) * away / 2**0.5
        yield (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exact(matrix: vectors.Matrix, questions: Vectors, limit: int) -> Vectors:
    """The greatest cosines to each question, best first, shape (questions, limit)."""
    best = np.full((len(questions), limit), -1, np.float32)
    for start in range(0, len(matrix), BLOCK):
        rows = matrix.batch(np.arange(start, min(start + BLOCK, len(matrix))))
        best = np.sort(np.hstack([best, questions @ rows.T]), axis=1)[:, -limit:]
    return best[:, ::-1]


def row(matrix: vectors.Matrix, questions: Vectors, best: Vectors, limit: int) -> str:
    """A row of the table: the shares that are found and how long it takes, the files read before."""
    shares, times = [], []
    for question in questions:
        matrix.nearest(question, limit)
    for question, true in zip(questions, best, strict=True):
        start = time.perf_counter()
        cosines, _ = matrix.nearest(question, limit)
        times.append(time.perf_counter() - start)
        shares.append([(cosines[:depth] >= true[depth - 1] - 1e-6).sum() / depth for depth in (10, limit)])
    ten, wanted = np.mean(shares, axis=0)
    median, most = np.quantile(times, [0.5, 0.95]) * 1000
    return f"| {limit} | {ten:.4f} | {wanted:.4f} | {median:.1f} | {most:.1f} |"


if __name__ == "__main__":
    main()
