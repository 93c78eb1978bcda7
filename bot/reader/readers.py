"""The readers: Docent's own, or any of the Hugging Face kind that the settings name.

Nothing is loaded before the first passage is read.
"""

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bot.reader.reading import Reader, Reading
from bot.reader.turns import Turns
from index import models
from index.documents import digest_file
from index.errors import ModelError, reason
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

OWN = "docent"
NONE = "none"
WEIGHTS = Path(__file__).parent / "reader.safetensors"
CHECKSUM = WEIGHTS.with_suffix(".sha256")
TRAINING = WEIGHTS.with_suffix(".json")
_AT_ONCE = 4  # passages that go through a network together: those of like length need little padding

_log = logging.getLogger(__name__)


def reader_of(settings: Settings) -> Reader | None:
    """The reader that the settings name; None where they want none."""
    name = settings.reader.model
    if name == NONE:
        return None
    if name == OWN:
        return OwnReader()
    return HuggingFaceReader(name, settings.state_folder() / models.STAMPS)


def learned_by(settings: Settings) -> frozenset[str]:
    """Titles of the articles that the reader of the settings was trained on, as far as that is known."""
    if settings.reader.model != OWN:
        return frozenset()
    return learned(TRAINING)


def learned(training: Path) -> frozenset[str]:
    """Titles of the articles in the file that training left beside its weights."""
    return frozenset(msgspec.json.decode(training.read_bytes(), type=_Training).articles)


class _Training(msgspec.Struct):
    articles: list[str]


class OwnReader:
    """Docent's own reader, whose weights lie beside this module."""

    name = OWN

    def __init__(self) -> None:
        self._alone = Turns()  # two at once would only take each other's cores

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights.

        Raises:
            ModelError: they are missing, or not those that the checksum beside them names.
        """
        try:
            found, expected = digest_file(WEIGHTS), CHECKSUM.read_text(encoding="ascii").split()
        except OSError as error:
            raise ModelError(
                f"The reader's weights {WEIGHTS} cannot be read ({error.strerror or error}). Install Docent "
                'anew, or set reader.model to "none".'
            ) from None
        if expected[:1] != [found]:
            raise ModelError(
                f"The reader's weights {WEIGHTS} are damaged: their checksum is not the expected one. "
                'Install Docent anew, or set reader.model to "none".'
            )
        return found

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        import torch

        from bot.reader import model
        from bot.reader.tokens import pairs

        if not passages:
            return []
        with self._alone, torch.inference_mode():
            network, tokenizer = self._loaded
            tokens = pairs(tokenizer, question, passages)
            said = zip(tokens, *model.read(network, tokens, _AT_ONCE), strict=True)
            return [_reading(answers, starts, ends, row.offsets) for row, starts, ends, answers in said]

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        _log.info("loading the reader %s", self.fingerprint[:12])
        folder = models.folder_of(models.EMBEDDED_MODEL)
        models.forbid_network()
        from safetensors.torch import load_file

        from bot.reader.model import trained
        from bot.reader.tokens import tokenizer

        return trained(folder, load_file(WEIGHTS)), tokenizer(folder)


class HuggingFaceReader:
    """A question-answering model or a cross-encoder of transformers.

    The first kind says how likely the passage answers by the best span against none at all, which is how
    models learn it from SQuAD 2.0 (Devlin et al., 2019); the second kind points at no words.
    """

    def __init__(self, name: str, stamps: Path) -> None:
        self.name = name
        self._stamps = stamps
        self._alone = Turns()

    @cached_property
    def _folder(self) -> Path:
        return models.folder_of(self.name)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names and contents of the model's files; raises ModelError."""
        return models.fingerprint(self._folder, self._stamps)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        with self._alone:
            return [self._read(question, passage) for passage in passages]

    def _read(self, question: str, passage: str) -> Reading:
        import numpy as np
        import torch

        network, tokenizer, points = self._loaded
        found = tokenizer(
            question,
            passage,
            truncation="longest_first",
            max_length=_longest(tokenizer, network.config),
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = found.pop("offset_mapping")[0].numpy().astype(np.int64)
        offsets[[kind != 1 for kind in found.sequence_ids()]] = -1
        with torch.inference_mode():
            said = network(**found)
        if not points:
            logits = said.logits[0].float()
            margin = logits[-1] - logits[0] if len(logits) > 1 else logits[0]
            return _pointless(float(margin))
        starts, ends = said.start_logits[0].float(), said.end_logits[0].float()
        none = float(starts[0] + ends[0])
        inside = torch.from_numpy(offsets[:, 0] >= 0)
        if not inside.any():
            return _pointless(-none)
        outside = torch.finfo(torch.float32).min
        starts, ends = starts.masked_fill(~inside, outside), ends.masked_fill(~inside, outside)
        return _reading(starts.max() + ends.max() - none, starts, ends, offsets)

    @cached_property
    def _loaded(self) -> tuple[Any, Any, bool]:
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
            network = kind.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelError(f"The reader in {folder} cannot be loaded: {reason(error)}") from error
        if points is None:
            raise ModelError(
                f"The reader in {folder} was made neither to answer questions nor to classify, but as "
                f"{made or 'nothing that is known'}."
            )
        if not tokenizer.is_fast:
            raise ModelError(f"The reader in {folder} has no fast tokenizer, which Docent needs.")
        return network.eval(), tokenizer, points


def _longest(tokenizer: Any, config: Any) -> int:
    """The most tokens that a model reads at once; RoBERTa and its kin lose some places to padding."""
    places = getattr(config, "max_position_embeddings", 512)
    lost = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return int(min(tokenizer.model_max_length, places - lost))


def _pointless(answers: float) -> Reading:
    """Of a reader that points at no words."""
    import numpy as np

    nothing = np.zeros(0, np.float32)
    return Reading(answers, nothing, nothing, np.zeros((0, 2), np.int64))


def _reading(answers: "Tensor", starts: "Tensor", ends: "Tensor", offsets: "NDArray[np.int64]") -> Reading:
    """Of logits, those outside the passage next to impossible."""
    size = len(offsets)
    return Reading(float(answers), starts[:size].softmax(0).numpy(), ends[:size].softmax(0).numpy(), offsets)
