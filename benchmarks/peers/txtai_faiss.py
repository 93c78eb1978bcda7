"""txtai with its default index (FAISS) and its contents kept, so that a passage can be shown."""

from pathlib import Path

from contest import main, paragraphs


class Txtai:
    """Passages by ``Embeddings.search``."""

    def load(self, model: str) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=model, content=True)

    def build(self, corpus: Path, index: Path) -> None:
        self._embeddings.index(paragraphs(corpus))
        self._embeddings.save(str(index))

    def open(self, index: Path) -> None:
        self._embeddings.load(str(index))

    def ask(self, question: str) -> str:
        return str(self._embeddings.search(question)[0]["text"])


if __name__ == "__main__":
    main(Txtai())
