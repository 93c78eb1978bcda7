"""Pages of HTML: what of them is text, and how it is built."""

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.web.html import decode_page, parse, title_of
from tests.parsing.outlined import outlined, styled


def read(page: str) -> Parsed:
    return parse(page.encode(), "page.html")


def test_headings_paragraphs_and_looks():
    parsed = read(
        "<title>Guide</title><h1>The <em>guide</em><a class=headerlink href='#g'>¶</a></h1>"
        "<p>See  the <b>bold</b>,\n<i>slanted</i> and <code>x = 1</code> &amp; <a href='https://a.b/c'>a "
        "link</a>.</p>"
        "<h3>Part</h3>loose text"
    )
    assert parsed.text == "The guide\n\nSee the bold, slanted and x = 1 & a link.\n\nPart\n\nloose text"
    assert outlined(parsed) == [
        "heading1: The guide",
        "paragraph: See the bold, slanted and x = 1 & a link.",
        "heading3: Part",
        "paragraph: loose text",
    ]
    assert styled(parsed) == [
        ("bold", "bold", ""),
        ("italic", "slanted", ""),
        ("code", "x = 1", ""),
        ("link", "a link", "https://a.b/c"),
    ]
    assert parsed.title == "Guide"


def test_nested_lists():
    parsed = read("<ul><li>One<ol><li>Inner</ol><ol><li>Other</ol><li><p>Two</p><p>More</p></ul>")
    assert outlined(parsed) == [
        "list",
        "  item",
        "    paragraph: One",
        "    list",
        "      item",
        "        paragraph: Inner",
        "    list",
        "      item",
        "        paragraph: Other",
        "  item",
        "    paragraph: Two",
        "    paragraph: More",
    ]


def test_a_list_right_in_a_list_belongs_to_the_item_before():
    parsed = read("<ul><li>One</li><ul><li>Inner</li></ul><li>Two</li></ul>")
    assert outlined(parsed) == [
        "list",
        "  item",
        "    paragraph: One",
        "    list",
        "      item",
        "        paragraph: Inner",
        "  item",
        "    paragraph: Two",
    ]


def test_a_table_with_merged_cells():
    parsed = read(
        "<table><caption>Prices</caption><thead><tr><th rowspan=2>Drink<th colspan=2>2026<tr><th>Q1<th>"
        "Q2</thead>"
        "<tr><th rowspan=2>Tea<td>1<td>2<tr><td>3<td>4<tr><td colspan=3>All with milk</table>"
    )
    assert outlined(parsed) == [
        "table",
        "  caption: Prices",
        "  head: Drink | 2026 Q1 | 2026 Q2",
        "  row: Tea | 1 | 2",
        "  row: Tea | 3 | 4",
        "  row: All with milk |  | ",
    ]


def test_a_table_whose_first_column_names_the_rows():
    parsed = read("<table><tr><th>Phone<td>4401<tr><th>Room<td><ul><li>12<li>14</ul></table>")
    assert outlined(parsed) == ["table", "  row: Phone | 4401", "  row: Room | 12; 14"]


def test_a_table_without_a_marked_head_whose_first_row_names_the_columns():
    parsed = read("<table><tr><td>Name<td>Age<tr><td>Anna<td>31<tr><td>Ben<td>25</table>")
    assert outlined(parsed) == ["table", "  head: Name | Age", "  row: Anna | 31", "  row: Ben | 25"]


def test_a_table_that_only_lays_the_page_out():
    parsed = read("<table><tr><td><h2>News</h2><p>It rains.</p></td><td><p>It is cold.</p></td></tr></table>")
    assert outlined(parsed) == ["heading2: News", "paragraph: It rains.", "paragraph: It is cold."]


def test_definitions_code_quotations_captions():
    parsed = read(
        "<dl><div><dt>Latency</dt><dd>How long it takes.</dd></div></dl>"
        "<pre><code>def f():\n    return 1\n</code></pre>"
        "<blockquote><p>Be brief.</p></blockquote><figure><img><figcaption>Figure 1</figcaption></figure>"
    )
    assert outlined(parsed) == [
        "list",
        "  term: Latency",
        "  definition",
        "    paragraph: How long it takes.",
        "code: def f():\n    return 1",
        "quotation",
        "  paragraph: Be brief.",
        "caption: Figure 1",
    ]


