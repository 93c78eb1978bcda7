"""A quote and its document's layout in, where it stands there and how it looks out."""

from bisect import bisect_right
from dataclasses import replace

from msgspec import structs

from bot.answering.answers import Citation
from index.records import Block, Layout


def standing(citation: Citation, layout: Layout) -> Citation:
    """A citation with the looks that its quote has in the document and, of a table, the number of its row."""
    inside = (style for style in layout.styles if citation.start < style.end and style.start < citation.end)
    row = _row(layout.blocks, citation.start) if citation.kind == "row" else 0
    place = structs.replace(citation.place, first_row=row, last_row=row)
    return replace(citation, styles=tuple(inside), place=place)


def _row(blocks: tuple[Block, ...], start: int) -> int:
    """Which row of its table stands at an offset, counted from 1 below the heads; 0 where none does."""
    number = bisect_right(blocks, start, key=lambda block: block.start) - 1
    while number >= 0 and not (blocks[number].kind == "row" and start < blocks[number].end):
        number -= 1
    if number < 0:
        return 0
    table = blocks[number].parent
    return sum(block.kind == "row" and block.parent == table for block in blocks[: number + 1])
