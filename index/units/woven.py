"""Units in, one text for models out: what they stand under, then each as it is shown; and the way back."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from index.invisible import visible, visible_parts
from index.records import ENTRIES, Span, Unit

BETWEEN_NAMES = " › "


class _Piece(NamedTuple):
    """A stretch of a document in a woven text: where it stands there, and where in the document."""

    at: int
    start: int
    end: int


class Woven:
    """Units of one passage, in reading order, as a reader reads them.

    Args:
        units: at least one.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self.text = ""
        self._places: dict[int, Span] = {}
        self._pieces: list[_Piece] = []
        source = units[0].passage.document.text
        said: list[str] = []
        length = 0

        def add(text: str) -> None:
            nonlocal length
            said.append(text)
            length += len(text)

        before: Unit | None = None
        leads = len(units[0].context.leads)
        names = [visible(name) for name in told(units[0])]
        if names[: len(names) - leads]:
            add(BETWEEN_NAMES.join(names[: len(names) - leads]) + "\n")
        known: set[str] = set()
        for unit in units:
            if before is not None:
                gap = source[before.end : unit.start]
                add(" " if gap and gap.isspace() and "\n" not in gap else "\n")
            for lead in map(visible, unit.context.leads):
                if lead not in known:
                    known.add(lead)
                    add(lead + "\n")
            begin = length
            for start, end, name in _parts(unit):
                add(visible(name))
                for first, last in visible_parts(source, start, end):
                    self._pieces.append(_Piece(length, first, last))
                    add(source[first:last])
            self._places[unit.start] = begin, length
            known.add(" ".join(visible(unit.shown).split()))
            before = unit
        self.text = "".join(said)

    def place(self, unit: Unit) -> Span:
        """Where in the text a unit of it stands."""
        return self._places[unit.start]

    def source(self, start: int, end: int) -> Span | None:
        """Where in the document a stretch of the text stands; None where it is of no unit."""
        found: list[int] = []
        before = bisect_right(self._pieces, start, key=lambda piece: piece.at) - 1
        for at, first, last in islice(self._pieces, max(before, 0), None):
            if at >= end:
                break
            one, other = max(start, at), min(end, at + last - first)
            if one < other:
                found += [first + one - at, first + other - at]
        return (found[0], found[-1]) if found else None

    def at(self, start: int, end: int) -> Span | None:
        """Where in the text a stretch of the document stands; None where no unit of it does."""
        found: list[int] = []
        for at, first, last in self._pieces:
            one, other = max(start, first), min(end, last)
            if one < other:
                found += [at + one - first, at + other - first]
        return (found[0], found[-1]) if found else None


def stands_under(unit: Unit) -> str:
    """What is told before a unit as one text, which has a vector of its own; "" where it is nothing."""
    return BETWEEN_NAMES.join(told(unit))


def told(unit: Unit) -> tuple[str, ...]:
    """The names that models read before a unit, outermost first.

    Sentences of running text without headings speak for themselves; what else there is needs its title too.
    """
    context = unit.context
    if not (context.headings or context.leads or unit.kind in ENTRIES):
        return ()
    return (*context.document[-1:], *context.headings, *context.leads)


def _parts(unit: Unit) -> Iterable[tuple[int, int, str]]:
    if not unit.parts:
        return [(unit.start, unit.end, "")]
    return [(part.start, part.end, part.before) for part in unit.parts]
