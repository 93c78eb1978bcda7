"""Word documents: headings, lists, tables, notes and text boxes; headers, footers and comments are left out.

Read from the XML itself: python-docx reaches neither notes nor text boxes nor tracked changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from index.parsing import lines as roles
from index.parsing import xml
from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Run
from index.parsing.office.diagrams import entries
from index.parsing.office.flow import EMPHASISED, Flow, all_bold, depth_of_style, may_head
from index.parsing.office.package import Package
from index.parsing.office.wordblocks import blocks, is_indented, reads_as_heading
from index.parsing.office.wordruns import Paragraph, Reader, is_deleted
from index.parsing.office.wordstyles import Look, Numbering, Styles, paragraph_look, value
from index.parsing.office.wordtables import is_layout, rows_of, table_of

_LISTED = ("toc ", "table of figures", "table of authorities", "index ")  # what only repeats headings
_LARGER, _LARGEST = 6, 5  # levels of lines that stand for headings only by how large they are
_LARGE, _VERY_LARGE = 1.15, 1.5  # times the size of most of the text


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of Word 2007 or later.

    Raises:
        Unreadable: it is no such file, or damaged or encrypted.
    """
    package = Package(data)
    root = package.tree(package.main)
    body = xml.below(root, "w:body")
    if root.tag != "w:document" or body is None:
        raise Unreadable("no Word document in it")
    document = _Word(package)
    document.read(body)
    title, properties = package.properties()
    return document.flow.parsed(document.title or title, properties)


class _Said(NamedTuple):
    """A paragraph with what its style makes of it."""

    look: Look
    words: Paragraph
    level: int  # of a heading, or 0
    depth: int  # of an item, or -1
    label: str = ""


