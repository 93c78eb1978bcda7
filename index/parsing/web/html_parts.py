"""Elements of HTML in, what they are good for out: whether a table holds data, what of code is code."""

import re
from collections.abc import Iterator, Sequence

from index.parsing.web.elements import BLOCKS, Element

_GUTTER = re.compile(r"\b(?:line-?no\w*|line-?numbers?|gutter)\b", re.IGNORECASE)
_LONG_CELL = 400  # characters, as no table of data has them but with heads
_LONG_TEXT = 600  # characters, from which on text that keeps its white space may be prose
_FEW_SIGNS = 0.04  # of the characters of prose are brackets and the like
_MOST_SPAN = 65_534  # rows, by the standard


def is_gutter(element: Element) -> bool:
    """Whether an element only counts the lines of code beside it."""
    return _GUTTER.search(element.get("class")) is not None


def is_prose(element: Element, text: str) -> bool:
    """Whether what keeps its white space is a plain text rather than code: long, and nearly all words."""
    if (
        any(child.tag in ("code", "samp", "kbd", "table") for child in element.below())
        or len(text) < _LONG_TEXT
    ):
        return False
    signs = sum(character in "{}[]()<>=$%&|\\/#@;_+*`~^" for character in text)
    return signs <= _FEW_SIGNS * len("".join(text.split()))


def lines_of_code(element: Element) -> Iterator[str]:
    """What an element that keeps its white space says, in pieces; no numbers of lines."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield "\n"
        elif not is_gutter(child):
            yield from lines_of_code(child)
            if child.tag in BLOCKS:
                yield "\n"


def rows_of(element: Element, *, in_head: bool) -> Iterator[tuple[Element, bool]]:
    """The rows of a table, not of those in it, each with whether it stands in the table's head."""
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == "tr":
                yield child, in_head
            elif child.tag in ("thead", "tbody", "tfoot", "form"):
                yield from rows_of(child, in_head=child.tag == "thead")


def is_data(element: Element, caption: Element | None, cells: Sequence[Sequence[Element]]) -> bool:
    """Whether a table holds data, rather than laying a page out."""
    if element.get("role") in ("presentation", "none"):
        return False
    filled = [cell for row in cells for cell in row if cell.children]
    if not filled or max(map(len, cells)) < 2:
        return False
    tags = {child.tag for cell in filled for child in cell.below()}
    if tags & {"table", "h1", "h2"}:
        return False
    if caption or any(cell.tag == "th" for cell in filled):
        return True
    if len(cells) < 2 or tags & {"pre", "h3", "blockquote", "form"}:
        return False
    return max(len(cell.text()) for cell in filled) <= _LONG_CELL


def span(value: str) -> int:
    """How far a cell reaches; zero rows mean all that follow."""
    digits = re.match(r"\s*(\d{1,6})", value)
    if not digits:
        return 1
    return min(int(digits[1]) or _MOST_SPAN, _MOST_SPAN)
