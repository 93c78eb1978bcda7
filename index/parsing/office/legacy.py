"""Word and PowerPoint documents of before 2007: LibreOffice, where it is installed, makes new ones of them.

What a file holds decides, not its name: many a .doc is RTF, and then needs no LibreOffice.
"""

from index.parsing.archive import is_encrypted, is_ole
from index.parsing.base import Parsed, Unreadable
from index.parsing.office import docx, libreoffice, pptx, rtf

_WORD_PERFECT = b"\xffWPC"
_OLD_WORD = (
    b"\xdb\xa5",
    b"\x31\xbe\x00\x00",
    b"\x32\xbe\x00\x00",
    b"\xfe\x37\x00\x1c",
)  # of Word 2 and before
_POWERPOINT = "powerpoint document".encode("utf-16-le")
_WORD = "worddocument".encode("utf-16-le")


def parse(data: bytes, name: str) -> Parsed:
    """Parse a document of Word 97 to 2003, of PowerPoint 97 to 2003, or of WordPerfect.

    Raises:
        Unreadable: it is of another format, encrypted or damaged, or LibreOffice is not installed.
    """
    if not data:
        raise Unreadable("empty")
    if data.lstrip()[:5] == b"{\\rtf":
        return rtf.parse(data, name)
    slides = name.lower().endswith((".ppt", ".pps", ".pot"))
    if data.startswith(b"PK"):
        return pptx.parse(data, name) if slides else docx.parse(data, name)
    if is_ole(data):
        if is_encrypted(data):
            raise Unreadable("encrypted with a password")
        if (_POWERPOINT if slides else _WORD) not in data.lower():
            raise Unreadable("an old Office file, but not of the kind that its name says")
    elif slides or not data.startswith((_WORD_PERFECT, *_OLD_WORD)):
        raise Unreadable("not a document of Word or PowerPoint")
    kind = "PowerPoint" if slides else "WordPerfect" if data.startswith(_WORD_PERFECT) else "Word"
    suffix = ".pptx" if slides else ".docx"
    if not libreoffice.available():
        raise Unreadable(f"an old {kind} format: needs LibreOffice, or save it as {suffix}")
    before = ".ppt" if slides else ".wpd" if kind == "WordPerfect" else ".doc"
    converted = libreoffice.convert(data, before, suffix)
    return pptx.parse(converted, name) if slides else docx.parse(converted, name)