class _Word:
    """Goes through the body of a document."""

    def __init__(self, package: Package) -> None:
        self.flow = Flow()
        self.title = ""
        self._package = package
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"), self._styles)
        self._relations = package.relations(package.main)
        self._reader = Reader(self._styles, self._relations)
        self._notes = {kind: dict(self._read_notes(kind)) for kind in ("footnote", "endnote")}
        self._shift = 0  # of headings, where a title stands above them
        self._size = 0
        self._carried: list[Run] = []

    def _part(self, kind: str) -> Element | None:
        part = self._package.first(self._package.main, kind)
        return self._package.tree(part) if part else None

    def _read_notes(self, kind: str) -> Iterator[tuple[str, str]]:
        for note in xml.children(self._part(f"{kind}s"), f"w:{kind}"):
            if note.get("w:type", "normal") == "normal":
                paragraphs = (self._reader.read(one, Look()).text for one in note.iter("w:p"))
                yield note.get("w:id", ""), " ".join(paragraphs)

    # --------------------------------------------------------------------------------- blocks

    def read(self, body: Element) -> None:
        """Add all that a body says."""
        found = list(blocks(body))
        sizes: Counter[int] = Counter()
        for block in found:
            if block.tag == "w:p":
                look = self._look(block)
                words = self._reader.read(block, look)
                for run, size in zip(words.runs, words.sizes, strict=True):
                    sizes[size] += len(run.text)
                if look.name == "title" and words.text.strip() and not self._shift:
                    self._shift = 1
                    self.title = words.text
        self._size = sizes.most_common(1)[0][0] if sizes else 0
        self._add(found)

    def _add(self, found: Iterable[Element]) -> None:
        for block in found:
            if block.tag == "w:p":
                self._paragraph(block)
            else:
                self._table(block)

    def _look(self, paragraph: Element) -> Look:
        properties = xml.below(paragraph, "w:pPr")
        style = value(properties, "w:pStyle")
        look = paragraph_look(properties).over(self._styles.paragraph(style))
        if look.list_id and look.depth is None:
            look = look._replace(depth=self._numbering.depth_of(look.list_id, style or ""))
        return look

    def _said(self, paragraph: Element) -> _Said:
        look = self._look(paragraph)
        words = self._reader.read(paragraph, look)
        if self._carried:
            words.runs[:0] = self._carried
            words.sizes[:0] = [0] * len(self._carried)
            self._carried = []
        if is_deleted(paragraph):
            self._carried = words.runs
            return _Said(look, Paragraph(notes=words.notes, boxes=words.boxes), 0, -1)
        text = words.text.strip()
        label, telling, depth = "", False, -1
        if look.list_id and look.list_id != "0" and text:
            label, telling = self._numbering.label(look.list_id, look.depth or 0)
            depth = look.depth or depth_of_style(look.name or "")
        level = 1 if look.name == "title" else (look.level or 0) + self._shift if look.level else 0
        if level and not reads_as_heading(text):
            level = 0
        if label and (level or telling):
            words.runs.insert(0, Run(f"{label} "))
            words.sizes.insert(0, 0)
            label = ""
        return _Said(look, words, level, -1 if level else depth, label)

    def _seeming(self, one: _Said) -> int:
        """The level of a heading that is one only by its look."""
        text = one.words.text.strip()
        if not may_head(text):
            return 0
        pairs = zip(one.words.runs, one.words.sizes, strict=True)
        size = min(size for run, size in pairs if run.text.strip())
        if self._size and size >= _LARGE * self._size and roles.is_heading(text):
            return _LARGEST if size >= _VERY_LARGE * self._size else _LARGER
        return EMPHASISED if all_bold(one.words.runs) else 0

    def _paragraph(self, paragraph: Element) -> None:
        one = self._said(paragraph)
        name = one.look.name or ""
        if name.startswith(_LISTED) or name in ("toc heading", "contents heading"):
            return
        words = one.words
        self._note(words)
        if one.level:
            self.flow.heading(words.text, one.level)
        elif one.depth >= 0:
            self.flow.item(words.runs, one.depth, one.label, one.look.list_id or "")
        elif self.flow.in_list and words.text.strip() and is_indented(paragraph, name):
            self.flow.go_on(words.runs)
        else:
            self._plain(one, name)
        for box in words.boxes:
            self._add(blocks(box))
        for diagram in words.diagrams:
            for text, depth in entries(self._package, self._relations, diagram):
                self.flow.item(text, depth)

    def _plain(self, one: _Said, style: str) -> None:
        """Add what is neither heading nor item."""
        words = one.words
        if style == "caption":
            self.flow.caption(words.runs)
        elif "quote" in style.split():
            self.flow.paragraph(words.runs, "quotation")
        elif "code" in style.split() or "preformatted" in style:
            self.flow.code(words.text)
        else:
            self.flow.paragraph(words.runs, seeming=self._seeming(one))

    def _note(self, words: Paragraph) -> None:
        for kind, name in words.notes:
            if said := self._notes[kind].pop(name, ""):  # however often it is referred to
                self.flow.note(said)

    # --------------------------------------------------------------------------------- tables

    def _table(self, table: Element) -> None:
        rows, cells = rows_of(table)
        if is_layout(rows, cells, self._is_heading):
            for row in cells:
                for cell in row:
                    self._add(blocks(cell))
                    self.flow.end()
        else:
            self.flow.table(table_of(table, rows, cells, self._styles, self._cell))

    def _is_heading(self, paragraph: Element) -> bool:
        return bool(self._look(paragraph).level)

    def _cell(self, cell: Element) -> tuple[str, bool]:
        """What a cell says on one line, and whether it is all in bold."""
        texts, bold = [], True
        for block in blocks(cell):
            one = self._said(block)
            text = " ".join(one.words.text.split())
            texts.append(f"{one.label or '•'} {text}" if one.depth >= 0 and text else text)
            bold = bold and (not text or all_bold(one.words.runs))
            self._note(one.words)
            texts += [self._cell(box)[0] for box in one.words.boxes]
        return " ".join(filter(None, texts)), bold
