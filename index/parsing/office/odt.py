"""Texts of OpenDocument: headings, lists, tables, notes and frames.

Words that were deleted while changes were tracked are left out, and so are comments, headers, footers, and
what only repeats headings, as a table of contents.
"""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.base import Parsed, Unreadable
from index.parsing.digits import whole_number
from index.parsing.office.flow import EMPHASISED, Flow, all_bold, depth_of_style, may_head
from index.parsing.office.opendocument import Look, Paragraph, Styles, opened, properties_of, read
from index.parsing.office.tabular import MOST_COLUMNS, Table, are_names, refuse_large

_INDEXES = frozenset((
    "text:table-of-content", "text:illustration-index", "text:table-index", "text:object-index",
    "text:user-index", "text:alphabetical-index", "text:tracked-changes", "office:forms",
    "text:sequence-decls",
))  # fmt: skip
SHAPES = (
    "draw:frame",
    "draw:g",
    "draw:custom-shape",
    "draw:rect",
    "draw:ellipse",
    "draw:line",
    "draw:connector",
)
"""What words stand in on a page."""

_LISTS = ("text:list", "text:ordered-list", "text:unordered-list")
_DEEPEST = 99  # headings
_LONG_CELLS = 80  # words a cell: more are no table, but the layout of a page


def parse(data: bytes, name: str) -> Parsed:
    """Parse a text of OpenDocument.

    Raises:
        Unreadable: it is none, or damaged, encrypted or empty.
    """
    document = opened(data)
    text = xml.below(document.content, "office:body", "office:text")
    if text is None:
        raise Unreadable("no text of OpenDocument")
    found = Walk(Styles(document))
    found.read(text)
    title, properties = properties_of(document.meta)
    return found.flow.parsed(found.title or title, properties)


