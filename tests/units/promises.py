"""What units promise of any text."""

import re
from collections.abc import Callable

from index.invisible import visible, visible_parts
from index.parsing.base import Parsed
from index.records import Document
from index.units.divide import divide
from index.units.leaves import leaves
from index.units.shown import Shower
from index.units.woven import Woven

WORD = re.compile(r"\w")
NAMES = ("heading", "caption", "term")


def tokens(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


_LOOSE = ("heading", "code")  # in items of Markdown these do not nest as the others do


def check_layout(parsed: Parsed) -> None:
    """Blocks nest and do not overlap otherwise; cells stand in their rows; markup does not overlap."""
    text, layout = parsed.text, parsed.layout
    ends: dict[int, int] = {}  # of each block, where its last child ends
    start = 0
    for number, block in enumerate(layout.blocks):
        assert start <= block.start <= block.end <= len(text)
        if block.kind not in _LOOSE:
            assert -1 <= block.parent < number
            if block.parent >= 0:
                assert layout.blocks[block.parent].start <= block.start
                assert block.end <= layout.blocks[block.parent].end
            assert ends.get(block.parent, 0) <= block.start
            ends[block.parent] = block.end
        start = block.start
        at = block.start
        for first, last in block.cells:
            assert at <= first <= last <= block.end
            at = last
        assert (block.level > 0) == (block.kind == "heading")
    at = 0
    for one in layout.markup:
        assert at <= one.start < one.end <= len(text)
        at = one.end
    for style in layout.styles:
        assert 0 <= style.start < style.end <= len(text)


def check(document: Document, count: Callable[[str], int], max_tokens: int, min_tokens: int) -> None:
    """What ``divide`` promises, character by character."""
    text = document.text
    seen = [0] * len(text)
    end = 0
    for passage, units in divide(document, count, max_tokens=max_tokens, min_tokens=min_tokens):
        assert end <= passage.start < passage.end <= len(text)
        assert passage.text == text[passage.start : passage.end]
        assert (
            count(passage.text) <= max_tokens
            or len(passage.text) == 1
            or (len(units) == 1 and units[0].kind == "row" and count(units[0].shown) <= max_tokens)
        )
        assert units
        end = passage.start
        for unit in units:
            assert unit.passage is passage
            assert end <= unit.start < unit.end <= passage.end
            assert unit.text == text[unit.start : unit.end]
            assert unit.kind == "row" or unit.text == unit.text.strip()  # its first cell may be empty
            assert WORD.search(unit.shown)
            check_parts(unit.text, [(p.start - unit.start, p.end - unit.start) for p in unit.parts])
            end = unit.end
            for offset in range(unit.start, unit.end):
                seen[offset] += 1
        end = passage.end
        check_woven(units)
    shower = Shower(document)
    for leaf in leaves(document, shower):
        for part in shower.parts(leaf.start, leaf.end):
            for offset in range(part.start, part.end):
                if text[offset].isalnum() and leaf.kind not in NAMES:
                    assert seen[offset] == 1, f"{text[offset]!r} at {offset} is in {seen[offset]} units"
    assert max(seen, default=0) <= 1


def check_parts(text: str, parts: list[tuple[int, int]]) -> None:
    """What is shown are stretches of the unit, one after the other."""
    at = 0
    for start, end in parts:
        assert at <= start <= end <= len(text)
        at = end


def check_woven(units: list) -> None:
    """Each unit stands in the text that models read, and what is found in it leads back to it."""
    woven = Woven(units)
    for unit in units:
        start, end = woven.place(unit)
        assert _seen(woven.text[start:end]) == _seen(unit.shown)
        text = unit.passage.document.text
        shown = [
            part
            for part in unit.parts or (unit,)
            if any(start < end for start, end in visible_parts(text, part.start, part.end))
        ]
        whole = (shown[0].start, shown[-1].end) if shown else (0, 0)
        back = woven.source(start, end) or (0, 0)
        assert whole[0] <= back[0] <= back[1] <= whole[1] or back == (0, 0)
        assert _seen(text[slice(*back)]) == _seen(text[slice(*whole)])


def _seen(text: str) -> str:
    """What has a shape; joiners, which count or not by what stands beside them, left out."""
    return visible(text).translate({0x200C: None, 0x200D: None})
