"""Lines of a table in, its rows out: which lines are of one row, and which rows name the columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.parsing.lines import BULLET
from index.parsing.pages.drawings import Rule
from index.parsing.pages.frames import Interval, Piece
from index.parsing.pages.lines import Line, Table, line_of

Row = list[list[list[Piece]]]
"""Cells, each of some lines, each of some pieces."""

LONGEST_ROW = 6
"""Lines of a row between drawn lines, beyond which it may be several rows."""
LONG_TEXT = 12
"""Lines that no row has, however it is drawn."""

_FEW_STRIPS = 4
_CROSSED = 0.6  # of the columns, by a line drawn between two rows
_EVEN = 0.7  # of the columns: lines that have cells in so many are rows
_PITCH = 1.3  # of the usual distance between lines: more keeps rows apart
_TIGHT, _LOOSE = 0.8, 1.4  # of the size of the letters: distances of lines in a cell
_CLOSE = 1.15  # of the usual distance of lines: a row goes on in lines no further apart
_INDENT = 0.4  # of the size
_SIZE = 0.1  # by which sizes of one cell may differ
_HEADS = 3  # rows that may name the columns together
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class TableLine:
    """A line across all columns: its pieces in each, and its base line."""

    cells: list[list[Piece]]
    base: float
    size: float

    @property
    def filled(self) -> list[int]:
        """The numbers of the columns that it has words in."""
        return [number for number, cell in enumerate(self.cells) if cell]


Strip = Sequence[TableLine]
"""Lines between two borders."""


def filled_in(strip: Strip) -> set[int]:
    """The columns that lines have words in."""
    return {number for line in strip for number in line.filled}


def drawn_apart(lines: Strip, stretches: Sequence[Interval], rules: Sequence[Rule]) -> list[list[TableLine]]:
    """Strips that lines divide which are drawn across most columns, be it in parts."""
    strips = [[lines[0]]]
    middles = [(left + right) / 2 for left, right in stretches]
    for before, line in pairwise(lines):
        between = [rule for rule in rules if line.base < rule.height < before.base]
        crossed = sum(any(rule.left <= middle <= rule.right for rule in between) for middle in middles)
        if crossed >= _CROSSED * len(middles):
            strips.append([])
        strips[-1].append(line)
    return strips


def spaced_apart(lines: Strip) -> list[list[TableLine]]:
    """Strips that more than the usual distance of lines divides."""
    usual = _usual_pitch(lines)
    strips = [[lines[0]]]
    for before, line in pairwise(lines):
        if before.base - line.base > _PITCH * usual:
            strips.append([])
        strips[-1].append(line)
    return strips


def spaced_across(lines: Strip) -> list[list[TableLine]]:
    """Strips that in each column more than the usual distance of its own lines divides."""
    columns = range(len(lines[0].cells))
    usual = [_usual_pitch([line for line in lines if line.cells[number]]) for number in columns]
    strips = [[lines[0]]]
    last = dict.fromkeys(lines[0].filled, lines[0].base)
    for place, line in enumerate(lines[1:], 1):
        below = {n: next((one.base for one in lines[place:] if one.cells[n]), None) for n in last}
        wide = [last[n] - base > _PITCH * usual[n] for n, base in below.items() if base is not None]
        if len(wide) > 1 and all(wide):
            strips.append([])
        strips[-1].append(line)
        last |= dict.fromkeys(line.filled, line.base)
    return strips


def _usual_pitch(lines: Strip) -> float:
    """The usual distance of lines, which is the least that their letters leave."""
    if not lines:
        return 0.0
    size = median(line.size for line in lines)
    pitches = (before.base - line.base for before, line in pairwise(lines))
    return min((pitch for pitch in pitches if _TIGHT * size <= pitch <= _LOOSE * size), default=_LOOSE * size)


def begin_together(strips: Sequence[Strip], share: float) -> bool:
    """Whether cells of so many rows begin on one line."""
    several = [strip for strip in strips if len(filled_in(strip)) > 1]
    return len(several) >= 3 and sum(len(strip[0].filled) > 1 for strip in several) >= share * len(several)


def is_even(strip: Strip) -> bool:
    """Whether the lines of a strip have cells in most columns: then each is a row."""
    if len(strip) < 2 or len(filled_in(strip)) < 2:
        return False
    several = sum(len(line.filled) > 1 for line in strip)
    if len(strip) > LONG_TEXT and several > _EVEN * len(strip):
        return True
    return sum(len(line.filled) for line in strip[1:]) > _EVEN * len(filled_in(strip)) * (len(strip) - 1)


def divided(strips: Sequence[Strip]) -> list[Strip]:
    """Strips between drawn lines, with those divided that hold several rows."""
    found: list[Strip] = []
    for strip in strips:
        several = is_even(strip) and (len(strip) > LONGEST_ROW or len(strips) <= _FEW_STRIPS)
        found += wrapped(strip) if several else [strip]
    return found


def wrapped(lines: Strip) -> list[list[TableLine]]:
    """Rows of a line each, with those lines that go on what the ones before them say."""
    columns = range(len(lines[0].cells))
    rights = [max((line.cells[n][-1].right for line in lines if line.cells[n]), default=0.0) for n in columns]
    pitches = [before.base - line.base for before, line in pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    strips: list[list[TableLine]] = []
    for number, line in enumerate(lines):
        if strips and pitches[number - 1] <= _CLOSE * usual and _goes_on(strips[-1], line, rights[0]):
            strips[-1].append(line)
        else:
            strips.append([line])
    return strips


def _goes_on(row: Strip, line: TableLine, edge: float) -> bool:
    """Whether the cells of a line go on those of the row before it, whose first column ends at an edge."""
    last, filled, so_far = row[-1], line.filled, filled_in(row)
    if 0 not in filled:
        going_on = (last.cells[n] and line.cells[n][0].text[:1].islower() for n in filled)
        return len(filled) < len(so_far) and all(going_on)
    before, cell = last.cells[0], line.cells[0][0]
    if not before or BULLET.match(cell.text + " ") or abs(before[0].size - cell.size) > _SIZE * line.size:
        return False
    if len(so_far) > 1 and filled != [0]:
        return False
    first = row[0].cells[0]
    full = before[-1].right + _first_width(cell) > edge
    indented = bool(first) and cell.left > first[0].left + _INDENT * line.size
    return cell.text[:1].islower() or (full and (indented or so_far == {0}))


def _first_width(piece: Piece) -> float:
    """About how wide the first word of a piece is, with a blank."""
    return (piece.right - piece.left) * (len(piece.text.split(" ", 1)[0]) + 1) / max(len(piece.text), 1)


def table_of(strips: Sequence[Strip], *, named: bool = False) -> Table | None:
    """The table that strips make up, each a row; the first may be known to name the columns."""
    rows = [_row(strip) for strip in strips]
    title: list[Line] = []
    while len(rows) > 2 and sum(map(bool, rows[0])) == 1 and not named:
        title += [line_of(line) for cell in rows.pop(0) for line in cell]
    if len(rows) < 2:
        return None
    heads = 1 if named else _heads(rows)
    return Table([[[line_of(line) for line in cell] for cell in row] for row in rows], heads, title=title)


def _row(strip: Strip) -> Row:
    return [[line.cells[n] for line in strip if line.cells[n]] for n in range(len(strip[0].cells))]


def _heads(rows: Sequence[Row]) -> int:
    """How many of the first rows name the columns: bold ones, or one without numbers, which others have."""
    bold = [all(piece.look.bold for cell in row for line in cell for piece in line) for row in rows]
    count = 0
    while count < min(_HEADS, len(rows) - 1) and bold[count]:
        count += 1
    if count and not all(bold):
        return count
    numbers = [any(_DIGIT.search(p.text) for cell in row for line in cell for p in line) for row in rows]
    several = sum(numbers[1:]) >= 0.5 * (len(rows) - 1)
    return int(len(rows) > 2 and not numbers[0] and several and all(rows[0]))
