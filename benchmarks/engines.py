"""Asks the same questions of the local engine and of Qdrant, and counts where the first quotes differ.

    python -m benchmarks.engines FILE... [--articles N] [--questions N] [--url URL] [--state FOLDER]

Files are in SQuAD's format; of the first N articles of each, which are an index of their own, every so many
questions are asked, as many as wanted of all files together, those without an answer too. Without ``--url``
the client's local mode stands in for a server: it compares all vectors, so nothing is told of approximate
search, nor of a network's time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path
from statistics import median

import msgspec
from qdrant_client import QdrantClient

from benchmarks.million import questions_of
from bot.engine import Engine
from bot.evaluation.questions import lay_out, read_squad
from bot.settings import load
from index.engines.qdrant.connection import Connection, client_of
from index.engines.qdrant.remote import Remote


class Compared(msgspec.Struct):
    """What was counted: questions, those answered here, with the same outcome there; seconds of each."""

    asked: int = 0
    found: int = 0
    same: int = 0
    took: list[tuple[float, float]] = msgspec.field(default_factory=list)


def main() -> None:
    """Ask, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=8)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--url", default="")
    parser.add_argument("--state", default="")
    given = parser.parse_args()
    warnings.filterwarnings("ignore", "Local mode performs|Payload indexes have no effect", UserWarning)
    compared = Compared()
    for number, file in enumerate(given.files):
        share = given.questions * (number + 1) // len(given.files) - compared.asked
        before = msgspec.structs.replace(compared)
        compare(file, given.articles, share, given.url, given.state, compared)
        print(
            f"{file.name}: {compared.asked - before.asked} questions, {compared.same - before.same} the same"
        )
    print(f"{compared.asked} questions, {compared.found} answered: {compared.same} with the same first quote")
    print(
        "median seconds: " + ", ".join(f"{median(column):.3f}" for column in zip(*compared.took, strict=True))
    )


def compare(file: Path, most: int, count: int, url: str, state: str, compared: Compared) -> None:
    """Index the first articles of a file by both engines and ask about them; adds to what was counted."""
    articles = read_squad([file])[:most]
    asked = questions_of(articles, count)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(articles, Path(folder) / "documents")
        flags = {"documents.folder": f"{folder}/documents", "index.folder": f"{folder}/index"}
        settings = load(environment=os.environ, flags={**flags, "state.folder": state or None})
        here, there = Engine(settings), Engine(settings)
        served = replace(settings.index, url=url, name="benchmark")
        client = client_of(served) if url else QdrantClient(":memory:")
        there.store = Remote(Connection(client, url or "memory"), replace(settings, index=served))
        there._opening = type(there._opening)(there.store)
        here.build()
        began = time.perf_counter()
        there.build()
        units = there.generation().manifest.units
        print(f"{units} units sent in {time.perf_counter() - began:.1f} s")
        for question in asked:
            replies, times = [], []
            for engine in (here, there):
                began = time.perf_counter()
                replies.append(engine.ask(question, as_typed=True))
                times.append(time.perf_counter() - began)
            one, other = (
                (reply.found, [(c.source, c.start, c.end) for c in reply.citations[:1]]) for reply in replies
            )
            compared.asked += 1
            compared.same += one == other
            compared.found += replies[0].found
            compared.took.append((times[0], times[1]))
            if one != other:
                print(f"  differs: {question}: {one} {other}")


if __name__ == "__main__":
    main()
