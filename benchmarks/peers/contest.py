"""The command line that all contestants have; it imports nothing but the standard library.

    python benchmarks/peers/NAME.py build MODEL CORPUS INDEX           index the corpus
    python benchmarks/peers/NAME.py ask MODEL INDEX QUESTION           open the index and print a passage
    python benchmarks/peers/NAME.py serve MODEL CORPUS INDEX           open it, then ask many questions
    python benchmarks/peers/NAME.py find MODEL CORPUS INDEX            open it, then find what is nearest

CORPUS is a folder made by ``benchmarks/corpus.py``. ``build``, ``serve`` and ``find`` print a line of JSON.
MODEL may be a folder made by ``benchmarks/at_size.py`` instead, with the vectors of all texts and questions.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

NEAREST = 10
WARM_UP = 5  # questions asked first and not counted

os.environ.update(
    HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", ANONYMIZED_TELEMETRY="False", TOKENIZERS_PARALLELISM="false"
)


class Contestant(Protocol):
    """What finds passages."""

    def load(self, model: str) -> None:
        """Load the model in this folder."""

    def build(self, corpus: Path, index: Path) -> None:
        """Make an index on the disk of the corpus."""

    def open(self, index: Path) -> None:
        """Open the index."""

    def ask(self, question: str) -> str:
        """The best passage for a question."""


class Finder(Contestant, Protocol):
    """One that is asked at size, too: a peer."""

    def nearest(self, question: str) -> list[str]:
        """The ``NEAREST`` passages, nearest first."""


class Given:
    """Vectors that were made before, in place of a model."""

    def __init__(self, folder: Path) -> None:
        import numpy

        self._folder = folder
        self._vectors = numpy.load(folder / "vectors.npy", mmap_mode="r")
        self._questions = numpy.load(folder / "question-vectors.npy")
        self._asked = {text: row for row, (text, _) in enumerate(_expected(folder))}
        self._rows: dict[str, int] = {}

    def documents(self, texts: Sequence[str]) -> Any:
        """Their vectors, shape (texts, dimension)."""
        if not self._rows:
            self._rows = {text: row for row, text in enumerate(paragraphs(self._folder))}
        return self._vectors[[self._rows[text] for text in texts]]

    def question(self, text: str) -> Any:
        """Its vector, shape (dimension,)."""
        return self._questions[self._asked[text]]

    def either(self, texts: Sequence[str]) -> Any:
        """The vectors of texts that are all questions or all not."""
        if all(text in self._asked for text in texts):
            return self._questions[[self._asked[text] for text in texts]]
        return self.documents(texts)


def given(model: str) -> Given | None:
    """What is in the folder in place of a model, if it holds vectors."""
    folder = Path(model)
    return Given(folder) if (folder / "vectors.npy").exists() else None


def paragraphs(corpus: Path) -> list[str]:
    """The paragraphs of the corpus."""
    return list(json.loads((corpus / "paragraphs.json").read_text(encoding="utf-8")))


def main(contestant: Contestant | Finder) -> None:
    """Do what the command line says."""
    verb, model, *rest = sys.argv[1:]
    begin = time.perf_counter()
    contestant.load(model)
    loaded = time.perf_counter()
    if verb == "build":
        contestant.build(Path(rest[0]), Path(rest[1]))
        print(json.dumps({"load": loaded - begin, "seconds": time.perf_counter() - loaded}))
    elif verb == "ask":
        contestant.open(Path(rest[0]))
        print(contestant.ask(rest[1]))
    elif verb == "serve":
        contestant.open(Path(rest[1]))
        print(json.dumps(_serve(contestant, Path(rest[0]))))
    elif verb == "find":
        contestant.open(Path(rest[1]))
        print(json.dumps(_find(contestant, Path(rest[0]))))
    else:
        sys.exit(__doc__)


def _serve(contestant: Contestant, corpus: Path) -> dict[str, object]:
    milliseconds, passages, paragraphs = _asked(contestant.ask, corpus)
    right = [
        bool(passage) and (passage in paragraph or paragraph in passage)
        for passage, paragraph in zip(passages, paragraphs, strict=True)
    ]
    return {"milliseconds": milliseconds, "right": sum(right) / len(right)}


def _find(contestant: Finder, corpus: Path) -> dict[str, object]:
    """``questions.json`` has the exactly nearest passages of each question here."""
    milliseconds, found, nearest = _asked(contestant.nearest, corpus)
    shared = [
        (Counter(passages) & Counter(exact)).total()  # some sentences are there twice
        for passages, exact in zip(found, nearest, strict=True)
    ]
    return {"milliseconds": milliseconds, "recall": sum(shared) / (NEAREST * len(shared))}


def _asked(ask: Callable[[str], Any], corpus: Path) -> tuple[list[float], list[Any], list[Any]]:
    """Of each question that counts the milliseconds that it took, what was said, and what was expected."""
    told = []
    for question, expected in _expected(corpus):
        begin = time.perf_counter()
        said = ask(question)
        told.append(((time.perf_counter() - begin) * 1000, said, expected))
    milliseconds, said, expected = map(list, zip(*told[WARM_UP:], strict=True))
    return milliseconds, said, expected


def _expected(corpus: Path) -> list[tuple[str, Any]]:
    """Questions, each with what should be found."""
    return list(map(tuple, json.loads((corpus / "questions.json").read_text(encoding="utf-8"))))
