"""A file in, a damaged one out: bytes, words, lines or tags are cut, moved, repeated, exchanged or made up.

Containers are opened, so that what lies in them is damaged too: the entries of zip files, which are packed
again as they should be, and the streams of compound files.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

from olefile import OleFileIO

from benchmarks.fuzzing.structure import changed_json, changed_xml
from tests.parsing.ole import Tree, compound

_DATA = Path(__file__).parents[1] / "data" / "fuzzing.txt"
_TAGS = re.compile(rb"<[^<>]*>|[^<]+|<")
_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_WORDS = re.compile(rb"\w+|\s+|[^\w\s]")
_NUMBER = re.compile(rb"\d+")
_ATTRIBUTE = re.compile(rb"\"[^\"<>]*\"|'[^'<>]*'")
_WORD = re.compile(r"(.*?)(?: \* (\d+))?")
_LARGEST = 100_000  # bytes: larger files may take long
_REPEATED = 30_000  # bytes, that a repeated stretch may grow to

Pieces = list[bytes]


class Mutator:
    """Damages files of a format.

    Args:
        module: of the format, below ``index.parsing``.
        seeds: files of the format, which stretches are taken over from.
        random: what is damaged, and how.
    """

    def __init__(self, module: str, seeds: Sequence[bytes], random: Random) -> None:
        self._random = random
        self._seeds = seeds
        known = words()
        self._common, self._numbers = known["common"], known["numbers"]
        self._words = known.get(module) or self._common

    def mutate(self, data: bytes) -> bytes:
        """A file with some damage."""
        found = self._damaged(data, self._random.choice(self._seeds), 3)
        return found[:_LARGEST]

    def _damaged(self, data: bytes, other: bytes, depth: int) -> bytes:
        if depth and self._random.random() < 0.85:
            if data.startswith(b"PK"):
                return self._zip(data, other, depth)
            if data.startswith(b"\xd0\xcf\x11\xe0"):
                return self._compound(data, other)
        if self._random.random() < 0.85 and (found := self._restructured(data, other)) is not None:
            return found
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 5, 9))):
            data = self._once(data, other)
        return data

    def _restructured(self, data: bytes, other: bytes) -> bytes | None:
        """A file that is still well-formed; None if it has no such structure."""
        try:
            if data.startswith(b"<"):
                return changed_xml(data, other, self._words, self._random)
            return changed_json(data, self._random) if data.startswith((b"{", b"[")) else None
        except RecursionError:  # it nests so deeply that it cannot be copied
            return None

    # ------------------------------------------------------------------------------------ containers

    def _zip(self, data: bytes, other: bytes, depth: int) -> bytes:
        """Damage some of the entries of a zip file, or their list, and pack it again."""
        entries, others = unzipped(data), unzipped(other)
        if not entries:
            return self._once(data, other)
        roll = self._random.random()
        name = self._random.choice(list(entries))
        if roll < 0.05:
            del entries[name]
        elif roll < 0.1:
            entries[name] = self._random.choice(list(entries.values()))
        elif roll < 0.15 and others:
            entries.update([self._random.choice(list(others.items()))])
        else:
            for _ in range(self._random.choice((1, 1, 1, 2, 4))):
                name = self._weighted(entries)
                same = others.get(name) or self._random.choice(list(entries.values()))
                entries[name] = self._damaged(entries[name], same, depth - 1)
        return zipped(entries)

    def _weighted(self, entries: dict[str, bytes]) -> str:
        """An entry: the larger of two, so that parts of many words are damaged most often."""
        names = self._random.choices(list(entries), k=2)
        return max(names, key=lambda name: len(entries[name]))

    def _compound(self, data: bytes, other: bytes) -> bytes:
        """Damage some of the streams of a compound file."""
        try:
            tree, streams = streams_of(data)
        except Exception:  # damaged before
            return self._once(data, other)
        for _ in range(self._random.choice((1, 1, 2, 4))):
            if streams:
                folder, name = self._random.choice(streams)
                there = folder[name]
                folder[name] = self._once(there if isinstance(there, bytes) else b"", other)
        return compound(tree)

    # ------------------------------------------------------------------------------------ one change

    def _once(self, data: bytes, other: bytes) -> bytes:
        roll = self._random.random()
        if roll < 0.1:
            return self._bytes(data) if roll < 0.08 else data[: self._random.randrange(len(data) + 1)]
        if roll < 0.2:
            return self._exchanged(data, _NUMBER, self._numbers)
        if b"<" in data and roll < 0.6:
            if roll < 0.25:
                return self._exchanged(data, _ATTRIBUTE, [b'"' + word + b'"' for word in self._common])
            return self._pieces(_TAGS, data, other)
        if roll < 0.8:
            return self._pieces(_LINES, data, other)
        return self._pieces(_WORDS, data, other)

    def _bytes(self, data: bytes) -> bytes:
        """Some bytes are turned, or put in."""
        found = bytearray(data)
        for _ in range(self._random.choice((1, 1, 2, 8, 32))):
            at = self._random.randrange(len(found) + 1)
            if at < len(found) and self._random.random() < 0.7:
                found[at] = self._random.choice(
                    (0, 255, found[at] ^ (1 << self._random.randrange(8)), self._random.randrange(256))
                )
            else:
                found[at:at] = self._random.randbytes(self._random.choice((1, 2, 4, 16)))
        return bytes(found)

    def _exchanged(self, data: bytes, pattern: re.Pattern[bytes], words: Sequence[bytes]) -> bytes:
        found = list(pattern.finditer(data))
        if not found:
            return self._bytes(data)
        one = self._random.choice(found)
        return data[: one.start()] + self._random.choice(words) + data[one.end() :]

    def _pieces(self, pattern: re.Pattern[bytes], data: bytes, other: bytes) -> bytes:
        pieces: Pieces = pattern.findall(data)
        start = self._random.randrange(len(pieces) + 1)
        end = min(len(pieces), start + self._random.choice((1, 1, 2, 3, 8, 30, 200)))
        changes: tuple[Callable[[], Pieces], ...] = (
            lambda: [],
            lambda: self._stretch(pattern.findall(other)),
            lambda: [*self._stretch(pattern.findall(other)), *pieces[start:end]],
            lambda: [*self._stretch(pieces), *pieces[start:end]],
            lambda: [self._word(), *pieces[start:end]],
            lambda: [self._word(), *pieces[start:end], self._word()],
            lambda: [self._word()],
            lambda: pieces[start:end] * self._random.choice((2, 3, 10)),
            lambda: pieces[start:end][::-1],
            lambda: self._random.sample(pieces[start:end], end - start),
            lambda: self._many(pieces[start:end]),
        )
        weights = (3, 3, 3, 3, 5, 2, 3, 2, 1, 1, 0.6)
        [change] = self._random.choices(changes, weights)
        pieces[start:end] = change()
        return b"".join(pieces)

    def _stretch(self, pieces: Pieces) -> Pieces:
        start = self._random.randrange(len(pieces) + 1)
        return pieces[start : start + self._random.choice((1, 2, 3, 8, 30))]

    def _many(self, pieces: Pieces) -> Pieces:
        """A short stretch or a word, as often as fits: deep nesting, long lines, many rows."""
        one = b"".join(pieces[:3]) if pieces and self._random.random() < 0.6 else self._word()
        times = self._random.choice((100, 1000, 10_000, 100_000))
        return [one] * min(times, _REPEATED // max(1, len(one)))

    def _word(self) -> bytes:
        return self._random.choice(self._words if self._random.random() < 0.7 else self._common)


@cache
def words() -> dict[str, list[bytes]]:
    """Words of each format, by its module, and of several."""
    found: dict[str, list[bytes]] = {}
    section: list[bytes] = []
    for line in _DATA.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line.startswith("@"):
            section += found[line[1:]]
        elif line and not line.startswith("#"):
            word, times = _WORD.fullmatch(line).groups("1")
            section.append(word.encode().decode("unicode_escape").encode("latin-1") * int(times))
    return found


def unzipped(data: bytes) -> dict[str, bytes]:
    """The entries of a zip file; none if it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                entry.filename: archive.read(entry)
                for entry in archive.infolist()
                if entry.file_size < 10 * _LARGEST and not entry.is_dir()
            }
    except Exception:  # whatever zipfile raises for damaged files
        return {}


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip file, its entries in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def streams_of(data: bytes) -> tuple[Tree, list[tuple[Tree, str]]]:
    """The tree of a compound file, and each stream in it by its folder and name.

    Raises:
        Exception: any that olefile does for damaged files.
    """
    tree: Tree = {}
    streams = []
    with OleFileIO(io.BytesIO(data)) as container:
        for *folders, name in container.listdir():
            folder = tree
            for one in folders:
                inner = folder.setdefault(one, {})
                folder = inner if isinstance(inner, dict) else {}
            with container.openstream([*folders, name]) as stream:
                folder[name] = stream.read()
            streams.append((folder, name))
    return tree, streams
