"""Vectors in, the same spread out about their centre: so that unrelated texts have cosines of about 0.

The vectors of some models lie in a narrow cone: those of multilingual-e5-small have cosines between .7 and 1,
for all have a large part in common. Without that part, the mean of texts in many languages, their cosines
mean what those of other models do (Mu and Viswanath, "All-but-the-Top", 2018). ``python -m
benchmarks.centring`` finds it.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

FOLDER = Path(__file__).parent / "centres"
"""A file a model that has a centre, named after it."""


class Centre(msgspec.Struct, frozen=True):
    """The mean of a model's unit vectors, and the command that found it."""

    command: str
    values: tuple[float, ...]


@cache
def centre_of(model: str) -> "NDArray[np.float32] | None":
    """The centre of a model's vectors, shape (dimension,); None of one that needs none."""
    import numpy as np

    file = FOLDER / f"{model}.json"
    if "/" in model or not file.is_file():
        return None
    return np.array(msgspec.json.decode(file.read_bytes(), type=Centre).values, np.float32)


def centred(centre: "NDArray[np.float32] | None", vectors: "Vectors") -> "Vectors":
    """Unit vectors with a centre subtracted, normalised again; shape (texts, dimension)."""
    import numpy as np

    if centre is None:
        return vectors
    vectors = vectors - centre
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
