"""AsciiDoc: its blocks, its marks within lines, and what is left out."""

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.markup.asciidoc import parse
from tests.parsing.outlined import outlined, styled


def read(text: str) -> Parsed:
    return parse(text.encode(), "a.adoc")


def test_head_and_marks_within_lines():
    parsed = read(
        "= The Manual\nAnna Berg <a@ex.org>; Ben Roth\nv1.2, 2026-03-01\n:toc:\n:product: Docent\n:url: https://a.b\n"
        ":keywords: tea, milk\n\nAbout {product} with *bold*, _slanted_ and `code`,\n{url}/c[a link] and "
        "<<intro,the intro>>.footnote:[Not yet.] Press kbd:[F1], not 2*3*4 or a_b_c; 10^6^ and H~2~O "
        "\\*stay*.\n"
    )
    assert outlined(parsed) == [
        "heading1: The Manual",
        "paragraph: About Docent with bold, slanted and code, a link and the intro. Press F1, not 2*3*4 "
        "or a_b_c; "
        "10^6 and H2O *stay*.",
        "note: Not yet.",
    ]
    assert styled(parsed) == [
        ("bold", "bold", ""),
        ("italic", "slanted", ""),
        ("code", "code", ""),
        ("link", "a link", "https://a.b/c"),
    ]
    assert parsed.title == "The Manual"
    assert parsed.properties == {
        "author": "Anna Berg, Ben Roth",
        "date": "2026-03-01",
        "keywords": "tea, milk",
    }


def test_lists():
    parsed = read(
        "* one\ngoes on\n** inner\n* [x] two [x] times\n+\nattached\n+\n----\ncode\n----\n\n//-\n\n. first\n"
        ". second\n\n"
        "Plain.\n\nTerm:: Meaning.\nOther::\n  Its meaning.\n"
    )
    assert outlined(parsed) == [
        "list",
        "  item",
        "    paragraph: one goes on",
        "    list",
        "      item",
        "        paragraph: inner",
        "  item",
        "    paragraph: ✓ two [x] times",
        "    paragraph: attached",
        "    code: code",
        "list",
        "  item",
        "    paragraph: first",
        "  item",
        "    paragraph: second",
        "paragraph: Plain.",
        "list",
        "  term: Term",
        "  definition",
        "    paragraph: Meaning.",
        "  term: Other",
        "  definition",
        "    paragraph: Its meaning.",
    ]


def test_tables():
    parsed = read(
        '.Prices\n[cols="1,1,2",options="header"]\n|===\n|Drink |Small |*Large*\n\n|Tea |1 |2\n'
        ".2+|Milk |3\n|4\n|5 |6\n"
        "2+|Both |7\n|===\n\n,===\nName,Age\n\nAnna,31\n,===\n"
    )
    assert outlined(parsed) == [
        "table",
        "  caption: Prices",
        "  head: Drink | Small | Large",
        "  row: Tea | 1 | 2",
        "  row: Milk | 3 | 4",
        "  row: Milk | 5 | 6",
        "  row: Both |  | 7",
        "table",
        "  head: Name | Age",
        "  row: Anna | 31",
    ]


def test_blocks():
    parsed = read(
        "== Intro\n\nNOTE: Take care.\n\n[WARNING]\n====\nHot.\n====\n\n.Aside\n****\nBy the way.\n****\n\n"
        "[source,python]\n----\nx = 1 # <1>\n----\n<1> Sets it.\n\n[quote, Anna]\n____\nBe brief.\n____\n\n"
        "Main Street 1 +\nBonn\n\n literal\n   text\n\nimage::x.png[]\ninclude::/etc/passwd[]\n\n////\n"
        "hidden\n////\n\n"
        "ifdef::x[]\nMay I smoke?\nendif::[]\n\nNo.\n"
    )
    assert outlined(parsed) == [
        "heading2: Intro",
        "paragraph: Take care.",
        "paragraph: Hot.",
        "list",
        "  term: Aside",
        "  definition",
        "    paragraph: By the way.",
        "code: x = 1",
        "list",
        "  item",
        "    paragraph: Sets it.",
        "quotation",
        "  paragraph: Be brief.",
        "list",
        "  record: Main Street 1",
        "  record: Bonn",
        "code: literal\n  text",
        "question: May I smoke?",
        "answer: No.",
    ]


def test_what_is_broken_is_read_all_the_same():
    assert outlined(read("----\nnever closed\n\nmore")) == ["code: never closed\n\nmore"]
    assert outlined(read("|===\nno cells\n|===\n\nWords.")) == ["paragraph: Words."]
    assert read("{a}\n".join([":a: {b}{b}\n", ":b: {a}{a}\n", ""])).text
    assert read("\n".join("*" * (n % 6 + 1) + " x" for n in range(500))).text.count("x") == 500
    assert outlined(read(f"* x{chr(10) * 50_000}* y"))[-1].strip() == "paragraph: y"
    for many in ("9" * 5000, "²"):
        assert "a" in read(f"|===\n{many}*|a\n{many}.{many}+|b\n|===").text


def test_no_text():
    for data, reason in (
        (b"", "^empty of words$"),
        (b"////\nx\n////\n", "^empty of words$"),
        (bytes(range(32)) * 9, "^binary"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.adoc")
