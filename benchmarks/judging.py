"""What commands that teach a judge share: what they are told, lines of data, and what is kept of a judge.

A judge is a logistic regression on the vectors of the encoder of the settings, a file of
``bot/answering/judges.py``.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bot.answering.judges import FOLDER, Classes, Kind
from index.joining import encoder_of
from index.settings import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.linear_model import LogisticRegression

    from index.encoder import Encoder

DATA = Path(__file__).parent / "data"

SCALE = 8.0
"""Of unit vectors when they are learned from, so that the penalty is a usual one."""


class Told(NamedTuple):
    """What a command was told, and the encoder that it teaches for."""

    write: bool
    verbose: bool
    encoder: Encoder

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """What a judge learns from, or judges: vectors of questions times ``SCALE``."""
        return SCALE * self.encoder.encode_questions(texts)


def told(about: str) -> Told:
    """Read the command line of a command that says so about itself."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep what was learned")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what is mistaken")
    arguments = parser.parse_args()
    return Told(arguments.write, arguments.verbose, encoder_of(load(environment=os.environ)))


def rows_of(name: str, half: str) -> list[dict[str, str]]:
    """The rows of one half of a file of data, "learn" or "held"."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["half"] == half]


def keep(
    judge: LogisticRegression, kind: Kind, encoder: Encoder, command: str, sure: float | None = None
) -> None:
    """Write what was learned.

    Args:
        judge: fitted to vectors times ``SCALE``.
        kind: of judge.
        encoder: whose vectors they are.
        command: that made it.
        sure: the probability from which on a class is sure, where it was fitted.
    """
    names = [str(name) for name in judge.classes_]
    weights, bias = SCALE * judge.coef_, judge.intercept_
    if len(names) == 2:  # of which only the second has weights
        weights, bias = np.concatenate([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    rows, biases = weights.round(3).tolist(), bias.round(3).tolist()
    classes = Classes(
        command,
        encoder.fingerprint,
        dict(zip(names, rows, strict=True)),
        dict(zip(names, biases, strict=True)),
        sure,
    )
    text = msgspec.json.format(msgspec.json.encode(classes), indent=0)
    (FOLDER / f"{kind}-{encoder.name}.json").write_bytes(text + b"\n")
