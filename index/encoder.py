"""Texts in, unit vectors out: the embedded model, or any other of the sentence-transformers kind.

torch waits until a text has to be encoded.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index import catalogue, exporting, models, tokenizing
from index.errors import ModelError, reason
from index.graphs import GraphMetadata, NotExported
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Vectors = NDArray[np.float32]

_NO_LIMIT = 512  # tokens, for a model that states no limit of its own
_LET_IN = 0.001  # seconds between two batches of a build, so that a question that waits comes first

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """What turns texts into vectors whose dot product is their cosine similarity.

    Threads share it: questions are encoded while a build goes on.
    """

    @property
    def name(self) -> str:
        """The model as the settings name it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may; vectors of different fingerprints do not mix."""

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that are read, special tokens left out."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word of a language, told by its code, is known; in languages that are not, any is."""

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = ...) -> "Vectors":
        """Unit vectors of texts of documents, shape (texts, dimension); ``advance`` hears how many."""

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit vectors of questions, shape (questions, dimension)."""


class SentenceTransformerEncoder:
    """An encoder by sentence-transformers; the model is loaded at the first use.

    Args:
        settings: they name the model, and say where it runs.
        folder: of the model's files, to export them; by default where that of the settings are, to use them.
    """

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.name = catalogue.resolve(settings.encoder.model)
        self._batch_size = settings.encoder.batch_size
        self._stamps = settings.state_folder() / models.STAMPS
        self._models = settings.graphs_folder()
        self._alone = threading.RLock()  # a tokenizer serves one thread at a time
        device = settings.encoder.device
        self._how: dict[str, Any] = {"device": None if device == "auto" else device}
        if folder is not None:
            self.folder = folder
            self._how = {"device": "cpu", "model_kwargs": {"attn_implementation": "eager"}}

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are.

        Raises:
            ModelError: there is no such model, here or at the hub.
        """
        return models.folder_of(self.name, self._models)

    @cached_property
    def fingerprint(self) -> str:
        """What the vectors depend on: SHA-256 over names and contents of the model's files, or the like.

        Raises:
            ModelError: it has no safe weights, or is one of the catalogue's and missing or damaged.
        """
        return models.fingerprint_of(self.name, self._models, self._stamps)

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that are read, special tokens left out."""
        tokenizer = self._model.tokenizer
        limit = self._model.max_seq_length or _NO_LIMIT
        return int(limit - tokenizer.num_special_tokens_to_add())

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""
        tokenizer = self._model.tokenizer
        with self._alone:
            return len(tokenizer.encode(text, add_special_tokens=False, truncation=False, verbose=False))

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word of a language is one token; in languages that the model does not know, any is."""
        return not catalogue.spells(self.name, language) or self.count_tokens(word) == 1

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> "Vectors":
        """Unit float32 vectors, shape (texts, dimension), in the order of the texts."""
        import numpy as np

        vectors = np.empty((len(texts), self._dimension), np.float32)
        by_length = np.argsort([len(text) for text in texts], kind="stable")
        for start in range(0, len(texts), self._batch_size):  # texts of like length need little padding
            batch = by_length[start : start + self._batch_size]
            with self._alone:
                vectors[batch] = self._model.encode_document(
                    [texts[i] for i in batch],
                    batch_size=self._batch_size,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            advance(len(batch))
            time.sleep(_LET_IN)
        return vectors

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit float32 vectors of questions, shape (questions, dimension), in their order."""
        with self._alone:
            vectors: Vectors = self._model.encode_query(
                list(questions), normalize_embeddings=True, show_progress_bar=False
            )
        return vectors

    def export(self, folder: Path) -> GraphMetadata:
        """Write the whole model, pooling and normalisation included, as a graph into a folder.

        It has to be loaded from a folder of files that was given.

        Raises:
            NotExported: it cannot be.
            ModelError: it cannot be loaded.
        """
        models.forbid_network()
        import torch

        class Whole(torch.nn.Module):
            """Token ids in, unit vectors out."""

            def __init__(self, model: "SentenceTransformer", inputs: tuple[str, ...]) -> None:
                super().__init__()
                self.model = model
                self.inputs = inputs

            def forward(self, *values: torch.Tensor) -> torch.Tensor:
                found = self.model(dict(zip(self.inputs, values, strict=True)))["sentence_embedding"]
                return torch.nn.functional.normalize(found, p=2, dim=1)

        with self._alone:
            model = self._model
            tokens = model.tokenizer(["one text", "and another text"], padding=True, return_tensors="np")
            inputs = tuple(name for name in tokenizing.FIELDS if name in tokens)
            if not model.tokenizer.is_fast:
                raise NotExported("it has no fast tokenizer")
            exporting.export(Whole(model, inputs), [tokens[name] for name in inputs], inputs, folder)
            tokenizing.keep(model.tokenizer.backend_tokenizer, folder)
        prompts = {name: model.prompts.get(name) or "" for name in ("query", "document")}
        return GraphMetadata(
            inputs=inputs,
            most_tokens=model.max_seq_length or _NO_LIMIT,
            dimension=self._dimension,
            question_prompt=prompts["query"],
            text_prompt=prompts["document"],
        )

    @property
    def _dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def _model(self) -> "SentenceTransformer":
        with self._alone:
            return self._loaded

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        return self.load()

    def load(self) -> "SentenceTransformer":
        """The model, anew.

        Raises:
            ModelError: it cannot be loaded.
        """
        folder, _ = self.folder, self.fingerprint
        _log.info("loading the model %s from %s", self.name, folder)
        models.forbid_network()
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(str(folder), local_files_only=True, **self._how)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise ModelError(f"The model in {folder} cannot be loaded: {reason(error)}") from error
