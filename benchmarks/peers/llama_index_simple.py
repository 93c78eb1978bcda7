"""LlamaIndex with its default store, which keeps vectors in a list and compares all of them."""

from pathlib import Path

from contest import main, paragraphs


class LlamaIndex:
    """Passages by the retriever of a ``VectorStoreIndex``."""

    def load(self, model: str) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embedding = HuggingFaceEmbedding(model_name=model)

    def build(self, corpus: Path, index: Path) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(text=text) for text in paragraphs(corpus)]
        VectorStoreIndex(nodes, embed_model=self._embedding).storage_context.persist(str(index))

    def open(self, index: Path) -> None:
        from llama_index.core import StorageContext, load_index_from_storage

        context = StorageContext.from_defaults(persist_dir=str(index))
        self._retriever = load_index_from_storage(context, embed_model=self._embedding).as_retriever()

    def ask(self, question: str) -> str:
        return str(self._retriever.retrieve(question)[0].get_content())


if __name__ == "__main__":
    main(LlamaIndex())
