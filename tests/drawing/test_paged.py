"""Documents as pages: the quote is marked where its words stand, and nothing is made twice."""

import io
import shutil
import time
from pathlib import Path

import docx
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from bot.engine import Engine
from index import documents
from index.drawing import paged
from index.drawing.child import Draw, answer
from index.drawing.paged import Pages, drawable, likely_drawable
from index.errors import UnknownSource
from index.parsing.base import Unreadable
from index.records import Document, Layout, Page
from tests.drawing.marked import HIGH, LETTER, WIDE, near, pdf, yellow
from tests.parsing.office import ODF_NAMES

needs_office = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice is not installed"
)
OVER = pdf(
    [(40, 250, "The club met in May, and"), (40, 40, "then the members who came")],
    [(60, 250, "decided to buy a boat for"), (60, 238, "the lake. Nobody was against.")],
    [(40, 250, "Signed by all who came.")],
)
ACROSS = "the members who came decided to buy a boat"


class File:
    """A document's file, which counts how often it is read."""

    def __init__(self, name: str, data: bytes) -> None:
        self.data = data
        [self.document] = documents.load(name, data)
        self.reads = 0

    def read(self) -> bytes:
        self.reads += 1
        return self.data

    def quote(self, words: str) -> tuple[int, int]:
        start = " ".join(self.document.text.split("\n")).index(words)
        return start, start + len(words)


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return Pages(tmp_path / "pages")


def test_a_quote_over_two_pages_is_marked_on_both(pages: Pages) -> None:
    file = File("a.pdf", OVER)
    found = pages.of(file.document, file.quote(ACROSS), file.read)
    assert (found.found, found.first, sorted(found.marks), found.labels) == (True, 0, [0, 1], ("1", "2", "3"))
    first, second, third = (
        yellow(pages.picture(found, number, file.read, scale=2, kind="PNG")) for number in range(3)
    )
    # Courier's boxes reach about 8 points above the base line and 3 below; marks are a little wider.
    assert near(first, (2 * (40 + 5 * LETTER), 2 * (HIGH - 48), 2 * (40 + 25 * LETTER), 2 * (HIGH - 37)), 4)
    assert near(second, (2 * 60, 2 * (HIGH - 258), 2 * (60 + 21 * LETTER), 2 * (HIGH - 247)), 4)
    assert third is None


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_on_turned_and_cropped_pages_marks_stand_on_the_quote(pages: Pages, turned: int) -> None:
    file = File("a.pdf", pdf([(120, 200, "one two three four")], turned=turned, crop=(100, 50, 350, 280)))
    found = pages.of(file.document, file.quote("three"), file.read)
    assert found.sizes == (((230.0, 250.0) if turned % 180 else (250.0, 230.0)),)
    marked = yellow(pages.picture(found, 0, file.read, scale=2, kind="PNG"))
    left, right = 120 - 100 + 8 * LETTER, 120 - 100 + 13 * LETTER
    top, bottom = 280 - 208, 280 - 197
    upright = {
        0: (left, top, right, bottom),
        90: (230 - bottom, left, 230 - top, right),
        180: (250 - right, 230 - bottom, 250 - left, 230 - top),
        270: (top, 250 - right, bottom, 250 - left),
    }[turned]
    assert near(marked, tuple(2 * edge for edge in upright), 4)  # type: ignore[arg-type]


def test_what_was_drawn_is_not_drawn_again(pages: Pages, tmp_path: Path) -> None:
    file = File("a.pdf", OVER)
    found = pages.of(file.document, file.quote(ACROSS), file.read)
    first = pages.picture(found, 0, file.read, scale=1, kind="JPEG")
    assert file.reads == 1
    again = Pages(tmp_path / "pages")
    same = again.of(file.document, file.quote(ACROSS), file.read)
    assert again.picture(same, 0, file.read, scale=1, kind="JPEG") == first
    assert file.reads == 1
    other = again.of(file.document, file.quote("The club"), file.read)
    assert again.picture(other, 0, file.read, scale=1, kind="JPEG") != first
    assert file.reads == 2
    assert Image.open(io.BytesIO(first)).format == "JPEG"


