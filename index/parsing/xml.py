"""Bytes of XML in, a tree or a stream of its elements out; entities are never resolved, nothing is loaded.

Names are short: an element of WordprocessingML is "w:p", whatever prefix the file uses for the namespace, and
whether it is written to the strict or the transitional version of the standard. Names of namespaces that are
not known here stay "{namespace}name".
"""

from collections.abc import Iterator
from typing import Protocol
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from index.parsing.base import Unreadable

DEEPEST = 150
"""How deep elements may nest, so that a walk that recurses stays within Python's limit."""

_MOST_ELEMENTS = 2_000_000  # of a tree: some 500 MB
_OPEN_XML = "http://schemas.openxmlformats.org/"
_STRICT = "http://purl.oclc.org/ooxml/"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    _OPEN_XML + "wordprocessingml/2006/main": "w",
    _STRICT + "wordprocessingml/main": "w",
    _OPEN_XML + "drawingml/2006/main": "a",
    _STRICT + "drawingml/main": "a",
    _OPEN_XML + "drawingml/2006/diagram": "dgm",
    _STRICT + "drawingml/diagram": "dgm",
    _OPEN_XML + "presentationml/2006/main": "p",
    _STRICT + "presentationml/main": "p",
    _OPEN_XML + "spreadsheetml/2006/main": "s",
    _STRICT + "spreadsheetml/main": "s",
    _OPEN_XML + "officeDocument/2006/math": "m",
    _STRICT + "officeDocument/math": "m",
    _OPEN_XML + "officeDocument/2006/relationships": "r",
    _STRICT + "officeDocument/relationships": "r",
    _OPEN_XML + "package/2006/relationships": "rel",
    _OPEN_XML + "package/2006/metadata/core-properties": "cp",
    _OPEN_XML + "markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "urn:schemas-microsoft-com:vml": "v",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.w3.org/XML/1998/namespace": "xml",
    _ODF + "office:1.0": "office",
    _ODF + "text:1.0": "text",
    _ODF + "table:1.0": "table",
    _ODF + "style:1.0": "style",
    _ODF + "drawing:1.0": "draw",
    _ODF + "presentation:1.0": "presentation",
    _ODF + "meta:1.0": "meta",
    _ODF + "manifest:1.0": "manifest",
    _ODF + "xsl-fo-compatible:1.0": "fo",
    _ODF + "svg-compatible:1.0": "svg",
}


class Target(Protocol):
    """What takes elements one after the other, as ``xml.etree.ElementTree.TreeBuilder`` does."""

    def start(self, tag: str, attrs: dict[str, str], /) -> object:
        """An element begins."""

    def end(self, tag: str, /) -> object:
        """An element ends."""

    def data(self, data: str, /) -> object:
        """Text between tags, be it in several pieces."""


class _Names(dict[str, str]):
    """Short names of elements and attributes, by how expat writes them: namespace, "}", name."""

    def __missing__(self, name: str) -> str:
        space, brace, local = name.rpartition("}")
        prefix = _PREFIXES.get(space)
        self[name] = short = f"{prefix}:{local}" if prefix else f"{{{space}}}{local}" if brace else local
        return short


def tree(data: bytes, most: int = _MOST_ELEMENTS) -> Element:
    """The root element of a file.

    Raises:
        Unreadable: it is no XML, or damaged, or larger than is sound.
    """
    builder = TreeBuilder()
    stream(data, builder, most)
    return builder.close()


def stream(data: bytes, target: Target, most: int | None = None) -> None:
    """Send the elements of a file to a target.

    Raises:
        Unreadable: it is no XML, or damaged, or defines entities; elements nest too deeply, or are more than
            ``most``.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    names = _Names()
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > DEEPEST:
            raise Unreadable("damaged: its parts nest too deeply")
        if most is not None and count > most:
            raise Unreadable(f"built of more than {most:,} parts")
        target.start(
            names[name], {names[key]: value for key, value in attributes.items()} if attributes else {}
        )

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        target.end(names[name])

    def refuse(*_: object) -> None:
        raise Unreadable("its XML defines entities, which no document needs")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = target.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise Unreadable("damaged: not well-formed XML") from None


def below(element: Element | None, *path: str) -> Element | None:
    """The first element that a path of names leads to, if there is one."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if child.tag == name), None)
    return element


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """All elements of the last name of a path, below the first ones of the names before."""
    *above, last = path
    found = below(element, *above)
    if found is not None:
        yield from (child for child in found if child.tag == last)


def text_of(element: Element | None) -> str:
    """All text in an element, white space as it is."""
    return "" if element is None else "".join(element.itertext())
