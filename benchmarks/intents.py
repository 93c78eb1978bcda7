"""Teaches the judge of what a question wants, and says how often it is right about domains it has not seen.

    python -m benchmarks.intents [--write]

``benchmarks/data/intents.jsonl`` holds labelled questions of many domains, ``intents-held.jsonl`` of others.
The judge is a logistic regression on their vectors; ``--write`` keeps it in
``bot/answering/profiles/intents.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GroupKFold, cross_val_predict

from bot.answering.intent import FILE, Classes, Intent
from index.serving import ServedEncoder
from index.settings import load

DATA = Path(__file__).parent / "data"
SCALE = 8.0  # of unit vectors, so that the penalty is a usual one
PENALTY = 0.03  # inverse strength; .01 to .1 do as well in six folds of domains
FOLDS = 6


class Labelled(msgspec.Struct, frozen=True):
    """A question, what it wants, and its domain."""

    question: str
    wants: Intent
    group: str


def read(file: Path) -> list[Labelled]:
    """The questions of a file."""
    return [msgspec.json.decode(line, type=Labelled) for line in file.read_bytes().splitlines() if line]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help="keep what was learned")
    arguments = parser.parse_args()
    encoder = ServedEncoder(load())
    seen, held = read(DATA / "intents.jsonl"), read(DATA / "intents-held.jsonl")
    vectors, other = (
        SCALE * encoder.encode_questions([one.question for one in part]) for part in (seen, held)
    )
    labels = np.array([one.wants for one in seen])
    judge = LogisticRegression(C=PENALTY, max_iter=3000)
    folds = GroupKFold(FOLDS)
    groups = [one.group for one in seen]
    guessed = cross_val_predict(judge, vectors, labels, cv=folds, groups=groups)
    judge.fit(vectors, labels)
    truth = np.array([one.wants for one in held])
    found = judge.predict(other)
    print(f"{len(seen)} questions, folds of domains: {np.mean(guessed == labels):.3f} right")
    print(f"{len(held)} questions of other domains: {np.mean(found == truth):.3f} right")
    print(f"rows as they are, columns as judged, {', '.join(judge.classes_)}:")
    print(confusion_matrix(truth, found))
    if arguments.write:
        names = [str(name) for name in judge.classes_]
        classes = {
            "command": "python -m benchmarks.intents --write",
            "encoder": encoder.fingerprint,
            "weights": {
                name: [round(float(weight), 3) for weight in SCALE * row]
                for name, row in zip(names, judge.coef_, strict=True)
            },
            "bias": {name: round(float(bias), 3) for name, bias in zip(names, judge.intercept_, strict=True)},
        }
        FILE.write_bytes(
            msgspec.json.format(msgspec.json.encode(msgspec.convert(classes, Classes)), indent=0) + b"\n"
        )


if __name__ == "__main__":
    main()
