"""CSV and TSV: the text stays the decoded file; every line is a row, told with the names of its columns.

Quotation marks around cells are markup, and so is the first of two that stand for one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.parsing.base import Parsed, Unreadable
from index.parsing.lines import ends_sentence
from index.parsing.office.tabular import MOST_ROWS, is_value, names_columns
from index.parsing.outline import TOP, Outline
from index.parsing.text import decode
from index.records import Span

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 200  # records by which the delimiter is found
_LONGEST_QUOTED = 100_000  # characters between quotation marks; where more stand, one is missing
_SEPARATOR = re.compile(r"\ufeff?sep=(?P<delimiter>.)[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_MOST_CELLS = 2_000  # in a line; spreadsheets have 16,384 columns, but nobody fills them
_MOST_DOUBLED, _MOST_STRAY = 2_000, 20  # marks in a cell; more are no cell, but a broken file
_OPENING = re.compile(r'[ ]*"')
_COMMENT = re.compile(r"#[# \t]*")
_HEAD_ROWS = 50  # by which the first one is judged


class _Cell(NamedTuple):
    """A cell: where its words are, and where the quotation marks around them, if there are any."""

    start: int
    end: int
    quotes: Span | None = None


Record = list[_Cell]


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of values that commas, semicolons, tabulators or bars divide.

    Raises:
        Unreadable: the bytes are no text, or there are no words or too many lines.
    """
    text, notices = decode(data)
    if not any(map(str.isalnum, text)):
        raise Unreadable("no text in it")
    found = _Delimited(text, Outline())
    found.read(tab=name.lower().endswith((".tsv", ".tab")))
    return Parsed(text, found.outline.layout(), notices=notices)


@dataclass(slots=True)
class _Delimited:
    """Goes through a text, record by record."""

    text: str
    outline: Outline

    def read(self, *, tab: bool) -> None:
        """Find all records, and note down what they are."""
        begin = 1 if self.text.startswith("\ufeff") else 0
        if found := _SEPARATOR.match(self.text):
            delimiter, begin = found["delimiter"], found.end()
            self.outline.hide(0, begin)
        else:
            delimiter = self._delimiter(begin, tab=tab)
        records = _records(self.text, begin, delimiter, MOST_ROWS + _SAMPLE)
        if len(records) > MOST_ROWS:
            raise Unreadable(f"more than {MOST_ROWS:,} rows: keep what matters in a smaller file")
        if not records:
            raise Unreadable("no text in it")
        table, records = self._before(records)
        rows = [[self._said(cell) for cell in record] for record in records[:_HEAD_ROWS]]
        width = max(map(len, rows))
        padded = [row + [""] * (width - len(row)) for row in rows]
        named = names_columns(padded, likely=True) or (width == 1 and _names_values([row[0] for row in rows]))
        columns = len(records[0]) if named else width
        for number, record in enumerate(records):
            self._row(record, columns, table, head=named and number == 0)

    def _delimiter(self, begin: int, *, tab: bool) -> str:
        """What divides the cells: what gives most records the same number of them."""
        best, delimiter = 0.0, "\t" if tab else ","
        for one in _DELIMITERS:
            try:
                counts = [len(record) for record in _records(self.text, begin, one, _SAMPLE)]
            except Unreadable:
                continue
            usual = max(set(counts), key=lambda count: (counts.count(count) * (count > 1), count), default=1)
            share = sum(min(n, usual) / max(n, usual) for n in counts if n > 1) / max(1, len(counts))
            score = (usual > 1) * share * share * min(usual, 10) ** 0.3 * (1.5 if tab and one == "\t" else 1)
            if score > best:
                best, delimiter = score, one
        return delimiter

    def _before(self, records: list[Record]) -> tuple[int, list[Record]]:
        """Note down comments and titles above the rows; the result is the table's number, and its rows."""
        width = max(map(len, records[:_HEAD_ROWS]))
        table = TOP
        count = 0
        for record in records[: min(_HEAD_ROWS, len(records) - 1)]:
            filled = [cell for cell in record if cell.start < cell.end]
            comment = _COMMENT.match(self.text, record[0].start)
            if not comment and (width < 2 or filled != record[:1]):
                break
            count += 1
            self._hide_quotes(filled)
            start, end = comment.end() if comment else filled[0].start, filled[-1].end
            self.outline.hide(record[0].start, start)
            if not comment and table == TOP:
                table = self.outline.add("table", start, start)
            if start < end:
                self.outline.add("paragraph" if comment else "caption", start, end, table)
        records = records[count:]
        if table == TOP:
            table = self.outline.add("table", records[0][0].start, records[0][0].start)
        return table, records

    def _row(self, record: Record, columns: int, table: int, *, head: bool) -> None:
        spans: list[Span] = [(cell.start, cell.end) for cell in record]
        while len(spans) > columns and spans[-1][0] == spans[-1][1]:
            spans.pop()
        end = spans[-1][1]
        spans += [(end, end)] * (columns - len(spans))
        self._hide_quotes(record)
        if any(start < end for start, end in spans):
            self.outline.add("head" if head else "row", spans[0][0], spans[-1][1], table, cells=tuple(spans))

    def _hide_quotes(self, record: Sequence[_Cell]) -> None:
        for cell in record:
            if cell.quotes:
                for mark in cell.quotes:
                    self.outline.hide(mark, mark + 1)
                at = self.text.find('""', cell.start, cell.end)
                while at >= 0:
                    self.outline.hide(at, at + 1)
                    at = self.text.find('""', at + 2, cell.end)

    def _said(self, cell: _Cell) -> str:
        said = self.text[cell.start : cell.end]
        return " ".join((said.replace('""', '"') if cell.quotes else said).split())


