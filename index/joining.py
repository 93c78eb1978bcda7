"""Several encoders as one: their vectors concatenated, so that a cosine is the weighted mean of theirs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import sqrt
from typing import TYPE_CHECKING

from index import catalogue
from index.documents import digest
from index.encoder import Encoder
from index.serving import ServedEncoder
from index.settings import Settings

if TYPE_CHECKING:
    from index.encoder import Vectors

_AT_ONCE = 1024  # texts that each encodes in turn, so that progress is heard of
_LET_IN = 0.001  # seconds between them, so that a question that waits comes first


class JoinedEncoder:
    """Encoders whose vectors are concatenated.

    Args:
        name: as the settings name it.
        parts: encoders, each with its share of a cosine; the shares make 1. Tokens are those of the first,
            English words those of the last.
    """

    def __init__(self, name: str, parts: Sequence[tuple[Encoder, float]]) -> None:
        self.name = name
        self._parts = parts

    @property
    def fingerprint(self) -> str:
        """Of all parts and their shares."""
        return digest(repr([(part.fingerprint, share) for part, share in self._parts]).encode())

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that the first reads, special tokens left out."""
        return self._parts[0][0].max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""
        return self._parts[0][0].count_tokens(text)

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word of a language is known: an English one to the last, others to the first."""
        return self._parts[-1 if language == "en" else 0][0].is_word(word, language)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> "Vectors":
        """Unit float32 vectors, shape (texts, dimension), in the order of the texts."""
        import numpy as np

        blocks = []
        for start in range(0, max(1, len(texts)), _AT_ONCE):
            block = texts[start : start + _AT_ONCE]
            blocks.append(self._joined([part.encode(block) for part, _ in self._parts]))
            advance(len(block))
            time.sleep(_LET_IN)
        return np.concatenate(blocks)

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit float32 vectors of questions, shape (questions, dimension), in their order."""
        return self._joined([part.encode_questions(questions) for part, _ in self._parts])

    def _joined(self, vectors: Sequence["Vectors"]) -> "Vectors":
        import numpy as np

        shares = (share for _, share in self._parts)
        joined: Vectors = np.hstack([sqrt(share) * part for share, part in zip(shares, vectors, strict=True)])
        return joined.astype(np.float32)


def encoder_of(settings: Settings, *, stays: bool = True) -> Encoder:
    """The encoder that the settings name; nothing is loaded before it is used.

    Args:
        settings: they name the model, or two, and say by what it runs.
        stays: see ``ServedEncoder``.
    """
    name = catalogue.resolve(settings.encoder.model)
    if (pair := catalogue.pair(name)) is None:
        return ServedEncoder(settings, stays=stays)
    parts = [
        (
            ServedEncoder(
                replace(settings, encoder=replace(settings.encoder, model=model.name)), stays=stays
            ),
            share,
        )
        for model, share in pair.parts
    ]
    return JoinedEncoder(name, parts)
