"""The words of a generation counted before it is sent: stems get numbers, folders their frequencies.

BM25 needs the mean length of all passages before the first can be sent, so a temporary file holds the stems
of each passage meanwhile. Documents are sorted by source, so a folder is whole as soon as a document that
lies elsewhere comes: only the folders that one document lies in are counted at a time.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import IO

import msgspec

from index.engines.qdrant.points import Folder, folders_of
from index.records import Unit
from index.words import indexed, searched


class Counted(msgspec.Struct):
    """What is below a folder: how much, and how many passages have each stem and each written word."""

    path: str
    documents: int = 0
    passages: int = 0
    units: int = 0
    languages: Counter[str] = msgspec.field(default_factory=Counter)
    stems: Counter[str] = msgspec.field(default_factory=Counter)
    written: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def folder(self) -> Folder:
        """Without its words."""
        return Folder(self.documents, self.passages, self.units, dict(self.languages))


class Counting:
    """Counts passages in their order, then tells what was counted. To be closed.

    Args:
        whole: hears of each folder when it is counted, the outermost last.
    """

    def __init__(self, whole: Callable[[Counted, dict[str, int]], None]) -> None:
        self.numbers: dict[str, int] = {}
        """Of each stem its number, in the order in which they come: the same at each try."""
        self.length = self.passages = 0
        self._whole = whole
        self._open: list[Counted] = []
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, source: str, passages: Sequence[Sequence[Unit]]) -> None:
        """Count a document's passages, each by its units."""
        paths = folders_of(source)
        while self._open and self._open[-1].path not in paths:
            self._whole(self._open.pop(), self.numbers)
        self._open += [Counted(path) for path in paths[len(self._open) :]]
        for one in self._open:
            one.documents += 1
        for units in passages:
            language = units[0].passage.language
            text = searched((unit.context.names, unit.shown) for unit in units)
            stems, written = indexed(text, language)
            counts = Counter(self.numbers.setdefault(stem, len(self.numbers)) for stem in stems)
            self._write(counts, len(stems))
            self.length += len(stems)
            self.passages += 1
            for one in self._open:
                one.passages += 1
                one.units += len(units)
                one.languages[language] += 1
                one.stems.update(set(stems))
                one.written.update(set(written))

    def finish(self) -> None:
        """No more documents come."""
        while self._open:
            self._whole(self._open.pop(), self.numbers)

    @property
    def mean(self) -> float:
        """Length of a passage in words."""
        return self.length / max(self.passages, 1)

    def counted(self) -> Iterator[tuple[dict[int, int], int]]:
        """Of each passage how often it has each stem, by its number, and its length in words."""
        self._file.seek(0)
        decode = msgspec.msgpack.Decoder(tuple[dict[int, int], int]).decode
        while size := self._file.read(4):
            yield decode(self._file.read(int.from_bytes(size, "big")))

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def _write(self, counts: dict[int, int], length: int) -> None:
        data = self._encode((counts, length))
        self._file.write(len(data).to_bytes(4, "big") + data)
