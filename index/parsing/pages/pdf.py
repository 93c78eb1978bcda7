"""PDF: the text of its pages in reading order, with a box for each character.

What is a heading, an item, a cell of a table or a note, ``pages`` finds out; here the file is opened, and
what it says of itself is read.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.pages import ocr
from index.parsing.pages.document import composed
from index.parsing.pages.drawings import drawings_of
from index.parsing.pages.frames import Frame
from index.parsing.pages.headings import Bookmark
from index.parsing.pages.pieces import pieces_of
from index.parsing.pages.sheets import Sheet
from index.records import Notice

if TYPE_CHECKING:
    import pypdfium2 as pdfium

SCANNED = "scanned pages without text: install docent-bot[ocr] and Tesseract to read them"
_FEW = 20  # letters of a page that may be a scan all the same, as its number
_PICTURED = 0.5  # of a page, that pictures cover where it is a scan
_MOST_BOOKMARKS, _MOST_ATTACHMENTS, _MOST_NOTES = 20_000, 100, 5_000
_MOST_BYTES = 200_000_000  # of all attachments
_MEANINGLESS = frozenset(
    (
        "anonymous",
        "unspecified",
        "unknown",
        "untitled",
        "user",
        "admin",
        "administrator",
        "owner",
        "none",
        "author",
    )
)
_NO_TITLE = re.compile(
    r"untitled|unbenannt|(?:document|dokument|presentation|slide)? ?\d*|powerpoint presentation|title"
    r"|(?:microsoft|corel) .* - .*|.*\.\w{2,5}|(?=\S*[\d_])\S+|full page fax print|scan.*\d",
    re.IGNORECASE,
)
"""Titles that programs give: their own names, those of files, numbers."""
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?")


def parse(data: bytes, name: str) -> Parsed:
    """Parse a PDF.

    Raises:
        Unreadable: it is damaged, encrypted with a password, or has no text, as scans.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable(_reason(error, data)) from None
    try:
        return _parse(document, name)
    except pdfium.PdfiumError:
        raise Unreadable("damaged") from None
    finally:
        document.close()


def _reason(error: Exception, data: bytes) -> str:
    from pypdfium2 import raw

    code = getattr(error, "err_code", None)
    if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return "encrypted with a password"
    return "damaged" if b"%PDF" in data[:1024] else "no PDF"


def _parse(document: "pdfium.PdfDocument", name: str) -> Parsed:
    sheets, scans = _sheets(document)
    builder = composed(sheets, list(_bookmarks(document)))
    title, properties = _properties(document, name)
    notices = [Notice("scanned", scans)] if scans else []
    parsed = builder.parsed(
        title=title, properties=properties, notices=notices, attachments=_attachments(document)
    )
    if not any(map(str.isalnum, parsed.text)):
        nothing = "scanned pages on which no text was found" if ocr.available() else SCANNED
        raise Unreadable(nothing if scans else "no text in it")
    return parsed if _names(title, parsed.text) else msgspec.structs.replace(parsed, title="")


def _sheets(document: "pdfium.PdfDocument") -> tuple[list[Sheet], int]:
    """The pages, and how many of them are scans that could not be read."""
    sheets: list[Sheet] = []
    scans = 0
    for number in range(len(document)):
        page = document[number]
        try:
            if _fills_in(page):
                page.close()
                page = document[number]
            frame = Frame.of(page)
            pieces, drawings = pieces_of(page, frame), drawings_of(page, frame)
            if drawings.pictured >= _PICTURED and sum(len(piece.text) for piece in pieces) < _FEW:
                read = ocr.pieces_of(page) if ocr.available() else []
                pieces = read or pieces
                scans += not read
        finally:
            page.close()
        label = " ".join(document.get_page_label(number).split()) or str(number + 1)
        sheets.append(Sheet(number, label, frame, pieces, drawings))
    return sheets, scans


def _fills_in(page: "pdfium.PdfPage") -> bool:
    """Make what was filled into a form, or typed onto a page, part of it; whether there is any such thing."""
    from pypdfium2 import raw

    for number in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST_NOTES)):
        found = raw.FPDFPage_GetAnnot(page.raw, number)
        kind = raw.FPDFAnnot_GetSubtype(found)
        raw.FPDFPage_CloseAnnot(found)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return bool(raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)
    return False


def _bookmarks(document: "pdfium.PdfDocument") -> Iterator[Bookmark]:
    for number, entry in enumerate(document.get_toc()):
        if number >= _MOST_BOOKMARKS:
            return
        destination = entry.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            yield Bookmark(entry.get_title(), page, entry.level)


# ------------------------------------------------------------------------------------ properties


def _properties(document: "pdfium.PdfDocument", name: str) -> tuple[str, dict[str, str]]:
    """The title, if it is one, and what else the file says of itself."""
    said = {key: _clean(value) for key, value in document.get_metadata_dict().items()}
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    title = said["Title"]
    if _NO_TITLE.fullmatch(title) or title.casefold() == stem.casefold():
        title = ""
    found = {key.lower(): said[key] for key in ("Author", "Subject", "Keywords")}
    found = {key: value for key, value in found.items() if value.casefold().strip("()") not in _MEANINGLESS}
    if date := _DATE.match(said["CreationDate"]):
        found["date"] = "-".join(part for part in date.groups() if part)
    return title, {key: value for key, value in found.items() if value}


def _clean(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _names(title: str, text: str) -> bool:
    """Whether a title is about the text: one left over from another document shares no word with it."""
    words = {word for word in re.findall(r"\w+", title.casefold()) if len(word) > 3 or not word.isascii()}
    return not words or bool(words & set(re.findall(r"\w+", text.casefold())))


def _attachments(document: "pdfium.PdfDocument") -> Iterator[Attachment]:
    import pypdfium2 as pdfium

    size = 0
    for number in range(min(document.count_attachments(), _MOST_ATTACHMENTS)):
        try:
            found = document.get_attachment(number)
            data = bytes(found.get_data())
        except pdfium.PdfiumError:
            continue
        size += len(data)
        if size > _MOST_BYTES:
            return
        if name := _clean(found.get_name()):
            yield Attachment(name, data)
