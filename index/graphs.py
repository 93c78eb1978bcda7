"""A network in, a graph out that runs without torch: exported once, then run by OpenVINO.

Exporting takes some seconds and needs torch. Running does not: a graph is there in a fraction of a second,
and computes in the precision that the processor is best at. What is kept of a network:

    graph.xml, graph.bin   the network, in OpenVINO's format
    tokenizer.json         what makes its inputs of texts
    about.json             what its users need to know of it; or why it cannot be exported
    compiled/              the graph as this processor runs it
"""

import logging
import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.errors import DocentError, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer
    from torch import nn

    Inputs = Sequence[NDArray[np.int64]]
    Outputs = list[NDArray[np.float32]]

FORMAT = 1  # of the folders; what has another is exported again
TOKENIZER = "tokenizer.json"
_ABOUT, _GRAPH, _COMPILED = "about.json", "graph.xml", "compiled"
_STEP = 8  # tokens
FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}

_tracing = threading.Lock()  # torch traces one network at a time, and what one thread exports others wait for

_log = logging.getLogger(__name__)


class NotExported(DocentError):
    """The network cannot be run as a graph; the message says why. torch has to run it."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the users of a graph need to know of it.

    ``inputs`` are the names of its inputs in their order; ``most_tokens`` how many a row may have, special
    ones counted; ``dimension`` that of its vectors, if it makes such; the prompts stand before what is
    encoded.
    """

    inputs: tuple[str, ...]
    most_tokens: int
    dimension: int = 0
    question_prompt: str = ""
    text_prompt: str = ""


class _Kept(msgspec.Struct):
    """What is kept of a network: of one that cannot be exported why, and by which OpenVINO it was tried."""

    format: int
    about: About | None = None
    refused: str = ""
    by: str = ""


def exported(folder: Path, export: Callable[[Path], About]) -> About:
    """What is known of the graph in a folder, exported to it if need be.

    Args:
        folder: of the graph; it is named after what the graph depends on, and replaced as a whole.
        export: writes the graph into a folder, and says what is to be known of it.

    Raises:
        NotExported: it cannot be; the reason is kept, and not tried again by this version of OpenVINO.
    """
    if (about := _known(folder)) is not None:
        return about
    with _tracing:
        return _known(folder) or _export_to(folder, export)  # another thread may have been quicker


