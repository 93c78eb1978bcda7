"""Rows of cells in, tables out: which row names the columns, which line is the title of the table."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.parsing.base import Unreadable
from index.parsing.builder import Builder
from index.parsing.lines import ends_sentence

MOST_ROWS = 100_000
"""Of a table or sheet; larger ones are refused, for half a table would answer wrongly."""

MOST_COLUMNS = 1_000
"""That a cell may be merged over."""

_MOST_CELLS = 2_000_000  # of a table, empty ones included
_LONGEST_NAME, _NAME_WORDS, _TITLE, _SENTENCE = 80, 12, 160, 8
_TYPED = 0.8  # of a column's cells, from which on it holds values
_NUMBER = re.compile(
    r"[-+−–±~≈<>≤≥(]{0,2}\s?(?:[€$£¥₽₹]|EUR|USD|GBP|CHF)?\s?\d(?:[\d.,' \u00a0\u202f]*\d)?\)?"
    r"\s?(?:[%‰°€$£¥₽₹*]|[^\W\d_]{1,5}[²³]?)?\.?"
)
_DATE = re.compile(
    r"\d{1,4}[-./]\d{1,2}(?:[-./]\d{1,4})?\.?(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?|\d{1,2}:\d\d(?::\d\d)?"
)
_ADDRESS = re.compile(r"[^\s@]++@[^\s@]+\.\w+|https?://\S+|www\.\S+|\+?[\d()/ -]{6,}")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/-]\d\d)?(?: \D*)?")

Row = Sequence[str]


class Table(NamedTuple):
    """A table: rows of as many cells each.

    A cell that is merged with others stands in the first of its row, the others are empty; over several
    rows it stands in each. ``heads`` counts the rows that are marked to name the columns, and is None where
    nothing tells; ``whole`` are the rows that one cell takes.
    """

    rows: Sequence[Row]
    heads: int | None = None
    whole: frozenset[int] = frozenset()


def refuse_large(rows: int, width: int) -> None:
    """Refuse a table that is larger than is read.

    Raises:
        Unreadable: it is.
    """
    if rows > MOST_ROWS or rows * width > _MOST_CELLS:
        raise Unreadable(f"a table of more than {MOST_ROWS:,} rows: keep what matters in a smaller file")


def add_table(builder: Builder, table: Table, *, caption: str = "", likely: bool = False) -> None:
    """Add a table; its title line becomes its caption.

    A later line that one cell takes begins a part of the table, which has the head again.

    Args:
        builder: that it is added to.
        table: what to add; rows and columns without words are left out.
        caption: what is known to name it.
        likely: whether tables of this kind mostly have a head.
    """
    rows, whole, heads = _filled(table)
    if not rows:
        return
    titles = 0
    while not heads and titles + 1 < len(rows) and _is_title(rows, titles, whole):
        titles += 1
    above = [caption, *(next(filter(None, row)) for row in rows[:titles])]
    above = [line for line in above if line]
    rows, whole = rows[titles:], {number - titles for number in whole}
    if heads is None:
        heads = int(names_columns(rows, likely=likely))
    head = joined(rows[:heads])
    for line in above[:-1]:
        builder.add("paragraph", line)
    name, begin = above[-1] if above else "", heads
    borders = sorted(number for number in whole if number >= heads and _may_name(rows[number]))
    for number in (*borders, len(rows)):
        if begin < number:
            _part(builder, name, head, rows[begin:number])
        else:
            builder.add("paragraph", name)
        if number < len(rows):
            name, begin = next(filter(None, rows[number])), number + 1
    if heads == len(rows):  # a head without rows says something by itself
        _part(builder, "", (), rows)


def _part(builder: Builder, caption: str, head: Row, rows: Sequence[Row]) -> None:
    with builder.inside("table"):
        builder.add("caption", " ".join(caption.split()))
        builder.row(head, head=True)
        for row in rows:
            builder.row(row)


def _filled(table: Table) -> tuple[list[Row], set[int], int | None]:
    """The rows and columns that hold words, which of the rows one cell takes, and how many are heads."""
    width = max(map(len, table.rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in table.rows]
    columns = [number for number in range(width) if any(row[number].strip() for row in padded)]
    kept = [number for number, row in enumerate(padded) if any(map(str.strip, row))]
    rows: list[Row] = [[padded[number][column].strip() for column in columns] for number in kept]
    whole = {place for place, number in enumerate(kept) if number in table.whole and len(columns) > 1}
    heads = None if table.heads is None else sum(number < table.heads for number in kept)
    return rows, whole, heads


def _is_title(rows: Sequence[Row], number: int, whole: set[int]) -> bool:
    """Whether a row at the top is no row but names the table: one cell, and more columns below it."""
    if number in whole:
        return True
    if sum(map(bool, rows[number])) > 1 or not rows[number][0] or not _may_name(rows[number]):
        return False
    return any(sum(map(bool, row)) > 1 for row in rows[number + 1 : number + 3])


def _may_name(row: Row) -> bool:
    """Whether the one cell of a row may name rows below it: short, and no value."""
    text = next(filter(None, row))
    long = ends_sentence(text) and len(text.split()) > _SENTENCE
    return len(text) <= _TITLE and not long and not is_value(text)


def joined(heads: Sequence[Row]) -> list[str]:
    """One head of several: a merged cell names all columns that it stands above."""
    if len(heads) < 2:
        return list(heads[0]) if heads else []
    names: list[list[str]] = [[] for _ in heads[0]]
    for place, row in enumerate(heads):
        last = ""
        for column, cell in enumerate(row):
            last = cell or (last if place + 1 < len(heads) else "")
            if last and last not in names[column]:
                names[column].append(last)
    return [" ".join(said) for said in names]


def kind_of(text: str) -> str:
    """What a cell holds: a "number", a "date" or time, an "address", or a "name", which is any words."""
    if _NUMBER.fullmatch(text):
        return "number"
    return "date" if _DATE.fullmatch(text) else "address" if _ADDRESS.fullmatch(text) else "name"


def is_value(text: str) -> bool:
    """Whether a cell holds a number, a date, a time or an address, rather than a name."""
    return kind_of(text) != "name"


def names_columns(rows: Sequence[Row], *, likely: bool = False) -> bool:
    """Whether the first row says what the columns hold.

    It does where all its cells are names and a column below holds values. Where all is words, it does in
    files whose tables mostly have a head, or where it is shorter than what stands below.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first, below = rows[0], rows[1:]
    names = [cell for cell in first if cell]
    if len(names) < max(2 if likely or len(first) < 3 else len(first) - 1, 0.7 * len(first) - 1):
        return False
    if len({name.casefold() for name in names}) < len(names) or not are_names(first):
        return False
    columns = [[row[number] for row in below if row[number]] for number in range(len(first))]
    typed = [bool(cells) and sum(map(is_value, cells)) >= _TYPED * len(cells) for cells in columns]
    if any(typed[number] and first[number] for number in range(len(first))):
        return likely or len(first) > 2 or len(below) > 2
    means = [(len(first[number]), _mean(cells)) for number, cells in enumerate(columns) if cells]
    if likely:
        return len(first) > 2 or sum(own for own, _ in means) <= sum(mean for _, mean in means)
    return len(first) > 2 and len(below) > 1 and all(own <= mean for own, mean in means)


def are_names(row: Row) -> bool:
    """Whether all cells of a row, empty ones aside, may name columns."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return bool(cells) and all(map(_is_name, cells))


def _is_name(text: str) -> bool:
    words = len(text.split())
    if len(text) > _LONGEST_NAME or words > _NAME_WORDS:
        return False
    if ends_sentence(text) and words > 3 and not text.endswith("?"):
        return False
    return _YEAR.fullmatch(text) is not None or not is_value(text)


def _mean(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / len(cells)
