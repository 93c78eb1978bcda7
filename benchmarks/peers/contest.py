"""The command line that all contestants have; it imports nothing but the standard library.

    python benchmarks/peers/NAME.py build MODEL CORPUS INDEX           index the corpus
    python benchmarks/peers/NAME.py ask MODEL INDEX QUESTION           open the index and print a passage
    python benchmarks/peers/NAME.py serve MODEL CORPUS INDEX           open it, then ask many questions

CORPUS is a folder made by ``benchmarks/corpus.py``. ``build`` and ``serve`` print a line of JSON.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Protocol

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


def paragraphs(corpus: Path) -> list[str]:
    """The paragraphs of the corpus."""
    return list(json.loads((corpus / "paragraphs.json").read_text(encoding="utf-8")))


def main(contestant: Contestant) -> None:
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
    else:
        sys.exit(__doc__)


def _serve(contestant: Contestant, corpus: Path) -> dict[str, object]:
    questions = json.loads((corpus / "questions.json").read_text(encoding="utf-8"))
    milliseconds, right = [], 0
    for number, (question, paragraph) in enumerate(questions):
        begin = time.perf_counter()
        passage = contestant.ask(question)
        if number >= WARM_UP:
            milliseconds.append((time.perf_counter() - begin) * 1000)
            right += bool(passage) and (passage in paragraph or paragraph in passage)
    return {"milliseconds": milliseconds, "right": right / len(milliseconds)}
