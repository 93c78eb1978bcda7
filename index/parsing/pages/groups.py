"""Pieces in, groups of them out: those of bands across the page that keep the same gutters free.

A page is cut from top to bottom into bands that nothing overlaps in height. What stands in bands with the
same gutters may be columns of text, a table, or lines that merely have gaps.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from index.parsing.pages.frames import Interval, Piece
from index.parsing.pages.lines import lines_in

_GUTTER = 0.35  # of the size of the letters: narrower gaps are no gutters
_APART = 3.5  # of the size: columns do not go on over a larger gap
_WIDER = 2  # times as wide as a column: what is wider stands above several
_ESTABLISHED = 3  # bands that have kept a gutter free
_WORDS, _WIDE = 3.5, 8  # of a column of text: words on a line, width in sizes of the letters


@dataclass(slots=True)
class Group:
    """Pieces of bands that keep the same gutters free, and the stretches between the gutters."""

    pieces: list[Piece]
    stretches: list[Interval]
    bottom: float
    bands: int = 1


def groups_of(pieces: Sequence[Piece]) -> Iterator[Group]:
    """Groups from top to bottom."""
    group: Group | None = None
    for band in bands_of(pieces):
        stretches, bottom = _stretches(band), min(piece.base for piece in band)
        if group is not None and (together := _together(group, band, stretches)) is not None:
            group.bands = group.bands + 1 if len(together) >= len(group.stretches) else 1
            group.pieces += band
            group.stretches, group.bottom = together, bottom
            continue
        if group is not None:
            yield group
        group = Group(band, stretches, bottom)
    if group is not None:
        yield group


def bands_of(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces from top to bottom, those together that overlap in height, directly or by way of others."""
    band: list[Piece] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: -piece.top):
        if band and piece.top < bottom:
            yield band
            band = []
        bottom = min(bottom, piece.base) if band else piece.base
        band.append(piece)
    if band:
        yield band


def by_stretch(pieces: Iterable[Piece], stretches: Sequence[Interval]) -> list[list[Piece]]:
    """Pieces by the stretch that they stand in."""
    found: list[list[Piece]] = [[] for _ in stretches]
    for piece in pieces:
        middle = (piece.left + piece.right) / 2
        outside = [max(left - middle, middle - right) for left, right in stretches]
        found[outside.index(min(outside))].append(piece)
    return found


def _stretches(pieces: Sequence[Piece]) -> list[Interval]:
    """The stretches from left to right that pieces stand in, with gutters between them."""
    size = median(piece.size for piece in pieces)
    return _union(((piece.left, piece.right) for piece in pieces), _GUTTER * size)


def _union(intervals: Iterable[Interval], gap: float) -> list[Interval]:
    """Intervals, from left to right, with those merged that are less than a gap apart."""
    found: list[Interval] = []
    for left, right in sorted(intervals):
        if found and left - found[-1][1] < gap:
            found[-1] = found[-1][0], max(found[-1][1], right)
        else:
            found.append((left, right))
    return found


def _together(group: Group, band: Sequence[Piece], stretches: Sequence[Interval]) -> list[Interval] | None:
    """The stretches of a group with a band that belongs to it; None where it does not."""
    size = median(piece.size for piece in band)
    near = group.bottom - max(piece.top for piece in band) <= _APART * size
    merged = _union([*group.stretches, *stretches], _GUTTER * size)
    before, after = len(group.stretches), len(merged)
    if before == after == len(stretches) == 1:
        return merged
    if not near or after == 1:
        return None
    if before == 1:
        fits = all(_fits(group.stretches[0], stretch) for stretch in stretches)
        return merged if fits and after >= len(stretches) else None
    established = after < before and group.bands >= _ESTABLISHED
    return None if established and not _all_text(group.pieces, merged) else merged


def _fits(line: Interval, column: Interval) -> bool:
    """Whether a line may be of a column, or stand beside it: it is not much wider."""
    return line[1] - line[0] <= _WIDER * (column[1] - column[0])


def _all_text(pieces: Sequence[Piece], stretches: Sequence[Interval]) -> bool:
    """Whether all stretches hold prose: then gutters within them are those of tables in columns of text."""
    for (left, right), column in zip(stretches, by_stretch(pieces, stretches), strict=True):
        if not column:
            return False
        words = sum(any(map(str.isalpha, word)) for piece in column for word in piece.text.split())
        if words < _WORDS * len(lines_in(column)) or right - left < _WIDE * column[0].size:
            return False
    return True