class Walk:
    """Goes through the body of a text, or the frames of a slide.

    Args:
        styles: of the document.
        slides: whether it is a presentation, in which a frame holds one list, and tables mostly have a head.
    """

    def __init__(self, styles: Styles, *, slides: bool = False) -> None:
        self.flow = Flow()
        self.title = ""
        self._styles = styles
        self._slides = slides
        self._shift = 0  # of headings, where a title stands above them

    def read(self, body: Element) -> None:
        """Add all that a text says."""
        self._shift = int(any("title" in self._look(one).names for one in body.iter("text:p")))
        self.blocks(body)

    def blocks(self, element: Element) -> None:
        """Add the paragraphs, lists and tables in an element."""
        for child in element:
            tag = child.tag
            if tag == "text:h":
                self._heading(child)
            elif tag == "text:p":
                self._paragraph(child)
            elif tag in _LISTS:
                self._list(child, 0)
            elif tag == "table:table":
                self._table(child)
            elif tag in SHAPES:
                self.shape(child)
            elif tag not in _INDEXES:
                self.blocks(child)

    def _look(self, paragraph: Element) -> Look:
        return self._styles.of("paragraph", paragraph.get("text:style-name", ""))

    def _heading(self, element: Element) -> None:
        words = read(element, self._styles)
        level = whole_number(element.get("text:outline-level"), _DEEPEST) or 1
        self._note(words)
        self.flow.heading(words.text, level + self._shift)
        self._frames(words)

    def _paragraph(self, element: Element) -> None:
        names = self._look(element).names
        words = read(element, self._styles)
        self._note(words)
        if "title" in names and words.text.strip():
            self.title = self.title or words.text
            self.flow.heading(words.text, 1)
        elif any("quotation" in name for name in names):
            self.flow.paragraph(words.runs, "quotation")
        elif any("preformatted" in name or "source code" in name for name in names):
            self.flow.code(words.text)
        elif "caption" in names:
            self.flow.caption(words.runs)
        else:
            seeming = all_bold(words.runs) and may_head(words.text.strip())
            self.flow.paragraph(words.runs, seeming=EMPHASISED if seeming else 0)
        self._frames(words)

    def _note(self, words: Paragraph) -> None:
        for note in words.notes:
            self.flow.note(note)

    def _frames(self, words: Paragraph) -> None:
        for frame in words.frames:
            self.shape(frame)

    def shape(self, shape: Element) -> None:
        """Add what a frame or a drawing says."""
        for child in shape:
            if child.tag in ("draw:text-box", "table:table"):
                self.blocks(shape if child.tag == "table:table" else child)
            elif child.tag in SHAPES:
                self.shape(child)
            elif child.tag == "text:p":
                self._paragraph(child)
            elif child.tag in _LISTS:
                self._list(child, 0)

    def _list(self, element: Element, depth: int, key: str = "") -> None:
        """Add a list; where neighbours are of one style, it goes on."""
        key = "" if self._slides else element.get("text:style-name", key)
        for item in element:
            if item.tag not in ("text:list-item", "text:list-header"):
                continue
            first = True
            for child in item:
                if child.tag == "text:p":
                    self._item(child, depth, key, first=first)
                    first = False
                elif child.tag in _LISTS:
                    self._list(child, depth + 1, key)
                elif child.tag == "text:h":
                    self._heading(child)
                else:
                    self.blocks(child)

    def _item(self, element: Element, depth: int, key: str, *, first: bool) -> None:
        words = read(element, self._styles)
        self._note(words)
        if first:
            self.flow.item(
                words.runs, depth or max(map(depth_of_style, self._look(element).names), default=0), key=key
            )
        elif words.text.strip():
            self.flow.go_on(words.runs)
        self._frames(words)

    # --------------------------------------------------------------------------------- tables

    def _table(self, table: Element) -> None:
        rows = list(_rows(table, heads=False))
        cells = [[cell for cell in row if cell.tag.endswith("table-cell")] for row, _ in rows]
        if self._is_layout(cells) and not any(head for _, head in rows):
            for row in cells:
                for cell in row:
                    self.blocks(cell)
                    self.flow.end()
            return
        filled: list[list[str]] = []
        whole = set()
        strong = []
        width = 0
        below: dict[
            int, tuple[int, str]
        ] = {}  # of a column, how many rows further its cell reaches, and its words
        for place, row in enumerate(cells):
            texts: list[str] = []
            bold = []
            widest = 1
            for cell in row:
                repeat = min(whole_number(cell.get("table:number-columns-repeated")) or 1, MOST_COLUMNS)
                text, is_bold = self._cell(cell)
                if cell.tag == "table:table-cell":
                    widest = max(widest, whole_number(cell.get("table:number-columns-spanned")) or 1)
                    bold += [is_bold] * bool(text)
                    deep = whole_number(cell.get("table:number-rows-spanned")) or 1
                    if deep > 1:
                        below[len(texts)] = deep, text
                elif (above := below.get(len(texts))) and above[0] > 0:
                    text = above[1]
                texts += [text] * repeat
            below = {column: (left - 1, text) for column, (left, text) in below.items()}
            if len(texts) > 1 and widest >= len(texts):
                whole.add(place)
            filled.append(texts)
            strong.append(bool(bold) and all(bold))
            width = max(width, len(texts))
            refuse_large(len(filled), width)
        heads = sum(head for _, head in rows)
        if heads >= len(filled) or not heads:
            named = (
                len(filled) > 1 and 0 not in whole and are_names(filled[0]) and strong[0] and not strong[1]
            )
            heads = int(named)
        self.flow.table(Table(filled, heads or None, frozenset(whole)), likely=self._slides)

    def _is_layout(self, cells: Sequence[Sequence[Element]]) -> bool:
        """Whether a table only places things on the page, rather than that its rows belong together."""
        if max(map(len, cells), default=0) < 2:
            return True
        every = [cell for row in cells for cell in row]
        if any(cell.find(name) is not None for cell in every for name in ("table:table", "text:h")):
            return True
        if (
            len(cells) == 1
            and max(sum(bool(xml.text_of(p).strip()) for p in cell.iter("text:p")) for cell in every) > 1
        ):
            return True
        counts = [len(xml.text_of(cell).split()) for cell in every]
        return sum(counts) > _LONG_CELLS * sum(map(bool, counts))

    def _cell(self, cell: Element) -> tuple[str, bool]:
        """What a cell says on one line, and whether it is a head by its look."""
        texts, bold = [], True
        listed = {id(one) for item in cell.iter("text:list-item") for one in item if one.tag == "text:p"}
        for paragraph in cell.iter("text:p"):
            words = read(paragraph, self._styles)
            self._note(words)
            text = " ".join(words.text.split())
            texts.append(f"• {text}" if text and id(paragraph) in listed else text)
            bold = bold and (
                not text or all_bold(words.runs) or "table heading" in self._look(paragraph).names
            )
        return " ".join(filter(None, texts)), bold


def _rows(element: Element, *, heads: bool) -> Iterator[tuple[Element, bool]]:
    """The rows of a table, and whether they are marked as naming the columns."""
    for child in element:
        if child.tag == "table:table-row":
            yield child, heads
        elif child.tag == "table:table-header-rows":
            yield from _rows(child, heads=True)
        elif child.tag in ("table:table-rows", "table:table-row-group"):
            yield from _rows(child, heads=heads)
