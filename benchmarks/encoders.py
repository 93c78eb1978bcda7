"""Compares encoders by what retrieval makes of their vectors: one, the other, and both side by side.

    python -m benchmarks.encoders [--folder QUESTIONS.jsonl ...] [--squad FILE ...] [--across FILE ...]
        [--shares .35 .5] [--context .4] [--questions N]

A collection is a file's: the folder ``docs`` beside it, or the articles of SQuAD's format. Weights of
features are fitted to the other collections (benchmarks/fitting.py), so that no encoder has those that were
fitted to another. Told of each collection: how often the right unit comes first, is among three and among
twenty. ``--across`` takes files with the same questions in other languages, in the same order: each is asked
of the next one's passages, and it is told how often the right one is the first, and among five. No reader is
asked.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from benchmarks.fitting import USED, Asked, fit_order
from benchmarks.readings import Row, gives
from benchmarks.squad import Remembering
from bot.answering.profile import profile_of
from bot.evaluation.questions import Question, lay_out, read, read_squad
from bot.settings import load
from index.building import splitting
from index.building.build import build
from index.catalogue import E5, MINILM
from index.engines.local.store import Store
from index.joining import JoinedEncoder
from index.search.searcher import Searcher
from index.serving import ServedEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.encoder import Encoder

SEED = 1


def remembering(model: str) -> Remembering:
    """The encoder of a model; passages are the same for all of them."""
    encoder = ServedEncoder(load(environment=os.environ, flags={"encoder.model": model}))
    return Remembering(encoder, max_tokens=254)


class Collection:
    """Documents in a folder, and questions about them."""

    def __init__(self, name: str, folder: Path, questions: Sequence[Question]) -> None:
        self.name, self.folder = name, folder
        self.questions = [question for question in questions if question.kind == "fact"]

    def searcher(self, encoder: Encoder, index: str) -> Searcher:
        """A search of them, by an index in a folder that is there for it."""
        settings = load(flags={"documents.folder": str(self.folder), "index.folder": index})
        build(settings, encoder)
        return Searcher(Store(settings.index_folder()).current(), encoder, settings, profile_of().evidence)

    def asked(self, encoder: Encoder) -> Iterator[Asked]:
        """Its questions with what is found for them; nothing is read."""
        with tempfile.TemporaryDirectory() as index:
            searcher = self.searcher(encoder, index)
            for question in self.questions:
                units = [
                    (*structs.astuple(hit.features), 0.0, 1.0, 0.0, 0.0, float(gives(question, hit.unit)))
                    for hit in searcher.search(question.text)
                ]
                yield Asked.of(Row("natural", self.name, question.text, units))


def compare(collections: Sequence[Collection], encoder: Encoder) -> str:
    """How often the right unit is the first, among three, among twenty, in each collection."""
    asked = {collection.name: list(collection.asked(encoder)) for collection in collections}
    cells = []
    for name, held in asked.items():
        order = fit_order([one for other in asked if other != name for one in asked[other]], USED)
        ranks = [one.right[one.best(order)] for one in held]
        cells.append(" / ".join(f"{np.mean([right[:k].any() for right in ranks]):.3f}" for k in (1, 3, 20)))
    return " | ".join(cells)


def across(collections: Sequence[Collection], encoder: Encoder) -> str:
    """How often the right passage is the first and among five, each one's questions asked of the next one."""
    firsts, fives = [], []
    for asking, asked in pairwise([*collections, collections[0]]):
        with tempfile.TemporaryDirectory() as index:
            searcher = asked.searcher(encoder, index)
            for question, same in zip(asking.questions, asked.questions, strict=True):
                right = [same.answered_by(found) for found in searcher.passages(question.text, 5)]
                firsts.append(any(right[:1]))
                fives.append(any(right))
    return f"{np.mean(firsts):.3f} / {np.mean(fives):.3f}"


def of_squad(file: Path, folder: Path, count: int) -> Collection:
    """The articles of a file, laid out in a folder, and so many of their questions."""
    articles = read_squad([file])
    lay_out(articles, folder)
    questions = [question for article in articles for question in article.questions]
    numbers = sorted(random.Random(SEED).sample(range(len(questions)), min(count, len(questions))))
    return Collection(file.stem, folder, [questions[number] for number in numbers])


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", nargs="+", type=Path, default=[], help="questions beside a folder docs/")
    parser.add_argument("--squad", nargs="+", type=Path, default=[], help="files of SQuAD's format")
    parser.add_argument("--across", nargs="+", type=Path, default=[], help="the same in several languages")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.35, 0.5], help="of MiniLM beside e5")
    parser.add_argument("--context", type=float, help="what a context counts in a unit's vector")
    parser.add_argument("--questions", type=int, default=200, help="of each file of SQuAD's format")
    arguments = parser.parse_args()
    if arguments.context is not None:
        splitting.CONTEXT_WEIGHT = arguments.context
    e5, minilm = remembering(E5.name), remembering(MINILM.name)
    encoders: dict[str, Encoder] = {"MiniLM": minilm, "e5": e5}
    for share in arguments.shares:
        parts = ((e5, 1 - share), (minilm, share))
        encoders[f"both, {share} MiniLM"] = JoinedEncoder("both", parts)
    with tempfile.TemporaryDirectory() as place:
        made = {
            file: of_squad(file, Path(place) / file.stem, arguments.questions)
            for file in dict.fromkeys([*arguments.squad, *arguments.across])
        }
        collections = [made[file] for file in arguments.squad]
        collections += [
            Collection(file.parent.name, file.parent / "docs", read([file]).questions)
            for file in arguments.folder
        ]
        languages = [made[file] for file in arguments.across]
        print("|", "".join(f" | {collection.name}" for collection in collections), "| across |")
        print("|---" * (len(collections) + 2) + "|")
        for name, encoder in encoders.items():
            crossed = across(languages, encoder) if len(languages) > 1 else ""
            print(f"| {name} | {compare(collections, encoder)} | {crossed} |", flush=True)
    for one in (minilm, e5):
        print(f"{one.name}: {one.texts} texts in {one.seconds:.0f} s of the processor")


if __name__ == "__main__":
    main()