def test_details_that_ask_and_that_name():
    parsed = read(
        "<details><summary>How do I leave?</summary><p>Through the door.</p></details>"
        "<details><summary>More</summary><p>Much more.</p></details>"
    )
    assert outlined(parsed) == [
        "question: How do I leave?",
        "answer: Through the door.",
        "list",
        "  term: More",
        "  definition",
        "    paragraph: Much more.",
    ]


def test_line_ends_make_records_and_two_of_them_a_paragraph():
    parsed = read("<p>Call us:<br>Anna: 441<br>Ben: 442<br>Cleo: 443<br><br>We answer from nine to five.</p>")
    assert outlined(parsed) == [
        "list",
        "  caption: Call us:",
        "  record: Anna: 441",
        "  record: Ben: 442",
        "  record: Cleo: 443",
        "paragraph: We answer from nine to five.",
    ]


def test_a_line_in_bold_stands_for_a_heading():
    parsed = read("<p><strong>Opening hours</strong></p><p>We open at nine.</p>")
    assert outlined(parsed) == ["heading7: Opening hours", "paragraph: We open at nine."]


def test_what_a_button_opens_is_named_by_it():
    page = """
    <h1>Hall</h1><p>Ask us before you come.</p>
    <button class="accordion">Deposit</button> <div class="panel"><p>100 pounds.</p></div>
    <button aria-expanded="false">May I cancel?</button><div><p>Until 28 days before.</p></div>
    <h2><button>Music</button></h2><p>Stops at 23:00.</p><button>Send</button>
    """
    assert outlined(read(page)) == [
        "heading1: Hall",
        "paragraph: Ask us before you come.",
        "list",
        "  term: Deposit",
        "  definition",
        "    paragraph: 100 pounds.",
        "question: May I cancel?",
        "answer: Until 28 days before.",
        "heading2: Music",
        "paragraph: Stops at 23:00.",
    ]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<div><span>Monday</span><span>8:30</span></div>", "Monday 8:30"),
        ("<p><label>Name</label><span>Ada</span></p>", "Name Ada"),
        ('<p><span class="first">O</span>nce upon a time</p>', "Once upon a time"),
        ("<p><b>H</b><i>2</i>O</p>", "H2O"),
    ],
)
def test_spans_that_alone_make_a_block_are_kept_apart(page, text):
    assert read(page).text.strip() == text


def test_raised_digits_and_footnote_marks():
    parsed = read(
        "<p>10<sup>6</sup> m<sup>2</sup> of H<sub>2</sub>O<sup><a href='#n1'>1</a></sup> or “<q>more</q>”."
    )
    assert parsed.text == "10^6 m2 of H2O or ““more””."


def test_invisible_characters_are_left_out():
    assert read("<p>Donau\u00addampf\u200bschiff&nbsp;fahrt</p>").text == "Donaudampfschiff fahrt"


def test_what_is_hidden_is_left_out_but_not_what_opens():
    parsed = read(
        "<p style='display: none'>a</p><p hidden>b</p><p aria-hidden=true>c</p><script>d</script>"
        "<noscript>e</noscript>"
        "<p>Shown.</p><h2><button aria-controls=x1>May I smoke?</button></h2><div id=x1 hidden><p>No.</p>"
        "</div>"
    )
    assert outlined(parsed) == ["paragraph: Shown.", "heading2: May I smoke?", "paragraph: No."]


MENU = "".join(f"<li><a href='/{n}'>Chapter {n}</a></li>" for n in range(9))
PROSE = "".join(
    f"<p>The library keeps book number {n} on the shelf behind the desk, as it did before.</p>"
    for n in range(9)
)


def test_menus_banners_and_footers_are_left_out():
    parsed = read(
        "<title>Shelves | City Library</title><header><a href='/'>City Library</a></header><nav><ul>"
        f"{MENU}</ul></nav>"
        f"<div class='cookie-banner'>We use cookies. <button>Accept</button></div>"
        f"<div class='content'><h1>Shelves</h1>{PROSE}</div><div class=sidebar><ul>{MENU}</ul></div>"
        "<footer>© City Library, Main Street 1</footer>"
    )
    assert [line.partition(":")[0] for line in outlined(parsed)] == ["heading1"] + ["paragraph"] * 9
    assert parsed.text.startswith("Shelves\n\nThe library keeps book number 0")
    assert parsed.text.endswith("number 8 on the shelf behind the desk, as it did before.")
    assert parsed.title == "Shelves"


def test_the_main_part_is_taken_with_the_heading_before_it():
    parsed = read(
        f"<title>Shelves</title><div><h1>Shelves</h1></div><main>{PROSE}</main><div>Other words here.</div>"
    )
    assert outlined(parsed)[0] == "heading1: Shelves"
    assert "Other words" not in parsed.text


