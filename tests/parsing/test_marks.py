"""Marks around lines: of quoted mail, of a box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing.lines import lines_of
from index.parsing.marks import bared, heading_of


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("> Hi Ann\n>\n> > it is\n>> me", ["Hi Ann", "", "it is", "me"]),
        ("> alone\nand on", ["> alone", "and on"]),
        ("*****\n*  WARNING!  *\n*  It is hot.\n*****", ["*****", "WARNING!", "It is hot.", "*****"]),
        ("*****\n*           *\n*  Hot  *\n*****", ["*****", "", "Hot", "*****"]),
        ("* one\n* two", ["* one", "* two"]),
        ("*****\n* one\ntwo\n*****", ["*****", "* one", "two", "*****"]),
        ("*****", ["*****"]),
        ("", []),
    ],
)
def test_marks_around_lines_are_left_out(text, bare):
    found = bared(lines_of(text))
    assert [line.text for line in found] == bare
    assert all(text[line.start : line.end] == line.text for line in found)


@pytest.mark.parametrize(
    ("line", "name", "level"),
    [
        ("## Fees", "Fees", 2),
        ("# Fees ##", "Fees", 1),
        ("# Learning C#", "Learning C#", 1),
        ("=== Opening hours ===", "Opening hours", 3),
        ("---- parking ----", "parking", 2),
    ],
)
def test_headings_by_marks(line: str, name: str, level: int):
    heading = heading_of(line)
    assert heading is not None
    assert (line[heading.start : heading.end], heading.level) == (name, level)


@pytest.mark.parametrize("line", ["#Fees", "Fees", "=====", "# ", "#######  Fees", "== What is due? =="])
def test_no_headings(line: str):
    assert heading_of(line) is None


@given(st.text(alphabet="#=- \taB.?"))
def test_the_name_of_a_heading_lies_in_its_line(line: str):
    heading = heading_of(line)
    assert heading is None or 0 <= heading.start <= heading.end <= len(line)
