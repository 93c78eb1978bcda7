"""Texts in, unit vectors out, without torch: a sentence-transformers model run as a graph.

The whole model is exported, pooling and normalisation included, and compared with the original before it is
used. Where it cannot be exported, or a GPU is there, sentence-transformers runs it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import catalogue, centre, exporting, models, tokenizing
from index.documents import digest
from index.encoder import Encoder, SentenceTransformerEncoder
from index.graphs import Graph, GraphMetadata, NotExported
from index.settings import Settings
from index.tokenizing import SharedTokenizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

LEAST_COSINE = 0.999  # between a vector of the graph and the original's
_SAMPLE = (
    "Who attended?",
    "The committee met on 3 May 2024 in Reykjavík, and agreed to nothing at all.",
    "x",
    "Überraschung! 東京 — «цена» 12,50 €; see https://example.org/a?b=c (p. 7).",
    " ".join(["It went on like this for a good while, and nobody knew when it would end."] * 30),
)
TOKENS_AT_ONCE = 2048  # of a batch, the filling included: more gain nothing, and cost memory
TEXTS_AT_ONCE = 4096  # tokenised together, and sorted by length
_SHORT = 16  # tokens, filling included, of seven questions in ten

_log = logging.getLogger(__name__)


class ServedEncoder:
    """The encoder that the settings name, by the quickest means; nothing is loaded before it is used.

    Args:
        settings: they name the model, and say by what it runs.
        stays: whether the model is in memory until the next question, or loaded anew for that.
    """

    def __init__(self, settings: Settings, *, stays: bool = True) -> None:
        self.reference = SentenceTransformerEncoder(settings)
        self.name = self.reference.name
        self._settings = settings
        self._stays = stays

    @cached_property
    def fingerprint(self) -> str:
        """Of the model's files, and of the centre of its vectors, if it has one."""
        model = self.reference.fingerprint
        return model if self._centre is None else digest(model.encode() + self._centre.tobytes())

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that are read, special tokens left out."""
        return self.by.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""
        return self.by.count_tokens(text)

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word of a language is one token; in languages that the model does not know, any is."""
        return not catalogue.spells(self.name, language) or self.count_tokens(word) == 1

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> "Vectors":
        """Unit float32 vectors, shape (texts, dimension), in the order of the texts."""
        return centre.centred(self._centre, self.by.encode(texts, advance))

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit float32 vectors of questions, shape (questions, dimension)."""
        return centre.centred(self._centre, self.by.encode_questions(questions))

    @property
    def _centre(self) -> "NDArray[np.float32] | None":
        return centre.centre_of(self.name)

    @cached_property
    def by(self) -> Encoder:
        """What does the work: the model as a graph, or else sentence-transformers.

        Raises:
            ModelError: the model cannot be loaded.
        """
        if (why := self._not_for_graphs()) is not None:
            _log.info("%s runs by sentence-transformers: %s", self.name, why)
            return self.reference
        folder = self._settings.graphs_folder() / f"encoder-{self.reference.fingerprint[:16]}"
        try:
            return GraphEncoder(folder, exporting.exported(folder, self._export), stays=self._stays)
        except NotExported as refusal:
            _log.warning("%s runs by sentence-transformers, which is slower: %s.", self.name, refusal)
            return self.reference

    def _not_for_graphs(self) -> str | None:
        if self._settings.serving.backend == "torch":
            return "serving.backend says so"
        device = self._settings.encoder.device
        if device not in ("auto", "cpu"):
            return f"encoder.device is {device}"
        if device == "auto" and models.has_gpu():
            return "there is a GPU"
        return None

    def _export(self, folder: Path) -> GraphMetadata:
        _log.info("exporting the model %s, once", self.name)
        with models.lent(self.name, self._settings.graphs_folder()) as files:
            original = SentenceTransformerEncoder(self._settings, files)
            metadata = original.export(folder)
            graph = GraphEncoder(folder, metadata)
            worst = min(
                float((graph.encode(_SAMPLE) * original.encode(_SAMPLE)).sum(1).min()),
                float((graph.encode_questions(_SAMPLE) * original.encode_questions(_SAMPLE)).sum(1).min()),
            )
        if worst < LEAST_COSINE:
            raise NotExported(f"its vectors would differ from the original's (cosine {worst:.4f})")
        return metadata


class GraphEncoder:
    """A model that was exported, run by OpenVINO. Threads may share it.

    Args:
        folder: it was exported to.
        metadata: what is to be known of it.
        stays: whether questions will be asked again and again: a short one then has a graph of its own.
            Else the memory of graphs is given back after each; tokens are counted without them.

    Raises:
        NotExported: it cannot be opened.
    """

    name = "graph"
    fingerprint = ""

    def __init__(self, folder: Path, metadata: GraphMetadata, *, stays: bool = False) -> None:
        self._folder, self._metadata, self._stays = folder, metadata, stays
        self._tokenizer = SharedTokenizer(folder, metadata.most_tokens)
        _ = self._graph  # now, so that whoever asks for the encoder hears of damage

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._folder)

    @cached_property
    def _many(self) -> Graph:
        return Graph(self._folder, at_once=True)

    @cached_property
    def _short(self) -> Graph | None:
        with suppress(NotExported):  # not every network can be made for one shape
            return Graph(self._folder, shape=(1, _SHORT))
        return None

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that are read, special tokens left out."""
        return self._metadata.most_tokens - self._tokenizer.special

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens left out."""
        return self._tokenizer.count(text)

    def is_word(self, word: str, language: str) -> bool:
        """Whether a word is one token."""
        return self.count_tokens(word) == 1

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> "Vectors":
        """Unit float32 vectors, shape (texts, dimension), in the order of the texts."""
        import numpy as np

        vectors = np.empty((len(texts), self._metadata.dimension), np.float32)
        for numbers, (found, *_) in self._many.run_all(self._batches(texts, self._metadata.text_prompt)):
            vectors[numbers] = found
            advance(len(numbers))
        return vectors

    def encode_questions(self, questions: Sequence[str]) -> "Vectors":
        """Unit float32 vectors of questions, shape (questions, dimension)."""
        import numpy as np

        vectors = np.empty((len(questions), self._metadata.dimension), np.float32)
        for numbers, inputs in self._batches(questions, self._metadata.question_prompt):
            short = self._short if self._stays and inputs[0].shape == (1, _SHORT) else None
            vectors[numbers] = (short or self._graph).run(inputs)[0]
        if not self._stays:
            vars(self).pop("_graph", None)
        return vectors

    def _batches(self, texts: Sequence[str], prompt: str) -> Iterator[tuple["NDArray[np.int64]", Any]]:
        """Numbers of texts of like length, and the tokens of these texts."""
        import numpy as np

        for begin in range(0, len(texts), TEXTS_AT_ONCE):
            part = [prompt + text for text in texts[begin : begin + TEXTS_AT_ONCE]]
            encodings = self._tokenizer.encode_batch_fast(part)
            most = self._metadata.most_tokens
            lengths = np.array([tokenizing.padded_length(len(encoding.ids), most) for encoding in encodings])
            for length in np.unique(lengths)[::-1]:
                same = np.flatnonzero(lengths == length)
                size = max(1, TOKENS_AT_ONCE // int(length))
                for first in range(0, len(same), size):
                    numbers = same[first : first + size]
                    chosen = [encodings[number] for number in numbers]
                    yield begin + numbers, tokenizing.rows(chosen, self._metadata.inputs, most)
