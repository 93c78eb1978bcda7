"""LanceDB with a table on the disk and its default index of vectors; sentence-transformers by itself.

Its index keeps so little of a vector that without comparing rows again it finds 6 of the nearest 10.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contest import NEAREST, given, main, paragraphs

_ROWS = 50_000  # in one block of the table
_LEAST = 256  # rows that its index needs to learn from
_REFINED = 10  # times the rows that are wanted, compared again in full


class Lance:
    """Passages by ``Table.search``."""

    def load(self, model: str) -> None:
        self._given = given(model)
        if not self._given:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(model)

    def build(self, corpus: Path, index: Path) -> None:
        import lancedb

        texts = paragraphs(corpus)
        table = lancedb.connect(str(index)).create_table("passages", self._blocks(texts))
        if len(texts) >= _LEAST:
            table.create_index(metric="cosine")

    def open(self, index: Path) -> None:
        import lancedb

        self._table = lancedb.connect(str(index)).open_table("passages")

    def ask(self, question: str) -> str:
        return self.nearest(question)[0]

    def nearest(self, question: str) -> list[str]:
        vector = self._given.question(question) if self._given else self._model.encode(question)
        search = self._table.search(vector).distance_type("cosine").refine_factor(_REFINED)
        return [str(row["text"]) for row in search.limit(NEAREST).to_list()]

    def _blocks(self, texts: list[str]) -> Iterator[Any]:
        import pyarrow

        for start in range(0, len(texts), _ROWS):
            part = texts[start : start + _ROWS]
            vectors = self._given.documents(part) if self._given else self._model.encode(part)
            flat = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.ravel()), vectors.shape[1])
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array(part), flat], ["text", "vector"])


if __name__ == "__main__":
    main(Lance())