def _export_to(folder: Path, export: Callable[[Path], About]) -> About:
    """Export into a draft that takes the folder's place when it is whole."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise NotExported(f"nothing can be written to {folder.parent}: {error.strerror or error}") from None
    try:
        kept = _Kept(FORMAT)
        try:
            kept.about = export(draft)
        except NotExported as refusal:
            kept.refused, kept.by = str(refusal), _version()
        (draft / _ABOUT).write_bytes(msgspec.json.encode(kept))
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except OSError as error:  # the disk is full, or another process was quicker
        if (about := _known(folder)) is not None:
            return about
        raise NotExported(f"{folder} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if kept.about is None:
        raise NotExported(kept.refused)
    return kept.about


def _known(folder: Path) -> About | None:
    """What is known of a graph that can be run; None where it has to be exported."""
    try:
        kept = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None
    if kept.format != FORMAT:
        return None
    if kept.refused and kept.by == _version():
        raise NotExported(kept.refused)
    return kept.about


def export(network: "nn.Module", inputs: "Inputs", names: Sequence[str], folder: Path) -> None:
    """Write a network as a graph into a folder.

    The frontend for torch is called directly, see ``_openvino``.

    Args:
        network: takes the inputs in their order.
        inputs: an example, int64 arrays of shape (rows, tokens); later ones may be of another.
        names: of the inputs.
        folder: to write to.

    Raises:
        NotExported: OpenVINO is missing or cannot express the network.
    """
    import torch

    core = _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tracing, about branches that one network never takes
            decoder = TorchScriptPythonDecoder(
                network.eval(), example_input=tuple(map(torch.from_numpy, inputs))
            )
            frontend = FrontEndManager().load_by_framework("pytorch")
            model = frontend.convert(frontend.load(decoder))
            for port, name in zip(model.inputs, names, strict=True):
                port.get_tensor().set_names({name})
                port.get_node().set_element_type(core.Type.i64)
                port.get_node().set_partial_shape(core.PartialShape([-1, -1]))
            model.validate_nodes_and_infer_types()
            core.save_model(model, folder / _GRAPH, compress_to_fp16=True)  # half to load, hardly less exact
    except Exception as error:  # many libraries are at work, each with errors of its own
        raise NotExported(reason(error)) from error


class Graph:
    """A graph, ready to run. Threads may share it: they wait for each other.

    Args:
        folder: it was exported to.
        at_once: batches that are computed side by side, each by its share of the cores; one batch is
            computed by all of them.

    Raises:
        NotExported: OpenVINO is missing, or the files are damaged.
    """

    def __init__(self, folder: Path, *, at_once: bool = False) -> None:
        core = _openvino()
        how = {"PERFORMANCE_HINT": "THROUGHPUT" if at_once else "LATENCY"}
        if not at_once and os.access(folder, os.W_OK):  # compiled once: half the time of a start
            how["CACHE_DIR"] = str(folder / _COMPILED)
        try:
            self._compiled = _core().compile_model(str(folder / _GRAPH), "CPU", how)
        except RuntimeError as error:
            raise NotExported(reason(error)) from error
        self._request = self._compiled.create_infer_request()
        self._alone = threading.Lock()
        self._queue = core.AsyncInferQueue(self._compiled) if at_once else None

    def run(self, inputs: "Inputs") -> "Outputs":
        """One batch: arrays of shape (rows, tokens) in, what the network returns out."""
        with self._alone:
            results = self._request.infer(list(inputs), share_inputs=True)
            return [results[port] for port in self._compiled.outputs]

    def run_all(self, batches: "Iterable[tuple[Any, Inputs]]") -> "Iterator[tuple[Any, Outputs]]":
        """Many batches, each with a key that comes back with its results, in the order they get ready.

        The next batches are prepared while others are computed.
        """
        if self._queue is None:
            for key, inputs in batches:
                yield key, self.run(inputs)
            return
        done: list[tuple[Any, Outputs]] = []
        ports = range(len(self._compiled.outputs))

        def keep(request: Any, key: Any) -> None:
            done.append((key, [request.get_output_tensor(port).data.copy() for port in ports]))

        with self._alone:
            self._queue.set_callback(keep)
            for key, inputs in batches:
                self._queue.start_async(list(inputs), key)
                while done:
                    yield done.pop()
            self._queue.wait_all()
        yield from done


def tokenizer(folder: Path, most_tokens: int | None) -> "Tokenizer":
    """The tokenizer of a graph, cutting what has more tokens. Threads may share it.

    Raises:
        NotExported: its file is damaged.
    """
    from tokenizers import Tokenizer

    try:
        loaded: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # its library raises nothing narrower
        raise NotExported(reason(error)) from error
    loaded.no_padding()
    loaded.no_truncation()
    if most_tokens is not None:
        loaded.enable_truncation(most_tokens, strategy="longest_first")
    return loaded


def filled(tokens: int, most: int) -> int:
    """The length that a row is filled up to: few lengths, since every new shape of a batch costs time."""
    return min(-(-tokens // _STEP) * _STEP, most)


def rows(encodings: "Sequence[Encoding]", inputs: Sequence[str], most: int) -> "Inputs":
    """Texts as the inputs of a graph that takes so many tokens: arrays of shape (texts, tokens).

    They are filled up with zeros to the length of the longest, see ``filled``.
    """
    import numpy as np

    length = filled(max(len(encoding.ids) for encoding in encodings), most)
    arrays = []
    for name in inputs:
        array = np.zeros((len(encodings), length), np.int64)
        for row, encoding in zip(array, encodings, strict=True):
            row[: len(encoding.ids)] = getattr(encoding, FIELDS[name])
        arrays.append(array)
    return arrays


@cache
def _core() -> Any:
    return _openvino().Core()


@cache
def _openvino() -> Any:
    """OpenVINO without its converter, which reports each of its imports to its makers, and takes as long."""
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    try:
        import openvino
    except ImportError as error:
        raise NotExported(f"OpenVINO is not installed here ({reason(error)})") from None
    return openvino


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("openvino")
    except PackageNotFoundError:
        return ""
