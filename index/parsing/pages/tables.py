"""A group of pieces in, a verdict out: columns of text, a table with its rows, or mere lines.

In a table the cells of a row begin on one line, and are short, or rows are kept apart by gaps or drawn lines
right across. Columns of text are full of words, and their lines and paragraphs end where they like.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.parsing.pages import rows
from index.parsing.pages.drawings import Rule
from index.parsing.pages.frames import Interval, Piece
from index.parsing.pages.groups import Group, by_stretch
from index.parsing.pages.lines import LEADER, Placed, Table, lines_in
from index.parsing.pages.rows import Strip, TableLine, filled_in

_ALIGNED = 0.5  # of the lines of a column, that stand beside one of another column
_WORDS, _TEXT_LINES, _WIDE = 3.5, 3, 8  # of a column of text: words a line, lines, width in sizes of letters
_GUTTER = 0.8  # of the size of the letters: between columns of few rows
_FEW = 5
_RARE = 0.08  # of the lines: a column that fewer fill is part of its neighbour
_SOME = 0.3
_ENTRIES = 0.5  # of the lines, that are entries of a table of contents
_SHORTEST_TEXT = 4  # lines of columns that are read one after the other
_HEADS = 4  # lines that may name the columns, above the first drawn line
_MOST_ROWS, _MOST_COLUMNS = 3000, 40


@dataclass(slots=True)
class Verdict:
    """What a group is: columns, a table with pieces before and after it, or neither."""

    columns: list[Interval] = field(default_factory=list)
    table: Table | None = None
    before: list[Piece] = field(default_factory=list)
    after: list[Piece] = field(default_factory=list)


def judge(group: Group, rules: Sequence[Rule]) -> Verdict:
    """Judge a group of two stretches and more on a page with lines drawn on it."""
    drawing = len(group.stretches) > _MOST_COLUMNS
    stretches, lines = ([], []) if drawing else _filled(group)
    entries = sum(bool(LEADER.search(line.cells[line.filled[-1]][-1].text)) for line in lines)
    code = all(piece.look.mono for piece in group.pieces)
    if code or len(stretches) < 2 or entries >= _ENTRIES * len(lines):
        return Verdict()
    text = [number for number in range(len(stretches)) if _is_text(lines, number)]
    drawn = rows.drawn_apart(lines, stretches, rules)
    placed = any(isinstance(piece, Placed) for piece in group.pieces)
    if not placed and len(drawn) >= 3 and _are_rows(drawn, text):
        return _table(rows.divided(drawn))
    columns = _tied(lines, stretches)
    if placed and len(text) > 1:
        columns = _with_satellites(lines, stretches, text)
    head = drawn[0] if len(drawn) > 1 and len(drawn[0]) <= min(_HEADS, len(lines) - 2) else []
    if placed or len(columns) > 1:
        counts = sorted(sum(bool(line.cells[n]) for line in lines) for n in range(len(stretches)))
        return Verdict(columns if len(lines) >= _SHORTEST_TEXT and counts[-2] > 1 else [])
    if len(text) > 1:
        spaced = rows.spaced_across(lines[len(head) :])
        apart = _are_text_rows(spaced, len(lines))
        strips = [head, *spaced] if head else spaced
        return (
            _table(strips, named=bool(head)) if apart else Verdict(_with_satellites(lines, stretches, text))
        )
    return _of_short_cells(head, lines[len(head) :], stretches)


def _of_short_cells(head: list[TableLine], lines: Strip, stretches: Sequence[Interval]) -> Verdict:
    """The table of rows of short cells, if there are enough of them."""
    spaced = rows.spaced_apart(lines)
    several = [strip for strip in spaced if len(strip) > 1]
    even = sum(map(rows.is_even, several)) > _SOME * len(several)
    heads = [head] if head else []
    if several and not even and len(spaced) >= 3 and rows.begin_together(spaced, 0.7):
        return _table([*heads, *spaced], named=bool(head))
    gutters = [after[0] - before[1] for before, after in pairwise(stretches)]
    narrow = min(gutters) < _GUTTER * median(line.size for line in lines)
    if sum(len(line.filled) > 1 for line in (*head, *lines)) >= (_FEW if narrow else 3):
        return _table([*heads, *rows.wrapped(lines)], named=bool(head))
    return Verdict()


def _are_rows(strips: Sequence[Strip], text: Sequence[int]) -> bool:
    """Whether strips between drawn lines are rows; columns of text may lie between such lines, too."""
    lines = [len(strip) for strip in strips]
    if len(text) > 1 and sum(lines) > rows.LONG_TEXT * len(lines):
        return False
    several = sum(len(filled_in(strip)) > 1 for strip in strips)
    return several >= 3 and (median(lines) <= rows.LONGEST_ROW or rows.begin_together(strips, 0.7))


def _are_text_rows(strips: Sequence[Strip], lines: int) -> bool:
    """Whether strips of columns full of words are rows: their cells begin together."""
    return 4 <= len(strips) < 0.8 * lines and rows.begin_together(strips, 0.9)


# ------------------------------------------------------------------------------------ columns


def _filled(group: Group) -> tuple[list[Interval], list[TableLine]]:
    """The stretches that more than a line or two has something in, and the lines across them."""
    stretches = list(group.stretches)
    found = lines_in(group.pieces)
    while True:
        lines = [
            TableLine(by_stretch(row, stretches), row[0].base, max(p.size for p in row)) for row in found
        ]
        counts = [sum(bool(line.cells[n]) for line in lines) for n in range(len(stretches))]
        rarest = counts.index(min(counts))
        if len(stretches) < 3 or counts[rarest] >= max(2, _RARE * len(lines)):
            return stretches, lines
        left = rarest - 1 if rarest else 0
        stretches[left : left + 2] = [(stretches[left][0], stretches[left + 1][1])]


def _is_text(lines: Strip, number: int) -> bool:
    """Whether a column is full of words."""
    cells = [line.cells[number] for line in lines if line.cells[number]]
    if len(cells) < _TEXT_LINES:
        return False
    size = median(cell[0].size for cell in cells)
    wide = median(max(p.right for p in cell) - min(p.left for p in cell) for cell in cells)
    return sum(map(_words, cells)) >= _WORDS * len(cells) and wide >= _WIDE * size


def _words(cell: Sequence[Piece]) -> float:
    """How many words a cell has; scripts without spaces have one in two characters."""
    text = " ".join(piece.text for piece in cell)
    return max(len(text.split()), sum(character > "\u2e80" for character in text) / 2)


def _tied(lines: Strip, stretches: Sequence[Interval]) -> list[Interval]:
    """Stretches put together whose lines stand side by side, as the cells of a row do."""
    found = [stretches[0]]
    first = 0
    for number in range(1, len(stretches)):
        own = sum(bool(line.cells[number]) for line in lines)
        tied = False
        for other in range(first, number):
            shared = sum(bool(line.cells[number] and line.cells[other]) for line in lines)
            tied = tied or shared >= _ALIGNED * min(own, sum(bool(line.cells[other]) for line in lines))
        if tied:
            found[-1] = found[-1][0], stretches[number][1]
        else:
            found.append(stretches[number])
            first = number
    return found


def _with_satellites(lines: Strip, stretches: Sequence[Interval], text: Sequence[int]) -> list[Interval]:
    """Columns of text, each with the narrow ones beside it that belong to it."""
    found = {number: stretches[number] for number in text}
    for number, (left, right) in enumerate(stretches):
        if number not in found:
            before = max((other for other in text if other < number), default=text[0])
            after = min((other for other in text if other > number), default=text[-1])
            fits = [(_fit(lines, stretches, number, other), other) for other in (before, after)]
            best = max(fits)[1]
            found[best] = min(found[best][0], left), max(found[best][1], right)
    return [found[number] for number in text]


def _fit(lines: Strip, stretches: Sequence[Interval], number: int, other: int) -> tuple[int, float]:
    """How well a narrow column fits one of text: its lines stand beside others, and it is near."""
    own = [line for line in lines if line.cells[number]]
    share = sum(bool(line.cells[other]) for line in own) / max(len(own), 1)
    gap = max(stretches[other][0] - stretches[number][1], stretches[number][0] - stretches[other][1])
    return round(2 * share), -gap


# ------------------------------------------------------------------------------------ tables


def _table(strips: Sequence[Strip], *, named: bool = False) -> Verdict:
    """A table of rows, without what only stands above and below it."""
    first, last = 0, min(len(strips), _MOST_ROWS)
    alone = [len(filled_in(strip)) < 2 for strip in strips]
    while first < last and alone[first]:
        first += 1
    while first < last and alone[last - 1]:
        last -= 1
    table = rows.table_of(strips[first:last], named=named and first == 0)
    if table is None:
        return Verdict()
    return Verdict(table=table, before=_pieces(strips[:first]), after=_pieces(strips[last:]))


def _pieces(strips: Sequence[Strip]) -> list[Piece]:
    return [piece for strip in strips for line in strip for cell in line.cells for piece in cell]
