"""The layouts of a PowerPoint file in, what slides take from them out: the places of shapes, and bullets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.office.package import Package

TITLES = ("title", "ctrTitle")
"""Kinds of placeholders that hold a slide's title."""

_TEXTS = ("", "obj", "body")  # kinds whose paragraphs have bullets unless they say otherwise


class Place(NamedTuple):
    """Where a shape begins, in the units of its file."""

    top: int = 0
    left: int = 0


class _Placeholder(NamedTuple):
    place: Place | None
    styles: Element | None


@dataclass(slots=True)
class Layout:
    """A layout: its kind, and its own and its master's placeholders."""

    kind: str = ""
    own: dict[str, _Placeholder] = field(default_factory=dict)
    master: dict[str, _Placeholder] = field(default_factory=dict)
    body: Element | None = None

    def place(self, shape: Element) -> Place:
        """Where a shape stands, by itself or by the placeholder that it fills."""
        for path in (("p:spPr", "a:xfrm"), ("p:grpSpPr", "a:xfrm"), ("p:xfrm",)):
            offset = xml.below(shape, *path, "a:off")
            if offset is not None:
                return _place(offset)
        return next((known.place for known in self._known(shape) if known.place), Place())

    def styles(self, shape: Element) -> list[Element]:
        """Where it may stand whether paragraphs of a shape have bullets, nearest first."""
        found = [xml.below(shape, "p:txBody", "a:lstStyle")]
        found += [known.styles for known in self._known(shape)]
        if placeholder(shape) in _TEXTS:
            found.append(self.body)
        return [one for one in found if one is not None]

    def _known(self, shape: Element) -> Iterator[_Placeholder]:
        if placeholder(shape) is not None:
            for known in (self.own, self.master):
                for key in _keys(shape):
                    if key in known:
                        yield known[key]
                        break


class Layouts:
    """The layouts of a file, each read once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._known: dict[str, Layout] = {}

    def of(self, slide: str) -> Layout:
        """The layout of a slide."""
        part = self._package.first(slide, "slideLayout")
        if part not in self._known:
            found = self._known[part] = Layout()
            if part:
                root = self._package.tree(part)
                found.kind, found.own = root.get("type", ""), _placeholders(root)
                if master := self._package.first(part, "slideMaster"):
                    root = self._package.tree(master)
                    found.master = _placeholders(root)
                    found.body = xml.below(root, "p:txStyles", "p:bodyStyle")
        return self._known[part]


def placeholder(shape: Element) -> str | None:
    """The kind of the placeholder that a shape fills, "" where that says none; None for other shapes."""
    found = xml.below(shape, "p:nvSpPr", "p:nvPr", "p:ph")
    return None if found is None else found.get("type", "")


def _keys(shape: Element) -> list[str]:
    """By what a placeholder is known, most telling first."""
    kind = placeholder(shape) or ""
    kind = "title" if kind in TITLES else "body" if kind in (*_TEXTS, "subTitle") else kind
    found = xml.below(shape, "p:nvSpPr", "p:nvPr", "p:ph")
    number = "" if found is None else found.get("idx", "")
    return [f"#{number}", kind] if number else [kind]


def _placeholders(root: Element) -> dict[str, _Placeholder]:
    found: dict[str, _Placeholder] = {}
    for shape in root.iter("p:sp"):
        if placeholder(shape) is not None:
            offset = xml.below(shape, "p:spPr", "a:xfrm", "a:off")
            place = None if offset is None else _place(offset)
            for key in _keys(shape):
                found.setdefault(key, _Placeholder(place, xml.below(shape, "p:txBody", "a:lstStyle")))
    return found


def _place(offset: Element) -> Place:
    return Place(whole(offset.get("y")), whole(offset.get("x")))


def whole(text: str | None) -> int:
    """A whole number; 0 where the text is none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0
