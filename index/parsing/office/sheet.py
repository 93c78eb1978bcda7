"""A sheet of a workbook in, its tables out: they are divided by empty rows and columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.parsing.base import Unreadable
from index.parsing.builder import MOST_CHARACTERS, Builder
from index.parsing.lines import is_heading, leads_in
from index.parsing.office.tabular import (
    MOST_ROWS,
    Table,
    add_table,
    are_names,
    joined,
    kind_of,
    names_columns,
)

_MOST_CELLS = 2_000_000  # of a workbook
_DEEPEST = 8  # cuts by rows and columns in turn
_ALIKE = 0.5  # of rows that two stretches of columns share, from which on they are one table
_NOTE_WORDS = 8  # of a last line that is no row


class Merged(NamedTuple):
    """A cell over several: its first and last row, first and last column, counted from 0."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(slots=True)
class Sheet:
    """A sheet: what its cells show, by row and column, counted from 0.

    ``strong`` are the rows that are all in bold.
    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    strong: set[int] = field(default_factory=set)


class Counter:
    """Counts the rows and cells of a workbook, so that one that is too large is refused early."""

    def __init__(self) -> None:
        self._cells = self._characters = 0

    def add(self, sheet: Sheet, *texts: str) -> None:
        """Count cells that were read, by what they show: many may share one long text.

        Raises:
            Unreadable: they are more than are read.
        """
        self._cells += len(texts)
        self._characters += sum(map(len, texts))
        if self._characters > MOST_CHARACTERS:
            raise Unreadable(f"more than {MOST_CHARACTERS:,} characters in its cells")
        if self._cells > _MOST_CELLS:
            raise Unreadable(f"more than {_MOST_CELLS:,} cells: keep what matters in a smaller file")
        if len(sheet.rows) > MOST_ROWS:
            raise Unreadable(f"a sheet of more than {MOST_ROWS:,} rows: keep what matters in a smaller file")


_Rows = list[tuple[int, dict[int, str]]]


def add_sheet(builder: Builder, sheet: Sheet) -> None:
    """Add the tables of a sheet, and what stands between them."""
    _spread(sheet)
    rows = [(number, sheet.rows[number]) for number in sorted(sheet.rows)]
    islands = _joined(list(_islands([(number, cells) for number, cells in rows if cells])), sheet)
    name = ""
    for island in islands:
        single = [next(iter(cells.values())) for _, cells in island if len(cells) == 1]
        if len(single) == len(island) and len({column for _, cells in island for column in cells}) == 1:
            for text in [name, *single[:-1]]:
                builder.add("paragraph", text)
            name = single[-1]
            if not (len(single) == 1 and (is_heading(name) or leads_in(name))):
                builder.add("paragraph", name)
                name = ""
            continue
        _add_island(builder, sheet, island, name)
        name = ""
    builder.add("paragraph", name)


def _spread(sheet: Sheet) -> None:
    """What is merged over several rows stands in each of them."""
    left = _MOST_CELLS
    for one in sheet.merged:
        text = sheet.rows.get(one.top, {}).get(one.left)
        if text and one.top < one.bottom:
            last = min(one.bottom, one.top + MOST_ROWS, one.top + left)
            left -= last - one.top
            for number in range(one.top + 1, last + 1):
                if number in sheet.rows:
                    sheet.rows[number].setdefault(one.left, text)


def _islands(rows: _Rows, depth: int = 0) -> Iterator[_Rows]:
    """Stretches of rows and columns with cells, nothing around them."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place < len(rows) and rows[place][0] == rows[place - 1][0] + 1:
            continue
        band = rows[start:place]
        start = place
        parts = _columns(band)
        if len(parts) < 2 or depth > _DEEPEST:
            yield band
            continue
        for part in parts:
            yield from _islands(part, depth + 1)


def _columns(rows: _Rows) -> list[_Rows]:
    """Rows divided where a column is empty, unless what stands on both sides belongs together."""
    columns = sorted({column for _, cells in rows for column in cells})
    parts: list[_Rows] = []
    start = 0
    for place in range(1, len(columns) + 1):
        if place < len(columns) and columns[place] == columns[place - 1] + 1:
            continue
        first, last = columns[start], columns[place - 1]
        start = place
        part = [
            (number, own)
            for number, cells in rows
            if (own := {column: text for column, text in cells.items() if first <= column <= last})
        ]
        if parts and first == _last(parts[-1]) + 2 and _belong(parts[-1], part):
            both: dict[int, dict[int, str]] = {number: dict(cells) for number, cells in parts[-1]}
            for number, cells in part:
                both.setdefault(number, {}).update(cells)
            parts[-1] = sorted(both.items())
        else:
            parts.append(part)
    return parts


