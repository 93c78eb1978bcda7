"""Lines in, a table out: its cells are what wide gaps, tabulators or upright strokes keep apart."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from index.parsing.lines import Line, leads_in, line_start
from index.records import Span

_GAPS = re.compile(r"\t+|(?<=\S)[ ]{2,}(?=\S)")
_TAB, _STROKE = re.compile("\t"), re.compile(r"\|")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]")
_MOST = 0.7  # of the lines of a table at least
_FEWEST = 2
_KEYED = 0.8  # of the rows at least, of what is no table but entries


class Table(NamedTuple):
    """The cells of each row, as stretches of the text; whether the first row names the columns."""

    rows: list[tuple[Span, ...]]
    named: bool


def table_of(text: str, lines: Sequence[Line]) -> Table | None:
    """The table that lines are; None where they are none, or each is a key and its value.

    Args:
        text: that the lines are of.
        lines: without what names the table.
    """
    rows = rows_of(lines)
    if not rows:
        return None
    width = max(map(len, rows))
    keys = sum(leads_in(text[slice(*row[0])]) for row in rows)
    if width == _FEWEST and keys >= _KEYED * len(rows):  # "Phone:   4401" is an entry
        return None
    named = len(rows) > 2 and len(rows[0]) == width and _names_columns(text, rows)
    columns = _columns(text, rows, width)
    return Table([_aligned(text, row, columns) for row in rows], named)


def has_columns(text: str) -> bool:
    """Whether wide gaps or tabulators divide a line."""
    return _GAPS.search(text) is not None


def rows_of(lines: Sequence[Line]) -> list[tuple[Span, ...]]:
    """The cells of each line as stretches of the text, where the lines are a table; else nothing.

    Rows may have less cells than there are columns; what a few have beyond them is of the last one. Lines
    that are only numbered have no columns.
    """
    if len(lines) < _FEWEST:
        return []
    if all(line.text.startswith("|") and line.text.endswith("|") and len(line.text) > 1 for line in lines):
        return [cells_of(line, _STROKE)[1:-1] for line in lines]
    tabs = [line.text.count("\t") for line in lines]
    if tabs[0] > 1 and min(tabs) and max(tabs) == tabs[0] and "\t\t" not in lines[0].text:
        return [_padded(cells_of(line, _TAB), tabs[0] + 1) for line in lines]
    rows = [cells_of(line, _GAPS) for line in lines]
    width, times = Counter(map(len, rows)).most_common(1)[0]
    if width < _FEWEST or times < _MOST * len(rows):
        return []
    firsts = [line.text[: row[0][1] - line.start] for line, row in zip(lines, rows, strict=True)]
    numbered = sum(_NUMBER.fullmatch(first) is not None for first in firsts)
    if width == _FEWEST and numbered > len(rows) / 2:
        return []
    last = width - 1
    return [(*row[:last], (row[last][0], row[-1][1])) if len(row) > width else row for row in rows]


def cells_of(line: Line, between: re.Pattern[str] = _GAPS) -> tuple[Span, ...]:
    """The stretches of a line that gaps keep apart, or what is said; some may be empty."""
    borders = [0]
    for gap in between.finditer(line.text):
        borders += [gap.start(), gap.end()]
    borders.append(len(line.text))
    return tuple(_trimmed(line, start, end) for start, end in zip(borders[::2], borders[1::2], strict=True))


def _trimmed(line: Line, start: int, end: int) -> Span:
    """A stretch of a line in the document, without blanks around it."""
    said = line.text[start:end]
    start += len(said) - len(said.lstrip())
    end = start + len(said.strip())
    return line.offset(start), line.offset(end - 1) + 1 if start < end else line.offset(start)


def _padded(row: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    """A row with empty cells at its end."""
    end = row[-1][1]
    return (*row, *[(end, end)] * (width - len(row)))


def _names_columns(text: str, rows: Sequence[Sequence[Span]]) -> bool:
    """Whether the first row says what the columns hold: no numbers in it, where others have some."""

    def has_digit(span: Span) -> bool:
        return any(map(str.isdigit, text[slice(*span)]))

    others = [any(map(has_digit, row)) for row in rows[1:]]
    return not any(map(has_digit, rows[0])) and sum(others) >= 0.5 * len(others)


def _columns(text: str, rows: Sequence[Sequence[Span]], width: int) -> list[int]:
    """Where each column begins in its line, by the rows that have all of them."""
    whole = [row for row in rows if len(row) == width]
    starts = [line_start(text, row[0][0]) for row in whole]
    return [
        min(row[place][0] - start for row, start in zip(whole, starts, strict=True)) for place in range(width)
    ]


def _aligned(text: str, row: Sequence[Span], columns: Sequence[int]) -> tuple[Span, ...]:
    """The cells of a row, an empty one where it has none in a column."""
    if len(row) >= len(columns):
        return tuple(row)
    begin = line_start(text, row[0][0])
    cells: list[Span] = []
    left = list(row)
    for place in range(len(columns)):
        following = columns[place + 1] if place + 1 < len(columns) else len(text)
        if left and (left[0][0] - begin < following or len(left) == len(columns) - place):
            cells.append(left.pop(0))
        else:
            at = cells[-1][1] if cells else row[0][0]
            cells.append((at, at))
    return tuple(cells)
