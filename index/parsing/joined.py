"""Texts that were parsed each by itself in, one text and one layout out, with all offsets shifted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from index.parsing.base import Attachment, Parsed
from index.parsing.outline import TOP, Outline
from index.records import Layout, Markup, Notice, Page, Style, Time

_BETWEEN = "\n\n"


@dataclass(slots=True)
class Joined:
    """Puts parsed texts one after the other, an empty line between them."""

    _outline: Outline = field(default_factory=Outline)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    def add(self, parsed: Parsed, *, deeper: int = 0) -> None:
        """Add a text; one without words is left out.

        Args:
            parsed: the text. Its title, properties, notices and attachments are not taken over.
            deeper: by how much the levels of its headings grow.
        """
        if not parsed.text.strip():
            return
        if self._parts:
            self._parts.append(_BETWEEN)
            self._length += len(_BETWEEN)
        copy(parsed.layout, self._outline, self._length, deeper=deeper)
        self._parts.append(parsed.text)
        self._length += len(parsed.text)

    def parsed(
        self,
        *,
        title: str = "",
        properties: dict[str, str] | None = None,
        notices: Iterable[Notice] = (),
        attachments: Iterable[Attachment] = (),
    ) -> Parsed:
        """All of them."""
        text = "".join(self._parts)
        known = {key: value for key, value in (properties or {}).items() if value}
        title = " ".join(title.split())
        return Parsed(text, self._outline.layout(), title, known, tuple(notices), tuple(attachments))


def copy(layout: Layout, into: Outline, offset: int, parent: int = TOP, *, deeper: int = 0) -> None:
    """Copy a layout into an outline.

    Args:
        layout: what is copied.
        into: where to.
        offset: where its text begins there.
        parent: the block that it stands in there.
        deeper: by how much the levels of headings grow.
    """
    count = len(into.blocks)
    for block in layout.blocks:
        into.add(
            block.kind,
            offset + block.start,
            offset + block.end,
            count + block.parent if block.parent != TOP else parent,
            level=block.level + deeper if block.level else 0,
            cells=tuple((offset + start, offset + end) for start, end in block.cells),
        )
    into.markup += (Markup(offset + one.start, offset + one.end, one.instead) for one in layout.markup)
    into.styles += (Style(offset + one.start, offset + one.end, one.kind, one.href) for one in layout.styles)
    into.times += (Time(offset + one.start, one.seconds) for one in layout.times)
    into.pages += (
        Page(one.label, offset + one.start, offset + one.end, one.width, one.height, one.boxes)
        for one in layout.pages
    )
