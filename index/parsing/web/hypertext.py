"""A tree of HTML's elements in, blocks out: what headings, lists, tables and the like of a page become."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from index.parsing.builder import Builder, Run
from index.parsing.grid import Cell, grid
from index.parsing.paragraphs import Paragraphs
from index.parsing.runs import tidy
from index.parsing.web.elements import BLOCKS, Element
from index.parsing.web.html_parts import is_data, is_gutter, is_prose, lines_of_code, rows_of, span

_HEADINGS: Mapping[str, int] = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_EMPHASISED = 7  # level of a line all in bold, which stands for a heading
_LONGEST_EMPHASISED = 100
Look = Literal["", "bold", "italic", "code", "link"]
_LOOKS: Mapping[str, Look] = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic", "dfn": "italic",
    "var": "italic", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "a": "link",
}  # fmt: skip
_SPANS = frozenset(("span", "label"))
_STRENGTH: Sequence[Look] = ("", "italic", "bold", "code", "link")
_PERMALINK = re.compile(r"[\s#¶§🔗]*")
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_UNSEEN = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF])
"""Control characters, soft hyphens and what has no width."""


@dataclass(slots=True)
class Walk:
    """Goes through elements and adds what they say to a text that is put together.

    Args:
        builder: what the blocks are added to.
        level: how much deeper headings are than their tags say.
    """

    builder: Builder
    level: int = 0
    _runs: list[Run] = field(default_factory=list)
    _waiting: list[Run] = field(default_factory=list)
    _breaks: list[str] = field(default_factory=list)  # printed pages that begin amid what is gathered
    _waiting_breaks: list[str] = field(default_factory=list)
    _depth: int = 0
    _paragraphs: Paragraphs = field(init=False)

    def __post_init__(self) -> None:
        self._paragraphs = Paragraphs(self.builder)

    def add(self, element: Element) -> None:
        """Add what stands in an element."""
        self._children(element, "", "")
        self._settle()

    # --------------------------------------------------------------------------------- words

    def _children(self, element: Element, look: Look, href: str) -> None:
        apart = _are_apart(element)
        for number, child in enumerate(element.children):
            if apart and number:
                self._say(" ", look, href)
            if isinstance(child, str):
                self._say(child, look, href)
            elif _is(child, "pagebreak"):
                self._page(child)
            elif (block := _BLOCK.get(child.tag)) is not None:
                self._flush()
                block(self, child)
                self._flush()
            elif child.tag in BLOCKS:
                self._flush()
                self._children(child, look, href)
                self._flush()
            else:
                self._inline(child, look, href)

    def _say(self, text: str, look: Look, href: str) -> None:
        text = _BLANKS.sub(" ", text.translate(_UNSEEN))
        if text:
            self._runs.append(Run(text, look, href))

    def _inline(self, element: Element, look: Look, href: str) -> None:
        tag = element.tag
        if tag == "br":
            if self._runs and self._runs[-1].text == "\n":
                self._runs.pop()
                self._flush()
            else:
                self._drop_blank()
                self._runs.append(Run("\n"))
            return
        if tag in ("button", "sup") and _says_nothing(element):
            return
        if tag == "wbr" or _is(element, "noteref"):
            return
        own = _LOOKS.get(tag, "")
        if own == "link":
            address = element.get("href").strip()
            own, href = (
                ("link", address) if address and not address.startswith(("javascript:", "#")) else ("", href)
            )
        strongest = max(look, own, key=_STRENGTH.index)
        if tag == "q":
            self._say("“", look, href)
        elif tag == "sup" and self._runs and self._runs[-1].text[-1:].isdigit():
            self._say("^", look, href)  # 10² must not be read as 102
        self._children(element, strongest, href)
        if tag == "q":
            self._say("”", look, href)

    def _page(self, element: Element) -> None:
        """A printed page ends; what is amid a paragraph begins on the page before."""
        label = element.get("title") or element.get("aria-label") or element.text()
        label = label.strip(" .").rpartition(" ")[2]
        if not label:
            return
        if any(run.text.strip() for run in self._runs):
            self._breaks.append(label)
        else:
            self._settle()
            self.builder.page(label)

    def _drop_blank(self) -> None:
        """A blank that stands between two line ends divides nothing."""
        if len(self._runs) > 1 and self._runs[-1].text == " " and self._runs[-2].text == "\n":
            self._runs.pop()
            self._runs.pop()
            self._flush()

    # --------------------------------------------------------------------------------- paragraphs

    def _flush(self) -> None:
        """A paragraph ends; it waits for what follows."""
        runs, self._runs = self._runs, []
        breaks, self._breaks = self._breaks, []
        if any(run.text.strip() for run in runs):
            self._settle()
            self._waiting, self._waiting_breaks = runs, breaks

    def _settle(self, *, before_list: bool = False) -> None:
        """Add the paragraph that waits."""
        self._flush()
        runs, self._waiting = tidy(self._waiting), []
        if runs and not self._depth and not before_list and _stands_for_heading(runs):
            self._heading_of(runs, _EMPHASISED)
        elif runs:
            self._paragraphs.add(runs, before_list=before_list)
        for label in self._waiting_breaks:
            self.builder.page(label)
        self._waiting_breaks = []

    def _heading_of(self, runs: Sequence[Run], level: int) -> None:
        self.builder.heading(runs, level + self.level)
        self._paragraphs.heading()

    # --------------------------------------------------------------------------------- blocks

    def heading(self, element: Element) -> None:
        """A heading; what blocks it holds is in its line."""
        self._settle()
        inner = Walk(self.builder)
        inner._inside_line(element)
        runs = tidy([run._replace(text=run.text.replace("\n", " "), look=_plain(run)) for run in inner._runs])
        if runs:
            self._heading_of(runs, _HEADINGS[element.tag])

    def _inside_line(self, element: Element) -> None:
        """Take all words as one line."""
        items = 0
        for child in element.children:
            if isinstance(child, str):
                self._say(child, "", "")
            elif child.tag == "li":
                self._divide("; " if items else " ")
                items += 1
                self._inside_line(child)
            elif child.tag == "a" and _PERMALINK.fullmatch(child.text()):
                continue
            elif child.tag in BLOCKS or child.tag in ("br", "button"):
                self._runs.append(Run(" "))
                self._inside_line(child)
                self._runs.append(Run(" "))
            elif child.tag in ("code", "a"):
                self._inline(child, "", "")
            elif not (child.tag == "sup" and _says_nothing(child)):
                self._inside_line(child)

    def _divide(self, divider: str) -> None:
        """Words end, and others begin in the same line; what ends with a mark needs no other."""
        while self._runs and not self._runs[-1].text.strip():
            self._runs.pop()
        if self._runs:
            last = self._runs[-1].text.rstrip()
            self._runs[-1] = self._runs[-1]._replace(text=last)
            self._runs.append(Run(" " if last.endswith((".", ",", ";", ":", "!", "?")) else divider))

    def list(self, element: Element) -> None:
        """A list; what stands in it but in no item belongs to the one before."""
        self._settle(before_list=True)
        items: list[Element] = []
        for child in element.children:
            if isinstance(child, Element) and child.tag == "li":
                items.append(Element("li", child.attributes, list(child.children)))
            elif isinstance(child, Element) or child.strip():
                if not items:
                    items.append(Element("li"))
                items[-1].children.append(child)
        with self._inside("list"):
            for item in items:
                with self._inside("item"):
                    self._children(item, "", "")

    def definitions(self, element: Element) -> None:
        """A list of terms and what they mean."""
        self._settle(before_list=True)
        with self._inside("list"):
            for child in _entries(element):
                if child.tag == "dt":
                    self.builder.add("term", _words(child))
                else:
                    with self._inside("definition"):
                        self._children(child, "", "")

    def details(self, element: Element) -> None:
        """What opens: its summary asks, or names the rest."""
        self._settle()
        summary = next((c for c in element.children if isinstance(c, Element) and c.tag == "summary"), None)
        rest = Element("div", {}, [child for child in element.children if child is not summary])
        words = _words(summary) if summary else []
        if not words or self._paragraphs.question(words):
            self._children(rest, "", "")
            self._settle()
            self._paragraphs.heading()  # what follows answers something else
        else:
            with self._inside("list"):
                self.builder.add("term", words)
                with self._inside("definition"):
                    self._children(rest, "", "")

    def quotation(self, element: Element) -> None:
        """What somebody else said."""
        self._settle(before_list=True)
        with self._inside("quotation"):
            self._children(element, "", "")

    def code(self, element: Element) -> None:
        """Code, with its lines as they are."""
        self._settle(before_list=True)
        text = "".join(lines_of_code(element)).translate(_UNSEEN).replace("\r\n", "\n")
        if is_prose(element, text):
            self._paragraphs.plain(text)
        else:
            self.builder.add("code", text, keep=True)

    def aside(self, element: Element) -> None:
        """A footnote, or what stands beside the text."""
        if any(_is(element, kind) for kind in ("footnote", "endnote", "rearnote", "note")):
            self._settle()
            self.builder.add("note", _words(element))
        else:
            self._children(element, "", "")

    def caption(self, element: Element) -> None:
        """What names a picture."""
        self._settle()
        self.builder.add("caption", _words(element))

    def table(self, element: Element) -> None:
        """A table of data; one that only lays a page out is taken apart."""
        self._settle(before_list=True)
        sections = list(rows_of(element, in_head=False))
        cells = [
            [child for child in row.children if isinstance(child, Element) and child.tag in ("td", "th")]
            for row, _ in sections
        ]
        caption = next((c for c in element.children if isinstance(c, Element) and c.tag == "caption"), None)
        if not is_data(element, caption, cells):
            if caption:
                self._children(caption, "", "")
                self._flush()
            for cell in (cell for row in cells for cell in row if not is_gutter(cell)):
                self._flush()
                self._children(cell, "", "")
                self._flush()
            return
        rows = [[_cell(cell) for cell in row] for row in cells]
        named = [caption.text()] if caption else []
        in_head = sum(in_head for _, in_head in sections)
        while len(rows) > 1 and len(rows[0]) == 1 and max(map(len, rows)) > 1:  # names the table
            named.append(rows.pop(0)[0].text)
            in_head = max(0, in_head - 1)
        found = grid(rows, in_head if 0 < in_head < len(rows) else -1)
        with self._inside("table"):
            for name in named:
                self.builder.add("caption", name)
            self.builder.row(found.head, head=True)
            for row in found.rows:
                self.builder.row(row)

    def _inside(self, kind: Literal["list", "item", "definition", "quotation", "table"]) -> "_Inside":
        return _Inside(self, kind)


class _Inside:
    """What is added meanwhile stands in a block of a kind."""

    def __init__(self, walk: Walk, kind: Literal["list", "item", "definition", "quotation", "table"]) -> None:
        self._walk = walk
        self._block = walk.builder.inside(kind)

    def __enter__(self) -> None:
        self._block.__enter__()
        self._walk._depth += 1

    def __exit__(self, *_: object) -> None:
        self._walk._settle()
        self._walk._depth -= 1
        self._block.__exit__(None, None, None)


_BLOCK: Mapping[str, Callable[[Walk, Element], None]] = {
    **dict.fromkeys(_HEADINGS, Walk.heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), Walk.list),
    "dl": Walk.definitions,
    "details": Walk.details,
    "blockquote": Walk.quotation,
    "pre": Walk.code,
    "listing": Walk.code,
    "aside": Walk.aside,
    "figcaption": Walk.caption,
    "table": Walk.table,
}


def _is(element: Element, kind: str) -> bool:
    """Whether a book says that an element is of a kind."""
    if not element.attributes:
        return False
    return kind in element.get("epub:type").split() or element.get("role") == f"doc-{kind}"


def _plain(run: Run) -> Look:
    return "" if run.look in ("bold", "italic") else run.look


def _words(element: Element) -> list[Run]:
    """All words of an element, in a line."""
    walk = Walk(Builder())
    walk._inside_line(element)
    return tidy([run._replace(text=run.text.replace("\n", " ")) for run in walk._runs])


def _stands_for_heading(runs: Sequence[Run]) -> bool:
    """Whether a line is all in bold, short, and no sentence."""
    text = "".join(run.text for run in runs)
    bold = sum(len(run.text) for run in runs if run.look == "bold" or not run.text.strip(" :.?"))
    ends = text.rstrip().endswith((".", "!", ";", ",")) and len(text.split()) > 8
    asks = text.rstrip().endswith("?")
    return (
        bold == len(text)
        and any(character.isalpha() for character in text)
        and len(text) <= _LONGEST_EMPHASISED
        and "\n" not in text
        and not ends
        and not asks
    )


def _says_nothing(element: Element) -> bool:
    """Whether a button is only one, or what is raised is the mark of a footnote."""
    if element.tag == "button":
        return not element.text().endswith("?")
    links = [child for child in element.below() if child.tag == "a"]
    return any(link.get("href").startswith("#") or "#" in link.get("href") for link in links)


def _entries(element: Element) -> Iterator[Element]:
    """Terms and definitions, be they in groups."""
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                yield Element("dd", {}, [child])
        elif child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from _entries(child)
        else:
            yield Element("dd", {}, [child])


def _cell(cell: Element) -> Cell:
    return Cell(
        "".join(run.text for run in _words(cell)),
        span(cell.get("colspan")),
        span(cell.get("rowspan")),
        cell.tag == "th",
    )


def _are_apart(element: Element) -> bool:
    """Whether an element holds nothing but spans, which a style keeps apart: "Monday" and "8:30"."""
    if element.tag not in BLOCKS or len(element.children) < 2:
        return False
    return all(not isinstance(child, str) and child.tag in _SPANS for child in element.children)
