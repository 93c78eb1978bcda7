"""Networks without torch: graphs that OpenVINO runs, in the precision that the processor is best at.

What is kept of a network, as ``index/exporting.py`` writes it:

    graph.xml, graph.bin   the network, in OpenVINO's format
    words.npy              its table of words, if that is large
    tokenizer.json         what makes its inputs of texts
    about.json             what its users need to know of it; or why it cannot be exported
    compiled/              the graph as this processor runs it
"""

import os
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.errors import DocentError, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    Inputs = Sequence[NDArray[np.int64]]
    Outputs = list[NDArray[np.float32]]

GRAPH, TABLE, TOKENIZER = "graph.xml", "words.npy", "tokenizer.json"
IDS, WORDS = "input_ids", "words"  # inputs: the tokens of a text, and their rows of the table of words
FIELDS = {IDS: "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_COMPILED = "compiled"
_STEP = 8  # tokens
_MANY = 1024  # tokens of a batch: builds have as many, questions and reading do not


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
        core = openvino()
        how: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT" if at_once else "LATENCY"}
        how["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 0  # only weights may have 8 bits
        if not at_once and os.access(folder, os.W_OK):  # compiled once: half the time of a start
            how["CACHE_DIR"] = str(folder / _COMPILED)
        try:
            self._compiled = _core().compile_model(str(folder / GRAPH), "CPU", how)
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

    def _with_words(self, inputs: "Inputs") -> "list[NDArray[Any]]":
        """The inputs, and the row of the table of words of each token where that is not in the graph."""
        if self._table is None:
            return list(inputs)
        return [*inputs, self._table.rows(inputs[self._inputs.index(IDS)])]


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


class SharedTokenizer:
    """Texts in, tokens out, no more than a graph takes. Threads may share it; equal files are loaded once.

    Args:
        folder: of the graph.
        most_tokens: of a text, or of two together, special ones counted.

    Raises:
        NotExported: its file is damaged.
    """

    def __init__(self, folder: Path, most_tokens: int) -> None:
        self._words = _words_in(folder / TOKENIZER)
        self._most_tokens = most_tokens

    def encode_batch(self, texts: "Sequence[str] | Sequence[tuple[str, str]]") -> "list[Encoding]":
        """The tokens of texts, or of pairs of them, and where each stands."""
        with self._cutting() as words:
            return words.encode_batch(texts)

    def encode_batch_fast(self, texts: Sequence[str]) -> "list[Encoding]":
        """The tokens of texts, without their places."""
        with self._cutting() as words:
            return words.encode_batch_fast(texts)

    def count(self, text: str) -> int:
        """All tokens of a text, special ones left out."""
        with self._words.alone:
            self._words.tokenizer.no_truncation()
            return len(self._words.tokenizer.encode(text, add_special_tokens=False).ids)

    @property
    def special(self) -> int:
        """Special tokens of a text."""
        with self._words.alone:
            return int(self._words.tokenizer.num_special_tokens_to_add(is_pair=False))

    @contextmanager
    def _cutting(self) -> "Iterator[Tokenizer]":
        with self._words.alone:
            self._words.tokenizer.enable_truncation(self._most_tokens, strategy="longest_first")
            yield self._words.tokenizer


class _Words:
    """A tokenizer, which takes as much memory as a small network; for one thread at a time."""

    def __init__(self, file: bytes) -> None:
        from tokenizers import Tokenizer

        self.tokenizer: Tokenizer = Tokenizer.from_buffer(file)
        self.tokenizer.no_padding()
        self.alone = threading.Lock()


_loaded: weakref.WeakValueDictionary[bytes, _Words] = weakref.WeakValueDictionary()
_loading = threading.Lock()


def _words_in(file: Path) -> _Words:
    """Those that are in memory, if they were loaded from an equal file."""
    with _loading:
        try:
            content = file.read_bytes()
            digest = sha256(content).digest()
            if (words := _loaded.get(digest)) is None:
                _loaded[digest] = words = _Words(content)
        except Exception as error:  # its library raises nothing narrower
            raise NotExported(reason(error)) from error
        return words


def filled(tokens: int, most: int, step: int = _STEP) -> int:
    """The length that a row is filled up to: few lengths, since every new shape of a batch costs time."""
    return min(-(-tokens // step) * step, most)


def rows(encodings: "Sequence[Encoding]", inputs: Sequence[str], most: int, step: int = _STEP) -> "Inputs":
    """Texts as the inputs of a graph that takes so many tokens: arrays of shape (texts, tokens).

    They are filled up with zeros to the length of the longest, see ``filled``.
    """
    import numpy as np

    length = filled(max(len(encoding.ids) for encoding in encodings), most, step)
    arrays = []
    for name in inputs:
        array = np.zeros((len(encodings), length), np.int64)
        for row, encoding in zip(array, encodings, strict=True):
            row[: len(encoding.ids)] = getattr(encoding, FIELDS[name])
        arrays.append(array)
    return arrays


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
