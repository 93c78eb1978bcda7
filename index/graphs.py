"""Networks without torch: graphs that OpenVINO runs, in the precision that the processor is best at.

What is kept of a network, as ``index/exporting.py`` writes it:

    graph.xml, graph.bin   the network, in OpenVINO's format
    words.npy              its embedding matrix, if that is large
    tokenizer.json         what makes its inputs of texts: index/tokenizing.py
    about.json             what its users need to know of it; or why it cannot be exported
    compiled/              the graph as this processor runs it
"""

import os
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.errors import DocentError, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Inputs = Sequence[NDArray[np.int64]]
    Outputs = list[NDArray[np.float32]]

GRAPH, TABLE = "graph.xml", "words.npy"
IDS, WORDS = "input_ids", "words"  # inputs: the tokens of a text, and their rows of the embedding matrix
_COMPILED = "compiled"
_QUANTISED = 128  # activations with a scale of their own; 32 are a quarter slower, and no nearer
_MANY = 1024  # tokens of a batch: builds have as many, questions and reading do not


class NotExported(DocentError):
    """The network cannot be run as a graph; the message says why. torch has to run it."""


class GraphMetadata(msgspec.Struct, frozen=True, kw_only=True):
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


class Graph:
    """A graph, ready to run. Threads may share it: they wait for each other.

    Args:
        folder: it was exported to.
        at_once: batches that are computed side by side, each by its share of the cores; one batch is
            computed by all of them.
        in_8_bits: whether it multiplies in 8 bits where its weights have 8, by quantising activations too:
            2.4 times as quick in float32 and 1.5 times in bfloat16 on a processor with VNNI, but a reader's
            log-odds that a passage answers differ by .04 in the mean.
        shape: rows and tokens of the only batches that it will get, which then take a fifth less time; by
            default of any. Each graph of a network has its weights in memory.

    Raises:
        NotExported: OpenVINO is missing, or the files are damaged.
    """

    def __init__(
        self,
        folder: Path,
        *,
        at_once: bool = False,
        in_8_bits: bool = False,
        shape: tuple[int, int] | None = None,
    ) -> None:
        core = openvino()
        how: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT" if at_once else "LATENCY"}
        how["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = _QUANTISED if in_8_bits else 0
        if not at_once and os.access(folder, os.W_OK):  # compiled once: half the time of a start
            how["CACHE_DIR"] = str(folder / _COMPILED)
        try:
            network = of_shape(folder / GRAPH, shape) if shape else str(folder / GRAPH)
            self._compiled = _core().compile_model(network, "CPU", how)
            self._inputs = [port.any_name for port in self._compiled.inputs]
            self._table = _Table(folder / TABLE) if WORDS in self._inputs else None
        except (RuntimeError, OSError, ValueError) as error:
            raise NotExported(reason(error)) from error
        self._request = self._compiled.create_infer_request()
        self._alone = threading.Lock()
        self._queue = core.AsyncInferQueue(self._compiled) if at_once else None

    def run(self, inputs: "Inputs") -> "Outputs":
        """One batch: arrays of shape (rows, tokens) in, what the network returns out."""
        with self._alone:
            results = self._request.infer(self._with_words(inputs), share_inputs=True)
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
                self._queue.start_async(self._with_words(inputs), key)
                while done:
                    yield done.pop()
            self._queue.wait_all()
        yield from done

    def _with_words(self, inputs: "Inputs") -> "tuple[NDArray[Any], ...]":
        """The inputs, and the row of the embedding matrix of each token where that is not in the graph."""
        if self._table is None:
            return tuple(inputs)
        return *inputs, self._table.rows(inputs[self._inputs.index(IDS)])


def of_shape(file: Path, shape: tuple[int, int]) -> Any:
    """The network of a graph for so many texts of so many tokens, which runs quicker than one for any."""
    network = _core().read_model(str(file))
    network.reshape({port: [*shape, *list(port.partial_shape)[2:]] for port in network.inputs})
    return network


class _Table:
    """A matrix in a file of numpy's, of which few rows are wanted, or many."""

    def __init__(self, file: Path) -> None:
        import numpy as np

        self._matrix = np.load(file, mmap_mode="r")
        self._file = file.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)

    def rows(self, numbers: "NDArray[np.int64]") -> "NDArray[Any]":
        """The rows of these numbers, shape (*shape of numbers, columns)."""
        import numpy as np

        if numbers.size > _MANY:
            return np.asarray(self._matrix[numbers])  # quicker, but each row brings 64 KB to memory
        different, places = np.unique(numbers, return_inverse=True)
        found = np.empty((len(different), self._matrix.shape[1]), self._matrix.dtype)
        for row, number in zip(found, different.tolist(), strict=True):
            self._file.seek(self._matrix.offset + number * row.nbytes)
            self._file.readinto(row)
        return np.asarray(found[places.reshape(numbers.shape)])


@cache
def _core() -> Any:
    return openvino().Core()


@cache
def openvino() -> Any:
    """OpenVINO without its converter, which reports each of its imports to its makers, and takes as long."""
    sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
    try:
        import openvino
    except ImportError as error:
        raise NotExported(f"OpenVINO is not installed here ({reason(error)})") from None
    return openvino
