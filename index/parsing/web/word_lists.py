"""Lists as Word writes them into HTML and Outlook into mail: paragraphs with a mark before their words."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.parsing.web.elements import Element

_CLASS = "MsoList"
_LEVEL = re.compile(r"mso-list:\s*l\d+\s+level(?P<level>\d)", re.IGNORECASE)
_MARK = re.compile(
    r"\s*(?:(?P<mark>[·•○▪■–-]|\(?\w{1,4}[.)]|\d{1,3}(?:\.\d{1,3}){1,5}\.?)\s+|(?P<letter>[o§üØv])\s{2,})"
)
"""A mark, or a letter that Word's fonts of symbols show as one, and what keeps it apart from the words."""
_LONGEST_MARK = 80  # characters, most of them blanks
_DEEPER = {"o": 2, "○": 2, "§": 3, "▪": 3, "■": 3}
"""Levels that Word's marks are of where nothing else says so."""


class _Entry(NamedTuple):
    """A paragraph that is an item, at which depth, 1 for the outermost."""

    level: int
    item: Element


def gather(element: Element) -> None:
    """Make lists of the paragraphs in an element, and in those below it, that Word marked as items."""
    kept: list[Element | str] = []
    entries: list[_Entry] = []
    for child in element.children:
        if isinstance(child, Element) and (entry := _entry(child)) is not None:
            entries.append(entry)
        elif isinstance(child, Element) and entries and _is_listed(child):  # goes the last item on
            entries[-1].item.children.append(Element("p", {}, child.children))
        elif isinstance(child, Element) or child.strip() or not entries:
            if isinstance(child, Element):
                gather(child)
            kept += [*_lists(entries), child]
            entries = []
    element.children = [*kept, *_lists(entries)]


def _is_listed(element: Element) -> bool:
    return element.tag == "p" and (
        element.get("class").startswith(_CLASS) or _LEVEL.search(element.get("style")) is not None
    )


def _entry(element: Element) -> _Entry | None:
    """A paragraph as an item, without its mark; None where it is no item, or has no mark."""
    if not _is_listed(element):
        return None
    said = ""
    for place, child in enumerate(element.children, 1):  # a number, then a span of blanks
        said += _raw(child)
        if len(said) > _LONGEST_MARK:
            break
        if mark := _MARK.fullmatch(said):
            level = _LEVEL.search(element.get("style"))
            depth = int(level["level"]) if level else _DEEPER.get(mark["mark"] or mark["letter"], 1)
            return _Entry(depth, Element("li", {}, element.children[place:]))
    return None


def _raw(child: Element | str) -> str:
    """All words of an element, with all blanks."""
    return child if isinstance(child, str) else "".join(map(_raw, child.children))


def _lists(entries: Sequence[_Entry]) -> list[Element | str]:
    """Items in a row as a list, in whose items the deeper ones lie."""
    if not entries:
        return []
    whole = Element("ul")
    path = [(entries[0].level, whole)]
    for level, item in entries:
        while len(path) > 1 and level < path[-1][0]:
            path.pop()
        if level > path[-1][0] and path[-1][1].children:
            inner = Element("ul")
            _last(path[-1][1]).children.append(inner)
            path.append((level, inner))
        path[-1][1].children.append(item)
    return [whole]


def _last(whole: Element) -> Element:
    return next(child for child in reversed(whole.children) if isinstance(child, Element))
