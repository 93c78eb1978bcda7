"""PowerPoint presentations: a page for each slide with its title, text, tables and the speaker's notes.

Hidden slides are read too; what the slide master shows on every slide, as its date and number, is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Run
from index.parsing.lines import is_heading
from index.parsing.office.diagrams import entries
from index.parsing.office.flow import Flow
from index.parsing.office.package import Package, Relation
from index.parsing.office.slidelayouts import TITLES, Layout, Layouts, placeholder, whole
from index.parsing.office.tabular import MOST_COLUMNS, Table, are_names

_LEFT_OUT = ("dt", "ftr", "sldNum", "hdr", "sldImg")
_BULLETS = ("a:buChar", "a:buAutoNum", "a:buBlip")
_BAND = 0.04  # of the slide's height: what begins so close below each other stands side by side
_DEEPEST = 8


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of PowerPoint 2007 or later.

    Raises:
        Unreadable: it is no such file, or damaged or encrypted.
    """
    package = Package(data)
    root = package.tree(package.main)
    if root.tag != "p:presentation":
        raise Unreadable("no PowerPoint presentation in it")
    relations = package.relations(package.main)
    size = xml.below(root, "p:sldSz")
    height = whole(size.get("cy")) if size is not None else 0
    presentation = _Presentation(package, height or 6_858_000)
    names = [one.get("r:id", "") for one in xml.children(root, "p:sldIdLst", "p:sldId")]
    parts = [relations[one].target for one in names if one in relations and relations[one].target in package]
    presentation.read(list(dict.fromkeys(parts)))  # each once
    title, properties = package.properties()
    return presentation.flow.parsed(title, properties)


class _Presentation:
    """Goes through slides."""

    def __init__(self, package: Package, height: int) -> None:
        self.flow = Flow()
        self._package = package
        self._band = int(_BAND * height)
        self._layouts = Layouts(package)

    def read(self, parts: Sequence[str]) -> None:
        """Add all slides; titles of ordinary ones stand below those of the presentation and its sections."""
        kinds = [self._layouts.of(part).kind for part in parts]
        begins = kinds[:1] == ["title"]
        sections = "secHead" in kinds
        for number, (part, kind) in enumerate(zip(parts, kinds, strict=True), 1):
            level = 1 if begins and number == 1 else 1 + begins
            self.flow.page(str(number))
            self._slide(part, level if kind == "secHead" or (begins and number == 1) else level + sections)

    def _slide(self, part: str, level: int) -> None:
        root = self._package.tree(part)
        relations = self._package.relations(part)
        slide = _Slide(self._package, relations, self._layouts.of(part), self._band, self.flow)
        shapes = slide.ordered(xml.below(root, "p:cSld", "p:spTree"))
        titles = [shape for shape in shapes if placeholder(shape) in TITLES and _said(shape)]
        if not titles and len(shapes) > 1 and shapes[0].tag == "p:sp" and is_heading(_said(shapes[0])):
            titles = shapes[:1]
        for shape in titles:
            self.flow.heading(_said(shape), level)
        for shape in shapes:
            if shape not in titles:
                slide.shape(shape)
        for notes in self._package.all(part, "notesSlide"):
            self._notes(notes)
        self.flow.end()

    def _notes(self, part: str) -> None:
        for shape in self._package.tree(part).iter("p:sp"):
            if placeholder(shape) == "body":
                self.flow.note(_said(shape))


