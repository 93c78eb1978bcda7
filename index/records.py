"""The nouns of Docent: what a document is made of, and what a search finds.

A question makes hundreds of them: msgspec's structs are made several times as quickly as dataclasses.
All offsets count Unicode code points of ``Document.text``, start inclusive, end exclusive.
"""

from typing import Literal

import msgspec

Kind = Literal[
    "heading", "paragraph", "list", "item", "table", "head", "row", "code", "caption", "quotation",
    "question", "answer", "term", "definition", "record", "property", "turn", "note",
]  # fmt: skip
"""What a block is. ``head`` is the row that names a table's columns; ``record`` a line that says something by
itself, as of a price list; ``property`` an entry such as the subject of a mail; ``turn`` what one person
says in a conversation; ``note`` a footnote or a speaker's note."""

NAMES: frozenset[Kind] = frozenset(("heading", "caption", "term", "question"))
"""Kinds of blocks that name what follows them."""

ENTRIES: frozenset[Kind] = frozenset(("item", "row", "record", "property", "turn", "definition"))
"""Kinds of units that are one of several alike."""

RUNNING: frozenset[Kind] = frozenset(("paragraph", "quotation", "note"))
"""Kinds of units that are sentences of running text."""

Span = tuple[int, int]
"""Start and end of a stretch of a text."""


class Block(msgspec.Struct, frozen=True):
    """A part of a document's text, be it in another: blocks nest, and do not overlap otherwise.

    ``parent`` is the number of the block that it stands in, or -1; a parent comes before its children, and
    blocks are sorted by start. ``level`` is the depth of a heading, 1 at the top, and 0 for the other kinds.
    ``cells`` are those of a row or head, in their order; an empty cell is a stretch of no characters.
    """

    kind: Kind
    start: int
    end: int
    parent: int = -1
    level: int = 0
    cells: tuple[Span, ...] = ()


class Style(msgspec.Struct, frozen=True):
    """How a stretch of the text looks, with the address of a link."""

    start: int
    end: int
    kind: Literal["bold", "italic", "code", "link"]
    href: str = ""


class Markup(msgspec.Struct, frozen=True):
    """A stretch that is not shown, and what is shown in its place, as of the HTML entity "&mdash;"."""

    start: int
    end: int
    instead: str = ""


class Page(msgspec.Struct, frozen=True):
    """A page of a document: its label as printed or counted, its size in points, where its text stands.

    ``boxes`` holds left, bottom, right and top of each character of the page's text in eighths of a point
    from the lower left corner, as little-endian unsigned numbers of 16 bits; it is empty where these are not
    known.
    """

    label: str
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0
    boxes: bytes = b""


class Time(msgspec.Struct, frozen=True):
    """From which second of a recording on a text is spoken."""

    start: int
    seconds: float


