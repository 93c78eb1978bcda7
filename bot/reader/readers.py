"""The readers: Docent's own, or any of the Hugging Face kind that the settings name.

Nothing is loaded before the first passage is read. Networks run as graphs, without torch, where they can.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.reader.fair_lock import FairLock
from bot.reader.reading import Reading, pointless, reading_of
from bot.reader.together import NONE, Readers, Together
from bot.settings import Settings
from index import catalogue, exporting, graphs, models, tokenizing
from index.documents import digest_file
from index.errors import ModelError, reason
from index.graphs import Graph, GraphMetadata, NotExported
from index.tokenizing import SharedTokenizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import nn

    Run = Callable[[graphs.Inputs], Sequence[NDArray[np.float32]]]
    """Token ids in, logits out: of starts and ends and answers, or of starts and ends, or of classes."""

OWN, OWN_E5, OWN_ENGLISH = "docent", "docent-e5", "docent-english"
BOTH = f"{OWN_ENGLISH}+{OWN_E5}"
"""English is read by both, all else by the second."""
_SHARE = 0.4
"""Of the second, where both read: in five folds of 1,800 English questions .25 to .45 are about as good, and
better than either alone (bot/reader/README.md)."""
WEIGHTS = Path(__file__).parent / "reader.safetensors"
CHECKSUM = WEIGHTS.with_suffix(".sha256")
TRAINING = WEIGHTS.with_suffix(".json")
SHIPPED = {
    OWN: WEIGHTS,
    OWN_E5: WEIGHTS.with_name("reader-e5.safetensors"),
    OWN_ENGLISH: WEIGHTS.with_name("reader-english.safetensors"),
}
"""Docent's own readers by name, and their weights; checksum and training lie beside them."""

_STEP = 16  # tokens that rows are padded by: more than the encoder's, for fewer shapes take less memory
_TOKENS_AT_ONCE = 384  # of a batch, the filling included: more gain nothing, and cost memory
_SAMPLE = (
    "Who built the lighthouse?",
    ("Ada Holm built it in 1871, and kept it.", "The ferry leaves on Tuesday."),
)
_LEAST_COSINE = 0.999  # between the logits of a graph and those of its network

_log = logging.getLogger(__name__)


def name_of(settings: Settings) -> str:
    """The name of the reader that the settings mean: for "auto" the one that was trained with the encoder."""
    name = settings.reader.model
    if name != catalogue.AUTO:
        return name
    encoders = catalogue.models_of(catalogue.resolve(settings.encoder.model))
    return OWN_E5 if catalogue.E5 in encoders else OWN


def readers_of(settings: Settings) -> Readers:
    """The readers that the settings name; none where they want none."""
    name = name_of(settings)
    if name == NONE:
        return Readers(None)
    if name == BOTH:
        return both(settings)
    return Readers(OwnReader(settings, name) if name in SHIPPED else HuggingFaceReader(settings))


def both(settings: Settings, ours: str = OWN_ENGLISH) -> Readers:
    """English read by both, all else by ``docent-e5``; readings have the tokens of ``ours``."""
    usual, english = OwnReader(settings, OWN_E5), OwnReader(settings, OWN_ENGLISH)
    pair = (usual, english, 1 - _SHARE) if ours == OWN_E5 else (english, usual, _SHARE)
    return Readers(usual, Together(*pair))


def learned_by(settings: Settings) -> frozenset[str]:
    """Titles of the articles that the readers of the settings were trained on, as far as that is known.

    Raises:
        ModelError: the file that tells them is missing or damaged.
    """
    files = [SHIPPED[name] for name in name_of(settings).split("+") if name in SHIPPED]
    return frozenset().union(*(learned(weights.with_suffix(TRAINING.suffix)) for weights in files))


def learned(training: Path) -> frozenset[str]:
    """Titles of the articles in the file that training left beside its weights.

    Raises:
        ModelError: it is missing or damaged.
    """
    return frozenset(_training(training).articles)


def _training(file: Path) -> "_Training":
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Training)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            f"{file}, which names what the reader learned from, cannot be read ({reason(error)}). "
            "Install Docent anew."
        ) from None


class _Training(msgspec.Struct):
    """What training left beside its weights: titles of articles, and the encoder that it began with."""

    articles: list[str]
    base: str = models.EMBEDDED_MODEL


