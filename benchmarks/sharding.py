"""An index built by one process, and one whose shards several processes encode at once.

    python -m benchmarks.sharding FILE... [--shards N] [--rounds N]

FILEs are of SQuAD's format; each article is a document. Every process is held to one core, each shard to one
of its own, so that N shards take what N machines of one core would; models are exported before anything is
measured. Where a machine is busy, the time that processors gave to the slowest shard and to the build tells
more than the clock. Then both indexes are asked 200 questions, and the first quotes compared. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus import RETRIEVAL_ONLY, Corpus, lay
from benchmarks.machine import Run, docent, machine, median, table

if TYPE_CHECKING:
    from collections.abc import Iterable

QUESTIONS = 200


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--shards", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{machine()}\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = lay(arguments.files, Path(temporary), QUESTIONS)
        one = {**os.environ, **corpus.environment, **RETRIEVAL_ONLY}
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[:1])  # which processes inherit of the thread that starts them
        docent("index", "--docs", _little(corpus), "--index", corpus.folder / "little", extra=one)
        alone, shards, joined = [], [], []
        for number in range(arguments.rounds):
            alone.append(docent("index", *_places(corpus, f"alone-{number}"), extra=one))
            bundles = corpus.folder / f"bundles-{number}"
            shards.append(_encoded(corpus, arguments.shards, bundles, one, cores))
            places = _places(corpus, f"joined-{number}")
            run = docent("index", *places, "--bundles", bundles, "--json", extra=one)
            joined.append(run)
        _report(arguments.shards, alone, shards, joined)
        print(_same(corpus))


def _report(count: int, alone: list[Run], shards: list[tuple[float, list[Run]]], joined: list[Run]) -> None:
    """Print the table."""
    summary = json.loads(joined[-1].output)
    spread = [(seconds, max(run.processor for run in runs)) for seconds, runs in shards]
    rows = [
        ("one process", *_times((run.seconds, run.processor) for run in alone)),
        (f"{count} shards at once", *_times(spread)),
        ("the index built of their bundles", *_times((run.seconds, run.processor) for run in joined)),
    ]
    both = [shard + built for shard, built in zip(rows[1][1:], rows[2][1:], strict=True)]
    rows.append(("both", *both))
    rows.append(
        ("times as fast as one process", *(one / two for one, two in zip(rows[0][1:], both, strict=True)))
    )
    print(f"{summary['documents']:,} documents, {summary['sentences']:,} sentences:\n")
    print(table(["", "seconds", "of a processor, on the longest way"], rows))
    print(f"\n{summary['bundled']:,} vectors from bundles, {summary['embedded']} encoded.", flush=True)


def _little(corpus: Corpus) -> Path:
    """A folder of one sentence, by which models are exported."""
    folder = corpus.folder / "little-documents"
    folder.mkdir()
    (folder / "one.txt").write_text("This is all.", encoding="utf-8")
    return folder


def _places(corpus: Corpus, index: str) -> tuple[str | Path, ...]:
    return "--docs", corpus.documents, "--index", corpus.folder / index


def _times(runs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The medians of wall and processor time."""
    wall, processor = zip(*runs, strict=True)
    return median(wall), median(processor)


def _encoded(
    corpus: Corpus, count: int, bundles: Path, environment: dict[str, str], cores: list[int]
) -> tuple[float, list[Run]]:
    """Encode all shards at once; the result begins with the seconds until the last was done."""
    places = _places(corpus, "none")

    def encode(number: int) -> Run:
        os.sched_setaffinity(0, {cores[number % len(cores)]})
        return docent("index", *places, "--shard", f"{number}/{count}", "--to", bundles, extra=environment)

    started = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        runs = list(pool.map(encode, range(1, count + 1)))
    return time.perf_counter() - started, runs


def _same(corpus: Corpus) -> str:
    """How many questions have the same first quote in both indexes."""
    from bot.engine import Engine
    from bot.settings import load

    settings = load(environment={**os.environ, **corpus.environment, **RETRIEVAL_ONLY})
    quotes = []
    for name in ("alone-0", "joined-0"):
        index = replace(settings.index, folder=str(corpus.folder / name))
        engine = Engine(replace(settings, index=index))
        answers = [engine.ask(question) for question, _ in corpus.questions]
        quotes.append([[(one.source, one.start, one.end) for one in each.citations[:1]] for each in answers])
    same = sum(one == other for one, other in zip(*quotes, strict=True))
    return f"{same} of {len(corpus.questions)} questions have the same first quote."


if __name__ == "__main__":
    main()
