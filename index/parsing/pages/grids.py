"""Lines drawn on a page in, tables out: what stands between crossing lines is cells, some of them merged.

Rows that no line divides are found by ``rows``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.parsing.pages.drawings import Rule
from index.parsing.pages.frames import EIGHTHS, Floats, Interval, Look, Piece, upright
from index.parsing.pages.lines import Placed, Table, lines_in
from index.parsing.pages.rows import TableLine, divided, table_of

_INSIDE = 1.0  # points: words that go further over a border than this stand on both of its sides
_TOUCH = 3.0  # points within which lines touch
_SAME = 4.0  # points within which lines are one edge of cells
_COVERED = 0.6  # of the side of a cell, by a line that divides it from its neighbour
_FILLED = 0.3  # of the cells, that hold something in a table
_LONG = 12  # lines of a cell, beyond which a grid only divides columns of text
_SHORT = 60  # characters of a cell that is said again in each row that it goes down over
_MOST_LINES = 400


@dataclass(slots=True)
class _Grid:
    """Edges of cells from left to right and from top to bottom, and the lines that are drawn."""

    columns: list[float]
    rows: list[float]
    across: list[Rule]
    upright: list[Rule]

    def divides(self, row: int, column: int) -> bool:
        """Whether a line divides a cell from the one at its right."""
        at, span = self.columns[column + 1], (self.rows[row + 1], self.rows[row])
        return _covered(
            span, [(one.left, one.right) for one in self.upright if abs(one.height - at) <= _SAME]
        )

    def under(self, row: int, column: int) -> bool:
        """Whether a line divides a cell from the one below it."""
        at, span = self.rows[row + 1], (self.columns[column], self.columns[column + 1])
        return _covered(span, [(one.left, one.right) for one in self.across if abs(one.height - at) <= _SAME])


def place_tables(pieces: Sequence[Piece], across: Sequence[Rule], upright: Sequence[Rule]) -> list[Piece]:
    """The pieces of a page, with those that stand in tables of lines across and upright put together."""
    left = list(pieces)
    for grid in _grids(across, upright):
        whole = [piece for piece in left if _stands_in(piece, grid)]
        inside = [part for piece in whole for part in _cut(piece, grid.columns[1:-1])]
        table = _table(grid, inside)
        if table is None:
            continue
        taken = set(map(id, whole))
        left = [piece for piece in left if id(piece) not in taken]
        one = inside[0]
        left.append(
            Placed(
                "", one.boxes[:0], grid.columns[0], grid.columns[-1], grid.rows[-1], Look(one.size),
                one.quarters, table, grid.rows[0] - grid.rows[-1],
            )
        )  # fmt: skip
    return left


def _covered(span: Interval, lines: Sequence[Interval]) -> bool:
    start, end = span
    inside = sum(max(0.0, min(end, other_end) - max(start, other)) for other, other_end in lines)
    return inside >= _COVERED * (end - start)


def _stands_in(piece: Piece, grid: _Grid) -> bool:
    middle = (piece.left + piece.right) / 2
    return (
        grid.columns[0] < middle < grid.columns[-1]
        and grid.rows[-1] < piece.base + 0.3 * piece.size < grid.rows[0]
    )


def _cut(piece: Piece, borders: Sequence[float]) -> Iterator[Piece]:
    """A piece in parts, where words of two cells stand so near each other that they are one piece."""
    crossed = [border for border in borders if piece.left + _INSIDE < border < piece.right - _INSIDE]
    if not crossed:
        yield piece
        return
    sides = upright(piece.boxes / EIGHTHS, np.full(len(piece.boxes), piece.quarters))[:, [0, 2]]
    begin = 0
    for number in range(1, len(piece.text)):
        blank = piece.text[number - 1] == " " and number - 1 > begin
        if blank and any(sides[number - 2, 1] <= border <= sides[number, 0] for border in crossed):
            yield _part(piece, sides, begin, number - 1)
            begin = number
    yield _part(piece, sides, begin, len(piece.text)) if begin else piece


def _part(piece: Piece, sides: Floats, begin: int, end: int) -> Piece:
    """Some characters of a piece."""
    left, right = float(sides[begin, 0]), float(sides[end - 1, 1])
    return replace(piece, text=piece.text[begin:end], boxes=piece.boxes[begin:end], left=left, right=right)


# ------------------------------------------------------------------------------------ grids


def _grids(across: Sequence[Rule], upright: Sequence[Rule]) -> Iterator[_Grid]:
    """Lines put together that touch, where they make up rows and columns of cells."""
    across, upright = _joined(across), _joined(upright)
    if len(across) + len(upright) > _MOST_LINES:
        return
    group = list(range(len(across) + len(upright)))

    def find(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for one, level in enumerate(across):
        for other, post in enumerate(upright, len(across)):
            if (
                level.left - _TOUCH <= post.height <= level.right + _TOUCH
                and post.left - _TOUCH <= level.height <= post.right + _TOUCH
            ):
                group[find(other)] = find(one)
    for root in sorted({find(number) for number in range(len(group))}):
        levels = [rule for number, rule in enumerate(across) if find(number) == root]
        posts = [rule for number, rule in enumerate(upright, len(across)) if find(number) == root]
        if len(levels) < 2 or not posts:
            continue
        columns = _edges(
            [*(post.height for post in posts), min(r.left for r in levels), max(r.right for r in levels)]
        )
        rows = _edges(
            [*(rule.height for rule in levels), min(p.left for p in posts), max(p.right for p in posts)]
        )
        if len(columns) > 2 and len(rows) > 2:
            yield _Grid(columns, rows[::-1], levels, posts)


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Lines with those made one that go on each other."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.height), rule.left)):
        last = found[-1] if found else None
        if last and abs(last.height - rule.height) <= 1.5 and rule.left <= last.right + _TOUCH:
            found[-1] = Rule(last.height, last.left, max(last.right, rule.right))
        else:
            found.append(rule)
    return found


def _edges(places: Sequence[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _SAME:
            found.append(place)
    return found


# ------------------------------------------------------------------------------------ cells


def _table(grid: _Grid, pieces: Sequence[Piece]) -> Table | None:
    """The table that pieces make up in a grid; None where it only frames text or a chart."""
    width, height = len(grid.columns) - 1, len(grid.rows) - 1
    cells: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        column = _place(grid.columns, (piece.left + piece.right) / 2)
        row = height - 1 - _place(grid.rows[::-1], piece.base + 0.3 * piece.size)
        while column and not grid.divides(row, column - 1):
            column -= 1
        while row and not grid.under(row - 1, column):
            row -= 1
        cells.setdefault((row, column), []).append(piece)
    columns = [column for column in range(width) if any((row, column) in cells for row in range(height))]
    rows = [row for row in range(height) if any((row, column) in cells for column in columns)]
    if len(columns) < 2 or len(rows) < 2 or len(cells) < _FILLED * len(columns) * len(rows):
        return None
    lines = [len(lines_in(cell)) for cell in cells.values()]
    if sum(lines) > _LONG * len(lines):
        return None
    strips = []
    for row in rows:
        own = {
            id(piece): number
            for number, column in enumerate(columns)
            for piece in cells.get((row, column), ())
        }
        strip = []
        for line in lines_in(piece for column in columns for piece in cells.get((row, column), ())):
            parts: list[list[Piece]] = [[] for _ in columns]
            for piece in line:
                parts[own[id(piece)]].append(piece)
            strip.append(TableLine(parts, line[0].base, max(piece.size for piece in line)))
        for number, column in enumerate(columns):
            strip[0].cells[number] = strip[0].cells[number] or _from_above(grid, cells, row, column)
        strips.append(strip)
    return table_of(divided(strips))


def _from_above(
    grid: _Grid, cells: Mapping[tuple[int, int], list[Piece]], row: int, column: int
) -> list[Piece]:
    """What a cell says that goes down over several rows, where it is short."""
    if (row, column) in cells:
        return []
    while row and not grid.under(row - 1, column):
        row -= 1
    found = cells.get((row, column), [])
    return found if sum(len(piece.text) for piece in found) <= _SHORT else []


def _place(edges: Sequence[float], at: float) -> int:
    """The number of the stretch between edges that something stands in."""
    return max(0, min(sum(edge <= at for edge in edges) - 1, len(edges) - 2))
