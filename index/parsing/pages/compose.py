"""Paragraphs of a document in, text, blocks and pages out, with a box for each character."""

import re
from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np

from index.parsing.builder import Builder
from index.parsing.pages.lines import Line, Table
from index.parsing.pages.paragraphs import Paragraph
from index.parsing.pages.sheets import Sheet
from index.parsing.pages.words import Ink, Words
from index.records import Kind, Page

_RECORDS = 3  # lines in a row, of no gap between them, that each say something by themselves
_INDENT = 0.5  # of the size of the letters: items that are further right are of a list in the item before
_LETTER = 0.6  # of the size: width of a letter of code
_DEEPEST = 8  # lists in lists
_AGAIN = re.compile(
    r"[\W_]*(?:continued|cont(?:['’]?d)?\.?|fortsetzung|forts\.|suite|continuación|seguito)?[\W_]*$", re.I
)
_CAPTION = re.compile(
    r"(?i:table|tab\.|tabelle|tabla|tableau|tabella|таблица)\s*[\dA-Z][\w.-]{0,6}(?:\s*[.:–—]|\s+(?=[^\W\da-z])|\s*$)"
)
"""What begins the caption of a table, and not a sentence about one."""


class Composer:
    """Puts the text of a document together."""

    def __init__(self, sheets: Sequence[Sheet], words: Words) -> None:
        self.builder = Builder()
        self._sheets = sheets
        self._words = words
        self._boxes: list[tuple[int, np.ndarray]] = []
        self._starts: dict[int, int] = {}
        self._lists: list[tuple[float, ExitStack, ExitStack]] = []

    def add(self, paragraphs: Sequence[Paragraph]) -> None:
        """Add the paragraphs of the document."""
        number = 0
        while number < len(paragraphs):
            count = _records(paragraphs, number)
            if count >= _RECORDS:
                self._close()
                with self.builder.inside("list"):
                    for paragraph in paragraphs[number : number + count]:
                        self._say("record", self._words.join(paragraph.lines))
                number += count
                continue
            tables, count = _tables(paragraphs, number)
            if tables:
                self._close()
                self._table(tables)
                number += count
                continue
            self._paragraph(paragraphs[number])
            number += 1
        self._close()

    def pages(self) -> tuple[Page, ...]:
        """The pages, which make up the text without gap or overlap."""
        length = self.builder.length
        boxes = np.zeros((length, 4), dtype="<u2")
        for start, own in self._boxes:
            boxes[start : start + len(own)] = own
        starts: list[int] = []
        following = length
        for sheet in reversed(self._sheets):
            following = min(self._starts.get(sheet.number, following), following)
            starts.append(following)
        starts.reverse()
        if starts:
            starts[0] = 0
        found = []
        for sheet, start, end in zip(self._sheets, starts, [*starts[1:], length], strict=True):
            width, height = sheet.frame.extent
            found.append(Page(sheet.label, start, end, width, height, boxes[start:end].tobytes()))
        return tuple(found)

    def _say(self, kind: Kind, ink: Ink, *, level: int = 0, keep: bool = False) -> None:
        """Add a block of words with their boxes."""
        count = len(self.builder.outline.blocks)
        self.builder.add(kind, ink.text, level=level, keep=keep)
        if len(self.builder.outline.blocks) > count:
            self._place(self.builder.outline.blocks[-1].start, ink)

    def _place(self, start: int, ink: Ink) -> None:
        """Note down where words stand that begin at an offset."""
        self._boxes.append((start, ink.boxes))
        for page, offset in ink.pages.items():
            self._starts[page] = min(self._starts.get(page, start + offset), start + offset)

    def _paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.kind == "item":
            self._item(paragraph)
            return
        if paragraph.kind not in ("paragraph", "code") or not self._is_inside(paragraph):
            self._close()
        if paragraph.kind == "code":
            self._say("code", _code(paragraph.lines), keep=True)
        else:
            self._say(paragraph.kind, self._words.join(paragraph.lines), level=paragraph.level)

    # --------------------------------------------------------------------------------- lists

    def _is_inside(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph is part of the item before it."""
        return bool(self._lists) and _left(paragraph) > self._lists[-1][0] + paragraph.first.size

    def _item(self, paragraph: Paragraph) -> None:
        left, step = _left(paragraph), _INDENT * paragraph.first.size
        while self._lists and self._lists[-1][0] > left + step and len(self._lists) > 1:
            self._close_one()
        if self._lists and (left <= self._lists[-1][0] + step or len(self._lists) >= _DEEPEST):
            self._lists[-1][2].close()
            self._lists[-1][2].enter_context(self.builder.inside("item"))
        else:
            around, item = ExitStack(), ExitStack()
            around.enter_context(self.builder.inside("list"))
            item.enter_context(self.builder.inside("item"))
            self._lists.append((left, around, item))
        count = len(self.builder.outline.blocks)
        self._say("paragraph", self._words.join(paragraph.lines))
        if len(self.builder.outline.blocks) > count:
            block = self.builder.outline.blocks[-1]
            self.builder.outline.hide(block.start, block.start + paragraph.marker)
            block.start += paragraph.marker

    def _close_one(self) -> None:
        _, around, item = self._lists.pop()
        item.close()
        around.close()

    def _close(self) -> None:
        while self._lists:
            self._close_one()

    # --------------------------------------------------------------------------------- tables

    def _table(self, parts: Sequence[Paragraph]) -> None:
        """A table, be it in parts on several pages, whose heads are the same; a caption may come first."""
        with self.builder.inside("table"):
            if parts[0].table is None:
                self._say("caption", self._words.join(parts[0].lines))
            first = True
            for part in parts:
                if part.table is None:
                    continue
                rows, heads = part.table.rows, part.table.heads
                if first and part.table.title:
                    self._say("caption", self._words.join(part.table.title))
                if heads and first:
                    self._row(
                        [[line for row in rows[:heads] for line in row[n]] for n in range(len(rows[0]))],
                        head=True,
                    )
                for row in rows[heads:]:
                    self._row(row)
                first = False

    def _row(self, cells: Sequence[Sequence[Line]], *, head: bool = False) -> None:
        inks = [self._words.join(cell) if cell else None for cell in cells]
        count = len(self.builder.outline.blocks)
        self.builder.row([ink.text if ink else "" for ink in inks], head=head)
        if len(self.builder.outline.blocks) == count:
            return
        for (start, _), ink in zip(self.builder.outline.blocks[-1].cells, inks, strict=True):
            if ink:
                self._place(start, ink)


def _left(paragraph: Paragraph) -> float:
    """How far a paragraph is indented in its column."""
    return paragraph.first.left - paragraph.first.column[0]


def _records(paragraphs: Sequence[Paragraph], number: int) -> int:
    """How many paragraphs from one on are lines that no gap divides."""
    count = 0
    for paragraph in paragraphs[number:]:
        if (
            paragraph.kind != "paragraph"
            or len(paragraph.lines) != 1
            or paragraph.block != paragraphs[number].block
        ):
            break
        count += 1
    return count


def _tables(paragraphs: Sequence[Paragraph], number: int) -> tuple[list[Paragraph], int]:
    """The parts of a table that begins with a paragraph, and how many paragraphs these take.

    They are a caption, the table, and how it goes on on other pages, where the caption may be said again.
    """
    found: list[Paragraph] = []
    at = number
    if _is_caption(paragraphs[at]) and at + 1 < len(paragraphs):
        found.append(paragraphs[at])
        at += 1
    first = paragraphs[at]
    if first.table is None:
        return [], 0
    found.append(first)
    at += 1
    while at < len(paragraphs):
        again = _is_caption(paragraphs[at]) and _same_caption(found[0], paragraphs[at])
        place = at + 1 if again else at
        if place >= len(paragraphs) or not _continues(found[-1].table, paragraphs[place].table, first.table):
            break
        found.append(paragraphs[place])
        at = place + 1
    return found, at - number


def _is_caption(paragraph: Paragraph) -> bool:
    return paragraph.kind in ("paragraph", "heading") and bool(_CAPTION.match(paragraph.text))


def _same_caption(one: Paragraph, other: Paragraph) -> bool:
    return one.table is None and _AGAIN.sub("", one.text).casefold() == _AGAIN.sub("", other.text).casefold()


def _continues(table: Table | None, other: Table | None, first: Table) -> bool:
    """Whether a table goes on one on the page before: as many columns, no other title and no other heads."""
    if table is None or other is None or other.page != table.page + 1:
        return False
    titles = [_AGAIN.sub("", " ".join(line.text for line in one.title)).casefold() for one in (first, other)]
    if titles[1] and titles[0] != titles[1]:
        return False
    return len(table.rows[0]) == len(other.rows[0]) and (not other.heads or _heads(other) == _heads(first))


def _heads(table: Table) -> list[str]:
    return [line.text for row in table.rows[: table.heads] for cell in row for line in cell]


def _code(lines: Sequence[Line]) -> Ink:
    """Lines of code with their indents; a larger gap is an empty line."""
    none = np.zeros((1, 4), dtype=np.uint16)
    left = min(line.left for line in lines)
    texts: list[str] = []
    boxes = []
    pages: dict[int, int] = {}
    length = 0
    for number, line in enumerate(lines):
        ends = 0
        if number:
            ends = 2 if lines[number - 1].base - line.base > 1.7 * line.size else 1
        indent = round((line.left - left) / (_LETTER * line.size)) if number or len(lines) > 1 else 0
        blanks = "\n" * ends + " " * min(max(indent, 0), 80)
        pages.setdefault(line.page, length + len(blanks))
        texts += [blanks, line.text]
        boxes += [np.repeat(none, len(blanks), axis=0), line.boxes]
        length += len(blanks) + len(line.text)
    return Ink("".join(texts), np.concatenate(boxes), pages)
