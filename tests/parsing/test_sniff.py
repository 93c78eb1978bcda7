"""What a file is, whatever its name says."""

import zipfile
from io import BytesIO

import pytest

from index.parsing.sniff import kind_of
from tests.parsing.ole import compound

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PAGE = b"<!DOCTYPE html>\n<html><head><title>x</title></head><body><p>Words</p></body></html>"


def zipped(**parts: str) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return data.getvalue()


DOCX = zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})


@pytest.mark.parametrize(
    ("data", "name", "wanted"),
    [
        (b"%PDF-1.7\n1 0 obj", "a.txt", ".pdf"),
        (b"\n\njunk\n%PDF-1.4\n1 0 obj\n<<>>", "a.doc", ".pdf"),
        (b"The mark %PDF-1.4 begins each file; then 1 0 obj follows.", "a.txt", None),
        (b"{\\rtf1 words}", "a.doc", ".rtf"),
        (PNG, "a.txt", ".png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.pdf", ".jpg"),
        (b"GIF89a\1\0", "a.jpg", ".gif"),
        (b"II*\0\x08\0\0\0", "a", ".tiff"),
        (b"\x1f\x8b\x08\0abc", "a.csv", ".gz"),
        (b"SQLite format 3\0", "a.txt", ".sqlite"),
        (b"\x7fELF\2\1\1", "a.txt", ".elf"),
        (b"MZ\x90\0\3\0\0\0", "a.doc", ".exe"),
        (b"MZ is a country code", "a.txt", None),
        (b"ID3 is a way to name songs", "a.txt", None),
        (b"ID3\x04\0\0\0", "a.txt", ".mp3"),
        (DOCX, "a.doc", ".docx"),
        (DOCX, "a.docx", ".docx"),
        (zipped(xl__workbook_dot_xml="x"), "a.xls", ".xlsx"),
        (zipped(ppt__presentation_dot_xml="x"), "a.ppt", ".pptx"),
        (zipped(mimetype="application/epub+zip"), "a.zip", ".epub"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "a.docx", ".odt"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a", ".ods"),
        (zipped(a="x"), "a.txt", ".zip"),
        (zipped(a="x"), "a.docx", None),
        (b"PK\x03\x04 cut off", "a.docx", None),
        (compound({"WordDocument": b"x", "ObjectPool": {"Workbook": b"y"}}), "a.xls", ".doc"),
        (compound({"Workbook": b"x"}), "a.doc", ".xls"),
        (compound({"PowerPoint Document": b"x"}), "a", ".ppt"),
        (compound({"__properties_version1.0": b"x"}), "a.eml", ".msg"),
        (compound({"EncryptedPackage": b"x"}), "a.docx", None),
        (PAGE, "a.txt", ".html"),
        (PAGE, "a.xls", ".html"),
        (PAGE, "a.md", ".html"),
        (b"\xef\xbb\xbf\r\n<!-- saved -->\n<HTML lang=en>", "a.doc", ".html"),
        ("\ufeff<html>".encode("utf-16"), "a.txt", ".html"),
        (PAGE, "a.php", None),
        (b"A page begins with <html> and ends with </html>.", "a.txt", None),
        (b"<div align=center>\n<h1>Docent</h1>\n</div>\n\nWords", "README.md", None),
        (b"<table><tr><td>1</td></tr></table>", "a.xls", ".html"),
        (b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>"
         b"", "a.xls", ".xml"),
        (b"<?xml version='1.0'?>\n<office:document xmlns:office='x'>", "a.xml", ".fodt"),
        (b"<?xml version='1.0'?>\n<svg/>", "a.xml", ".svg"),
        (b"name\tage\nAnna\t31\n", "a.xls", ".tsv"),
        (b"name;age\nAnna;31\n", "a.xlsx", ".csv"),
        (b"Just words.\nMore of them.", "a.doc", ".txt"),
        (b"Just words.", "a.txt", None),
        (b"Just words.", "a", None),
        (b"From a@b.c Tue Mar  3 10:00:00 2026\nSubject: x\n\ny", "a.txt", ".mbox"),
        (b"From: a@b.c\nSubject: x\nDate: y\n\nz", "a.txt", None),
        (b"From: a@b.c\nSubject: x\nDate: y\n\nz", "a", ".eml"),
        (b"From: a@b.c\nMIME-Version: 1.0\nContent-Type: text/plain\n\nz", "a.txt", ".eml"),
        (b"From: Anna to Ben\n\nHello.", "a.txt", None),
        (b"MIME-Version: 1.0\nSubject: x\nContent-Type: multipart/related;\n boundary=b\n\n"
         b"", "a.doc", ".mhtml"),
        (b"", "a.pdf", None),
        (bytes(range(256)), "a.doc", None),
    ],
)  # fmt: skip
def test_kinds(data, name, wanted):
    assert kind_of(data, name) == wanted