def test_pages_are_named_by_their_labels_or_their_numbers(pages: Pages) -> None:
    layout = Layout(pages=(Page("iv", 0, 1, 100.0, 100.0), Page("1", 1, 2, 100.0, 100.0)))
    found = pages.of(Document("a.pdf", "A", "xy", "0" * 64, layout), (1, 2), bytes)
    assert [found.number_of(page) for page in ("iv", "1", "2")] == [0, 1, 1]
    assert (found.found, found.first, found.marks) == (False, 1, {})  # it has no boxes
    with pytest.raises(UnknownSource, match=r"^a\.pdf has the pages iv to 1, not 3\.$"):
        found.number_of("3")


# ---------------------------------------------------------------------------------- office files


def letter(*paragraphs: str) -> bytes:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "The society of rowers and of all who like the water"
    made.sections[0].footer.paragraphs[0].text = "Confidential, and not to be shown to anybody else"
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.slow
@needs_office
def test_an_office_file_is_laid_out_once_and_its_quote_marked(pages: Pages, tmp_path: Path) -> None:
    filler = ["Much else was said on that day, which nobody wrote down."] * 60
    last = "It rained, and nobody cared. " * 60
    file = File(
        "a.docx", letter("The first words.", *filler, "The greenhouse costs 900 euros.", last, "The end.")
    )
    found = pages.of(file.document, file.quote("The greenhouse costs 900 euros."), file.read)
    assert (found.found, found.laid_out, file.reads) == (True, True, 1)
    assert found.first > 0
    marked = yellow(pages.picture(found, found.first, file.read, scale=1, kind="PNG"))
    assert marked is not None
    width, _ = found.sizes[found.first]
    left, top, right, bottom = marked
    assert 0.05 * width < left < 0.25 * width and right < 0.6 * width and 8 < bottom - top < 24
    assert yellow(pages.picture(found, 0, file.read, scale=1, kind="PNG")) is None
    over = pages.of(file.document, file.quote(last.strip()), file.read)
    assert (over.found, len(over.marks)) == (True, 2), "no header or footer breaks it off"
    nowhere = Pages(tmp_path / "pages").of(file.document, (0, 0), file.read)  # another process
    assert (nowhere.found, nowhere.marks, len(nowhere.sizes)) == (False, {}, len(found.sizes))
    assert file.reads == 1


@pytest.mark.slow
@needs_office
def test_what_libreoffice_cannot_lay_out_is_tried_once(pages: Pages) -> None:
    document = Document("a.docx", "A", "Words.", "0" * 64)
    for _ in range(2):
        with pytest.raises(Unreadable, match=r"^in truth a '\.pdf' file$"):
            pages.of(document, (0, 5), lambda: OVER)
    with pytest.raises(Unreadable, match=r"^in truth a '\.pdf' file$"):
        pages.of(document, None, bytes)


@pytest.mark.slow
@needs_office
def test_files_that_an_office_file_links_to_are_not_shown(pages: Pages, tmp_path: Path) -> None:
    Image.new("RGB", (300, 100), (255, 224, 64)).save(tmp_path / "secret.png")
    (tmp_path / "secret.txt").write_text("The secret words.", encoding="utf-8")
    image, text = ((tmp_path / name).as_uri() for name in ("secret.png", "secret.txt"))
    flat = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {ODF_NAMES} office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        "<text:p>Words.</text:p><text:p>"
        '<draw:frame svg:width="6cm" svg:height="2cm" text:anchor-type="as-char">'
        f'<draw:image xlink:href="{image}"/></draw:frame></text:p>'
        f'<text:section text:name="s"><text:section-source xlink:href="{text}" '
        'text:filter-name="Text"/><text:p>What was there before.</text:p></text:section>'
        "</office:text></office:body></office:document>"
    )
    document = Document("a.fodt", "A", "Words. The secret words.", "0" * 64)
    found = pages.of(document, (7, 24), flat.encode)
    assert (found.found, len(found.sizes)) == (False, 1)
    assert yellow(pages.picture(found, 0, flat.encode, scale=1, kind="PNG")) is None


