"""A network in, a graph out: exported once, kept whole, and refused for good where it cannot be.

Exporting takes some seconds and needs torch. How a graph runs is ``index/graphs.py``.
"""

import ctypes
import gc
import logging
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index import graphs
from index.errors import reason
from index.graphs import GraphMetadata, NotExported

if TYPE_CHECKING:
    from torch import Tensor, nn

FORMAT = 3  # of the folders; what has another is exported again
_METADATA = "about.json"
_LARGE = 1 << 20  # numbers in an embedding matrix that is worth looking up outside
LEVELS = 127  # of an 8-bit weight on either side of zero
_WHOLE = 1e-3  # how near to a level every weight lies of a matrix that has levels
_TINY = 1e-8  # against a division by zero

_ROWS = 8192  # of an embedding matrix, written at a time

_tracing = threading.Lock()  # torch traces one network at a time, and what one thread exports others wait for


class _Kept(msgspec.Struct):
    """What is kept of a network: of one that cannot be exported why, and by which OpenVINO it was tried."""

    format: int
    metadata: GraphMetadata | None = msgspec.field(default=None, name="about")
    refused: str = ""
    by: str = ""


def exported(folder: Path, export: Callable[[Path], GraphMetadata]) -> GraphMetadata:
    """What is known of the graph in a folder, exported to it if need be.

    Args:
        folder: of the graph; it is named after what the graph depends on, and replaced as a whole.
        export: writes the graph into a folder, and says what is to be known of it.

    Raises:
        NotExported: it cannot be; the reason is kept, and not tried again by this version of OpenVINO.
    """
    if (metadata := _known(folder)) is not None:
        return metadata
    with _tracing:
        return _known(folder) or _export_to(folder, export)  # another thread may have been quicker


def _export_to(folder: Path, export: Callable[[Path], GraphMetadata]) -> GraphMetadata:
    """Export into a draft that takes the folder's place when it is whole."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise NotExported(f"nothing can be written to {folder.parent}: {error.strerror or error}") from None
    try:
        kept = _Kept(FORMAT)
        try:
            kept.metadata = export(draft)
        except (NotExported, RuntimeError) as refusal:  # the second is OpenVINO's, if it cannot compute it
            kept.refused, kept.by = reason(refusal), _version()
        (draft / _METADATA).write_bytes(msgspec.json.encode(kept))
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except OSError as error:  # the disk is full, or another process was quicker
        if (metadata := _known(folder)) is not None:
            return metadata
        raise NotExported(f"{folder} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        _give_back()
    if kept.metadata is None:
        raise NotExported(kept.refused)
    return kept.metadata


def _give_back() -> None:
    """Give back the memory that exporting took, of which libraries and the C library else keep the most."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # glibc's


