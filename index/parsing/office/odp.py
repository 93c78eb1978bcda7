"""Presentations of OpenDocument: a page for each slide with its title, text, tables and speaker's notes."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.base import Parsed, Unreadable
from index.parsing.office.odt import SHAPES, Walk
from index.parsing.office.opendocument import Styles, opened, properties_of, read

_BAND = 1.0  # centimetres: what begins so close below each other stands side by side
_UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6}


def parse(data: bytes, name: str) -> Parsed:
    """Parse a presentation of OpenDocument.

    Raises:
        Unreadable: it is none, or damaged, encrypted or empty.
    """
    document = opened(data)
    slides = xml.below(document.content, "office:body", "office:presentation")
    if slides is None:
        raise Unreadable("no presentation of OpenDocument")
    styles = Styles(document)
    walk = Walk(styles, slides=True)
    for number, page in enumerate(xml.children(slides, "draw:page"), 1):
        walk.flow.page(str(number))
        _slide(page, walk, styles)
    title, properties = properties_of(document.meta)
    return walk.flow.parsed(title, properties)


def _slide(page: Element, walk: Walk, styles: Styles) -> None:
    shapes = sorted((one for one in page if one.tag in SHAPES), key=_top)
    titles = [one for one in shapes if one.get("presentation:class") == "title"]
    for one in titles:
        walk.flow.heading(_said(one, styles), 1)
    for one in _side_by_side(shapes):
        if one not in titles:
            walk.shape(one)
            walk.flow.end()
    for notes in xml.children(page, "presentation:notes"):
        for one in notes:
            if one.get("presentation:class") == "notes":
                walk.flow.note(_said(one, styles))
    walk.flow.end()


def _said(shape: Element, styles: Styles) -> str:
    """The words of a shape on one line."""
    return " ".join(read(paragraph, styles).text for paragraph in shape.iter("text:p"))


def _length(text: str) -> float:
    """A length in centimetres."""
    try:
        return float(text[:-2]) * _UNITS.get(text[-2:], 0.0)
    except ValueError:
        return 0.0


def _top(shape: Element) -> float:
    return _length(shape.get("svg:y", "")) if shape.tag != "draw:g" else min(map(_top, shape), default=0.0)


def _left(shape: Element) -> float:
    return _length(shape.get("svg:x", "")) if shape.tag != "draw:g" else min(map(_left, shape), default=0.0)


def _side_by_side(shapes: Sequence[Element]) -> Iterator[Element]:
    """Shapes sorted from top to bottom, those of one height from left to right."""
    bands: list[list[Element]] = []
    for shape in shapes:
        if bands and _top(shape) - _top(bands[-1][0]) <= _BAND:
            bands[-1].append(shape)
        else:
            bands.append([shape])
    for band in bands:
        yield from sorted(band, key=_left)
