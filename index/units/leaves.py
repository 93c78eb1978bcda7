"""Blocks in, leaves out: the stretches that hold the words of a document, each with what it stands under.

A leaf is a block that no other stands in. What it needs to be understood stands above it: headings, what
leads its list in, the items that it is below of, the question that it answers.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from index.languages import DEFAULT
from index.parsing.lines import asks, is_key_value, is_name, leads_in
from index.records import NAMES, Block, Context, Document, Kind, Locator, Unit
from index.units.borders import sentences
from index.units.dates import spelled
from index.units.shown import Shower

LONGEST_NAME = 160  # characters of a heading, an item or a question as context; the rest is left out
_LONGEST_HEAD = 600  # of a column, which stands before each cell: it may be a question, but hardly a page
_ANSWERS: frozenset[Kind] = frozenset(("answer", "record", "row", "paragraph", "code"))
_LED: frozenset[Kind] = frozenset(("list", "table", "quotation", "code"))
_ENTRIES: frozenset[Kind] = frozenset(("item", "definition"))  # whose first paragraph is what they say


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stretch of words: what it is, where it stands, what it stands under.

    ``group`` is the number of the list or table that it belongs to, or -1; ``section`` counts headings, so
    that leaves of one section have the same; ``heads`` are the names of its columns.
    """

    kind: Kind
    start: int
    end: int
    context: Context
    locator: Locator
    section: int = 0
    group: int = -1
    block: Block | None = None
    heads: tuple[str, ...] = ()


def leaves(document: Document, shower: Shower, language: str = DEFAULT) -> Iterator[Leaf]:
    """The leaves of a document in reading order."""
    blocks = document.layout.blocks or (Block("paragraph", 0, len(document.text)),)
    yield from _Walk(document, blocks, shower, language).walk()


class _Heading(NamedTuple):
    """A heading, and where what it stands over ends at the latest: with the block that it stands in."""

    level: int
    name: str
    end: int