class _Dialect:
    """How cells end, where a delimiter divides them; and how many marks are still looked at: some twice."""

    def __init__(self, delimiter: str, patience: int) -> None:
        self.patience = patience
        self.plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
        self.end = re.compile(rf"[ ]*(?={re.escape(delimiter)}|[\r\n]|\Z)")


def _records(text: str, begin: int, delimiter: str, most: int) -> list[Record]:
    """The records of a text from an offset on; empty ones are left out."""
    dialect = _Dialect(delimiter, 2 * len(text))
    found: list[Record] = []
    record: Record = []
    at = begin
    while at <= len(text) and len(found) < most:
        cell, at = _cell(text, at, dialect)
        record.append(cell)
        if len(record) > _MOST_CELLS:
            raise Unreadable(f"no table: more than {_MOST_CELLS:,} cells in a line")
        following = text[at : at + 1]
        at += 1
        if following == delimiter:
            continue
        if following == "\r" and text[at : at + 1] == "\n":
            at += 1
        if any(cell.start < cell.end for cell in record):
            found.append(record)
        record = []
    return found


def _cell(text: str, at: int, dialect: _Dialect) -> tuple[_Cell, int]:
    """The cell that begins at an offset, and where it ends; its white space is left out."""
    if (opening := _OPENING.match(text, at)) and (found := _closing(text, opening.end(), dialect)):
        close, end = found
        return _Cell(*_trimmed(text, opening.end(), close), (opening.end() - 1, close)), end
    plain = dialect.plain.match(text, at)
    end = plain.end() if plain else at
    return _Cell(*_trimmed(text, at, end)), end


def _closing(text: str, begin: int, dialect: _Dialect) -> tuple[int, int] | None:
    """The quotation mark that closes a cell whose words begin at an offset, and where the cell ends.

    Marks in the words should be doubled; others are taken as they are as long as the line goes on.
    """
    last = begin + _LONGEST_QUOTED
    close = begin - 1
    stray = 0
    for _ in range(_MOST_DOUBLED):
        dialect.patience -= 1
        close = text.find('"', close + 1, last)
        if close < 0 or stray > _MOST_STRAY or dialect.patience < 0:
            return None
        if text[close + 1 : close + 2] == '"':
            close += 1
        elif end := dialect.end.match(text, close + 1):
            return close, end.end()
        else:
            feed = text.find("\n", begin, last)
            last = feed if feed >= 0 else last
            stray += 1
    return None


def _trimmed(text: str, start: int, end: int) -> Span:
    stretch = text[start:end]
    bare = stretch.strip()
    if not bare:
        return start, start
    start += len(stretch) - len(stretch.lstrip())
    return start, start + len(bare)


def _names_values(texts: Sequence[str]) -> bool:
    """Whether the first line of a single column names the others, which are values."""
    below = texts[1:]
    return (
        bool(below) and not is_value(texts[0]) and not ends_sentence(texts[0]) and all(map(is_value, below))
    )
