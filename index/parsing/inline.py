"""A token of Markdown in, its lines as they are shown out; what stands between its words is markup.

markdown-it says what a paragraph holds, but not where: its words are found again in the text, in their order,
each right behind the markup after the last one. Where they are not, all of the paragraph is shown.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from index.parsing.lines import DONE, TASK, Line
from index.parsing.note_marks import hidden_in
from index.parsing.outline import Outline
from index.records import Span, Style

if TYPE_CHECKING:
    from markdown_it.token import Token

MASK = "\ue000"
"""Stands in place of the characters of a tag, so that it neither divides a link nor is taken for Markdown."""

_MASKED = "%EE%80%80"  # in an address
_NOTES = re.compile(r"(?<!\\)\[\^[^\[\]\s]+\]|(?<!!)\[![A-Za-z]+\](?:[-+](?= ))?")
"""What refers to footnotes, and the heads of boxed notes."""
_MASKS = re.compile(f"{MASK}+")
_HIDDEN = re.compile(rb"\0+")
_NAME = re.compile(r"\[(?:\\.|[^\[\]\\])*\]", re.DOTALL)
"""The name of an address that is given elsewhere."""
_BRACKETED = re.compile(r"\s*<(?:\\.|[^<>\\])*>")
BREAK = re.compile(
    r"</?(?:br|p|div|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tr|td|th|h[1-6]|hr|details|summary|blockquote"
    r"|pre|figcaption|section|article|header|footer|option)\b",
    re.IGNORECASE,
)
"""A tag of HTML at which words end."""


class Source(Protocol):
    """The text that tokens are of, and what is noted down of it; ``code`` are the stretches that are code."""

    text: str
    outline: Outline
    code: list[Span]


class _Lost(Exception):
    """Words of a token do not stand where they should."""


class _Look(NamedTuple):
    """What is open: its kind, where in the source it begins; of a link its address, and if it has a name."""

    kind: str
    begin: int
    href: str = ""
    named: bool = False


class Inline:
    """Aligns the words of a token with the text: what stands between them is markup.

    Args:
        markdown: whose text and outline are used.
        token: its children are the words and the markup, in their order.
        pieces: the stretches of the text that it was made of, each with its offset.
        between: what joins them: they are lines, if nothing else is said.
    """

    def __init__(
        self, markdown: Source, token: "Token", pieces: Sequence[tuple[str, int]], between: str = "\n"
    ) -> None:
        self._markdown = markdown
        self._text, self._outline = markdown.text, markdown.outline
        self._token = token
        self._source = between.join(piece for piece, _ in pieces)
        self._at: list[int] = []  # of each character of the source, its offset
        self._gaps: list[Span] = []  # between pieces
        for piece, offset in pieces:
            if self._at:
                end = self._at[-1] + 1
                self._at += range(end, end + len(between))
                self._gaps.append((end + len(between), offset))
            self._at += range(offset, offset + len(piece))
        self._shown = bytearray(len(self._source))
        self._place = 0
        self._looks: list[_Look] = []
        self._code: list[Span] = []
        self._breaks: list[int] = []
        self._in_address = False
        self._done = ""  # what is shown at the start of what is done

    def lines(self) -> list[Line]:
        """The lines as they are shown; markup and styles are noted down."""
        self._align()
        for start, end in self._code:
            self._markdown.code.append((self._at[start], self._at[end - 1] + 1))
        marks = (found.span() for pattern in (_MASKS, _NOTES) for found in pattern.finditer(self._source))
        for start, end in chain(marks, hidden_in(self._source)):
            if not self._in_code(start, end):
                self._shown[start:end] = bytes(end - start)
        if task := TASK.match(self._source):
            self._shown[: task.end()] = bytes(task.end())
            self._done = DONE if task["done"].strip() else ""
        lines: list[Line] = []
        start = 0
        for part in self._source.split("\n"):
            end = start + len(part)
            places = [n for n in range(start, end) if self._shown[n]]
            first = next((n for n, place in enumerate(places) if not self._source[place].isspace()), None)
            if first is not None:
                last = next(n for n in range(len(places), 0, -1) if not self._source[places[n - 1]].isspace())
                lines.append(self._line(start, end, places[first:last]))
                if places[last:] and not self._shown[end - 1]:  # blanks before marks at the end
                    self._shown[places[last] : end] = bytes(end - places[last])
            self._shown[end : end + 1] = b"\1"[: len(self._source) - end]
            start = end + 1
        self._hide()
        return lines

    def _line(self, start: int, end: int, places: Sequence[int]) -> Line:
        """A line: it begins and ends with the markup around its words, but for what only leads on."""
        begin, offsets = self._at[start], [self._at[place] for place in places]
        stop = offsets[-1] + 1
        opening, closing = self._text[begin : offsets[0]], self._text[stop : self._at[end - 1] + 1].rstrip()
        if opening.strip("*_~`[!\\ \t<") and not (self._done and start == 0):  # a tag, say
            begin = offsets[0]
        if not (closing.endswith("}") or closing.lstrip().startswith(("<", "{"))):
            stop += len(closing)
        return Line(begin, stop, "".join(map(self._text.__getitem__, offsets)), offsets)

    def _hide(self) -> None:
        """Note down what is not shown; words between which lines are broken have a blank there."""
        for hidden in _HIDDEN.finditer(self._shown):
            start, end = hidden.span()
            broken = bisect_right(self._breaks, end - 1) > bisect_right(self._breaks, start - 1)
            between = self._source[start - 1 : start].strip() and self._source[end : end + 1].strip()
            instead = self._done if not start else " " if broken and between else ""
            self._outline.hide(self._at[start], self._at[end - 1] + 1, instead)
        for start, end in self._gaps:  # marks of blocks at the start of a line
            gap = self._text[start:end]
            self._outline.hide(start + len(gap) - len(gap.lstrip("\r\n")), end)

    def _in_code(self, start: int, end: int) -> bool:
        """Whether a stretch of the source touches code."""
        number = bisect_right(self._code, (end - 1, len(self._source)))
        return number > 0 and self._code[number - 1][1] > start

    # --------------------------------------------------------------------------------- alignment

    def _align(self) -> None:
        """Go through the tokens, and find each where the last one ended."""
        markup, styles = len(self._outline.markup), len(self._outline.styles)
        try:
            self._walk(self._token.children or ())
        except _Lost:
            del self._outline.markup[markup:], self._outline.styles[styles:]
            self._shown = bytearray(b"\1" * len(self._source))
            self._code, self._breaks = [], []

    def _walk(self, tokens: Sequence["Token"]) -> None:
        for token in tokens:
            if step := _STEPS.get(token.type):
                step(self, token)

    def _find(self, words: str) -> Span:
        """Where words stand next: only marks may stand before them, and their blanks may be line ends.

        Raises:
            _Lost: they do not.
        """
        at = self._source.find(words, self._place)
        if at >= 0 and not any(map(str.isalnum, self._source[self._place : at])):
            return at, at + len(words)
        if len(parts := words.split()) > 1:
            found = re.compile(r"\s+".join(map(re.escape, parts))).search(self._source, self._place)
            if found and not any(map(str.isalnum, self._source[self._place : found.start()])):
                return found.span()
        raise _Lost

    def _skip(self, markup: str) -> None:
        _, self._place = self._find(markup)

    def _show(self, start: int, end: int) -> None:
        self._shown[start:end] = b"\1" * (end - start)
        self._place = end

    def _words(self, token: "Token") -> None:
        if not self._in_address:
            self._show(*self._find(token.content))

    def _special(self, token: "Token") -> None:
        """An escaped character, or an entity, which stands for one."""
        start, end = self._find(token.markup)
        if token.markup.endswith(token.content):
            start = end - len(token.content)
        else:
            self._outline.hide(self._at[start], self._at[end - 1] + 1, token.content)
        self._show(start, end)

    def _code_span(self, token: "Token") -> None:
        """Code between backticks: its line ends are blanks, one of which may stand at each end."""
        _, start = self._find(token.markup)
        ticks = len(token.markup)
        closing = re.compile(rf"(?<!`)`{{{ticks}}}(?!`)").search(self._source, start)
        if closing is None:
            raise _Lost
        end = closing.start()
        said = self._source[start:end].replace("\n", " ")
        if said.startswith(" ") and said.endswith(" ") and said.strip(" "):
            start, end = start + 1, end - 1
        self._code.append((start, end))
        self._show(start, end)
        self._style("code", start, end)
        self._place = closing.end()

    def _tag(self, token: "Token") -> None:
        start, self._place = self._find(token.content)
        if BREAK.match(token.content):
            self._breaks.append(start)

    def _line_end(self, token: "Token") -> None:
        self._skip("\n")

    def _note(self, token: "Token") -> None:
        self._skip(f"[^{token.meta['label']}]")

    # --------------------------------------------------------------------------------- looks and links

    def _emphasis(self, token: "Token") -> None:
        self._skip(token.markup)
        self._looks.append(_Look(token.type, self._place))

    def _emphasis_end(self, token: "Token") -> None:
        look = self._closed(token.type.replace("close", "open"))
        name = {"strong_open": "bold", "em_open": "italic"}.get(look.kind)
        if name:
            self._style(name, look.begin, self._place)
        self._skip(token.markup)

    def _closed(self, kind: str) -> _Look:
        """The last look of a kind that was opened."""
        for number in range(len(self._looks) - 1, -1, -1):
            if self._looks[number].kind == kind:
                return self._looks.pop(number)
        raise _Lost

    def _link(self, token: "Token") -> None:
        look = _Look("link", self._place, str(token.attrs.get("href", "")), "label" in token.meta)
        self._looks.append(look)
        if token.markup == "autolink":  # of which the token's words are not those of the text
            self._skip("<")
            self._show(self._place, max(self._source.find(">", self._place), self._place))
            self._skip(">")
            self._in_address = True

    def _link_end(self, token: "Token") -> None:
        look = self._closed("link")
        if look.href and _MASKED not in look.href:
            self._style("link", look.begin, self._place, look.href)
        if not self._in_address:
            self._end_of_link(named=look.named)
        self._in_address = False

    def _image(self, token: "Token") -> None:
        self._walk(token.children or ())
        self._end_of_link(named="label" in token.meta)

    def _end_of_link(self, *, named: bool) -> None:
        """Go past the address of a link, or the name of one."""
        self._skip("]")
        if named:
            name = _NAME.match(self._source, self._place)
            self._place = name.end() if name else self._place
            return
        self._skip("(")
        self._place = self._end_of_address(self._place)

    def _end_of_address(self, place: int) -> int:
        """Where the bracket that closes an address and its title ends."""
        if bracketed := _BRACKETED.match(self._source, place):
            place = bracketed.end()
        depth, quote = 1, ""
        while place < len(self._source):
            character = self._source[place]
            if character == "\\":
                place += 1
            elif quote:
                quote = "" if character == quote else quote
            elif character in "\"'" and self._source[place - 1].isspace():
                quote = character
            elif character == "(":
                depth += 1
            elif character == ")":
                depth -= 1
                if not depth:
                    return place + 1
            place += 1
        raise _Lost

    def _style(self, kind: Any, begin: int, end: int, href: str = "") -> None:
        first, last = self._shown.find(1, begin, end), self._shown.rfind(1, begin, end)
        if first >= 0:
            self._outline.styles.append(Style(self._at[first], self._at[last] + 1, kind, href))


_STEPS: dict[str, Callable[[Inline, "Token"], None]] = {
    "text": Inline._words,
    "text_special": Inline._special,
    "code_inline": Inline._code_span,
    "html_inline": Inline._tag,
    "softbreak": Inline._line_end,
    "hardbreak": Inline._line_end,
    "footnote_ref": Inline._note,
    "image": Inline._image,
    "link_open": Inline._link,
    "link_close": Inline._link_end,
    "strong_open": Inline._emphasis,
    "strong_close": Inline._emphasis_end,
    "em_open": Inline._emphasis,
    "em_close": Inline._emphasis_end,
    "s_open": Inline._emphasis,
    "s_close": Inline._emphasis_end,
}
"""What to do at each kind of token."""
