"""The paragraphs and cells of an RTF file in, blocks out."""

import re
from dataclasses import dataclass, field

from index.parsing.builder import Run
from index.parsing.office.flow import EMPHASISED, Flow, all_bold, depth_of_style, may_head
from index.parsing.office.tabular import Table, refuse_large

LEVELS = 9
"""Of headings, and of lists in lists."""

_HEADING = re.compile(r"heading (?P<level>[1-9])")


@dataclass(slots=True)
class Paragraph:
    """How the paragraph that is read is set."""

    style: int = 0
    level: int = 0
    in_table: bool = False
    list_id: str = ""
    depth: int = 0
    label: str = ""


@dataclass(slots=True)
class Row:
    """The row of a table that is read: its cells, and how the definition of its columns merges them."""

    cells: list[str] = field(default_factory=list)
    bold: bool = True
    merged: list[tuple[bool, bool]] = field(
        default_factory=list
    )  # each column with that before it, that above
    left: bool = False
    above: bool = False
    head: bool = False


class Blocks:
    """Puts paragraphs and tables together.

    ``styles`` are the names of the file's styles by number, in lower case.
    """

    def __init__(self) -> None:
        self.flow = Flow()
        self.title = ""
        self.styles: dict[int, str] = {}
        self.paragraph = Paragraph()
        self.row = Row()
        self.runs: list[Run] = []
        self._cell: list[str] = []
        self._rows: list[Row] = []
        self._width = 0
        self._shift = 0  # of headings, where a title stands above them

    def end_paragraph(self) -> None:
        """A paragraph ends here."""
        runs, self.runs = self.runs, []
        paragraph = self.paragraph
        if paragraph.in_table:
            self._say_in_cell(runs)
            return
        self.end_table()
        text = "".join(run.text for run in runs)
        style = self.styles.get(paragraph.style, "")
        label, paragraph.label = paragraph.label, ""
        if not text.strip() or style.startswith("toc "):
            return
        found = _HEADING.fullmatch(style)
        level = paragraph.level or (int(found["level"]) if found else 0)
        if style == "title":
            self.title = self.title or text
            self._shift = 1
            self.flow.heading(text, 1)
        elif 0 < level <= LEVELS:
            self.flow.heading(text, level + self._shift)
        elif label or (paragraph.list_id and self.flow.in_list):
            depth = paragraph.depth or depth_of_style(style)
            counted = label[:1].isalnum() or label[:1] == "("
            self.flow.item(runs, depth, label if counted else "", paragraph.list_id)
        else:
            seeming = all_bold(runs) and may_head(text.strip())
            self.flow.paragraph(runs, seeming=EMPHASISED if seeming else 0)

    def end_cell(self) -> None:
        """A cell ends here."""
        runs, self.runs = self.runs, []
        self._say_in_cell(runs)
        self.row.cells.append(" ".join(self._cell))
        self._cell = []

    def _say_in_cell(self, runs: list[Run]) -> None:
        text = " ".join("".join(run.text for run in runs).split())
        label, self.paragraph.label = self.paragraph.label, ""
        if text:
            self._cell.append(f"{label} {text}" if label else text)
            self.row.bold = self.row.bold and all_bold(runs)

    def end_row(self) -> None:
        """A row ends here; the next one has the same columns, unless it says otherwise.

        Raises:
            Unreadable: there are more than are read.
        """
        row = self.row
        self.row = Row(merged=row.merged, head=row.head)
        above = self._rows[-1].cells if self._rows else []
        for number, (_, merged) in enumerate(row.merged[: len(row.cells)]):
            if merged and not row.cells[number] and number < len(above):
                row.cells[number] = above[number]
        if any(row.cells):
            self._rows.append(row)
        self._width = max(self._width, len(row.cells))
        refuse_large(len(self._rows), self._width)

    def end_table(self) -> None:
        """A table ends here, if there was one."""
        if self.row.cells:
            self.end_row()
        rows, self._rows = self._rows, []
        width, self._width = self._width, 0
        if not rows:
            return
        whole = frozenset(number for number, row in enumerate(rows) if _is_whole(row, width))
        heads = next((number for number, row in enumerate(rows) if not row.head), len(rows))
        if len(rows) > 1 and not heads and rows[0].bold and not rows[1].bold:
            heads = 1
        known = heads if 0 < heads < len(rows) else None
        self.flow.table(Table([row.cells for row in rows], known, whole))


def _is_whole(row: Row, width: int) -> bool:
    """Whether one cell takes a row of a table with more columns."""
    others = row.merged[1 : len(row.cells)]
    return width > 1 and (len(row.cells) == 1 or (bool(others) and all(left for left, _ in others)))
