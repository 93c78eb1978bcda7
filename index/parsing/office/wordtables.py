"""A table of a Word document in, the rows of its words out."""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.digits import whole_number
from index.parsing.office.tabular import MOST_COLUMNS, Table, are_names, refuse_large
from index.parsing.office.wordblocks import blocks, inner
from index.parsing.office.wordstyles import Styles, switch, value

_LONG_CELLS = 80  # words a cell: more are no table, but the layout of a page
_FIRST_ROW = 0x20  # in the bits that say which parts of a table have a look of their own

Rows = Sequence[Element]
Cells = Sequence[Sequence[Element]]


def rows_of(table: Element) -> tuple[Rows, Cells]:
    """The rows of a table and their cells, without those that were deleted."""
    rows = [row for row in inner(table, "w:tr") if xml.below(row, "w:trPr", "w:del") is None]
    return rows, [list(inner(row, "w:tc")) for row in rows]


def is_layout(rows: Rows, cells: Cells, is_heading: Callable[[Element], bool]) -> bool:
    """Whether a table only places things on the page, rather than that its rows belong together."""
    every = [cell for row in cells for cell in row]
    found = [block for cell in every for block in blocks(cell)]
    if any(block.tag == "w:tbl" or is_heading(block) for block in found):
        return True
    if any(map(_names_columns, rows)):
        return False
    if max(map(len, cells), default=0) < 2:
        return True
    if (
        len(cells) == 1
        and max(sum(bool(xml.text_of(p).strip()) for p in cell.iter("w:p")) for cell in every) > 1
    ):
        return True
    counts = [len(xml.text_of(cell).split()) for cell in every]
    return sum(counts) > _LONG_CELLS * sum(map(bool, counts))


def table_of(
    table: Element, rows: Rows, cells: Cells, styles: Styles, read: Callable[[Element], tuple[str, bool]]
) -> Table:
    """The words of a table.

    Args:
        table: the element.
        rows: of it.
        cells: of the rows.
        styles: of the document.
        read: what a cell says, and whether it is all in bold.
    """
    filled: list[list[str]] = []
    whole = set()
    strong = []
    widest = 0
    for place, row in enumerate(cells):
        before = whole_number(value(xml.below(rows[place], "w:trPr"), "w:gridBefore")) or 0
        texts = [""] * min(before, MOST_COLUMNS)
        bold = []
        for cell in row:
            properties = xml.below(cell, "w:tcPr")
            merged = xml.below(properties, "w:vMerge")
            text, is_bold = read(cell)
            if merged is not None and merged.get("w:val", "continue") == "continue":
                above = filled[-1] if filled else []
                text = above[len(texts)] if len(texts) < len(above) else ""
            elif text:
                bold.append(is_bold)
            span = min(whole_number(value(properties, "w:gridSpan")) or 1, MOST_COLUMNS)
            texts += [text, *[""] * (span - 1)]
        if len(row) == 1 and len(texts) > 1 and not before:
            whole.add(place)
        filled.append(texts)
        widest = max(widest, len(texts))
        refuse_large(len(filled), widest)
        strong.append(bool(bold) and all(bold))
    return Table(filled, _heads(table, rows, filled, strong, styles), frozenset(whole))


def _heads(
    table: Element, rows: Rows, filled: Sequence[Sequence[str]], strong: Sequence[bool], styles: Styles
) -> int | None:
    """How many rows name the columns, where the document tells."""
    marked = next((place for place, row in enumerate(rows) if not _names_columns(row)), len(rows))
    if marked:
        return marked if marked < len(rows) else None
    if len(rows) < 2 or not are_names(filled[0]):
        return None
    properties = xml.below(table, "w:tblPr")
    if _first_differs(xml.below(properties, "w:tblLook")) and styles.heads_tables(
        value(properties, "w:tblStyle") or ""
    ):
        return 1
    return 1 if strong[0] and not strong[1] else None


def _names_columns(row: Element) -> bool:
    """Whether a row is marked to be repeated at the top of each page."""
    return switch(xml.below(row, "w:trPr"), "w:tblHeader") is True


def _first_differs(look: Element | None) -> bool:
    """Whether the first row of a table has a look of its own, if its style has one."""
    if look is None:
        return False
    bits = look.get("w:val", "0")
    sound = len(bits) < 9 and all(letter in "0123456789abcdefABCDEF" for letter in bits)
    return look.get("w:firstRow") in ("1", "true") or bool(int(bits or "0", 16) & _FIRST_ROW if sound else 0)
