"""Lines of a column in, paragraphs out: where each begins, and which are items, code or notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.parsing.lines import ends_sentence, is_shouted, leads_in
from index.parsing.pages import breaks
from index.parsing.pages.breaks import INDENT, MARKER
from index.parsing.pages.lines import CAPTION, LEADER, Area, Line, Table
from index.records import Kind

_COUNTED = re.compile(r"([A-Z§]\w*\.?) \d")
"""What begins an entry, as "Sec. 2"."""
_NOTE = re.compile(r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[*†‡§]{1,3}|\[?\d{1,3}(?:[\].)](?= )|(?![\d.,:)%–-]))) ?(?=\S)")
_NOTE_SIZE = 0.93  # of the usual size of letters, at most
_LARGER = 1.1  # of it
_OUTDENT = 3  # sizes of the letters: a heading further left than the one above it goes on none
_LOWER = 0.5  # of the height of the page: notes stand below
_FLOATS = 6  # paragraphs and tables amid one that goes on
_FEW, _MOST = 3, 0.6  # lines, and the share of them that stop short where each says something
_CODE_GAP = 4  # sizes of the letters
_NEAR = 10  # paragraphs between two items that count on


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and what they are.

    ``marker`` counts the characters before the text of an item; ``level`` is that of a heading; ``block`` has
    the same number for paragraphs that no gap divides.
    """

    lines: list[Line]
    kind: Kind = "paragraph"
    marker: int = 0
    level: int = 0
    block: int = 0
    table: Table | None = None

    @property
    def first(self) -> Line:
        """Its first line."""
        return self.lines[0]

    @property
    def text(self) -> str:
        """Its words, lines divided by blanks."""
        return " ".join(line.text for line in self.lines)


