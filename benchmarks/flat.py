"""Whether the way of a question is flat: work and memory of its vector search, from a thousand rows to 10^7.

    python -m benchmarks.flat FILE... [--rows N ...] [--kept N] [--parts N] [--plot FILE.svg] [--work DIR]

The vectors are those of ``approximate.py``, the files and the search those of an index. Of more rows than
``--kept`` the matrix is not written, for which a disk may be too small: the rows that are compared again
are then made again, and its share of memory is missing. So many ``--parts`` are put into lists side by
side, each by one thread. "by copies" and "by rows" are the rows that a question is compared with, on the
mean; seconds and milliseconds are of the processor, "wall" of the clock.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.approximate import BLOCK, NEAREST, QUESTIONS, WANTED, drawn, found_of, merged
from benchmarks.machine import machine, percentile, resident_mb, run, table, work_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.encoder import Vectors

HEAD = {
    "rows": "rows", "build": "build s", "bytes": "bytes a row", "copies": "by copies", "exactly": "by rows",
    "recall": "recall@10", "p50": "p50 ms", "p95": "p95 ms", "wall50": "wall p50 ms", "wall95": "wall p95 ms",
    "resident": "resident MB", "anonymous": "anonymous MB",
}  # fmt: skip


def main() -> None:
    """Run it, or one of its stages, which is what the processes that it starts do."""
    stages = {"write": _write, "train": _train, "part": _part, "merge": _merge, "ask": _ask}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--rows", nargs="+", type=int, default=[10**3, 10**4, 10**5, 10**6, 10**7])
    parser.add_argument("--kept", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="an SVG or PNG file to draw into")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work; what is there is replaced")
    parser.add_argument("--stage", choices=stages, help=argparse.SUPPRESS)
    parser.add_argument("--part", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(stages[given.stage](given)))
        return
    print(f"{machine()}\n", flush=True)
    with work_folder(given.work) as folder:
        given.work = folder
        told = []
        for rows in sorted(given.rows):
            told.append(_measure(given, rows))
            print(json.dumps(told[-1]), file=sys.stderr, flush=True)  # the larger ones take long
    print(table(list(HEAD.values()), [[row[key] for key in HEAD] for row in told]))
    if given.plot:
        draw(told, given.plot, machine(()))


def _measure(given: argparse.Namespace, rows: int) -> dict[str, Any]:
    """All figures of one size."""

    def stage(name: str, part: int = 0) -> Any:
        command = [
            sys.executable,
            "-m",
            "benchmarks.flat",
            *given.files,
            "--work",
            given.work,
            "--stage",
            name,
        ]
        command += ["--rows", str(rows), "--kept", str(given.kept), "--parts", str(given.parts)]
        return run([*command, "--part", str(part)], {"OMP_NUM_THREADS": "1"}).report

    if rows <= given.kept:
        seconds = stage("write")
    else:
        seconds = stage("train")
        with ThreadPoolExecutor() as pool:
            seconds += sum(pool.map(lambda part: stage("part", part), range(given.parts)))
        seconds += stage("merge")
    return {"rows": rows, "build": seconds, **stage("ask")}


# ------------------------------------------------------------------- stages, each in a process of its own


def _write(given: argparse.Namespace) -> float:
    """Write the vectors as an index does, and the truth; processor seconds of the former."""
    import numpy as np

    from index.engines.local import vectors

    rows, questions = drawn(given.files, given.rows[0], given.work)
    blocks = (rows.batch(numbers) for numbers in _numbers(range(len(rows))))
    for name in ("vectors.npy", "vectors.faiss"):
        (given.work / name).unlink(missing_ok=True)
    began = time.process_time()
    vectors.write(given.work, blocks, len(rows))
    seconds = time.process_time() - began
    np.savez(given.work / "truth0.npz", **_truth(rows, questions, range(len(rows))))
    return seconds


def _train(given: argparse.Namespace) -> float:
    from index.engines.local import lists

    rows, _ = drawn(given.files, given.rows[0], given.work)
    began = time.process_time()
    lists.save(lists.trained(rows), given.work)
    return time.process_time() - began


def _part(given: argparse.Namespace) -> float:
    """Put a part of the rows into lists of its own, and find the truth among them."""
    import faiss
    import numpy as np

    from index.engines.local import lists

    rows, questions = drawn(given.files, given.rows[0], given.work)
    part = range(len(rows) * given.part // given.parts, len(rows) * (given.part + 1) // given.parts)
    began = time.process_time()
    index = faiss.read_index(str(lists.file_of(given.work, 0)))
    lists.fill(index, rows, part)
    faiss.write_index(index, str(given.work / f"part{given.part}"))
    seconds = time.process_time() - began
    np.savez(given.work / f"truth{given.part}.npz", **_truth(rows, questions, part))
    return seconds


def _merge(given: argparse.Namespace) -> float:
    import faiss

    from index.engines.local import lists

    began = time.process_time()
    whole = faiss.read_index(str(given.work / "part0"))
    for part in range(1, given.parts):
        whole.merge_from(faiss.read_index(str(given.work / f"part{part}")), 0)
    lists.save(whole, given.work)
    for part in range(given.parts):
        (given.work / f"part{part}").unlink()
    return time.process_time() - began


def _ask(given: argparse.Namespace) -> dict[str, Any]:
    """Ask all questions twice, the first time to bring files to memory."""
    import numpy as np

    from index.engines.local import lists, vectors

    count = given.rows[0]
    kept = count <= given.kept
    source, questions = drawn(given.files, min(count, 1) if kept else count, given.work)
    matrix = vectors.Matrix(given.work) if kept else None
    copies = lists.Lists(given.work) if count > vectors.EXACT_UP_TO else None
    compared: list[int] = []

    def nearest(question: Vectors) -> Any:
        if matrix:
            return matrix.nearest(question, WANTED)[1]
        near = copies.candidates(question, WANTED, 1)
        order = np.argsort(-(source.batch(near) @ question))
        return near[order[:WANTED]]

    found, used, waited = [], [], []
    for first in (True, False):
        for question in questions:
            clock, processor = time.perf_counter(), time.thread_time()
            best = nearest(question)
            if first:
                compared.append(len(copies.candidates(question, WANTED, 1)) if copies else count)
            else:
                used.append((time.thread_time() - processor) * 1000)
                waited.append((time.perf_counter() - clock) * 1000)
                found.append(best[:NEAREST])
    memory = resident_mb()
    truths = [np.load(file) for file in sorted(given.work.glob("truth*.npz"))]
    rows = np.zeros((QUESTIONS, 0), np.int64)
    cosines = np.zeros((QUESTIONS, 0), np.float32)
    for one in truths if not kept else truths[:1]:
        rows, cosines = np.hstack([rows, one["rows"]]), np.hstack([cosines, one["cosines"]])
    best = np.take_along_axis(rows, np.argsort(-cosines, axis=1)[:, :NEAREST], 1)
    size = sum(file.stat().st_size for file in given.work.glob("vectors.*"))
    return {
        "bytes": size / count,
        "copies": float(count * copies.share(WANTED)) if copies else 0,
        "exactly": float(np.mean(compared)),
        "recall": f"{found_of(best, found):.4f}",
        **{"p50": percentile(used, 0.5), "p95": percentile(used, 0.95)},
        **{"wall50": percentile(waited, 0.5), "wall95": percentile(waited, 0.95)},
        **{"resident": memory["VmRSS"], "anonymous": memory["RssAnon"]},
    }


def _numbers(part: range) -> Any:
    import numpy as np

    return (np.arange(start, min(start + BLOCK, part.stop)) for start in range(part.start, part.stop, BLOCK))


def _truth(rows: Any, questions: Vectors, part: range) -> dict[str, Any]:
    """The rows of a part that are nearest to each question, and their cosines."""
    import numpy as np

    best = np.empty((QUESTIONS, 0), np.float32), np.empty((QUESTIONS, 0), np.int64)
    for numbers in _numbers(part):
        best = merged(*best, questions @ rows.batch(numbers).T, int(numbers[0]))
    return {"cosines": best[0], "rows": best[1]}


def draw(told: Sequence[dict[str, Any]], file: Path, title: str) -> None:
    """Draw work, time and memory of a question against rows."""
    from matplotlib.figure import Figure

    kinds = {
        "rows compared": {"copies": "by copies of 4 bits a number", "exactly": "by rows"},
        "milliseconds of the processor": {"p50": "p50", "p95": "p95"},
        "MB": {"resident": "resident", "anonymous": "anonymous"},
    }
    figure = Figure(figsize=(12, 4), layout="constrained")
    sizes = [row["rows"] for row in told]
    for axes, (unit, lines) in zip(figure.subplots(1, 3), kinds.items(), strict=True):
        for key, label in lines.items():
            axes.loglog(sizes, [row[key] or None for row in told], marker="o", label=label)
        axes.set(xlabel="rows", ylabel=unit)
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(fontsize="small")
    figure.suptitle(title, fontsize="small")
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
