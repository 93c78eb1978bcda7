"""A question in, what it wants out: one thing, several, or to know how something is done.

The judge is a logistic regression on the question's vector, taught by labelled questions of many domains. Its
numbers lie in ``profiles/intents-*.json``, a file an encoder; for others, patterns decide.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

Intent = Literal["one", "several", "steps"]
"""One thing, be it a fact or a reason; all members of a group; all steps of a procedure."""

FOLDER = Path(__file__).parent / "profiles"
LIKELIER = 0.5
"""Probability from which on a question is taken to want more than one thing."""
SURE = 0.7
"""The same, for them to be gathered from running text: a list there costs more if one thing was wanted. It is
less of judges that take fewer questions for one thing for others (``benchmarks/intents.py``).
"""
CERTAIN = 0.9
"""The same, for what answers best as if one thing was wanted not to come first."""

_HOW = re.compile(
    r"\W*how\s+(?:do|can|should|could|would|to)\b|\W*(?:what|which)\s+are\s+the\s+steps\b", re.I
)
_ASKS_FOR_LIST = re.compile(
    r"""\W* (?: (?: please | can\ you | could\ you ) \s+ )? (?:
      (?: list | enumerate | name \s (?: all | the | every ) ) \b
    | (?: who | what | which ) \s (?: (?: are | were ) \s (?: all | some | the ) | all | else ) \b
    | who \s (?: (?: all | also | is | was | were | has\ been ) \s )?
          (?: there | present | invited | involved | attend(?:s|ed|ing)? | participat(?:es?|ed|ing)
            | join(?:s|ed|ing)? | came | comes? | coming | (?: took | takes? ) \ part ) \b
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class Classes(msgspec.Struct, frozen=True):
    """A logistic regression: of each intent a weight a dimension, and a bias.

    ``encoder`` is the fingerprint of the model whose vectors of questions it is for; ``sure`` see ``SURE``.
    """

    command: str
    encoder: str
    weights: dict[Intent, list[float]]
    bias: dict[Intent, float]
    sure: float = SURE


class Wanted(NamedTuple):
    """What a question wants, how likely it does, in [0, 1], and whether that is sure enough for a sweep."""

    intent: Intent
    probability: float = 1.0
    is_sure: bool = True


def wanted_by(question: str, vector: "Vectors", encoder: str) -> Wanted:
    """What a question wants.

    Args:
        question: in words.
        vector: its unit vector, shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    import numpy as np

    if encoder not in _judges():
        return Wanted(by_pattern(question))
    names, weights, bias, sure = _judges()[encoder]
    logits = weights @ vector + bias
    odds = np.exp(logits - logits.max())
    best = int(odds.argmax())
    probability = float(odds[best] / odds.sum())
    return Wanted(names[best] if probability >= LIKELIER else "one", probability, probability >= sure)


def by_pattern(question: str) -> Intent:
    """What a question in English wants, by its first words alone."""
    if _HOW.match(question):
        return "steps"
    return "several" if _ASKS_FOR_LIST.match(question) else "one"


@cache
def _judges() -> "dict[str, tuple[list[Intent], NDArray[np.float64], NDArray[np.float64], float]]":
    """Of each encoder names, weights, shape (classes, dimension), and biases of classes, and what is sure."""
    import numpy as np

    judges = {}
    for file in sorted(FOLDER.glob("intents-*.json")):
        classes = msgspec.json.decode(file.read_bytes(), type=Classes)
        names = list(classes.weights)
        weights = np.array([classes.weights[name] for name in names])
        bias = np.array([classes.bias[name] for name in names])
        judges[classes.encoder] = names, weights, bias, classes.sure
    return judges
