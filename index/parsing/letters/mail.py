"""E-mail: a message, or a mailbox of many; heads, bodies and attached files, read as far as they can be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import errors, policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser

from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.builder import Builder
from index.parsing.joined import Joined
from index.parsing.letters.letter import Letter, joined, said
from index.parsing.text import decode
from index.parsing.web.tree import tree

_KEYS = ("Subject", "From", "To", "Cc", "Date")
_KNOWN = (*_KEYS, "Received", "Message-ID", "Return-Path", "MIME-Version")
_FROM = re.compile(rb"(?:\A|(?<=\n))From (?=\S)[^\r\n]{0,200}\d{4}[^\r\n]{0,50}\r?\n(?=[!-9;-~]+:|>From )")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_BROKEN = (
    errors.MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError,
)  # fmt: skip
"""What the standard library raises for heads and bodies that are against the rules."""
_MOST_ATTACHMENTS, _MOST_BYTES = 200, 100_000_000
_UNNAMED = {
    "text/plain": "attachment.txt",
    "text/html": "attachment.html",
    "application/pdf": "attachment.pdf",
}
_DEEPEST = 20
_STUB = 0.2  # of the length of the HTML body: a plain body that is shorter only refers to it


def parse(data: bytes, name: str) -> Parsed:
    """Parse a message, or a mailbox if it is one.

    Raises:
        Unreadable: it is no mail, or encrypted.
    """
    starts = [found.start() for found in _FROM.finditer(data)]
    if starts and not data[: starts[0]].strip():
        return _mailbox(data, starts)
    return joined(_letter(data, _Files()))


def _mailbox(data: bytes, starts: list[int]) -> Parsed:
    """All messages of a mailbox, each below a heading."""
    whole, files = Joined(), _Files()
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        message = data[data.index(b"\n", start) + 1 : end]
        try:
            letter = _letter(_QUOTED_FROM.sub(rb"\1", message), files)
        except Unreadable:
            continue
        _add(whole, letter)
    parsed = whole.parsed(attachments=files.found)
    if not parsed.text:
        raise Unreadable("no mail that can be read in it")
    return parsed


def _add(whole: Joined, letter: Letter) -> None:
    heading = Builder()
    heading.heading(letter.subject or letter.head.get("From", "") or letter.head.get("Date", ""), 1)
    whole.add(heading.parsed())
    for part in said(letter):
        whole.add(part, deeper=1)


@dataclass(slots=True)
class _Files:
    """Attached files, as many as are sound, each with a name of its own."""

    found: list[Attachment] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _size: int = 0

    def add(self, name: str, data: bytes) -> None:
        """Take a file in."""
        name = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/")).rpartition("/")[2].strip(" .")
        self._size += len(data)
        if not name or not data or self._size > _MOST_BYTES or len(self.found) >= _MOST_ATTACHMENTS:
            return
        stem, dot, suffix = name.rpartition(".")
        number = 1
        while name.casefold() in self._names:
            number += 1
            name = f"{stem} ({number}){dot}{suffix}" if dot else f"{suffix} ({number})"
        self._names.add(name.casefold())
        self.found.append(Attachment(name, data))


def _letter(data: bytes, files: _Files) -> Letter:
    """A message with its attachments."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
    except (*_BROKEN, RecursionError):
        raise Unreadable("damaged: its parts cannot be told apart") from None
    head = {key: value for key in _KEYS if (value := _header(message, key))}
    if not any(name.lower() in {key.lower() for key in _keys(message)} for name in _KNOWN):
        raise Unreadable("no mail: it has no head")
    if _is_encrypted(message):
        raise Unreadable("encrypted")
    count = len(files.found)
    text, html = _body(message, files)
    return Letter(head, text, html, tuple(files.found[count:]))


def _keys(message: Message) -> list[str]:
    return [key for key, _ in message.raw_items()]


def _is_encrypted(message: Message) -> bool:
    kind = message.get_content_type()
    smime = kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
    return kind == "multipart/encrypted" or (smime and "signed" not in str(message.get("Content-Type", "")))


