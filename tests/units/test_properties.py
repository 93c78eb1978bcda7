"""What holds of every text: blocks nest, units are exact slices of it, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import load
from index.parsing import markdown, plain
from index.parsing.base import Unreadable
from index.records import Document, Layout
from tests.examples import examples
from tests.units.promises import check, check_layout, tokens


def words(text: str) -> int:
    return len(text.split())


def quarters(text: str) -> int:
    return -(-len(text) // 4)


def squares(text: str) -> int:
    """More for a whole than for its parts, as with words that a model does not know."""
    return len(text) ** 2 // 4


PIECES = [
    "The club met. ", "Was it? ", "no end", "Dr. Who vs. Mr. X. ", "a.b.c ", "3.14 ", "x" * 40, "_", "é",
    "e\u0301\u0308", "😀👩\u200d👧", "会议于星期一举行。", "🇫🇷", "ß", "²", "…", "!?", "«a» ", "(b)", " ",
    "\u00a0", "\u2003", "\t", "\n", "\r", "\r\n", "\n\n", "\r\n \r\n", "\r\r", "\n   \n", "\u2028", "\n    ",
    "ab" * 30, ";", "x: ", "\x0b", "\x0c", "\x85", "12. Juli ", "at 5 p.m. We ",
]  # fmt: skip
PLAIN = [
    "Heading\n\n", "HEADING\n\n", "Title\n=====\n\n", "Part\n----\n", "1.2 Part\n\n", "\n# M\n", "\n- i ",
    "\n  * j ", "\n1. k ", "\n\ta) l ", "\nQ: what? ", "\nA: that ", "\nAnna: hi", "\nBen: ho", "Name:\n",
    "Tea 2.50\n", "Key: value\n", "a\tb\tc\n", "Name      Phone\n", "From: a@b.c\nSubject: x\n\n",
    "****\n", "[10:01] Anna: yes\n",
]  # fmt: skip
MARKED = [
    "# H\n", "\n\n## Sub *x*\n\n", "\nT\n===\n", "- i\n", "1. ", "> q\n", "```\n", "|a|\n|-|\n|c|\n",
    "---\n", "[r]: http://x.y\n\n", "<p>\n", "\n\n!!!\n\n", "    code\n", "**bold** ", "*it* ", "`co` ",
    "[l](u \"t\") ", "[r] ", "![i](p) ", "&amp; ", "\\* ", "{#x} ", "{{< t >}}", "{% y %}", "<!-- c -->",
    "<b>t</b>", "<br>", "[^1]", "\n| Name | Price |\n|---|--:|\n| Tea | 2 \\| 3 |\n| | x |\n\n",
    "\n\n**Bold line**\n\n", "---\na: b\n---\n", "<div>a\n", "</div>\n\n", "~~~\n", "  - j\n", "   1) k\n",
    "<http://a.b> ", "~~s~~ ", "**What is it?**\n", "\n:::\n", "- [ ] t\n", "- [x] u\n",
    "\n\n<details><summary>s</summary>\n\n", "\n\n</details>\n\n", "\n\n<details>\n<summary>",
]  # fmt: skip
NO_CONTROLS = st.characters(exclude_categories=["Cs", "Cc"])
ANYTHING = st.text(NO_CONTROLS, max_size=80)


def texts(pieces: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.lists(st.sampled_from(PIECES + 2 * pieces), max_size=25).map("".join), ANYTHING)


SIZES = [
    (words, 8, 3),
    (words, 1, 0),
    (tokens, 12, 6),
    (quarters, 5, 9),
    (quarters, 1, 1),
    (tokens, 200, 40),
    (squares, 9, 2),
]


@pytest.mark.parametrize(("count", "max_tokens", "min_tokens"), SIZES)
@examples(60)
@given(text=texts(PLAIN))
def test_every_plain_text_is_divided_into_exact_slices(count, max_tokens, min_tokens, text):
    parsed = plain.parse(text.encode(), "a.txt")
    assert parsed.text == text.removeprefix("\ufeff")
    check_layout(parsed)
    check(Document("a", "a", parsed.text, "", parsed.layout), count, max_tokens, min_tokens)


@pytest.mark.parametrize(("count", "max_tokens", "min_tokens"), SIZES)
@examples(60)
@given(text=texts(MARKED))
def test_every_markdown_text_is_divided_into_exact_slices(count, max_tokens, min_tokens, text):
    parsed = markdown.parse(text.encode(), "a.md")
    assert parsed.text == text.removeprefix("\ufeff")
    check_layout(parsed)
    check(Document("a", "a", parsed.text, "", parsed.layout), count, max_tokens, min_tokens)


@given(text=texts(PLAIN))
def test_no_word_of_a_plain_text_is_lost(text):
    parsed = plain.parse(text.encode(), "a.txt")
    within = [False] * len(parsed.text)
    for one in parsed.layout.markup:
        within[one.start : one.end] = [True] * (one.end - one.start)
    for block in parsed.layout.blocks:
        within[block.start : block.end] = [True] * (block.end - block.start)
    assert all(there or not character.isalnum() for there, character in zip(within, parsed.text, strict=True))


@given(text=ANYTHING)
def test_a_text_without_layout_is_one_paragraph(text):
    check(Document("a", "a", text, "", Layout()), tokens, 20, 5)


LOOSE = [
    "Term\n",
    "\n: it is\n",
    "[^1]: note\n",
    "{{< a\n b >}}",
    "`c\nd` ",
    "\n    ",
    "> ",
    "\n:::\n",
    "\\",
    "\u3000",
]


@examples(200)
@given(text=st.lists(st.sampled_from(PIECES + PLAIN + MARKED + LOOSE), max_size=25).map("".join))
def test_whatever_a_text_holds_it_is_divided(text):
    for source in ("a.txt", "a.md"):
        try:
            [document] = load(source, text.encode())
        except Unreadable as reason:
            assert str(reason) in ("no text in it", "empty")
            continue
        check(document, tokens, 30, 5)


@pytest.mark.parametrize("parse", [plain.parse, markdown.parse])
@given(data=st.binary(max_size=60))
def test_any_bytes_are_parsed_or_refused(parse, data):
    try:
        parsed = parse(data, "a")
    except Unreadable as reason:
        assert str(reason).startswith("binary, ")
        return
    check(Document("a", "a", parsed.text, "", parsed.layout), tokens, 30, 5)


@pytest.mark.parametrize("cell", ["\u200b", "\u200d"])
def test_a_cell_without_a_shape_leads_back_to_the_others(cell: str):
    for source, text in (("a.csv", f"{cell}\t0"), ("a.md", f"| a | b |\n|---|---|\n|{cell}|c|\n")):
        [document] = load(source, text.encode())
        check(document, tokens, 30, 5)
