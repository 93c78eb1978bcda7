"""A file of OpenDocument in, what all its kinds share out: its properties, its styles, its paragraphs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.archive import Archive, is_ole
from index.parsing.base import Unreadable
from index.parsing.builder import Run
from index.parsing.digits import whole_number
from index.parsing.office.package import sound_title, tidy_property

_PROPERTIES = {
    "meta:initial-creator": "author",
    "dc:creator": "author",
    "meta:creation-date": "created",
    "dc:date": "modified",
    "meta:keyword": "keywords",
    "dc:subject": "subject",
    "dc:description": "description",
}
_LEFT_OUT = frozenset((
    "office:annotation", "text:hidden-text", "text:ruby-text", "text:note-citation", "draw:object",
    "svg:title", "svg:desc", "text:tracked-changes", "office:event-listeners",
    "text:bibliography-source", "draw:image",
))  # fmt: skip
_LONGEST_CHAIN = 20  # styles based on one another
_MOST_SPACES = 1_000
_BOLD = ("bold", "600", "700", "800", "900")


class Document(NamedTuple):
    """The roots of a file's content, styles and description; one root is all of them in a flat file."""

    content: Element
    styles: Element | None
    meta: Element | None


def opened(data: bytes) -> Document:
    """Open a file, be it a container or one flat file of XML.

    Raises:
        Unreadable: it is none, or damaged or encrypted.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and not is_ole(data):
        root = xml.tree(data)
        if root.tag != "office:document":
            raise Unreadable("no OpenDocument file")
        return Document(root, root, root)
    archive = Archive(data)
    if "content.xml" not in archive:
        raise Unreadable("no OpenDocument file")
    refuse_encrypted(archive)
    return Document(
        xml.tree(archive.read("content.xml")),
        xml.tree(archive.read("styles.xml")) if "styles.xml" in archive else None,
        _meta(archive),
    )


def _meta(archive: Archive) -> Element | None:
    try:
        return xml.tree(archive.read("meta.xml")) if "meta.xml" in archive else None
    except Unreadable:  # what it says of itself is no reason not to read it
        return None


def refuse_encrypted(archive: Archive) -> None:
    """Raise where the parts of a container are encrypted.

    Raises:
        Unreadable: they are.
    """
    name = "META-INF/manifest.xml"
    if name in archive and b"encryption-data" in archive.read(name):
        raise Unreadable("encrypted with a password")


def properties_of(meta: Archive | Element | None) -> tuple[str, dict[str, str]]:
    """The title of a document, "" where nobody gave it one, and what else it says of itself."""
    if isinstance(meta, Archive):
        meta = _meta(meta)
    title, found = "", dict[str, list[str]]()
    first = xml.below(meta, "office:meta")
    for child in first if first is not None else ():
        said = tidy_property(xml.text_of(child).strip())
        if child.tag == "dc:title":
            title = sound_title(said)
        elif child.tag in _PROPERTIES and said:
            found.setdefault(child.tag, []).append(said)
    properties: dict[str, str] = {}
    for tag, key in _PROPERTIES.items():
        if tag in found:
            properties.setdefault(key, ", ".join(found[tag]))
    return title, properties


class Look(NamedTuple):
    """What a style says: its own and its parents' names in lower case, bold, italic, whether it is hidden."""

    names: tuple[str, ...] = ()
    bold: bool = False
    italic: bool = False
    hidden: bool = False


class Styles:
    """The styles of a document, by family and name."""

    def __init__(self, document: Document) -> None:
        self._elements: dict[tuple[str, str], Element] = {}
        for root in (document.styles, document.content):
            for path in ("office:styles", "office:automatic-styles"):
                for style in xml.children(root, path, "style:style"):
                    key = style.get("style:family", ""), style.get("style:name", "")
                    self._elements[key] = style
        self._known: dict[tuple[str, str], Look] = {}

    def of(self, family: str, name: str) -> Look:
        """What a style says, with those that it is based on."""
        key = family, name
        if key not in self._known:
            self._known[key] = self._resolve(family, name)
        return self._known[key]

    def _resolve(self, family: str, name: str) -> Look:
        names: list[str] = []
        said: dict[str, str] = {}
        for _ in range(_LONGEST_CHAIN):
            style = self._elements.get((family, name))
            if style is None:
                break
            names.append((style.get("style:display-name") or name.replace("_20_", " ")).lower())
            properties = xml.below(style, "style:text-properties")
            for key, value in (properties.attrib if properties is not None else {}).items():
                said.setdefault(key, value)
            name = style.get("style:parent-style-name", "")
        return Look(
            tuple(names),
            said.get("fo:font-weight") in _BOLD,
            said.get("fo:font-style") in ("italic", "oblique"),
            said.get("text:display") == "none",
        )


@dataclass(slots=True)
class Paragraph:
    """What a paragraph says: its runs, the notes it refers to, the frames in it."""

    runs: list[Run] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    frames: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(run.text for run in self.runs)


def read(element: Element, styles: Styles) -> Paragraph:
    """The words of a paragraph or heading."""
    found = Paragraph()
    look = styles.of("paragraph", element.get("text:style-name", ""))
    if not look.hidden:
        _walk(element, found, styles, {"bold": look.bold, "italic": look.italic}, "")
    return found


def _walk(element: Element, found: Paragraph, styles: Styles, look: Mapping[str, bool], href: str) -> None:
    _say(found, element.text, look, href)
    for child in element:
        tag = child.tag
        if tag == "text:s":
            _say(found, " " * min(whole_number(child.get("text:c")) or 1, _MOST_SPACES), look, href)
        elif tag == "text:tab":
            _say(found, "\t", look, href)
        elif tag == "text:line-break":
            _say(found, "\n", look, href)
        elif tag == "text:note":
            body = xml.below(child, "text:note-body")
            paragraphs = body.iter("text:p") if body is not None else ()
            found.notes.append(" ".join(read(one, styles).text for one in paragraphs))
        elif tag in ("draw:frame", "draw:g", "draw:custom-shape", "draw:rect"):
            found.frames.append(child)
        elif tag == "text:span":
            own = styles.of("text", child.get("text:style-name", ""))
            if not own.hidden:
                both = {"bold": own.bold or look["bold"], "italic": own.italic or look["italic"]}
                _walk(child, found, styles, both, href)
        elif tag == "text:a":
            address = child.get("xlink:href", "")
            _walk(child, found, styles, look, "" if address.startswith("#") else address)
        elif tag not in _LEFT_OUT:
            _walk(child, found, styles, look, href)
        _say(found, child.tail, look, href)


def _say(found: Paragraph, text: str | None, look: Mapping[str, bool], href: str) -> None:
    text = (text or "").replace("\u00ad", "")
    if text:
        kind = "link" if href else "bold" if look["bold"] else "italic" if look["italic"] else ""
        run = Run(text, kind, href)  # type: ignore[arg-type]
        if found.runs and found.runs[-1][1:] == run[1:]:
            found.runs[-1] = run._replace(text=found.runs[-1].text + text)
        else:
            found.runs.append(run)
