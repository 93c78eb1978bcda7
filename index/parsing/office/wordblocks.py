"""The XML of a Word document in, its paragraphs, tables, rows and cells out, whatever wraps them."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from index.parsing import lines as roles
from index.parsing import xml
from index.parsing.digits import whole_number
from index.parsing.office.wordstyles import value

_WRAPPERS = frozenset(
    ("w:ins", "w:moveTo", "w:customXml", "w:smartTag", "w:sdtContent", "w:sdt", "mc:Choice")
)
_LONGEST_HEADING, _HEADING_WORDS = 160, 12


def blocks(element: Element) -> Iterator[Element]:
    """The paragraphs and tables right in an element, and those in what only wraps them."""
    for child in element:
        if child.tag in ("w:p", "w:tbl"):
            yield child
        elif child.tag == "mc:AlternateContent":
            yield from _of_first(child)
        elif child.tag in _WRAPPERS and not _is_contents(child):
            yield from blocks(child)


def _of_first(element: Element) -> Iterable[Element]:
    return next((found for form in element if (found := list(blocks(form)))), [])


def _is_contents(element: Element) -> bool:
    """Whether a wrapper holds a table of contents, which only repeats headings."""
    gallery = value(xml.below(element, "w:sdtPr", "w:docPartObj"), "w:docPartGallery") or ""
    return gallery == "Table of Contents"


def inner(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, and those in what only wraps them."""
    for child in element:
        if child.tag == name:
            yield child
        elif child.tag in _WRAPPERS:
            yield from inner(child, name)


def reads_as_heading(text: str) -> bool:
    """Whether a paragraph in the style of a heading is one: such styles also number clauses of contracts."""
    long = roles.ends_sentence(text) and not roles.asks(text) and len(text.split()) > _HEADING_WORDS
    return bool(text) and len(text) <= _LONGEST_HEADING and not long


def is_indented(paragraph: Element, style: str) -> bool:
    """Whether a paragraph below an item belongs to it."""
    indent = xml.below(paragraph, "w:pPr", "w:ind")
    left = "0" if indent is None else indent.get("w:left") or indent.get("w:start") or "0"
    return style.startswith("list ") or (whole_number(left) or 0) > 0
