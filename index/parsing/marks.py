"""Lines in, lines without the marks around them out: of quoted mail, of a box of asterisks, of headings."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from index.parsing.lines import Line, is_heading, is_rule

_QUOTED = re.compile(r"(?:>[ \t]?)+")
_BOXED = re.compile(r"(?P<mark>[*#|])(?P<said>(?:[ \t].*)?)")
_HASHED = re.compile(r"(?P<marks>#{1,6})[ \t]+(?=\S)")
_FRAMED = re.compile(
    r"[ \t]*(?P<mark>[-=*#~+_])(?P=mark)+[ \t]*(?P<name>\S.{0,100}?)[ \t]*(?P=mark){2,}[ \t]*$"
)
_FRAMED_LEVEL = 2  # at least: the title of a text is seldom framed


class Heading(NamedTuple):
    """A line that marks make a heading: its level, where its name stands in it, and whether it is framed."""

    level: int
    start: int
    end: int
    is_framed: bool


def heading_of(text: str) -> Heading | None:
    """The heading that a line is by its marks, as "## Fees" or "== Opening hours =="; None if it has none."""
    if hashed := _HASHED.match(text):
        name = text.rstrip()
        unclosed = name.rstrip("#")
        end = len(unclosed.rstrip() if unclosed[-1] in " \t" else name)  # "# Fees #", but "# C#"
        return Heading(len(hashed["marks"]), hashed.end(), max(end, hashed.end()), is_framed=False)
    framed = _FRAMED.match(text)
    if framed is None or not is_heading(framed["name"].rstrip(":"), any_case=True):
        return None
    level = max(_FRAMED_LEVEL, len(text) - len(text.lstrip("=")))
    return Heading(level, *framed.span("name"), is_framed=True)


def bared(lines: Sequence[Line]) -> list[Line]:
    """The lines without marks before or around them, two or more of them that stand together."""
    return [*_unboxed([*_unquoted(lines)])]


def _unquoted(lines: Sequence[Line]) -> Iterator[Line]:
    for quoted, group in groupby(lines, key=lambda line: line.text.startswith(">")):
        several = [*group]
        for line in several:
            mark = _QUOTED.match(line.text) if quoted and len(several) > 1 else None
            yield _part(line, mark.end(), len(line.text)) if mark else line


def _unboxed(lines: Sequence[Line]) -> Iterator[Line]:
    """Boxes have a rule above and below, and lines between that begin with the same mark."""
    box: list[Line] = []
    for line in lines:
        if box and is_rule(line.text) and len(box) > 1:
            yield from map(_said, box)
            yield line
            box = []
        elif box and not _is_boxed(line, box[0].text[:1]):
            yield from box
            box = []
            yield line
        elif box or (is_rule(line.text) and line.text[:1] in "*#"):
            box.append(line)
        else:
            yield line
    yield from box


def _is_boxed(line: Line, mark: str) -> bool:
    return line.text[:1] == mark and _BOXED.fullmatch(line.text) is not None and not is_rule(line.text)


def _said(line: Line) -> Line:
    """What stands in a box; its rules stay as they are."""
    found = _BOXED.fullmatch(line.text)
    if found is None or is_rule(line.text):
        return line
    start, end = found.span("said")
    return _part(line, start, end - found["said"].endswith(found["mark"]))


def _part(line: Line, start: int, end: int) -> Line:
    """A stretch of a line whose characters stand one after the other, without blanks around it."""
    text = line.text[start:end]
    start += len(text) - len(text.lstrip())
    return Line(line.start + start, line.start + start + len(text.strip()), text.strip())
