"""Workbooks: a heading for each sheet, its tables below it; every row is told with its columns' names.

XLSX and ODS are read from their XML: what people see of a number, such as "19 %", only its format tells.
"""

import re
from collections.abc import Sequence

from index.parsing import xml
from index.parsing.archive import Archive, is_encrypted, is_ole
from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.office import ods, xls, xlsx
from index.parsing.office.package import Package
from index.parsing.office.sheet import Counter, Sheet, add_sheet

_STREAMS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")  # how files of Excel 2 to 4 begin
_HEAD = 2_000  # bytes in which a file of XML says what it is
_UNNAMED = re.compile(
    r"(?:sheet|tabelle|feuil|hoja|foglio|planilha|folha|лист|аркуш|blad|ark|taul|arkusz|list|munka|sayfa|table"
    r"|工作表|シート)\s?\d*",
    re.IGNORECASE,
)
"""Names that programs give to sheets."""


def parse(data: bytes, name: str) -> Parsed:
    """Parse a workbook of Excel or OpenDocument.

    Raises:
        Unreadable: it is none, or damaged, encrypted, too large or empty.
    """
    title, properties = "", dict[str, str]()
    if is_ole(data):
        if is_encrypted(data):
            raise Unreadable("encrypted with a password")
        found = list(xls.sheets(data))
    elif data[:2] in _STREAMS:
        found = list(xls.sheets(data))
    elif data.lstrip()[:1] == b"<" and b"urn:oasis:names:tc:opendocument" in data[:_HEAD]:
        reader = ods.Reader(Counter())
        xml.stream(data, reader)
        found = reader.sheets
    elif data.lstrip()[:1] == b"<":
        raise Unreadable("HTML or XML under the name of a workbook: save it as .xlsx, or name it .html")
    else:
        archive = Archive(data)
        if "content.xml" in archive:
            from index.parsing.office.opendocument import properties_of, refuse_encrypted

            refuse_encrypted(archive)
            reader = ods.Reader(Counter())
            xml.stream(archive.read("content.xml"), reader)
            found = reader.sheets
            title, properties = properties_of(archive)
        else:
            package = Package(data)
            title, properties = package.properties()
            found = list(xlsx.sheets(package, xlsx.main(package)))
    return _composed(found, title, properties)


def _composed(sheets: Sequence[Sheet], title: str, properties: dict[str, str]) -> Parsed:
    builder = Builder()
    filled = [sheet for sheet in sheets if any(sheet.rows.values())]
    for sheet in filled:
        if len(filled) > 1 or not _UNNAMED.fullmatch(sheet.name):
            builder.heading(sheet.name, 1)
        add_sheet(builder, sheet)
    return worded(builder.parsed(title=title, properties=properties), "no text in it")
