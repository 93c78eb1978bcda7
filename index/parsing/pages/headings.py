"""Paragraphs of a document in, headings marked among them: by its bookmarks, and by their letters.

A bookmark names the heading on its page. Else short paragraphs of larger, bold or capital letters are
headings; the larger the letters, the higher the level. Level 1 is left to a title: to what alone has the
largest letters, or to the one bookmark that stands above all others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median_low
from typing import NamedTuple

from index.parsing.lines import ends_sentence, is_shouted
from index.parsing.pages.lines import CAPTION, LEADER
from index.parsing.pages.paragraphs import Paragraph

_LARGER, _NEARLY = 1.12, 0.95  # of the usual size of letters
_CAPITALS = 0.65  # of it, of headings in small capitals
_STATEMENT = 10  # words of a bold heading that ends with a full stop
_LINES, _WORDS, _CHARACTERS = 4, 32, 240  # of the longest heading
_SHARE = 0.25  # of all letters: what is bold more often is no heading
_NUMBERING = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)\.? +(?=\S)")
_LEADING = re.compile(r"^[\W\d_]+")
_DEEPEST = 6


class Bookmark(NamedTuple):
    """An entry of a document's outline: what it says, the page that it leads to, its depth from 0."""

    title: str
    page: int
    depth: int


class _Class(NamedTuple):
    """Letters of headings of one rank; ordered, the highest rank comes first."""

    size: float
    plain: bool
    small: bool


def mark_headings(paragraphs: list[Paragraph], bookmarks: Sequence[Bookmark], body: float) -> list[Paragraph]:
    """The paragraphs, with those marked that are headings; one that goes on after its heading is divided.

    Args:
        paragraphs: of the document, in order.
        bookmarks: of its outline, in order.
        body: size of most letters.
    """
    paragraphs = _by_outline(paragraphs, bookmarks)
    letters: Counter[_Class] = Counter()
    in_tables = 0
    for paragraph in paragraphs:
        if paragraph.table is not None:
            in_tables += sum(len(line.text) for line in paragraph.table.lines())
        else:
            letters[_class(paragraph)] += sum(len(line.text) for line in paragraph.lines)
    total = letters.total() + in_tables
    members: dict[_Class, list[Paragraph]] = defaultdict(list)
    for number, paragraph in enumerate(paragraphs, 1):
        if paragraph.kind not in ("paragraph", "item", "heading"):
            continue
        own = _class(paragraph)
        is_last = number == len(paragraphs)
        if paragraph.kind == "heading" or (
            not is_last and letters[own] <= _SHARE * total and _is_heading(paragraph, body)
        ):
            members[own].append(paragraph)
    _give_levels(members)
    return paragraphs


def _class(paragraph: Paragraph) -> _Class:
    look = paragraph.first.look
    return _Class(-round(look.size * 2) / 2, not look.bold, not is_shouted(paragraph.text))


def _is_heading(paragraph: Paragraph, body: float) -> bool:
    """Whether the letters of a paragraph are those of a heading, and it is short as one."""
    text = paragraph.text
    look = paragraph.first.look
    words = len(text.split())
    if not _is_short(paragraph) or (paragraph.kind == "item" and not _NUMBERING.match(text)):
        return False
    statement = ends_sentence(text) and not text.endswith("?") and words > _STATEMENT
    if look.size >= _LARGER * body:
        return not statement
    if look.size >= _NEARLY * body and all(line.look.bold for line in paragraph.lines):
        return not statement
    if paragraph.kind == "item" or len(paragraph.lines) > 2 or statement or ":" in text or words < 2:
        return False
    return is_shouted(text) and text[0].isalnum() and look.size >= _CAPITALS * body


def _is_short(paragraph: Paragraph) -> bool:
    """Whether a paragraph is as short as a heading, and neither a caption nor an entry of contents."""
    text = paragraph.text
    if len(paragraph.lines) > _LINES or len(text.split()) > _WORDS or len(text) > _CHARACTERS:
        return False
    if not any(map(str.isalpha, text)) or text[0].islower() or text[-1] in ",;":
        return False
    return not CAPTION.match(text) and not LEADER.search(text)


