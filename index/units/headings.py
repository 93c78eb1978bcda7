"""Units and the layout of their document in, the headings that they stand under out, as units themselves.

A heading that only names what stands below it is no unit of an index: it answers nothing but which things
there are.
"""

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import structs

from index.records import Block, Context, Layout, Unit
from index.units.leaves import cut
from index.units.shown import Shower


def headings_above(units: Sequence[Unit], layout: Layout) -> list[Unit]:
    """The headings in the passages of some units, each as a unit of the passage that it begins.

    Args:
        units: of one document, in reading order.
        layout: of that document.
    """
    if not units:
        return []
    shower = Shower(structs.replace(units[0].passage.document, layout=layout))
    first = bisect_left(layout.blocks, units[0].passage.start, key=lambda block: block.start)
    number, found = 0, []
    for block in layout.blocks[first:]:
        while number < len(units) and units[number].end <= block.start:
            number += 1
        if number == len(units):
            break
        if block.kind == "heading":
            found += _heading(block, units[number], shower)
    return found


def _heading(block: Block, unit: Unit, shower: Shower) -> list[Unit]:
    """A heading, by itself or as the unit stands under it; nothing where it is in no passage."""
    passage, below = unit.passage, unit.context
    if unit.start <= block.start:
        return [unit]
    if block.start < passage.start or block.end > passage.end:
        return []
    name = cut(shower.shown(block.start, block.end))
    if name not in below.headings:
        return []
    context = Context(below.document, below.headings[: below.headings.index(name)])
    parts = tuple(shower.parts(block.start, block.end))
    return [Unit(passage, block.start, block.end, "heading", context, parts)]
