"""An embedding in, its class out: logistic regressions as data, a file a kind of class and encoder.

Those of what a question wants are ``profiles/intents-*.json``, those of small talk ``profiles/talk-*.json``,
those of what is a question to anybody ``profiles/asked-*.json``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

FOLDER = Path(__file__).parent / "profiles"

Kind = Literal["asked", "intents", "talk"]


class Classes(msgspec.Struct, frozen=True, omit_defaults=True):
    """A logistic regression as a file has it: of each class a weight a dimension, and a bias.

    ``encoder`` is the fingerprint of the model whose vectors of questions it is for; ``sure`` the probability
    from which on a class is sure, where it was fitted.
    """

    command: str
    encoder: str
    weights: dict[str, list[float]]
    bias: dict[str, float]
    sure: float | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A classifier: weights of shape (classes, dimension), biases of shape (classes,)."""

    names: list[str]
    weights: "NDArray[np.float64]"
    bias: "NDArray[np.float64]"
    sure: float | None

    def likeliest(self, vector: "Vectors") -> tuple[str, float]:
        """The likeliest class of a unit vector, shape (dimension,), and its probability."""
        import numpy as np

        logits = self.weights @ vector + self.bias
        odds = np.exp(logits - logits.max())
        best = int(odds.argmax())
        return self.names[best], float(odds[best] / odds.sum())


def judge_of(kind: Kind, encoder: str) -> Judge | None:
    """The classifier of a kind for the encoder of a fingerprint, if there is one."""
    return _judges(kind, FOLDER).get(encoder)


@cache
def _judges(kind: Kind, folder: Path) -> dict[str, Judge]:
    """Those of a folder, by their encoders."""
    import numpy as np

    judges = {}
    for file in sorted(folder.glob(f"{kind}-*.json")):
        classes = msgspec.json.decode(file.read_bytes(), type=Classes)
        weights = np.array(list(classes.weights.values()))
        bias = np.array([classes.bias[name] for name in classes.weights])
        judges[classes.encoder] = Judge(list(classes.weights), weights, bias, classes.sure)
    return judges
