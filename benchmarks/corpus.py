"""A folder with the paragraphs of SQuAD-format files, for contestants that run in processes of their own.

documents/        a text file an article, for Docent
paragraphs.json   every paragraph, for its peers
questions.json    questions to ask, each with the paragraph that it was written for
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import Run, run
from bot.evaluation.questions import lay_out, read_squad
from index.models import EMBEDDED_MODEL, folder_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

PEERS = Path(__file__).parent / "peers"
DOCENT = "docent_engine"
NAMES = {
    "langchain_faiss": "LangChain + FAISS",
    "llama_index_simple": "LlamaIndex",
    "txtai_faiss": "txtai",
    "chroma_hnsw": "Chroma",
    "lancedb_table": "LanceDB",
}
PACKAGES = (
    "langchain-community",
    "llama-index-core",
    "txtai",
    "chromadb",
    "lancedb",
    "sentence-transformers",
    "torch",
)
RETRIEVAL_ONLY = {"DOCENT_READER__MODEL": "none"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """The folder, and what is in it."""

    folder: Path
    paragraphs: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]

    @property
    def documents(self) -> Path:
        """The documents folder."""
        return self.folder / "documents"

    @property
    def environment(self) -> dict[str, str]:
        """Keeps what Docent remembers out of the state of whoever runs the benchmark."""
        return {"DOCENT_STATE__FOLDER": str(self.folder / "state"), "HF_HUB_OFFLINE": "1"}


def lay(files: Iterable[Path], folder: Path, questions: int = 0) -> Corpus:
    """Make the folder; the questions are drawn by a fixed seed."""
    articles = read_squad(files)
    lay_out(articles, folder / "documents")
    paragraphs = tuple(text for article in articles for text in article.text.split("\n\n") if text.strip())
    pool = [
        (question.text, article.text[question.place.start : question.place.end])
        for article in articles
        for question in article.questions
        if question.answerable and question.place
    ]
    drawn = tuple(random.Random(0).sample(pool, min(questions, len(pool))))
    for name, rows in (("paragraphs", paragraphs), ("questions", drawn)):
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return Corpus(folder, paragraphs, drawn)


def contestant(
    python: str | Path,
    name: str,
    verb: str,
    *arguments: str | Path,
    corpus: Corpus,
    extra: dict[str, str] | None = None,
) -> Run:
    """Run a contestant of benchmarks/peers/; see ``contest.py`` there."""
    command = [python, PEERS / f"{name}.py", verb, folder_of(EMBEDDED_MODEL), *arguments]
    return run(command, {**corpus.environment, **(extra or {})})


def options(parser: argparse.ArgumentParser) -> None:
    """Give a script the options that all with peers have."""
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), metavar="PYTHON",
                        help="the Python that has the packages of the extra `peers`")  # fmt: skip
    parser.add_argument("--only", nargs="*", choices=NAMES, default=list(NAMES), metavar="PEER",
                        help=f"of {', '.join(NAMES)}")  # fmt: skip


def versions(python: Path, packages: Sequence[str] = PACKAGES) -> str:
    """What the peers' Python has installed."""
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    found = run([python, "-c", code, *packages]).output.split()
    return ", ".join(f"{package} {number}" for package, number in zip(packages, found, strict=True))