def test_a_section_that_is_named_after_its_heading_is_text():
    parsed = read(
        f"<h1>Terms</h1>{PROSE}<section id=newsletter><h2>Newsletter</h2><p>It comes on Mondays.</p>"
        "</section>"
    )
    assert parsed.text.endswith("Newsletter\n\nIt comes on Mondays.")


def test_a_page_of_links_keeps_them():
    parsed = read(f"<h1>Contents</h1><ul>{MENU}</ul>")
    assert outlined(parsed)[-1] == "    paragraph: Chapter 8"


def test_contents_that_lead_into_the_same_page_are_left_out():
    contents = "".join(f"<li><a href='#s{n}'>Part {n}</a></li>" for n in range(5))
    assert outlined(read(f"<h1>Rules</h1><ul>{contents}</ul><p>Be kind.</p>")) == [
        "heading1: Rules",
        "paragraph: Be kind.",
    ]


def test_what_a_page_says_of_itself():
    parsed = read(
        "<title>Rules</title><meta name=author content='Anna Berg'><meta property='article:published_time' "
        "content='2026-03-01'><meta name=keywords content='rules, house'><meta name=description "
        "content='What holds.'>"
        "<p>Be kind.</p>"
    )
    assert parsed.properties == {
        "author": "Anna Berg",
        "date": "2026-03-01",
        "description": "What holds.",
        "keywords": "rules, house",
    }


@pytest.mark.parametrize(
    ("title", "headings", "wanted"),
    [
        ("Refunds | Shop", ["Refunds"], "Refunds"),
        ("Shop – Refunds", ["Refunds"], "Refunds"),
        ("Refunds - Help - Shop", ["Refunds"], "Refunds"),
        ("Refunds | Shop", ["Welcome"], "Refunds | Shop"),
        ("Refunds", ["Refunds and more"], "Refunds"),
        ("", ["Refunds"], ""),
    ],
)
def test_titles(title, headings, wanted):
    assert title_of(title, headings) == wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"<meta charset=windows-1251><p>\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        (
            b"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><p>\x93caf\xe9\x94",
            "“café”",
        ),
        (b"<?xml version='1.0' encoding='Shift_JIS'?><p>\x93\xfa\x96{</p>", "日本"),
        ("<meta charset=iso-8859-1><p>naïve</p>".encode(), "naïve"),
        ("\ufeff<p>é</p>".encode("utf-16"), "é"),
        (b"<meta charset=nonsense><p>plain</p>", "plain"),
    ],
)
def test_encodings(data, wanted):
    assert parse(data, "a.html").text == wanted


def test_bytes_that_the_declared_encoding_lacks_are_counted():
    text, notices = decode_page(b"<meta charset=euc-kr><p>" + "가".encode("euc-kr") * 200 + b"\xff")
    assert text.endswith("\ufffd")
    assert [(notice.kind, notice.count) for notice in notices] == [("replaced", 1)]


def test_xhtml_whose_elements_close_where_they_open():
    parsed = parse(
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script "
        b"src='a.js'/></head>"
        b"<body><p>A<a id='x'/> b.</p><![CDATA[c < d]]></body></html>",
        "a.xhtml",
    )
    assert outlined(parsed) == ["paragraph: A b.", "paragraph: c < d"]
    assert styled(parsed) == []


def test_a_page_of_plain_text_is_read_as_such():
    lines = "\n\n".join(f"Paragraph number {n} goes on\nover two lines of the page." for n in range(12))
    parsed = read(f"<pre>\nNotes\n=====\n\n{lines}</pre>")
    assert outlined(parsed)[0].startswith("heading1: Notes")
    assert outlined(parsed)[1] == "paragraph: Paragraph number 0 goes on\nover two lines of the page."


def test_broken_and_deep_pages():
    assert outlined(read("<p>a<div>b<p>c</b></i><table><tr><td>d")) == [
        "paragraph: a", "paragraph: b", "paragraph: c", "paragraph: d",
    ]  # fmt: skip
    assert read("<div>" * 2_000 + "deep" + "</div>" * 2_000).text == "deep"


def test_a_page_without_words():
    for page in ("", "<html></html>", "<script>x()</script>", "<p>—</p>"):
        with pytest.raises(Unreadable, match=r"^empty of words$"):
            read(page)


def test_bytes_that_are_no_text():
    with pytest.raises(Unreadable, match=r"^binary"):
        parse(bytes(range(256)) * 8, "a.html")
