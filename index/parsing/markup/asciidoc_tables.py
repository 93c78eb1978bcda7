"""The lines of a table of AsciiDoc in, its rows out."""

import re
from collections.abc import Mapping, Sequence

from index.parsing.digits import whole_number
from index.parsing.grid import Cell, Grid, grid
from index.parsing.markup.asciidoc_words import words

_CELL = re.compile(
    r"(?P<spec>(?:(?<!\d)\d++\*|(?:(?<!\d)\d++)?(?:\.\d++)?\+)?(?:[<^>]?(?:\.[<^>])?)?[aehlmsv]?)(?<!\\)\|"
)
_SPAN = re.compile(r"(?P<columns>\d*)(?:\.(?P<rows>\d+))?\+")
_COLUMNS = re.compile(r"cols=\"(?P<list>[^\"]*)\"|cols=(?P<one>\d+)")
_MOST_COLUMNS, _MOST_CELLS = 100, 99_999


def table(lines: Sequence[str], divider: str, style: str, attributes: Mapping[str, str]) -> Grid:
    """Read a table.

    Args:
        lines: those between its fences.
        divider: what begins a cell, or stands between two: "|", "!", "," or ":".
        style: what the line above says of it, in brackets.
        attributes: what names in braces stand for.
    """
    columns = 0
    if found := _COLUMNS.search(style):
        columns = int(found["one"]) if found["one"] else _counted(found["list"])
    heads = 1 if "header" in style and "noheader" not in style else 0
    if divider in "|!":
        rows, alone = _cells(lines, columns, divider, attributes)
        heads = heads or int(alone and "noheader" not in style)
    else:
        rows = [[Cell(one.strip().strip('"')) for one in line.split(divider)] for line in lines if line]
        heads = heads or int(len(lines) > 1 and not lines[1])
    return grid(rows, min(heads, len(rows) - 1) if rows else 0)


def _cells(
    lines: Sequence[str], columns: int, divider: str, attributes: Mapping[str, str]
) -> tuple[list[list[Cell]], bool]:
    """The cells in rows, and whether the first row stands alone on its line, as a head does."""
    text = "\n".join(lines).replace("!", "|") if divider == "!" else "\n".join(lines)
    marks = list(_CELL.finditer(text))
    if not marks:
        return [], False
    filled = next((n for n, line in enumerate(lines) if line), 0)
    on_first = len(list(_CELL.finditer(lines[filled]))) if lines else 0
    alone = on_first > 1 and filled + 1 < len(lines) and not lines[filled + 1] and filled == 0
    columns = min(columns or on_first or 1, _MOST_COLUMNS)
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    hanging: list[int] = []  # how many rows more the cells above reach down
    for mark, following in zip(marks, [*(one.start() for one in marks[1:]), len(text)], strict=True):
        said = " ".join(text[mark.end() : following].split()).replace("\\|", "|")
        shown = "".join(run.text for run in words(said, attributes)[0])
        span = _SPAN.match(mark["spec"])
        repeat = min(_number(mark["spec"][:-1]), columns) if mark["spec"].endswith("*") else 1
        wide, tall = (_number(span["columns"]), _number(span["rows"])) if span else (1, 1)
        for _ in range(repeat):
            row.append(Cell(shown, max(1, wide), max(1, tall), mark["spec"].endswith("h")))
            if sum(cell.columns for cell in row) + sum(left > 0 for left in hanging) >= columns:
                rows.append(row)
                hanging = [left - 1 for left in hanging if left > 1]
                hanging += [
                    cell.rows - 1 for cell in row for _ in range(min(cell.columns, columns)) if cell.rows > 1
                ]
                row = []
    if row:
        rows.append(row)
    return rows, alone


def _number(said: str | None) -> int:
    """How many cells a cell stands for; 1 where that is not said, or by no number that a table has."""
    return whole_number(said, _MOST_CELLS) or 1


def _counted(columns: str) -> int:
    """How many columns a list of them names, as "1,2*,a"."""
    count = 0
    for one in columns.split(","):
        times = re.match(r"\s*(\d{1,3})\*", one)
        count += int(times[1]) if times else 1
    return count
