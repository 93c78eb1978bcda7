"""Evernote's export: each note below its title, its files as documents of their own."""

import base64
import binascii
from collections.abc import Iterator
from xml.etree.ElementTree import Element as XmlElement

from index.parsing.base import Attachment, Parsed, worded
from index.parsing.builder import Builder
from index.parsing.web.hypertext import Walk
from index.parsing.web.tree import tree
from index.parsing.xml import below, children, text_of
from index.parsing.xml import tree as xml_tree


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of notes.

    Raises:
        Unreadable: it is damaged, or no note has words.
    """
    notes = list(children(xml_tree(data), "note"))
    builder = Builder()
    walk = Walk(builder, level=1 if len(notes) > 1 else 0)
    for note in notes:
        if len(notes) > 1:
            builder.heading(_said(note, "title") or "Untitled", 1)
        walk.add(tree(_said(note, "content"))[1])
        if tags := [text_of(tag).strip() for tag in note.iter("tag")]:
            builder.add("record", f"Tags: {', '.join(tags)}")
    title = _said(notes[0], "title") if len(notes) == 1 else ""
    if title and not builder.length:  # a scan, say, which is a file of the note
        builder.heading(title, 1)
    properties = {"date": _day(_said(notes[0], "created"))} if len(notes) == 1 else {}
    attachments = [one for note in notes for one in _files(note)]
    return worded(builder.parsed(title=title, properties=properties, attachments=attachments))


def _said(note: XmlElement, *path: str) -> str:
    return text_of(below(note, *path)).strip()


def _day(stamp: str) -> str:
    """The day of a moment such as "20250412T091402Z"."""
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}" if stamp[:8].isdigit() and len(stamp) > 8 else ""


def _files(note: XmlElement) -> Iterator[Attachment]:
    """The files in a note that have names."""
    for resource in note.iter("resource"):
        file = _said(resource, "resource-attributes", "file-name")
        try:
            content = base64.b64decode(_said(resource, "data"))
        except (binascii.Error, ValueError):
            continue
        if file and content:
            yield Attachment(file, content)
