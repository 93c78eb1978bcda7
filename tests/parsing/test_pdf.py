"""PDFs made here are read as a person would read them, and every character knows its place on the page."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import pdfencrypt
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from index.parsing.base import Parsed, Unreadable
from index.parsing.pages import ocr
from index.parsing.pages.pdf import SCANNED, parse
from index.parsing.pages.pieces import numbered
from index.records import Notice, Page
from tests.examples import examples
from tests.parsing.outlined import outlined

WIDTH, HEIGHT = 595.0, 842.0
ZERO = (0, 0, 0, 0)
needs_tesseract = pytest.mark.skipif(not ocr.available(), reason="needs Tesseract and pytesseract")


@dataclass
class Writer:
    """Writes a PDF line by line."""

    font: str = "Times-Roman"
    size: float = 10
    lead: float = 12
    encrypt: pdfencrypt.StandardEncryption | None = None
    out: io.BytesIO = field(default_factory=io.BytesIO)
    canvas: Canvas = field(init=False)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self.out, pagesize=(WIDTH, HEIGHT), pageCompression=0, encrypt=self.encrypt)

    def lines(
        self, x: float, y: float, lines: Sequence[str], font: str = "", size: float = 0, lead: float = 0
    ) -> float:
        """Write lines below each other; the result is where the next one would stand."""
        for line in lines:
            self.canvas.setFont(font or self.font, size or self.size)
            self.canvas.drawString(x, y, line)
            y -= lead or self.lead
        return y

    def justified(self, x: float, y: float, width: float, text: str, size: float = 0) -> float:
        """Write a paragraph with all lines but the last as wide as wanted."""
        size = size or self.size
        lines: list[list[str]] = [[]]
        for word in text.split():
            if stringWidth(" ".join([*lines[-1], word]), self.font, size) > width:
                lines.append([])
            lines[-1].append(word)
        for number, line in enumerate(lines):
            said = self.canvas.beginText(x, y)
            said.setFont(self.font, size)
            if number + 1 < len(lines) and len(line) > 1:
                said.setWordSpace((width - stringWidth(" ".join(line), self.font, size)) / (len(line) - 1))
            said.textOut(" ".join(line))
            self.canvas.drawText(said)
            y -= 1.2 * size
        return y

    def next(self) -> None:
        self.canvas.showPage()

    def data(self) -> bytes:
        self.canvas.save()
        return self.out.getvalue()

    def read(self, name: str = "report.pdf") -> Parsed:
        return parse(self.data(), name)


def boxes(page: Page) -> list[tuple[int, int, int, int]]:
    values = memoryview(page.boxes).cast("H").tolist()
    return list(zip(values[::4], values[1::4], values[2::4], values[3::4], strict=True))


def box_of(parsed: Parsed, words: str, number: int = 0) -> list[tuple[int, int, int, int]]:
    page = parsed.layout.pages[number]
    start = parsed.text.index(words, page.start, page.end) - page.start
    return boxes(page)[start : start + len(words)]


def sound(parsed: Parsed) -> None:
    """Blocks nest, pages make up the text, and each character of theirs has a box."""
    blocks = parsed.layout.blocks
    for number, block in enumerate(blocks):
        assert 0 <= block.start <= block.end <= len(parsed.text)
        assert block.parent < number
        if block.parent >= 0:
            assert blocks[block.parent].start <= block.start and block.end <= blocks[block.parent].end
        for other in blocks[number + 1 :]:
            assert other.start >= block.end or other.end <= block.end
        for start, end in block.cells:
            assert block.start <= start <= end <= block.end
    pages = parsed.layout.pages
    assert [page.start for page in pages] == [0, *(page.end for page in pages[:-1])]
    assert pages[-1].end == len(parsed.text)
    for page in pages:
        assert len(page.boxes) == 8 * (page.end - page.start)
        for character, (left, bottom, right, top) in zip(
            parsed.text[page.start : page.end], boxes(page), strict=True
        ):
            if not character.isspace():
                assert left <= right and bottom <= top and (left, bottom, right, top) != ZERO


def blank() -> bytes:
    pdf = Writer()
    pdf.next()
    return pdf.data()


FILL = (
    "The council met in the old town hall and talked about the new bridge for three hours before it came to "
    "a vote that nobody had expected to be so close after all the letters that had been written. "
)


# ------------------------------------------------------------------------------------ text


def test_lines_become_paragraphs_and_an_indent_begins_one() -> None:
    pdf = Writer()
    y = pdf.lines(
        72, 700, ["The committee met on Tuesday to discuss the budget, and it", "approved two vans."]
    )
    y = pdf.lines(72, y - 12, ["After a gap another paragraph begins, which is as long as", "two lines."])
    pdf.lines(84, y, ["An indent begins the next one although there is no gap in"])
    pdf.lines(72, y - 12, ["between them."])
    assert outlined(pdf.read()) == [
        "paragraph: The committee met on Tuesday to discuss the budget, and it approved two vans.",
        "paragraph: After a gap another paragraph begins, which is as long as two lines.",
        "paragraph: An indent begins the next one although there is no gap in between them.",
    ]


def test_columns_are_read_one_after_the_other_below_a_title() -> None:
    pdf = Writer()
    pdf.lines(120, 780, ["A Bridge for the Old Town and What Became of It"], "Times-Bold", 18)
    pdf.justified(72, 740, 210, "Left one. " + FILL + "Left ends.")
    pdf.justified(310, 740, 210, "Right one. " + FILL + "Right ends.")
    assert outlined(pdf.read()) == [
        "heading1: A Bridge for the Old Town and What Became of It",
        f"paragraph: Left one. {FILL}Left ends.",
        f"paragraph: Right one. {FILL}Right ends.",
    ]


def test_three_columns_whose_lines_stand_at_different_heights() -> None:
    pdf = Writer(size=8)
    for number, (x, y) in enumerate(((40, 700), (220, 697), (400, 704))):
        pdf.justified(x, y, 150, f"Column {number}. {FILL}")
    texts = [block.split(": ")[1][:9] for block in outlined(pdf.read())]
    assert texts == ["Column 0.", "Column 1.", "Column 2."]


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    pdf = Writer()
    pdf.justified(72, 740, 210, FILL + "The mayor had")
    pdf.justified(310, 740, 210, "promised it. " + FILL + "Nobody but the old baker")
    pdf.next()
    pdf.justified(72, 740, 440, "was pleased. " + FILL)
    parsed = pdf.read()
    assert outlined(parsed) == [
        f"paragraph: {FILL}The mayor had promised it. {FILL}Nobody but the old baker was pleased. {FILL[:-1]}"
    ]
    first, second = parsed.layout.pages
    assert parsed.text[first.start : first.end].endswith("the old baker ")
    assert parsed.text[second.start : second.end].startswith("was pleased.")


def test_hyphenated_words_are_put_together_and_compounds_left() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["A well-known house: infor-", "mation on other well-", "known houses, on the Jean-"])
    pdf.lines(72, 664, ["Pierre Street, on pre-", "and postwar ones of 1910-", "1950, and on the OR-"])
    pdf.lines(72, 628, ["GANISATION of ORGANISATION."])
    assert pdf.read().text == (
        "A well-known house: information on other well-known houses, on the Jean-Pierre Street, on pre- and "
        "postwar ones of 1910-1950, and on the ORGANISATION of ORGANISATION."
    )


def test_a_word_may_be_divided_by_a_page() -> None:
    pdf = Writer()
    pdf.justified(72, 740, 440, FILL + "He asked for infor-")
    pdf.next()
    pdf.justified(72, 740, 440, "mation. " + FILL)
    parsed = pdf.read()
    assert "He asked for information. The council" in parsed.text
    assert parsed.text[parsed.layout.pages[1].start :].startswith("mation. The council")


def test_small_raised_digits_are_superscripts() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["It is true."])
    pdf.lines(72 + stringWidth("It is true.", "Times-Roman", 10), 704, ["12"], size=6)
    pdf.lines(72 + stringWidth("It is true.", "Times-Roman", 10) + 8, 700, ["The end."])
    assert pdf.read().text == "It is true.¹² The end."


def test_leaders_are_cut_short_and_entries_of_contents_stand_alone() -> None:
    pdf = Writer()
    for number, name in enumerate(("Introduction", "How it began", "How it ended")):
        dots = "." * 60
        pdf.lines(72, 700 - 12 * number, [f"{name} {dots} {number + 2}"])
    assert outlined(pdf.read()) == [
        "list",
        "  record: Introduction ... 2",
        "  record: How it began ... 3",
        "  record: How it ended ... 4",
    ]


def test_short_lines_each_say_something() -> None:
    pdf = Writer()
    pdf.justified(72, 760, 440, FILL)
    pdf.lines(72, 680, ["Coffee 2.50", "Tea and a biscuit 3.10", "Water 1.00"])
    assert outlined(pdf.read())[1:] == [
        "list",
        "  record: Coffee 2.50",
        "  record: Tea and a biscuit 3.10",
        "  record: Water 1.00",
    ]


def test_code_keeps_its_lines_and_indents() -> None:
    pdf = Writer()
    pdf.justified(72, 760, 440, FILL)
    pdf.lines(72, 700, ["if x:"], "Courier")
    pdf.lines(72 + 4 * 6, 688, ["return  x"], "Courier")
    pdf.lines(72, 664, ["stop()"], "Courier")
    pdf.justified(72, 630, 440, FILL)
    assert outlined(pdf.read())[1] == "code: if x:\n    return  x\n\nstop()"


def test_objects_are_numbered_by_their_place_and_not_by_their_address() -> None:
    for addresses in ([0, 90, 90, 0, 10, 50, 10], [0, 10, 10, 0, 50, 90, 50]):
        numbers, firsts = numbered(np.array(addresses, dtype=np.uint64))
        assert (numbers.tolist(), firsts.tolist()) == ([-1, 0, 0, -1, 1, 2, 1], [1, 4, 5])
    assert [found.tolist() for found in numbered(np.zeros(2, dtype=np.uint64))] == [[-1, -1], []]


def test_text_printed_twice_is_read_once() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["Shadow"], size=20)
    pdf.lines(73, 699, ["Shadow"], size=20)
    assert pdf.read().text == "Shadow"


def test_slanted_text_and_text_beside_the_page_are_left_out() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["Shown."])
    pdf.lines(72, -20, ["Not shown."])
    pdf.canvas.saveState()
    pdf.canvas.translate(200, 200)
    pdf.canvas.rotate(45)
    pdf.lines(0, 0, ["DRAFT"], size=60)
    pdf.canvas.restoreState()
    assert pdf.read().text == "Shown."


# ------------------------------------------------------------------------------------ boxes


def test_boxes_are_eighths_of_a_point_from_the_lower_left() -> None:
    pdf = Writer(font="Helvetica", size=20)
    pdf.lines(100, 700, ["Hi you"])
    parsed = pdf.read()
    assert parsed.text == "Hi you"
    (page,) = parsed.layout.pages
    assert (page.label, page.start, page.end, page.width, page.height) == ("1", 0, 6, 595.0, 842.0)
    capital, small, *_ = found = boxes(page)
    edges = [100 + stringWidth("Hi you"[:count], "Helvetica", 20) for count in range(7)]
    assert [(left, right) for left, _, right, _ in found] == [
        (round(8 * one), round(8 * other)) for one, other in pairwise(edges)
    ]
    assert 5500 <= capital[1] < 5600 and 5700 < capital[3] <= 5800  # the base line is at 700, the top at 714
    assert small[1] == capital[1]


def test_letters_of_a_ligature_share_its_box() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    pdf = Writer(font="Vera", size=20)
    pdf.lines(100, 700, ["\ufb01nds"])
    parsed = pdf.read()
    assert parsed.text == "finds"
    first, second, third = boxes(parsed.layout.pages[0])[:3]
    assert first[0] == 800 and first[2] == second[0] and second[2] == third[0]
    assert abs((second[2] - second[0]) - (first[2] - first[0])) <= 1


def test_inserted_blanks_have_no_box() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["The first line of two, which is the longer of them,", "and the second."])
    parsed = pdf.read()
    at = parsed.text.index(" and the second")
    assert boxes(parsed.layout.pages[0])[at] == ZERO
    assert box_of(parsed, "and")[0][0] == 72 * 8


@pytest.mark.parametrize(
    ("turned", "place"),
    [
        (0, lambda x, y: (x, y)),
        (90, lambda x, y: (y, WIDTH - x)),
        (180, lambda x, y: (WIDTH - x, HEIGHT - y)),
        (270, lambda x, y: (HEIGHT - y, x)),
    ],
)
def test_boxes_are_those_of_the_page_as_shown(
    turned: int, place: Callable[[float, float], tuple[float, float]]
) -> None:
    import pypdfium2 as pdfium

    pdf = Writer()
    pdf.lines(100, 300, ["The first line of the page is this one,", "and this the second."])
    document = pdfium.PdfDocument(pdf.data())
    document[0].set_rotation(turned)
    out = io.BytesIO()
    document.save(out)
    parsed = parse(out.getvalue(), "turned.pdf")
    assert parsed.text == "The first line of the page is this one, and this the second."
    (page,) = parsed.layout.pages
    assert (page.width, page.height) == ((WIDTH, HEIGHT) if turned % 180 == 0 else (HEIGHT, WIDTH))
    left, bottom, right, top = (value / 8 for value in box_of(parsed, "T")[0])
    x, y = place(103, 303)  # within the letter
    assert left < x < right and bottom < y < top
    sound(parsed)


def test_turned_tables_are_read_like_others() -> None:
    pdf = Writer()
    pdf.canvas.translate(300, 100)
    pdf.canvas.rotate(90)
    for number, row in enumerate((("City", "People"), ("Bonn", "330"), ("Köln", "1080"), ("Trier", "110"))):
        for place, cell in enumerate(row):
            pdf.lines(120 * place, -14 * number, [cell])
    assert outlined(pdf.read()) == [
        "table", "  head: City | People", "  row: Bonn | 330", "  row: Köln | 1080", "  row: Trier | 110",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------ headings, lists, notes


def test_larger_and_bold_letters_make_headings_of_levels() -> None:
    pdf = Writer()
    y = pdf.lines(72, 780, ["Annual Report"], "Helvetica-Bold", 24, 36)
    for number, name in ((1, "Income"), (2, "Expenses")):
        y = pdf.lines(72, y, [f"{number} {name}"], "Helvetica-Bold", 14, 24)
        y = pdf.lines(72, y, [f"{number}.1 Of the city"], "Helvetica-Bold", 10, 16)
        y = pdf.justified(72, y, 440, FILL) - 10
    assert [block for block in outlined(pdf.read()) if block.startswith("heading")] == [
        "heading1: Annual Report",
        "heading2: 1 Income",
        "heading3: 1.1 Of the city",
        "heading2: 2 Expenses",
        "heading3: 2.1 Of the city",
    ]


def test_a_heading_does_not_go_on_a_centred_title_above_it() -> None:
    pdf = Writer()
    pdf.lines(165, 790, ["Camp Elderwood: the list of prices"], "Helvetica-Bold", 18)
    pdf.lines(190, 764, ["of the summer of 2025"], "Helvetica-Bold", 18)
    pdf.lines(72, 738, ["Accommodation"], "Helvetica-Bold", 18)
    for y in range(100, 701, 50):
        pdf.lines(72, y, [f"Firewood is {y} EUR a crate, and a token for the showers three at most."])
    assert [block for block in outlined(pdf.read()) if block.startswith("heading")] == [
        "heading2: Camp Elderwood: the list of prices of the summer of 2025",
        "heading2: Accommodation",
    ]


def test_bookmarks_name_headings_and_their_levels() -> None:
    pdf = Writer()
    y = 780.0
    for key, name, depth in (("a", "1. Parks", 0), ("b", "Trees", 1), ("c", "2. Roads", 0)):
        pdf.canvas.bookmarkPage(key)
        pdf.canvas.addOutlineEntry(name.split(". ")[-1], key, depth)
        y = pdf.lines(72, y, [name], lead=24)
        y = pdf.justified(72, y, 440, FILL) - 12
    assert [block for block in outlined(pdf.read()) if not block.startswith("paragraph")] == [
        "heading2: 1. Parks",
        "heading3: Trees",
        "heading2: 2. Roads",
    ]


def test_lists_nest_by_their_indents() -> None:
    pdf = Writer()
    y = pdf.lines(72, 740, ["Bring these things with you on the day of the visit:"], lead=16)
    y = pdf.lines(80, y, ["• a letter from the office that shows when you are expected, and by whom"])
    y = pdf.lines(88, y, ["it was signed"])
    y = pdf.lines(80, y, ["• money"])
    y = pdf.lines(100, y, ["– coins for the machine", "– notes"])
    y = pdf.lines(80, y, ["• time"], lead=24)
    pdf.lines(72, y, ["1. Come in.", "2. Sit down."])
    parsed = pdf.read()
    assert outlined(parsed) == [
        "paragraph: Bring these things with you on the day of the visit:",
        "list",
        "  item",
        "    paragraph: a letter from the office that shows when you are expected, and by whom it was signed",
        "  item",
        "    paragraph: money",
        "    list",
        "      item",
        "        paragraph: coins for the machine",
        "      item",
        "        paragraph: notes",
        "  item",
        "    paragraph: time",
        "  item",
        "    paragraph: Come in.",
        "  item",
        "    paragraph: Sit down.",
    ]
    assert "• money" in parsed.text
    assert [parsed.text[one.start : one.end] for one in parsed.layout.markup][:2] == ["• ", "• "]


def test_a_date_at_the_start_is_no_item() -> None:
    pdf = Writer()
    pdf.lines(72, 740, ["12. May was a Sunday, and nobody worked."])
    assert outlined(pdf.read()) == ["paragraph: 12. May was a Sunday, and nobody worked."]


def test_footnotes_are_notes_and_do_not_interrupt() -> None:
    pdf = Writer()
    pdf.justified(72, 740, 210, FILL + "The mayor had")
    pdf.lines(72, 120, ["1 As the paper wrote on the next", "day.", "2 See there."], size=7, lead=9)
    pdf.justified(310, 740, 210, "promised it. " + FILL)
    assert outlined(pdf.read()) == [
        f"paragraph: {FILL}The mayor had promised it. {FILL[:-1]}",
        "note: 1 As the paper wrote on the next day.",
        "note: 2 See there.",
    ]


# ------------------------------------------------------------------------------------ margins


def test_running_headers_and_page_numbers_are_left_out() -> None:
    pdf = Writer()
    pdf.canvas.addPageLabel(0, style="ROMAN_LOWER", start=3)
    for number, numeral in enumerate(("iii", "iv", "v", "vi", "vii", "viii")):
        pdf.lines(72, 810, ["City of Springfield" if number % 2 else "Annual Report 2024"], size=8)
        pdf.lines(280, 30, [numeral], size=8)
        pdf.lines(72, 740, [f"Page text {'abcdef'[number]} that is different on each of the pages."])
        pdf.next()
    parsed = pdf.read()
    assert [page.label for page in parsed.layout.pages] == ["iii", "iv", "v", "vi", "vii", "viii"]
    assert [parsed.text[page.start : page.end].strip() for page in parsed.layout.pages] == [
        f"Page text {letter} that is different on each of the pages." for letter in "abcdef"
    ]


def test_pages_that_all_say_the_same_are_not_left_empty() -> None:
    pdf = Writer()
    for _ in range(3):
        pdf.lines(72, 740, ["Keep out"])
        pdf.next()
    assert pdf.read().text.count("Keep out") == 3


def test_numbers_that_do_not_count_pages_stay() -> None:
    pdf = Writer()
    for number in range(4):
        pdf.lines(72, 740, [f"Month {number}"])
        pdf.lines(72, 60, [f"Total {(17, 230, 5, 99)[number]}"])
        pdf.next()
    text = pdf.read().text
    assert all(f"Total {total}" in text for total in (17, 230, 5, 99))


# ------------------------------------------------------------------------------------ tables


def test_columns_of_short_cells_are_a_table() -> None:
    pdf = Writer()
    pdf.lines(72, 740, ["Table 1. Prices of tickets in the city"], lead=16)
    rows = (
        ("Zone", "Adult", "Child"),
        ("Centre", "2.40", "1.20"),
        ("North", "3.10", "1.60"),
        ("South", "3.30", ""),
    )
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            pdf.lines(72 + 100 * place, 720 - 12 * number, [cell])
    assert outlined(pdf.read()) == [
        "table",
        "  caption: Table 1. Prices of tickets in the city",
        "  head: Zone | Adult | Child",
        "  row: Centre | 2.40 | 1.20",
        "  row: North | 3.10 | 1.60",
        "  row: South | 3.30 | ",
    ]


def test_drawn_tables_have_cells_of_several_lines_and_merged_ones() -> None:
    pdf = Writer()
    xs, ys = (72, 172, 372, 472), (740, 720, 690, 660)
    for x in xs:
        pdf.canvas.line(x, ys[0], x, ys[-1])
    for y in (ys[0], ys[1], ys[3]):
        pdf.canvas.line(xs[0], y, xs[-1], y)
    pdf.canvas.line(xs[1], ys[2], xs[-1], ys[2])  # the first cell goes down over two rows
    for x, cell in zip(xs, ("Room", "What it is for", "Seats"), strict=False):
        pdf.lines(x + 4, 726, [cell], "Times-Bold")
    pdf.lines(76, 706, ["First floor"])
    pdf.lines(176, 708, ["Meetings of the council and of", "its committees"])
    pdf.lines(376, 708, ["40"])
    pdf.lines(176, 678, ["Weddings"])
    pdf.lines(376, 678, ["60"])
    assert outlined(pdf.read()) == [
        "table",
        "  head: Room | What it is for | Seats",
        "  row: First floor | Meetings of the council and of its committees | 40",
        "  row: First floor | Weddings | 60",
    ]


def test_drawn_lines_divide_cells_that_nearly_touch() -> None:
    pdf = Writer()
    for x in (72, 132, 192):
        pdf.canvas.line(x, 740, x, 700)
    for y in (740, 720, 700):
        pdf.canvas.line(72, y, 192, y)
    pdf.lines(74, 726, ["Moving house"])
    pdf.lines(134, 726, ["1 day"])
    pdf.lines(74, 706, ["Wedding"])
    pdf.lines(134, 706, ["2 days"])
    assert outlined(pdf.read()) == ["table", "  row: Moving house | 1 day", "  row: Wedding | 2 days"]


def test_a_table_goes_on_on_the_next_page() -> None:
    pdf = Writer()
    for page in range(2):
        for number, row in enumerate((("Name", "Age"), ("Ann", "30"), ("Bob", "41"), ("Cid", "52"))):
            for place, cell in enumerate(row):
                shown = f"{cell}{page}" if number else cell
                pdf.lines(72 + 100 * place, 720 - 12 * number, [shown], "Times-Bold" if not number else "")
        pdf.next()
    assert outlined(pdf.read()) == [
        "table", "  head: Name | Age",
        "  row: Ann0 | 300", "  row: Bob0 | 410", "  row: Cid0 | 520",
        "  row: Ann1 | 301", "  row: Bob1 | 411", "  row: Cid1 | 521",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------ the file


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("The Bridge", "The Bridge"),
        ("Microsoft Word - bridge.doc", ""),
        ("bridge_final_2.pdf", ""),
        ("untitled", ""),
        ("report", ""),  # the name of the file
        ("Quarterly Figures", ""),  # of another document
        ("IMG_2031", ""),
    ],
)
def test_only_a_real_title_is_one(title: str, wanted: str) -> None:
    pdf = Writer()
    pdf.canvas.setTitle(title)
    pdf.canvas.setAuthor("(anonymous)")
    pdf.canvas.setSubject("Roads")
    pdf.lines(72, 740, ["About the bridge."])
    parsed = pdf.read()
    assert parsed.title == wanted
    assert set(parsed.properties) == {"subject", "date"}
    assert parsed.properties["subject"] == "Roads"
    assert len(parsed.properties["date"]) == len("2024-01-31")


def test_an_encrypted_file_is_refused_unless_it_opens_without_a_password() -> None:
    pdf = Writer(encrypt=pdfencrypt.StandardEncryption("secret"))
    pdf.lines(72, 740, ["Hidden"])
    with pytest.raises(Unreadable, match=r"\Aencrypted with a password\Z"):
        pdf.read()
    pdf = Writer(encrypt=pdfencrypt.StandardEncryption("", ownerPassword="owner"))
    pdf.lines(72, 740, ["Open"])
    assert pdf.read().text == "Open"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PDF"),
        (b"hello", "no PDF"),
        (b"%PDF-1.7\nnonsense", "damaged"),
        (Writer().data()[:300], "damaged"),
        (blank(), "no text in it"),
    ],
)
def test_what_is_no_readable_pdf_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=rf"\A{reason}\Z"):
        parse(data, "bad.pdf")


def test_attachments_come_along() -> None:
    import pypdfium2 as pdfium

    pdf = Writer()
    pdf.lines(72, 740, ["See the attachment."])
    document = pdfium.PdfDocument(pdf.data())
    document.new_attachment("prices.csv").set_data(b"tea,3\n")
    out = io.BytesIO()
    document.save(out)
    (found,) = parse(out.getvalue(), "mail.pdf").attachments
    assert (found.name, found.data) == ("prices.csv", b"tea,3\n")


def test_what_was_filled_into_a_form_is_read() -> None:
    pdf = Writer()
    pdf.lines(72, 700, ["Name:"])
    pdf.canvas.acroForm.textfield(name="name", value="Ada Lovelace", x=110, y=694, width=200, height=18)
    assert "Name: Ada Lovelace" in pdf.read().text


# ------------------------------------------------------------------------------------ scans


def picture(words: str) -> Image.Image:
    """A page of 100 dots an inch with large words on it."""
    found = Image.new("L", (827, 1169), 255)
    ImageDraw.Draw(found).text((100, 200), words, fill=0, font=ImageFont.load_default(size=36))
    return found


def scanned(*words: str, text: str = "") -> bytes:
    pdf = Writer()
    for one in words:
        pdf.canvas.drawImage(ImageReader(picture(one)), 0, 0, WIDTH, HEIGHT)
        pdf.next()
    if text:
        pdf.lines(72, 740, [text])
        pdf.next()
    return pdf.data()


def test_scans_are_refused_or_counted_without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(Unreadable) as refused:
        parse(scanned("Hello"), "scan.pdf")
    assert str(refused.value) == SCANNED
    parsed = parse(scanned("Hello", "World", text="This page has text."), "scan.pdf")
    assert parsed.text == "This page has text."
    assert parsed.notices == (Notice("scanned", 2),)
    assert [(page.start, page.end) for page in parsed.layout.pages] == [(0, 0), (0, 0), (0, 19)]


@pytest.mark.slow
@needs_tesseract
def test_scans_are_read_with_tesseract() -> None:
    parsed = parse(scanned("Closed on Mondays", text="This page has text."), "scan.pdf")
    assert parsed.text == "Closed on Mondays\n\nThis page has text."
    assert parsed.notices == ()
    left, bottom, right, top = (value / 8 for value in box_of(parsed, "C")[0])
    assert 70 < left < right < 95 and 660 < bottom < top < 705  # the picture is 8.27 by 11.69 inches
    sound(parsed)


# ------------------------------------------------------------------------------------ properties

words = st.text("abcdefgh", min_size=1, max_size=8)
placed = st.tuples(
    st.floats(0, 500), st.floats(20, 820), st.sampled_from((6.0, 10.0, 14.0, 24.0)),
    st.sampled_from(("Times-Roman", "Helvetica-Bold", "Courier")), st.lists(words, min_size=1, max_size=6),
    st.sampled_from((0, 0, 0, 90, 180)),
)  # fmt: skip
ruled = st.tuples(st.floats(0, 500), st.floats(20, 820), st.floats(5, 400), st.booleans())


@examples(60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.lists(placed, max_size=25), st.lists(ruled, max_size=12)), min_size=1, max_size=3)
)
def test_whatever_stands_where_pages_and_blocks_are_sound(pages: list) -> None:
    pdf = Writer()
    letters = ("abcdefgh", "ijklmnop", "qrstuvwx")  # of each page, so that it can be told whose a word is
    for number, (pieces, rules) in enumerate(pages):
        own = str.maketrans(letters[0], letters[number])
        for x, y, size, font, said_there, turned in pieces:
            pdf.canvas.saveState()
            pdf.canvas.translate(x, y)
            pdf.canvas.rotate(turned)
            pdf.lines(0, 0, [" ".join(said_there).translate(own)], font, size)
            pdf.canvas.restoreState()
        for x, y, length, upright in rules:
            pdf.canvas.line(x, y, x + (0 if upright else length), y + (length if upright else 0))
        pdf.next()
    try:
        parsed = pdf.read()
    except Unreadable as reason:
        assert str(reason) == "no text in it"
        return
    assert len(parsed.layout.pages) == len(pages)
    for page, own_letters in zip(parsed.layout.pages, letters, strict=False):
        assert {one for one in parsed.text[page.start : page.end] if one.isalpha()} <= set(own_letters)
    sound(parsed)


@pytest.mark.slow
def test_a_page_of_lines_over_lines_takes_no_time():
    pdf = Writer()
    pdf.lines(50, 780, [f"- item {number}" for number in range(2_000)], lead=0.3)
    data = pdf.data()
    start = time.process_time()
    parse(data, "a.pdf")
    assert time.process_time() - start < 1.5
