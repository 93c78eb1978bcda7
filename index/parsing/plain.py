"""Plain text: what its blank lines, indents, bullets and short lines say of how it is built."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.parsing import lines as roles
from index.parsing.aligned import has_columns
from index.parsing.base import Parsed
from index.parsing.lines import Line
from index.parsing.marks import bared, heading_of
from index.parsing.outline import TOP, Outline
from index.parsing.prose import Prose
from index.parsing.text import decode

_MAIL = re.compile(
    r"(?P<key>From|To|Cc|Bcc|Date|Sent|Subject|Reply-To)[ \t]*+:[ \t]*+(?P<value>.*)", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)[.)]?[ \t]+(?=\S)")
_TITLE, _SECTION, _SHORT, _LABEL = 1, 2, 4, 5  # levels of headings; numbered ones count from _SECTION on
_LABEL_WORDS = 6  # of a heading that ends with a colon
_SHORT_LINES = 3  # in a row that may all be headings; of more, most are entries
_SUBTITLE_WORDS = 4  # at least, of the second line of a title
_TAB = 8
_WIDE = 60  # characters, from which on a line may have ended because it was full


def parse(data: bytes, name: str) -> Parsed:
    """Parse a text file: its text is the decoded file, unchanged.

    Raises:
        Unreadable: the bytes are no text.
    """
    text, notices = decode(data)
    found = _Plain(text, Outline())
    found.read()
    return Parsed(text, found.outline.layout(), found.title, found.properties, notices)


@dataclass(slots=True)
class _List:
    """A list that more items may follow: how far its markers are indented, and its last item."""

    indent: int
    number: int
    item: int


@dataclass(slots=True)
class _Plain:
    """Goes through a text, paragraph by paragraph."""

    text: str
    outline: Outline
    properties: dict[str, str] = field(default_factory=dict)
    title: str = ""
    _begin: int = 0  # of the first paragraph
    _above: set[int] = field(default_factory=set)  # where headings start that stand right above their text
    _dated: bool = False  # whether several paragraphs begin with a day or the like
    _parts: frozenset[str] = frozenset()  # what several paragraphs begin with that are counted
    _lists: list[_List] = field(default_factory=list)
    _prose: Prose = field(init=False)

    def __post_init__(self) -> None:
        self._prose = Prose(self.text, self.outline)

    def read(self) -> None:
        """Find all blocks."""
        undivided = [*_paragraphs(self._bared())]
        parts = Counter(roles.part_of(one[0].text) for one in undivided if len(one) > 1)
        self._parts = frozenset(part for part, times in parts.items() if part and times > 1)
        self._dated = sum(_begins_dated(one) for one in undivided) > 1
        undivided = _titled(undivided)
        paragraphs = [part for one in undivided for part in self._divided(one)]
        if len(self._above) > 1:  # the text has such headings, so what is like them is one, too
            wide = max(len(line.text) for one in undivided for line in one)
            paragraphs = [part for one in undivided for part in self._divided(one, wide)]
        if paragraphs and (count := self._mail(paragraphs[0])):
            paragraphs[0] = paragraphs[0][count:]
            paragraphs = [paragraph for paragraph in paragraphs if paragraph]
        self._prose.speakers = roles.speakers([line for paragraph in paragraphs for line in paragraph])
        self._prose.keys = roles.naming_keys(paragraphs)
        self._begin = paragraphs[0][0].start if paragraphs else 0
        headings = self._headings(paragraphs)
        for number, paragraph in enumerate(paragraphs):
            if number in headings:
                self._heading(paragraph[0], headings[number])
            else:
                self._paragraph(paragraph)
        captions = [block for block in self.outline.blocks if block.kind == "caption"]
        if not self.title and len(captions) == 1 and self.outline.blocks[1] is captions[0]:
            self.title = self.text[captions[0].start : captions[0].end].rstrip(":")

    def _divided(self, paragraph: Sequence[Line], wide: int = 0) -> Iterator[Sequence[Line]]:
        """A paragraph, with lines apart that are headings right above running text or the items of a list."""
        begin = 0
        for number, line in enumerate(paragraph[:-1]):
            if number == 0 and self._is_named(paragraph):
                is_above = True
            elif number == 0:
                is_above = roles.heads(line.text, [one.text for one in paragraph[1:]], wide=wide)
            else:
                is_above = self._ends_list(paragraph[number - 1], line) and roles.heads(
                    line.text, [paragraph[number + 1].text], only_items=True
                )
            if is_above:
                self._above.add(line.start)
                if begin < number:
                    yield paragraph[begin:number]
                yield [line]
                begin = number + 1
        yield paragraph[begin:]

    def _bared(self) -> list[Line]:
        """The lines of the text, without marks around them; these are markup."""
        every = roles.lines_of(self.text)
        bare = bared(every)
        for line, inner in zip(every, bare, strict=True):
            self.outline.hide(line.start, inner.start)
            self.outline.hide(inner.end, line.end)
        return bare

    def _is_named(self, paragraph: Sequence[Line]) -> bool:
        """Whether the first line is a day, a counted part or in capitals, and names what is below it."""
        first, *rest = paragraph
        if self._dated and _begins_dated(paragraph):
            return True
        if roles.part_of(first.text) in self._parts:
            return True
        named = roles.is_shouted(first.text) and roles.is_heading(first.text)
        below = rest[0].text
        prose = len(rest) == 1 or (roles.flows(rest) and not below[:1].islower())  # else they are notes
        return named and prose and not roles.is_shouted(below) and not roles.BULLET.match(below)

    def _ends_list(self, before: Line, line: Line) -> bool:
        """Whether a line is of no list, where the one before it is an item."""
        return roles.BULLET.match(before.text) is not None and not self._continues([before], line)

    def _mail(self, paragraph: Sequence[Line]) -> int:
        """Note the header of a mail down; the result is how many lines it takes."""
        entries = []
        for line in paragraph:
            if not (found := _MAIL.fullmatch(line.text)):
                break
            entries.append((found["key"].lower(), found["value"], line))
        if len({key for key, _, _ in entries} & {"from", "to", "subject", "date", "sent"}) < 2:
            return 0
        for key, value, line in entries:
            self.outline.add("property", line.start, line.end)
            if value:
                self.properties.setdefault(key, value)
        self.title = self.properties.get("subject", "")
        return len(entries)

    # --------------------------------------------------------------------------------- headings

    def _headings(self, paragraphs: Sequence[Sequence[Line]]) -> dict[int, int]:
        """Which paragraphs are headings by themselves, with their levels."""
        levels: dict[int, int] = {}
        run: list[int] = []
        for number, paragraph in enumerate(paragraphs):
            before = paragraphs[number - 1] if number and number - 1 not in levels else ()
            if level := self._level_of(before, paragraph, paragraphs[number + 1 : number + 2]):
                run.append(number)
                levels[number] = level
                continue
            if len(run) > _SHORT_LINES:
                for entry in run[run[0] == 0 : -1]:
                    if levels[entry] >= _SHORT:
                        levels.pop(entry)
            run = []
        if self._begins_with_part(paragraphs, levels):
            return levels
        if levels.get(0, 0) >= _SHORT:
            levels[0] = _TITLE
        if 0 in levels and not self.title:
            self.title = _without_mark(paragraphs[0][0].text)
        return levels

    def _begins_with_part(self, paragraphs: Sequence[Sequence[Line]], levels: Mapping[int, int]) -> bool:
        """Whether the first heading names the first of several parts alike, and not all of the text.

        They are where they stand right above their texts, or all of them above lists.
        """
        above = [number for number in levels if paragraphs[number][0].start in self._above]
        dated = [number for number in levels if roles.is_dated(paragraphs[number][0].text)]
        if 0 in dated and len(dated) > 1:
            return True
        if 0 in above and len(above) > 1:
            return True
        alike = [number for number in levels if levels[number] == levels.get(0)]
        following = [paragraphs[number + 1][0].text for number in alike if number + 1 < len(paragraphs)]
        return len(alike) == len(following) > 1 and all(map(roles.BULLET.match, following))

    def _level_of(  # noqa: PLR0911 - a table of cases
        self, before: Sequence[Line], paragraph: Sequence[Line], following: Sequence[Sequence[Line]]
    ) -> int:
        """The level of a paragraph that is a heading; 0 of others.

        Args:
            before: the paragraph before it, if that is no heading.
            paragraph: its lines.
            following: the paragraph after it, if there is one.
        """
        text, first = paragraph[0].text, paragraph[0].start == self._begin
        if len(paragraph) == 2 and roles.is_rule(paragraph[1].text) and not roles.is_rule(text):
            return _TITLE if "=" in paragraph[1].text else _SECTION
        if (heading := heading_of(text)) is not None:
            return heading.level if following or not heading.is_framed else 0
        if len(paragraph) > 1 or not following or self._prose.is_turn(paragraph[0]):
            return 0
        after = following[0][0].text
        if found := _NUMBERED.match(text):
            rest = text[found.end() :]
            alone = not roles.BULLET.match(after) and roles.is_heading(rest)
            in_list = alone and _goes_on(before, found["number"])
            return _SECTION + found["number"].count(".") if alone and not in_list else 0
        if paragraph[0].start in self._above and roles.is_dated(text):
            return _SHORT
        if roles.BULLET.match(text):
            return 0
        if roles.leads_in(text) and len(text.split()) <= _LABEL_WORDS and not roles.BULLET.match(after):
            return _LABEL
        shouted = roles.is_shouted(text)
        if not roles.is_heading(text, title=first) or (roles.is_key_value(text) and not (first or shouted)):
            return 0
        return _SECTION if shouted else _SHORT

    def _heading(self, line: Line, level: int) -> None:
        if (heading := heading_of(line.text)) is not None:
            self.outline.hide(line.start, line.start + heading.start)
            self.outline.hide(line.start + heading.end, line.end)
        self.outline.add("heading", line.start, line.end, level=level)
        self._lists.clear()
        self._prose.heading()

    # --------------------------------------------------------------------------------- paragraphs

    def _paragraph(self, paragraph: Sequence[Line]) -> None:
        """Note a paragraph down: what stands before its bullets, and its items."""
        if not roles.BULLET.match(paragraph[0].text) and not (
            self._lists and self._indent(paragraph[0]) > self._lists[0].indent
        ):
            self._lists.clear()
        plain: list[Line] = []
        items: list[list[Line]] = []
        bullets = self._bullets(paragraph)
        for number, line in enumerate(paragraph):
            if number in bullets:
                items.append([line])
            elif items and self._continues(items[-1], line):
                items[-1].append(line)
            else:
                self._items(items)
                items = []
                plain.append(line)
                if number + 1 in bullets or number + 1 == len(paragraph):
                    parent = self._lists[-1].item if self._lists else TOP
                    self._prose.add(plain, parent, before_list=number + 1 in bullets)
                    plain = []
        self._items(items)

    def _bullets(self, paragraph: Sequence[Line]) -> set[int]:
        """Which lines begin an item; a lone number that goes on no list begins a sentence."""
        found = {
            n for n, line in enumerate(paragraph)
            if roles.BULLET.match(line.text)
            and not roles.is_rule(line.text)
            and not self._prose.is_turn(line)
        }  # fmt: skip
        if len(found) == 1 and not self._lists:
            number = next(iter(found))
            marker = paragraph[number].text
            if marker[0].isdigit() and marker[0] != "1" and len(paragraph) > 1:
                return set()
        return found

    def _continues(self, item: Sequence[Line], line: Line) -> bool:
        """Whether a line without a bullet goes on what an item says."""
        if self._indent(line) > self._indent(item[0]):
            return True
        before = item[-1].text
        return not roles.ends_sentence(before) and (line.text[:1].islower() or len(before) >= _WIDE)

    def _indent(self, line: Line) -> int:
        begin = roles.line_start(self.text, line.start)
        return len(self.text[begin : line.start].expandtabs(_TAB))

    def _items(self, items: Sequence[Sequence[Line]]) -> None:
        """Note items down, below the item that they are indented under."""
        for lines in items:
            indent = self._indent(lines[0])
            while self._lists and self._lists[-1].indent > indent:
                self._lists.pop()
            start, end = lines[0].start, lines[-1].end
            if not self._lists or self._lists[-1].indent < indent:
                parent = self._lists[-1].item if self._lists else TOP
                self._lists.append(_List(indent, self.outline.add("list", start, start, parent), TOP))
            found = roles.BULLET.match(lines[0].text)
            alone = roles.TASK.match(self.text, start)  # no bullet before it
            begin = said = start + (found.end() if found and not alone else 0)
            if task := roles.TASK.match(self.text, begin):
                said = task.end()
                begin = begin if task["done"].strip() else said
                self.outline.hide(begin, said, roles.DONE)
            self.outline.hide(start, begin)
            self._lists[-1].item = self.outline.add("item", start, end, self._lists[-1].number)
            self.outline.add("paragraph", begin, end, self._lists[-1].item)


def _goes_on(before: Sequence[Line], number: str) -> bool:
    """Whether a number counts on from that of the last item before it."""
    for line in reversed(before):
        if found := _NUMBERED.match(line.text):
            return number.isdigit() and found["number"] == str(int(number) - 1)
    return False


def _without_mark(text: str) -> str:
    heading = heading_of(text)
    return text[heading.start : heading.end] if heading else text


def _titled(paragraphs: Sequence[list[Line]]) -> list[list[Line]]:
    """The same paragraphs, but a title in capitals at the top, of one line or two, stands alone."""
    lines = [line for line in paragraphs[0] if not roles.is_rule(line.text)] if paragraphs else []
    others = list(paragraphs[1:])
    if len(lines) < 2 or not others or not roles.is_shouted(lines[0].text):
        return list(paragraphs)
    first, second, *rest = lines
    both = Line(first.start, second.end, f"{first.text} {second.text}")
    tells = len(second.text.split()) >= _SUBTITLE_WORDS or ": " in second.text  # "No.: 0417"
    if tells and roles.is_heading(second.text):
        top = [[both], rest] if roles.is_heading(both.text, title=True) else [[first], lines[1:]]
    elif any(len(lines) > 1 and roles.is_shouted(lines[0].text) for lines in others):
        return list(paragraphs)  # it names the first of several parts
    elif roles.is_shouted(second.text):
        return list(paragraphs)  # all of it is, as an address
    else:
        top = [[first], lines[1:]]
    return [*filter(None, top), *others]


def _begins_dated(paragraph: Sequence[Line]) -> bool:
    """Whether a paragraph is what is noted below a day, say; "2 onions" above "1 carrot" is none."""
    first, second = (paragraph[place].text if place < len(paragraph) else "" for place in (0, 1))
    return second != "" and roles.is_dated(first) and not roles.is_dated(second)


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines between blank ones; a heading that is marked, framed or underlined stands alone."""
    found: list[list[Line]] = [[]]
    for number, line in enumerate(lines):
        below = lines[number + 1].text if number + 1 < len(lines) else ""
        marked = heading_of(line.text) is not None
        ruled = all(roles.is_rule(one.text) for one in found[-1])
        underlines = len(found[-1]) == 1 and _is_underlined(found[-1][0].text, line.text)
        if not line.text or marked or (ruled and _is_underlined(line.text, below)):
            found.append([])
        if line.text:
            found[-1].append(line)
        if marked or underlines:
            found.append([])
    return [part for part in found if part and not all(roles.is_rule(line.text) for line in part)]


def _is_underlined(text: str, below: str) -> bool:
    """Whether a line is a heading for the line of marks below it; heads of columns are none."""
    name = text.strip()
    return (
        roles.is_rule(below)
        and 2 * len(below.strip()) >= len(name)
        and not roles.is_rule(name)
        and roles.is_heading(name, title=True)
        and not has_columns(name)
        and " " not in below.strip()
    )
