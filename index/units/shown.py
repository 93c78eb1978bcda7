"""A stretch of a document in, the parts of it that are shown out: without markup."""

from bisect import bisect_left
from collections.abc import Sequence

from index.records import Document, Part, Span

BETWEEN_CELLS = " · "


class Shower:
    """Shows stretches of one document."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._markup = document.layout.markup
        self._starts = [one.start for one in self._markup]

    def parts(self, start: int, end: int, before: str = "") -> list[Part]:
        """The stretches that are shown of one, the first after ``before``."""
        parts: list[Part] = []
        at = start
        for number in range(max(bisect_left(self._starts, start) - 1, 0), len(self._markup)):
            one = self._markup[number]
            if one.start >= end:
                break
            if one.end <= start:
                continue
            if at < one.start:
                parts.append(Part(at, one.start, before))
                before = ""
            before += one.instead
            at = max(at, min(one.end, end))
        if at < end or before:
            parts.append(Part(at, end, before))
        return parts

    def shown(self, start: int, end: int) -> str:
        """A stretch without its markup."""
        return shown(self._text, self.parts(start, end))

    def row(self, cells: Sequence[Span], heads: Sequence[str]) -> list[Part]:
        """The cells of a row, each after the name of its column; empty ones are left out."""
        parts: list[Part] = []
        for number, (start, end) in enumerate(cells):
            if start == end:
                continue
            head = heads[number] if number < len(heads) else ""
            name = f"{head.rstrip(':')}: " if head else ""
            parts += self.parts(start, end, (BETWEEN_CELLS if parts else "") + name)
        return parts


def shown(text: str, parts: Sequence[Part]) -> str:
    """Parts of a text as they are shown."""
    return "".join(part.before + text[part.start : part.end] for part in parts)
