"""A quote in, where it stands in another text of the same document out, as in one that LibreOffice laid out.

Texts are compared by their letters and digits alone: blanks, ends of lines, hyphens, bullets and quotation
marks are set otherwise wherever a document is laid out anew.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from math import log
from unicodedata import normalize

from index.records import Span

_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\U0003ffff]")
_MOST = 1000  # places that are compared
_AROUND = 200  # letters before and after a place that tell it from others
_BETWEEN = 4  # words that may stand between two of a quote, as the number of a footnote
_STRETCHED = 1.25  # times as many words as the quote has, between its first and its last


class Letters:
    """The letters and digits of a text, without their case, and where each of them stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at: list[int] = []
        found: list[str] = []
        for offset, character in enumerate(text):
            if letters := _plain(character):
                found.append(letters)
                self.at += [offset] * len(letters)
        self.letters = "".join(found)

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The letters of a stretch of the text, as a slice of ``letters``."""
        return bisect_left(self.at, start), bisect_left(self.at, end)

    def span(self, first: int, last: int) -> Span:
        """The stretch of the text that a slice of ``letters`` stands for."""
        return self.at[first], self.at[last - 1] + 1


@cache
def _plain(character: str) -> str:
    return "".join(filter(str.isalnum, normalize("NFKC", character).casefold()))


def find(document: Letters, start: int, end: int, other: Letters) -> list[Span]:
    """Where a stretch of a document stands in the other text; nowhere if it does not stand there whole.

    Args:
        document: the text that it is a quote of.
        start: where it begins.
        end: where it ends.
        other: the text that is looked at. Of several places, the one in which it stands between the same
            words is taken; failing that, the one that lies about as deep in the text.

    Returns:
        Stretches of the other text, in order: one, or several where something else stands between them.
    """
    first, last = document.between(start, end)
    quote = document.letters[first:last]
    if not quote:
        return []
    places = [place for place in _places(quote, other) if _alone(document, (first, last), other, place)]
    if not places:
        return _scattered(document.text[start:end], other)
    before, after = document.letters[max(0, first - _AROUND) : first], document.letters[last : last + _AROUND]
    depth = first / len(document.letters)

    def alike(place: int) -> tuple[int, float]:
        there = other.letters[max(0, place - _AROUND) : place]
        behind = other.letters[place + len(quote) : place + len(quote) + _AROUND]
        same = _shared(before[::-1], there[::-1]) + _shared(after, behind)
        return same, -abs(place / len(other.letters) - depth)

    best = max(places, key=alike)
    return [_with_marks(document.text[start:end], other.text, *other.span(best, best + len(quote)))]


def _with_marks(quote: str, text: str, start: int, end: int) -> Span:
    """A stretch together with the punctuation that the quote begins and ends with, if it is there."""
    solid = "".join(quote.split())
    first = next(i for i, character in enumerate(solid) if _plain(character))
    last = next(i for i in range(len(solid), 0, -1) if _plain(solid[i - 1]))
    for mark in reversed(solid[:first]):
        place = start - 1 - (text[start - 1 : start] == " ")
        if text[place : place + 1] != mark or place < 0:
            break
        start = place
    for mark in solid[last:]:
        place = end + (text[end : end + 1] == " ")
        if text[place : place + 1] != mark:
            break
        end = place + 1
    return start, end


def _places(quote: str, other: Letters) -> Iterator[int]:
    place = -1
    for _ in range(_MOST):
        place = other.letters.find(quote, place + 1)
        if place < 0:
            return
        yield place


def _alone(document: Letters, here: tuple[int, int], other: Letters, place: int) -> bool:
    """Whether no word goes on beyond the place that ends with the quote: "12" does not stand in "3120"."""
    start, end = document.span(*here)
    first, last = other.span(place, place + here[1] - here[0])
    return (_inside(document.text, start) or not _inside(other.text, first)) and (
        _inside(document.text, end) or not _inside(other.text, last)
    )


def _inside(text: str, offset: int) -> bool:
    """Whether a word goes on over an offset; in scripts without blanks nobody can tell."""
    both = text[max(0, offset - 1) : offset + 1]
    return len(both) == 2 and all(map(_plain, both)) and not _UNSPACED.search(both)


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _scattered(quote: str, other: Letters) -> list[Span]:
    """The words of a quote in their order, a little apart, as where a footnote's number stands between."""
    wanted = [word for word, _ in _words(quote)]
    found = _words(other.text)
    starts = [i for i, (word, _) in enumerate(found) if wanted and word == wanted[0]][:_MOST]
    best: list[int] = []
    for start in starts:
        taken = _followed(wanted, found, start)
        if taken and (not best or taken[-1] - taken[0] < best[-1] - best[0]):
            best = taken
    most = len(wanted) * _STRETCHED + _BETWEEN
    return [found[i][1] for i in best] if best and best[-1] - best[0] < most else []


def _followed(wanted: Sequence[str], found: Sequence[tuple[str, Span]], start: int) -> list[int]:
    taken = [start]
    for word in wanted[1:]:
        near = range(taken[-1] + 1, min(taken[-1] + 2 + _BETWEEN, len(found)))
        following = next((i for i in near if found[i][0] == word), None)
        if following is None:
            return []
        taken.append(following)
    return taken


def _words(text: str) -> list[tuple[str, Span]]:
    return [(normalize("NFKC", m[0]).casefold(), m.span()) for m in _WORD.finditer(text)]


def nearest(quote: str, pages: Sequence[str]) -> int | None:
    """The page that has most of the words of a quote, rare ones counting more; None where none has any."""
    on = [Counter(word for word, _ in _words(page)) for page in pages]
    wanted = {word for word, _ in _words(quote)}
    weights = {word: log(1 + len(pages) / (1 + sum(word in page for page in on))) for word in wanted}
    scores = [sum(weights[word] for word in wanted if word in page) for page in on]
    best = max(range(len(pages)), key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] > 0 else None
