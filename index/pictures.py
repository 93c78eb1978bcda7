"""A page of a document and what to mark on it in, a picture out, on which a quote stands in its place."""

import io
from collections.abc import Sequence
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING

from index.parsing.base import Unreadable
from index.records import Page

if TYPE_CHECKING:
    from PIL import Image

Mark = tuple[int, int, int, int]
"""Left, bottom, right and top in eighths of a point from the lower left corner of the page as shown."""

_EIGHTHS = 8
_BYTES = 8  # of the box of a character
_YELLOW = (255, 224, 64)
_DARK = 90  # of 255: on darker grounds yellow is laid over, on others it is printed on
_PAD = 0.75  # points around a mark
_APART = 1.5  # heights of the letters, as wide as a gap between words of one mark may be
_TALLER = 1.7  # times as high: of two that are on one line
_MOST_PIXELS = 25_000_000
_PDFIUM = Lock()  # pdfium may not be used by two threads at once


def marks_of(pages: Sequence[Page], start: int, end: int) -> list[tuple[int, list[Mark]]]:
    """Where a stretch of a document stands on its pages.

    Args:
        pages: of the document.
        start: where the stretch begins in the text.
        end: where it ends.

    Returns:
        The numbers of the pages, from 0, that it stands on, each with the boxes of its characters.
    """
    found = []
    for number, page in enumerate(pages):
        first, last = max(start, page.start) - page.start, min(end, page.end) - page.start
        values = memoryview(page.boxes[first * _BYTES : last * _BYTES] if first < last else b"")
        whole = [int.from_bytes(values[at : at + 2], "little") for at in range(0, len(values), 2)]
        boxes = [(*whole[at : at + 2], *whole[at + 2 : at + 4]) for at in range(0, len(whole), 4)]
        marks = [
            (left, bottom, right, top) for left, bottom, right, top in boxes if right > left and top > bottom
        ]
        if marks:
            found.append((number, marks))
    return found


def page_picture(data: bytes, number: int, marks: Sequence[Mark], *, scale: float) -> bytes:
    """Render a page with some of it marked.

    Args:
        data: the bytes of the PDF, or of a picture.
        number: of the page, from 0.
        marks: boxes of characters, in the order of the text; those of one line are marked together.
        scale: pixels a point; very large pages are rendered smaller.

    Returns:
        A picture, as PNG.

    Raises:
        Unreadable: the file is damaged, or has no such page.
    """
    out = io.BytesIO()
    drawn(data, number, marks, scale=scale).save(out, "PNG")
    return out.getvalue()


def drawn(data: bytes, number: int, marks: Sequence[Mark], *, scale: float) -> "Image.Image":
    """As ``page_picture``, of which it is the pixels."""
    picture, pixels = (
        _rendered(data, number, scale) if b"%PDF" in data[:1024] else _scanned(data, number, scale)
    )
    for left, bottom, right, top in runs(marks):
        box = (
            max(0, round((left / _EIGHTHS - _PAD) * pixels)),
            max(0, round(picture.height - (top / _EIGHTHS + _PAD) * pixels)),
            min(picture.width, round((right / _EIGHTHS + _PAD) * pixels)),
            min(picture.height, round(picture.height - (bottom / _EIGHTHS - _PAD) * pixels)),
        )
        if box[0] < box[2] and box[1] < box[3]:
            picture.paste(_marked(picture.crop(box)), box)
    return picture


def runs(marks: Sequence[Mark]) -> list[Mark]:
    """Boxes of characters put together that follow each other on one line, which may be upright."""
    found: list[Mark] = []
    for mark in marks:
        last = found[-1] if found else None
        if last and (_beside(last, mark) or _beside(_turned(last), _turned(mark), touching=True)):
            found[-1] = (
                min(last[0], mark[0]), min(last[1], mark[1]), max(last[2], mark[2]), max(last[3], mark[3]),
            )  # fmt: skip
        else:
            found.append(mark)
    return [mark for mark, _ in groupby(found)]


def _turned(mark: Mark) -> Mark:
    return mark[1], mark[0], mark[3], mark[2]


def _beside(one: Mark, other: Mark, *, touching: bool = False) -> bool:
    """Whether a box stands beside another one, at most so far away that a blank is between them."""
    height, taller = sorted((one[3] - one[1], other[3] - other[1]))
    if taller > _TALLER * height:  # as a first letter that is two lines high
        return False
    shared = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(other[0] - one[2], one[0] - other[2])
    if touching:  # of upright lines; those of a paragraph, one above the other, are not exactly as wide
        same = abs(one[1] - other[1]) + abs(one[3] - other[3]) <= 0.2 * height
        return same and gap <= 0.5 * height
    return shared >= 0.5 * height and gap <= _APART * height


def _marked(part: "Image.Image") -> "Image.Image":
    from PIL import Image, ImageChops, ImageStat

    yellow = Image.new("RGB", part.size, _YELLOW)
    dark = ImageStat.Stat(part.convert("L")).mean[0] < _DARK
    return Image.blend(part, yellow, 0.4) if dark else ImageChops.multiply(part, yellow)


def _rendered(data: bytes, number: int, scale: float) -> tuple["Image.Image", float]:
    """A page of a PDF, and how many pixels a point takes on it."""
    import pypdfium2 as pdfium

    with _PDFIUM:
        try:
            with pdfium.PdfDocument(data) as document:
                document.init_forms()
                if not 0 <= number < len(document):
                    raise Unreadable(f"no page {number + 1} in it")
                page = document[number]
                width, height = page.get_size()
                pixels = min(scale, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
                return page.render(scale=pixels).to_pil().convert("RGB"), pixels
        except pdfium.PdfiumError:
            raise Unreadable("damaged") from None


def _scanned(data: bytes, number: int, scale: float) -> tuple["Image.Image", float]:
    """A picture at the scale that is wanted, and how many pixels a point takes on it."""
    from PIL import Image

    from index.parsing.pages import picture

    sheet = picture.page(data, number)
    pixels = scale * picture.points_of(sheet)
    size = max(1, round(sheet.width * pixels)), max(1, round(sheet.height * pixels))
    return sheet.convert("RGB").resize(size, Image.Resampling.LANCZOS), scale
