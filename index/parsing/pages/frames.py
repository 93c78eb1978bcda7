"""Where things stand: on the page as shown, and in the frame in which a piece of text is upright."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pypdfium2 as pdfium

EIGHTHS = 8
"""Units of boxes in a point."""

_HEIGHT = 0.45  # of the size: how high letters are without the parts that may touch other lines

Floats = NDArray[np.float64]
Boxes = NDArray[np.uint16]
Interval = tuple[float, float]


class Look(NamedTuple):
    """How letters look: size in points, and what their font says."""

    size: float
    bold: bool = False
    mono: bool = False


@dataclass(slots=True)
class Piece:
    """Words on one line, without a wide gap between them.

    ``boxes`` has a row for each character of ``text``: left, bottom, right and top in eighths of a point in
    the page as shown; all zeros where there is no box. The other numbers are points in the frame in which the
    text is upright: it was turned counter-clockwise by so many quarters.
    """

    text: str
    boxes: Boxes
    left: float
    right: float
    base: float
    look: Look
    quarters: int = 0

    @property
    def size(self) -> float:
        """Of its letters, in points."""
        return self.look.size

    @property
    def top(self) -> float:
        """How far up it goes, without the parts of letters that may touch other lines."""
        return self.base + _HEIGHT * self.look.size


class Frame(NamedTuple):
    """Where the part of a page that is shown stands in the page's own frame, and how it is turned.

    ``quarters`` are those by which it is turned clockwise.
    """

    left: float
    bottom: float
    width: float
    height: float
    quarters: int = 0

    @classmethod
    def of(cls, page: "pdfium.PdfPage") -> "Frame":
        """The frame of a page of a PDF."""
        left, bottom, right, top = page.get_bbox()
        return cls(left, bottom, right - left, top - bottom, page.get_rotation() // 90 % 4)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the page as shown."""
        return (self.height, self.width) if self.quarters % 2 else (self.width, self.height)

    @property
    def area(self) -> float:
        """Of the page, in square points."""
        return self.width * self.height

    def shown(self, boxes: Floats) -> Floats:
        """Boxes of the page's own frame in that of the page as shown."""
        x0, y0 = boxes[:, 0] - self.left, boxes[:, 1] - self.bottom
        x1, y1 = boxes[:, 2] - self.left, boxes[:, 3] - self.bottom
        turned = (
            (x0, y0, x1, y1),
            (y0, self.width - x1, y1, self.width - x0),
            (self.width - x1, self.height - y1, self.width - x0, self.height - y0),
            (self.height - y1, x0, self.height - y0, x1),
        )
        return np.stack(turned[self.quarters], axis=1)


def upright(boxes: Floats, quarters: NDArray[np.int64]) -> Floats:
    """Boxes of the page as shown in the frame in which text turned by so many quarters is upright."""
    x0, y0, x1, y1 = boxes.T
    found = boxes.copy()
    for turns, turned in ((1, (y0, -x1, y1, -x0)), (2, (-x1, -y1, -x0, -y0)), (3, (-y1, x0, -y0, x1))):
        rows = quarters == turns
        if rows.any():
            found[rows] = np.stack(turned, axis=1)[rows]
    return found
