"""The pieces of all pages in, those out that are no running headers, footers or page numbers.

Those stand outermost, at the same height on several pages near each other, and say the same but for numbers
that count pages.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.parsing.pages.frames import Piece
from index.parsing.pages.groups import bands_of
from index.parsing.pages.lines import CAPTION
from index.parsing.pages.sheets import Sheet

_OUTERMOST = 4  # lines at the top, and as many at the bottom
_NEAR = 4  # pages before and after
_PAGES = 3  # of these that a line is on, the page itself among them
_HEIGHT = 6.0  # points by which the heights may differ
_GAP = 1.4  # of the size of the letters, from the text proper
_MOST_PIECES = 40  # of a line in a margin
_REST = 8  # words beside what repeats
_LARGE = 1.15  # of the usual size: a heading, which is left the first time
_MARGIN = 0.12  # of the page's height
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]+")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(slots=True)
class _Edge:
    """A line at an edge of a page: what stands there, and how far from the edge."""

    pieces: list[Piece]
    distance: float
    sames: list[tuple[str, list[int]]] = field(default_factory=list)


def without_margins(sheets: Sequence[Sheet], body: float) -> None:
    """Leave running headers and footers out of the pages.

    Args:
        sheets: the pages.
        body: the size of most letters.
    """
    for top in (True, False):
        edges = [_edges(sheet, top=top) for sheet in sheets]
        seen: set[str] = set()
        drop: list[list[Piece]] = []
        for number, lines in enumerate(edges):
            own: list[Piece] = []
            for line in lines[: _running(edges, number, sheets[number], body, top=top)]:
                words = _said(line.pieces)
                large = max(piece.size for piece in line.pieces) >= _LARGE * body
                if large and any(map(str.isalpha, words)) and words not in seen:
                    seen.add(words)
                else:
                    own += line.pieces
            drop.append(own)
        for sheet, own in zip(sheets, drop, strict=True):
            left_out = set(map(id, own))
            sheet.pieces = [piece for piece in sheet.pieces if id(piece) not in left_out]
    _turned(sheets)


def _said(pieces: Iterable[Piece]) -> str:
    return " ".join(_key(piece.text)[0] for piece in pieces)


def _key(text: str) -> tuple[str, list[int]]:
    """The words of a text without its numbers, and these."""
    words = " ".join(re.sub(r"[^\w ]+", " ", text.casefold()).split())
    if _ROMAN.fullmatch(words):
        return "#", [_roman(words)]
    return _NUMBER.sub("#", words), [int(number) for number in _NUMBER.findall(words)][:20]


def _roman(text: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _edges(sheet: Sheet, *, top: bool) -> list[_Edge]:
    """The outermost lines of a page, from its edge inwards."""
    height = sheet.frame.extent[1]
    lines = list(bands_of(piece for piece in sheet.pieces if piece.quarters == 0))
    found = []
    for line in (lines if top else lines[::-1])[: _OUTERMOST + 1]:
        base = line[0].base if top else line[-1].base
        found.append(_Edge(line, height - base if top else base, [_key(piece.text) for piece in line]))
    return found


def _running(edges: Sequence[Sequence[_Edge]], number: int, sheet: Sheet, body: float, *, top: bool) -> int:
    """How many of the outermost lines of a page are no part of its text."""
    own = edges[number]
    count = 0
    for line in own[:_OUTERMOST]:
        below = own[count + 1] if count + 1 < len(own) else None
        names_columns = (
            top and len(line.pieces) > 2 and below is not None and len(below.pieces) > 2
            and not _repeats(edges, number, below)
        )  # fmt: skip
        if names_columns or CAPTION.match(line.pieces[0].text):
            break
        if not (_counts(line, sheet) or _repeats(edges, number, line)):
            break
        count += 1
    while count and count < len(own):
        gap = own[count].distance - own[count - 1].distance
        size = max(piece.size for piece in own[count].pieces)
        if gap >= _GAP * size:
            break
        count -= 1
    return count


def _counts(line: _Edge, sheet: Sheet) -> bool:
    """Whether a line in the margin is only the number of the page."""
    if len(line.pieces) != 1 or line.distance > _MARGIN * sheet.frame.extent[1]:
        return False
    words, numbers = line.sames[0]
    return words in ("#", "page #", "seite #", "página #", "pagina #") and (
        numbers == [sheet.number + 1] or line.pieces[0].text.strip(" -–—") == sheet.label
    )


def _repeats(edges: Sequence[Sequence[_Edge]], number: int, line: _Edge) -> bool:
    """Whether what is on a line is on pages near by, too, but for the numbers of pages."""
    if len(line.pieces) > _MOST_PIECES:
        return False
    near = range(max(0, number - _NEAR), min(len(edges), number + _NEAR + 1))
    repeated, rest = 0, 0
    for same, piece in zip(line.sames, line.pieces, strict=True):
        pages = sum(
            any(
                abs(other.distance - line.distance) <= _HEIGHT and _same(same, other, page - number)
                for other in edges[page][:_OUTERMOST]
            )
            for page in near
        )
        if pages >= _PAGES:
            repeated += 1
        else:
            rest += len(piece.text.split())
    return repeated > 0 and rest <= _REST


def _same(one: tuple[str, list[int]], line: _Edge, pages: int) -> bool:
    """Whether a piece of a line that is so many pages further says the same, its numbers counting pages."""
    words, numbers = one
    if not words:
        return False
    return any(
        other == words and len(theirs) == len(numbers)
        and all(there - here in (0, pages) for here, there in zip(numbers, theirs, strict=True))
        and (words != "#" or pages == 0 or theirs[0] - numbers[0] == pages)
        for other, theirs in line.sames
    )  # fmt: skip


def _turned(sheets: Sequence[Sheet]) -> None:
    """Leave out what runs along the side of several pages."""
    sides: list[dict[tuple[str, int, int], Piece]] = []
    for sheet in sheets:
        turned = [piece for piece in sheet.pieces if piece.quarters % 2]
        upright = len(sheet.pieces) - len(turned)
        few = turned if len(turned) < upright else []
        sides.append({(_key(p.text)[0], round(p.base / _HEIGHT), round(p.left / _HEIGHT)): p for p in few})
    for number, sheet in enumerate(sheets):
        near = sides[max(0, number - _NEAR) : number + _NEAR + 1]
        repeated = {
            id(piece) for key, piece in sides[number].items() if sum(key in side for side in near) >= _PAGES
        }
        if repeated:
            sheet.pieces = [piece for piece in sheet.pieces if id(piece) not in repeated]
