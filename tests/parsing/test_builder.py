"""Texts that are put together of blocks."""

import pytest

from index.parsing import builder
from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.builder import Builder, Run
from index.records import Block, Notice, Page, Time
from tests.parsing.outlined import outlined, styled


def test_blocks_are_divided_by_empty_lines_and_what_stands_in_one_by_line_ends():
    builder = Builder()
    builder.heading("Club", 1)
    builder.add("paragraph", "We met.")
    with builder.inside("list"):
        with builder.inside("item"):
            builder.add("paragraph", "One")
            with builder.inside("list"), builder.inside("item"):
                builder.add("paragraph", "Inner")
        with builder.inside("item"):
            builder.add("paragraph", "Two")
    builder.add("code", "\n  a = 1\n\n  b = 2\n", keep=True)
    parsed = builder.parsed()
    assert parsed.text == "Club\n\nWe met.\n\nOne\nInner\nTwo\n\n  a = 1\n\n  b = 2"
    assert [(block.kind, block.start, block.end, block.parent) for block in parsed.layout.blocks] == [
        ("heading", 0, 4, -1),
        ("paragraph", 6, 13, -1),
        ("list", 15, 28, -1),
        ("item", 15, 24, 2),
        ("paragraph", 15, 18, 3),
        ("list", 19, 24, 3),
        ("item", 19, 24, 5),
        ("paragraph", 19, 24, 6),
        ("item", 25, 28, 2),
        ("paragraph", 25, 28, 8),
        ("code", 30, 46, -1),
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("  a \t b\u00a0c \n\n  d  ", "a b c\nd"),
        ("a\r\nb", "a\nb"),
        ([Run("a "), Run(" b", "bold"), Run(" "), Run("\n"), Run(" c ")], "a b c"),
        ([Run("a"), Run("b"), Run("  ")], "ab"),
        ([Run("a\n"), Run("\n b")], "a\nb"),
        ([Run(" "), Run("\n")], ""),
        ([], ""),
        ("", ""),
    ],
)
def test_white_space_is_one_blank_or_line_end(words, text):
    builder = Builder()
    builder.add("paragraph", words)
    assert builder.parsed().text == text
    assert len(builder.outline.blocks) == (1 if text else 0)


def test_looks_stand_where_their_words_do():
    builder = Builder()
    builder.add("paragraph", "First.")
    words = [
        Run("  See ", "bold"),
        Run("the "),
        Run("page", "link", "http://x.y"),
        Run(" "),
        Run(" ", "italic"),
    ]
    builder.add("paragraph", [*words, Run("x = 1", "code")])
    parsed = builder.parsed()
    assert parsed.text == "First.\n\nSee the page x = 1"
    assert styled(parsed) == [
        ("bold", "See ", ""),
        ("link", "page", "http://x.y"),
        ("code", "x = 1", ""),
    ]


def test_a_heading_has_one_line():
    builder = Builder()
    builder.heading([Run("The "), Run("big\nplan", "bold"), Run("\n")], 3)
    builder.heading("  ", 1)
    parsed = builder.parsed()
    assert outlined(parsed) == ["heading3: The big plan"]
    assert styled(parsed) == [("bold", "big plan", "")]


def test_rows_have_cells_that_may_be_empty():
    builder = Builder()
    with builder.inside("table"):
        builder.add("caption", "Prices")
        builder.row(["Name", " of\nthe  price ", ""], head=True)
        builder.row(["", "", " "])
        builder.row(["", "Tea", "2"])
    builder.add("paragraph", "After.")
    parsed = builder.parsed()
    assert parsed.text == "Prices\nName\tof the price\t\n\tTea\t2\n\nAfter."
    assert parsed.layout.blocks == (
        Block("table", 0, 32),
        Block("caption", 0, 6, 0),
        Block("head", 7, 25, 0, cells=((7, 11), (12, 24), (25, 25))),
        Block("row", 26, 32, 0, cells=((26, 26), (27, 30), (31, 32))),
        Block("paragraph", 34, 40),
    )


def test_what_stays_empty_is_left_out():
    builder = Builder()
    with builder.inside("list"):
        with builder.inside("item"):
            builder.add("paragraph", " ")
        with builder.inside("item"):
            pass
    with builder.inside("table"):
        builder.row(["", ""])
    builder.add("paragraph", "Text.")
    parsed = builder.parsed()
    assert (parsed.text, outlined(parsed)) == ("Text.", ["paragraph: Text."])


def test_pages_and_times_stand_where_they_begin():
    builder = Builder()
    builder.page("i", 595, 842)
    builder.add("paragraph", "One.")
    builder.page("ii")
    builder.page("iii")
    builder.time(1.5)
    builder.add("paragraph", "Two.")
    parsed = builder.parsed()
    assert parsed.text == "One.\n\nTwo."
    assert parsed.layout.pages == (Page("i", 0, 4, 595, 842), Page("ii", 4, 4), Page("iii", 4, 10))
    assert parsed.layout.times == (Time(6, 1.5),)


def test_what_else_is_known():
    builder = Builder()
    builder.add("paragraph", "Text.")
    assert builder.length == 5
    parsed = builder.parsed(
        title=" The \n title ",
        properties={"author": "Zoë", "date": ""},
        notices=[Notice("scanned", 2)],
        attachments=[Attachment("a.txt", b"x")],
    )
    assert parsed.title == "The title"
    assert parsed.properties == {"author": "Zoë"}
    assert parsed.notices == (Notice("scanned", 2),)
    assert parsed.attachments == (Attachment("a.txt", b"x"),)


def test_nothing():
    assert Builder().parsed() == Parsed("")


def test_no_text_grows_without_end(monkeypatch):
    monkeypatch.setattr(builder, "MOST_CHARACTERS", 12)
    text = Builder()
    text.add("paragraph", "One two.")
    with pytest.raises(Unreadable, match=r"^makes more than 12 characters of text$"):
        text.add("paragraph", "Three.")
