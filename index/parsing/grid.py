"""Cells that may span columns and rows in, rows of equal length out, the ones that name columns apart."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

_MOST_CELLS = 200_000  # of a table, spans counted as often as they reach; beyond, spans count once
_MOST_COLUMNS = 1_000
_HEAD_ROWS = 4


class Cell(NamedTuple):
    """A cell: what it says, how many columns and rows it spans, whether it names the others."""

    text: str
    columns: int = 1
    rows: int = 1
    head: bool = False


class Grid(NamedTuple):
    """A table: what its columns are called, if it says so, and its rows."""

    head: list[str]
    rows: list[list[str]]


def grid(rows: Sequence[Sequence[Cell]], heads: int = -1) -> Grid:
    """Lay cells out.

    What spans rows stands in each of them; what spans columns does so in the head only, and elsewhere leaves
    the columns after the first one empty. Several rows of a head become one.

    Args:
        rows: the cells, each in the row and column where it begins.
        heads: how many rows at the top name the columns; below zero to find that out.
    """
    laid = _laid(rows)
    if not laid:
        return Grid([], [])
    if heads < 0:
        heads = _heads(rows)
    width = max(map(len, laid))
    texts = [[cell.text if cell else "" for cell in row] + [""] * (width - len(row)) for row in laid]
    head = [""] * width
    for number in range(heads):
        before = ""
        for column in range(width):
            cell = laid[number][column] if column < len(laid[number]) else None
            text = before if cell is _SPANNED else texts[number][column]
            before = text
            if text and text not in head[column].split("\n"):
                head[column] = f"{head[column]}\n{text}".strip("\n")
    return Grid([" ".join(name.split()) for name in head], texts[heads:])


_SPANNED = Cell("")
"""Stands in the columns that a cell spans after its first one."""


def _laid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell | None]]:
    """Cells by row and column."""
    reach = sum(min(cell.columns, _MOST_COLUMNS) * min(cell.rows, len(rows)) for row in rows for cell in row)
    spanning = reach <= _MOST_CELLS
    found: list[list[Cell | None]] = []
    below: dict[int, tuple[int, Cell]] = {}  # of each column, what reaches down into how many rows more
    for row in rows:
        line: list[Cell | None] = []
        cells = deque(row)
        last = max(below, default=-1)
        while cells or len(line) <= last:
            column = len(line)
            if column in below:
                left, cell = below[column]
                line.append(cell)
                if left > 1:
                    below[column] = left - 1, cell
                else:
                    del below[column]
            elif cells:
                cell = cells.popleft()
                columns = min(cell.columns, _MOST_COLUMNS) if spanning else 1
                for place in range(max(1, columns)):
                    if place and column + place in below:
                        break
                    one = _SPANNED if place else cell
                    line.append(one)
                    if spanning and cell.rows > 1:
                        below[column + place] = cell.rows - 1, one
            else:
                line.append(None)
        found.append(line)
    return found


def _heads(rows: Sequence[Sequence[Cell]]) -> int:
    """How many rows at the top name the columns: those all of heads, or a first one unlike the others."""
    count = 0
    for row in rows[:_HEAD_ROWS]:
        cells = [cell for cell in row if cell.text] or row
        if not cells or not all(cell.head for cell in cells) or (len(row) == 1 and count):
            break
        count += 1
    if count:
        return min(count, len(rows) - 1)
    if len(rows) < 3 or any(cell.head for row in rows for cell in row):
        return 0
    first, others = rows[0], rows[1:]
    if len(first) < 2 or not all(cell.text for cell in first[1:]):
        return 0
    counting = sum(any(map(_has_digit, row)) for row in others)
    return int(not any(map(_has_digit, first)) and counting >= 0.5 * len(others))


def _has_digit(cell: Cell) -> bool:
    return any(character.isdigit() for character in cell.text)
