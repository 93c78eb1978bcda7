"""Asks about small folders as people have them, in other words than theirs: what is found, and what is sure.

    python -m benchmarks.folders [FILE...] [--bars BAR ...] [-v]

Files are of ``bot/reader/written.py``; documents ``of`` the same collection are a folder of their own. By
default ``data/folders-held.jsonl`` is asked, which nothing was taught with or fitted to. "first" and "of
three" are the shares of questions with an answer whose first quote, or one of three, gives it; AUROC is of
the confidence, of questions whose first quote is right against those that nothing answers; and for each bar,
the share of questions that are answered rightly, of those with an answer that are declined, and of those
without that are answered.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.machine import table
from bot.engine import Engine
from bot.evaluation.questions import Article, lay_out
from bot.reader import written
from bot.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.reader.written import Written

HELD = Path(__file__).parent / "data" / "folders-held.jsonl"


@dataclass(frozen=True)
class Asked:
    """A question, and what came of it: whether it has an answer, the place of the first right quote, or 0."""

    language: str
    question: str
    answerable: bool
    right: int
    confidence: float
    quote: str


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=[HELD])
    parser.add_argument("--bars", nargs="+", type=float, default=[0.3, 0.4, 0.5], metavar="BAR")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="print each question and what came of it"
    )
    given = parser.parse_args()
    folders: dict[str, list[Written]] = defaultdict(list)
    for document in written.read(given.files):
        folders[document.collection].append(document)
    told = [one for folder in folders.values() for one in asked(folder)]
    if given.verbose:
        for one in told:
            print(f"{one.right} of {one.answerable:d}  {one.confidence:.2f}  {one.question}  |  {one.quote}")
    languages = sorted({one.language for one in told})
    groups = [("all", told), *((code, [one for one in told if one.language == code]) for code in languages)]
    bars = [f"{what} at {bar}" for bar in given.bars for what in ("right", "declined", "answered")]
    rows = [[name, *_figures(some, given.bars)] for name, some in groups]
    print(table(["", "with", "first", "of three", "without", "AUROC", *bars], rows))


def asked(folder: Sequence[Written]) -> Iterator[Asked]:
    """Index the documents of a folder, and ask all that is asked about them."""
    with tempfile.TemporaryDirectory() as place:
        articles = (Article(document.file, document.file, document.text, ()) for document in folder)
        lay_out(articles, Path(place) / "documents")
        flags = {"documents.folder": f"{place}/documents", "index.folder": f"{place}/index"}
        engine = Engine(load(environment=os.environ, flags={**flags, "answer.threshold": "0"}))
        engine.build()
        for document in folder:
            for ask in document.asks:
                answer = engine.ask(ask.question, as_typed=True)
                quotes = [citation.quote for citation in answer.citations]
                right = next((place for place, one in enumerate(quotes, 1) if _gives(one, ask.answers)), 0)
                yield Asked(
                    document.language, ask.question, bool(ask.answers), right, answer.confidence,
                    quotes[0] if quotes else "",
                )  # fmt: skip


def _gives(quote: str, answers: Iterable[str]) -> bool:
    """Whether a quote holds an answer, or is the most of it."""
    bare = " ".join(quote.split())
    wanted = (" ".join(answer.split()) for answer in answers)
    return any(one in bare or (bare in one and len(bare) > len(one) / 2) for one in wanted)


def _figures(told: Sequence[Asked], bars: Sequence[float]) -> list[str | float]:
    """A row of the table, from the number of questions with an answer on."""
    some, none = ([one for one in told if one.answerable == has] for has in (True, False))
    firsts = [one for one in some if one.right == 1]
    sure = np.array([one.confidence for one in [*firsts, *none]])
    auroc = roc_auc_score([1] * len(firsts) + [0] * len(none), sure) if firsts and none else float("nan")
    row: list[str | float] = [
        len(some), _share(one.right == 1 for one in some), _share(0 < one.right <= 3 for one in some),
        len(none), float(auroc),
    ]  # fmt: skip
    for bar in bars:
        row += [
            _share(one.right == 1 and one.confidence >= bar for one in some),
            _share(one.confidence < bar for one in some),
            _share(one.confidence >= bar for one in none),
        ]
    return row


def _share(which: Iterable[bool]) -> float:
    found = list(which)
    return float(np.mean(found)) if found else float("nan")


if __name__ == "__main__":
    main()
