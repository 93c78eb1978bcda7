"""What every parser takes and gives: the record, and the seam."""

from typing import Protocol

import msgspec

from index.records import Layout, Notice


class Unreadable(Exception):
    """A file that cannot be read; the message is the reason, in a few words."""


class Attachment(msgspec.Struct, frozen=True):
    """A file that lies in another: its name and its bytes."""

    name: str
    data: bytes


class Parsed(msgspec.Struct, frozen=True):
    """What a parser makes of a file.

    Offsets of the layout count characters of ``text``. ``title`` is empty where the format says none.
    """

    text: str
    layout: Layout = Layout()
    title: str = ""
    properties: dict[str, str] = {}
    notices: tuple[Notice, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def worded(parsed: Parsed, otherwise: str = "empty of words") -> Parsed:
    """What was parsed, which says something.

    Raises:
        Unreadable: it does not, for the reason that is given.
    """
    if not any(map(str.isalnum, parsed.text)):
        raise Unreadable(otherwise)
    return parsed


class Parser(Protocol):
    """A function that a format has."""

    def __call__(self, data: bytes, name: str) -> Parsed:
        """Parse a file's bytes; its name may tell what they do not.

        Raises:
            Unreadable: they are not of the format, or damaged, encrypted or empty.
        """
