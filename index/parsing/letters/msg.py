"""MSG, a message as Outlook saves it: its head, its body and its attached files."""

import struct
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

from index.parsing.archive import is_ole, ole
from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.letters.letter import LONGEST, Letter, joined

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment as Attached
    from oxmsg.storage import Storage

_MOST_ATTACHMENTS, _MOST_BYTES = 200, 100_000_000
_EMBEDDED = "__substg1.0_3701000D"
"""Where an attached message lies."""
_DEEPEST = 5
_DISPLAYED = (("To", 0x0E04), ("Cc", 0x0E03))
"""The properties with the names of recipients."""
_FIRST_YEAR = 1970  # before it lies what was never sent
_INNER_HEADER = 24  # bytes before the properties of an attached message
_NORMALIZED_SUBJECT = 0x0E1D


def parse(data: bytes, name: str) -> Parsed:
    """Parse an Outlook message.

    Raises:
        Unreadable: it is none, or damaged.
    """
    if not is_ole(data):
        raise Unreadable("no Outlook message" if data else "empty")
    from olefile.olefile import OleFileError
    from oxmsg import Message

    damaged: tuple[type[BaseException], ...] = (
        *_broken(),
        OleFileError,
        OSError,
        RecursionError,
        MemoryError,
    )
    try:
        with ole(data) as container:
            if any(container.get_size(path) > len(data) for path in container.listdir()):
                raise ValueError("a stream is larger than the file")  # which the library reads all the same
        message = Message.load(data)
        kind = message.message_class
    except damaged:
        raise Unreadable("damaged, or no Outlook message") from None
    letter = _letter(message, 0)
    if not (kind or letter.head) or not any(
        (letter.text.strip(), letter.html.strip(), letter.subject, letter.attachments)
    ):
        raise Unreadable("no Outlook message, or one without words")
    return joined(letter)


_UNFOLDED = policy.default.clone(max_line_length=1_000_000, utf8=True)
"""Writes a line of a head as it is: to fold one without blanks takes the cube of its length."""


@cache
def _broken() -> tuple[type[Exception], ...]:
    """What the library raises where a property is damaged, or its encoding unknown."""
    from oxmsg.domain.model import UnrecognizedCodePageError

    return (
        LookupError, ValueError, struct.error, AssertionError, OverflowError, TypeError, AttributeError,
        UnrecognizedCodePageError,
    )  # fmt: skip


def _read(read: Callable[[], str | None]) -> str:
    """A text of a message; empty where it is damaged."""
    try:
        return (read() or "").replace("\0", "")
    except _broken():
        return ""


def _letter(message: "Message", depth: int) -> Letter:
    head = {
        "Subject": _read(lambda: message.subject)
        or _read(lambda: message.properties.str_prop_value(_NORMALIZED_SUBJECT)),
        "From": _address(_read(lambda: message.sender)),
        **{key: _recipients(message, key, prop) for key, prop in _DISPLAYED},
        "Date": _read(lambda: message.message_headers.get("Date") or _sent(message)),
    }
    text = _read(lambda: message.body).replace("\r\n", "\n")
    html = "" if text.strip() else _read(lambda: message.html_body)
    return Letter(
        {key: value for key, value in head.items() if value}, text, html, tuple(_files(message, depth))
    )


def _sent(message: "Message") -> str:
    sent = message.sent_date
    return sent.isoformat(" ", "seconds") if sent and sent.year >= _FIRST_YEAR else ""


def _address(sender: str) -> str:
    """A sender without an address of Exchange, which nobody writes to."""
    return sender if "</o=" not in sender.lower() else sender.partition("<")[0].strip('" ')


def _recipients(message: "Message", key: str, prop: int) -> str:
    """Who a message is to: as its head says, or by the names that Outlook shows."""
    said = _read(lambda: message.message_headers.get(key)) or _read(
        lambda: message.properties.str_prop_value(prop)
    )
    if said or key != "To":
        return said.replace(";", ",")
    try:
        return ", ".join(filter(None, (one.name or one.email_address for one in message.recipients)))
    except _broken():
        return ""


def _files(message: "Message", depth: int) -> Iterator[Attachment]:
    size = 0
    try:
        attached = message.attachments[:_MOST_ATTACHMENTS]
    except _broken():
        return
    for one in attached:
        try:
            found = _file(one, depth)
        except _broken():
            continue
        size += len(found.data) if found else 0
        if found and size <= _MOST_BYTES:
            yield found


def _file(attached: "Attached", depth: int) -> Attachment | None:
    """An attached file; a message among them in the form of a mail."""
    storage: Storage = attached._storage  # type: ignore[assignment]  # the library opens no attached messages
    inner = next((one for one in storage.storages if one.name == _EMBEDDED), None)
    if inner is not None:
        return _embedded(inner, depth) if depth < _DEEPEST else None
    name = (attached.file_name or "").replace("\0", "").replace("\\", "/").rpartition("/")[2]
    data = attached.file_bytes
    return Attachment(name, data) if name and data else None


def _embedded(storage: "Storage", depth: int) -> Attachment:
    from oxmsg import Message
    from oxmsg.properties import Properties

    class Inner(Message):
        @property
        def properties(self) -> Properties:
            return Properties(storage, properties_header_offset=_INNER_HEADER)

    letter = _letter(Inner(storage), depth + 1)
    mail = EmailMessage(_UNFOLDED)
    for key, value in letter.head.items():
        mail[key] = " ".join(value.split())[:LONGEST]
    mail.set_content(letter.text) if letter.text else mail.set_content(letter.html, subtype="html")
    for one in letter.attachments:
        mail.add_attachment(
            one.data, maintype="application", subtype="octet-stream", filename=one.name[-LONGEST:]
        )
    name = " ".join("".join(c if c not in '\\/:*?"<>|' else " " for c in letter.subject).split())[:100]
    return Attachment(f"{name or 'message'}.eml", mail.as_bytes())
