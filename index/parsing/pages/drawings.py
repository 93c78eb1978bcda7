"""A page of a PDF in, what is drawn on it out: its lines, and how much of it pictures cover."""

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.parsing.pages.frames import Floats, Frame, upright

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_THIN, _LONG, _SHORT = 3.0, 15.0, 6.0  # points: of a line, how thick at most, how long at least
_MOST_OBJECTS, _MOST_SEGMENTS = 5_000, 400
_DEEPEST = 3
_WHITE = 250  # of 255: paper


class Rule(NamedTuple):
    """A line drawn from left to right, in the frame in which text is upright."""

    height: float
    left: float
    right: float


class Drawings(NamedTuple):
    """Edges of what is drawn, as boxes of the page as shown, and the share of it that pictures cover."""

    edges: Floats
    pictured: float

    @classmethod
    def none(cls) -> "Drawings":
        """Nothing drawn."""
        return cls(np.zeros((0, 4)), 0.0)

    def rules(self, quarters: int) -> list[Rule]:
        """The lines from left to right among text that was turned by so many quarters, from top to bottom."""
        return _rules(upright(self.edges, np.full(len(self.edges), quarters)), _LONG)

    def uprights(self, quarters: int) -> list[Rule]:
        """The upright lines likewise, as if the page lay on its side: ``height`` is how far right one is."""
        return _rules(upright(self.edges, np.full(len(self.edges), quarters))[:, [1, 0, 3, 2]], _SHORT)


def _rules(boxes: Floats, shortest: float) -> list[Rule]:
    across = (boxes[:, 3] - boxes[:, 1] < _THIN) & (boxes[:, 2] - boxes[:, 0] > shortest)
    middles = (boxes[across, 1] + boxes[across, 3]) / 2
    found = np.round(np.column_stack([middles, boxes[across, 0], boxes[across, 2]]), 1)
    return sorted({Rule(*row) for row in found.tolist()}, reverse=True)


def drawings_of(page: "pdfium.PdfPage", frame: Frame) -> Drawings:
    """What is drawn on a page; of very many things only the first are looked at."""
    from pypdfium2 import raw

    edges: list[tuple[float, float, float, float]] = []
    pictures: list[tuple[float, float, float, float]] = []
    count = min(raw.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)
    for number in range(count):
        found = raw.FPDFPage_GetObject(page.raw, number)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            edges += _edges(raw, found)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE or (kind == raw.FPDF_PAGEOBJ_FORM and _holds_picture(raw, found)):
            pictures.append(_bounds(raw, found))
    covered = _clipped(frame.shown(_rows(pictures)), frame)
    share = float(((covered[:, 2] - covered[:, 0]) * (covered[:, 3] - covered[:, 1])).sum())
    return Drawings(frame.shown(_rows(edges)), min(share / max(frame.area, 1.0), 1.0))


def _rows(boxes: list[tuple[float, float, float, float]]) -> Floats:
    found = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    found[~np.isfinite(found)] = 0
    return found


def _clipped(boxes: Floats, frame: Frame) -> NDArray[np.float64]:
    width, height = frame.extent
    return np.stack(
        [
            np.clip(boxes[:, 0], 0, width), np.clip(boxes[:, 1], 0, height),
            np.clip(boxes[:, 2], 0, width), np.clip(boxes[:, 3], 0, height),
        ],
        axis=1,
    )  # fmt: skip


def _bounds(raw: Any, found: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(found, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _holds_picture(raw: Any, form: Any, depth: int = 0) -> bool:
    for number in range(min(raw.FPDFFormObj_CountObjects(form), _MOST_SEGMENTS)):
        found = raw.FPDFFormObj_GetObject(form, number)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST and _holds_picture(raw, found, depth + 1):
            return True
    return False


def _edges(raw: Any, path: Any) -> list[tuple[float, float, float, float]]:
    """A thin path itself, or the lines that a larger one is drawn of; what is only filled has none."""
    left, bottom, right, top = _bounds(raw, path)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if not stroke.value and (not fill.value or _is_white(raw, path)):
        return []
    if top - bottom < _THIN or right - left < _THIN:
        return [(left, bottom, right, top)]
    if not stroke.value:
        return []
    count = raw.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MOST_SEGMENTS:
        return []
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    found: list[tuple[float, float, float, float]] = []
    first = last = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = at
        elif kind == raw.FPDF_SEGMENT_LINETO:
            found.append(_line(last, at))
        if raw.FPDFPathSegment_GetClose(segment):
            found.append(_line(at, first))
        last = at
    return found


def _is_white(raw: Any, path: Any) -> bool:
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFPageObj_GetFillColor(path, red, green, blue, opacity)
    return bool(known) and min(red.value, green.value, blue.value) >= _WHITE


def _line(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float, float, float]:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
