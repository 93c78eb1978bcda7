"""A logistic regression that was fitted in, a file of ``bot/answering/judges.py`` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

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
    rows, biases = (SCALE * judge.coef_).round(3).tolist(), judge.intercept_.round(3).tolist()
    classes = Classes(
        command,
        encoder.fingerprint,
        dict(zip(names, rows, strict=True)),
        dict(zip(names, biases, strict=True)),
        sure,
    )
    text = msgspec.json.format(msgspec.json.encode(classes), indent=0)
    (FOLDER / f"{kind}-{encoder.name}.json").write_bytes(text + b"\n")