class NetworkReader(ABC):
    """A network that reads a question and a passage together, as a graph or else by torch."""

    name: str
    """The model as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._alone = FairLock()  # two at once would only take each other's cores

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """See ``Reader``."""

    @abstractmethod
    def load(self) -> "tuple[nn.Module, Tokenizer, GraphMetadata]":
        """The network for torch, which takes the inputs in their order; its tokenizer; what to know of it.

        Raises:
            ModelError: it cannot be loaded.
        """

    @abstractmethod
    def reading(self, logits: "Sequence[NDArray[np.float32]]", offsets: "NDArray[np.int64]") -> Reading:
        """What logits of one passage say, whose tokens stand at these places."""

    def prepare(self) -> None:
        """See ``Reader``."""
        with self._alone:
            _ = self._loaded

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        from bot.reader.tokens import encode_pairs, offsets_of

        if not passages:
            return []
        with self._alone:
            tokenizer, run, metadata = self._loaded
        encodings = encode_pairs(tokenizer, question, passages)
        readings: dict[int, Reading] = {}
        lengths = [tokenizing.padded_length(len(one.ids), metadata.most_tokens, _STEP) for one in encodings]
        for numbers in _batches(lengths):
            chosen = [encodings[number] for number in numbers]
            inputs = tokenizing.rows(chosen, metadata.inputs, metadata.most_tokens, _STEP)
            with self._alone:
                logits = run(inputs)
            for row, number in enumerate(numbers):
                offsets = offsets_of(encodings[number])
                readings[number] = self.reading([part[row] for part in logits], offsets)
        return [readings[number] for number in range(len(passages))]

    @cached_property
    def _loaded(self) -> "tuple[Tokenizer | SharedTokenizer, Run, GraphMetadata]":
        fingerprint = self.fingerprint
        if self._settings.serving.backend != "torch":
            folder = self._settings.graphs_folder() / f"reader-{fingerprint[:16]}"
            try:
                metadata = exporting.exported(folder, self._export)
                return (
                    SharedTokenizer(folder, metadata.most_tokens),
                    Graph(folder, in_8_bits=True).run,
                    metadata,
                )
            except NotExported as refusal:
                _log.warning("the reader %s runs by torch, which is slower: %s.", self.name, refusal)
        network, tokenizer, metadata = self.load()
        return tokenizer, _by_torch(network), metadata

    def _export(self, folder: Path) -> GraphMetadata:
        import numpy as np

        _log.info("exporting the reader %s, once", self.name)
        network, tokenizer, metadata = self.load()
        pairs = tokenizer.encode_batch([(_SAMPLE[0], one) for one in _SAMPLE[1]])
        inputs = tokenizing.rows(pairs, metadata.inputs, metadata.most_tokens)
        tokenizing.keep(tokenizer, folder)
        exporting.export(network, inputs, metadata.inputs, folder)
        one, other = (
            np.concatenate([part.ravel() for part in run(inputs)])
            for run in (Graph(folder, in_8_bits=True).run, _by_torch(network))
        )
        if (cosine := float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))) < _LEAST_COSINE:
            raise NotExported(f"it would read otherwise than the original (cosine {cosine:.4f})")
        return metadata


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts of such lengths, those of like length together."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _by_torch(network: "nn.Module") -> "Run":
    """A network that torch runs."""
    import torch

    def run(inputs: "graphs.Inputs") -> "Sequence[NDArray[np.float32]]":
        with torch.inference_mode():
            logits = network(*map(torch.from_numpy, inputs))
        return [part.float().numpy() for part in logits]

    return run


class OwnReader(NetworkReader):
    """One of Docent's own readers, whose weights lie beside this module.

    They are of an encoder trained further, whose embedding matrix is taken from it.

    Args:
        settings: where what is made of the weights is kept, and how networks run.
        name: one of ``SHIPPED``.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings)
        self.name = name
        self._weights = SHIPPED[name]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights.

        Raises:
            ModelError: they are missing, or not those that the checksum beside them names.
        """
        try:
            checksum = self._weights.with_suffix(CHECKSUM.suffix)
            found, expected = digest_file(self._weights), checksum.read_text(encoding="ascii").split()
        except OSError as error:
            raise ModelError(
                f"The reader's weights {self._weights} cannot be read ({error.strerror or error}). Install "
                'Docent anew, or set reader.model to "none".'
            ) from None
        if expected[:1] != [found]:
            raise ModelError(
                f"The reader's weights {self._weights} are damaged: their checksum is not the expected one. "
                'Install Docent anew, or set reader.model to "none".'
            )
        return found

    def load(self) -> "tuple[nn.Module, Tokenizer, GraphMetadata]":
        """See ``NetworkReader``."""
        _log.info("loading the reader %s", self.fingerprint[:12])
        folder = models.folder_of(_training(self._weights.with_suffix(TRAINING.suffix)).base)
        models.forbid_network()
        from safetensors.torch import load_file

        from bot.reader.model import trained
        from bot.reader.tokens import MOST_TOKENS, tokenizer

        metadata = GraphMetadata(
            inputs=("input_ids", "token_type_ids", "attention_mask"), most_tokens=MOST_TOKENS
        )
        return trained(folder, load_file(self._weights)), tokenizer(folder), metadata

    def reading(self, logits: "Sequence[NDArray[np.float32]]", offsets: "NDArray[np.int64]") -> Reading:
        """See ``NetworkReader``."""
        starts, ends, answers = logits
        return reading_of(float(answers), starts, ends, offsets)


class HuggingFaceReader(NetworkReader):
    """A question-answering model or a cross-encoder of transformers.

    The first kind says how likely the passage answers by the best span against none at all, which is how
    models learn it from SQuAD 2.0 (Devlin et al., 2019); the second kind points at no words.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.name = settings.reader.model
        self._stamps = settings.state_folder() / models.STAMPS

    @cached_property
    def _folder(self) -> Path:
        return models.folder_of(self.name, self._settings.graphs_folder())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names and contents of the model's files; raises ModelError."""
        return models.fingerprint(self._folder, self._stamps)

    def reading(self, logits: "Sequence[NDArray[np.float32]]", offsets: "NDArray[np.int64]") -> Reading:
        """See ``NetworkReader``."""
        if len(logits) == 1:
            margin = logits[0][-1] - logits[0][0] if len(logits[0]) > 1 else logits[0][0]
            return pointless(float(margin))
        starts, ends = logits
        none = float(starts[0] + ends[0])
        inside = offsets[:, 0] >= 0
        if not inside.any():
            return pointless(-none)
        best = float(starts[: len(offsets)][inside].max() + ends[: len(offsets)][inside].max())
        return reading_of(best - none, starts, ends, offsets)

    def load(self) -> "tuple[nn.Module, Tokenizer, GraphMetadata]":
        """See ``NetworkReader``."""
        folder, _ = self._folder, self.fingerprint
        _log.info("loading the reader %s from %s", self.name, folder)
        models.forbid_network()
        import transformers
        from safetensors import SafetensorError

        known = {"ForQuestionAnswering": True, "ForSequenceClassification": False}
        try:
            config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
            made = " ".join(config.architectures or [])
            points = next((points for kind, points in known.items() if kind in made), None)
            kind = (
                transformers.AutoModelForQuestionAnswering
                if points
                else transformers.AutoModelForSequenceClassification
            )
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            network = kind.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, attn_implementation="eager"
            )
        except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelError(f"The reader in {folder} cannot be loaded: {reason(error)}") from error
        if points is None:
            raise ModelError(
                f"The reader in {folder} was made neither to answer questions nor to classify, but as "
                f"{made or 'nothing that is known'}."
            )
        if not tokenizer.is_fast:
            raise ModelError(f"The reader in {folder} has no fast tokenizer, which Docent needs.")
        inputs = tuple(name for name in tokenizing.FIELDS if name in tokenizer.model_input_names)
        metadata = GraphMetadata(inputs=inputs, most_tokens=_longest(tokenizer, config))
        words = tokenizer.backend_tokenizer
        words.no_padding()
        words.enable_truncation(metadata.most_tokens, strategy="longest_first")
        return _positional(network.eval(), inputs), words, metadata


def _positional(network: "nn.Module", inputs: tuple[str, ...]) -> "nn.Module":
    """A network of transformers that takes its inputs in their order and returns its logits alone."""
    import torch

    class Positional(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, *values: torch.Tensor) -> tuple[torch.Tensor, ...]:
            output = self.network(**dict(zip(inputs, values, strict=True)))
            return (output.logits,) if "logits" in output else (output.start_logits, output.end_logits)

    return Positional().eval()


def _longest(tokenizer: Any, config: Any) -> int:
    """The most tokens that a model reads at once; RoBERTa and its kin lose some places to padding."""
    places = getattr(config, "max_position_embeddings", 512)
    lost = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return int(min(tokenizer.model_max_length, places - lost))