class Layout(msgspec.Struct, frozen=True):
    """How a document's text is built: blocks, markup, looks and pages, each sorted by start."""

    blocks: tuple[Block, ...] = ()
    markup: tuple[Markup, ...] = ()
    styles: tuple[Style, ...] = ()
    pages: tuple[Page, ...] = ()
    times: tuple[Time, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """What a reader of a document should know, as data: front ends have the words.

    ``replaced``: so many bytes were no text; ``scanned``: so many pages are pictures without text.
    """

    kind: Literal["replaced", "scanned"]
    count: int = 0


class Document(msgspec.Struct, frozen=True):
    """A text that answers can be quoted from.

    ``source`` is the path of its file relative to the documents folder, with forward slashes; of a document
    that lies in another one's file, as an attachment, its name follows after a slash, and ``file`` is the
    path of that file, which else is empty. ``digest`` is the SHA-256 of the file's bytes in hexadecimal.
    ``properties`` are what the format says of it besides, such as author and date.
    """

    source: str
    title: str
    text: str
    digest: str
    layout: Layout = Layout()
    properties: dict[str, str] = {}
    notices: tuple[Notice, ...] = ()
    file: str = ""


class Locator(msgspec.Struct, frozen=True):
    """Where in a document something stands, as a person would look for it.

    ``headings`` are those above it, outermost first; ``first`` and ``last`` count its paragraphs within the
    innermost heading, from 1, and are 0 where it has none; ``time`` counts the seconds of a recording.
    ``first_row`` and ``last_row`` count rows of a table below its heads, from 1; they are 0 but for what is
    quoted of a table.
    """

    page: str = ""
    headings: tuple[str, ...] = ()
    first: int = 0
    last: int = 0
    time: float | None = None
    first_row: int = 0
    last_row: int = 0


class Context(msgspec.Struct, frozen=True):
    """What is needed to understand a unit, and to find it; never quoted as the answer itself.

    ``document`` are names of folders and file and the title; ``headings`` those above; ``leads`` what leads
    the unit in: the sentence before its list, the items that it is a sub-item of, the question that it
    answers. All go from the outermost to the innermost.
    """

    document: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of it, outermost first."""
        return (*self.document, *self.headings, *self.leads)


class Part(msgspec.Struct, frozen=True):
    """A stretch of a unit that is shown, and what stands before it there: nothing, or the name of a cell."""

    start: int
    end: int
    before: str = ""


class Passage(msgspec.Struct, frozen=True):
    """A stretch of a document short enough for the encoder to read whole, and the language of most of it.

    ``language`` is a code as in ``index/languages.py``, and empty where nobody looked.
    """

    document: Document
    start: int
    end: int
    locator: Locator = Locator()
    language: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Its document's source and where it starts there, which no other passage has."""
        return self.document.source, self.start

    @property
    def text(self) -> str:
        """The passage, word for word."""
        return self.document.text[self.start : self.end]


class Unit(msgspec.Struct, frozen=True):
    """What is found and quoted: a sentence, an item, a row, a line; row *i* of the vectors is unit *i*'s.

    ``parts`` are what is shown of it, in order; where there are none, all of it is.
    """

    passage: Passage
    start: int
    end: int
    kind: Kind = "paragraph"
    context: Context = Context()
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The unit, word for word."""
        return self.passage.document.text[self.start : self.end]

    @property
    def shown(self) -> str:
        """The unit without markup; of a row, its cells with the names of their columns."""
        if not self.parts:
            return self.text
        text = self.passage.document.text
        return "".join(part.before + text[part.start : part.end] for part in self.parts)


Divided = list[tuple[Passage, list[Unit]]]
"""The passages of a document, each with its units, in reading order."""


class Features(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What speaks for a unit as the answer to a question.

    Cosines lie in [-1, 1]. A coverage is the share, in [0, 1], of the question's content words found
    in the text, each word weighted by its inverse document frequency; a smooth one weights them as if
    passages about other things were in the index too, for in a few documents about one thing the
    word for that thing counts for nothing. Phrases are the share of the question's pairs of neighbouring
    words, at least one of them a content word, that stand in the text like that, each weighted by its
    content words. ``entry`` is what
    an entry covers beyond what all units of its passage do, ``around`` is of the unit together with its
    context. The fused score, in [0, 1], is the one by which the search ranks the passage. Numbers and names
    missing are the shares of those of the question that stand neither in the passage nor above it;
    ``around``, neither in the unit nor above it. The last three are 1 or 0: whether the unit is only a name,
    as a heading or a question; an entry of a list or table; code or a property.
    """

    unit_cosine: float = 0.0
    unit_coverage: float = 0.0
    unit_coverage_smooth: float = 0.0
    entry_coverage: float = 0.0
    around_coverage: float = 0.0
    around_coverage_smooth: float = 0.0
    around_phrases: float = 0.0
    passage_cosine: float = 0.0
    passage_coverage: float = 0.0
    passage_coverage_smooth: float = 0.0
    passage_phrases: float = 0.0
    passage_fused: float = 0.0
    numbers_missing: float = 0.0
    names_missing: float = 0.0
    numbers_missing_around: float = 0.0
    names_missing_around: float = 0.0
    is_name: float = 0.0
    is_entry: float = 0.0
    is_code: float = 0.0

    def fused(self, weights: "Features") -> float:
        """The sum of the features, each times its weight."""
        return (
            weights.unit_cosine * self.unit_cosine
            + weights.unit_coverage * self.unit_coverage
            + weights.unit_coverage_smooth * self.unit_coverage_smooth
            + weights.entry_coverage * self.entry_coverage
            + weights.around_coverage * self.around_coverage
            + weights.around_coverage_smooth * self.around_coverage_smooth
            + weights.around_phrases * self.around_phrases
            + weights.passage_cosine * self.passage_cosine
            + weights.passage_coverage * self.passage_coverage
            + weights.passage_coverage_smooth * self.passage_coverage_smooth
            + weights.passage_phrases * self.passage_phrases
            + weights.passage_fused * self.passage_fused
            + weights.numbers_missing * self.numbers_missing
            + weights.names_missing * self.names_missing
            + weights.numbers_missing_around * self.numbers_missing_around
            + weights.names_missing_around * self.names_missing_around
            + weights.is_name * self.is_name
            + weights.is_entry * self.is_entry
            + weights.is_code * self.is_code
        )


class Hit(msgspec.Struct, frozen=True):
    """A unit found, its evidence in about [0, 1] (higher is better), and why."""

    unit: Unit
    score: float
    features: Features
