"""LlamaIndex with its default store, which keeps vectors in a list and compares all of them."""

from pathlib import Path

from contest import NEAREST, given, main, paragraphs


class LlamaIndex:
    """Passages by the retriever of a ``VectorStoreIndex``."""

    def load(self, model: str) -> None:
        self._given = given(model)
        if self._given:
            from llama_index.core import MockEmbedding

            self._embedding = MockEmbedding(embed_dim=1)  # never asked
        else:
            from llama_index.embeddings.huggingface import HuggingFaceEmbedding

            self._embedding = HuggingFaceEmbedding(model_name=model)

    def build(self, corpus: Path, index: Path) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        texts = paragraphs(corpus)
        if self._given:
            vectors = self._given.documents(texts)
            nodes = [
                TextNode(text=text, embedding=row.tolist()) for text, row in zip(texts, vectors, strict=True)
            ]
        else:
            nodes = [TextNode(text=text) for text in texts]
        VectorStoreIndex(nodes, embed_model=self._embedding).storage_context.persist(str(index))

    def open(self, index: Path) -> None:
        from llama_index.core import StorageContext, load_index_from_storage

        context = StorageContext.from_defaults(persist_dir=str(index))
        self._index = load_index_from_storage(context, embed_model=self._embedding)
        self._retriever = self._index.as_retriever()

    def ask(self, question: str) -> str:
        return str(self._retriever.retrieve(question)[0].get_content())

    def nearest(self, question: str) -> list[str]:
        from llama_index.core import QueryBundle

        vector = self._given.question(question).tolist() if self._given else None
        bundle = QueryBundle(question, embedding=vector)
        retriever = self._index.as_retriever(similarity_top_k=NEAREST)
        return [str(one.get_content()) for one in retriever.retrieve(bundle)]


if __name__ == "__main__":
    main(LlamaIndex())