def _give_levels(members: dict[_Class, list[Paragraph]]) -> None:
    """Give the headings of each class a level, by those that bookmarks name, or by rank."""
    last = 0
    for own in sorted(members):
        paragraphs = members[own]
        named = [paragraph.level for paragraph in paragraphs if paragraph.level]
        alone = not last and len(paragraphs) == 1
        level = median_low(named) if named else min(last + 1 if last or alone else 2, _DEEPEST)
        depths = [depth for paragraph in paragraphs if (depth := _depth(paragraph))]
        for paragraph in paragraphs:
            if not paragraph.level:
                depth = _depth(paragraph)
                paragraph.level = min(level + (depth - min(depths) if depth else 0), _DEEPEST)
            paragraph.kind, paragraph.marker = "heading", 0
        last = max(last, level + (max(depths) - min(depths) if depths else 0))


def _depth(paragraph: Paragraph) -> int:
    """How many numbers a heading begins with, as "2.1" does with two."""
    found = _NUMBERING.match(paragraph.text)
    return found["number"].count(".") + 1 if found else 0


# ------------------------------------------------------------------------------------ bookmarks


def _by_outline(paragraphs: Sequence[Paragraph], bookmarks: Sequence[Bookmark]) -> list[Paragraph]:
    """Paragraphs with those divided and marked that bookmarks name."""
    if not bookmarks:
        return list(paragraphs)
    lift = 1 if sum(bookmark.depth == 0 for bookmark in bookmarks) == 1 else 2
    places: dict[int, list[int]] = defaultdict(list)
    for number, paragraph in enumerate(paragraphs):
        if paragraph.lines and paragraph.kind in ("paragraph", "item"):
            for page in {line.page for line in paragraph.lines}:
                places[page].append(number)
    cuts: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for bookmark in bookmarks:
        for page in (bookmark.page, bookmark.page + 1, bookmark.page - 1):
            if found := _find(bookmark.title, paragraphs, places[page], cuts):
                number, begin, count = found
                cuts[number][begin] = count, min(bookmark.depth + lift, _DEEPEST)
                break
    return [
        part for number, paragraph in enumerate(paragraphs) for part in _cut(paragraph, cuts.get(number, {}))
    ]


def _find(
    title: str,
    paragraphs: Sequence[Paragraph],
    places: Sequence[int],
    cuts: dict[int, dict[int, tuple[int, int]]],
) -> tuple[int, int, int] | None:
    """Which lines of which paragraph say what a bookmark says: paragraph, first line, number of lines."""
    wanted = {words for words in (_plain(title), _plain(_LEADING.sub("", title))) if words}
    if not wanted:
        return None
    longest = max(map(len, wanted))
    for number in places:
        lines = paragraphs[number].lines
        for begin in range(len(lines)):
            if begin in cuts[number]:
                continue
            said = ""
            for count in range(1, min(_LINES, len(lines) - begin) + 1):
                said += lines[begin + count - 1].text
                if len(said) > 3 * longest + 20:
                    break
                if wanted & {_plain(said), _plain(_LEADING.sub("", said))}:
                    return number, begin, count
    return None


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _cut(paragraph: Paragraph, headings: dict[int, tuple[int, int]]) -> list[Paragraph]:
    """A paragraph in parts: what stands before a heading, the heading, and what stands after it."""
    if not headings:
        return [paragraph]
    found: list[Paragraph] = []
    at = 0
    for begin in sorted(headings):
        if begin < at:
            continue
        count, level = headings[begin]
        if begin > at:
            found.append(_part(paragraph, at, begin))
        found.append(
            Paragraph(paragraph.lines[begin : begin + count], "heading", level=level, block=paragraph.block)
        )
        at = begin + count
    if at < len(paragraph.lines):
        found.append(_part(paragraph, at, len(paragraph.lines)))
    return found


def _part(paragraph: Paragraph, begin: int, end: int) -> Paragraph:
    kind = paragraph.kind if begin == 0 else "paragraph"
    marker = paragraph.marker if begin == 0 else 0
    return Paragraph(paragraph.lines[begin:end], kind, marker, block=paragraph.block)
