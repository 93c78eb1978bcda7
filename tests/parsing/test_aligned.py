"""Columns: what keeps the cells of a line apart, and which lines are a table."""

import pytest

from index.parsing.aligned import cells_of, rows_of
from index.parsing.lines import Line, lines_of


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a  b   c", ["a", "b", "c"]),
        ("a\tb c\t\td", ["a", "b c", "d"]),
        ("a b", ["a b"]),
        ("a", ["a"]),
    ],
)
def test_cells_are_kept_apart_by_wide_gaps(text, cells):
    line = Line(0, len(text), text)
    assert [text[start:end] for start, end in cells_of(line)] == cells


def test_cells_stand_where_their_characters_do():
    assert cells_of(Line(10, 20, "ab  cd", [10, 12, 13, 14, 17, 19])) == ((10, 13), (17, 20))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a  b\nc  d", [["a", "b"], ["c", "d"]]),
        ("a b\nc d", []),
        ("a  b\nc", []),
        ("a  b\nc  d\ne  f\ng  h  i", [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h  i"]]),
        ("| a | b |\n| c |   |", [["a", "b"], ["c", ""]]),
        ("n\tof\tsaid\n1\t\tx\n2\ty", [["n", "of", "said"], ["1", "", "x"], ["2", "y", ""]]),
        ("2.1  Adults pay.\n2.2  Juniors do not.", []),  # numbered, and no table
        ("A.  Quiz\nB.  Papers", []),
        ("10  office\n20  guests", [["10", "office"], ["20", "guests"]]),
    ],
)
def test_lines_with_columns_are_rows(text, rows):
    found = rows_of(lines_of(text))
    assert [[text[start:end] for start, end in row] for row in found] == rows
