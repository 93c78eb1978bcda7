"""Markdown: CommonMark with tables, footnotes and definition lists, front matter, and the tags of site
builders.

The text stays the decoded file; what is markup is noted down beside it, so that quotes can be shown without.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from index.parsing import lines as roles
from index.parsing import tags
from index.parsing.base import Parsed, Unreadable
from index.parsing.front_matter import front_matter
from index.parsing.inline import BREAK, Inline
from index.parsing.lines import Line
from index.parsing.outline import TOP, Nest, Outline
from index.parsing.prose import Prose
from index.parsing.text import decode
from index.records import Kind, Span, Style

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TITLE = re.compile(r"^title[ \t]*[:=].*\S", re.IGNORECASE | re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPED_PIPE = re.compile(r"\\(?=\|)")
_MARKS = re.compile(r"(?:[ \t]*(?:>|(?:[-+*:]|\d{1,9}[.)])(?=[ \t])|\[\^[^\[\]\s]+\]:))*[ \t]*")
"""What may stand in a line before the first cell of a table, of what the table stands in."""
_BOXED = re.compile(r"\[![A-Za-z]+\]")
_DETAILS = re.compile(r"</?details\b|<summary\b")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_DEEPEST = 100  # levels of blocks in blocks, and of emphasis
_PARTS = 50  # of a text that nests too deeply
_LEAVES = frozenset(("inline", "fence", "code_block", "html_block"))
_FEW = 2  # lines, of which one that is broken on purpose may be a sentence
_EMPHASISED = 7  # level of a line all in bold, which stands for a heading
_CONTAINERS: Mapping[str, Kind] = {
    "blockquote_open": "quotation",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "table_open": "table",
    "dl_open": "list",
    "dd_open": "definition",
    "footnote_reference_open": "note",
}


def parse(data: bytes, name: str) -> Parsed:
    """Parse a Markdown file: its text is the decoded file, unchanged.

    Raises:
        Unreadable: the bytes are no text, or nest too deeply.
    """
    text, notices = decode(data)
    outline = Outline()
    begin, properties = front_matter(text, outline)
    _Markdown(text, outline, begin).read()
    if not outline.blocks and (entry := _TITLE.search(text, 0, begin)):  # all that there is
        outline.add("property", *entry.span())
    title = properties.pop("title", "")
    return Parsed(text, outline.layout(), title, properties, notices)


@cache
def _grammar() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    grammar = MarkdownIt("commonmark", {"maxNesting": _DEEPEST, "store_labels": True})
    grammar.enable(["table", "strikethrough"]).use(deflist_plugin).use(footnote_plugin, inline=False)
    return grammar.disable(["text_join", "footnote_tail"])  # words and notes stay where they stand


@dataclass(slots=True)
class _Markdown:
    """Goes through the tokens of a text from an offset on."""

    text: str
    outline: Outline
    begin: int
    code: list[Span] = field(default_factory=list)
    masked: str = field(init=False)
    _offsets: list[int] = field(init=False)
    _nest: Nest = field(init=False)
    _prose: Prose = field(init=False)
    _details: list[Span] = field(default_factory=list)  # open ones: how many blocks hold each, it included

    def __post_init__(self) -> None:
        self.masked = tags.masked(self.text.replace("\0", "\ufffd"))  # as CommonMark has it
        lines = _LINE.finditer(self.text, self.begin)
        self._offsets = [self.begin, *(line.end() for line in lines)]
        self._nest = Nest(self.outline)
        self._prose = Prose(self.text, self.outline, wrapped=True)

    def read(self) -> None:
        """Find all blocks.

        Raises:
            Unreadable: they nest too deeply, again and again.
        """
        tokens = self._tokens()
        for number, token in enumerate(tokens):
            if token.type in _CONTAINERS:
                boxed = token.type == "blockquote_open" and self._is_boxed(tokens[number + 1 : number + 3])
                self._nest.enter("note" if boxed else _CONTAINERS[token.type])
            elif token.nesting < 0 and token.type.removesuffix("_close") + "_open" in _CONTAINERS:
                while self._end_details():
                    pass
                self._nest.leave()
            elif token.type == "inline":
                self._inline(tokens[number - 1], token, self._before_list(tokens, number))
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "html_block":
                self._html(token)
            elif token.type == "tr_open":
                self._row(tokens, number)
        for start, end in tags.of_builders(self.text, self.begin):
            within = bisect_left(self.code, (end, 0))  # those that begin before it ends
            if not within or self.code[within - 1][1] <= start:
                self.outline.hide(start, tags.divided(self.text, end) if self._begins_line(start) else end)

    def _begins_line(self, at: int) -> bool:
        """Whether nothing but marks stands before it in its line."""
        line = self._offsets[bisect_right(self._offsets, at) - 1]
        return _MARKS.fullmatch(self.text, line, at) is not None

    def _tokens(self) -> list["Token"]:
        """The tokens of the text. Where blocks nest too deeply, the rest of them is read by itself."""
        tokens: list[Token] = []
        known: dict[str, Any] = {}  # addresses that are given elsewhere
        first = 0
        for _ in range(_PARTS):
            found = _grammar().parse(self.masked[self._offsets[first] :], known)
            last = first
            for token in found:
                if token.map:
                    token.map = [number + first for number in token.map]
                    if token.type in _LEAVES:
                        last = max(last, token.map[1], token.map[0] + 1)  # a term ends where it begins
            tokens += found
            if last == first or max(token.level for token in found) < _DEEPEST - 1:
                return tokens
            first = last
        raise Unreadable("nested too deeply")

    @staticmethod
    def _is_boxed(tokens: Sequence["Token"]) -> bool:
        return len(tokens) > 1 and _BOXED.match(tokens[1].content) is not None

    @staticmethod
    def _before_list(tokens: Sequence["Token"], number: int) -> bool:
        following = tokens[number + 2 : number + 3]
        return bool(following) and following[0].type in ("bullet_list_open", "ordered_list_open")

    # --------------------------------------------------------------------------------- what holds words

    def _inline(self, opening: "Token", token: "Token", before_list: bool) -> None:
        if opening.type in ("th_open", "td_open"):  # cells are read with their row
            return
        pieces = list(self._pieces(token))
        if not pieces:
            return
        styles = len(self.outline.styles)
        lines = [line for line in Inline(self, token, pieces).lines() if line.text]
        if not lines:
            return
        parent = self._nest.parent(lines[0].start)
        if opening.type == "heading_open":
            self._heading(lines, int(opening.tag[1:]), parent)
        elif opening.type == "dt_open":
            self.outline.add("term", lines[0].start, lines[-1].end, parent)
        elif parent == TOP and not before_list and _is_bold(lines[0], self.outline.styles[styles:]):
            self._emphasised(lines)
        elif len(lines) > _FEW and _is_broken(token) and not before_list:
            self._prose.records(lines, parent)
        else:
            self._prose.add(lines, parent, before_list=before_list)

    def _pieces(self, token: "Token") -> Iterator[tuple[str, int]]:
        """The lines of what a token holds, each with the offset where it stands: behind marks, at its end."""
        number, last = token.map or (0, 0)
        for content in token.content.split("\n"):
            bare = content.lstrip(" \t")
            for line in range(number, max(last, number + 1) if bare else number):
                at = self.masked.rfind(bare, *self._line(line))
                if at >= 0:
                    yield bare, at
                    number = line + 1
                    break

    def _line(self, number: int) -> Span:
        """Where a line begins and ends, its line end left out."""
        start, end = self._offsets[number], self._offsets[min(number + 1, len(self._offsets) - 1)]
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    def _heading(self, lines: Sequence[Line], level: int, parent: int = TOP) -> None:
        self.outline.add("heading", lines[0].start, lines[-1].end, parent, level=level)
        self._prose.heading()

    def _emphasised(self, lines: Sequence[Line]) -> None:
        """A first line in bold leads the others in; alone it is a heading."""
        if roles.asks(lines[0].text) or len(lines) > 1:
            if roles.asks(lines[0].text):
                self._prose.add(lines)
            else:
                self._heading(lines[:1], _EMPHASISED)
                self._prose.add(lines[1:])
        elif roles.ends_sentence(lines[0].text) and len(lines[0].text.split()) > 8:
            self._prose.add(lines)
        else:
            self._heading(lines, _EMPHASISED)

    def _code(self, token: "Token") -> None:
        first, last = token.map or (0, 0)
        fenced = token.type == "fence"
        self.code.append((self._offsets[first + fenced], self._offsets[min(last, len(self._offsets) - 1)]))
        lines = self._lines(token, first + fenced)
        said = [number for number, line in enumerate(lines) if self.text[slice(*line)].strip()]
        if not said:
            return
        start, end = lines[said[0]][0], lines[said[-1]][1]
        end = start + len(self.text[start:end].rstrip())
        self.outline.add("code", start, end, self._nest.parent(start))
        for number in range(said[0] + 1, said[-1] + 1):  # marks of what it stands in
            self.outline.hide(self._offsets[first + fenced + number], lines[number][0])

    def _lines(self, token: "Token", number: int) -> list[Span]:
        """Where the lines of code or HTML stand, behind the marks of what they stand in."""
        found: list[Span] = []
        for content in token.content.removesuffix("\n").split("\n"):
            if number >= len(self._offsets) - 1:
                break
            begin, end = self._line(number)
            bare = content.lstrip(" \t")
            at = max(begin, end - len(bare))
            while at > max(begin, end - len(content)) and self.text[at - 1] in " \t":
                at -= 1
            found.append((at, end))
            number += 1
        return found

    def _html(self, token: "Token") -> None:
        lines = self._lines(token, (token.map or (0, 0))[0])
        start, end = lines[0][0], lines[-1][1]
        shown = bytearray(end - start)
        for one, other in lines:
            shown[one - start : other - start] = b"\1" * (other - one)
        self._hide_tags(start, end, shown)
        for one, other in lines:
            details = _DETAILS.findall(self.text[one:other].lower())
            if "<details" in details:
                self._details.append((self._nest.inside, self._nest.inside + 1))
                self._nest.enter("list")
            named = "<summary" in details and self._details[-1:] == [
                (self._nest.inside - 1, self._nest.inside)
            ]
            if any(self.text[at].isalnum() for at in range(one, other) if shown[at - start]):
                seen = [at for at in range(one, other) if shown[at - start] and not self.text[at].isspace()]
                kind: Kind = "term" if named else "paragraph"
                self.outline.add(kind, seen[0], seen[-1] + 1, self._nest.parent(seen[0]))
                if named:
                    self._details[-1] = self._nest.inside - 1, self._nest.inside + 1
                    self._nest.enter("definition")
            if "</details" in details:
                self._end_details()

    def _end_details(self) -> bool:
        """Leave what opens, the innermost, if nothing of Markdown has begun in it; whether there is one."""
        if not self._details or self._details[-1][1] != self._nest.inside:
            return False
        before, _ = self._details.pop()
        while self._nest.inside > before:
            self._nest.leave()
        return True

    def _hide_tags(self, start: int, end: int, shown: bytearray) -> None:
        """Hide tags, comments and scripts of HTML, and the entities that stand for characters."""
        found = sorted(chain(tags.of_html(self.text, start, end), tags.of_builders(self.text, start, end)))
        for one, other in found:
            shown[one - start : other - start] = bytes(other - one)
        breaks = [one for one, _ in found if BREAK.match(self.text, one)]
        for run in re.finditer(rb"\0+", shown):
            one, other = start + run.start(), start + run.end()
            broken = bisect_left(breaks, other) > bisect_left(breaks, one)
            between = self.text[one - 1 : one].strip() and self.text[other : other + 1].strip()
            self.outline.hide(one, other, " " if broken and between else "")
        for entity in _ENTITY.finditer(self.text, start, end):
            if shown[entity.start() - start] and (said := unescape(entity[0])) != entity[0]:
                self.outline.hide(entity.start(), entity.end(), said)

    def _row(self, tokens: Sequence["Token"], number: int) -> None:
        """A row of a table, with its cells."""
        cells: list[Token] = []
        head = tokens[number + 1].type == "th_open"
        while (token := tokens[number]).type != "tr_close":
            if token.type == "inline":
                cells.append(token)
            number += 1
        if not cells or cells[0].map is None:
            return
        start, end = self._line(cells[0].map[0])
        marks = _MARKS.match(self.text, start, end) if self._nest.inside > 1 else None
        start = marks.end() if marks else start
        line = self.masked[start:end].rstrip()
        borders = [-1, *(pipe.start() for pipe in _PIPE.finditer(line)), len(line)]
        spans = [_trimmed(self.text, start + one + 1, start + other) for one, other in pairwise(borders)]
        spans = spans[line.lstrip().startswith("|") :]
        spans = spans[: len(cells)] + [(spans[-1][1],) * 2] * (len(cells) - len(spans)) if spans else spans
        if not spans or not any(start < end for start, end in spans):
            return
        for cell, span in zip(cells, spans, strict=True):
            if span[0] < span[1]:
                Inline(self, cell, self._parts_of_cell(*span), between="").lines()
        parent = self._nest.parent(spans[0][0])
        self.outline.add("head" if head else "row", spans[0][0], spans[-1][1], parent, cells=tuple(spans))

    def _parts_of_cell(self, start: int, end: int) -> list[tuple[str, int]]:
        """A cell without the backslashes that keep bars from dividing it."""
        borders = [start, *(mark.start() for mark in _ESCAPED_PIPE.finditer(self.masked, start, end)), end]
        places = [(one if one == start else one + 1, other) for one, other in pairwise(borders)]
        return [(self.masked[one:other], one) for one, other in places if one < other]


def _is_bold(line: Line, styles: Sequence[Style]) -> bool:
    """Whether a whole line is in bold, as headings are that are none."""
    wide = [
        style.end - style.start
        for style in styles
        if style.kind == "bold" and line.start <= style.start and style.end <= line.end
    ]
    return bool(wide) and sum(wide) >= len(line.text.rstrip(":.?")) and len(line.text) <= 100


def _trimmed(text: str, start: int, end: int) -> Span:
    stretch = text[start:end]
    if not stretch.strip():
        return start, start
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _is_broken(token: "Token") -> bool:
    """Whether each line of a paragraph is ended on purpose, as in an address."""
    ends = [child.type for child in token.children or () if child.type in ("hardbreak", "softbreak")]
    return bool(ends) and set(ends) == {"hardbreak"}