def _header(message: Message, name: str) -> str:
    """A line of a head in words: encoded ones decoded, raw bytes taken for what they are."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        text, _ = decode(" ".join(raw.split()).encode("ascii", "surrogateescape"))
    except (Unreadable, UnicodeEncodeError):
        text = " ".join(raw.encode("utf-8", "replace").decode().split())
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except _BROKEN:
        return text
    return " ".join("".join(_piece(*piece) for piece in pieces).split())


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return _decoded(piece, charset or "raw-unicode-escape")


def _decoded(data: bytes, charset: str) -> str:
    """Bytes in a charset that may be unknown or wrong."""
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        pass
    try:
        return decode(data)[0]
    except Unreadable:
        return data.decode("latin-1")


# ------------------------------------------------------------------------------------- bodies


def _body(message: Message, files: _Files) -> tuple[str, str]:
    """The text of a message, and its HTML where that says more."""
    texts: list[str] = []
    pages: list[str] = []
    for kind, text in _parts(message, files, 0):
        (pages if kind == "html" else texts).append(text)
    return "\n\n".join(texts), "\n".join(pages)


def _parts(message: Message, files: _Files, depth: int) -> Iterator[tuple[str, str]]:
    """The parts of a message that are read, each as "plain" or "html"; files are taken in."""
    if depth > _DEEPEST:
        return
    kind = message.get_content_type()
    if kind == "message/rfc822":
        _forwarded(message, files)
    elif message.is_multipart():
        inner = [part for part in _payload(message) if isinstance(part, Message)]
        if kind == "multipart/alternative":
            yield from _best([list(_parts(part, files, depth + 1)) for part in inner])
        else:
            for part in inner:
                yield from _parts(part, files, depth + 1)
    elif (name := _name(message)) or kind not in ("text/plain", "text/html"):
        inline = kind.startswith("image/") and message.get("Content-ID") is not None
        if name and not inline:
            files.add(name, _bytes(message))
    else:
        yield ("html" if kind == "text/html" else "plain"), _text(message)


def _payload(message: Message) -> list[object]:
    payload = message.get_payload()
    return list(payload) if isinstance(payload, list) else []


def _best(choices: list[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Of the same in several forms the plain one, unless it only says that there is another."""
    plain = next((c for c in choices if c and all(kind == "plain" for kind, _ in c)), [])
    pages = next((c for c in choices if any(kind == "html" for kind, _ in c)), [])
    if not plain or not pages:
        return plain or pages or next((choice for choice in choices if choice), [])
    shown = sum(len(tree(text)[1].text()) for kind, text in pages if kind == "html")
    said = sum(len(" ".join(text.split())) for _, text in plain)
    return plain if said >= _STUB * shown else pages


def _name(message: Message) -> str:
    """The name of an attached file; empty where it is none."""
    try:
        name = message.get_filename() or ""
        disposition = message.get_content_disposition()
    except _BROKEN:
        return ""
    if not name and disposition == "attachment":
        name = _UNNAMED.get(message.get_content_type(), "")
    return _header_text(name)


def _header_text(text: str) -> str:
    try:
        return "".join(_piece(*piece) for piece in decode_header(text)) if "=?" in text else text
    except _BROKEN:
        return text


def _bytes(message: Message) -> bytes:
    try:
        payload = message.get_payload(decode=True)
    except _BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _text(message: Message) -> str:
    """The text of a part; of one whose lines flow on, in its paragraphs."""
    try:
        charset = str(message.get_content_charset() or "utf-8")
        flowed = str(message.get_param("format", "")).lower() == "flowed"
    except _BROKEN:
        charset, flowed = "utf-8", False
    text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", "", _decoded(_bytes(message), charset))
    text = text.replace("\r\n", "\n")
    return re.sub(r"(?m)^(?!-- $)(.*\S) \n(?=[^\n>\s-])", r"\1 ", text) if flowed else text


def _forwarded(message: Message, files: _Files) -> None:
    """Take a message in another in as a file."""
    for inner in _payload(message):
        if isinstance(inner, Message):
            try:
                data = inner.as_bytes()
            except (*_BROKEN, RecursionError):
                continue
            subject = re.sub(r"[\\/:*?\"<>|]", " ", _header(inner, "Subject")) or "message"
            files.add(f"{' '.join(subject.split())[:100]}.eml", data)
