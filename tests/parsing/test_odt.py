import io

import odfdo
import pytest

from index.parsing.base import Unreadable
from index.parsing.office import odp, odt
from tests.parsing.office import ODF_NAMES, flat, open_text, zipped
from tests.parsing.outlined import outlined, styled

STYLES = """
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="Caption" style:family="paragraph"/>
<style:style style:name="Table_20_Heading" style:family="paragraph"/>
<style:style style:name="Preformatted_20_Text" style:family="paragraph"/>
<style:style style:name="Quotations" style:family="paragraph"/>
<style:style style:name="Bold" style:family="paragraph">
  <style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="T3" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Loop" style:family="paragraph" style:parent-style-name="Loop"/>
"""


def lines(body: str) -> list[str]:
    return outlined(odt.parse(open_text(body, STYLES), "a.odt"))


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def row(*cells: str) -> str:
    each = (
        cell
        if cell.startswith("<table")
        else f"<table:table-cell>{cell if '<' in cell else p(cell)}</table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row>{''.join(each)}</table:table-row>"


def test_a_document_of_odfdo():
    document = odfdo.Document("text")
    document.body.clear()
    document.meta.title = "The rules"
    document.meta.subject = "Pay"
    document.body.append(odfdo.Header(1, "Pay"))
    document.body.append(odfdo.Paragraph("Paid on the last day of the month."))
    document.body.append(odfdo.Header(2, "Leave"))
    document.body.append(odfdo.List(["Sick leave", "Holiday"]))
    table = odfdo.Table("T")
    for words in (("Name", "Room", "Floor"), ("Ann", "12", "1"), ("Bob", "14", "2")):
        line = odfdo.Row()
        line.set_values(words)
        table.append(line)
    document.body.append(table)
    stream = io.BytesIO()
    document.save(stream)
    parsed = odt.parse(stream.getvalue(), "rules.odt")
    assert outlined(parsed) == [
        "heading1: Pay",
        "paragraph: Paid on the last day of the month.",
        "heading2: Leave",
        "list", "  item", "    paragraph: Sick leave", "  item", "    paragraph: Holiday",
        "table", "  head: Name | Room | Floor", "  row: Ann | 12 | 1", "  row: Bob | 14 | 2",
    ]  # fmt: skip
    assert parsed.title == "The rules"
    assert parsed.properties["subject"] == "Pay"


def test_a_title_stands_above_all_headings():
    parsed = odt.parse(
        open_text(
            p("Handbook", "P1") + '<text:h text:outline-level="1">Pay</text:h>' + p("Monthly."), STYLES
        ),
        "a.odt",
    )
    assert outlined(parsed) == ["heading1: Handbook", "heading2: Pay", "paragraph: Monthly."]
    assert parsed.title == "Handbook"


@pytest.mark.parametrize("level", ["0", "-1", "1.5", "100", ""])
def test_a_heading_of_no_level_is_one_of_the_first(level: str):
    parsed = odt.parse(open_text(f'<text:h text:outline-level="{level}">Pay</text:h>'), "a.odt")
    assert outlined(parsed) == ["heading1: Pay"]


def test_white_space_looks_links_and_what_is_left_out():
    body = (
        '<text:p>One<text:s text:c="3"/>two<text:tab/>three<text:line-break/>'
        '<text:span text:style-name="T1">bold</text:span> <text:span text:style-name="T2">italic</text:span> '
        '<text:a xlink:href="https://a.org/">link</text:a><text:span text:style-name="T3">hidden</text:span>'
        "<office:annotation><text:p>comment</text:p></office:annotation>"
        "<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text></text:ruby></text:p>"
    )
    parsed = odt.parse(open_text(body, STYLES), "a.odt")
    assert parsed.text == "One two three\nbold italic link漢"
    assert styled(parsed) == [
        ("bold", "bold", ""),
        ("italic", "italic", ""),
        ("link", "link", "https://a.org/"),
    ]


def test_deleted_words_tables_of_contents_and_notes():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Pay 1</text:p></text:index-body>"
        "</text:table-of-content>"
        "<text:section><text:p>Water boils<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>At sea level.</text:p></text:note-body></text:note> at 100 degrees.</text:p>"
        "</text:section>"
    )
    assert lines(body) == ["paragraph: Water boils at 100 degrees.", "note: At sea level."]


def test_lists_in_lists_and_paragraphs_of_items():
    inner = f"<text:list><text:list-item>{p('inner')}</text:list-item></text:list>"
    body = (
        f'<text:list text:style-name="L1"><text:list-item>{p("one")}{p("more of one")}{inner}'
        "</text:list-item></text:list>"
        f'<text:list text:style-name="L1"><text:list-item>{p("two")}</text:list-item></text:list>'
        f'<text:list text:style-name="L2"><text:list-item>{p("other")}</text:list-item></text:list>'
    )
    assert lines(body) == [
        "list", "  item", "    paragraph: one", "    paragraph: more of one", "    list", "      item",
        "        paragraph: inner", "  item", "    paragraph: two",
        "list", "  item", "    paragraph: other",
    ]  # fmt: skip


