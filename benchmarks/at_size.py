"""Docent and its peers at a hundred thousand sentences and a million, of the same text and vectors.

    python -m benchmarks.at_size FILE... [--peers PYTHON] [--sentences N ...] [--questions N] [--work DIR]
        [--only PEER ...] [--limit SECONDS] [--memory GB]

Text and vectors are synthetic (``synthetic.py``). Every peer gets each sentence as a passage with its vector,
makes an index on the disk by its defaults, opens it in a process of its own and is handed the vectors of
questions, one after the other. Docent divides the documents itself, keeps words beside vectors, encodes each
question, and weighs and cites what it finds, without its reader; in brackets is its search for the nearest
vectors alone, which is what the others do. Recall@10: of the ten sentences exactly nearest to a question, the
share that is found.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from benchmarks.approximate import merged
from benchmarks.corpus import NAMES, PEERS, options, versions
from benchmarks.machine import machine, percentile, run, table, work_folder
from benchmarks.million import BLOCK, HALVES, WARM_UP, engine_of, questions_of
from bot.evaluation.questions import read_squad

_HEAD = ["", "sentences", "build s", "disk MB", "ask p50 ms", "p95 ms", "recall@10", "peak MB, asked"]
_OVER_TIME = 124
# Of what a process says that had no more memory.
_OVER_MEMORY = ("MemoryError", "bad_alloc", "llocat", "ended with -")


def main() -> None:
    """Run it, or lay out what the contestants get, which is done in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options(parser)
    parser.add_argument("--sentences", nargs="+", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work; what is there is replaced")
    parser.add_argument("--limit", type=int, default=1800, metavar="SECONDS", help="of a build")
    parser.add_argument("--memory", type=int, default=18, metavar="GB", help="of a process")
    parser.add_argument("--lay", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.lay:
        _lay(given)
        return
    print(f"{machine()}\n\nPeers: {versions(given.peers)}\n", flush=True)
    rows = []
    with work_folder(given.work) as folder:
        given.work = folder
        (folder / HALVES).unlink(missing_ok=True)  # perhaps of other files
        for sentences in given.sentences:
            for name in ("documents", "docent", *NAMES):
                shutil.rmtree(folder / name, ignore_errors=True)
            _stage(given, "benchmarks.at_size", sentences, "--lay")
            for name in (None, *given.only):
                rows.append(_peer(given, name, sentences) if name else _docent(given, sentences))
                print(rows[-1], file=sys.stderr, flush=True)  # the larger ones take long
    print(table(_HEAD, rows))


def _stage(given: argparse.Namespace, module: str, sentences: int, *more: str):  # noqa: ANN202 - a Run
    command = [sys.executable, "-m", module, *given.files, "--work", given.work]
    command += ["--sentences", str(sentences), "--questions", str(given.questions), *more]
    return run(command, {"DOCENT_STATE__FOLDER": str(given.work / "state")})


def _docent(given: argparse.Namespace, sentences: int) -> list[str | float]:
    """The row of Docent: the stages of ``million.py``."""
    built = _stage(given, "benchmarks.million", sentences, "--stage", "build", "--index", "docent")
    asked = _stage(given, "benchmarks.million", sentences, "--stage", "ask", "--index", "docent").report
    recall = f"{asked['recall']:.4f}"
    times = [f"{asked[key]:.3g} ({asked['found_' + key]:.3g})" for key in ("p50", "p95")]
    return ["Docent", f"{sentences:,}", built.seconds, built.report["disk"], *times, recall, asked["peak"]]


def _peer(given: argparse.Namespace, name: str, sentences: int) -> list[str | float]:
    """The row of a peer."""
    index, row = given.work / name, [NAMES[name], f"{sentences:,}"]

    def start(*arguments: str | Path):  # noqa: ANN202 - a Run
        limits = ["prlimit", f"--as={given.memory * 10**9}", "timeout", str(given.limit)]
        command = [*limits, given.peers, PEERS / f"{name}.py", *arguments]
        return run(command, {"HF_HUB_OFFLINE": "1"}, (0, _OVER_TIME))

    begin = time.monotonic()
    try:
        built = start("build", given.work, given.work, index)
    except SystemExit as failed:
        if not any(word in str(failed) for word in _OVER_MEMORY):
            raise
        return [*row, f"out of memory after {time.monotonic() - begin:.0f}", *[""] * 5]
    if built.code:
        return [*row, f"more than {given.limit}", *[""] * 5]
    disk = sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 1e6
    asked = start("find", given.work, given.work, index)
    if asked.code:
        return [*row, built.seconds, disk, "too long", "", "", ""]
    times = asked.report["milliseconds"]
    recall = f"{asked.report['recall']:.4f}"
    return [*row, built.seconds, disk, percentile(times, 0.5), percentile(times, 0.95), recall, asked.peak_mb]


def _lay(given: argparse.Namespace) -> None:
    """Write the documents, and for peers their sentences, questions, and the vectors and nearest of both."""
    import numpy as np

    from benchmarks import synthetic

    articles = read_squad(given.files)
    halves, count = synthetic.halves(articles), given.sentences[0]
    synthetic.write(halves, given.work / "documents", count)
    sentences = [line for lines in synthetic.documents(halves, count) for line in lines]
    questions = questions_of(articles, given.questions + WARM_UP)
    encoder = engine_of(given, "docent").encoder
    asked = encoder.encode_questions(questions)
    shape = (count, asked.shape[1])
    rows = np.lib.format.open_memmap(given.work / "vectors.npy", "w+", np.float32, shape)
    best = np.empty((len(questions), 0), np.float32), np.empty((len(questions), 0), np.int64)
    for start in range(0, count, BLOCK):
        block = encoder.encode(sentences[start : start + BLOCK])
        rows[start : start + len(block)] = block
        best = merged(*best, asked @ block.T, start)
    rows.flush()
    np.save(given.work / "question-vectors.npy", asked)
    pairs = zip(questions, ([sentences[row] for row in one] for one in best[1]), strict=True)
    (given.work / "paragraphs.json").write_text(json.dumps(sentences), encoding="utf-8")
    (given.work / "questions.json").write_text(json.dumps(list(pairs)), encoding="utf-8")


if __name__ == "__main__":
    main()
