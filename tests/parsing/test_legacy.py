import http.server
import io
import shutil
import subprocess
import threading

import docx as writer
import pptx
import pytest

from index.parsing.base import Unreadable
from index.parsing.office import legacy
from tests.parsing.office import ODF_NAMES, p, word
from tests.parsing.outlined import outlined

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
OLD_WORD = OLE + "WordDocument".encode("utf-16-le")
OLD_SLIDES = OLE + "PowerPoint Document".encode("utf-16-le")


def converted(folder, name: str, data: bytes, suffix: str) -> bytes:
    """An old document, which only LibreOffice can write."""
    (folder / name).write_bytes(data)
    command = [
        OFFICE,
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        suffix,
        name,
    ]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / name).with_suffix(f".{suffix}").read_bytes()


@pytest.mark.slow
@needs_office
def test_an_old_word_document(tmp_path):
    document = writer.Document()
    document.core_properties.title = "The rules"
    document.add_heading("Pay", 1)
    document.add_paragraph("Paid on the last day of the month.")
    document.add_paragraph("Sick leave", style="List Bullet")
    stream = io.BytesIO()
    document.save(stream)
    parsed = legacy.parse(converted(tmp_path, "a.docx", stream.getvalue(), "doc"), "a.doc")
    assert outlined(parsed) == [
        "heading1: Pay", "paragraph: Paid on the last day of the month.", "list", "  item",
        "    paragraph: Sick leave",
    ]  # fmt: skip
    assert parsed.title == "The rules"


@pytest.mark.slow
@needs_office
def test_an_old_presentation(tmp_path):
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Agenda"
    slide.placeholders[1].text = "Budget"
    stream = io.BytesIO()
    deck.save(stream)
    parsed = legacy.parse(converted(tmp_path, "a.pptx", stream.getvalue(), "ppt"), "a.ppt")
    assert outlined(parsed) == ["heading1: Agenda", "list", "  item", "    paragraph: Budget"]
    assert [page.label for page in parsed.layout.pages] == ["1"]


@pytest.mark.slow
@needs_office
def test_pictures_on_the_network_are_not_loaded(tmp_path):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self):
            asked.append(self.rfile.readline())

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/a.png"
        flat = (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document {ODF_NAMES} office:version="1.2" '
            'office:mimetype="application/vnd.oasis.opendocument.text"><office:body>'
            "<office:text><text:p>Words."
            '<draw:frame svg:width="2cm" svg:height="2cm" text:anchor-type="as-char">'
            f'<draw:image xlink:href="{address}"/></draw:frame></text:p>'
            "</office:text></office:body></office:document>"
        )
        data = converted(tmp_path, "a.fodt", flat.encode(), "doc")
        assert address.encode("latin-1") in data or address.encode("utf-16-le") in data
        asked.clear()
        assert legacy.parse(data, "a.doc").text == "Words."
        server.shutdown()
    assert asked == []


@pytest.mark.slow
@needs_office
def test_what_libreoffice_cannot_read_is_refused():
    with pytest.raises(
        Unreadable, match=r"^LibreOffice could not convert it: it may be damaged or encrypted$"
    ):
        legacy.parse(OLD_SLIDES, "a.ppt")


def test_what_a_file_holds_decides_not_its_name():
    assert legacy.parse(rb"{\rtf1 Words.}", "a.doc").text == "Words."
    assert legacy.parse(word(p("Words.")), "a.doc").text == "Words."


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (OLD_WORD, "a.doc", "an old Word format: needs LibreOffice, or save it as .docx"),
        (OLD_SLIDES, "a.PPT", "an old PowerPoint format: needs LibreOffice, or save it as .pptx"),
        (b"\xffWPC", "a.doc", "an old WordPerfect format: needs LibreOffice, or save it as .docx"),
        (OLD_WORD, "a.ppt", "an old Office file, but not of the kind that its name says"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.doc", "encrypted with a password"),
        (b"nothing", "a.doc", "not a document of Word or PowerPoint"),
        (b"", "a.doc", "empty"),
    ],
)
def test_without_libreoffice_old_documents_are_refused(monkeypatch, data, name, reason):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        legacy.parse(data, name)
