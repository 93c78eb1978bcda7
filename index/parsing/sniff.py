"""The bytes of a file in, the suffix that it should have out: what it is, whatever its name says.

A wrong name is common: an old report under a new suffix, a table that is a page of HTML, a picture named as a
text. What is text stays what its name says, unless its first characters mark it as something else.
"""

import codecs
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from index.parsing.base import Unreadable
from index.parsing.text import decode

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"{\\rtf", ".rtf"),
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF87a", ".gif"),
    (0, b"GIF89a", ".gif"),
    (0, b"II*\0", ".tiff"),
    (0, b"MM\0*", ".tiff"),
    (8, b"WEBPVP8", ".webp"),
    (4, b"ftypheic", ".heic"),
    (4, b"ftypavif", ".avif"),
    (8, b"WAVEfmt ", ".wav"),
    (8, b"AVI LIST", ".avi"),
    (4, b"ftyp", ".mp4"),
    (0, b"\x1aE\xdf\xa3", ".mkv"),
    (0, b"ID3", ".mp3"),
    (0, b"OggS\0", ".ogg"),
    (0, b"fLaC\0", ".flac"),
    (0, b"\x1f\x8b\x08", ".gz"),
    (0, b"BZh91AY&SY", ".bz2"),
    (0, b"\xfd7zXZ\0", ".xz"),
    (0, b"7z\xbc\xaf\x27\x1c", ".7z"),
    (0, b"Rar!\x1a\x07", ".rar"),
    (0, b"\x28\xb5\x2f\xfd", ".zst"),
    (257, b"ustar", ".tar"),
    (0, b"SQLite format 3\0", ".sqlite"),
    (0, b"\x7fELF", ".elf"),
    (0, b"\xca\xfe\xba\xbe\0\0", ".class"),
    (0, b"\xcf\xfa\xed\xfe", ".macho"),
    (0, b"\0asm\x01\0\0\0", ".wasm"),
    (0, b"\xffWPC", ".wpd"),
    (0, b"AT&TFORM", ".djvu"),
    (60, b"BOOKMOBI", ".mobi"),
    (0, b"%!PS-Adobe", ".ps"),
    (0, b"PAR1", ".parquet"),
    (0, b"wOFF\0\x01\0\0", ".woff"),
    (0, b"wOF2\0\x01\0\0", ".woff2"),
    (0, b"\0\x01\0\0\0", ".ttf"),
)
"""Where in a file what bytes tell that it is of which kind."""
_PDF = re.compile(rb"%PDF-\d")
_PDF_WITHIN = 1_024  # bytes, by the standard
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS: Mapping[str, str] = {
    "worddocument": ".doc", "workbook": ".xls", "book": ".xls", "powerpoint document": ".ppt",
    "__properties_version1.0": ".msg", "visiodocument": ".vsd",
}  # fmt: skip
_MIMETYPES: tuple[tuple[bytes, str], ...] = (
    (b"application/epub+zip", ".epub"),
    (b"application/vnd.oasis.opendocument.text", ".odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", ".ods"),
    (b"application/vnd.oasis.opendocument.presentation", ".odp"),
    (b"application/vnd.oasis.opendocument.graphics", ".odg"),
)
_PARTS: Mapping[str, str] = {
    "word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb",
    "ppt/presentation.xml": ".pptx", "meta-inf/container.xml": ".epub", "index/document.iwa": ".iwork",
}  # fmt: skip
_ZIPPED = frozenset(
    (".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".pptx", ".pptm", ".epub", ".odt", ".ods", ".odp")
)
_BINARY = _ZIPPED | {".pdf", ".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".msg", ".rtf"}
"""Suffixes of what is never plain text."""
_TEXTS = frozenset(
    (".txt", ".text", ".md", ".markdown", ".csv", ".tsv", ".rst", ".adoc", ".log", ".srt", ".vtt")
)
_PAGES = frozenset((".html", ".htm", ".xhtml", ".xht", ""))
_PAGE = re.compile(
    rb"(?:\s|<\?xml\b[^>]{0,200}\?>|<!--.{0,2000}?-->)*+(?:<!doctype\s+html\b|<html\b(?=[\s>]))",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(
    rb"\s*<(?:head|body|meta|style|table|div|p|title|font|center)\b.*</\w+>", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(rb"\s*<\?xml\b")
_ROOTS: tuple[tuple[bytes, str], ...] = (
    (b"<office:document ", ".fodt"),
    (b"urn:schemas-microsoft-com:office:spreadsheet", ".xml"),
    (b"http://schemas.microsoft.com/office/word/2003/wordml", ".xml"),
    (b"<svg", ".svg"),
)
_MBOX = re.compile(rb"From \S[^\r\n]{0,200}\d{2}:\d{2}[^\r\n]{0,50}\r?\n>?[A-Za-z-]+:")
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[^\n]*\n(?:[ \t][^\n]*\n)*")
_MAIL = frozenset(
    (
        b"received",
        b"message-id",
        b"mime-version",
        b"return-path",
        b"from",
        b"date",
        b"to",
        b"subject",
        b"content-type",
    )
)
_LOOKED_AT = 65_536  # bytes


def kind_of(data: bytes, name: str) -> str | None:
    """The suffix of what a file is.

    Args:
        data: its bytes.
        name: which decides between kinds that look alike.

    Returns:
        A suffix in lower case, such as ".pdf", even if the name has it; None where the content tells no more
        than the name.
    """
    suffix = PurePosixPath(name).suffix.lower()
    head = data[:_LOOKED_AT]
    found = _PDF.search(head[:_PDF_WITHIN])
    if found and (found.start() == 0 or (suffix not in _TEXTS and b" obj" in data) or _is_binary(head)):
        return ".pdf"
    if data.startswith(_OLE):
        return _of_ole(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(data, suffix)
    return _by_magic(data, head) or _of_text(head, suffix)


def _by_magic(data: bytes, head: bytes) -> str | None:
    """What a file is by the bytes that it begins with."""
    for at, magic, kind in _MAGIC:
        if head.startswith(magic, at) and (
            kind not in (".mp3", ".ps", ".ttf", ".parquet", ".rtf", ".mp4") or _sure(kind, head)
        ):
            return kind
    if head.startswith(b"MZ") and _is_binary(head):
        return ".exe"
    if head.startswith(b"BM") and int.from_bytes(head[2:6], "little") == len(data):
        return ".bmp"
    return None


def _is_binary(head: bytes) -> bool:
    return b"\0" in head or sum(byte < 9 or 13 < byte < 27 for byte in head[:1024]) > 0.01 * len(head[:1024])


def _sure(kind: str, head: bytes) -> bool:
    """Whether a mark that a text might begin with too is meant."""
    return kind in (".rtf", ".ps") or _is_binary(head)


def _of_ole(data: bytes) -> str | None:
    """What a container of old Office files holds, by its outermost parts."""
    from olefile.olefile import OleFileError

    from index.parsing.archive import ole

    try:
        with ole(data) as container:
            names = [path[0].lower() for path in container.listdir() if len(path) == 1]
    except (OleFileError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        names = []
    return next((kind for stream, kind in _STREAMS.items() if stream in names), None)


def _of_zip(data: bytes, suffix: str) -> str | None:
    """What a zip container holds, by what it says of itself, or by its main part."""
    from index.parsing.archive import Archive

    try:
        archive = Archive(data)
        said = archive.read("mimetype")[:200].strip() if "mimetype" in archive else b""
    except Unreadable:
        return None
    for mimetype, kind in _MIMETYPES:
        if said.startswith(mimetype):
            return kind
    found = next((kind for part, kind in _PARTS.items() if part in archive), None)
    return found or (None if suffix in _ZIPPED else ".zip")


def _of_text(head: bytes, suffix: str) -> str | None:
    """What a text is, if it is marked as more than one, or its name says that it is none."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8")
    head = head.removeprefix(codecs.BOM_UTF8)
    office = suffix in _BINARY
    readable = office or suffix in _TEXTS or suffix in _PAGES or suffix == ".xml"
    if readable and _PAGE.match(head):
        return ".html"
    if office and _MARKUP.match(head):
        return ".html"
    if (office or suffix in (".xml", "")) and _XML.match(head):
        found = next((kind for root, kind in _ROOTS if root in head), None)
        return found or (".xml" if office else None)
    if (office or suffix in _TEXTS or not suffix) and _MBOX.match(head):
        return ".mbox"
    if (office or suffix in (*_TEXTS, "", ".mht", ".mhtml")) and (kind := _of_mail(head, suffix)):
        return kind
    return _plain(head) if office else None


def _of_mail(head: bytes, suffix: str) -> str | None:
    """Whether a file begins as a message does; one named as text, with a head that machines write."""
    fields: dict[bytes, bytes] = {}
    at = 0
    text = head.replace(b"\r\n", b"\n")
    while found := _FIELD.match(text, at):
        fields.setdefault(found[1].lower(), found[0].lower())
        at = found.end()
    if not text.startswith(b"\n", at) or len(fields) < 3:
        return None
    made = {b"mime-version", b"content-type"} <= fields.keys()
    if (
        made
        and b"multipart/related" in fields[b"content-type"]
        and b"received" not in fields
        and suffix != ".eml"
    ):
        return ".mhtml"
    if made or (suffix not in _TEXTS and len(_MAIL & fields.keys()) >= 3):
        return ".eml"
    return None


def _plain(head: bytes) -> str | None:
    """What a text is that is named as if it were none: a table, or prose."""
    try:
        text, _ = decode(head)
    except Unreadable:
        return None
    lines = [line for line in text.splitlines() if line.strip()][:20]
    if not lines:
        return None
    for divider, kind in (("\t", ".tsv"), (";", ".csv"), (",", ".csv")):
        counts = {line.count(divider) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and counts != {0}:
            return kind
    return ".txt"
