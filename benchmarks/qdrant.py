"""Recall, scores and time of the search for the nearest vectors, by Qdrant's own core in this process.

    python -m benchmarks.qdrant [--units N] [--questions N]

The core (qdrant-edge-py) is that of the server, with one shard and no network; vectors, graph and copies of 8
bits are set as ``index/engines/qdrant/sending.py`` does. Vectors are made up: each is the sum of two of 4,000
directions, whose components fade as real ones do, and of noise half as long. Told for each way to search are
the share of the true best 10 and 200 that are found, how far scores are off, and milliseconds of CPU.
"""

from __future__ import annotations

import argparse
import tempfile
import time

import numpy as np
import qdrant_edge as core

DIMENSION, DIRECTIONS, LIMIT = 384, 4000, 200
_BATCH = 1000


def made(count: int, directions: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Unit vectors, shape (count, dimension)."""
    one, other = (directions[random.integers(0, len(directions), count)] for _ in range(2))
    noise = random.standard_normal((count, DIMENSION)).astype(np.float32) / np.sqrt(DIMENSION)
    vectors = one + other + 0.5 * noise
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(folder: str, vectors: np.ndarray) -> core.EdgeShard:
    """A shard that holds them, with its graph made."""
    settings = core.EdgeConfig(
        vectors={"meaning": core.EdgeVectorParams(size=DIMENSION, distance=core.Distance.Dot, on_disk=True)},
        hnsw_config=core.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10_000),
        quantization_config=core.ScalarQuantizationConfig(type=core.ScalarType.Int8, always_ram=True),
    )
    shard = core.EdgeShard.create(folder, settings)
    for begin in range(0, len(vectors), _BATCH):
        points = [
            core.Point(id=begin + i, vector={"meaning": one.tolist()}, payload={})
            for i, one in enumerate(vectors[begin : begin + _BATCH])
        ]
        shard.update(core.UpdateOperation.upsert_points(points))
    while shard.optimize():
        pass
    return shard


def main() -> None:
    """Fill, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=100)
    given = parser.parse_args()
    random = np.random.default_rng(0)
    fading = np.arange(1, DIMENSION + 1, dtype=np.float32) ** -0.4
    directions = random.standard_normal((DIRECTIONS, DIMENSION)).astype(np.float32) * fading
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    vectors, questions = (made(count, directions, random) for count in (given.units, given.questions))
    cosines = questions @ vectors.T
    best = np.argsort(-cosines, axis=1)[:, :LIMIT]
    again = core.QuantizationSearchParams(rescore=True, oversampling=2.0)
    ways = {"all": core.SearchParams(exact=True, quantization=core.QuantizationSearchParams(ignore=True))}
    for breadth in (200, 512, 1024):
        ways[f"graph, {breadth}"] = core.SearchParams(hnsw_ef=breadth)
        ways[f"graph, {breadth}, compared again"] = core.SearchParams(hnsw_ef=breadth, quantization=again)
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        shard = filled(folder, vectors)
        print(f"{given.units} vectors and their graph: {time.process_time() - began:.0f} s of CPU")
        print("| search | of the best 10 | of the best 200 | scores are off by | ms |")
        print("|---|---|---|---|---|")
        for name, way in ways.items():
            ten = all_of_them = off = 0.0
            began = time.process_time()
            for number, question in enumerate(questions):
                nearest = core.Query.Nearest(question.tolist(), using="meaning")
                found = shard.query(core.QueryRequest(limit=LIMIT, query=nearest, params=way))
                ids = [point.id for point in found]
                ten += len({*ids[:10]} & {*best[number, :10].tolist()}) / 10
                all_of_them += len({*ids} & {*best[number].tolist()}) / LIMIT
                off = max(off, *(abs(point.score - float(cosines[number, point.id])) for point in found))
            took = (time.process_time() - began) * 1000 / len(questions)
            shares = ten / len(questions), all_of_them / len(questions)
            print(f"| {name} | {shares[0]:.3f} | {shares[1]:.3f} | {off:.1e} | {took:.1f} |")
        shard.close()


if __name__ == "__main__":
    main()
