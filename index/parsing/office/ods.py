"""A spreadsheet of OpenDocument in, its sheets out: what their cells show; dates are as ISO 8601 has them."""

import re
from dataclasses import dataclass, field

from index.parsing.digits import whole_number
from index.parsing.office.sheet import Counter, Merged, Sheet
from index.parsing.office.tabular import MOST_COLUMNS, MOST_ROWS

_TIME = re.compile(r"-?PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_LEFT_OUT = frozenset(
    ("office:annotation", "table:tracked-changes", "table:shapes", "draw:frame", "draw:object")
)


@dataclass(slots=True)
class Reader:
    """Takes the elements of a document, and gives its sheets."""

    counter: Counter
    sheets: list[Sheet] = field(default_factory=list)
    _row: int = 0
    _column: int = 0
    _repeat_row: int = 1
    _cells: dict[int, str] = field(default_factory=dict)
    _cell: dict[str, str] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)
    _in_text: int = 0
    _skipped: int = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """An element begins."""
        if self._skipped or tag in _LEFT_OUT:
            self._skipped += 1
        elif tag == "table:table":
            self.sheets.append(Sheet(attributes.get("table:name", "")))
            self._row = 0
        elif tag == "table:table-row":
            self._repeat_row = whole_number(attributes.get("table:number-rows-repeated")) or 1
            self._column, self._cells = 0, {}
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._texts = attributes, []
        elif tag in ("text:p", "text:h"):
            self._in_text += 1
            self._texts.append(" ")
        elif tag in ("text:s", "text:tab", "text:line-break"):
            self._texts.append(" ")

    def end(self, tag: str, /) -> None:
        """An element ends."""
        if self._skipped:
            self._skipped -= 1
        elif tag in ("text:p", "text:h"):
            self._in_text -= 1
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell(tag)
        elif tag == "table:table-row" and self.sheets:
            self._end_row()

    def data(self, data: str, /) -> None:
        """Text between tags."""
        if self._in_text and not self._skipped:
            self._texts.append(data)

    def _end_cell(self, tag: str) -> None:
        repeat = whole_number(self._cell.get("table:number-columns-repeated")) or 1
        said = self._shown() if tag == "table:table-cell" else ""
        if said and self.sheets:
            for column in range(min(repeat, MOST_COLUMNS)):
                self._cells[self._column + column] = said
            right = self._column + (whole_number(self._cell.get("table:number-columns-spanned")) or 1) - 1
            bottom = self._row + (whole_number(self._cell.get("table:number-rows-spanned")) or 1) - 1
            if right > self._column or bottom > self._row:
                self.sheets[-1].merged.append(Merged(self._row, bottom, self._column, right))
        self._column += repeat

    def _end_row(self) -> None:
        if self._cells:
            sheet = self.sheets[-1]
            for number in range(min(self._repeat_row, MOST_ROWS + 1)):
                sheet.rows[self._row + number] = dict(self._cells)
                self.counter.add(sheet, *self._cells.values())
        self._row += self._repeat_row

    def _shown(self) -> str:
        kind = self._cell.get("office:value-type")
        if kind == "date":
            day, _, clock = self._cell.get("office:date-value", "").partition("T")
            return f"{day} {clock[:5]}" if clock and clock[:5] != "00:00" else day
        if kind == "time" and (found := _TIME.fullmatch(self._cell.get("office:time-value", ""))):
            hours, minutes, seconds = found.groups()
            return f"{hours.zfill(2)}:{minutes.zfill(2)}" + (f":{seconds.zfill(2)}" if int(seconds) else "")
        said = " ".join("".join(self._texts).split())
        return said or self._cell.get("office:value", "")
