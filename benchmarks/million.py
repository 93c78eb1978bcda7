"""A million sentences: building, being killed and going on, asking, and how the cost grows.

    python -m benchmarks.million FILE... [--sentences N ...] [--questions N] [--plot FILE.svg]
        [--work DIR] [--resumed SHARE]

Text and vectors are synthetic (``synthetic.py``), so a build does all its work but run the network; how long
that would take is reckoned from the rate at which the encoder of the settings encodes some of the sentences.
For each size, in processes of their own:

* an index is built from nothing;
* a warm engine without the reader is asked questions of the file, each once: milliseconds, and memory, of
  which "anonymous" leaves out what is mapped from files and can be dropped;
* recall@10 of the vector search: of the ten sentences nearest to a question by exact inner products, the
  share that is among the ten nearest that the index gives;
* in another folder a build is killed at half of the sentences, and the same build is run again: last, for its
  files drive those of the first out of the page cache.

"opened" is the time to load the encoder and open the index; all other seconds are of whole processes.

With ``--resumed`` the index that is asked is the one whose build was killed, after this share of the
sentences, and run again, and none is built at once: half of the time and of the disk, for the largest.

``--plot`` draws seconds and memory against sentences. It needs the extra ``benchmarks``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import Run, machine, percentile, resident_mb, run, table, work_folder
from bot.evaluation.questions import read_squad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.engine import Engine
    from bot.evaluation.questions import Article
    from index.encoder import Vectors
    from index.engines.local.generation import Generation

NEAREST = 10
WARM_UP = 5  # questions asked first and not counted
SAMPLE = 1000  # sentences that the encoder of the settings encodes, to reckon how long all would take
HALVES = "halves.npy"
BLOCK = 50_000  # sentences compared exactly at a time
_ROUNDING = 1e-6  # by which sums in another order may differ


def main() -> None:
    """Run it, or one of its stages, which is what the processes that it starts do."""
    stages = {"prepare": _prepare, "build": _build, "ask": _ask}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--sentences", nargs="+", type=int, default=[1_000_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="an SVG or PNG file to draw growth into")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where to work; what is there is replaced")
    parser.add_argument("--resumed", type=float, metavar="SHARE", help="build no index at once")
    parser.add_argument("--stage", choices=stages, help=argparse.SUPPRESS)
    parser.add_argument("--index", help=argparse.SUPPRESS)
    parser.add_argument("--kill", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        print(json.dumps(stages[arguments.stage](arguments)))
        return
    if arguments.plot:
        from benchmarks.growth import draw  # what it needs is missed now, not after an hour
    print(f"{machine()}\n", flush=True)
    with work_folder(arguments.work) as folder:
        (folder / HALVES).unlink(missing_ok=True)  # perhaps of other files
        figures = []
        for sentences in arguments.sentences:
            figures.append(_measure(arguments, sentences, folder))
            print(json.dumps(figures[-1]), file=sys.stderr, flush=True)  # the larger ones take long
    print(_tables(figures))
    if arguments.plot:
        draw(figures, arguments.plot, machine(()))
    print(_floor(figures[-1]))


def _measure(arguments: argparse.Namespace, sentences: int, work: Path) -> dict[str, Any]:
    """All figures of one size."""
    for name in ("documents", "whole", "killed"):
        shutil.rmtree(work / name, ignore_errors=True)

    def stage(name: str, *more: str | Path, allowed: tuple[int, ...] = (0,)) -> Run:
        command = [
            sys.executable,
            "-m",
            "benchmarks.million",
            *arguments.files,
            "--stage",
            name,
            "--work",
            work,
        ]
        command += ["--sentences", str(sentences), "--questions", str(arguments.questions), *more]
        return run(command, {"DOCENT_STATE__FOLDER": str(work / "state")}, allowed)

    prepared = stage("prepare").report
    if arguments.resumed:
        whole, asked, part = None, {}, int(sentences * arguments.resumed)
    else:
        whole = stage("build", "--index", "whole")
        asked = stage("ask", "--index", "whole").report
        part = whole.report["embedded"] // 2
    killed = stage("build", "--index", "killed", "--kill", str(part), allowed=(-signal.SIGKILL,))
    resumed = stage("build", "--index", "killed")
    if not whole:
        asked = stage("ask", "--index", "killed").report
    built = whole or resumed
    texts = whole.report["asked_of_encoder"] if whole else built.report["sentences"]
    return {
        "sentences": built.report["sentences"],
        "encode_rate": prepared["rate"],
        "build": whole.seconds if whole else killed.seconds + resumed.seconds,
        "build_peak": built.peak_mb,
        "disk": built.report["disk"],
        "killed": killed.seconds,
        "resumed": resumed.seconds,
        "resumed_embedded": resumed.report["asked_of_encoder"] / texts,
        **asked,
    }


# ------------------------------------------------------------------- stages, each in a process of its own


def _prepare(arguments: argparse.Namespace) -> dict[str, float]:
    """Write the documents and the vectors of the halves, and see how fast sentences are encoded."""
    from benchmarks import synthetic

    articles = synthetic.halves(read_squad(arguments.files))
    documents = arguments.work / "documents"
    synthetic.write(articles, documents, arguments.sentences[0])
    engine = engine_of(arguments, "whole")  # makes the vectors of the halves where they are missing
    paths = sorted(documents.rglob("*.txt"))
    lines = [line for path in paths[: SAMPLE // 10] for line in path.read_text("utf-8").split(". ")][:SAMPLE]
    begin = time.perf_counter()
    engine.encoder.real.encode(lines)
    return {"rate": len(lines) / (time.perf_counter() - begin)}


def _build(arguments: argparse.Namespace) -> dict[str, float]:
    """Build an index, or die at it."""
    engine = engine_of(arguments, arguments.index, arguments.kill)
    summary = engine.build()
    files = [path for path in (arguments.work / arguments.index).rglob("*") if path.is_file()]
    return {
        "sentences": summary.sentences,
        "embedded": summary.embedded,
        "asked_of_encoder": engine.encoder.encoded,
        "disk": sum(path.stat().st_size for path in files) / 1e6,
    }


def _ask(arguments: argparse.Namespace) -> dict[str, float]:
    """Ask a warm engine; then compare its vector search with the exact one."""
    articles = read_squad(arguments.files)
    engine = engine_of(arguments, arguments.index)
    begin = time.perf_counter()
    engine.warm()
    opened = time.perf_counter() - begin
    questions = questions_of(articles, arguments.questions + WARM_UP)
    for question in questions[:WARM_UP]:
        engine.ask(question)
    milliseconds = []
    for question in questions[WARM_UP:]:
        begin = time.perf_counter()
        engine.ask(question)
        milliseconds.append((time.perf_counter() - begin) * 1000)
    memory = resident_mb()
    return {
        "warm": opened,
        "p50": percentile(milliseconds, 0.5),
        "p95": percentile(milliseconds, 0.95),
        "resident": memory["VmRSS"],
        "anonymous": memory["RssAnon"],
        "peak": memory["VmHWM"],
        **_found(engine, questions[WARM_UP:]),
    }


def questions_of(articles: Sequence[Article], count: int) -> list[str]:
    """So many questions, from all of the articles."""
    pool = [question.text for article in articles for question in article.questions]
    return pool[:: max(1, len(pool) // max(1, count))][:count]


def engine_of(arguments: argparse.Namespace, index: str, kill: int | None = None) -> Engine:
    """An engine without the reader, whose vectors are put together."""
    from benchmarks.synthetic import Recombining, halves
    from bot.engine import Engine
    from bot.settings import load

    work = arguments.work
    flags = {
        "documents.folder": str(work / "documents"),
        "index.folder": str(work / index),
        "reader.model": "none",
    }
    settings = load(environment=os.environ, flags=flags)
    articles = halves(read_squad(arguments.files))
    encoder = Recombining(Engine(settings).encoder, articles, work / HALVES, kill)
    return Engine(settings, encoder=encoder)


# -------------------------------------------------------------------------------------------- recall


def _found(engine: Engine, questions: list[str]) -> dict[str, float]:
    """Share of the exactly nearest sentences that the index finds, and milliseconds that finding them takes.

    Of equally near ones each will do.
    """
    generation = engine.generation()
    vectors = engine.encoder.encode_questions(questions)
    found, milliseconds = 0, []
    for vector, least in zip(vectors, _tenth(generation, vectors), strict=True):
        begin = time.perf_counter()
        rows = generation.matrix.nearest(vector, engine.settings.search.candidates)[1][:NEAREST].tolist()
        milliseconds.append((time.perf_counter() - begin) * 1000)
        products = [float(generation.vectors(range(row, row + 1))[0] @ vector) for row in set(rows)]
        found += sum(product >= least - _ROUNDING for product in products)
    return {
        "recall": found / (NEAREST * len(questions)),
        "found_p50": percentile(milliseconds, 0.5),
        "found_p95": percentile(milliseconds, 0.95),
    }


def _tenth(generation: Generation, vectors: Vectors) -> Vectors:
    """The tenth greatest inner product of each vector with the sentences, shape (vectors,)."""
    import numpy as np

    count = generation.manifest.units
    best = np.empty((len(vectors), 0), np.float32)
    for start in range(0, count, BLOCK):
        block = generation.vectors(range(start, min(start + BLOCK, count)))
        best = np.hstack([best, vectors @ block.T])
        best = np.partition(best, -NEAREST, axis=1)[:, -NEAREST:]
    return best.min(axis=1)


# --------------------------------------------------------------------------------------------- report


def _tables(figures: list[dict[str, Any]]) -> str:
    built = [
        (
            f"{row['sentences']:,}",
            row["build"],
            row["killed"],
            row["resumed"],
            f"{1 - row['resumed_embedded']:.0%}",
            row["build_peak"],
            row["disk"],
            row["sentences"] / row["encode_rate"],
        )
        for row in figures
    ]
    asked = [
        (
            f"{row['sentences']:,}",
            row["warm"],
            row["p50"],
            row["p95"],
            f"{row['recall']:.4f}",
            row["resident"],
            row["anonymous"],
        )
        for row in figures
    ]
    build = [
        "sentences",
        "build s",
        "killed after s",
        "built again in s",
        "vectors kept",
        "peak MB",
        "disk MB",
    ]
    ask = ["sentences", "opened in s", "ask p50 ms", "p95 ms", "recall@10", "resident MB", "anonymous MB"]
    return "\n\n".join([table([*build, "the network would add s (reckoned)"], built), table(ask, asked)])


def _floor(row: dict[str, Any]) -> str:
    """What an exact search reads."""
    from benchmarks import floor

    cpu, read = floor.reached(), floor.exact_search(row["sentences"])
    return (
        f"\nFloor: an exact search of {row['sentences']:,} sentences reads {read / 1e6:,.0f} MB, "
        f"{read / cpu.bandwidth * 1000:.1f} ms at what this CPU reaches ({cpu})."
    )


if __name__ == "__main__":
    main()
