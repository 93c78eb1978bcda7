"""Lines in, running text out: words that were hyphenated at line ends are put together again."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from index.parsing.pages.frames import Boxes
from index.parsing.pages.lines import Line

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST = re.compile(r"(?<![^\W\d_])(?<![^\W\d_]-)(?P<word>[^\W\d_]++(?:-[^\W\d_]++)*+)-$")
_FIRST = re.compile(r"[^\W\d_]+")
_WHOLE = 4  # letters of the parts of a compound
_SUSPENDED = frozenset(("and", "or", "und", "oder", "bzw", "et", "ou", "y", "o", "e", "to", "as"))
"""Words after a hyphen that stands for a word to come: "pre- and postwar"."""


class Ink(NamedTuple):
    """Words, a box for each character, and where each page begins that they stand on."""

    text: str
    boxes: Boxes
    pages: dict[int, int]


_NONE = np.zeros((1, 4), dtype=np.uint16)


class Words:
    """Puts lines of a document together, knowing which words it uses elsewhere."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known: Counter[str] = Counter()
        for line in lines:
            words = _WORD.findall(line.text.casefold())
            if line.text.endswith("-") and words:
                words.pop()
            self._known.update(words)

    def join(self, lines: Sequence[Line]) -> Ink:
        """The running text of lines."""
        texts: list[str] = []
        boxes: list[Boxes] = []
        pages: dict[int, int] = {}
        length = 0
        for number, line in enumerate(lines):
            text, own = _single_blanks(line)
            if number:
                keep, between = self._joint(lines[number - 1].text, text)
                if not keep:
                    texts[-1], boxes[-1] = texts[-1][:-1], boxes[-1][:-1]
                    length -= 1
                if between:
                    texts.append(between)
                    boxes.append(_NONE)
                    length += 1
            pages.setdefault(line.page, length)
            texts.append(text)
            boxes.append(own)
            length += len(text)
        return Ink("".join(texts), np.concatenate(boxes), pages)

    def _joint(self, before: str, after: str) -> tuple[bool, str]:
        """Whether the last character of a line stays, and what stands between it and the next line."""
        if not before.endswith("-"):
            return True, "" if _spaceless(before[-1]) and _spaceless(after[:1]) else " "
        last, first = _LAST.search(before), _FIRST.match(after)
        if not last or not first:
            return True, "" if before[-2:-1].isdigit() and after[:1].isdigit() else " "
        one, other = last["word"], first[0]
        if other in _SUSPENDED:
            return True, " "
        if one.isupper() and other.isupper():
            return not self._known[(one + other).casefold()], ""
        if not other.islower() or "-" in one:
            return True, ""
        return self._is_compound(one.casefold(), other), ""

    def _is_compound(self, one: str, other: str) -> bool:
        """Whether a hyphen at a line's end is part of the word, as far as the document tells."""
        joined, divided = self._known[one + other], self._known[f"{one}-{other}"]
        if joined or divided:
            return divided > joined
        return min(len(one), len(other)) >= _WHOLE and self._known[one] > 0 and self._known[other] > 0


def _single_blanks(line: Line) -> tuple[str, Boxes]:
    """The words of a line, which has several blanks between them where it is code."""
    if "  " not in line.text:
        return line.text, line.boxes
    text = line.text
    kept = [place for place in range(len(text)) if text[place : place + 2] != "  "]
    return "".join(text[place] for place in kept), line.boxes[kept]


def _spaceless(character: str) -> bool:
    """Whether a character is of a script that puts no spaces between words."""
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )
