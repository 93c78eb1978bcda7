"""A page of a PDF in, pieces of its lines out: words with a box for each character, and how they look.

pdfium tells of each character where it stands; characters of one text object share size, font and base line,
so those are asked for once an object, and all else is done for a whole page at once.
"""

import ctypes
import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.parsing.pages.frames import EIGHTHS, Floats, Frame, Look, Piece, upright
from index.parsing.pages.tidying import divide_ligatures, letters, printed_once, raise_superscripts, tidy

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_GAP = 0.8  # of the size of the letters: words that are further apart are pieces by themselves
_SHIFT = 0.5  # of the size: what is further up or down stands on another line
_NEARLY_ALL = 0.9
_SLANT = math.radians(10)  # from upright or a quarter turn: more have watermarks
_MOST = 500_000  # characters of a page that are read
_QUARTER = math.pi / 2
_BOLD = re.compile(rb"bold|black|heavy|demi|bx\d|-bd|,bd", re.IGNORECASE)
_MONO = re.compile(rb"courier|mono|consol|typewriter|cmtt|menlo|fixed|sftt", re.IGNORECASE)
_FIXED_PITCH, _FORCE_BOLD, _BOLD_WEIGHT = 1, 1 << 18, 650  # flags of fonts; as CSS weighs them
_HIGHEST = 65535


def pieces_of(page: "pdfium.PdfPage", frame: Frame) -> list[Piece]:
    """The pieces of a page in the order of its content; slanted text is left out, and what is not shown.

    Raises:
        pypdfium2.PdfiumError: the page is damaged.
    """
    textpage = page.get_textpage()
    try:
        return _Reader(frame, textpage).pieces()
    finally:
        textpage.close()


class _Objects(NamedTuple):
    """What all characters of a text object share; quarters are -1 where it is slanted."""

    size: Floats
    base: Floats
    quarters: NDArray[np.int64]
    looks: Sequence[Look]


_NOTHING = 0.0, 0.0, -1, Look(0.0)


class _Reader:
    """Reads one page."""

    def __init__(self, frame: Frame, textpage: "pdfium.PdfTextPage") -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._handle = textpage.raw
        self._count = min(textpage.count_chars(), _MOST)
        self._frame = frame

    def pieces(self) -> list[Piece]:
        """Its pieces."""
        if self._count <= 0:
            return []
        numbers, objects = self._objects()
        quarters, size, base = objects.quarters[numbers], objects.size[numbers], objects.base[numbers]
        shown = self._frame.shown(self._loose())
        text = letters(self._text())
        seen = self._inside(shown) & (numbers >= 0) & (size > 0) & (quarters >= 0)
        solid = np.array([not character.isspace() for character in text], dtype=bool)
        places = np.flatnonzero(seen & solid)
        if not len(places):
            return []
        along = upright(shown, quarters)
        divide_ligatures(along, shown, places)
        breaks = _breaks(along, quarters, size, base, places)
        raise_superscripts(text, places, breaks, size, base)
        eighths = np.clip(np.rint(shown * EIGHTHS), 0, _HIGHEST).astype(np.uint16)
        eighths[~seen] = 0
        kept = seen | ~solid
        starts = [0, *(np.flatnonzero(breaks) + 1).tolist()]
        found = []
        for begin, end in zip(starts, [*starts[1:], len(places)], strict=True):
            inside = places[begin:end]
            all_of_it = np.arange(inside[0], inside[-1] + 1)
            all_of_it = all_of_it[kept[all_of_it]]
            words, boxes = tidy([text[place] for place in all_of_it], eighths[all_of_it])
            if words:
                left, right = float(along[inside, 0].min()), float(along[inside, 2].max())
                height, look = float(np.median(base[inside])), _look(numbers[inside], objects.looks)
                found.append(Piece(words, boxes, left, right, height, look, int(quarters[inside[0]])))
        return printed_once(found)

    def _inside(self, shown: Floats) -> NDArray[np.bool_]:
        """Which characters stand on the part of the page that is shown."""
        width, height = self._frame.extent
        x, y = (shown[:, 0] + shown[:, 2]) / 2, (shown[:, 1] + shown[:, 3]) / 2
        return (x >= 0) & (x <= width) & (y >= 0) & (y <= height)

    def _text(self) -> str:
        """The characters of the page, as many as pdfium counts."""
        units = (ctypes.c_ushort * (self._count + 1))()
        written = self._raw.FPDFText_GetText(self._handle, 0, self._count, units) - 1
        text = bytes(units)[: 2 * max(written, 0)].decode("utf-16-le", "replace")
        if len(text) == self._count == written:
            return text
        get = self._raw.FPDFText_GetUnicode
        return "".join(_character(get(self._handle, number)) for number in range(self._count))

    def _loose(self) -> Floats:
        """Left, bottom, right and top of each character as its font reserves them."""
        handle, get = self._handle, self._raw.FPDFText_GetLooseCharBox
        found = (self._raw.FS_RECTF * self._count)()
        for number in range(self._count):
            get(handle, number, found[number])
        rows = np.frombuffer(found, dtype=np.float32).reshape(self._count, 4).astype(np.float64)
        rows[~np.isfinite(rows)] = 0
        return rows[:, [0, 3, 2, 1]]

    def _objects(self) -> tuple[NDArray[np.int64], _Objects]:
        """The number of each character's text object, -1 where pdfium inserted it; and the objects."""
        get, address = _object_of(), ctypes.cast(self._handle, ctypes.c_void_p).value
        addresses = np.array([get(address, place) or 0 for place in range(self._count)], dtype=np.uint64)
        numbers, firsts = numbered(addresses)
        told = [self._told(place) for place in firsts.tolist()] or [_NOTHING]
        sizes, bases, quarters, looks = zip(*told, strict=True)
        objects = _Objects(np.array(sizes), np.array(bases), np.array(quarters, dtype=np.int64), looks)
        return numbers, objects

    def _told(self, place: int) -> tuple[float, float, int, Look]:
        """Size, base line, quarters turned and look of the object of a character."""
        raw, handle = self._raw, self._handle
        matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        if not raw.FPDFText_GetMatrix(handle, place, matrix):
            return _NOTHING
        raw.FPDFText_GetCharOrigin(handle, place, x, y)
        size = raw.FPDFText_GetFontSize(handle, place) * math.hypot(matrix.c, matrix.d)
        angle = math.atan2(matrix.b, matrix.a) - self._frame.quarters * _QUARTER
        if not (math.isfinite(size) and math.isfinite(angle) and math.isfinite(x.value + y.value)):
            return _NOTHING
        turns = round(angle / _QUARTER)
        if abs(angle - turns * _QUARTER) > _SLANT:
            return _NOTHING
        origin = np.array([[x.value, y.value, x.value, y.value]])
        line = upright(self._frame.shown(origin), np.array([turns % 4]))
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(handle, place, name, len(name), flags)
        bold, mono = _font(name.value, flags.value, raw.FPDFText_GetFontWeight(handle, place))
        return size, float(line[0, 1]), turns % 4, Look(round(size, 1), bold, mono)


