"""Headings as units: exact slices of the passages that they begin, each under the headings above it."""

from index.records import Layout
from index.units.headings import headings_above
from tests.answering.units import layout_of, units_of

DESK = """\
# Front desk

## Services

We offer the following to guests.

### Laundry

Bags before nine come back the same day. They are folded.

### **Luggage** storage

Free until midnight.

## Opening: 7 to 22

Ring the bell at night.

## Forms

### Refund

### Complaint
"""


def test_headings_stand_under_those_above_them_and_are_shown_without_markup():
    units = units_of(DESK)
    found = headings_above(units, layout_of(units))
    assert [(one.shown, one.context.headings) for one in found] == [
        ("Services", ()),
        ("Laundry", ("Services",)),
        ("Luggage storage", ("Services",)),
        ("Opening: 7 to 22", ()),
        ("Forms", ()),
        ("Refund", ("Forms",)),
        ("Complaint", ("Forms",)),
    ]
    for one in found:
        assert one.kind == "heading"
        assert one.context.document == ("a", "Front desk")
        assert one.passage.start <= one.start < one.end <= one.passage.end
        assert DESK[one.start : one.end] == one.text


def test_headings_that_are_units_stay_what_they_are():
    units = units_of(DESK)
    found = {one.shown: one for one in headings_above(units, layout_of(units))}
    assert [one for one in units if one.kind == "heading"] == [
        found[name] for name in ("Opening: 7 to 22", "Forms", "Refund", "Complaint")
    ]


def test_without_units_or_a_layout_there_are_none():
    units = units_of(DESK)
    assert headings_above([], layout_of(units)) == []
    assert headings_above(units, Layout()) == []


def test_only_headings_of_the_passages_that_were_asked_for():
    units = units_of(DESK)
    below = [one for one in units if one.context.headings == ("Services", "Luggage storage")]
    assert [one.shown for one in headings_above(below, layout_of(units))] == ["Luggage storage"]
