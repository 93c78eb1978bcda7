"""FictionBook: the sections of a book below their titles, then its notes; title, authors and date."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element as XmlElement

from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.web.elements import Element
from index.parsing.web.hypertext import Walk
from index.parsing.xml import below, children, text_of
from index.parsing.xml import tree as xml_tree

_TAGS: Mapping[str, str] = {
    "p": "p", "text-author": "p", "strong": "b", "emphasis": "i", "strikethrough": "s", "code": "code",
    "sub": "sub", "sup": "sup", "cite": "blockquote", "epigraph": "blockquote", "annotation": "div",
    "table": "table", "tr": "tr", "td": "td", "th": "th",
}  # fmt: skip
"""What of a book is called so in HTML; all else is a part of what it stands in."""
_DEEPEST_HEADING = 6


def parse(data: bytes, name: str) -> Parsed:
    """Parse a book.

    Raises:
        Unreadable: it is damaged, or has no words.
    """
    root = xml_tree(data)
    if _local(root) != "FictionBook":
        raise Unreadable("damaged, or no FictionBook")
    for element in root.iter():  # the namespace is the same all over, where there is one
        element.tag = _local(element)
    about = below(root, "description", "title-info")
    builder = Builder()
    walk = Walk(builder)
    for body in children(root, "body"):
        walk.add(Element("div", {}, list(_section(body, 1))))
    title = text_of(below(about, "book-title"))
    authors = [_author(one) for one in children(about, "author")]
    properties = {"author": ", ".join(filter(None, authors)), "date": text_of(below(about, "date")).strip()}
    return worded(builder.parsed(title=title, properties=properties))


def _local(element: XmlElement) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2].rpartition(":")[2]


def _author(element: XmlElement) -> str:
    names = (text_of(below(element, part)).strip() for part in ("first-name", "middle-name", "last-name"))
    return " ".join(filter(None, names)) or text_of(below(element, "nickname")).strip()


def _section(element: XmlElement, level: int) -> Iterator[Element | str]:
    """What a section holds, as HTML has it."""
    for child in element:
        if child.tag == "section":
            yield Element("div", {}, list(_section(child, level + 1)))
        elif child.tag == "title":
            lines = [" ".join(text_of(line).split()) for line in children(child, "p")]
            yield Element(f"h{min(level, _DEEPEST_HEADING)}", {}, [" ".join(filter(None, lines))])
        elif child.tag == "subtitle" and any(map(str.isalnum, text_of(child))):  # else it only divides
            yield Element(f"h{min(level + 1, _DEEPEST_HEADING)}", {}, list(_inside(child)))
        elif child.tag == "poem":
            yield from _poem(child)
        elif child.tag not in ("image", "empty-line", "subtitle"):
            yield Element(_TAGS.get(child.tag, "div"), {}, list(_inside(child)))


def _poem(poem: XmlElement) -> Iterator[Element]:
    """A stanza is a paragraph, its verses are lines."""
    for child in poem:
        verses = [text_of(verse) for verse in children(child, "v")] or [text_of(child)]
        lines: list[Element | str] = []
        for verse in verses:
            lines += [Element("br")] * bool(lines) + [verse]
        yield Element("p", {}, lines)


def _inside(element: XmlElement) -> Iterator[Element | str]:
    """Words, and what is among them, without references to notes."""
    yield element.text or ""
    for child in element:
        if child.tag == "poem":
            yield from _poem(child)
        elif child.tag != "image" and not (child.tag == "a" and child.get("type") == "note"):
            yield Element(_TAGS.get(child.tag, "span"), {}, list(_inside(child)))
        yield child.tail or ""