def numbered(addresses: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers instead of addresses, -1 for none, in the order in which they first appear; and where they do.

    Addresses are others each time that a file is read, but what comes of it must not be.
    """
    there = np.flatnonzero(addresses)
    _, firsts, inverse = np.unique(addresses[there], return_index=True, return_inverse=True)
    numbers = np.full(len(addresses), -1, dtype=np.int64)
    numbers[there] = np.argsort(np.argsort(firsts))[inverse]
    return numbers, there[np.sort(firsts)]


def _breaks(
    along: Floats, quarters: NDArray[np.int64], size: Floats, base: Floats, places: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """After which characters a new piece begins."""
    before, after = places[:-1], places[1:]
    gap = np.maximum(along[after, 0] - along[before, 2], along[before, 0] - along[after, 2])
    found: NDArray[np.bool_] = (
        (quarters[before] != quarters[after])
        | (np.abs(base[before] - base[after]) > _SHIFT * np.maximum(size[before], size[after]))
        | (gap > _GAP * np.minimum(size[before], size[after]))
    )
    return found


@cache
def _object_of() -> Any:
    """FPDFText_GetTextObject with plain addresses, which ctypes passes and Python compares quickly."""
    from pypdfium2 import raw

    address = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value
    return ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(address or 0)


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


@lru_cache(maxsize=1000)
def _font(name: bytes, flags: int, weight: int) -> tuple[bool, bool]:
    """Whether a font is bold, and whether all its letters are of one width."""
    bold = bool(_BOLD.search(name) or flags & _FORCE_BOLD or weight >= _BOLD_WEIGHT)
    return bold, bool(_MONO.search(name) or flags & _FIXED_PITCH)


def _look(numbers: NDArray[np.int64], looks: Sequence[Look]) -> Look:
    """How most characters of a piece look, by the numbers of their objects; bold nearly all have to be."""
    counts = np.bincount(numbers)
    there = np.flatnonzero(counts).tolist()
    if len(there) == 1:
        return looks[there[0]]
    bold = sum(int(counts[number]) for number in there if looks[number].bold) >= _NEARLY_ALL * len(numbers)
    return Look(looks[int(counts.argmax())].size, bold, all(looks[number].mono for number in there))
