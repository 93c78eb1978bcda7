"""A logistic regression that was fitted in, a file of ``bot/answering/judges.py`` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bot.answering.judges import FOLDER, Classes, Kind

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

    from index.encoder import Encoder

SCALE = 8.0
"""Of unit vectors when they are learned from, so that the penalty is a usual one."""


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
