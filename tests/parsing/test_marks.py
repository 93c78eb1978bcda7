"""Marks around lines: of quoted mail, of a box."""

import pytest

from index.parsing.lines import lines_of
from index.parsing.marks import bared


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
