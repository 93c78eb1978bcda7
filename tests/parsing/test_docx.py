import io

import docx as writer
import pytest
from docx.oxml import OxmlElement

from index.parsing.base import Unreadable
from index.parsing.office import docx
from tests.parsing.office import p, r, word, zipped
from tests.parsing.outlined import outlined, styled

STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My Chapter"/>
  <w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Code"><w:name w:val="Source Code"/></w:style>
<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Intense Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>
<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="table" w:styleId="Grid"><w:name w:val="Grid"/></w:style>
<w:style w:type="table" w:styleId="Headed"><w:name w:val="Headed"/><w:basedOn w:val="Grid"/>
  <w:tblStylePr w:type="firstRow"/></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/>
    <w:isLgl/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
  <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
  <w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="0"/>
  <w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
"""


def lines(body: str, **parts: str) -> list[str]:
    return outlined(docx.parse(word(body, styles=STYLES, numbering=NUMBERING, **parts), "a.docx"))


def item(text: str, number: int, depth: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def styled_p(text: str, style: str, more: str = "") -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>{more}')


def table(*rows: str, properties: str = "") -> str:
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if '<' in content else p(content)}</w:tc>"


def simple(*texts: str) -> str:
    return row(*map(cell, texts))


def test_a_document_of_python_docx():
    document = writer.Document()
    document.core_properties.title = "Core title"
    document.core_properties.author = "Ann Example"
    document.core_properties.keywords = "pay, leave"
    document.add_paragraph("Handbook", style="Title")
    document.add_heading("Pay", 1)
    document.add_paragraph("Paid on the last day of the month.")
    document.add_heading("Leave", 2)
    for text, style in (
        ("Sick leave", "List Bullet"),
        ("With a note", "List Bullet 2"),
        ("Holiday", "List Bullet"),
        ("Ask", "List Number"),
        ("Wait", "List Number"),
    ):
        document.add_paragraph(text, style=style)
    document.sections[0].header.paragraphs[0].text = "in the header"
    stream = io.BytesIO()
    document.save(stream)
    parsed = docx.parse(stream.getvalue(), "handbook.docx")
    assert outlined(parsed) == [
        "heading1: Handbook",
        "heading2: Pay",
        "paragraph: Paid on the last day of the month.",
        "heading3: Leave",
        "list",
        "  item",
        "    paragraph: Sick leave",
        "    list",
        "      item",
        "        paragraph: With a note",
        "  item",
        "    paragraph: Holiday",
        "list",
        "  item",
        "    paragraph: 1. Ask",
        "  item",
        "    paragraph: 2. Wait",
    ]
    assert parsed.title == "Handbook"
    assert parsed.properties["author"] == "Ann Example"
    assert parsed.properties["keywords"] == "pay, leave"
    assert parsed.properties["created"] == "2013-12-23"
    assert parsed.text.startswith(
        "Handbook\n\nPay\n\nPaid on the last day of the month.\n\nLeave\n\nSick leave\n"
    )


def test_levels_of_headings_come_from_styles_their_parents_and_the_paragraph():
    assert lines(
        styled_p("One", "berschrift1")
        + styled_p("Two", "Own")
        + p("Three", '<w:outlineLvl w:val="2"/>')
        + styled_p("No heading.", "berschrift1", '<w:outlineLvl w:val="9"/>')
        + styled_p("Neither.", "Loop")
    ) == [
        "heading1: One",
        "heading1: Two",
        "heading3: Three",
        "paragraph: No heading.",
        "paragraph: Neither.",
    ]


def test_a_sentence_in_the_style_of_a_heading_is_a_paragraph():
    clause = "The supplier delivers all goods within ten days after the order was placed in writing."
    assert lines(styled_p(clause, "berschrift1") + styled_p("Short", "berschrift1")) == [
        f"paragraph: {clause}",
        "heading1: Short",
    ]


def test_bold_or_large_lines_are_headings_below_all_others():
    bold = "<w:rPr><w:b/></w:rPr>"
    large = '<w:rPr><w:sz w:val="40"/></w:rPr>'
    body = (
        f"<w:p><w:r>{large}<w:t>Annual report</w:t></w:r></w:p>"
        + p("We sold a great many things.")
        + f"<w:p><w:r>{bold}<w:t>Outlook</w:t></w:r></w:p>"
        + p("We will sell more.")
        + f"<w:p><w:r>{bold}<w:t>The end</w:t></w:r></w:p>"
    )
    assert lines(body) == [
        "heading5: Annual report",
        "paragraph: We sold a great many things.",
        "heading7: Outlook",
        "paragraph: We will sell more.",
        "paragraph: The end",
    ]


def test_numbers_of_items_are_in_the_text_but_not_shown_and_those_of_clauses_are_shown():
    data = word(
        item("Mix", 1) + item("by hand", 1, 1) + item("Bake", 1) + p("Other") + item("Cool", 4)
        + item("Payment", 2) + item("Within ten days.", 2, 1) + item("Term", 2) + item("One year.", 2, 1),
        numbering=NUMBERING,
    )  # fmt: skip
    parsed = docx.parse(data, "a.docx")
    assert outlined(parsed) == [
        "list", "  item", "    paragraph: 1. Mix", "    list", "      item", "        paragraph: a) by hand",
        "  item", "    paragraph: 2. Bake",
        "paragraph: Other",
        "list", "  item", "    paragraph: 7. Cool",
        "list", "  item", "    paragraph: Article I Payment", "    list", "      item",
        "        paragraph: 1.1 Within ten days.", "  item", "    paragraph: Article II Term", "    list",
        "      item", "        paragraph: 2.1 One year.",
    ]  # fmt: skip
    assert [parsed.text[one.start : one.end] for one in parsed.layout.markup] == ["1. ", "a) ", "2. ", "7. "]


def test_a_paragraph_indented_below_an_item_belongs_to_it():
    indented = p("More of one", '<w:ind w:left="720"/>')
    assert lines(item("One", 3) + indented + item("Two", 3) + p("Over")) == [
        "list", "  item", "    paragraph: One", "    paragraph: More of one", "  item", "    paragraph: Two",
        "paragraph: Over",
    ]  # fmt: skip


def test_words_of_one_look_are_one_run_and_links_keep_their_address():
    body = (
        "<w:p>" + r("Read ") + r("the ", "<w:b/>") + r("rules", '<w:b w:val="1"/>') + r(" at ")
        + f'<w:hyperlink r:id="l1">{r("our site")}</w:hyperlink>' + r(", ")
        + '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://b.org"</w:instrText></w:r>'
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("there")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + r(" or ", '<w:b w:val="0"/>') + r("not", "<w:i/>")
        + r(" now", '<w:rStyle w:val="Strong"/>') + r("hidden", "<w:vanish/>") + "</w:p>"
    )  # fmt: skip
    parsed = docx.parse(word(body, styles=STYLES, links={"l1": "https://a.org/"}), "a.docx")
    assert parsed.text == "Read the rules at our site, there or not now"
    assert styled(parsed) == [
        ("bold", "the rules", ""),
        ("link", "our site", "https://a.org/"),
        ("link", "there", "https://b.org"),
        ("italic", "not", ""),
        ("bold", " now", ""),
    ]


def test_breaks_tabulators_hyphens_symbols_and_formulas():
    body = (
        "<w:p><w:r><w:t>Main</w:t><w:tab/><w:t>Street</w:t><w:br/><w:t>Hamburg</w:t><w:noBreakHyphen/>"
        '<w:t>Nord</w:t><w:softHyphen/><w:sym w:font="Symbol" w:char="F0B7"/><w:sym w:char="2192"/></w:r>'
        "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>"
    )
    assert docx.parse(word(body), "a.docx").text == "Main Street\nHamburg-Nord→a+b"


def test_deleted_words_are_left_out_and_inserted_ones_kept():
    body = (
        "<w:p>" + r("It costs ") + f"<w:del>{'<w:r><w:delText>ten</w:delText></w:r>'}</w:del>"
        + f"<w:ins>{r('twelve')}</w:ins>" + r(" euros.") + f"<w:moveFrom>{r('Gone.')}</w:moveFrom></w:p>"
        + p("This and ", "<w:rPr><w:del/></w:rPr>") + p("that are one.")
    )  # fmt: skip
    assert lines(body) == ["paragraph: It costs twelve euros.", "paragraph: This and that are one."]


def test_notes_stand_after_the_paragraph_that_refers_to_them():
    body = (
        "<w:p>" + r("Water boils") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + r(" at 100 degrees.")
        + '<w:r><w:endnoteReference w:id="1"/></w:r></w:p>' + p("Ice melts.")
    )  # fmt: skip
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{p("---")}</w:footnote>'
        f'<w:footnote w:id="2">{p("At sea level.")}</w:footnote>'
    )
    ends = f'<w:endnote w:id="1">{p("Kelvin,")}{p("1851.")}</w:endnote>'
    assert lines(body, footnotes=notes, endnotes=ends) == [
        "paragraph: Water boils at 100 degrees.",
        "note: At sea level.",
        "note: Kelvin, 1851.",
        "paragraph: Ice melts.",
    ]


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p('In the box')}{p('and below')}</w:txbxContent>"
    body = (
        "<w:p>" + r("Beside it.") + "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert lines(body) == ["paragraph: Beside it.", "paragraph: In the box", "paragraph: and below"]


def test_content_controls_are_read_and_tables_of_contents_are_not():
    contents = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body = (
        f"<w:sdt>{contents}<w:sdtContent>{p('Pay 1')}</w:sdtContent></w:sdt>"
        + styled_p("Leave 2", "TOC1")
        + f"<w:sdt><w:sdtPr/><w:sdtContent>{p('Filled in')}</w:sdtContent></w:sdt>"
    )
    assert lines(body) == ["paragraph: Filled in"]


def test_a_table_whose_first_row_is_repeated_on_each_page():
    body = styled_p("Table 1: Staff", "Caption") + table(
        row(cell("Name"), cell("Room"), properties="<w:tblHeader/>"),
        row(cell("Ann", "<w:vMerge w:val='restart'/>"), cell("12")),
        row(cell("", "<w:vMerge/>"), cell("14")),
        row(cell("All others", '<w:gridSpan w:val="2"/>')),
        simple("Bob", "16"),
    )
    assert lines(body) == [
        "table", "  caption: Table 1: Staff", "  head: Name | Room", "  row: Ann | 12", "  row: Ann | 14",
        "table", "  caption: All others", "  head: Name | Room", "  row: Bob | 16",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (
            table(simple("Name", "Lives in"), simple("Ann", "Hamburg"),
                  properties='<w:tblStyle w:val="Headed"/><w:tblLook w:val="0020"/>'),
            "head: Name | Lives in",
        ),
        (
            table(simple("Name", "Lives in"), simple("Ann", "Hamburg"),
                  properties='<w:tblStyle w:val="Grid"/><w:tblLook w:firstRow="1"/>'),
            "row: Name | Lives in",
        ),
        (
            table(row(cell(f"<w:p>{r('Name', '<w:b/>')}</w:p>"), cell(f"<w:p>{r('City', '<w:b/>')}</w:p>")),
                  simple("Ann", "Hamburg")),
            "head: Name | City",
        ),
        (table(simple("Item", "Price"), simple("Tea", "2.00"), simple("Cake", "3.10"), simple("Milk", "1")),
         "head: Item | Price"),
        (table(simple("Phone", "4401"), simple("Room", "12"), simple("Floor", "2")), "row: Phone | 4401"),
    ],
)  # fmt: skip
def test_whether_the_first_row_names_the_columns(body, first):
    assert lines(body)[1].strip() == first


def test_several_rows_that_name_columns_become_one():
    heads = "<w:tblHeader/>"
    body = table(
        row(cell("Region"), cell("2023", '<w:gridSpan w:val="2"/>'), properties=heads),
        row(cell(""), cell("Q1"), cell("Q2"), properties=heads),
        simple("North", "1", "2"),
    )
    assert lines(body) == ["table", "  head: Region | 2023 Q1 | 2023 Q2", "  row: North | 1 | 2"]


def test_a_table_that_only_places_things_is_read_cell_by_cell():
    inside = table(simple("Item", "Price", "Tax"), simple("Tea", "2.00", "7%"), simple("Milk", "1.00", "7%"))
    body = table(row(cell(p("Left one.") + p("Left two.")), cell(styled_p("Right", "berschrift1") + inside)))
    assert lines(body) == [
        "paragraph: Left one.", "paragraph: Left two.", "heading1: Right",
        "table", "  head: Item | Price | Tax", "  row: Tea | 2.00 | 7%", "  row: Milk | 1.00 | 7%",
    ]  # fmt: skip


def test_items_in_cells_keep_their_bullets():
    body = table(simple("Name", "Duties"), row(cell("Ann"), cell(item("cook", 3) + item("clean", 3))))
    assert lines(body) == ["table", "  row: Name | Duties", "  row: Ann | • cook • clean"]


def test_code_quotations_questions_and_conversations():
    body = (
        styled_p("def f():", "Code") + styled_p("    return 1", "Code")
        + styled_p("To be or not.", "Quote")
        + p("How do I leave?") + p("Through the door.")
    )  # fmt: skip
    parsed = docx.parse(word(body, styles=STYLES), "a.docx")
    assert parsed.text[: parsed.text.index("To be")] == "def f():\n    return 1\n\n"
    assert [block.kind for block in parsed.layout.blocks] == ["code", "quotation", "question", "answer"]


def test_lines_of_records_are_told_as_such():
    assert lines(p("Opening hours") + p("Mon: 9 to 5") + p("Tue: 9 to 5") + p("Wed: closed")) == [
        "list", "  caption: Opening hours", "  record: Mon: 9 to 5", "  record: Tue: 9 to 5",
        "  record: Wed: closed",
    ]  # fmt: skip


def test_a_strict_document_is_read_alike():
    names = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    assert docx.parse(word(p("Strictly."), names=names), "a.docx").text == "Strictly."


@pytest.mark.parametrize("title", ["Microsoft Word - plan.doc", "Document1", "PowerPoint Presentation", ""])
def test_titles_that_programs_give_are_none(title):
    document = writer.Document()
    document.core_properties.title = title
    document.add_paragraph("Words.")
    stream = io.BytesIO()
    document.save(stream)
    assert docx.parse(stream.getvalue(), "a.docx").title == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 nothing", "damaged, or no zip container as its format needs"),
        (word(""), "no text in it"),
        (word(p("...")), "no text in it"),
        (word("<w:p>"), "damaged: not well-formed XML"),
        (word("", names='xmlns:w="urn:other"'), "no Word document in it"),
        (zipped({"mimetype": "application/epub+zip"}), "no document of Word, PowerPoint or Excel in it"),
        (word("<w:tbl><w:tr><w:tc>" * 60 + p("x") + "</w:tc></w:tr></w:tbl>" * 60),
         "damaged: its parts nest too deeply"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        docx.parse(data, "a.docx")


def test_tables_in_tables_as_deep_as_files_may_nest():
    deep = word("<w:tbl><w:tr><w:tc>" * 47 + p("inside") + "</w:tc></w:tr></w:tbl>" * 47)
    assert docx.parse(deep, "a.docx").text == "inside"


def test_a_row_of_python_docx_is_marked_by_its_property():
    document = writer.Document()
    made = document.add_table(2, 2)
    for number, words in enumerate(("City", "River", "Hamburg", "Elbe")):
        made.cell(number // 2, number % 2).text = words
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    stream = io.BytesIO()
    document.save(stream)
    parsed = docx.parse(stream.getvalue(), "a.docx")
    assert outlined(parsed) == ["table", "  head: City | River", "  row: Hamburg | Elbe"]
    assert parsed.text == "City\tRiver\nHamburg\tElbe"


def test_a_footnote_is_read_once_however_often_it_is_referred_to():
    reference = '<w:r><w:t>so</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnote w:id="2">{p("A note.")}</w:footnote>'
    assert lines(f"<w:p>{reference * 3}</w:p>", footnotes=notes) == ["paragraph: sososo", "note: A note."]
