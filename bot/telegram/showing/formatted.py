"""A stretch of a document as formatted text: headings bold, bullets, tables aligned or row by row."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rich.cells import cell_len

from bot.plain import clean, line, spaced
from bot.telegram.showing.html import Block, Run, block, short
from index.records import NAMES, Document, Span, Style
from index.records import Block as Part
from index.units.shown import Shower

Pieces = Callable[[int, int], Iterable[tuple[str, str, int]]]
"""What is shown of a stretch: what is put before, text, offset; for each piece of it."""

_TAGS = {"link": "a", "code": "code", "bold": "b", "italic": "i"}
_LINKS = re.compile(r"(?:https?|tg|mailto):[!-~]+", re.IGNORECASE)
_MARKER = re.compile(r"(?:^|\n)[ \t>]*(\w{1,4}[.)])[ \t]*\Z")
_WRAPPED = re.compile(r"(?<=[^\n]{45})\n(?=[^\n])")
"""The end of a line that only the width of the page has ended."""
_NARROW = 34  # columns of a phone in which a table is still aligned
_HERE, _ELSEWHERE = "▸ ", "  "  # before the row of an aligned table that is quoted, and before others
_NUMBER = re.compile(r"[-+−]?[.,\s]*+\d[\d.,\s]*+[%€$£]?")


def styled(
    start: int,
    end: int,
    pieces: Pieces,
    styles: Iterable[Style],
    *,
    strong: Span | None = None,
    code: bool = False,
    keep: Callable[[str], str] = spaced,
) -> Iterator[Run]:
    """A stretch of a text in runs of one look each.

    Args:
        start: of the stretch.
        end: of the stretch.
        pieces: what is shown of it.
        styles: how parts of it look in the document.
        strong: what is bold, however else it looks.
        code: whether all the rest is code.
        keep: makes what is no code safe to show.
    """
    looks = [(style.start, style.end, _TAGS[style.kind], style.href) for style in styles]
    looks = [look for look in looks if look[2] != "a" or _LINKS.fullmatch(look[3])]
    looks.sort(key=lambda look: list(_TAGS.values()).index(look[2]))
    if code:
        looks, keep = [(start, end, "code", "")], clean
    if strong:
        looks.insert(0, (*strong, "b", ""))
    borders = sorted({start, end, *(place for look in looks for place in look[:2])})
    before = " "
    for first, last in pairwise(place for place in borders if start <= place <= end):
        style, href = next(
            ((tag, to) for one, other, tag, to in looks if one <= first and last <= other), ("", "")
        )
        for name, piece, _ in pieces(first, last):
            for run in (Run(keep(name)), Run(keep(piece), style, href)):  # names of cells are no part of them
                text = run.text.lstrip() if before.isspace() else run.text
                if text:
                    before = text[-1]
                    yield replace(run, text=text)


def formatted(document: Document, start: int, end: int, quote: Span | None, title: str = "") -> list[Block]:
    """A stretch of a document as it looks, a quote in it emphasised.

    Args:
        document: with its layout; without, it is one paragraph.
        start: of the stretch.
        end: of the stretch.
        quote: start and end of what is emphasised.
        title: a heading of these words is left out, where they stand above it all anyway.
    """
    stretch = _Stretch(document, start, end, quote)
    return [one for one in stretch.blocks() if "".join(run.text for run in one.runs) != title]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A block without others in it, and what stands before it: a bullet, or ""."""

    part: Part
    before: str = ""


