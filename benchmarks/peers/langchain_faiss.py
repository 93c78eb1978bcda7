"""LangChain with its FAISS store. ``HuggingFaceEmbeddings`` is that of langchain-community.

The newer langchain-huggingface asks for huggingface-hub below 2, which Docent's pinned versions exclude; both
classes call sentence-transformers.
"""

import warnings
from pathlib import Path

from contest import NEAREST, given, main, paragraphs

warnings.filterwarnings("ignore", message=".*HuggingFaceEmbeddings.*")


class LangChain:
    """Passages by ``FAISS.similarity_search``."""

    def load(self, model: str) -> None:
        from langchain_community.embeddings import HuggingFaceEmbeddings
        from langchain_community.vectorstores import FAISS

        self._kind = FAISS
        self._given = given(model)
        self._embeddings = None if self._given else HuggingFaceEmbeddings(model_name=model)

    def build(self, corpus: Path, index: Path) -> None:
        texts = paragraphs(corpus)
        if self._given:
            store = self._kind.from_embeddings(zip(texts, self._given.documents(texts), strict=True), None)
        else:
            store = self._kind.from_texts(texts, self._embeddings)
        store.save_local(str(index))

    def open(self, index: Path) -> None:
        self._store = self._kind.load_local(
            str(index), self._embeddings, allow_dangerous_deserialization=True
        )

    def ask(self, question: str) -> str:
        return str(self._store.similarity_search(question)[0].page_content)

    def nearest(self, question: str) -> list[str]:
        if self._given:
            found = self._store.similarity_search_by_vector(self._given.question(question).tolist(), NEAREST)
        else:
            found = self._store.similarity_search(question, NEAREST)
        return [one.page_content for one in found]


if __name__ == "__main__":
    main(LangChain())
