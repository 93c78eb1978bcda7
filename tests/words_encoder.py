"""An encoder that needs no model. It imports little, since processes of the bot are started with it."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from index.settings import Settings

Vectors = NDArray[np.float32]

SLIPS = ("atend", "meti", "mete", "onoin", "crosi", "crose", "greenhos")
"""What no test takes for words."""


class WordsEncoder:
    """Counts hashed words: texts that share words get similar vectors, with no model at all."""

    name = "words"
    dimension = 256

    def __init__(self, settings: Settings | None = None, *, max_tokens: int = 64, stays: bool = True) -> None:
        self.max_tokens = max_tokens
        self.encoded: list[str] = []

    @property
    def fingerprint(self) -> str:
        return f"words-{self.dimension}"

    def count_tokens(self, text: str) -> int:
        return len(re.findall(r"\w+|[^\w\s]", text))

    def is_word(self, word: str, language: str) -> bool:
        return not word.lower().startswith(SLIPS)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        self.encoded += texts
        advance(len(texts))
        return np.array([self._encode(text) for text in texts], np.float32)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        return np.array([self._encode(question) for question in questions], np.float32)

    def _encode(self, question: str) -> Vectors:
        vector = np.full(self.dimension, 1e-3, np.float32)
        for word in re.findall(r"\w+", question.lower()):
            vector[int.from_bytes(sha256(word.encode()).digest()[:4], "big") % self.dimension] += 1
        return vector / np.linalg.norm(vector)
