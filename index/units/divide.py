"""A document in, passages and units out: exact slices, never longer than the encoder reads.

A passage is a paragraph, or a run of neighbours: short paragraphs are joined with what follows, items, rows
and lines with those of their list or table, but never across a heading or onto another page. Units are what
can be quoted.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter
from langchain_text_splitters.base import TextSplitter

from index.languages import DEFAULT, Detect, sample
from index.languages import detect as detect_language
from index.parsing.lines import asks
from index.records import Divided, Document, Kind, Locator, Part, Passage, Span, Unit
from index.units.borders import sentences
from index.units.leaves import Leaf, leaves
from index.units.shown import Shower, shown

TokenCount = Callable[[str], int]
"""How many tokens the encoder makes of a text, its own special tokens left out."""

_WORD = re.compile(r"\w")
_CUTS = ["\n", "; ", ": ", ", ", "；", "，", "、", " "]
"""Where a sentence too long is cut, best place first; else amid words."""
_TOKEN_CHARACTERS = 100  # at most, on average: WordPiece takes any longer word for one unknown token
_SHORT, _REMEMBERED = 40, 50_000  # characters of a text whose tokens are counted once; how many of these
_LATELY = 16  # longer texts, whose tokens are counted where they are cut and again where they are joined
_WHOLE: frozenset[Kind] = frozenset(
    ("item", "record", "row", "turn", "definition", "answer", "property", "code")
)
_NAMES: frozenset[Kind] = frozenset(("heading", "caption", "term"))
_ASKED: frozenset[Kind] = frozenset(("heading", "turn"))  # which what follows answers, where they ask
_JOINED: frozenset[Kind] = frozenset(("item", "record", "row", "turn", "definition", "property"))
_WHOLE_CHARACTERS, _WHOLE_SENTENCES = 240, 3  # of a list item, say, that is one unit; longer ones are divided
_CODE_LINES = 10
_NAME_WORDS = 5  # of a heading that may say something by itself


@dataclass(frozen=True, slots=True)
class _Piece:
    """A leaf, or a part of one that is too long, with its units."""

    leaf: Leaf
    start: int
    end: int
    units: tuple[tuple[Span, tuple[Part, ...], Kind], ...]


def divide(
    document: Document,
    count: TokenCount,
    *,
    max_tokens: int,
    min_tokens: int,
    detect: Detect = detect_language,
) -> Divided:
    """Divide a document into passages, each with its units, in reading order.

    Args:
        document: what to divide.
        count: tokens of a text.
        max_tokens: no passage is longer.
        min_tokens: a shorter paragraph is joined with the next where the two fit.
        detect: tells languages.
    """
    count = _bounded(count)
    shower = Shower(document)
    language = detect(sample(document.text), DEFAULT)
    splitter = SentenceSplitter(max_tokens, count, language)
    divider = _Divider(document, shower, splitter, lambda text: detect(text, language))
    pieces = (piece for leaf in leaves(document, shower, language) for piece in divider.pieces(leaf))
    passages: Divided = []
    for group in _join(pieces, document.text, count, max_tokens, min_tokens):
        start, end = group[0].start, group[-1].end
        passage = Passage(document, start, end, _locator(group), detect(document.text[start:end], language))
        told = [piece for piece in group if piece.leaf.kind not in _NAMES and piece.units]
        units = [
            Unit(passage, *span, kind, piece.leaf.context, parts)
            for piece in group
            for span, parts, kind in piece.units
            if not told or kind not in _NAMES or _says_something(shower.shown(*span))
        ]
        if units:
            passages.append((passage, units))
    return passages


def _bounded(count: TokenCount) -> TokenCount:
    """Counts tokens as an encoder does, but of long texts at least one for so many characters."""
    known, lately = lru_cache(_REMEMBERED)(count), lru_cache(_LATELY)(count)

    def bounded(text: str) -> int:
        if len(text) <= _SHORT:
            return known(text)
        return max(lately(text), len(text) // _TOKEN_CHARACTERS)

    return bounded


def _says_something(name: str) -> bool:
    """Whether a heading may be an answer: it counts, it names a value, or it is nearly a sentence."""
    words = name.split()
    return (
        (any(map(str.isdigit, name)) and len(words) > 1)
        or ":" in name.rstrip(":")
        or len(words) >= _NAME_WORDS
    )


class _Divider:
    """Makes units of leaves."""

    def __init__(
        self, document: Document, shower: Shower, splitter: "SentenceSplitter", language: Callable[[str], str]
    ) -> None:
        self._text = document.text
        self._shower = shower
        self._splitter = splitter
        self._language = language

    def pieces(self, leaf: Leaf) -> Iterator[_Piece]:
        """A leaf with its units, or the parts of one that is too long to be read whole."""
        if leaf.kind == "row" and leaf.block is not None:
            filled = [cell for cell in leaf.block.cells if cell[0] < cell[1]]
            start, end = (filled[0][0], filled[-1][1]) if filled else (leaf.start, leaf.start)
            parts = tuple(self._shower.row(leaf.block.cells, leaf.heads))
            if self._splitter.fits(shown(self._text, parts)) and self._splitter.fits(self._text[start:end]):
                if any(_WORD.search(self._shower.shown(*cell)) for cell in filled):
                    yield _Piece(leaf, start, end, (((start, end), parts, "row"),))
                return
        for start, end in self._stretches(leaf):
            units = tuple(self._units(leaf, start, end))
            if units or leaf.kind in _NAMES:
                yield _Piece(leaf, start, end, units)

    def _stretches(self, leaf: Leaf) -> Iterator[Span]:
        """The leaf itself, or the parts of one that is too long."""
        offset = leaf.start
        for chunk in self._splitter.split_text(self._text[leaf.start : leaf.end]):
            start, end = trimmed(self._text, offset, offset + len(chunk))
            offset += len(chunk)
            if start < end:
                yield start, end

    def _units(self, leaf: Leaf, start: int, end: int) -> Iterator[tuple[Span, tuple[Part, ...], Kind]]:
        asked = leaf.kind in _ASKED and asks(self._shower.shown(start, end))
        kind: Kind = "question" if asked else leaf.kind
        for span in self._spans(leaf, start, end):
            parts = self._shower.parts(*span)
            if _WORD.search(shown(self._text, parts)):
                whole = len(parts) == 1 and (parts[0].start, parts[0].end, parts[0].before) == (*span, "")
                yield span, () if whole else tuple(parts), kind

    def _spans(self, leaf: Leaf, start: int, end: int) -> list[Span]:
        if leaf.kind in _NAMES or leaf.kind == "question":
            return [(start, end)]
        if leaf.kind == "code":
            return list(self._code(start, end))
        text = self._text[start:end]
        found = [(start + one, start + other) for one, other in sentences(text, self._language(text))]
        if leaf.kind in _WHOLE and len(text) <= _WHOLE_CHARACTERS and len(found) <= _WHOLE_SENTENCES:
            return [(start, end)]
        return found

    def _code(self, start: int, end: int) -> Iterator[Span]:
        """A few lines each, best cut where one is empty."""
        lines: list[Span] = []
        offset = start
        for line in self._text[start:end].splitlines(keepends=True):
            blank = not line.strip()
            if lines and (len(lines) >= _CODE_LINES or (blank and len(lines) >= _CODE_LINES // 2)):
                yield trimmed(self._text, lines[0][0], lines[-1][1])
                lines = []
            if not blank:
                lines.append((offset, offset + len(line)))
            offset += len(line)
        if lines:
            yield trimmed(self._text, lines[0][0], lines[-1][1])


def _join(
    pieces: Iterable[_Piece], text: str, count: TokenCount, max_tokens: int, min_tokens: int
) -> Iterator[list[_Piece]]:
    """Put neighbours together that are read together; a heading always begins a group."""
    group: list[_Piece] = []
    size = 0
    for piece in pieces:
        tokens = count(text[piece.start : piece.end])
        only_names = all(member.leaf.kind == "heading" for member in group)
        waits = bool(group) and group[-1].leaf.kind == "question"
        new_section = bool(group) and piece.leaf.section != group[-1].leaf.section
        starts_section = new_section and (not only_names or piece.leaf.kind != "heading")
        together = bool(group) and piece.leaf.group >= 0 and piece.leaf.group == group[-1].leaf.group
        enough = size >= min_tokens and not (only_names or waits or (together and piece.leaf.kind in _JOINED))
        turned = bool(group) and piece.leaf.locator.page != group[-1].leaf.locator.page
        new_page = turned and not (only_names or waits)
        if group and (
            starts_section
            or new_page
            or enough
            or count(text[group[0].start : piece.end]) > max_tokens  # last, since it takes long
        ):
            yield group
            group, size = [], 0
        group.append(piece)
        size += tokens
    if group:
        yield group


def _locator(group: list[_Piece]) -> Locator:
    """From the first to the last of its paragraphs."""
    first = next((piece.leaf.locator for piece in group if piece.leaf.locator.first), group[0].leaf.locator)
    last = group[-1].leaf.locator
    return Locator(last.page, last.headings, first.first, last.last, first.time)


def trimmed(text: str, start: int, end: int) -> Span:
    """Leave out the white space at both ends."""
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


class SentenceSplitter(TextSplitter):
    """Fills chunks with whole sentences; cuts a sentence only when it alone is too long."""

    def __init__(self, limit: int, count: TokenCount, language: str = DEFAULT) -> None:
        def length(text: str) -> int:
            return max(1, count(text)) if text else 0  # pieces of length 0 would stand in two chunks

        exact: dict[str, Any] = {
            "chunk_size": limit,
            "chunk_overlap": 0,
            "length_function": length,
            "strip_whitespace": False,
        }
        super().__init__(**exact)
        self._language = language
        self._cut = RecursiveCharacterTextSplitter(_CUTS, keep_separator="end", **exact)

    def fits(self, text: str) -> bool:
        """Whether a text is read whole."""
        return self._length_function(text) <= self._chunk_size

    def split_text(self, text: str) -> list[str]:
        """Chunks that make up the text without gap or overlap."""
        if self.fits(text):
            return [text]
        pieces: list[str] = []
        begin = 0
        borders = [start for start, _ in sentences(text, self._language)][1:]
        for end in [*borders, len(text)]:
            sentence = text[begin:end]
            cut = [sentence] if self.fits(sentence) else self._cut.split_text(sentence)
            pieces.extend(part for one in cut for part in self._halve(one))
            begin = end
        return [part for chunk in self._merge_splits(pieces, "") for part in self._halve(chunk)]

    def _halve(self, chunk: str) -> list[str]:
        """Cut amid words what nothing else divides, or has more tokens than its pieces had."""
        if len(chunk) < 2 or self.fits(chunk):
            return [chunk]
        middle = len(chunk) // 2
        return [*self._halve(chunk[:middle]), *self._halve(chunk[middle:])]