def _known(folder: Path) -> GraphMetadata | None:
    """What is known of a graph that can be run; None where it has to be exported."""
    try:
        kept = msgspec.json.decode((folder / _METADATA).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None
    if kept.format != FORMAT:
        return None
    if kept.refused and kept.by == _version():
        raise NotExported(kept.refused)
    return kept.metadata


def export(network: "nn.Module", inputs: "graphs.Inputs", names: Sequence[str], folder: Path) -> None:
    """Write a network as a graph into a folder: numbers in 16 bits, which is hardly less exact, or in 8.

    The frontend for torch is called directly, see ``graphs.openvino``.

    Args:
        network: takes the inputs in their order.
        inputs: an example, int64 arrays of shape (rows, tokens); later ones may be of another.
        names: of the inputs.
        folder: to write to.

    Raises:
        NotExported: OpenVINO is missing or cannot express the network.
    """
    import torch

    core = graphs.openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    example = tuple(map(torch.from_numpy, inputs))
    try:
        with torch.inference_mode(), warnings.catch_warnings(), _unheard("sentence_transformers"):
            warnings.simplefilter("ignore")  # of tracing, about branches that one network never takes
            with _without_words(network.eval(), example, names, folder) as (rest, given, called):
                decoder = TorchScriptPythonDecoder(rest, example_input=given)
                frontend = FrontEndManager().load_by_framework("pytorch")
                model = frontend.convert(frontend.load(decoder))
            for port, name in zip(model.inputs, called, strict=True):
                port.get_tensor().set_names({name})
                words = name == graphs.WORDS
                port.get_node().set_element_type(core.Type.f16 if words else core.Type.i64)
                port.get_node().set_partial_shape(
                    core.PartialShape([-1, -1, given[-1].shape[-1]] if words else [-1, -1])
                )
            _keep_levels(model)
            model.validate_nodes_and_infer_types()
            core.save_model(model, folder / graphs.GRAPH, compress_to_fp16=True)
    except Exception as error:  # many libraries are at work, each with errors of its own
        raise NotExported(reason(error)) from error


@contextmanager
def _unheard(library: str) -> Iterator[None]:
    """Tracing looks at every attribute, also at deprecated ones, of which a library warns in its log."""
    log = logging.getLogger(library)
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


@contextmanager
def _without_words(
    network: "nn.Module", example: "tuple[Tensor, ...]", names: Sequence[str], folder: Path
) -> "Iterator[tuple[nn.Module, tuple[Tensor, ...], Sequence[str]]]":
    """A network, an example of its inputs and their names; its embedding matrix is in a file if it is large.

    A text needs few rows of the table: those of its tokens are the last input then, see ``Graph``. The table
    itself is never in a graph, where it would be in memory several times.
    """
    import numpy as np
    import torch

    ids = example[names.index(graphs.IDS)]
    if (place := _place_of_words(network, example, ids)) is None:
        yield network, example, names
        return
    holder, name = place
    table = getattr(holder, name)
    with (folder / graphs.TABLE).open("wb") as stream:
        header = {"descr": "<f2", "fortran_order": False, "shape": tuple(table.weight.shape)}
        np.lib.format.write_array_header_1_0(stream, header)
        for part in table.weight.split(_ROWS):
            stream.write(np.ascontiguousarray(part.half().cpu().numpy(), "<f2").data)
    rows: list[Tensor] = []

    class Given(torch.nn.Module):
        """Stands for the table: gives the rows that came with the inputs."""

        def forward(self, _: "Tensor") -> "Tensor":
            return rows[-1]

    class Rest(torch.nn.Module):
        """The network, which takes the rows of its words after its inputs."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, *values: "Tensor") -> object:
            rows.append(values[-1].float())
            return self.network(*values[:-1])

    setattr(holder, name, Given())
    try:
        yield Rest().eval(), (*example, table(ids).half()), (*names, graphs.WORDS)
    finally:
        setattr(holder, name, table)


def _place_of_words(
    network: "nn.Module", example: "tuple[Tensor, ...]", ids: "Tensor"
) -> "tuple[nn.Module, str] | None":
    """The module that holds a large table, of which it looks up the rows of the ids, and by what name."""
    import torch

    used: set[nn.Module] = set()

    def hear(module: "nn.Module", given: "tuple[Tensor, ...]") -> None:
        if torch.equal(given[0], ids):
            used.add(module)

    tables = [
        (holder, name, part, part.register_forward_pre_hook(hear))
        for holder in network.modules()
        for name, part in holder.named_children()
        if isinstance(part, torch.nn.Embedding) and part.weight.numel() > _LARGE
    ]
    if tables:
        network(*example)
    for *_, hook in tables:
        hook.remove()
    return next(((holder, name) for holder, name, part, _ in tables if part in used), None)


def _keep_levels(model: Any) -> None:
    """Keep matrices that are quantised to 8 bits with a scale a row as such, which loses nothing.

    OpenVINO then leaves the rest in 32 bits, which is little.
    """
    import numpy as np
    from openvino import opset13 as ops

    for node in model.get_ordered_ops():
        if node.get_type_name() != "Constant" or node.data.dtype != np.float32 or node.data.ndim != 2:
            continue
        scales = np.maximum(np.abs(node.data).max(1, keepdims=True), _TINY) / LEVELS
        levels = node.data / scales
        if np.abs(levels - levels.round()).max() < _WHOLE:
            whole = ops.convert(ops.constant(levels.round().astype(np.int8)), "f32")
            _replace(node, ops.multiply(whole, ops.constant(scales)))


def _replace(node: Any, other: Any) -> None:
    for user in node.output(0).get_target_inputs():
        user.replace_source_output(other.output(0))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("openvino")
    except PackageNotFoundError:
        return ""
