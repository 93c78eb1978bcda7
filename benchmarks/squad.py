"""What benchmarks on SQuAD-format files share; reading and laying out is bot/evaluation/questions.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bot.evaluation.questions import Article, Question, lay_out, read_squad
from index.serving import ServedEncoder
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


class Remembering(ServedEncoder):
    """Encodes each text once, however many indexes it is in."""

    def __init__(self) -> None:
        super().__init__(load())
        self._memory: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        """See ``Encoder``."""
        new = [text for text in dict.fromkeys(texts) if text not in self._memory]
        if new:
            self._memory.update(zip(new, super().encode(new, advance), strict=True))
        return np.array([self._memory[text] for text in texts])

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """See ``Encoder``; the embedded model encodes questions as it does texts."""
        return self.encode(questions)
