"""SQuAD-format files as folders of documents: one text file an article, a blank line between paragraphs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoder import SentenceTransformerEncoder
from index.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from index.encoder import Vectors
    from index.records import Passage, Sentence


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the file and the paragraph [start, end) that answer it, and accepted answers."""

    text: str
    source: str
    start: int
    end: int
    answers: tuple[str, ...]

    def answered_by(self, passage: Passage) -> bool:
        """Whether the passage is (part of) the paragraph that answers the question."""
        overlaps = passage.start < self.end and self.start < passage.end
        return passage.document.source == self.source and overlaps

    def answered_by_sentence(self, sentence: Sentence) -> bool:
        """Whether the sentence is of that paragraph and holds an accepted answer."""
        return self.answered_by(sentence.passage) and any(answer in sentence.text for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Article:
    """A text file to be, and the questions about it."""

    source: str
    text: str
    questions: tuple[Question, ...]


def read(files: Iterable[Path]) -> list[Article]:
    """The articles of SQuAD-format files that have answerable questions."""
    articles = []
    for file in files:
        for number, article in enumerate(json.loads(file.read_text(encoding="utf-8"))["data"]):
            name = re.sub(r"[^\w.-]+", "_", article.get("title") or f"{file.stem}_{number}")
            source = f"{file.stem}-{number}/{name}.txt"
            text, questions = "", []
            for paragraph in article["paragraphs"]:
                context = re.sub(r"\n\s*\n", "\n", paragraph["context"].strip())
                start, text = len(text), text + context + "\n\n"
                for question in paragraph["qas"]:
                    answers = tuple({answer["text"].strip() for answer in question.get("answers", [])})
                    if answers:
                        questions.append(
                            Question(
                                question["question"].strip(), source, start, start + len(context), answers
                            )
                        )
            articles.append(Article(source, text, tuple(questions)))
    return [article for article in articles if article.questions]


def lay_out(articles: Iterable[Article], folder: Path) -> None:
    """Write the articles below a folder."""
    for article in articles:
        path = folder / article.source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article.text, encoding="utf-8", newline="")


class Remembering(SentenceTransformerEncoder):
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

    def encode_question(self, question: str) -> Vectors:
        """See ``Encoder``; the embedded model encodes questions as it does texts."""
        return self.encode([question])[0]