def _belong(left: _Rows, right: _Rows) -> bool:
    """Whether two stretches side by side are one table with a gap: they have words in the same rows."""
    one, other = {number for number, _ in left}, {number for number, _ in right}
    if len(one & other) < _ALIKE * len(one | other):
        return False
    return not all(_width(part) > 1 and names_columns(_grid(part), likely=True) for part in (left, right))


def _joined(islands: Sequence[_Rows], sheet: Sheet) -> list[_Rows]:
    """Islands in which those are one that only an empty row divides: no head, the same kinds of columns."""
    found: list[_Rows] = []
    for island in islands:
        if found and _goes_on(found[-1], island, sheet):
            found[-1] = [*found[-1], *island]
        else:
            found.append(island)
    return found


def _goes_on(above: _Rows, below: _Rows, sheet: Sheet) -> bool:
    if below[0][0] != above[-1][0] + 2:
        return False
    if _only_names(above) and set(below[0][1]) <= set(above[-1][1]) and len(below[0][1]) > 1:
        return True
    return (
        below[0][0] not in sheet.strong
        and len(below[0][1]) > 1
        and _kinds(above[-1:]) == _kinds(below[:1])
        and not names_columns(_grid(below))
    )


def _only_names(rows: _Rows) -> bool:
    """Whether there are names of columns, and nothing below them."""
    return (
        all(len(cells) == 1 for _, cells in rows[:-1])
        and len(rows[-1][1]) > 1
        and are_names(list(rows[-1][1].values()))
    )


def _kinds(rows: _Rows) -> dict[int, str]:
    return {column: kind_of(text) for _, cells in rows for column, text in cells.items()}


def _add_island(builder: Builder, sheet: Sheet, island: _Rows, name: str) -> None:
    """Add a table; last lines of one cell that read as sentences are notes below it."""
    notes = []
    while len(island) > 2 and len(island[-1][1]) == 1 and len(_only(island[-1][1]).split()) > _NOTE_WORDS:
        notes.append(_only(island[-1][1]))
        island = island[:-1]
    first = min(column for _, cells in island for column in cells)
    last = max(column for _, cells in island for column in cells)
    tops = {
        one.top for one in sheet.merged if one.left <= first and one.right >= last and one.left < one.right
    }
    whole = frozenset(
        place for place, (number, cells) in enumerate(island) if number in tops and len(cells) == 1
    )
    rows = _grid(island)
    add_table(builder, Table(rows, _heads(sheet, island, rows, whole), whole), caption=name, likely=True)
    for note in reversed(notes):
        builder.add("paragraph", note)


def _heads(sheet: Sheet, island: _Rows, rows: Sequence[Sequence[str]], whole: frozenset[int]) -> int | None:
    """How many rows name the columns, where bold letters or cells merged over columns tell."""
    titles = 0
    while titles < len(rows) and (titles in whole or sum(map(bool, rows[titles])) == 1):
        titles += 1
    if titles:  # found by how they read, and what is below them then
        return None
    spans = any(one.top == island[0][0] and one.left < one.right for one in sheet.merged)
    if spans and len(rows) > 2 and names_columns([joined(rows[:2]), *rows[2:]], likely=True):
        return 2
    strong = [number in sheet.strong for number, _ in island]
    if strong[0] and not all(strong) and are_names(rows[0]):
        return 1
    return None


def _grid(rows: _Rows) -> list[list[str]]:
    columns = sorted({column for _, cells in rows for column in cells})
    return [[cells.get(column, "") for column in columns] for _, cells in rows]


def _last(rows: _Rows) -> int:
    return max(column for _, cells in rows for column in cells)


def _width(rows: _Rows) -> int:
    return len({column for _, cells in rows for column in cells})


def _only(cells: Mapping[int, str]) -> str:
    return next(iter(cells.values()))
