"""Pieces in, lines out; and the nouns of what is made of lines: tables, and areas of a page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from index.parsing.pages.frames import EIGHTHS, Boxes, Interval, Look, Piece

CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|tab\.|abb(?:ildung|\.)?|tabelle|figura|tabla|tabella|tableau|рис\.|таблица)"
    r"\s*[\dIVX]",
    re.IGNORECASE,
)
"""What begins a caption."""

LEADER = re.compile(r"(?:\.\.\.|…) ?(?:\d+(?:[-–.]\d+)*|[ivxlc]+)$")
"""How an entry of a table of contents ends."""

_SAME_LINE = 0.35  # of the size of the letters: base lines that differ less are one
_NEARLY_ALL = 0.9
_TOUCH = 0.15  # of the size: parts of one word are closer
_LETTER, _MOST_BLANKS = 0.6, 80  # width of a letter of code, of its size; blanks between two words of it
_AFTER_MARKER = 5  # sizes of the letters: a wider gap after a number or bullet divides columns
_MARKER = re.compile(
    r"[-*•‣◦▪▸·–—■□●○◆◇►➢✓✔❖∙⁃]|[(\[]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)\]]|\[\d{3}\]|\d{3}[.)]"
)
_RULE = re.compile(r"[-_=.·…~*–—]{3,}")


@dataclass(slots=True)
class Line:
    """Words on one line of a column, whose edges are told; ``opening`` is how wide the first word is."""

    text: str
    boxes: Boxes
    left: float
    right: float
    base: float
    look: Look
    column: Interval = (0.0, 0.0)
    opening: float = 0.0
    page: int = 0

    @property
    def size(self) -> float:
        """Of most of its letters, in points."""
        return self.look.size


@dataclass(slots=True)
class Table:
    """Rows of cells of some lines each; the first rows may name the columns, a title may stand above."""

    rows: list[list[list[Line]]]
    heads: int = 0
    page: int = 0
    title: list[Line] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """All its lines."""
        yield from self.title
        for row in self.rows:
            for cell in row:
                yield from cell


@dataclass(slots=True)
class Placed(Piece):
    """A table in the place of a piece."""

    table: Table = field(default_factory=lambda: Table([]))
    height: float = 0.0

    @property
    def top(self) -> float:
        """How far up it goes."""
        return self.base + self.height


@dataclass(slots=True)
class Area:
    """Lines below each other, or a table."""

    lines: list[Line] = field(default_factory=list)
    table: Table | None = None


def lines_in(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces from top to bottom, those together that share a base line."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if found and abs(found[-1][0].base - piece.base) <= _SAME_LINE * max(found[-1][0].size, piece.size):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def line_of(pieces: Sequence[Piece], column: Interval | None = None) -> Line:
    """Join pieces of one line, from left to right; code keeps its gaps."""
    ordered = sorted(pieces, key=lambda piece: piece.left)
    mono = all(piece.look.mono for piece in ordered)
    texts: list[str] = []
    boxes: list[Boxes] = []
    for piece, before in zip(ordered, [None, *ordered], strict=False):
        if before is not None and not _touch(before, piece):
            blanks = round((piece.left - before.right) / (_LETTER * piece.size)) if mono else 1
            blanks = max(1, min(blanks, _MOST_BLANKS))
            texts.append(" " * blanks)
            boxes.append(np.zeros((blanks, 4), dtype=np.uint16))
        texts.append(piece.text)
        boxes.append(piece.boxes)
    left, right = min(piece.left for piece in ordered), max(piece.right for piece in ordered)
    main = max(ordered, key=lambda piece: len(piece.text))
    letters = sum(len(piece.text) for piece in ordered)
    bold = sum(len(piece.text) for piece in ordered if piece.look.bold) >= _NEARLY_ALL * letters
    look = Look(main.size, bold, mono)
    opening = _opening(ordered[0])
    return Line(
        "".join(texts), np.concatenate(boxes), left, right, main.base, look, column or (left, right), opening
    )


def _touch(one: Piece, other: Piece) -> bool:
    """Whether two pieces are parts of one word, as a large first letter and what follows it."""
    gap = max(other.left - one.right, one.left - other.right)
    return abs(gap) < _TOUCH * min(one.size, other.size)


def _opening(piece: Piece) -> float:
    """How wide the first word of a piece is."""
    count = len(piece.text.split(" ", 1)[0])
    if piece.quarters or not piece.boxes[:count, 2].all():
        return (piece.right - piece.left) * count / max(len(piece.text), 1)
    return float(piece.boxes[:count, 2].max() - piece.boxes[:count, 0].min()) / EIGHTHS


def glued(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces, what only marks an item put together with what follows it; lines of signs are left out."""
    found: list[Piece] = []
    for line in lines_in(piece for piece in pieces if not _RULE.fullmatch(piece.text)):
        ordered = sorted(line, key=lambda piece: piece.left)
        for number, piece in enumerate(ordered):
            after = ordered[number + 1] if number + 1 < len(ordered) else None
            mark = _mark(piece, after)
            if after is None or not mark:
                found.append(piece)
                continue
            boxes = np.concatenate([piece.boxes, np.zeros((1, 4), dtype=np.uint16), after.boxes])
            ordered[number + 1] = replace(after, text=f"{mark} {after.text}", boxes=boxes, left=piece.left)
    return found


def _mark(piece: Piece, after: Piece | None) -> str:
    """What marks an item, where a piece does and is near what follows; Word's hollow bullet is a letter."""
    if after is None or isinstance(after, Placed) or after.left - piece.right > _AFTER_MARKER * after.size:
        return ""
    if piece.text == "o" and not after.text[0].islower():
        return "◦"
    return piece.text if _MARKER.fullmatch(piece.text) else ""
