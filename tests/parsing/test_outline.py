"""Blocks as they are noted down."""

from index.parsing.outline import Outline, merged
from index.records import Block, Layout, Markup, Page, Style, Time


def test_what_holds_others_grows_with_them():
    outline = Outline()
    whole = outline.add("list", 2, 2)
    item = outline.add("item", 2, 2, whole)
    outline.add("paragraph", 4, 9, item)
    other = outline.add("item", 10, 12, whole)
    assert (whole, item, other) == (0, 1, 3)
    assert outline.layout().blocks == (
        Block("list", 2, 12),
        Block("item", 2, 9, 0),
        Block("paragraph", 4, 9, 1),
        Block("item", 10, 12, 0),
    )


def test_a_layout_is_sorted_and_its_parents_are_renumbered():
    outline = Outline()
    outline.add("paragraph", 20, 25)
    table = outline.add("table", 5, 5)
    outline.add("row", 5, 8, table, cells=((5, 6), (7, 8)))
    outline.add("heading", 0, 3, level=2)
    outline.styles += [Style(7, 8, "bold"), Style(5, 6, "italic"), Style(5, 8, "link", "u")]
    outline.pages.append(Page("1", 0, 25))
    outline.times.append(Time(5, 1.5))
    outline.hide(22, 23)
    outline.hide(1, 2, "x")
    assert outline.layout() == Layout(
        (
            Block("heading", 0, 3, level=2),
            Block("table", 5, 8),
            Block("row", 5, 8, 1, cells=((5, 6), (7, 8))),
            Block("paragraph", 20, 25),
        ),
        (Markup(1, 2, "x"), Markup(22, 23)),
        (Style(5, 8, "link", "u"), Style(5, 6, "italic"), Style(7, 8, "bold")),
        (Page("1", 0, 25),),
        (Time(5, 1.5),),
    )


def test_markup_of_no_characters_is_none():
    outline = Outline()
    outline.hide(3, 3, "x")
    assert outline.markup == []


def test_markup_that_overlaps_is_made_one():
    assert merged([]) == ()
    assert merged([Markup(5, 9), Markup(0, 2, "a"), Markup(2, 4, "b")]) == (
        Markup(0, 2, "a"),
        Markup(2, 4, "b"),
        Markup(5, 9),
    )
    assert merged([Markup(3, 6, "x"), Markup(0, 5, "y")]) == (Markup(0, 6, "y"),)
    assert merged([Markup(0, 9, "x"), Markup(2, 4, "y"), Markup(8, 12)]) == (Markup(0, 12, "x"),)
    assert merged([Markup(0, 4), Markup(0, 4, "x")]) == (Markup(0, 4),)


def test_an_empty_outline():
    assert Outline().layout() == Layout()


def test_a_link_to_an_endless_address_is_none():
    outline = Outline()
    outline.add("paragraph", 0, 9)
    outline.styles += [Style(0, 4, "link", "u" * 2_000), Style(5, 9, "link", "u" * 2_001)]
    assert [style.start for style in outline.layout().styles] == [0]
