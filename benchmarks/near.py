"""From which relevance on a passage is shown as near a question that is not answered.

    python -m benchmarks.near [--questions FILE] [--most 120]

The documents of the settings are asked the questions of a file, by default those of ``tests/quality``, about
which they treat, answered or not, and questions of ``benchmarks/data/intents-held.jsonl`` about wholly other
things. Told is, for some bars, which share of either kind has a passage as relevant as that, by
``bot.answering.answers.relevance``. ``Profile.near`` is the bar that nine in ten of the others stay below.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path

import numpy as np

from benchmarks.machine import table
from bot.answering.answers import relevance
from bot.engine import Engine
from bot.settings import load

ROOT = Path(__file__).parent.parent
OTHERS = Path(__file__).parent / "data" / "intents-held.jsonl"


def asked(file: Path) -> list[str]:
    """The questions of a file."""
    return [json.loads(line)["question"] for line in file.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "quality" / "questions.jsonl")
    parser.add_argument("--most", type=int, default=120, help="of the other questions")
    arguments = parser.parse_args()
    settings = load(environment=os.environ, flags={"reader.model": "none"})
    engine = Engine(settings)
    engine.build()
    searcher = engine._current()

    def best(question: str) -> float:
        return max((relevance(hit.features) for hit in searcher.search(question)), default=0.0)

    own = np.array([best(question) for question in asked(arguments.questions)])
    others = np.array([best(question) for question in random.Random(1).sample(asked(OTHERS), arguments.most)])
    bars = np.quantile(others, [0.5, 0.75, 0.9, 0.95, 1.0])
    rows = [[f"{bar:.2f}", float(np.mean(own >= bar)), float(np.mean(others >= bar))] for bar in bars]
    print(table(["relevance", f"of {len(own)} about the documents", f"of {len(others)} others"], rows))


if __name__ == "__main__":
    main()
