"""A document of an office program in, a PDF that LibreOffice makes of it and what stands on its pages out."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from index.parsing.base import Unreadable
from index.parsing.office import libreoffice
from index.records import Page

if TYPE_CHECKING:
    from index.parsing.pages.frames import Piece
    from index.parsing.pages.sheets import Sheet

_SHEETS = ".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".ods", ".ots", ".fods"
SUFFIXES = frozenset(
    (
        ".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot", ".wpd", ".rtf", ".odt", ".ott", ".fodt",
        ".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".ppt", ".pps", ".pot", ".odp", ".otp", ".fodp",
        *_SHEETS,
    )
)  # fmt: skip
"""Of files that have no pages until something lays them out."""
_WHOLE_SHEETS = ':calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
"""Each sheet on a page of its own, so that no row is torn apart."""
_LONGEST = 2_000  # points: larger sheets could not be read in a picture, and are divided after all
MOST_BYTES = 100_000_000  # of the PDF
_DIGITS = re.compile(r"\d+")
_MOST_PAGES = 2_000  # on which quotes are looked for


class Reading(msgspec.Struct, frozen=True):
    """A way to read the pages: their text in some order, and where it stands on them."""

    text: str
    pages: tuple[Page, ...]


class LaidOut(msgspec.Struct, frozen=True):
    """A document as a PDF, and the ways to read it, the better one first; sizes of all pages in points."""

    data: bytes
    sizes: tuple[tuple[float, float], ...]
    readings: tuple[Reading, ...]


def lay_out(data: bytes, suffix: str, *, patient: bool = False) -> LaidOut:
    """Have LibreOffice make a PDF of a document.

    Args:
        data: the bytes of its file.
        suffix: of its format.
        patient: whether nobody waits for it.

    Raises:
        Unreadable: it cannot, or takes too long, or the PDF is too large.
    """
    if suffix in _SHEETS:
        whole = libreoffice.convert(data, suffix, ".pdf", _WHOLE_SHEETS, patient=patient)
        if max(map(max, sizes_of(whole)), default=0) <= _LONGEST:
            return read(whole)
    made = libreoffice.convert(data, suffix, ".pdf", patient=patient)
    if len(made) > MOST_BYTES:
        raise Unreadable("as a PDF it is too large")
    return read(made)


def sizes_of(data: bytes) -> list[tuple[float, float]]:
    """Width and height of each page of a PDF, in points."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(data) as document:
        return [document.get_page_size(number) for number in range(len(document))]


def read(data: bytes) -> LaidOut:
    """Read a PDF in the order of its columns, and as it was written, without headers and footers and with."""
    import pypdfium2 as pdfium

    from index.parsing.pages.document import composed
    from index.parsing.pages.drawings import drawings_of
    from index.parsing.pages.frames import Frame
    from index.parsing.pages.pieces import pieces_of
    from index.parsing.pages.sheets import Sheet

    sheets = []
    with pdfium.PdfDocument(data) as document:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            frame = Frame.of(page)
            label = str(number + 1)
            sheets.append(Sheet(number, label, frame, pieces_of(page, frame), drawings_of(page, frame)))
            page.close()
    written = [list(sheet.pieces) for sheet in sheets]  # what puts the text together takes some away
    parsed = composed(sheets).parsed()
    return LaidOut(
        data,
        tuple(sizes_of(data)),
        (
            Reading(parsed.text, parsed.layout.pages),
            _one_after_the_other(sheets, _without_repeated(written)),
            _one_after_the_other(sheets, written),
        ),
    )


def _without_repeated(pages: "Sequence[list[Piece]]") -> "list[list[Piece]]":
    """Pages without what another one has in the same place, as headers, footers and numbers of pages."""

    def place(piece: "Piece") -> tuple[str, int, int]:
        return _DIGITS.sub("0", piece.text), round(piece.left), round(piece.base)

    count = Counter(one for page in pages for one in {place(piece) for piece in page})
    return [[piece for piece in page if count[place(piece)] == 1] for page in pages]


def _one_after_the_other(sheets: "Sequence[Sheet]", pages: "Sequence[list[Piece]]") -> Reading:
    """Pieces of pages as they were written."""
    blank = bytes(8)  # the box of a line end
    texts = ["".join(f"{piece.text}\n" for piece in page) for page in pages]
    boxes = [b"".join(piece.boxes.astype("<u2").tobytes() + blank for piece in page) for page in pages]
    ends = list(accumulate(map(len, texts)))
    return Reading(
        "".join(texts),
        tuple(
            Page(sheet.label, end - len(text), end, *sheet.frame.extent, own)
            for sheet, text, end, own in zip(sheets, texts, ends, boxes, strict=True)
        ),
    )
