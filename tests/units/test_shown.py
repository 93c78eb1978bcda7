"""What of a stretch is shown."""

import pytest

from index.records import Document, Layout, Markup, Part
from index.units.shown import Shower, shown

TEXT = "0123456789"


def shower(*markup: Markup) -> Shower:
    return Shower(Document("a", "a", TEXT, "", Layout(markup=markup)))


@pytest.mark.parametrize(
    ("markup", "stretch", "parts"),
    [
        ([], (2, 5), [Part(2, 5)]),
        ([], (2, 2), []),
        ([Markup(3, 4)], (2, 6), [Part(2, 3), Part(4, 6)]),
        ([Markup(0, 2), Markup(8, 10)], (0, 10), [Part(2, 8)]),
        ([Markup(0, 4)], (2, 6), [Part(4, 6)]),
        ([Markup(4, 8)], (2, 6), [Part(2, 4)]),
        ([Markup(0, 10)], (2, 6), []),
        ([Markup(0, 2), Markup(6, 8)], (2, 6), [Part(2, 6)]),
        ([Markup(3, 4), Markup(4, 5)], (2, 6), [Part(2, 3), Part(5, 6)]),
        ([Markup(3, 5, "&")], (2, 6), [Part(2, 3), Part(5, 6, "&")]),
        ([Markup(2, 4, "&")], (2, 6), [Part(4, 6, "&")]),
        ([Markup(4, 6, "&")], (2, 6), [Part(2, 4), Part(6, 6, "&")]),
        ([Markup(2, 4, "<"), Markup(4, 6, ">")], (2, 6), [Part(6, 6, "<>")]),
        ([Markup(2, 3, "<"), Markup(4, 5), Markup(5, 6, ">")], (2, 7), [Part(3, 4, "<"), Part(6, 7, ">")]),
    ],
)
def test_markup_is_left_out_and_what_stands_for_it_comes_before_the_next_part(markup, stretch, parts):
    assert shower(*markup).parts(*stretch) == parts
    assert shower(*markup).shown(*stretch) == "".join(
        part.before + TEXT[part.start : part.end] for part in parts
    )


def test_the_first_part_stands_after_what_is_given():
    assert shower(Markup(2, 3)).parts(2, 5, "Name: ") == [Part(3, 5, "Name: ")]
    assert shown(TEXT, [Part(3, 5, "Name: "), Part(7, 8, "; ")]) == "Name: 34; 7"


def test_cells_of_a_row_stand_after_the_names_of_their_columns():
    cells = [(0, 2), (3, 3), (4, 6), (7, 9)]
    none = shower()
    assert shown(TEXT, none.row(cells, ["Name", "Phone", "Room:", ""])) == "Name: 01 · Room: 45 · 78"
    assert shown(TEXT, none.row(cells, [])) == "01 · 45 · 78"
    assert shown(TEXT, none.row(cells, ["Name"])) == "Name: 01 · 45 · 78"
    assert none.row([(3, 3)], ["Name"]) == []


def test_cells_are_shown_without_markup():
    marked = shower(Markup(0, 1), Markup(5, 6, "&"))
    parts = marked.row([(0, 2), (4, 7)], ["A", "B"])
    assert parts == [Part(1, 2, "A: "), Part(4, 5, " · B: "), Part(6, 7, "&")]