def test_without_libreoffice_office_files_have_no_pages(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    document = Document("a.odt", "A", "Words.", "0" * 64)
    assert (likely_drawable("a.odt"), drawable(document)) == (False, False)
    with pytest.raises(UnknownSource, match=r"^a\.odt has no pages unless LibreOffice, .* is installed\.$"):
        pages.of(document, None, bytes)
    with pytest.raises(UnknownSource, match=r"^a\.txt has no pages that can be drawn\.$"):
        pages.of(Document("a.txt", "A", "Words.", "0" * 64), None, bytes)


# ------------------------------------------------------------------------------- files that harm


@pytest.mark.slow
def test_ten_thousand_pages_are_no_harm(pages: Pages) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH))
    for _ in range(10_000):
        canvas.showPage()
    canvas.save()
    layout = Layout(pages=tuple(Page(str(n + 1), 0, 0, WIDE, HIGH) for n in range(10_000)))
    found = pages.of(Document("a.pdf", "A", "", "0" * 64, layout), None, out.getvalue)
    began = time.monotonic()
    picture = Image.open(io.BytesIO(pages.picture(found, 9_999, out.getvalue, scale=1, kind="JPEG")))
    assert picture.size == (WIDE, HIGH)
    assert time.monotonic() - began < 10


@pytest.mark.slow
@pytest.mark.parametrize(("size", "most"), [((200_000, 200_000), 5100), ((14_000, 10), 14_000)])
def test_huge_and_slim_pages_are_bounded(size: tuple[int, int], most: int) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    canvas.showPage()
    canvas.save()
    reply = answer(Draw(out.getvalue(), 0, [], 1.0, "JPEG"))
    width, height = Image.open(io.BytesIO(reply.picture)).size
    assert max(width, height) <= most
    assert max(width, height) < 20 * min(width, height)  # what Telegram takes


def test_what_takes_too_long_or_crashes_is_told(tmp_path: Path) -> None:
    slow = paged.Process("index.drawing.child", 0.01)
    file, pages = File("a.pdf", OVER), Pages(tmp_path / "pages", lambda: slow)
    found = pages.of(file.document, None, file.read)
    for _ in range(2):
        with pytest.raises(Unreadable, match=r"^drawing it takes too long$"):
            pages.picture(found, 0, file.read, scale=1, kind="PNG")
    assert file.reads == 1, "it is not tried again"
    assert answer(Draw(b"%PDF-1.4 nothing", 0, [], 1.0, "PNG")).reason == "damaged"


def test_of_documents_that_go_nothing_stays_drawn(engine: Engine, tmp_path: Path) -> None:
    folder = engine.settings.documents.folder
    for name, words in (("a.pdf", "The boat is red."), ("b.pdf", "The house is green.")):
        (folder / name).write_bytes(pdf([(40, 250, words)]))
    engine.build()
    for name in ("a.pdf", "b.pdf"):
        engine.draw(engine.paged(name), 0, 1.0)
    pictures = engine.settings.state_folder() / "pages" / "pictures"

    def kept() -> set[str]:
        return {file.name.partition("-")[0] for file in pictures.iterdir() if file.name != "CACHEDIR.TAG"}

    first, second = (documents.digest((folder / name).read_bytes())[:32] for name in ("a.pdf", "b.pdf"))
    other = pictures / f"{'0' * 32}-of-another-index"
    other.touch()
    assert kept() == {first, second, "0" * 32}
    engine.build()
    assert kept() == {first, second, "0" * 32}
    (folder / "a.pdf").unlink()
    engine.build()
    assert kept() == {second, "0" * 32}
    (folder / "b.pdf").write_bytes(pdf([(40, 250, "The house is blue.")]))
    engine.build()
    assert kept() == {"0" * 32}