@dataclass(slots=True)
class Reading:
    """What is known of a document while its paragraphs are found; ``body`` is the size of most letters."""

    body: float
    paragraphs: list[Paragraph] = field(default_factory=list)
    _blocks: int = 0

    def page(self, areas: Iterable[Area], height: float) -> None:
        """Add the paragraphs of a page; notes come last, so that what they interrupt goes on."""
        found: list[Paragraph] = []
        notes: list[Paragraph] = []
        for area in areas:
            if area.table is not None:
                found.append(Paragraph([], "table", table=area.table))
                continue
            own = self._area(area.lines)
            start = self._notes(own, height)
            notes += _notes(own[start:])
            found += own[:start]
        for paragraph in found:
            last = self._interrupted(paragraph)
            if last is None:
                self.paragraphs.append(paragraph)
            else:
                last.lines += paragraph.lines
        self.paragraphs += notes

    def _interrupted(self, paragraph: Paragraph) -> Paragraph | None:
        """The paragraph that one goes on, be it over tables and captions on its page."""
        for last in self.paragraphs[: -_FLOATS - 1 : -1]:
            if _goes_on(last, paragraph):
                return last
            page = last.table.page if last.table is not None else last.first.page
            if not paragraph.lines or page != paragraph.first.page or not self._floats(last):
                break
        return None

    def _floats(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph may stand amid one that goes on: a table, a caption, small print."""
        if paragraph.table is not None:
            return True
        return bool(CAPTION.match(paragraph.text)) or paragraph.first.size <= _NOTE_SIZE * self.body

    def _notes(self, paragraphs: Sequence[Paragraph], height: float) -> int:
        """Which paragraph of an area the notes at its end begin with, low on a page of some height."""
        start = len(paragraphs)
        for number in range(len(paragraphs) - 1, -1, -1):
            first = paragraphs[number].first
            small = first.size <= _NOTE_SIZE * self.body
            if paragraphs[number].kind == "code" or not small or first.base > _LOWER * height:
                break
            if _NOTE.match(paragraphs[number].text):
                start = number
        return start

    # --------------------------------------------------------------------------------- lines

    def _area(self, lines: Sequence[Line]) -> list[Paragraph]:
        """The paragraphs of lines below each other."""
        edge = breaks.right_edge(lines)
        found: list[Paragraph] = []
        for block in breaks.blocks_of(lines):
            self._blocks += 1
            if all(line.look.mono and not _has_bullet(line) for line in block):
                self._code(found, block)
            else:
                found += self._block(block, breaks.own_edge(block, edge), found[-1] if found else None)
        return found

    def _code(self, found: list[Paragraph], block: list[Line]) -> None:
        """Code goes on over gaps."""
        last = found[-1] if found else None
        gap = last.lines[-1].base - block[0].base if last is not None else 0.0
        if last is not None and last.kind == "code" and gap < _CODE_GAP * block[0].size:
            last.lines += block
        else:
            found.append(Paragraph(block, "code", block=self._blocks))

    def _block(self, block: Sequence[Line], edge: float, before: Paragraph | None) -> list[Paragraph]:
        """The paragraphs of lines that no gap divides."""
        stops = [False, *(breaks.stops_short(one, other, edge) for one, other in pairwise(block))]
        hanging = breaks.is_hanging(block, stops)
        full = sum(line.right > edge - line.size for line in block)
        entries = len(block) > _FEW and sum(stops) >= _MOST * (len(block) - 1) and full <= 1
        left = min(line.left for line in block)
        found: list[Paragraph] = []
        for number, line in enumerate(block):
            last = found[-1] if found else None
            begins = last is None
            if last is not None:
                one = block[number - 1]
                short = stops[number] or (entries and breaks.is_entry(one, line))
                begins = self._begins(one, line, last, short=short, left=left if hanging else None)
            marker = _marker(line, last or before, begins=begins)
            if last is None or begins or marker:
                kind: Kind = "item" if marker else "paragraph"
                found.append(Paragraph([line], kind, marker, block=self._blocks))
            else:
                last.lines.append(line)
        return found

    def _begins(self, before: Line, line: Line, last: Paragraph, *, short: bool, left: float | None) -> bool:
        """Whether a line begins a paragraph; ``left`` is where all of them do that go on further right."""
        strong = line.look.bold or line.size > _LARGER * self.body
        counted = _COUNTED.match(before.text), _COUNTED.match(line.text)
        if LEADER.search(before.text) or (strong and is_shouted(before.text) != is_shouted(line.text)):
            return True
        if before.text.endswith("-") and before.text[-2:-1].isalnum():
            return False
        if last.kind == "item" and line.left > last.first.left + INDENT * line.size:
            return False
        if counted[0] and counted[1] and counted[0][1] == counted[1][1]:
            return True
        outdented = before.left - line.left > _OUTDENT * line.size and not _same_axis(before, line)
        if (strong and outdented) or (short and (not strong or breaks.is_centred(before, line))):
            return True
        return _is_indented(before, line, last, left=left, strong=strong)


def _same_axis(before: Line, line: Line) -> bool:
    """Whether two lines have one middle or end at one edge."""
    return breaks.is_centred(before, line) or abs(before.right - line.right) < INDENT * line.size


def _is_indented(before: Line, line: Line, last: Paragraph, *, left: float | None, strong: bool) -> bool:
    """Whether a line begins a paragraph by how far it is indented, or the one before it was."""
    step = (line.left - before.left) / line.size
    if last.kind == "item":
        return step < -INDENT and len(last.lines) > 1
    if left is not None:
        return step < -INDENT or (step < INDENT and line.left < left + INDENT * line.size)
    if strong or breaks.is_centred(before, line):
        return False
    if step > INDENT:
        return ends_sentence(before.text) or not line.text[:1].islower()
    return step < -INDENT and len(last.lines) > 1


def _has_bullet(line: Line) -> bool:
    """Whether a line begins with a bullet that no code has."""
    found = MARKER.match(line.text)
    return found is not None and bool(found["bullet"]) and found["bullet"][0] not in "-*"


def _marker(line: Line, last: Paragraph | None, *, begins: bool) -> int:
    """How many characters at the start of a line mark an item; a number amid a sentence marks none."""
    found = MARKER.match(line.text)
    if not found:
        return 0
    before = MARKER.match(last.first.text) if last is not None and last.kind == "item" else None
    if found["bullet"] or begins:
        counts_on = True
    elif last is None or before is None:
        counts_on = False
    elif found["number"]:
        counts_on = bool(before["number"]) and int(found["number"]) == int(before["number"]) + 1
    else:
        counts_on = bool(before["letter"] or before["point"]) and ends_sentence(last.text.rstrip(";,"))
    return found.end() if counts_on else 0


def _notes(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Notes, each with the paragraphs that go on it."""
    notes: list[Paragraph] = []
    for paragraph in paragraphs:
        if notes and not _NOTE.match(paragraph.text):
            notes[-1].lines += paragraph.lines
        else:
            paragraph.kind, paragraph.marker = "note", 0
            notes.append(paragraph)
    return notes


def _goes_on(last: Paragraph, paragraph: Paragraph) -> bool:
    """Whether a paragraph goes on what one in another column or on another page says."""
    if (
        last.kind not in ("paragraph", "item")
        or paragraph.kind != "paragraph"
        or last.block == paragraph.block
    ):
        return False
    before, line = last.lines[-1], paragraph.first
    if not breaks.same_size(before, line) or before.look.bold != line.look.bold:
        return False
    gap = before.base - line.base
    if before.page == line.page and 0 < gap < breaks.SPACED * line.size:
        return False  # of one column, where a gap divides them
    return not ends_sentence(before.text) and not leads_in(before.text) and line.text[:1].islower()


def settle_items(paragraphs: Sequence[Paragraph]) -> None:
    """Make paragraphs again of items with a number that no other counts on to or from: dates, say."""
    numbers: list[int] = []
    for paragraph in paragraphs:
        found = MARKER.match(paragraph.text) if paragraph.kind == "item" else None
        numbers.append(int(found["number"]) if found and found["number"] else 0)
    for place, number in enumerate(numbers):
        if number > 1:
            earlier, later = numbers[max(0, place - _NEAR) : place], numbers[place + 1 : place + 1 + _NEAR]
            if number - 1 not in earlier and number + 1 not in later:
                paragraphs[place].kind, paragraphs[place].marker = "paragraph", 0
