"""txtai with its default index (FAISS) and its contents kept, so that a passage can be shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contest import NEAREST, given, main, paragraphs


class Txtai:
    """Passages by ``Embeddings.search``."""

    def load(self, model: str) -> None:
        from txtai import Embeddings

        vectors = given(model)

        def transform(texts: Sequence[str]) -> Any:  # txtai takes functions, and calls other callables
            return vectors.either(texts)

        self._config: dict[str, Any] = {"path": model}
        if vectors:
            self._config = {"method": "external", "transform": transform}
        self._embeddings = Embeddings(**self._config, content=True)

    def build(self, corpus: Path, index: Path) -> None:
        self._embeddings.index(paragraphs(corpus))
        self._embeddings.save(str(index))

    def open(self, index: Path) -> None:
        self._embeddings.load(str(index), config=self._config)

    def ask(self, question: str) -> str:
        return str(self._embeddings.search(question)[0]["text"])

    def nearest(self, question: str) -> list[str]:
        return [str(one["text"]) for one in self._embeddings.search(question, NEAREST)]


if __name__ == "__main__":
    main(Txtai())