class _Slide:
    """Reads the shapes of one slide."""

    def __init__(
        self,
        package: Package,
        relations: Mapping[str, Relation],
        layout: Layout,
        band: int,
        flow: Flow,
    ) -> None:
        self._package, self._relations, self._layout = package, relations, layout
        self._band = band
        self._flow = flow

    def ordered(self, tree: Element | None) -> list[Element]:
        """The shapes in it from top to bottom, and from left to right where they stand side by side."""
        shapes = sorted(_shapes(tree), key=lambda shape: self._layout.place(shape).top)
        bands: list[list[Element]] = []
        for shape in shapes:
            if bands and self._layout.place(shape).top - self._layout.place(bands[-1][0]).top <= self._band:
                bands[-1].append(shape)
            else:
                bands.append([shape])
        return [
            shape
            for band in bands
            for shape in sorted(band, key=lambda shape: self._layout.place(shape).left)
        ]

    def shape(self, shape: Element) -> None:
        """Add what a shape says."""
        if placeholder(shape) in _LEFT_OUT:
            return
        if shape.tag == "p:grpSp":
            for one in self.ordered(shape):
                self.shape(one)
        elif shape.tag == "p:graphicFrame":
            for table in shape.iter("a:tbl"):
                self._table(table)
            for diagram in shape.iter("dgm:relIds"):
                for text, depth in entries(self._package, self._relations, diagram.get("r:dm", "")):
                    self._flow.item(text, depth)
        else:
            body = xml.below(shape, "p:txBody")
            styles = self._layout.styles(shape)
            for paragraph in xml.children(body, "a:p"):
                self._paragraph(paragraph, styles)
        self._flow.end()

    def _paragraph(self, paragraph: Element, styles: Sequence[Element]) -> None:
        properties = xml.below(paragraph, "a:pPr")
        level = min(whole(properties.get("lvl")) if properties is not None else 0, _DEEPEST)
        own = (xml.below(style, f"a:lvl{level + 1}pPr") for style in styles)
        bullet = next((found for one in (properties, *own) if (found := _bullet(one)) is not None), level > 0)
        runs = list(self._runs(paragraph))
        if not any(run.text.strip() for run in runs):
            return
        if bullet:
            self._flow.item(runs, level)
        else:
            self._flow.paragraph(runs)

    def _runs(self, paragraph: Element) -> Iterator[Run]:
        for child in paragraph:
            if child.tag == "a:br":
                yield Run("\n")
            elif child.tag == "a:r" or (child.tag == "a:fld" and child.get("type") != "slidenum"):
                text = xml.text_of(xml.below(child, "a:t")).replace("\v", "\n").replace("\u00ad", "")
                yield self._look(text, xml.below(child, "a:rPr"))
            elif child.tag not in ("a:pPr", "a:endParaRPr", "a:fld"):  # as formulas
                yield Run("".join(one.text or "" for one in child.iter() if one.tag in ("m:t", "a:t")))

    def _look(self, text: str, properties: Element | None) -> Run:
        link = xml.below(properties, "a:hlinkClick")
        relation = self._relations.get(link.get("r:id", "")) if link is not None else None
        if relation and relation.external:
            return Run(text, "link", relation.target)
        switches = {} if properties is None else properties.attrib
        if switches.get("b") in ("1", "true"):
            return Run(text, "bold")
        return Run(text, "italic" if switches.get("i") in ("1", "true") else "")

    def _table(self, table: Element) -> None:
        rows: list[list[str]] = []
        taken = set()  # by one cell
        for number, row in enumerate(xml.children(table, "a:tr")):
            cells: list[str] = []
            span = 1
            for cell in xml.children(row, "a:tc"):
                text = _said(cell, "a:txBody")
                if cell.get("vMerge") in ("1", "true") and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                elif cell.get("hMerge") in ("1", "true"):
                    text = ""
                span = max(span, min(whole(cell.get("gridSpan")), MOST_COLUMNS))
                cells.append(text)
            if len(cells) > 1 and span >= len(cells):
                taken.add(number)
            rows.append(cells)
        properties = xml.below(table, "a:tblPr")
        marked = properties is not None and properties.get("firstRow") in ("1", "true")
        heads = 1 if marked and len(rows) > 1 and are_names(rows[0]) and 0 not in taken else None
        self._flow.table(Table(rows, heads, frozenset(taken)), likely=True)


def _said(shape: Element, body: str = "p:txBody") -> str:
    """The words of a shape or a cell on one line."""
    return " ".join(filter(None, (_line(one) for one in xml.children(shape, body, "a:p"))))


def _shapes(tree: Element | None) -> Iterator[Element]:
    for child in () if tree is None else tree:
        if child.tag in ("p:sp", "p:grpSp", "p:graphicFrame", "p:cxnSp"):
            yield child
        elif child.tag == "mc:AlternateContent":
            yield from next((found for form in child if (found := list(_shapes(form)))), ())


def _bullet(properties: Element | None) -> bool | None:
    """Whether properties of paragraphs give them bullets; None where they say nothing."""
    if properties is None:
        return None
    if any(xml.below(properties, name) is not None for name in _BULLETS):
        return True
    return False if xml.below(properties, "a:buNone") is not None else None


def _line(paragraph: Element) -> str:
    """The words of a paragraph on one line."""
    texts = []
    for child in paragraph.iter():
        if child.tag in ("a:t", "m:t"):
            texts.append((child.text or "").replace("\u00ad", ""))
        elif child.tag == "a:br":
            texts.append(" ")
    return " ".join("".join(texts).split())