class _Stretch:
    def __init__(self, document: Document, start: int, end: int, quote: Span | None) -> None:
        self._document = document
        self._text = _WRAPPED.sub(" ", document.text)
        self._start, self._end = start, end
        self._quote = quote
        self._shower = Shower(document)
        self._parts = document.layout.blocks
        self._inside: dict[int, list[int]] = {}
        for number, part in enumerate(self._parts):
            if part.start < end and start < part.end:
                self._inside.setdefault(part.parent, []).append(number)

    def blocks(self) -> list[Block]:
        """All of it, in order; a heading and what follows stand together."""
        made: list[Block] = []
        under_heading = True
        for leaf in (
            self._leaves(-1, 0) if self._inside else [_Leaf(Part("paragraph", self._start, self._end))]
        ):
            part = leaf.part
            if part.kind == "table":
                made += self._table(part)
                under_heading = False
                continue
            alone = not under_heading and not leaf.before and part.kind not in ("record", "property")
            made.append(block(leaf.before, *self._runs(part), gap=alone or part.kind == "heading"))
            under_heading = part.kind == "heading"
        return [one for one in made if any(run.text.strip() for run in one.runs)]

    def _leaves(self, parent: int, depth: int, before: str = "") -> Iterator[_Leaf]:
        """The blocks that hold no others, but for tables; ``depth`` counts the lists around them."""
        for number in self._inside.get(parent, ()):
            part = self._parts[number]
            if part.kind == "table" or number not in self._inside:
                mark = self._bullet(part, depth) if part.kind == "item" else before
                yield _Leaf(part, mark)
            else:
                mark = self._bullet(part, depth) if part.kind == "item" else before
                yield from self._leaves(number, depth + (part.kind == "list"), mark)
            before = ""  # what follows in the same item

    def _bullet(self, item: Part, depth: int) -> str:
        if item.start < self._start:
            return ""
        numbered = _MARKER.search(self._document.text[max(0, item.start - 12) : item.start])
        return "    " * (depth - 1) + (f"{numbered[1]} " if numbered else "• ")

    def _runs(self, part: Part) -> Iterator[Run]:
        start, end = max(part.start, self._start), min(part.end, self._end)
        strong = (start, end) if part.kind in NAMES else self._quote
        return styled(
            start,
            end,
            self._pieces,
            self._document.layout.styles,
            strong=strong,
            code=part.kind == "code",
            keep=_lines,
        )

    def _pieces(self, start: int, end: int) -> Iterator[tuple[str, str, int]]:
        for part in self._shower.parts(start, end):  # what stands instead of markup looks as what it is in
            yield "", part.before + self._text[part.start : part.end], part.start

    def _table(self, table: Part) -> Iterator[Block]:
        """A narrow table aligned; of another each row as a line, its cells named by their columns."""
        number = self._parts.index(table)
        inside = [part for part in self._parts[number:] if part.parent == number and part.cells]
        heads = [self._shown(cell) for part in inside if part.kind == "head" for cell in part.cells]
        rows = [part for part in inside if part.start < self._end and self._start < part.end]
        cells = [[self._shown(cell) for cell in row.cells] for row in rows if row.kind != "head"]
        lines = aligned(heads, cells)
        if lines and max(map(cell_len, lines)) <= _NARROW:
            head, body = lines[: len(lines) - len(cells)], lines[len(lines) - len(cells) :]
            quoted = [self._is_quoted(row) for row in rows if row.kind != "head"]
            if any(quoted):
                head = [_ELSEWHERE + one for one in head]
                body = [(_HERE if here else _ELSEWHERE) + one for here, one in zip(quoted, body, strict=True)]
            yield block(Run("\n".join([*head, *body]), "pre"))
            return
        for row in rows:
            if row.kind == "head":
                continue
            cells_here = [(max(a, self._start), min(b, self._end)) for a, b in row.cells]
            parts = self._shower.row([(a, max(a, b)) for a, b in cells_here], [short(h, 40) for h in heads])
            runs = []
            for part in parts:
                style = "b" if self._is_quoted(row) else ""
                runs += [Run(spaced(part.before)), Run(spaced(self._text[part.start : part.end]), style)]
            yield block("• ", *runs)

    def _shown(self, cell: Span) -> str:
        return line(self._shower.shown(*cell))

    def _is_quoted(self, part: Part) -> bool:
        return self._quote is not None and part.start < self._quote[1] and self._quote[0] < part.end


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in lines of equal columns, numbers to the right, with a rule below its head."""
    table = [list(heads)] if any(heads) else []
    table += [list(row) for row in rows]
    count = max(map(len, table), default=0)
    table = [row + [""] * (count - len(row)) for row in table]
    widths = [max(cell_len(row[i]) for row in table) for i in range(count)]
    columns = [[row[i] for row in rows if i < len(row) and row[i]] for i in range(count)]
    right = [all(map(_NUMBER.fullmatch, column)) for column in columns]
    lines = ["  ".join(_padded(*cell) for cell in zip(row, widths, right, strict=True)) for row in table]
    if any(heads):
        lines.insert(1, "  ".join("─" * width for width in widths))
    return [one.rstrip() for one in lines]


def _padded(cell: str, width: int, right: bool) -> str:
    room = " " * (width - cell_len(cell))
    return room + cell if right else cell + room


def _lines(text: str) -> str:
    """Clean, with its lines, and every other run of white space as one space."""
    return re.sub(r"[^\S\n]+", " ", clean(text))
