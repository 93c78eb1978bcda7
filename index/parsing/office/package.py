"""A file of Word, PowerPoint or Excel in, its parts out: how they are related, and what it says of itself."""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from index.parsing import xml
from index.parsing.archive import Archive
from index.parsing.base import Unreadable

_PROPERTIES = {
    "dc:creator": "author",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
    "cp:keywords": "keywords",
    "dc:subject": "subject",
    "dc:description": "description",
    "cp:category": "category",
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?=T|$)")
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|powerpoint[- ]?\w+|word[- ]document|slide \d+|folie \d+"
    r"|(?:document|dokument|presentation|präsentation|untitled|unbenannt|book|mappe)\s?\d*|.*\.(?:docx?|pptx?|dotx?|potx?)",
    re.IGNORECASE,
)
"""Titles that programs give, not people."""


class Relation(NamedTuple):
    """What a part refers to: the last word of the relation's type, and a part's name or an address."""

    kind: str
    target: str
    external: bool = False


class Package:
    """The parts of a file.

    Args:
        data: the file's bytes.

    Raises:
        Unreadable: it is no such file, or damaged or encrypted.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = Archive(data)
        self.told: set[str] = set()
        """Parts that are read, of those that are read once, however often others refer to them."""
        self.main = self.first("", "officeDocument")
        if not self.main:
            raise Unreadable("no document of Word, PowerPoint or Excel in it")

    def __contains__(self, part: str) -> bool:
        return part in self._archive

    def read(self, part: str) -> bytes:
        """The bytes of a part.

        Raises:
            Unreadable: it is missing or damaged.
        """
        return self._archive.read(part)

    def tree(self, part: str) -> Element:
        """The root element of a part.

        Raises:
            Unreadable: it is missing or damaged.
        """
        return xml.tree(self.read(part))

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to, by the names that it uses; that of the whole file is ""."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if name not in self._archive:
            return {}
        found = {}
        for one in xml.children(xml.tree(self._archive.read(name)), "rel:Relationship"):
            target, external = one.get("Target", ""), one.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[one.get("Id", "")] = Relation(one.get("Type", "").rsplit("/", 1)[-1], target, external)
        return found

    def all(self, part: str, kind: str) -> Iterator[str]:
        """The parts of a kind that a part refers to, as far as they are there, each once."""
        found = (one.target for one in self.relations(part).values() if one.kind == kind and not one.external)
        yield from (target for target in dict.fromkeys(found) if target in self._archive)

    def first(self, part: str, kind: str) -> str:
        """The first of them; "" where there is none."""
        return next(self.all(part, kind), "")

    def properties(self) -> tuple[str, dict[str, str]]:
        """The title of the document, "" where nobody gave it one, and what else it says of itself."""
        part = self.first("", "core-properties")
        try:
            said = {child.tag: xml.text_of(child).strip() for child in self.tree(part)} if part else {}
        except Unreadable:  # what it says of itself is no reason not to read it
            return "", {}
        title = tidy_property(said.get("dc:title", ""))
        properties = {key: tidy_property(said.get(name, "")) for name, key in _PROPERTIES.items()}
        return sound_title(title), properties


def tidy_property(value: str) -> str:
    """A property on one line; of a date and time, the date."""
    date = _DATE.match(value)
    return date[0] if date else " ".join(value.replace("\u00ad", "").split())


def sound_title(title: str) -> str:
    """A title, but "" for one that a program gave."""
    return "" if _NO_TITLE.fullmatch(title) else title
