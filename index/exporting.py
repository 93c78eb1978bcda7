"""A network in, a graph out: exported once, kept whole, and refused for good where it cannot be.

Exporting takes some seconds and needs torch. How a graph runs is ``index/graphs.py``.
"""

import logging
import shutil
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index import graphs
from index.errors import reason
from index.graphs import About, NotExported

if TYPE_CHECKING:
    from torch import nn

FORMAT = 3  # of the folders; what has another is exported again
_ABOUT = "about.json"
_MANY_WORDS = 1 << 20  # numbers in a table of words that is worth looking up outside
LEVELS = 127  # of an 8-bit weight on either side of zero
_WHOLE = 1e-3  # how near to a level every weight lies of a matrix that has levels
_TINY = 1e-8  # against a division by zero

_tracing = threading.Lock()  # torch traces one network at a time, and what one thread exports others wait for


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
        except (NotExported, RuntimeError) as refusal:  # the second is OpenVINO's, if it cannot compute it
            kept.refused, kept.by = reason(refusal), _version()
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

    try:
        with torch.inference_mode(), warnings.catch_warnings(), _unheard("sentence_transformers"):
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
            _move_words_out(model, folder)
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


def _move_words_out(model: Any, folder: Path) -> None:
    """Write the table of words into a file of its own: a text needs few of its rows, see ``Graph``."""
    import numpy as np
    from openvino import opset13 as ops

    for node in model.get_ordered_ops():
        if node.get_type_name() != "Gather" or not _takes(node.input_value(1).get_node(), graphs.IDS):
            continue
        table = node.input_value(0).get_node()
        if table.get_type_name() == "Constant" and table.data.ndim == 2 and table.data.size > _MANY_WORDS:
            np.save(folder / graphs.TABLE, table.data.astype(np.float16))
            rows = ops.parameter([-1, -1, table.data.shape[1]], np.float16)
            rows.output(0).get_tensor().set_names({graphs.WORDS})
            model.add_parameters([rows])
            _replace(node, ops.convert(rows, "f32"))
            return


def _takes(node: Any, name: str) -> bool:
    """Whether this is the input of a name, converted to another type perhaps."""
    if node.get_type_name() == "Convert":
        return _takes(node.input_value(0).get_node(), name)
    return node.get_type_name() == "Parameter" and name in node.output(0).get_names()


def _keep_levels(model: Any) -> None:
    """Keep matrices that were trained in 8 bits with a scale a row as such, which loses nothing.

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
