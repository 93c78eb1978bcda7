"""The words of documents counted before they are sent: stems get numbers, folders their frequencies.

What documents that go had is taken off, so that only what changed is counted. BM25 needs the mean length of
passages before the first can be sent, so a temporary file holds the stems of each passage meanwhile.
Documents come in the order of their files, whose names are in NFC as those of folders are; so a folder is
whole as soon as a file that lies elsewhere comes, and only the folders that one file lies in are counted at
a time.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import IO
from unicodedata import normalize

import msgspec

from index.engines.base import Entry
from index.engines.qdrant.points import Folder, folders_of
from index.records import Unit
from index.words import indexed, searched


class Counted(msgspec.Struct):
    """What comes below a folder, less what goes: how much, and in how many passages each stem and word is."""

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


def file_of(entry: Entry) -> str:
    """The file of a document, by which it is sorted to be counted; NFC, for a folder may be in two forms."""
    return normalize("NFC", entry.file)


class Counting:
    """Counts passages in their order, then tells what was counted. To be closed.

    Args:
        whole: hears of each folder when it is counted, the outermost last.
    """

    def __init__(self, whole: Callable[[Counted], None]) -> None:
        self.numbers: dict[str, int] = {}
        """Of each stem that comes its number, in the order in which they do."""
        self.length = 0
        """Words of the passages that come, less those of passages that go."""
        self._whole = whole
        self._file_of = ""
        self._open: dict[str, Counted] = {}
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, entry: Entry, passages: Sequence[Sequence[Unit]], sign: int = 1) -> None:
        """Count a document's passages, each by its units; with -1 for a sign, as what goes."""
        paths = folders_of(entry.source)
        if (file := file_of(entry)) != self._file_of:
            self._close_all_but(folders_of(file))
            self._file_of = file
        opened = [self._open.setdefault(path, Counted(path)) for path in paths]
        for one in opened:
            one.documents += sign
        for units in passages:
            language = units[0].passage.language
            text = searched((unit.context.names, unit.shown) for unit in units)
            stems, written = indexed(text, language)
            if sign > 0:
                counts = Counter(self.numbers.setdefault(stem, len(self.numbers)) for stem in stems)
                self._write(counts, len(stems))
            self.length += sign * len(stems)
            for one in opened:
                one.passages += sign
                one.units += sign * len(units)
                one.languages[language] += sign
                for counter, words in ((one.stems, stems), (one.written, written)):
                    for word in set(words):
                        counter[word] += sign

    def finish(self) -> None:
        """No more documents come."""
        self._close_all_but([])

    def counted(self) -> Iterator[tuple[dict[int, int], int]]:
        """Of each passage how often it has each stem, by its number, and its length in words."""
        self._file.seek(0)
        decode = msgspec.msgpack.Decoder(tuple[dict[int, int], int]).decode
        while size := self._file.read(4):
            yield decode(self._file.read(int.from_bytes(size, "big")))

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def _close_all_but(self, paths: Sequence[str]) -> None:
        for path in sorted(self._open, reverse=True):
            if path not in paths:
                self._whole(self._open.pop(path))

    def _write(self, counts: dict[int, int], length: int) -> None:
        data = self._encode((counts, length))
        self._file.write(len(data).to_bytes(4, "big") + data)
