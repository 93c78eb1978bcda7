"""A picture of a page in, pieces of lines out, where Tesseract is there to read it (the extra "ocr")."""

import os
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.parsing.pages.frames import EIGHTHS, Boxes, Look, Piece

if TYPE_CHECKING:
    import pypdfium2 as pdfium
    from PIL import Image

_DOTS = 250  # an inch, at which pages are rendered
_POINTS = 72  # an inch
_MOST_PIXELS = 40_000_000
_SECONDS = 120  # that a page may take
_SURE, _SURE_OF_SHORT = 30, 60  # percent: words that Tesseract is less sure of are left out
_SURE_OF_BLOCK, _LETTERS = 65, 0.6  # percent; share of letters and digits in a block that is read
_SHORT = 3  # letters of words that specks and turned letters are taken for
_LANGUAGES = 4
_BELOW = frozenset("gjpqyQ,;()[]{}|")
"""Letters that reach below the base line."""
_DESCENT = 0.2  # of the size of letters, that these reach below it


@cache
def available() -> bool:
    """Whether pages can be read: pytesseract and the program are installed."""
    return find_spec("pytesseract") is not None and shutil.which("tesseract") is not None


def pieces_of(page: "pdfium.PdfPage") -> list[Piece]:
    """What stands on a page of a PDF that is a picture; nothing where Tesseract cannot tell."""
    width, height = page.get_size()
    scale = min(_DOTS / _POINTS, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil()
    return read(picture, 1 / scale)


def read(picture: "Image.Image", points: float) -> list[Piece]:
    """What stands on a picture; nothing where Tesseract cannot tell.

    Args:
        picture: upright.
        points: how many points wide a pixel is.
    """
    import pytesseract

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # which Tesseract is several times as fast with
    try:
        found = pytesseract.image_to_data(
            picture, lang=_languages(), timeout=_SECONDS, output_type=pytesseract.Output.DICT
        )
    except (pytesseract.TesseractError, RuntimeError, OSError):
        return []
    return list(_pieces(_words(found), picture.height, points))


@cache
def _languages() -> str:
    """The languages that Tesseract can read here, as it wants them named."""
    import pytesseract

    try:
        known = [
            language for language in pytesseract.get_languages() if language not in ("osd", "snum", "equ")
        ]
    except (pytesseract.TesseractError, RuntimeError, OSError):
        known = []
    return "+".join(sorted(known)[:_LANGUAGES]) or "eng"


class _Word(NamedTuple):
    """A word, how sure it is, its paragraph and line, and where it stands, in pixels from the top left."""

    text: str
    sure: float
    paragraph: tuple[int, int]
    line: tuple[int, int, int]
    left: int
    top: int
    right: int
    bottom: int


def _words(found: dict[str, Any]) -> Iterator[_Word]:
    for number, text in enumerate(found["text"]):
        word = "".join(text.split())
        sure = float(found["conf"][number])
        if not word or sure < (_SURE_OF_SHORT if len(word) <= _SHORT else _SURE):
            continue
        paragraph = found["block_num"][number], found["par_num"][number]
        left, top = found["left"][number], found["top"][number]
        right, bottom = left + found["width"][number], top + found["height"][number]
        yield _Word(word, sure, paragraph, (*paragraph, found["line_num"][number]), left, top, right, bottom)


def _pieces(words: Iterator[_Word], height: int, points: float) -> Iterator[Piece]:
    """A piece for each line, or several where gaps divide it."""
    lines: dict[tuple[int, int, int], list[_Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    blocks: dict[int, list[_Word]] = {}
    for line in lines.values():
        blocks.setdefault(line[0].paragraph[0], []).extend(line)
    noise = {block for block, inside in blocks.items() if _is_noise(inside)}
    lines = {key: line for key, line in lines.items() if line[0].paragraph[0] not in noise}
    sizes: dict[tuple[int, int], list[float]] = {}
    for line in lines.values():
        tall = max(word.bottom for word in line) - min(word.top for word in line)
        sizes.setdefault(line[0].paragraph, []).append(tall * points)
    for line in lines.values():
        size = round(median(sizes[line[0].paragraph]) * 2) / 2 or 1.0
        begin = 0
        for end in range(1, len(line) + 1):
            if end == len(line) or (line[end].left - line[end - 1].right) * points > size:
                yield _piece(line[begin:end], size, height, points)
                begin = end


def _is_noise(words: Sequence[_Word]) -> bool:
    """Whether a block is specks, or turned letters: Tesseract is not sure of it, or it is mostly signs."""
    text = "".join(word.text for word in words)
    sure = sum(word.sure * len(word.text) for word in words) / len(text)
    return sure < _SURE_OF_BLOCK or sum(map(str.isalnum, text)) < _LETTERS * len(text)


def _piece(words: Sequence[_Word], size: float, height: int, points: float) -> Piece:
    text = " ".join(word.text for word in words)
    blank = np.zeros((1, 4), dtype=np.uint16)
    boxes = [part for word in words for part in (blank, _boxes(word, height, points))][1:]
    lows = [word.bottom - (_DESCENT * size / points if _BELOW & set(word.text) else 0.0) for word in words]
    base = (height - median(lows)) * points
    return Piece(
        text, np.concatenate(boxes), words[0].left * points, words[-1].right * points, base, Look(size)
    )


def _boxes(word: _Word, height: int, points: float) -> Boxes:
    """The box of a word, divided evenly between its characters."""
    edges = np.linspace(word.left, word.right, len(word.text) + 1)
    bottom, top = height - word.bottom, height - word.top
    rows = [(left, bottom, right, top) for left, right in pairwise(edges.tolist())]
    return np.clip(np.rint(np.array(rows) * points * EIGHTHS), 0, 65535).astype(np.uint16)
