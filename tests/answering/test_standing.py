"""Where a quote stands in its document, and how it looks there."""

from dataclasses import replace

import pytest

from bot.answering.standing import standing
from index.parsing import delimited, markdown
from index.parsing.base import Parsed
from index.records import Style
from tests.found import CITED

BOATS = """\
# Boats

| Boat | Seats |
|---|---|
| Avocet | 11 |
| **Heron** | 4 |

Lent out on Sundays.

| Oars | Room |
|---|---|
| long | 3 |
"""


def place(parsed: Parsed, words: str, kind="row"):
    """Where a row with these words is said to stand."""
    start = next(
        block.start for block in parsed.layout.blocks
        if block.kind == kind and words in parsed.text[block.start : block.end]
    )  # fmt: skip
    cited = replace(CITED, start=start, end=start + len(words), kind=kind)
    found = standing(cited, parsed.layout).place
    assert (found.first, found.last, found.headings) == (
        cited.place.first,
        cited.place.last,
        cited.place.headings,
    )
    return found.first_row, found.last_row


@pytest.mark.parametrize(("words", "row"), [("Avocet", 1), ("Heron", 2), ("long", 1)])
def test_rows_are_counted_below_the_heads_of_their_table(words: str, row: int):
    assert place(markdown.parse(BOATS.encode(), "boats.md"), words) == (row, row)


def test_each_table_of_a_file_has_its_own():
    parsed = delimited.parse(b"Item;Price\nCoffee;2.50\nTea;2.00\n", "prices.csv")
    assert place(parsed, "Tea") == (2, 2)


def test_what_is_no_row_has_none():
    assert place(markdown.parse(BOATS.encode(), "boats.md"), "Lent out", "paragraph") == (0, 0)


def test_a_row_that_the_layout_does_not_have_has_no_number():
    parsed = markdown.parse(b"Only a paragraph.\n", "a.md")
    assert standing(replace(CITED, start=5, end=9, kind="row"), parsed.layout).place.first_row == 0


def test_a_quote_has_the_looks_of_its_stretch():
    parsed = markdown.parse(BOATS.encode(), "boats.md")
    start = BOATS.index("Heron")
    cited = replace(CITED, start=start - 4, end=start + 8, kind="row")
    assert standing(cited, parsed.layout).styles == (Style(start, start + 5, "bold"),)
