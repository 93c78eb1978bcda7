"""EPUB: the chapters of a book in the order in which they are read, with its title, authors and date."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element as XmlElement

from index.parsing.archive import Archive
from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.web.html import decode_page
from index.parsing.web.hypertext import Walk
from index.parsing.web.main_text import share_linked
from index.parsing.web.tree import tree as elements_of
from index.parsing.xml import text_of, tree

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""What only makes fonts unusable elsewhere."""
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTENTS_LINKED = 0.8  # of the characters of a page: then it is a table of contents
_MOST_PAGES = 5_000
_PROPERTIES = (
    ("author", "creator"), ("date", "date"), ("language", "language"), ("publisher", "publisher"),
    ("keywords", "subject"), ("description", "description"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of a book: its name in the container, its type, and what it is for."""

    path: str
    kind: str
    properties: str


def parse(data: bytes, name: str) -> Parsed:
    """Parse an e-book.

    Raises:
        Unreadable: it is no EPUB, or damaged, protected, or without words.
    """
    archive = Archive(data)
    package_path = _package_path(archive)
    package = tree(archive.read(package_path))
    items = dict(_items(package, posixpath.dirname(package_path)))
    spine = dict.fromkeys(items[key] for key in _spine(package) if key in items)
    pages = [item for item in spine if item.kind in _PAGES]
    if not pages:
        raise Unreadable("damaged: the book has no pages")
    locked = _locked(archive)
    if any(page.path.casefold() in locked for page in pages):
        raise Unreadable("encrypted")
    contents = _contents(archive, items)
    builder = Builder()
    skipped = _guide(package, posixpath.dirname(package_path))
    for page in pages[:_MOST_PAGES]:
        if "nav" not in page.properties.split() and page.path not in skipped and page.path in archive:
            _add(builder, archive.read(page.path), contents.get(page.path, ""))
    title, properties = _metadata(package)
    return worded(builder.parsed(title=title, properties=properties))


def _add(builder: Builder, data: bytes, label: str) -> None:
    """Add a page of a book; it is named as the table of contents does where it has no heading."""
    text, _ = decode_page(data)
    _, body = elements_of(text)
    if share_linked(body) >= _CONTENTS_LINKED:
        return
    if label and body.text() and not any(child.tag in _HEADINGS for child in body.below()):
        builder.heading(label, 1)
    Walk(builder).add(body)


# ------------------------------------------------------------------------------------- the package


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def _all(root: XmlElement, name: str) -> Iterator[XmlElement]:
    """All elements of a name, in whatever namespace."""
    return (element for element in root.iter() if _local(element.tag) == name)


def _package_path(archive: Archive) -> str:
    """The name of the file that says what the book is made of."""
    if _CONTAINER in archive:
        for element in _all(tree(archive.read(_CONTAINER)), "rootfile"):
            if (path := element.get("full-path", "")) in archive:
                return path
    path = next((name for name in archive.names if name.casefold().endswith(".opf")), "")
    if not path:
        raise Unreadable("no EPUB: nothing says what it is made of")
    return path


def _resolved(folder: str, href: str) -> str:
    """The name in the container of what a link leads to."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))).lstrip("/")


def _items(package: XmlElement, folder: str) -> Iterator[tuple[str, _Item]]:
    for element in _all(package, "item"):
        path = _resolved(folder, element.get("href", ""))
        kind = element.get("media-type", "").lower()
        yield element.get("id", ""), _Item(path, kind, element.get("properties", ""))


def _spine(package: XmlElement) -> Iterator[str]:
    for element in _all(package, "itemref"):
        yield element.get("idref", "")


def _guide(package: XmlElement, folder: str) -> frozenset[str]:
    """The pages that only list the others, as older books name them."""
    return frozenset(
        _resolved(folder, element.get("href", ""))
        for element in _all(package, "reference")
        if element.get("type", "").lower() in ("toc", "cover")
    )


def _metadata(package: XmlElement) -> tuple[str, dict[str, str]]:
    said: dict[str, list[str]] = {}
    for metadata in _all(package, "metadata"):
        for element in metadata.iter():
            value = " ".join(text_of(element).split()) if element.tag.startswith("dc:") else ""
            if value and value != "Unknown":  # what calibre writes where it knows nothing
                said.setdefault(_local(element.tag).lower(), []).append(value)
    title = said.get("title", [""])[0]
    found = {}
    for key, name in _PROPERTIES:
        values = said.get(name, [])
        found[key] = ", ".join(values) if name in ("creator", "subject") else "".join(values[:1])
    return title, found


def _locked(archive: Archive) -> frozenset[str]:
    """The names of the files that are encrypted, in lower case."""
    if _ENCRYPTION not in archive:
        return frozenset()
    found: set[str] = set()
    for element in _all(tree(archive.read(_ENCRYPTION)), "EncryptedData"):
        methods = [method.get("Algorithm", "") for method in _all(element, "EncryptionMethod")]
        if not any(method in _FONTS for method in methods):
            found.update(unquote(one.get("URI", "")).casefold() for one in _all(element, "CipherReference"))
    return frozenset(found)


def _contents(archive: Archive, items: dict[str, _Item]) -> dict[str, str]:
    """What the table of contents calls each page, by the page's name."""
    found: dict[str, str] = {}
    for item in items.values():
        if item.path not in archive:
            continue
        folder = posixpath.dirname(item.path)
        if "nav" in item.properties.split():
            _, body = elements_of(decode_page(archive.read(item.path))[0])
            for link in (child for child in body.below() if child.tag == "a" and child.get("href")):
                found.setdefault(_resolved(folder, link.get("href")), link.text())
        elif item.kind == "application/x-dtbncx+xml":
            try:
                points = list(_all(tree(archive.read(item.path)), "navPoint"))
            except Unreadable:  # the book can be read without
                continue
            for point in points:
                label = next((text_of(one) for one in _all(point, "navLabel")), "")
                source = next((one.get("src", "") for one in _all(point, "content")), "")
                found.setdefault(_resolved(folder, source), " ".join(label.split()))
    return found
