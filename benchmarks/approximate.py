"""What FAISS offers where vectors are too many to be compared one by one: recall, time, bytes and memory.

    python -m benchmarks.approximate FILE... [--rows N] [--only NAME...] [--work DIR]

The vectors are those of ``million.py`` without its texts (``synthetic.py``): sums of the encoder's
vectors of two halves of sentences of the SQuAD-format FILEs, fifty in a row with first halves of one
article, and of noise. The questions are 200 of the FILEs. Neighbours are the nearest by float32.

The first table tells in how many bits rows may be kept that are compared again: where all are compared,
the share of the true best ten that is among the best ten, and by how much a cosine differs at most. The
second, what each way to find the 200 that a search takes costs: an index proposes ``compared`` rows out
of ``lists``, and their rows in 8 bits, mapped from a file, are compared again. Each is built in one
process and asked in another, by one thread. Seconds and milliseconds are of the processor, for the
machine may be busy; "wall" is of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import machine, percentile, resident_mb, run, table, work_folder
from benchmarks.million import HALVES, questions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.drawn import Drawn
    from index.encoder import Vectors

NEAREST, WANTED, QUESTIONS = 10, 200, 200
BLOCK = 16_384  # rows at a time
SAMPLE = 40  # rows a list that training sees
ROWS, ASKED, TRUTH = "rows.npy", "questions.npy", "truth.npy"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to find rows.

    ``make`` is given faiss, the dimension and the number of lists, which are ``per_root`` times the root of
    the rows; ``asked`` are pairs of lists looked into and rows compared again.
    """

    make: Callable[[Any, int, int], Any]
    per_root: float
    asked: tuple[tuple[int, int], ...]


def _rabitq(bits: int) -> Callable[[Any, int, int], Any]:
    def make(faiss: Any, dimension: int, lists: int) -> Any:
        flat = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFRaBitQ(flat, dimension, lists, faiss.METRIC_INNER_PRODUCT, True, bits)
        flat.this.disown()
        index.own_fields = True
        return index

    return make


def _factory(pattern: str) -> Callable[[Any, int, int], Any]:
    def make(faiss: Any, dimension: int, lists: int) -> Any:
        text = pattern.format(lists=lists, bytes=dimension // 8, halves=dimension // 4, dimension=dimension)
        return faiss.index_factory(dimension, text, faiss.METRIC_INNER_PRODUCT)

    return make


_FEW = ((32, 500), (64, 500), (64, 1000), (128, 1000))
_MANY = ((64, 500), (128, 300), (128, 500), (128, 1000), (256, 500), (400, 500))
WAYS = {
    "8 bits": Way(_factory("IVF{lists},SQ8"), 2, ((96, 300), (160, 300))),
    "RaBitQ, 1 bit": Way(_rabitq(1), 1, ((64, 500), (128, 500), (256, 500))),
    "RaBitQ, 1 bit, rotated": Way(_factory("RR{dimension},IVF{lists},RaBitQ"), 1, _FEW),
    "RaBitQ, 2 bits": Way(_rabitq(2), 1, ((64, 300), (64, 500), (128, 500))),
    "RaBitQ, 4 bits": Way(_rabitq(4), 1, ((64, 300), (128, 300))),
    "RaBitQ, 1 bit, HNSW": Way(_factory("IVF{lists}_HNSW32,RaBitQ"), 2, _FEW),
    "PQ, 8 dimensions a byte": Way(_factory("IVF{lists},PQ{bytes}"), 1, _FEW),
    "PQ, 4 bits, fast scan": Way(_factory("IVF{lists},PQ{halves}x4fs"), 1, _MANY),
    "OPQ and PQ": Way(_factory("OPQ{bytes},IVF{lists},PQ{bytes}"), 1, _FEW),
}


def main() -> None:
    """Run it, or one of its stages, which is what the processes that it starts do."""
    stages = {"prepare": _prepare, "build": _build, "ask": _ask}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS), metavar="NAME")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work, and to find what is there")
    parser.add_argument("--stage", choices=stages, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(stages[given.stage](given)))
        return
    print(f"{machine()}\n\n{given.rows:,} rows", flush=True)
    with work_folder(given.work) as folder:
        kept = _stage(given, folder, "prepare")
        head = ["a row is kept in", "bytes", f"found of the best {NEAREST}", "greatest error of a cosine"]
        print(f"\n{table(head, kept)}\n", flush=True)
        head = [
            "way",
            "build s",
            "peak MB",
            "bytes a row",
            "lists",
            "compared",
            f"found of the best {NEAREST}",
        ]
        head += ["p50 ms", "p95 ms", "wall p50 ms", "wall p95 ms", "resident MB", "anonymous MB"]
        rows = []
        for name in given.only:
            built = _stage(given, folder, "build", name)
            rows += [[name, *built, *asked] for asked in _stage(given, folder, "ask", name)]
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)  # the larger ones take long
            (folder / "index.faiss").unlink()
    print(table(head, rows))


