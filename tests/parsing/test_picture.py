"""Pictures of pages are read by Tesseract where it is there, and refused with a reason where it is not."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from index.parsing.base import Unreadable
from index.parsing.pages import ocr
from index.parsing.pages.picture import MISSING, parse
from tests.parsing.outlined import outlined

needs_tesseract = pytest.mark.skipif(not ocr.available(), reason="needs Tesseract and pytesseract")


def page(*lines: str) -> Image.Image:
    found = Image.new("L", (1700, 800), 255)
    for number, line in enumerate(lines):
        ImageDraw.Draw(found).text(
            (200, 150 + 60 * number), line, fill=0, font=ImageFont.load_default(size=40)
        )
    return found


def saved(*pages: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    pages[0].save(
        out, kind, dpi=(200, 200), **({"save_all": True, "append_images": pages[1:]} if pages[1:] else {})
    )
    return out.getvalue()


def test_pictures_need_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(Unreadable) as refused:
        parse(saved(page("Hello")), "note.png")
    assert str(refused.value) == MISSING


@pytest.mark.parametrize("data", [b"", b"no picture", saved(page("Hello"))[:200]])
def test_damaged_pictures_are_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: True)
    with pytest.raises(Unreadable, match=r"\Adamaged\Z"):
        parse(data, "note.png")


def test_a_picture_without_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "read", lambda picture, points: [])
    with pytest.raises(Unreadable, match=r"\Ano text in it\Z"):
        parse(saved(page()), "note.png")


@pytest.mark.slow
@needs_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_lines_become_a_paragraph_with_boxes(kind: str) -> None:
    words = "The museum is closed on Mondays and open on all"
    parsed = parse(saved(page(words, "other days of the week."), kind=kind), "note." + kind.lower())
    assert outlined(parsed) == [f"paragraph: {words} other days of the week."]
    (sheet,) = parsed.layout.pages
    assert (sheet.label, round(sheet.width), round(sheet.height)) == ("1", 612, 288)
    left, bottom, right, top = memoryview(sheet.boxes).cast("H").tolist()[:4]
    assert 72 <= left / 8 < right / 8 < 84  # the first letter begins 200 pixels from the left, at 200 an inch
    assert 216 < bottom / 8 < top / 8 < 234


@pytest.mark.slow
@needs_tesseract
def test_a_tiff_has_pages() -> None:
    parsed = parse(saved(page("First page"), page("Second page"), kind="TIFF"), "fax.tiff")
    assert parsed.text == "First page\n\nSecond page"
    assert [parsed.text[one.start : one.end].strip() for one in parsed.layout.pages] == [
        "First page",
        "Second page",
    ]
