"""Texts in, tokens out, as graphs take them: cut to so many, and filled up to few lengths."""

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.documents import digest
from index.errors import reason
from index.graphs import IDS, NotExported

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from index.graphs import Inputs

FIELDS = {IDS: "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""Inputs of graphs, and what tokenizers call them."""

_FILE = "tokenizer.json"
_STEP = 8  # tokens


def keep(by: "Tokenizer", folder: Path) -> None:
    """Write a tokenizer beside a graph, but not how it cuts texts, so that equal ones have equal files."""
    from tokenizers import Tokenizer

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
        self._words = _words_in(folder / _FILE)
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


_loaded: weakref.WeakValueDictionary[str, _Words] = weakref.WeakValueDictionary()
_loading = threading.Lock()


def _words_in(file: Path) -> _Words:
    """Those that are in memory, if they were loaded from an equal file."""
    with _loading:
        try:
            content = file.read_bytes()
            if (words := _loaded.get(key := digest(content))) is None:
                _loaded[key] = words = _Words(content)
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