@dataclass
class _Walk:
    """Goes through blocks, and remembers what they stand under."""

    document: Document
    blocks: tuple[Block, ...]
    shower: Shower
    language: str
    _headings: list[_Heading] = field(default_factory=list)
    _section: int = 0
    _paragraph: int = 0
    _question: tuple[int, str] | None = None
    _turn: str = ""
    _before: dict[int, int] = field(default_factory=dict)  # of each parent, its last leaf or list
    _first: dict[int, int] = field(default_factory=dict)  # of each entry, the leaf that is what it says
    _terms: dict[int, list[str]] = field(default_factory=dict)  # of each list, the last terms in it
    _groups: dict[int, int] = field(default_factory=dict)  # of each container
    _leads: dict[int, tuple[str, ...]] = field(default_factory=dict)  # of each container, what leads it in

    def walk(self) -> Iterator[Leaf]:
        names = names_of(self.document, self.language)
        inside = Counter(block.parent for block in self.blocks)
        heads: dict[int, tuple[str, ...]] = {}
        pages, times = iter(self.document.layout.pages), iter(self.document.layout.times)
        page, time, later = next(pages, None), next(times, None), next(times, None)
        for number, block in enumerate(self.blocks):
            parent = block.parent
            while self._headings and self._headings[-1].end <= block.start:
                self._headings.pop()
                self._section += 1
            if number in inside:
                self._leads[number] = (*self._above(block), *self._lead_of(block))
                self._before[parent] = number
                continue
            if block.kind == "head":
                self._before[parent] = number
                heads[parent] = tuple(cut(self.shower.shown(*cell), _LONGEST_HEAD) for cell in block.cells)
                continue
            if block.kind == "heading":
                self._under(block)
            elif block.kind != "caption":
                self._paragraph += 1
            while page is not None and page.end <= block.start:
                page = next(pages, None)
            while later is not None and later.start <= block.start:
                time, later = later, next(times, None)
            above = self._above(block)
            led = self._lead_of(block) if block.kind == "code" else ()
            kind = self._kind(number, block, alone=self._is_alone(number, inside[parent]))
            self._before[parent] = number
            leads = (*above, *(lead for lead in self._answered(block, kind) if lead not in above), *led)
            headings = tuple(heading.name for heading in self._headings if heading.name)
            if kind == "heading":
                headings = headings[:-1]
            locator = Locator(
                page=page.label if page and page.start <= block.start else "",
                headings=tuple(
                    heading.name
                    for heading in self._headings
                    if heading.name and heading.name != self.document.title
                ),
                first=0 if block.kind == "heading" else max(1, self._paragraph),
                last=0 if block.kind == "heading" else max(1, self._paragraph),
                time=time.seconds if time and time.start <= block.start else None,
            )
            yield Leaf(
                kind,
                block.start,
                block.end,
                Context(names, _distinct(headings, names), leads),
                locator,
                self._section,
                self._group(parent),
                block,
                heads.get(parent, ()),
            )
            if kind == "caption" and parent >= 0:
                self._leads[parent] = (*self._leads.get(parent, ()), self._name(block))
            self._turn = self._name(block) if kind == "turn" else ""

    def _above(self, block: Block) -> tuple[str, ...]:
        """What leads a block in by where it stands: what its entry says first, the terms that it defines."""
        parent = block.parent
        above = self._leads.get(parent, ())
        if parent in self._first:
            above = (*above, self._name(self.blocks[self._first[parent]]))
        if block.kind == "definition":
            above = (*above, *self._terms.get(parent, ()))
        return above

    def _kind(self, number: int, block: Block, *, alone: bool) -> Kind:
        """What a leaf is: the first paragraph of an entry is the entry, and what a note says is one.

        An entry that asks is a question where something follows in it: ``alone`` tells that nothing does.
        """
        above = self.blocks[block.parent].kind if block.parent >= 0 else "paragraph"
        if block.kind == "term":
            before = self._before.get(block.parent, -1)
            if before < 0 or self.blocks[before].kind != "term":
                self._terms[block.parent] = []
            self._terms[block.parent].append(self._name(block))
        if above in _ENTRIES and block.parent not in self._first:
            self._first[block.parent] = number
            if not alone and (block.kind == "question" or asks(self.shower.shown(block.start, block.end))):
                return "question"
            return above if block.kind in ("paragraph", "question", "answer") else block.kind
        return "note" if above == "note" and block.kind == "paragraph" else block.kind

    def _is_alone(self, number: int, count: int) -> bool:
        """Whether a block is all of what it stands in, and the next entry does not answer it."""
        answered = any(block.kind == "answer" for block in self.blocks[number + 1 : number + 3])
        return count == 1 and not (self.blocks[number].kind == "question" and answered)

    def _under(self, block: Block) -> None:
        """A heading begins a section."""
        while self._headings and self._headings[-1].level >= block.level:
            self._headings.pop()
        end = self.blocks[block.parent].end if block.parent >= 0 else len(self.document.text) + 1
        self._headings.append(_Heading(block.level, self._name(block), end))
        self._section += 1
        self._paragraph = 0
        self._question = None

    def _lead_of(self, block: Block) -> tuple[str, ...]:
        """What leads a list, table, quotation or code in: the sentence before it that ends with a colon.

        A few words that are no sentence name a list or table too.
        """
        before = self._before.get(block.parent, -1)
        if before < 0 or before == self._first.get(block.parent, -1):  # that leads it in anyway
            return ()
        last = self.blocks[before]
        if block.kind not in _LED or last.kind == "heading" or before in self._leads:
            return ()
        said = self.shower.shown(last.start, last.end)
        named = block.kind in ("list", "table") and last.kind == "paragraph" and is_name(said)
        if not leads_in(said) and not named:
            return ()
        start, end = sentences(said, self.language)[-1]
        return (cut(said[start:end]),)

    def _answered(self, block: Block, kind: Kind) -> tuple[str, ...]:
        """The question that a block answers, or what was said before it in a conversation.

        What an entry asks, only an answer in another entry has to be told of.
        """
        if kind == "question":
            self._question = block.parent, self._name(block)
            return ()
        if block.kind == "turn":
            return (self._turn,) if asks(self._turn) else ()
        if self._question is None:
            return ()
        parent, name = self._question
        if parent >= 0 and self.blocks[parent].kind in _ENTRIES:
            return (name,) if block.kind == "answer" else ()
        return (name,) if block.kind in _ANSWERS or block.parent != parent else ()

    def _group(self, parent: int) -> int:
        """The outermost list or table that holds a block."""
        path = []
        while parent >= 0 and parent not in self._groups:
            path.append(parent)
            parent = self.blocks[parent].parent
        group = self._groups[parent] if parent >= 0 else -1
        for number in reversed(path):
            if group < 0 and self.blocks[number].kind in ("list", "table"):
                group = number
            self._groups[number] = group
        return group

    def _name(self, block: Block) -> str:
        return cut(self.shower.shown(block.start, block.end))


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """A text as a name: on one line, and no longer than is read of one."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + "…"


def tells_value(unit: Unit) -> bool:
    """Whether a unit is a name that answers by itself, as "Date: 14 June 2025"."""
    return unit.kind in ("heading", "caption") and is_key_value(unit.shown)


def is_only_name(unit: Unit) -> bool:
    """Whether a unit says nothing but what follows it is about."""
    return unit.kind in NAMES and not tells_value(unit)


def _distinct(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Names without those that are known already."""
    there = {name.casefold() for name in known}
    return tuple(name for name in names if name.casefold() not in there)


def names_of(document: Document, language: str = DEFAULT) -> tuple[str, ...]:
    """What a document is called: its folders, its file, and its title where that says something else."""
    *folders, file = document.source.split("/")
    stem = file.rsplit(".", 1)[0] if "." in file.lstrip(".") else file
    names = [_readable(name, language) for name in (*folders, stem)]
    if document.title and _words(document.title) != _words(stem):
        names.append(" ".join(document.title.split()))
    return tuple(names)


def _readable(name: str, language: str) -> str:
    """A name of a file or folder in words; a date also as people say it."""
    dates = list(spelled(name, language))
    words = " ".join(name.replace("_", " ").split())
    return ", ".join([words, *dates]) if dates else words.replace("-", " ")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("_", " "))
