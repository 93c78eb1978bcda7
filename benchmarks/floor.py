"""The floor: operations and bytes that the work needs, and the time this CPU would take for just those.

    python -m benchmarks.floor [--tokens 30] [--sentences 1000000]

What the CPU reaches is measured here: products of large matrices in float32 (and in bfloat16 where it has
instructions for that), and a copy of arrays that are larger than any cache, by as many threads as cores.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.machine import cpu_flags, machine, table

if TYPE_CHECKING:
    from collections.abc import Callable

LAYERS, UNITS, INNER = 6, 384, 1536  # of all-MiniLM-L6-v2 and of the reader
BYTES = 4 * UNITS  # of a sentence's float32 vector
_SIDE, _COPIED, _TIMES = 2048, 256 * 2**20, 5


@dataclass(frozen=True, slots=True)
class Reached:
    """Operations and bytes a second; bfloat16 is 0 where the CPU has no instructions for it."""

    float32: float
    bfloat16: float
    bandwidth: float

    @property
    def operations(self) -> float:
        """The most of either kind."""
        return max(self.float32, self.bfloat16)

    def __str__(self) -> str:
        half = f", {self.bfloat16 / 1e9:.0f} in bfloat16" if self.bfloat16 else ""
        return f"{self.float32 / 1e9:.0f} GFLOPS in float32{half}; {self.bandwidth / 1e9:.1f} GB/s"


def encoding(tokens: float, length: float) -> float:
    """Floating-point operations of encoding so many tokens in texts of this length.

    A product and a sum are two. A layer has four matrices of 384 x 384, two of 384 x 1536, and attention,
    to which scores and weighted sum bring 2 x 384 operations each for every token of the text.
    """
    weights = 2 * (4 * UNITS**2 + 2 * UNITS * INNER)
    attention = 2 * 2 * length * UNITS
    return tokens * LAYERS * (weights + attention)


def exact_search(sentences: int) -> float:
    """Bytes that are read to compare one question with every sentence."""
    return float(sentences * BYTES)


def reached() -> Reached:
    """Measure this CPU."""
    side = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
    product = np.empty_like(side)
    operations = 2 * _SIDE**3
    float32 = operations / _best(partial(np.matmul, side, side, product))
    bfloat16 = 0.0
    if cpu_flags() & {"avx512_bf16", "amx_bf16"}:
        import torch

        half = torch.from_numpy(side).to(torch.bfloat16)
        bfloat16 = operations / _best(partial(torch.mm, half, half))
    threads = os.cpu_count() or 1
    source = [np.ones(_COPIED // threads, np.uint8) for _ in range(threads)]
    target = [np.ones_like(part) for part in source]
    with ThreadPoolExecutor(threads) as pool:
        seconds = _best(lambda: list(pool.map(np.copyto, target, source)))
    return Reached(float32, bfloat16, 2 * sum(part.nbytes for part in source) / seconds)


def _best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of some times."""
    times = []
    for _ in range(_TIMES):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--tokens", type=int, default=30, help="of a text, such as a question or a sentence")
    parser.add_argument("--sentences", type=int, default=1_000_000)
    arguments = parser.parse_args()
    cpu, operations = reached(), encoding(arguments.tokens, arguments.tokens)
    read = exact_search(arguments.sentences)
    print(f"{machine(('numpy', 'torch'))}\n\nReached: {cpu}\n")
    rows = [
        (f"encode a text of {arguments.tokens} tokens", f"{operations / 1e9:.2f} GFLOP",
         operations / cpu.operations * 1000),
        (f"compare a question with {arguments.sentences:,} sentences", f"{read / 1e6:,.1f} MB read",
         read / cpu.bandwidth * 1000),
    ]  # fmt: skip
    print(table(["work", "needs", "floor ms"], rows))


if __name__ == "__main__":
    main()
