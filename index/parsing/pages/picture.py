"""A picture of pages in, the text on them out, with a box for each character: PNG, JPEG and TIFF."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.parsing.base import Parsed, Unreadable
from index.parsing.pages import ocr
from index.parsing.pages.document import composed
from index.parsing.pages.drawings import Drawings
from index.parsing.pages.frames import Frame
from index.parsing.pages.sheets import Sheet

if TYPE_CHECKING:
    from PIL import Image

MISSING = "a picture: install docent-bot[ocr] and Tesseract to read it"
_MOST_PAGES = 500
_MOST_PIXELS = 100_000_000
_LEAST_DOTS = 100  # an inch: what is less is not the resolution that a page was scanned with
_WIDTH = 612.0  # points: of a page whose resolution is not known
_POINTS = 72  # an inch
_BROKEN = (
    OSError, SyntaxError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises for damaged files."""


def parse(data: bytes, name: str) -> Parsed:
    """Read a picture: PNG, JPEG or TIFF.

    Raises:
        Unreadable: it is damaged, nothing can be read on it, or Tesseract is not installed.
    """
    if not ocr.available():
        raise Unreadable(MISSING)
    parsed = composed(list(_sheets(data))).parsed()
    if not parsed.text:
        raise Unreadable("no text in it")
    return parsed


def _sheets(data: bytes) -> Iterator[Sheet]:
    for number, picture in enumerate(_pages(data)):
        points = points_of(picture)
        size = Frame(0.0, 0.0, picture.width * points, picture.height * points)
        yield Sheet(number, str(number + 1), size, ocr.read(picture, points), Drawings.none())


def page(data: bytes, number: int) -> "Image.Image":
    """A page of a picture, upright.

    Raises:
        Unreadable: it is damaged, or has no such page.
    """
    for picture in _pages(data, number):
        return picture
    raise Unreadable(f"no page {number + 1} in it")


def _pages(data: bytes, first: int = 0) -> Iterator["Image.Image"]:
    """Pages from that number on, upright."""
    import io

    from PIL import Image, ImageOps, ImageSequence

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, and sizes that are bounded here
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as picture:
                frames = ImageSequence.Iterator(picture)
                for number in range(first, min(_MOST_PAGES, getattr(picture, "n_frames", 1))):
                    frame = frames[number]
                    if frame.width * frame.height > _MOST_PIXELS:
                        raise Unreadable("too large a picture")
                    upright = ImageOps.exif_transpose(frame)
                    yield upright.convert("L" if upright.mode in ("1", "L", "I;16") else "RGB")
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise Unreadable("damaged") from error


def points_of(picture: "Image.Image") -> float:
    """How many points wide a pixel of a picture is."""
    dots = picture.info.get("dpi", (0, 0))[0]
    return _POINTS / float(dots) if dots >= _LEAST_DOTS else _WIDTH / picture.width
