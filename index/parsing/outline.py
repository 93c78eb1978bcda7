"""Blocks in, a layout out: what parsers note down while they go through a text."""

from dataclasses import dataclass, field

from index.records import Block, Kind, Layout, Markup, Page, Span, Style, Time

_LONGEST_ADDRESS = 2_000  # characters; one of a name may be that of many links
TOP = -1
"""The parent of blocks that stand in no other."""


@dataclass(slots=True)
class _Open:
    kind: Kind
    start: int
    end: int
    parent: int
    level: int
    cells: tuple[Span, ...]


@dataclass(slots=True)
class Outline:
    """Blocks as they are found: each after its parent, which in the layout grows with it."""

    blocks: list[_Open] = field(default_factory=list)
    markup: list[Markup] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        start: int,
        end: int,
        parent: int = TOP,
        *,
        level: int = 0,
        cells: tuple[Span, ...] = (),
    ) -> int:
        """Note a block down; the result is its number, by which others name it as their parent."""
        self.blocks.append(_Open(kind, start, end, parent, level, cells))
        return len(self.blocks) - 1

    def hide(self, start: int, end: int, instead: str = "") -> None:
        """Note down that a stretch is markup, and what is shown in its place."""
        if start < end:
            self.markup.append(Markup(start, end, instead))

    def layout(self) -> Layout:
        """All of it, sorted by start; blocks of no characters are left out."""
        for block in reversed(self.blocks):
            if block.parent != TOP and block.start < block.end:
                above = self.blocks[block.parent]
                above.end = max(above.end, block.end)
        whole = [number for number, block in enumerate(self.blocks) if block.start < block.end]
        order = sorted(whole, key=lambda n: (self.blocks[n].start, -self.blocks[n].end, n))
        place = {number: rank for rank, number in enumerate(order)} | {TOP: TOP}
        blocks = (self.blocks[number] for number in order)
        styles = (one for one in self.styles if len(one.href) <= _LONGEST_ADDRESS)
        return Layout(
            tuple(Block(b.kind, b.start, b.end, place[b.parent], b.level, b.cells) for b in blocks),
            merged(self.markup),
            tuple(sorted(styles, key=lambda style: (style.start, -style.end))),
            tuple(self.pages),
            tuple(self.times),
        )


class Nest:
    """Blocks that others stand in, while these are added: each is noted down when something stands in it.

    Args:
        outline: where they are noted down.
    """

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._kinds: list[Kind] = []
        self._places = [TOP]  # of the open ones, how many were entered before
        self._entered = 0
        self._numbers = [TOP]  # of those noted down, outermost first

    @property
    def begun(self) -> bool:
        """Whether the outermost block, if there is one, holds something already."""
        return len(self._numbers) > 1

    @property
    def inside(self) -> int:
        """How many blocks are open."""
        return len(self._kinds)

    @property
    def place(self) -> int:
        """What tells the innermost open block from all others; ``TOP`` where none is open."""
        return self._places[-1]

    def enter(self, kind: Kind) -> None:
        """What follows stands in a block of this kind."""
        self._kinds.append(kind)
        self._places.append(self._entered)
        self._entered += 1

    def leave(self) -> None:
        """The innermost block ends."""
        self._kinds.pop()
        self._places.pop()
        del self._numbers[len(self._kinds) + 1 :]

    def parent(self, start: int) -> int:
        """The number of the innermost block, for something that stands in it from an offset on."""
        for kind in self._kinds[len(self._numbers) - 1 :]:
            self._numbers.append(self._outline.add(kind, start, start, self._numbers[-1]))
        return self._numbers[-1]


def merged(markup: list[Markup]) -> tuple[Markup, ...]:
    """Markup sorted by start, what overlaps made one."""
    found: list[Markup] = []
    for one in sorted(markup, key=lambda one: (one.start, -one.end)):
        if found and one.start < found[-1].end:
            last = found[-1]
            found[-1] = Markup(last.start, max(last.end, one.end), last.instead)
        else:
            found.append(one)
    return tuple(found)
