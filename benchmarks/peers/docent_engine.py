"""Docent by its engine, with the settings of the environment.

``DOCENT_READER__MODEL=none`` leaves out the reader. It takes the files below CORPUS/documents, which hold
the same paragraphs.
"""

import os
from pathlib import Path

from contest import main

from bot.engine import Engine
from bot.settings import load


class Docent:
    """Passages by ``Engine.ask``: of the first quote, or of the nearest one where nothing is claimed."""

    def load(self, model: str) -> None:
        """The model is part of Docent."""

    def build(self, corpus: Path, index: Path) -> None:
        self._engine(index, corpus / "documents").build()

    def open(self, index: Path) -> None:
        self._opened = self._engine(index, None)
        self._opened.warm()

    def ask(self, question: str) -> str:
        answer = self._opened.ask(question)
        return next((one.passage for one in (*answer.citations, *answer.near)), "")

    @staticmethod
    def _engine(index: Path, documents: Path | None) -> Engine:
        flags = {"index.folder": str(index), "documents.folder": documents}
        return Engine(load(environment=os.environ, flags=flags))


if __name__ == "__main__":
    main(Docent())
