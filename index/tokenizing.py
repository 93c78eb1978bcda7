"""Texts in, tokens out, as graphs take them: truncated, and padded to few lengths."""

import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import unigram
from index.documents import digest
from index.errors import reason
from index.graphs import IDS, NotExported
from index.unigram import Unigram

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.graphs import Inputs

TYPES = "token_type_ids"
FIELDS = {IDS: "ids", "attention_mask": "attention_mask", TYPES: "type_ids"}
"""Inputs of graphs, and what tokenizers call them."""

_FILE = "tokenizer.json"
_STEP = 8  # tokens


class Encoding(Protocol):
    """A text, or two, as tokens.

    ``offsets`` are where each stands in its text, in characters; ``sequence_ids`` say which text that is, 0
    or 1, and None of special ones. Both are only there where pairs were encoded.
    """

    @property
    def ids(self) -> list[int]: ...  # noqa: D102 - see above
    @property
    def attention_mask(self) -> list[int]: ...  # noqa: D102
    @property
    def type_ids(self) -> list[int]: ...  # noqa: D102
    @property
    def offsets(self) -> list[tuple[int, int]]: ...  # noqa: D102
    @property
    def sequence_ids(self) -> list[int | None]: ...  # noqa: D102


class _Cutter(Protocol):
    """What cuts texts; threads may share it."""

    def encode(self, texts: Sequence[str], most: int) -> Sequence[Encoding]: ...

    def encode_pairs(self, pairs: Sequence[tuple[str, str]], most: int) -> Sequence[Encoding]: ...

    def count(self, text: str) -> int: ...

    @property
    def special(self) -> int: ...


def keep(by: "Tokenizer", folder: Path) -> None:
    """Write a tokenizer beside a graph, but not how it cuts texts, so that equal ones have equal files."""
    from tokenizers import Tokenizer

    if (pieces := unigram.pieces_of(by)) is not None:
        pieces.write(folder)
        return
    words = Tokenizer.from_str(by.to_str())
    words.no_truncation()
    words.no_padding()
    (folder / _FILE).write_text(words.to_str(), encoding="utf-8")


class SharedTokenizer:
    """Texts in, tokens out, no more than a graph takes. Threads may share it; equal files are loaded once.

    Args:
        folder: of the graph.
        most_tokens: of a text, or of two together, special ones counted.

    Raises:
        NotExported: its file is damaged.
    """

    def __init__(self, folder: Path, most_tokens: int) -> None:
        self._cutter = _cutter_in(folder)
        self._most_tokens = most_tokens

    def encode_batch(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Encoding]:
        """The tokens of pairs of texts, and where each stands."""
        return self._cutter.encode_pairs(pairs, self._most_tokens)

    def encode_batch_fast(self, texts: Sequence[str]) -> Sequence[Encoding]:
        """The tokens of texts, without their places."""
        return self._cutter.encode(texts, self._most_tokens)

    def count(self, text: str) -> int:
        """All tokens of a text, special ones left out."""
        return self._cutter.count(text)

    @property
    def special(self) -> int:
        """Special tokens of a text."""
        return self._cutter.special


class _Library:
    """A tokenizer of Hugging Face's library, for one thread at a time: as much memory as a small network."""

    def __init__(self, file: bytes) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_buffer(file)
        self._tokenizer.no_padding()
        self._alone = threading.Lock()

    def encode(self, texts: Sequence[str], most: int) -> Sequence[Encoding]:
        with self._alone:
            self._tokenizer.enable_truncation(most, strategy="longest_first")
            return self._tokenizer.encode_batch_fast(texts)

    def encode_pairs(self, pairs: Sequence[tuple[str, str]], most: int) -> Sequence[Encoding]:
        with self._alone:
            self._tokenizer.enable_truncation(most, strategy="longest_first")
            return self._tokenizer.encode_batch(pairs)

    def count(self, text: str) -> int:
        with self._alone:
            self._tokenizer.no_truncation()
            return len(self._tokenizer.encode_batch_fast([text], add_special_tokens=False)[0])

    @property
    def special(self) -> int:
        with self._alone:
            return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))


_loaded: weakref.WeakValueDictionary[str, _Cutter] = weakref.WeakValueDictionary()
_loading = threading.Lock()


def _cutter_in(folder: Path) -> _Cutter:
    """The one that is in memory, if it was loaded from an equal file."""
    pieces = folder / unigram.FILE
    with _loading:
        try:
            file = pieces if pieces.is_file() else folder / _FILE
            content = file.read_bytes()
            if (cutter := _loaded.get(key := digest(content))) is None:
                cutter = Unigram(content) if file is pieces else _Library(content)
                _loaded[key] = cutter
        except Exception as error:  # the library raises nothing narrower
            raise NotExported(reason(error)) from error
        return cutter


def padded_length(tokens: int, most: int, step: int = _STEP) -> int:
    """The length that a row is padded to: few lengths, since every new shape of a batch costs time."""
    return min(-(-tokens // step) * step, most)


def types(encoding: "Encoding") -> list[int]:
    """Which text of a pair each token is of; by their sequence where the tokenizer tells none apart."""
    found: list[int] = encoding.type_ids
    if any(found):
        return found
    return [int(number == 1) for number in encoding.sequence_ids]


def rows(encodings: "Sequence[Encoding]", inputs: Sequence[str], most: int, step: int = _STEP) -> "Inputs":
    """Texts as the inputs of a graph that takes so many tokens: arrays of shape (texts, tokens).

    They are padded with zeros to the length of the longest, see ``padded_length``.
    """
    import numpy as np

    length = padded_length(max(len(encoding.ids) for encoding in encodings), most, step)
    arrays = []
    for name in inputs:
        array = np.zeros((len(encodings), length), np.int64)
        for row, encoding in zip(array, encodings, strict=True):
            row[: len(encoding.ids)] = getattr(encoding, FIELDS[name])
        arrays.append(array)
    return arrays
