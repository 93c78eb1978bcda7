"""What benchmarks on SQuAD-format files share; reading and laying out is bot/evaluation/questions.py."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.evaluation.questions import Article, Question, lay_out, read_squad
from index.joining import encoder_of
from index.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from index.encoder import Vectors
    from index.records import Unit

__all__ = ["Article", "Question", "Remembering", "answered", "lay_out", "read"]


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


class Remembering:
    """The encoder of the settings, which encodes each text once, however many indexes it is in."""

    def __init__(self) -> None:
        self._encoder = encoder_of(load(environment=os.environ))
        self.name, self.fingerprint = self._encoder.name, self._encoder.fingerprint
        self.max_tokens = self._encoder.max_tokens
        self._memory: dict[str, Vectors] = {}
        self._questions: dict[str, Vectors] = {}

    def count_tokens(self, text: str) -> int:
        """See ``Encoder``."""
        return self._encoder.count_tokens(text)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        """See ``Encoder``."""
        new = [text for text in dict.fromkeys(texts) if text not in self._memory]
        if new:
            self._memory.update(zip(new, self._encoder.encode(new, advance), strict=True))
        return np.array([self._memory[text] for text in texts])

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """See ``Encoder``."""
        new = [question for question in dict.fromkeys(questions) if question not in self._questions]
        if new:
            self._questions.update(zip(new, self._encoder.encode_questions(new), strict=True))
        return np.array([self._questions[question] for question in questions])
