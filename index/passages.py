"""Documents in, passages and sentences out: exact slices, never longer than the encoder reads.

A passage is a paragraph. Paragraphs too long for the encoder are divided at sentence borders, short
ones (headings, captions, list items) joined with what follows, but never across a heading.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Any

import nupunkt
from langchain_text_splitters import RecursiveCharacterTextSplitter
from langchain_text_splitters.base import TextSplitter

from index.records import Document, Mark, Passage, Sentence

TokenCount = Callable[[str], int]
"""How many tokens the encoder makes of a text, its own special tokens left out."""

_WORD = re.compile(r"\w")
_CUTS = ["\n", "; ", ": ", ", ", " ", ""]  # where a sentence too long is cut, best place first
_HEADINGS_SHOWN = 2  # of the path to a passage, the innermost


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, heading or part of one, without the white space around it."""

    start: int
    end: int
    paragraph: str = ""  # its number; a heading has none
    page: str = ""
    headings: tuple[Mark, ...] = ()


def split(
    document: Document, count: TokenCount, *, max_tokens: int, min_tokens: int
) -> list[tuple[Passage, list[Sentence]]]:
    """Divide a document into passages, each with its sentences, in reading order.

    Every letter and digit is in exactly one sentence, but for front matter and headings with a text
    below them, which are no sentences.

    Args:
        document: what to divide.
        count: tokens of a text.
        max_tokens: no passage is longer.
        min_tokens: a shorter paragraph is joined with the next where the two fit.
    """
    splitter = _SentenceSplitter(max_tokens, count)
    parts = chain.from_iterable(_divide(block, document.text, splitter) for block in _blocks(document))
    passages = []
    for group in _join(parts, document.text, count, max_tokens, min_tokens):
        passage = Passage(document, group[0].start, group[-1].end, _locator(group))
        quotable = [
            b for b in group if b.paragraph and _WORD.search(document.text, b.start, b.end)
        ] or group  # a heading alone says little
        sentences = [
            Sentence(passage, *span) for block in quotable for span in _sentences(document.text, block)
        ]
        if sentences:
            passages.append((passage, sentences))
    return passages


def _blocks(document: Document) -> Iterator[_Block]:
    """The stretches from mark to mark, each with the headings above it."""
    headings: tuple[Mark, ...] = ()
    page = paragraph = ""
    end_mark = Mark(len(document.text), "paragraph", "")
    for mark, following in pairwise([*(document.marks or (Mark(0, "paragraph", "1"),)), end_mark]):
        if mark.kind == "heading":
            headings = (*(heading for heading in headings if heading.level < mark.level), mark)
            paragraph = ""
        elif mark.kind == "page":
            page = mark.label
        else:
            paragraph = mark.label
        start, end = _trim(document.text, mark.offset, following.offset)
        if start < end:
            yield _Block(start, end, paragraph, page, headings)


def _divide(block: _Block, text: str, splitter: "_SentenceSplitter") -> Iterator[_Block]:
    """The block itself, or the parts of one that is too long."""
    offset = block.start
    for chunk in splitter.split_text(text[block.start : block.end]):
        start, end = _trim(text, offset, offset + len(chunk))
        offset += len(chunk)
        if start < end:
            yield replace(block, start=start, end=end)


def _join(
    blocks: Iterator[_Block], text: str, count: TokenCount, max_tokens: int, min_tokens: int
) -> Iterator[list[_Block]]:
    """Put short blocks together with the next ones; a heading always begins a group."""
    group: list[_Block] = []
    size = 0
    for block in blocks:
        tokens = count(text[block.start : block.end])
        only_headings = not any(member.paragraph for member in group)
        starts_section = not block.paragraph and not only_headings
        too_large = group and count(text[group[0].start : block.end]) > max_tokens
        if group and (starts_section or too_large or (size >= min_tokens and not only_headings)):
            yield group
            group, size = [], 0
        group.append(block)
        size += tokens
    if group:
        yield group


def _sentences(text: str, block: _Block) -> Iterator[tuple[int, int]]:
    """The sentences of a block that hold a letter or digit, white space around them left out."""
    for start, end in nupunkt.sent_spans(text[block.start : block.end]):
        if _WORD.search(text, block.start + start, block.start + end):
            yield _trim(text, block.start + start, block.start + end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the white space at both ends."""
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _locator(group: list[_Block]) -> str:
    """Such as "page 2, Results › Costs, paragraphs 4–5"."""
    last = group[-1]
    numbers = [block.paragraph for block in group if block.paragraph]
    names = [f"page {last.page}"] if last.page else []
    if path := [heading.label for heading in last.headings if heading.label]:
        names.append(" › ".join(path[-_HEADINGS_SHOWN:]))
    if numbers and numbers[0] != numbers[-1]:
        names.append(f"paragraphs {numbers[0]}–{numbers[-1]}")
    elif numbers:
        names.append(f"paragraph {numbers[0]}")
    return ", ".join(names)


class _SentenceSplitter(TextSplitter):
    """Fills chunks with whole sentences; cuts a sentence only when it alone is too long."""

    def __init__(self, limit: int, count: TokenCount) -> None:
        def length(text: str) -> int:
            return max(1, count(text)) if text else 0  # pieces of length 0 would stand in two chunks

        exact: dict[str, Any] = {
            "chunk_size": limit,
            "chunk_overlap": 0,
            "length_function": length,
            "strip_whitespace": False,
        }
        super().__init__(**exact)
        self._cut = RecursiveCharacterTextSplitter(_CUTS, keep_separator="end", **exact)

    def split_text(self, text: str) -> list[str]:
        """Chunks that make up the text without gap or overlap."""
        if self._length_function(text) <= self._chunk_size:
            return [text]
        pieces: list[str] = []
        for start, end in nupunkt.sent_spans(text):
            sentence = text[start:end]
            fits = self._length_function(sentence) <= self._chunk_size
            pieces.extend([sentence] if fits else self._cut.split_text(sentence))
        return [part for chunk in self._merge_splits(pieces, "") for part in self._halve(chunk)]

    def _halve(self, chunk: str) -> list[str]:
        """Mend the rare chunk with more tokens than its pieces had, as unknown words may have."""
        if len(chunk) < 2 or self._length_function(chunk) <= self._chunk_size:
            return [chunk]
        middle = len(chunk) // 2
        return [*self._halve(chunk[:middle]), *self._halve(chunk[middle:])]
