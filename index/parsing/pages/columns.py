"""Pieces of a page in, its areas in reading order out: runs of lines, column after column, and tables."""

from collections.abc import Iterator, Sequence

from index.parsing.pages.drawings import Rule
from index.parsing.pages.frames import Piece
from index.parsing.pages.groups import by_stretch, groups_of
from index.parsing.pages.lines import Area, Line, Placed, Table, line_of, lines_in
from index.parsing.pages.tables import Verdict, judge

_DEEPEST = 6  # columns in columns


def areas_of(pieces: Sequence[Piece], rules: Sequence[Rule] = ()) -> Iterator[Area]:
    """The areas of a page with lines drawn on it, in reading order."""
    lines: list[Line] = []
    for part in _parts(pieces, rules, 0):
        if isinstance(part, Line):
            lines.append(part)
            continue
        if lines:
            yield Area(lines)
            lines = []
        if part is not None:
            yield Area(table=part)
    if lines:
        yield Area(lines)


def _parts(pieces: Sequence[Piece], rules: Sequence[Rule], depth: int) -> Iterator[Line | Table | None]:
    """Lines and tables of a column; None where another column begins or ends."""
    for group in groups_of(pieces):
        verdict = judge(group, rules) if len(group.stretches) > 1 else Verdict()
        if verdict.table is not None:
            yield from _lines(verdict.before)
            yield verdict.table
            yield from _lines(verdict.after)
        elif len(verdict.columns) > 1 and depth < _DEEPEST:
            for column in by_stretch(group.pieces, verdict.columns):
                yield None
                yield from _parts(column, rules, depth + 1)
            yield None
        else:
            yield from _lines(group.pieces)


def _lines(pieces: Sequence[Piece]) -> Iterator[Line | Table]:
    """The lines that pieces make up, and the tables among them."""
    column = min((p.left for p in pieces), default=0.0), max((p.right for p in pieces), default=0.0)
    for line in lines_in(pieces):
        yield from (piece.table for piece in line if isinstance(piece, Placed))
        if words := [piece for piece in line if not isinstance(piece, Placed)]:
            yield line_of(words, column)
