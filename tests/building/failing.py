"""An encoder that fails in the middle of a build."""

from collections.abc import Callable, Sequence

import numpy as np

from tests.conftest import WordsEncoder


class Failing(WordsEncoder):
    """Breaks off after so many blocks."""

    def __init__(self, blocks: int, error: BaseException) -> None:
        super().__init__()
        self.blocks, self.error = blocks, error

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> np.ndarray:
        if not self.blocks:
            raise self.error
        self.blocks -= 1
        return super().encode(texts, advance)
