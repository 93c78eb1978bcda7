"""What benchmarks on SQuAD-format files share; reading and laying out is bot/evaluation/questions.py."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.evaluation.questions import Article, Question, lay_out, read_squad
from bot.settings import load
from index.joining import encoder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from index.encoder import Encoder, Vectors
    from index.records import Unit

__all__ = ["Article", "Question", "Remembering", "answered", "lay_out", "read", "remembering"]


def read(files: Iterable[Path]) -> list[Article]:
    """The articles of SQuAD-format files with their answerable questions, those without left out."""
    articles = [
        replace(article, questions=tuple(question for question in article.questions if question.answerable))
        for article in read_squad(files)
    ]
    return [article for article in articles if article.questions]


def answered(question: Question, unit: Unit) -> bool:
    """Whether the unit is of the right paragraph and holds an accepted answer."""
    return bool(question.given_by(unit.text, unit.passage))


def remembering() -> Remembering:
    """The encoder of the settings, with the environment's."""
    return Remembering(encoder_of(load(environment=os.environ)))


class Remembering:
    """An encoder that encodes each text once, however many indexes it is in, and knows how long it took.

    Args:
        encoder: what encodes.
        max_tokens: of a passage, where they are to be the same with other encoders.
    """

    def __init__(self, encoder: Encoder, max_tokens: int | None = None) -> None:
        self._encoder = encoder
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.max_tokens, self.count_tokens = max_tokens or encoder.max_tokens, encoder.count_tokens
        self._known: dict[tuple[bool, str], Vectors] = {}
        self.seconds, self.texts = 0.0, 0

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        """See ``Encoder``."""
        advance(len(texts))
        return self._recall(texts, self._encoder.encode, asked=False)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """See ``Encoder``."""
        return self._recall(questions, self._encoder.encode_questions, asked=True)

    def _recall(
        self, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors], *, asked: bool
    ) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if (asked, text) not in self._known]
        if new:
            start = time.process_time()
            self._known.update(zip([(asked, text) for text in new], encode(new), strict=True))
            self.seconds, self.texts = self.seconds + time.process_time() - start, self.texts + len(new)
        return np.array([self._known[asked, text] for text in texts])
