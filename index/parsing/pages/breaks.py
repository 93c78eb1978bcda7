"""Lines of a column in, out where paragraphs may end: gaps, edges, indents, marks of items."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from index.parsing.pages.lines import Line

MARKER = re.compile(
    r"(?:(?P<bullet>[-*·–—∙⁃] |[•‣◦▪▸■□●○◆◇►➢✓✔❖] ?)|[(\[]?(?P<number>\d{1,3})[.)\]] "
    r"|\(?(?P<letter>[a-zA-Z]|[ivx]{1,4})\) |(?P<point>[a-z]|[ivx]{1,4})\. )(?=\S)"
)
"""What begins an item of a list."""

SAME_SIZE = 0.08
"""By which share sizes of one paragraph may differ."""
SPACED = 2.2
"""Sizes of the letters: lines of one paragraph are closer."""
INDENT = 0.7
"""Sizes of the letters by which a line is indented, at least."""

_PITCH = 1.35  # of the usual distance between lines: more ends a paragraph
_USUAL, _LEAST, _MOST = 1.25, 0.9, 1.4  # distances of lines, in sizes of the letters
_ALIGNED = 0.7  # of the lines of a block that end at its right edge
_RAGGED = 1.5  # sizes of the letters, by which these may end before it
_SEVERAL = 10  # lines, of which one may go beyond the edge of its column
_ABOUT, _REACH = 2, 0.08  # sizes of the letters, and the share of lines that end so near a column's edge
_BLANK = 0.5  # of the size, that a line at least falls short by, and the first word of the next one
_CENTRE = 0.5  # of the size
_HANGING, _FOLLOWED = 0.4, 0.6


def blocks_of(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that no gap and no change of the letters divides."""
    pitch = _usual_pitch(lines)
    block: list[Line] = []
    for line in lines:
        if block and _apart(block[-1], line, pitch):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _usual_pitch(lines: Sequence[Line]) -> float:
    """The usual distance of lines of one paragraph, in sizes of their letters."""
    pitches = sorted(
        (before.base - line.base) / line.size
        for before, line in pairwise(lines)
        if same_size(before, line) and 0 < before.base - line.base < SPACED * line.size
    )
    if not pitches:
        return _USUAL
    return max(pitches[len(pitches) // 4], _LEAST) if len(pitches) > 3 else min(median(pitches), _MOST)


def same_size(one: Line, other: Line) -> bool:
    """Whether the letters of two lines are about as large."""
    return abs(one.size - other.size) <= SAME_SIZE * max(one.size, other.size)


def _apart(before: Line, line: Line, pitch: float) -> bool:
    """Whether lines are too far apart, or too different, to be of one block."""
    if not same_size(before, line):
        return True
    if before.look.bold != line.look.bold or before.look.mono != line.look.mono:
        return True
    return not 0 < before.base - line.base <= _PITCH * pitch * line.size


def right_edge(lines: Sequence[Line]) -> float:
    """Where lines end on the right: as far as several of them go, be it about."""
    rights = sorted((line.right for line in lines), reverse=True)
    near = _ABOUT * median(line.size for line in lines)
    for number, right in enumerate(rights if len(rights) >= _SEVERAL else ()):
        reach = sum(right - other <= near for other in rights[number:])
        if reach >= max(2, _REACH * len(rights)):
            return right
    return rights[0]


def own_edge(block: Sequence[Line], edge: float) -> float:
    """The right edge of a block: its own where most of its lines reach it, that of its column else."""
    own = max(line.right for line in block)
    if len(block) < 3:
        return edge
    reach = sum(own - line.right < _RAGGED * line.size for line in block)
    return own if reach >= _ALIGNED * (len(block) - 1) and reach >= 2 else max(edge, own)


def stops_short(before: Line, line: Line, edge: float) -> bool:
    """Whether the first word of a line would have fitted on the line before it."""
    return before.right + line.opening + _BLANK * line.size < edge


def is_entry(before: Line, line: Line) -> bool:
    """Whether a line among lines that each say something does so, too, and does not go on the last one."""
    return not line.text[:1].islower() and line.left < before.left + INDENT * line.size


def is_centred(before: Line, line: Line) -> bool:
    """Whether two lines of different lengths have one middle."""
    middles = (before.left + before.right) / 2, (line.left + line.right) / 2
    near = _CENTRE * line.size
    return abs(middles[0] - middles[1]) < near < abs(before.left - line.left)


def is_hanging(block: Sequence[Line], stops: Sequence[bool]) -> bool:
    """Whether paragraphs begin further left than they go on, as entries of a bibliography do.

    Before a line that goes on, a line is full: ``stops`` tells of each whether the one before it is not.
    """
    left = min(line.left for line in block)
    indented = [line.left > left + INDENT * line.size for line in block]
    if indented[0] or sum(indented) < 2:
        return False
    starts = [number for number, further in enumerate(indented) if not further]
    going_on = (
        number + 1 < len(block) and indented[number + 1] and not stops[number + 1] for number in starts
    )
    return sum(indented) >= _HANGING * len(block) and sum(going_on) >= _FOLLOWED * len(starts)
