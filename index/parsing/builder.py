"""Blocks in, text and layout out: for formats whose text is not lines of a file but has to be put together.

Blocks that stand in no other are divided by an empty line, all others by a line's end; the cells of a row by
tabulators.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple

from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.outline import Nest, Outline
from index.records import Kind, Notice, Page, Span, Style, Time

_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r" ?\n[ \n]*")
BETWEEN_CELLS = "\t"
MOST_CHARACTERS = 50_000_000
"""Of a text that is put together: what a small file says in many places may be more."""


class Run(NamedTuple):
    """Words of one look: a kind of ``Style``, or none; ``href`` is where a link leads."""

    text: str
    look: Literal["", "bold", "italic", "code", "link"] = ""
    href: str = ""


Words = str | Sequence[Run]
"""What a block says: plain, or in runs."""


class Builder:
    """Puts a text together, block after block."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._nest = Nest(self.outline)
        self._parts: list[str] = []
        self._length = 0

    @property
    def length(self) -> int:
        """How many characters there are so far."""
        return self._length

    @property
    def place(self) -> int:
        """What tells the innermost open block from all others; ``TOP`` where none is open."""
        return self._nest.place

    @contextmanager
    def inside(self, kind: Kind) -> Iterator[None]:
        """What is added meanwhile stands in a block of this kind; one that stays empty is left out."""
        self._nest.enter(kind)
        try:
            yield
        finally:
            self._nest.leave()

    def add(self, kind: Kind, words: Words, *, level: int = 0, keep: bool = False) -> None:
        """Add a block of words; runs of white space become one space, line ends stay. Nothing if it is empty.

        Args:
            kind: of the block.
            words: what it says.
            level: of a heading, 1 at the top.
            keep: leave all white space as it is, as code needs.
        """
        runs = [Run(words)] if isinstance(words, str) else list(words)
        shown = _tidy(runs, keep=keep)
        if not any(run.text.strip() for run in shown):
            return
        self._gap()
        start = self._length
        parent = self._nest.parent(start)
        for run in shown:
            begin = self._length
            self._say(run.text)
            if run.look and run.text.strip():
                self.outline.styles.append(Style(begin, self._length, run.look, run.href))
        self.outline.add(kind, start, self._length, parent, level=level)

    def heading(self, words: Words, level: int) -> None:
        """Add a heading; line ends in it become spaces."""
        runs = [Run(words)] if isinstance(words, str) else words
        self.add("heading", [run._replace(text=" ".join(run.text.splitlines())) for run in runs], level=level)

    def row(self, cells: Sequence[str], *, head: bool = False) -> None:
        """Add a row of a table, or the one that names its columns; one without words is left out."""
        texts = [" ".join(cell.split()) for cell in cells]
        if not any(texts):
            return
        self._gap()
        start = self._length
        parent = self._nest.parent(start)
        spans: list[Span] = []
        for number, text in enumerate(texts):
            if number:
                self._say(BETWEEN_CELLS)
            begin = self._length
            self._say(text)
            spans.append((begin, self._length))
        self.outline.add("head" if head else "row", start, self._length, parent, cells=tuple(spans))

    def page(self, label: str, width: float = 0.0, height: float = 0.0) -> None:
        """A page begins here; it ends where the next one begins."""
        self._end_page()
        self.outline.pages.append(Page(label, self._length, self._length, width, height))

    def time(self, seconds: float) -> None:
        """What follows is spoken from this second on."""
        self._gap()
        self.outline.times.append(Time(self._length, seconds))

    def parsed(
        self,
        *,
        title: str = "",
        properties: dict[str, str] | None = None,
        notices: Iterable[Notice] = (),
        attachments: Iterable[Attachment] = (),
    ) -> Parsed:
        """What was put together."""
        self._end_page()
        text = "".join(self._parts)
        known = {key: value for key, value in (properties or {}).items() if value}
        title = " ".join(title.split())
        return Parsed(text, self.outline.layout(), title, known, tuple(notices), tuple(attachments))

    def _end_page(self) -> None:
        if self.outline.pages:
            last = self.outline.pages[-1]
            self.outline.pages[-1] = Page(
                last.label, last.start, self._length, last.width, last.height, last.boxes
            )

    def _gap(self) -> None:
        """What stands between the last block and the next."""
        if self._parts:
            wanted = "\n" if self._nest.begun else "\n\n"
            there = next((part for part in reversed(self._parts) if part), "")
            if not there.endswith(wanted):
                self._say(wanted[len(there) - len(there.rstrip("\n")) :])

    def _say(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_CHARACTERS:
            raise Unreadable(f"makes more than {MOST_CHARACTERS:,} characters of text")
        self._parts.append(text)


def _tidy(runs: Sequence[Run], *, keep: bool) -> list[Run]:
    """Runs without white space at the ends of all, and no more than one blank between words."""
    if keep:
        return [Run("".join(run.text for run in runs).strip("\n"))]
    found: list[Run] = []
    before = "\n"
    for run in runs:
        text = _LINES.sub("\n", _BLANKS.sub(" ", run.text))
        if before.isspace():
            text = text.lstrip()
        if text:
            found.append(run._replace(text=text))
            before = text[-1]
    while found and not found[-1].text.rstrip():
        found.pop()
    if found:
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return found
