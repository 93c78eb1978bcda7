"""Chroma with a collection on the disk (HNSW) and its function for sentence-transformers models."""

from pathlib import Path

from contest import NEAREST, given, main, paragraphs


class Chroma:
    """Passages by ``Collection.query``."""

    def load(self, model: str) -> None:
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        self._given = given(model)
        self._function = None if self._given else SentenceTransformerEmbeddingFunction(model_name=model)

    def build(self, corpus: Path, index: Path) -> None:
        client, texts = self._client(index), paragraphs(corpus)
        collection = client.create_collection("passages", embedding_function=self._function)
        most = client.get_max_batch_size()
        for start in range(0, len(texts), most):
            part = texts[start : start + most]
            vectors = self._given.documents(part) if self._given else None
            ids = [str(start + number) for number in range(len(part))]
            collection.add(ids=ids, documents=part, embeddings=vectors)

    def open(self, index: Path) -> None:
        self._collection = self._client(index).get_collection("passages", embedding_function=self._function)

    def ask(self, question: str) -> str:
        return str(self._collection.query(query_texts=[question])["documents"][0][0])

    def nearest(self, question: str) -> list[str]:
        vectors = [self._given.question(question)] if self._given else None
        texts = None if vectors else [question]
        found = self._collection.query(query_embeddings=vectors, query_texts=texts, n_results=NEAREST)
        return list(found["documents"][0])

    @staticmethod
    def _client(index: Path):  # noqa: ANN205 - chromadb's own type
        import chromadb

        return chromadb.PersistentClient(str(index))


if __name__ == "__main__":
    main(Chroma())
