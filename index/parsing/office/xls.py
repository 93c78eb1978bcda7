"""A workbook of Excel 97 to 2003 or before in, its sheets out: what their cells show, as their formats say.

Read by xlrd, which is slower than calamine, but knows formats, and allocates no more than there are cells.
"""

import struct
from collections.abc import Iterator
from io import StringIO
from typing import Any

from index.parsing.base import Unreadable
from index.parsing.office import numbers
from index.parsing.office.sheet import Counter, Merged, Sheet

_VERY_HIDDEN = 2


def sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a workbook in their order, those aside that only a program can show.

    Raises:
        Unreadable: it is damaged or encrypted, or larger than is read.
    """
    import xlrd  # type: ignore[import-untyped]

    errors = (
        xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, LookupError, TypeError, ValueError,
        AttributeError, ArithmeticError, NotImplementedError, RecursionError, MemoryError, struct.error,
    )  # fmt: skip
    try:
        with xlrd.open_workbook(
            file_contents=data, logfile=StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        ) as book:
            counter = Counter()
            for number in range(book.nsheets):
                sheet = book.sheet_by_index(number)
                if sheet.visibility < _VERY_HIDDEN:
                    yield _sheet(book, sheet, counter)
                book.unload_sheet(number)
    except errors as error:
        encrypted = isinstance(error, xlrd.XLRDError) and "encrypted" in str(error)
        raise Unreadable("encrypted with a password" if encrypted else "damaged, or no workbook") from None


def _sheet(book: Any, cells: Any, counter: Counter) -> Sheet:
    sheet = Sheet(str(cells.name))
    for number in range(cells.nrows):
        row: dict[int, str] = {}
        bold = True
        for column, cell in enumerate(cells.row(number)):
            if said := _shown(book, cell):
                row[column] = said
                bold = bold and _is_bold(book, cell)
        if row:
            sheet.rows[number] = row
            counter.add(sheet, *row.values())
            if bold:
                sheet.strong.add(number)
    for top, bottom, left, right in cells.merged_cells:
        sheet.merged.append(Merged(top, bottom - 1, left, right - 1))
    return sheet


def _shown(book: Any, cell: Any) -> str:
    """What a cell shows."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_TEXT:
        return " ".join(str(cell.value).split())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    code = form.format_str if form else numbers.GENERAL
    return numbers.shown(float(cell.value), code, since_1904=book.datemode == 1)


def _is_bold(book: Any, cell: Any) -> bool:
    font = book.font_list[book.xf_list[cell.xf_index].font_index]
    return bool(font.bold)
