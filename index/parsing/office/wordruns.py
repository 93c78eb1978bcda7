"""A paragraph of a Word document in, its words out: in runs of one look, with its notes and text boxes.

Words that were deleted while changes were tracked are left out, inserted ones are kept; so are the results of
fields, not their instructions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.builder import Run
from index.parsing.office.package import Relation
from index.parsing.office.wordstyles import Look, Styles, run_look, value

_LEFT_OUT = frozenset(
    ("w:del", "w:moveFrom", "w:rt", "w:pPr", "w:rPr", "w:instrText", "w:delText", "w:object")
)
_ADDRESS = re.compile(r'\s*HYPERLINK\s+"(?P<address>[^"]+)"')
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_PRIVATE = range(0xE000, 0xF900)  # code points of symbol fonts, which are no characters


@dataclass(slots=True)
class Field:
    """A field whose end was not read yet: its instruction, and whether its result has begun."""

    instruction: str = ""
    result: bool = False

    @property
    def address(self) -> str:
        """Where it links to, if it does."""
        found = _ADDRESS.match(self.instruction) if self.result else None
        return found["address"] if found else ""


@dataclass(slots=True)
class Paragraph:
    """What a paragraph says: its runs with their sizes, the notes that it refers to, the text boxes at it."""

    runs: list[Run] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(run.text for run in self.runs)


class Reader:
    """Reads paragraphs of one part of a document.

    Args:
        styles: of the document.
        relations: what the part refers to.
    """

    def __init__(self, styles: Styles, relations: Mapping[str, Relation]) -> None:
        self._styles = styles
        self._relations = relations

    def read(self, paragraph: Element, look: Look) -> Paragraph:
        """The words of a paragraph whose style says how they look."""
        found = Paragraph()
        self._walk(paragraph, look, "", found)
        return found

    def _walk(self, element: Element, look: Look, href: str, found: Paragraph) -> None:
        for child in element:
            tag = child.tag
            if tag == "w:r":
                self._run(child, look, href, found)
            elif tag == "w:hyperlink":
                relation = self._relations.get(child.get("r:id", ""))
                self._walk(child, look, relation.target if relation and relation.external else href, found)
            elif tag == "w:fldSimple":
                address = _ADDRESS.match(child.get("w:instr", ""))
                self._walk(child, look, address["address"] if address else href, found)
            elif tag == "m:t":
                self._say(child.text or "", look, href, found)
            elif tag == "mc:AlternateContent":
                self._choose(child, look, href, found)
            elif tag not in _LEFT_OUT:
                self._walk(child, look, href, found)

    def _choose(self, element: Element, look: Look, href: str, found: Paragraph) -> None:
        """Of several forms of the same, read the first that says something."""
        before = len(found.runs) + len(found.boxes) + len(found.diagrams)
        for form in element:
            self._content(form, look, href, found)
            if len(found.runs) + len(found.boxes) + len(found.diagrams) > before:
                return

    def _run(self, run: Element, look: Look, href: str, found: Paragraph) -> None:
        properties = xml.below(run, "w:rPr")
        if properties is not None:
            look = run_look(properties).over(self._styles.of(value(properties, "w:rStyle"))).over(look)
        if not look.hidden:
            self._content(run, look, href, found)

    def _content(self, element: Element, look: Look, href: str, found: Paragraph) -> None:
        for child in element:
            tag = child.tag
            if tag == "w:t" or tag in _SIGNS:
                self._say(_SIGNS.get(tag) or child.text or "", look, href, found)
            elif tag == "w:sym":
                self._say(_symbol(child.get("w:char", "")), look, href, found)
            elif tag in ("w:fldChar", "w:instrText"):
                _go_on(found.fields, child)
            elif tag in ("w:footnoteReference", "w:endnoteReference"):
                found.notes.append((tag[2:-9], child.get("w:id", "")))
            elif tag == "w:txbxContent":
                found.boxes.append(child)
            elif tag == "dgm:relIds":
                found.diagrams.append(child.get("r:dm", ""))
            elif tag == "mc:AlternateContent":
                self._choose(child, look, href, found)
            elif tag == "w:r":
                self._run(child, look, href, found)
            elif tag not in _LEFT_OUT:
                self._content(child, look, href, found)

    def _say(self, text: str, look: Look, href: str, found: Paragraph) -> None:
        text = text.replace("\u00ad", "")
        if not text or any(not one.result for one in found.fields):
            return
        href = href or next((one.address for one in reversed(found.fields) if one.address), "")
        run = Run(text, "link" if href else "bold" if look.bold else "italic" if look.italic else "", href)
        size = look.size or 0
        if found.runs and found.runs[-1][1:] == run[1:] and found.sizes[-1] == size:
            found.runs[-1] = run._replace(text=found.runs[-1].text + text)
        else:
            found.runs.append(run)
            found.sizes.append(size)


def _go_on(fields: list[Field], part: Element) -> None:
    """Read on in a field: it begins, its instruction goes on, its result begins, it ends."""
    mark = part.get("w:fldCharType")
    if part.tag == "w:instrText":
        if fields:
            fields[-1].instruction += part.text or ""
    elif mark == "begin":
        fields.append(Field())
    elif mark == "separate" and fields:
        fields[-1].result = True
    elif mark == "end" and fields:
        fields.pop()


def _symbol(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    return (
        chr(number)
        if 32 < number < 0xFFFF and number not in _PRIVATE and not 0xD800 <= number < 0xE000
        else ""
    )


def is_deleted(paragraph: Element) -> bool:
    """Whether the mark at the end of a paragraph was deleted, so that the next one goes on with it."""
    return xml.below(paragraph, "w:pPr", "w:rPr", "w:del") is not None