def test_tables():
    head = f"<table:table-header-rows>{row('Name', 'Room')}</table:table-header-rows>"
    tall = f'<table:table-cell table:number-rows-spanned="2">{p("Ann")}</table:table-cell>'
    wide = f'<table:table-cell table:number-columns-spanned="2">{p("Others")}</table:table-cell>'
    covered = "<table:covered-table-cell/>"
    body = (
        p("Table 1: Staff", "Caption")
        + f"<table:table>{head}{row(tall, '12')}{row(covered, '14')}{row(wide, covered)}{row('Bob', '16')}"
        + f"</table:table><table:table>{row(*(p(name, 'Table_20_Heading') for name in ('City', 'River')))}"
        + f"{row('Hamburg', 'Elbe')}</table:table>"
        + f"<table:table>{row(p('Left one.') + p('Left two.'), 'Right')}</table:table>"
    )
    assert lines(body) == [
        "table", "  caption: Table 1: Staff", "  head: Name | Room", "  row: Ann | 12", "  row: Ann | 14",
        "table", "  caption: Others", "  head: Name | Room", "  row: Bob | 16",
        "table", "  head: City | River", "  row: Hamburg | Elbe",
        "paragraph: Left one.", "paragraph: Left two.", "paragraph: Right",
    ]  # fmt: skip


def test_frames_code_quotations_and_bold_lines():
    frame = f"<draw:frame><draw:text-box>{p('In the frame.')}</draw:text-box></draw:frame>"
    body = (
        p(f"Beside it.{frame}") + p("x = 1", "Preformatted_20_Text") + p("y = 2", "Preformatted_20_Text")
        + p("To be.", "Quotations") + p("Outlook", "Bold") + p("More.", "Loop") + p("The end", "Bold")
    )  # fmt: skip
    assert lines(body) == [
        "paragraph: Beside it.", "paragraph: In the frame.", "code: x = 1\ny = 2", "quotation: To be.",
        "heading7: Outlook", "paragraph: More.", "paragraph: The end",
    ]  # fmt: skip


def test_prose_in_the_letters_of_a_typewriter_is_no_code():
    sentence = "This sentence is long enough to be no line of code."
    assert lines(p(sentence, "Preformatted_20_Text")) == [f"paragraph: {sentence}"]


def shape(text: str, left: str, top: str, kind: str = "") -> str:
    words = text if text.startswith("<") else p(text)
    return (
        f'<draw:frame svg:x="{left}" svg:y="{top}" presentation:class="{kind}">'
        f"<draw:text-box>{words}</draw:text-box></draw:frame>"
    )


def test_slides_are_pages():
    items = "".join(
        f"<text:list><text:list-item>{p(text)}</text:list-item></text:list>" for text in ("Tea", "Milk")
    )
    notes = f"<presentation:notes>{shape('Smile.', '0cm', '0cm', 'notes')}</presentation:notes>"
    first = (
        shape("right", "10cm", "5cm")
        + shape("left", "1cm", "50.5mm")
        + shape("Drinks", "1cm", "1cm", "title")
    )
    rows = row("Item", "Price") + row("Tea", "2") + row("Milk", "1")
    table = f"<draw:frame><table:table>{rows}</table:table></draw:frame>"
    second = shape(items, "1in", "1in", "outline") + table
    pages = f"<draw:page>{first}{notes}</draw:page><draw:page>{second}</draw:page>"
    body = f"<office:presentation>{pages}</office:presentation>"
    parsed = odp.parse(flat(body, STYLES, "<dc:title>Talk</dc:title>"), "a.odp")
    assert outlined(parsed) == [
        "heading1: Drinks", "paragraph: left", "paragraph: right", "note: Smile.",
        "table", "  head: Item | Price", "  row: Tea | 2", "  row: Milk | 1",
        "list", "  item", "    paragraph: Tea", "  item", "    paragraph: Milk",
    ]  # fmt: skip
    assert [(page.label, parsed.text[page.start : page.end].split()[0]) for page in parsed.layout.pages] == [
        ("1", "Drinks"), ("2", "Item"),
    ]  # fmt: skip
    assert parsed.title == "Talk"


@pytest.mark.parametrize(
    ("parse", "data", "reason"),
    [
        (odt.parse, open_text(""), "no text in it"),
        (odt.parse, flat("<office:spreadsheet/>"), "no text of OpenDocument"),
        (odp.parse, open_text("<text:p>x</text:p>"), "no presentation of OpenDocument"),
        (odt.parse, b"<html/>", "no OpenDocument file"),
        (odt.parse, zipped({"word/document.xml": "<a/>"}), "no OpenDocument file"),
        (odt.parse, zipped({"content.xml": "<a"}), "damaged: not well-formed XML"),
        (
            odt.parse,
            zipped(
                {"content.xml": "?", "META-INF/manifest.xml": f"<a {ODF_NAMES}><b encryption-data=''/></a>"}
            ),
            "encrypted with a password",
        ),
        (odt.parse, b"", "empty"),
    ],
)
def test_what_cannot_be_read_says_why(parse, data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        parse(data, "a")