def _stage(given: argparse.Namespace, work: Path, stage: str, *only: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.approximate", *given.files, "--rows", str(given.rows)]
    command += ["--work", work, "--stage", stage, *(("--only", *only) if only else ())]
    return run(command, {"OMP_NUM_THREADS": "1"}).report


# ------------------------------------------------------------------- stages, each in a process of its own


def _prepare(given: argparse.Namespace) -> list[tuple[str, int, str, str]]:
    """Write rows in 8 bits, questions and their true neighbours; how well rows in fewer bits tell them."""
    import numpy as np

    dimension = 0
    questions = np.empty((0, 0), np.float32)
    kinds: dict[str, Callable[[Vectors], Vectors]] = {
        "32 bits": lambda rows: rows,
        "16 bits": lambda rows: rows.astype(np.float16).astype(np.float32),
        "8 bits": lambda rows: _unit(_eighths(rows).astype(np.float32)),
    }
    best = dict.fromkeys(kinds, (np.empty((QUESTIONS, 0), np.float32), np.empty((QUESTIONS, 0), np.int64)))
    errors = dict.fromkeys(kinds, 0.0)
    with (given.work / ROWS).open("wb") as stream:
        start = 0
        for block, questions in _blocks(given):
            if not start:
                dimension = block.shape[1]
                header = {"descr": "|i1", "fortran_order": False, "shape": (given.rows, dimension)}
                np.lib.format.write_array_header_1_0(stream, header)
            stream.write(_eighths(block).data)
            exact = questions @ block.T
            for kind, changed in kinds.items():
                cosines = questions @ changed(block).T if kind != "32 bits" else exact
                errors[kind] = max(errors[kind], float(np.abs(cosines - exact).max()))
                best[kind] = merged(*best[kind], cosines, start)
            start += len(block)
    np.save(given.work / ASKED, questions)
    truth = best["32 bits"][1]
    np.save(given.work / TRUTH, truth)
    return [
        (kind, dimension * bits // 8, f"{found_of(truth, best[kind][1]):.4f}", f"{errors[kind]:.1e}")
        for kind, bits in zip(kinds, (32, 16, 8), strict=True)
    ]


def _blocks(given: argparse.Namespace) -> Iterator[tuple[Vectors, Vectors]]:
    """Blocks of rows, each with all the questions."""
    import numpy as np

    rows, questions = drawn(given.files, given.rows, given.work)
    for start in range(0, given.rows, BLOCK):
        yield rows.batch(np.arange(start, min(start + BLOCK, given.rows))), questions


def drawn(files: list[Path], count: int, work: Path) -> tuple[Drawn, Vectors]:
    """Rows, and the vectors of questions, shape (QUESTIONS, dimension)."""
    from benchmarks import synthetic
    from benchmarks.drawn import Drawn
    from bot.evaluation.questions import read_squad
    from bot.settings import load
    from index.joining import encoder_of

    articles = read_squad(files)
    halves = synthetic.halves(articles)
    encoder = synthetic.Recombining(encoder_of(load(environment=os.environ)), halves, work / HALVES)
    questions = encoder.real.encode_questions(questions_of(articles, QUESTIONS))
    return Drawn(encoder, halves, count), questions


def merged(cosines: Vectors, rows: Any, more: Vectors, start: int) -> tuple[Vectors, Any]:
    """The best rows so far of each question with those of another block."""
    import numpy as np

    better = np.argpartition(more, -NEAREST, axis=1)[:, -NEAREST:]
    cosines = np.hstack([cosines, np.take_along_axis(more, better, 1)])
    rows = np.hstack([rows, better + start])
    order = np.argpartition(cosines, -NEAREST, axis=1)[:, -NEAREST:]
    return np.take_along_axis(cosines, order, 1), np.take_along_axis(rows, order, 1)


def _build(given: argparse.Namespace) -> tuple[float, float, float]:
    """Build an index from the rows; processor seconds, most memory in MB, bytes a row."""
    import faiss
    import numpy as np

    rows = np.load(given.work / ROWS, mmap_mode="r")
    count, dimension = rows.shape
    way = WAYS[given.only[0]]
    lists = int(way.per_root * sqrt(count))
    began = time.process_time()
    index = way.make(faiss, dimension, lists)
    if isinstance(index, faiss.IndexPreTransform) and isinstance(
        turn := faiss.downcast_VectorTransform(index.chain.at(0)), faiss.OPQMatrix
    ):
        turn.niter = 8  # of 50, which take an hour
    index.train(_unit(rows[np.linspace(0, count - 1, min(count, SAMPLE * lists)).astype(np.int64)]))
    for start in range(0, count, BLOCK):
        index.add(_unit(rows[start : start + BLOCK]))
    file = given.work / "index.faiss"
    faiss.write_index(index, str(file))
    return time.process_time() - began, resident_mb()["VmHWM"], file.stat().st_size / count


def _ask(given: argparse.Namespace) -> list[tuple[Any, ...]]:
    """Ask an index all questions with all pairs of lists and rows: recall, times, and memory after them."""
    import faiss
    import numpy as np

    rows = np.load(given.work / ROWS, mmap_mode="r")
    questions, truth = np.load(given.work / ASKED), np.load(given.work / TRUTH)
    index = faiss.read_index(str(given.work / "index.faiss"), faiss.IO_FLAG_MMAP_IFC)
    told: list[tuple[Any, ...]] = []
    for lists, compared in WAYS[given.only[0]].asked:
        faiss.extract_index_ivf(index).nprobe = lists
        found, used, waited = [], [], []
        for first in (True, False):  # the first round brings files to memory
            for question in questions:
                clock, processor = time.perf_counter(), time.thread_time()
                near = np.sort(index.search(question[np.newaxis], compared)[1][0])
                near = near[near >= 0]
                cosines = _unit(rows[near]) @ question
                best = near[np.argsort(-cosines)[:WANTED]]
                if not first:
                    used.append((time.thread_time() - processor) * 1000)
                    waited.append((time.perf_counter() - clock) * 1000)
                    found.append(best[:NEAREST])
        memory = resident_mb()
        share = found_of(truth, found)
        times = [percentile(kind, part) for kind in (used, waited) for part in (0.5, 0.95)]
        told.append((lists, compared, f"{share:.4f}", *times, memory["VmRSS"], memory["RssAnon"]))
    return told


def _eighths(rows: Vectors) -> Any:
    """Rows in 8 bits: the greatest of each at 127."""
    import numpy as np

    return np.rint(rows * (127 / np.abs(rows).max(axis=1, keepdims=True))).astype(np.int8)


def _unit(rows: Any) -> Vectors:
    import numpy as np

    rows = rows.astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def found_of(truth: Any, found: Any) -> float:
    """The share of true neighbours that is among those found, both of shape (questions, NEAREST)."""
    shared = sum(len({*one} & {*other}) for one, other in zip(truth, found, strict=True))
    return float(shared / truth.size)


if __name__ == "__main__":
    main()
