"""Cells that span columns and rows."""

from index.parsing.grid import Cell, grid


def test_cells_that_span_rows_stand_in_each_of_them():
    found = grid([[Cell("a", rows=2), Cell("b")], [Cell("c")], [Cell("d"), Cell("e")]], heads=0)
    assert found.rows == [["a", "b"], ["a", "c"], ["d", "e"]]


def test_cells_that_span_columns_do_so_in_the_head_only():
    found = grid([[Cell("x", columns=2), Cell("y")], [Cell("a", columns=2), Cell("b")]], heads=1)
    assert found.head == ["x", "x", "y"]
    assert found.rows == [["a", "", "b"]]


def test_rows_that_are_too_short_are_filled():
    assert grid([[Cell("a"), Cell("b"), Cell("c")], [Cell("d")]], heads=0).rows == [
        ["a", "b", "c"],
        ["d", "", ""],
    ]


def test_a_head_is_found_by_its_cells_or_by_numbers_below_it():
    heads = [[Cell("n", head=True), Cell("m", head=True)], [Cell("1"), Cell("2")]]
    assert grid(heads).head == ["n", "m"]
    assert grid([[Cell("name"), Cell("age")], [Cell("a"), Cell("1")], [Cell("b"), Cell("2")]]).head == [
        "name",
        "age",
    ]
    assert grid([[Cell("a"), Cell("1")], [Cell("b"), Cell("2")], [Cell("c"), Cell("3")]]).head == ["", ""]


def test_spans_without_end_stay_within_bounds():
    found = grid([[Cell("a", columns=65_534, rows=65_534)] * 100, [Cell("b")]], heads=0)
    assert len(found.rows) == 2
    assert [len(row) for row in found.rows] == [100, 100]


def test_no_rows():
    assert grid([]).rows == []
