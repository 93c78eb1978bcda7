"""SQuAD-format files as folders of documents: one text file an article, a blank line between paragraphs."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.records import Passage


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
