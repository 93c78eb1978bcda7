"""What somebody says in, whether it is small talk out: a greeting, thanks, a question about the bot.

The judge is a logistic regression on the vector, taught by lines in many languages; its numbers lie in
``profiles/talk-*.json``, a file an encoder. For encoders without one, as all-MiniLM-L6-v2, whose judge takes
1.3 % of questions for talk, only what has no word at all is none.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

Talk = Literal["", "greeting", "thanks", "about", "wordless"]
"""What is said that is no question: "" where it is one; "wordless" are a lone emoji, marks and the like."""

FOLDER = Path(__file__).parent / "profiles"
LONGEST = 80  # characters; whoever writes more asks something
SURE = 0.8
"""Probability from which on something is small talk: a question that gets no answer costs more."""


class Judge(msgspec.Struct, frozen=True):
    """Of each thing that may be said, "question" among them, a weight a dimension, and a bias.

    ``encoder`` is the fingerprint of the model whose vectors of questions it is for.
    """

    command: str
    encoder: str
    weights: dict[Literal["question", "greeting", "thanks", "about"], list[float]]
    bias: dict[Literal["question", "greeting", "thanks", "about"], float]


def is_wordless(text: str) -> bool:
    """Whether a text has neither letter nor digit."""
    return not any(unicodedata.category(character)[0] in "LN" for character in text)


def talk_of(text: str, vector_of: "Callable[[str], Vectors]", encoder: str) -> Talk:
    """What is said that is no question.

    Args:
        text: what is said.
        vector_of: finds its unit vector, shape (dimension,).
        encoder: the fingerprint of the model that made it.
    """
    import numpy as np

    if is_wordless(text):
        return "wordless"
    if encoder not in _judges() or len(text) > LONGEST:
        return ""
    names, weights, bias = _judges()[encoder]
    logits = weights @ vector_of(text) + bias
    odds = np.exp(logits - logits.max())
    best = int(odds.argmax())
    sure = float(odds[best] / odds.sum()) >= SURE
    return names[best] if sure else ""


@cache
def _judges() -> "dict[str, tuple[list[Talk], NDArray[np.float64], NDArray[np.float64]]]":
    """Of each encoder what may be said, weights, shape (kinds, dimension), and biases."""
    import numpy as np

    judges = {}
    for file in sorted(FOLDER.glob("talk-*.json")):
        judge = msgspec.json.decode(file.read_bytes(), type=Judge)
        names: list[Talk] = ["" if name == "question" else name for name in judge.weights]
        weights = np.array(list(judge.weights.values()))
        judges[judge.encoder] = names, weights, np.array([judge.bias[name] for name in judge.weights])
    return judges
