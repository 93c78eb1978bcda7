"""What travels to an index on a server where one document in a hundred changed: requests, points and bytes.

    python -m benchmarks.qdrant_changes FILE... [--sentences N] [--changed SHARE] [--questions N] [--work DIR]

The text and the vectors are those of ``million.py``. An index is built and sent; of the documents so many,
evenly spread, get a sentence more; it is built and sent again; and once more, where a single one changed. In
place of a server stands Qdrant's own core in this process (``edge.py``); bytes are those of the JSON that a
client would send and receive, without HTTP. Of each generation is told how many of the truly nearest ten are
found, and how long a search takes in the core, with the points of the generation before it there.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from benchmarks import synthetic
from benchmarks.edge import EdgeClient
from benchmarks.machine import machine, percentile, table, work_folder
from benchmarks.million import engine_of, questions_of
from bot.evaluation.questions import read_squad
from index.building.progress import Silent
from index.engines.local.store import Store
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.remote import Remote

if TYPE_CHECKING:
    from bot.engine import Engine

_CALLS = "upsert", "set_payload", "delete", "retrieve", "scroll", "count", "query_batch_points"
_BLOCK = 20_000  # rows that are compared at a time
_LIMIT = 200


class Counting(EdgeClient):
    """Counts what a client of a server would send and receive."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._json = TypeAdapter(Any)
        for name in _CALLS:
            setattr(self, name, self._counting(name, getattr(self, name)))

    def _counting(self, name: str, made: Any) -> Any:
        def counted(*args: Any, **more: Any) -> Any:
            self.counts["requests"] += 1
            self.counts["bytes sent"] += len(self._json.dump_json([args[1:], more], exclude_none=True))
            for point in more.get("points", ()) if name == "upsert" else ():
                self.counts[f"points: {point.payload['kind']}"] += 1
                self.counts["points"] += 1
            found = made(*args, **more)
            self.counts["bytes received"] += len(self._json.dump_json(_plain(found), exclude_none=True))
            return found

        return counted


def _plain(found: Any) -> Any:
    if isinstance(found, SimpleNamespace):
        return {name: _plain(one) for name, one in vars(found).items()}
    return [_plain(one) for one in found] if isinstance(found, (list, tuple)) else found


def main() -> None:
    """Build, send, change, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--sentences", type=int, default=200_000)
    parser.add_argument("--changed", type=float, default=0.01, help="share of the documents")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--work", type=Path, metavar="DIR", help="an empty folder to work in")
    given = parser.parse_args()
    print(f"{machine()}\n", flush=True)
    with work_folder(given.work) as folder, closing(Counting()) as client:
        given.work = folder
        os.environ["DOCENT_STATE__FOLDER"] = str(folder / "state")
        synthetic.write(synthetic.halves(read_squad(given.files)), folder / "documents", given.sentences)
        engine = engine_of(SimpleNamespace(files=given.files, work=folder), "index")
        index = Remote(Connection(client, "the core"), engine.settings)  # type: ignore[arg-type]
        questions = questions_of(read_squad(given.files), given.questions)
        columns, searches = {}, []
        for name, share in ("all", 0.0), ("1 in 100 changed", given.changed), ("one changed", 1e-9):
            changed = _change(folder / "documents", name, share) if share else 0
            columns[f"{name} ({changed})" if share else name] = _sent(engine, index, client)
            searches.append((name, *_searched(engine, index, questions)))
            print(name, dict(client.counts), searches[-1], flush=True)
    names = dict.fromkeys(key for one in columns.values() for key in one)
    rows = [(name, *(one.get(name, 0) for one in columns.values())) for name in names]
    print(f"\n{table(['', *columns], rows)}\n")
    print(table(["generation", "found of the nearest 10", "p50 ms", "p95 ms"], searches))


def _change(folder: Path, name: str, share: float) -> int:
    """Add a sentence to some documents; how many."""
    paths = sorted(folder.rglob("*.txt"))
    paths = paths[:: min(round(1 / share), len(paths))]
    for number, path in enumerate(paths):
        text = path.read_text("utf-8").rstrip()
        path.write_text(f"{text} This sentence was added to document {number} when {name}.\n", "utf-8")
    return len(paths)


def _sent(engine: Engine, index: Remote, client: Counting) -> dict[str, float]:
    """Build, and send; what travelled, and how long each took."""
    began = time.process_time()
    engine.build()
    built = time.process_time()
    client.counts.clear()
    with index.lease() as lease, closing(Store(engine.settings.index_folder()).current()) as generation:
        index.take(generation, lease, Silent())
    counts, sent = dict(client.counts), time.process_time()
    client.optimize()
    return counts | {
        "built, processor s": built - began,
        "sent, processor s": sent - built,
        "graph, processor s": time.process_time() - sent,
    }


def _searched(engine: Engine, index: Remote, questions: list[str]) -> tuple[float, float, float]:
    """The share of the nearest that are found, and milliseconds of the search."""
    vectors = engine.encoder.encode_questions(questions)
    generation, found, times = index.current(), 0.0, []
    with closing(Store(engine.settings.index_folder()).current()) as local:
        best = np.full((len(questions), 10), -1.0, np.float32)
        for begin in range(0, local.manifest.units, _BLOCK):
            rows = local.vectors(range(begin, min(begin + _BLOCK, local.manifest.units)))
            best = -np.sort(-np.hstack([best, vectors @ rows.T]), axis=1)[:, :10]
    for question, vector, least in zip(questions, vectors, best[:, 9], strict=True):
        began = time.perf_counter()
        cosines = generation.candidates(question, vector, _LIMIT).cosines[:10]
        times.append((time.perf_counter() - began) * 1000)
        found += float((cosines >= least - 1e-3).mean())
    return found / len(questions), percentile(times, 0.5), percentile(times, 0.95)


if __name__ == "__main__":
    main()
