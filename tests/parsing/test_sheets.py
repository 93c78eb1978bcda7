import datetime
import io

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Font

from index.parsing.base import Unreadable
from index.parsing.office import sheets
from index.parsing.office.numbers import shown
from tests.parsing.office import ODF_NAMES, flat, relations, word, zipped
from tests.parsing.outlined import outlined

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def book_of(*rows, name: str = "Sheet1"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return book, sheet


def lines(*rows) -> list[str]:
    return outlined(sheets.parse(saved(book_of(*rows)[0]), "a.xlsx"))


def test_a_workbook_with_several_sheets():
    book, sheet = book_of(
        ("Price list 2024",), ("Item", "Price", "VAT"), ("Coffee", 2.5, 0.19), ("Tea", 2, 0.07)
    )
    sheet.title = "Prices"
    sheet.merge_cells("A1:C1")
    for cell in ("B3", "B4"):
        sheet[cell].number_format = '#,##0.00 "€"'
    for cell in ("C3", "C4"):
        sheet[cell].number_format = "0%"
    sheet["A6"], sheet["B6"] = "Open from", datetime.datetime(2024, 3, 1)
    sheet["A7"], sheet["B7"] = "Last order", datetime.time(17, 30)
    sheet["F2"], sheet["G2"], sheet["F3"], sheet["G3"] = "Size", "Grams", "large", 20
    staff = book.create_sheet("Staff")
    for row in (("", 2023, None, 2024, None), ("Name", "In", "Out", "In", "Out"), ("Ann", 1, 2, 3, 4.5)):
        staff.append(row)
    staff.merge_cells("B1:C1")
    staff.merge_cells("D1:E1")
    staff.append(("Bob", 0, 1, True, None))
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    hidden["C5"] = "A plan."
    book.create_sheet("Empty")
    secret = book.create_sheet("Secret")
    secret.sheet_state = "veryHidden"
    secret["A1"] = "for programs"
    book.properties.title = "Café"
    book.properties.creator = "Ann Example"
    parsed = sheets.parse(saved(book), "a.xlsx")
    assert outlined(parsed) == [
        "heading1: Prices",
        "table",
        "  caption: Price list 2024",
        "  head: Item | Price | VAT",
        "  row: Coffee | 2.50 € | 19%",
        "  row: Tea | 2.00 € | 7%",
        "table",
        "  head: Size | Grams",
        "  row: large | 20",
        "table",
        "  row: Open from | 2024-03-01",
        "  row: Last order | 17:30",
        "heading1: Staff",
        "table",
        "  head: Name | 2023 In | 2023 Out | 2024 In | 2024 Out",
        "  row: Ann | 1 | 2 | 3 | 4.5",
        "  row: Bob | 0 | 1 | TRUE | ",
        "heading1: Hidden",
        "paragraph: A plan.",
    ]
    assert parsed.title == "Café"
    assert parsed.properties["author"] == "Ann Example"


def test_one_sheet_that_nobody_named_needs_no_heading():
    assert lines(("Name", "City"), ("Annette", "Hamburg")) == [
        "table", "  head: Name | City", "  row: Annette | Hamburg",
    ]  # fmt: skip
    book, _ = book_of(("Name", "City"), ("Ann", "Hamburg"), name="Guests")
    assert outlined(sheets.parse(saved(book), "a.xlsx"))[0] == "heading1: Guests"


def test_an_empty_row_in_a_table_does_not_end_it_but_another_head_does():
    assert lines(
        ("Name", "Room"),
        ("Ann", 1),
        (),
        ("Bob", 2),
        (),
        ("City", "River"),
        ("Hamburg", "Elbe"),
        ("Kiel", "Eider"),
    ) == [
        "table",
        "  head: Name | Room",
        "  row: Ann | 1",
        "  row: Bob | 2",
        "table",
        "  head: City | River",
        "  row: Hamburg | Elbe",
        "  row: Kiel | Eider",
    ]


def test_an_empty_column_in_a_table_does_not_divide_it():
    assert lines(("", None, 2022, 2023), ("Revenue", None, 100, 120), ("Costs", None, 80, 90)) == [
        "table", "  head:  | 2022 | 2023", "  row: Revenue | 100 | 120", "  row: Costs | 80 | 90",
    ]  # fmt: skip


def test_words_around_a_table():
    note = "All prices hold until the end of the year and without warranty."
    assert lines(
        ("Welcome to our shop.",), (), ("Drinks",), ("Item", "Price"), ("Tea", 2), ("Milk", 1), (note,)
    ) == [
        "paragraph: Welcome to our shop.",
        "table",
        "  caption: Drinks",
        "  head: Item | Price",
        "  row: Tea | 2",
        "  row: Milk | 1",
        f"paragraph: {note}",
    ]


def test_an_empty_row_below_the_head():
    assert lines(("Name", "Room"), (), ("Ann", 1), ("Bob", 2)) == [
        "table", "  head: Name | Room", "  row: Ann | 1", "  row: Bob | 2",
    ]  # fmt: skip


def test_a_line_over_all_columns_begins_a_part_with_the_same_head():
    book, sheet = book_of(("Item", "Price"), ("Drinks",), ("Tea", 2), ("Food",), ("Cake", 3))
    sheet.merge_cells("A2:B2")
    sheet.merge_cells("A4:B4")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    assert outlined(sheets.parse(saved(book), "a.xlsx")) == [
        "table", "  caption: Drinks", "  head: Item | Price", "  row: Tea | 2",
        "table", "  caption: Food", "  head: Item | Price", "  row: Cake | 3",
    ]  # fmt: skip


def test_a_cell_over_several_rows_stands_in_each():
    book, sheet = book_of(("Floor", "Room", "Seats"), (1, "A", 10), (None, "B", 20))
    sheet.merge_cells("A2:A3")
    assert outlined(sheets.parse(saved(book), "a.xlsx"))[2:] == ["  row: 1 | A | 10", "  row: 1 | B | 20"]


def test_cells_far_from_all_others_cost_nothing():
    book, sheet = book_of(("Name", "Room"), ("Ann", 1))
    sheet["XFD1048576"] = "Stray words."
    assert outlined(sheets.parse(saved(book), "a.xlsx"))[-1] == "paragraph: Stray words."


def raw(cells: str, strings: str = "") -> bytes:
    """A workbook of one sheet as other programs than openpyxl write it."""
    return zipped({
        "_rels/.rels": relations(("a", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<workbookPr date1904="1"/><sheets><sheet name="Tabelle1" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("s", "worksheet", "a.xml"), ("t", "sharedStrings", "b.xml")),
        "xl/a.xml": f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{cells}</sheetData></worksheet>',
        "xl/b.xml": f'<sst xmlns="{SPREADSHEET}">{strings}</sst>',
    })  # fmt: skip


def test_rich_phonetic_and_inline_strings_formulas_and_errors():
    strings = (
        "<si><r><t>ri</t></r><r><t>ch</t></r></si><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si>"
        "<si><t>two_x000D_ lines</t></si>"
    )
    cells = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="s"><v>9</v></c></row>'
        '<row><c t="inlineStr"><is><t>inline</t></is></c><c><f>1+1</f><v>2</v></c>'
        '<c t="str"><f>A1</f><v>said</v></c><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c></row>'
        '<row r="3"><c t="d"><v>2024-03-01T00:00:00</v></c><c><v>1e999</v></c>'
        "<c><v>0.30000000000000004</v></c></row>"
    )
    assert outlined(sheets.parse(raw(cells, strings), "a.xlsx")) == [
        "table", "  head: rich | 東京 | two lines |  | ", "  row: inline | 2 | said | #N/A | TRUE",
        "  row: 2024-03-01 |  | 0.3 |  | ",
    ]  # fmt: skip


@pytest.mark.slow
def test_limits():
    row = "<row><c><v>1</v></c></row>"
    with pytest.raises(
        Unreadable, match=r"^a sheet of more than 100,000 rows: keep what matters in a smaller file$"
    ):
        sheets.parse(raw(row * 100_001), "a.xlsx")


def test_an_old_workbook():
    book = xlwt.Workbook()
    sheet = book.add_sheet("Prices")
    percent, date = xlwt.easyxf(num_format_str="0.0%"), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for number, words in enumerate(("Item", "Price", "VAT", "Since")):
        sheet.write(0, number, words)
    for number, item in enumerate(("Coffee", "Tea"), 1):
        sheet.write(number, 0, item)
        sheet.write(number, 1, 2.0 + number / 2)
        sheet.write(number, 2, 0.19, percent)
        sheet.write(number, 3, datetime.date(2024, 3, number), date)
    hidden = book.add_sheet("Hidden")
    hidden.visibility = 1
    hidden.write_merge(0, 1, 0, 0, "Both")
    hidden.write(0, 1, True)
    hidden.write(1, 1, "no")
    assert outlined(sheets.parse(saved(book), "a.xls")) == [
        "heading1: Prices",
        "table",
        "  head: Item | Price | VAT | Since",
        "  row: Coffee | 2.5 | 19.0% | 2024-03-01",
        "  row: Tea | 3 | 19.0% | 2024-03-02",
        "heading1: Hidden",
        "table",
        "  row: Both | TRUE",
        "  row: Both | no",
    ]


def open_sheet(rows: str, name: str = "Prices", meta: str = "") -> bytes:
    content = (
        f"<office:document-content {ODF_NAMES}><office:body><office:spreadsheet>"
        f'<table:table table:name="{name}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    about = f"<office:document-meta {ODF_NAMES}><office:meta>{meta}</office:meta></office:document-meta>"
    return zipped({"content.xml": content, "meta.xml": about})


def open_cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_a_workbook_of_opendocument_shows_what_its_cells_show():
    rows = (
        "<table:table-row>" + "".join(map(open_cell, ("Item", "Price", "VAT", "Since", "Until")))
        + "</table:table-row>"
        "<table:table-row>" + open_cell("Coffee<office:annotation><text:p>cold?</text:p></office:annotation>")
        + open_cell("1.234,50 €", 'office:value-type="currency" office:value="1234.5"')
        + open_cell("19 %", 'office:value-type="percentage" office:value="0.19"')
        + open_cell("01.03.24", 'office:value-type="date" office:date-value="2024-03-01"')
        + open_cell("5:30 PM", 'office:value-type="time" office:time-value="PT17H30M00S"')
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        '<table:table-row table:number-rows-repeated="2">' + open_cell("Tea")
        + open_cell("2", 'table:number-columns-repeated="2"') + "</table:table-row>"
    )  # fmt: skip
    meta = (
        "<dc:title>Café</dc:title><dc:creator>Bob</dc:creator>"
        "<meta:initial-creator>Ann</meta:initial-creator>"
    )
    parsed = sheets.parse(open_sheet(rows, meta=meta), "a.ods")
    assert outlined(parsed) == [
        "heading1: Prices",
        "table",
        "  head: Item | Price | VAT | Since | Until",
        "  row: Coffee | 1.234,50 € | 19 % | 2024-03-01 | 17:30",
        "table",
        "  row: Tea | 2 | 2",
        "  row: Tea | 2 | 2",
    ]
    assert (parsed.title, parsed.properties["author"]) == ("Café", "Ann")


def test_a_flat_workbook_of_opendocument():
    row = f"<table:table-row>{open_cell('Words.')}</table:table-row>"
    data = flat(
        f'<office:spreadsheet><table:table table:name="Table1">{row}</table:table></office:spreadsheet>'
    )
    assert outlined(sheets.parse(data, "a.fods")) == ["paragraph: Words."]


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1.5e-7, "General", "0.00000015"),
        (1e20, "General", "1e+20"),
        (0.1925, "0.0%", "19.3%"),
        (1234.5, '#,##0.00 "€"', "1234.50 €"),
        (-5.0, "0.00;[Red](0.00)", "(5.00)"),
        (-5.0, "[$$-409]#,##0.00", "-$5.00"),
        (0.0, '0;-0;"-"', "-"),
        (7.0, "00000", "00007"),
        (0.5, "#.##", "0.5"),
        (1_234_567.0, '0.0,,"M"', "1.2M"),
        (2.5, "# ?/?", "2.5"),
        (1.5, "0.00E+00", "1.5"),
        (5.0, '0 "pcs"', "5 pcs"),
        (45352.0, "dd/mm/yyyy", "2024-03-01"),
        (45352.40001, "d.m.yy h:mm", "2024-03-01 09:36"),
        (0.40001, "h:mm:ss", "09:36:01"),
        (45352.0, "mmm yyyy", "2024-03"),
        (59.0, "d.m.yyyy", "1900-02-28"),
        (0.4, "h:mm AM/PM", "09:36"),
        (1.1, "[h]:mm", "26:24"),
        (5e9, "d.m.yyyy", "5000000000"),
        (float("inf"), "0", ""),
    ],
)
def test_numbers_as_people_see_them(value, code, said):
    assert shown(value, code) == said


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (saved(openpyxl.Workbook()), "no text in it"),
        (word("<w:p/>"), "no workbook in it"),
        (b"<html><table></table></html>",
         "HTML or XML under the name of a workbook: save it as .xlsx, or name it .html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "damaged, or no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
         "encrypted with a password"),
        (zipped({"content.xml": "<a/>", "META-INF/manifest.xml": "<manifest:encryption-data/>"}),
         "encrypted with a password"),
        (open_sheet(""), "no text in it"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        sheets.parse(data, "a.xlsx")


def test_a_long_string_in_many_cells_is_not_multiplied_without_end():
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1_200))
    with pytest.raises(Unreadable, match=r"^more than 50,000,000 characters in its cells$"):
        sheets.parse(raw(cells, f"<si><t>{'word ' * 10_000}</t></si>"), "a.xlsx")
