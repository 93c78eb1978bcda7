import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.office import rtf
from tests.parsing.outlined import outlined, styled

FONTS = (
    r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Mincho;}"
    r"{\f3\fcharset1 Any;}}"
)
STYLES = (
    r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\s3 Title;}{\s4 List Bullet 2;}"
    r"{\s5 toc 1;}{\*\cs10 Strong;}}"
)


def read(body: str, head: str = FONTS + STYLES) -> Parsed:
    return rtf.parse(
        rb"{\rtf1\ansi\ansicpg1252\deff0" + head.encode("latin-1") + body.encode("latin-1") + b"}", "a.rtf"
    )


def lines(body: str) -> list[str]:
    return outlined(read(body))


def test_headings_by_style_and_outline_level_below_a_title():
    parsed = read(
        r"\pard\s3 Handbook\par\pard\s1 Pay\par\pard\s0 Paid monthly.\par\pard\s2 Leave\par"
        r"\pard\outlinelevel2 Sick leave\par\pard\s5 Pay 1\par\pard\plain Thirty days.\par"
    )
    assert outlined(parsed) == [
        "heading1: Handbook", "heading2: Pay", "paragraph: Paid monthly.", "heading3: Leave",
        "heading4: Sick leave", "paragraph: Thirty days.",
    ]  # fmt: skip
    assert parsed.title == "Handbook"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 na\'efve", "café naïve"),
        (r"\f1 \'cf\'f0\'e8\'e2\'e5\'f2\f0  \'e9", "Привет é"),
        (r"\f2 \'93\'fa\'96\'7b", "日本"),
        (r"\f3 \'801", "€1"),
        (r"\u8364?5 \uc2\u8364\'80\'80x \uc0\u8364 y", "€5 €x €y"),
        (r"\u-10179?\u-8704?1", "😀1"),
        (r"a\~b\_c\-d\emdash e\lquote f\rquote\tab g\{h\}\\", "a b-cd—e‘f’ g{h}\\"),
        ("one\\line two\r\n three", "one\ntwo three"),
        (r"{\v hidden}{\deleted gone}shown", "shown"),
        (r"{\header top}{\*\unknown stuff}{\pict 0102}{\*\bkmkstart b}words", "words"),
        (r"page {\field{\*\fldinst PAGE}{\fldrslt 3}}", "page 3"),
        ("x\\bin4 {}{}y", "xy"),
        (r"{\loch\*\cs7 words}\u-257?\'02 end", "words end"),
    ],
)  # fmt: skip
def test_words(body, text):
    assert read(body).text == text


def test_looks_and_links():
    parsed = read(
        r"Read \b this\b0  and {\i that} at {\field{\*\fldinst {HYPERLINK "
        r'"https://a.org/"}}{\fldrslt {\ul our site}}}.\par'
    )
    assert parsed.text == "Read this and that at our site."
    assert styled(parsed) == [
        ("bold", "this", ""),
        ("italic", "that", ""),
        ("link", "our site", "https://a.org/"),
    ]


def test_lists():
    assert lines(
        r"{\listtext\'b7\tab}\ls1 one\par{\listtext\'b7\tab}\s4\ls2 inner\par\pard{\pntext 1.\tab}two\par"
        r"{\listtext 2.\tab}\ilvl1\ls3 three\par\pard over\par"
    ) == [
        "list", "  item", "    paragraph: one", "    list", "      item", "        paragraph: inner",
        "list", "  item", "    paragraph: 1. two", "    list", "      item", "        paragraph: 2. three",
        "paragraph: over",
    ]  # fmt: skip


def row(*cells: str, definition: str = "") -> str:
    columns = definition or "".join(rf"\cellx{number}00" for number in range(1, len(cells) + 1))
    return rf"\trowd{columns}\pard\intbl " + "".join(rf"{cell}\cell " for cell in cells) + r"\row "


def test_tables():
    body = (
        row(r"\b Name", r"Room\b0 ") + row("Ann", "12", definition=r"\clvmgf\cellx100\cellx200")
        + row("", "14", definition=r"\clvmrg\cellx100\cellx200")
        + row("Others", "", definition=r"\clmgf\cellx100\clmrg\cellx200") + row("Bob", r"16\par 17")
        + r"\pard Over.\par"
    )  # fmt: skip
    assert lines(body) == [
        "table", "  head: Name | Room", "  row: Ann | 12", "  row: Ann | 14",
        "table", "  caption: Others", "  head: Name | Room", "  row: Bob | 16 17",
        "paragraph: Over.",
    ]  # fmt: skip


def test_notes_stand_after_their_paragraph():
    assert lines(r"Water boils{\footnote \pard At sea level.} at 100 degrees.\par Ice melts.") == [
        "paragraph: Water boils at 100 degrees.", "note: At sea level.", "paragraph: Ice melts.",
    ]  # fmt: skip


def test_bold_lines_and_text_boxes():
    body = (
        r"{\b Outlook\par}More.\par{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt \pard In the box.\par}}"
        r"{\shprslt again}}{\b The end\par}"
    )
    assert lines(body) == [
        "heading7: Outlook", "paragraph: More.", "paragraph: In the box.", "paragraph: The end",
    ]  # fmt: skip


def test_what_a_file_says_of_itself():
    info = (
        r"{\info{\title The rul\'e9s}{\author Ann}{\operator Bob}{\keywords pay, leave}{\doccomm x}"
        r"{\creatim\yr2024\mo3\dy1\hr9}{\revtim\yr2024\mo4}}"
    )
    parsed = read("Words.", info)
    assert parsed.title == "The rulés"
    assert parsed.properties == {
        "author": "Ann", "keywords": "pay, leave", "description": "x", "created": "2024-03-01",
        "modified": "2024-04-01",
    }  # fmt: skip


def test_other_code_pages_of_the_document():
    assert rtf.parse(rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0}", "a").text == "Пр"
    assert rtf.parse(rb"{\rtf1\mac \'8a}", "a").text == "ä"
    assert rtf.parse(rb"{\rtf1\ansi\ansicpg99999 \'e9}", "a").text == "é"


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes():
    assert rtf.parse(rb"{\rtf1 One.\par {\b Two", "a").text == "One.\n\nTwo"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no RTF file"),
        (b"<html>", "no RTF file"),
        (rb"{\rtf1}", "no text in it"),
        (rb"{\rtf1" + b"{" * 3_000 + b"x", "damaged: its parts nest too deeply"),
    ],
)
def test_what_cannot_be_read_says_why(data, reason):
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        rtf.parse(data, "a.rtf")
