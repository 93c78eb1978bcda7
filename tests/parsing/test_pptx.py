import io

import pptx as writer
import pytest
from pptx.util import Inches

from index.parsing.base import Unreadable
from index.parsing.office import pptx
from tests.parsing.office import relations, word, zipped
from tests.parsing.outlined import outlined, styled

TITLE, CONTENT, SECTION, TWO, TITLE_ONLY, BLANK = 0, 1, 2, 3, 5, 6


def saved(presentation) -> bytes:
    stream = io.BytesIO()
    presentation.save(stream)
    return stream.getvalue()


def box(slide, text: str, left: float, top: float):
    shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    shape.text_frame.text = text
    return shape


def test_slides_are_pages_with_titles_lists_tables_and_notes():
    deck = writer.Presentation()
    deck.core_properties.title = "Annual meeting 2024"
    deck.core_properties.author = "Ann Example"
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE])
    slide.shapes.title.text = "Annual meeting"
    slide.placeholders[1].text = "Berlin, 2024"
    slide = deck.slides.add_slide(deck.slide_layouts[SECTION])
    slide.shapes.title.text = "Money"
    slide = deck.slides.add_slide(deck.slide_layouts[CONTENT])
    slide.shapes.title.text = "Agenda"
    frame = slide.placeholders[1].text_frame
    frame.text = "Break"
    for text, level in (("Coffee", 1), ("Tea", 1), ("Budget", 0)):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    slide.notes_slide.notes_text_frame.text = "Speak slowly.\nSmile."
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.shapes.title.text = "Prices"
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(3), Inches(4), Inches(2)).table
    for number, words in enumerate(("Item", "Price", "Coffee", "2.50", "Tea", "2")):
        table.cell(number // 2, number % 2).text = words
    parsed = pptx.parse(saved(deck), "meeting.pptx")
    assert outlined(parsed) == [
        "heading1: Annual meeting",
        "paragraph: Berlin, 2024",
        "heading2: Money",
        "heading3: Agenda",
        "list",
        "  item",
        "    paragraph: Break",
        "    list",
        "      item",
        "        paragraph: Coffee",
        "      item",
        "        paragraph: Tea",
        "  item",
        "    paragraph: Budget",
        "note: Speak slowly. Smile.",
        "heading3: Prices",
        "table",
        "  head: Item | Price",
        "  row: Coffee | 2.50",
        "  row: Tea | 2",
    ]
    assert [(page.label, parsed.text[page.start : page.end].split()[0]) for page in parsed.layout.pages] == [
        ("1", "Annual"), ("2", "Money"), ("3", "Agenda"), ("4", "Prices"),
    ]  # fmt: skip
    assert parsed.title == "Annual meeting 2024"
    assert parsed.properties["author"] == "Ann Example"


def test_shapes_are_read_from_top_to_bottom_and_from_left_to_right():
    deck = writer.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    box(slide, "bottom", 1, 5)
    box(slide, "right", 5, 2)
    box(slide, "left, a little lower", 1, 2.1)
    group = slide.shapes.add_group_shape()
    for text, top in (("second of the group", 4), ("first of the group", 3)):
        shape = group.shapes.add_textbox(Inches(1), Inches(top), Inches(2), Inches(0.5))
        shape.text_frame.text = text
    slide.shapes.title.text = "Order"
    assert pptx.parse(saved(deck), "a.pptx").text.split("\n\n") == [
        "Order", "left, a little lower", "right", "first of the group", "second of the group", "bottom",
    ]  # fmt: skip


def test_columns_of_a_layout_stand_where_it_has_them():
    deck = writer.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[TWO])
    slide.shapes.title.text = "Two columns"
    slide.placeholders[2].text = "Right"
    slide.placeholders[1].text = "Left"
    assert outlined(pptx.parse(saved(deck), "a.pptx")) == [
        "heading1: Two columns",
        "list", "  item", "    paragraph: Left",
        "list", "  item", "    paragraph: Right",
    ]  # fmt: skip


def test_a_slide_without_title_is_named_by_its_first_short_line():
    deck = writer.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    box(slide, "Our team", 1, 1)
    box(slide, "There are five of us.", 1, 3)
    assert outlined(pptx.parse(saved(deck), "a.pptx")) == [
        "heading1: Our team",
        "paragraph: There are five of us.",
    ]


def test_looks_links_breaks_and_hidden_slides():
    deck = writer.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    slide._element.set("show", "0")
    paragraph = box(slide, "", 1, 1).text_frame.paragraphs[0]
    for text, bold in (("Read ", False), ("this", True), (" now at ", False)):
        run = paragraph.add_run()
        run.text, run.font.bold = text, bold
    run = paragraph.add_run()
    run.text = "our site"
    run.hyperlink.address = "https://example.org/"
    paragraph.add_line_break()
    paragraph.add_run().text = "or later."
    parsed = pptx.parse(saved(deck), "a.pptx")
    assert parsed.text == "Read this now at our site\nor later."
    assert styled(parsed) == [("bold", "this", ""), ("link", "our site", "https://example.org/")]


def test_merged_cells():
    deck = writer.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    table = slide.shapes.add_table(4, 2, Inches(1), Inches(3), Inches(4), Inches(2)).table
    for number, words in enumerate(("Name", "Room", "Ann", "12", "", "14", "Others", "")):
        table.cell(number // 2, number % 2).text = words
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 1))
    assert outlined(pptx.parse(saved(deck), "a.pptx")) == [
        "table", "  head: Name | Room", "  row: Ann | 12", "  row: Ann | 14", "paragraph: Others",
    ]  # fmt: skip


def test_the_boxes_of_a_diagram_are_a_list_and_read_once():
    names = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'

    def point(name: str, text: str = "", kind: str = "node") -> str:
        words = f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t>"
        return f'<dgm:pt modelId="{name}" type="{kind}">{words}</dgm:pt>'

    digits = "9" * 5000  # which int() refuses
    links = "".join(
        f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'
        for above, below, order in (("0", "2", "1"), ("0", "1", "0"), ("1", "3", digits))
    )
    diagram = (
        f"<dgm:dataModel {names}><dgm:ptLst>{point('0', kind='doc')}{point('1', 'Plan')}{point('2', 'Build')}"
        f"{point('3', 'Ask')}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    )
    slides = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ' + names
    )
    data = zipped({
        "_rels/.rels": relations(("a", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {slides}><p:sldIdLst>" + '<p:sldId r:id="s"/>' * 3
        + "</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(("s", "slide", "slide1.xml")),
        "ppt/slide1.xml": f"<p:sld {slides}><p:cSld><p:spTree><p:graphicFrame><a:graphic><a:graphicData>"
        + '<dgm:relIds r:dm="d"/>' * 3
        + "</a:graphicData></a:graphic></p:graphicFrame></p:spTree></p:cSld></p:sld>",
        "ppt/_rels/slide1.xml.rels": relations(("d", "diagramData", "data1.xml")),
        "ppt/data1.xml": diagram,
    })  # fmt: skip
    assert outlined(pptx.parse(data, "a.pptx")) == [
        "list", "  item", "    paragraph: Plan", "    list", "      item", "        paragraph: Ask",
        "  item", "    paragraph: Build",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (saved(writer.Presentation()), "no text in it"),
        (word("<w:p/>"), "no PowerPoint presentation in it"),
        (b"nothing", "damaged, or no zip container as its format needs"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        pptx.parse(data, "a.pptx")
