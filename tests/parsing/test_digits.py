"""Digits of a file in, a whole number out, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing.digits import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("9" * 5000, None),  # which int() refuses
        ("-1", None),
        ("1.0", None),
        ("٣", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_what_is_a_number(text: str | None, number: int | None):
    assert whole_number(text) == number


@pytest.mark.parametrize(("text", "number"), [("99", 99), ("100", None)])
def test_more_than_may_be_is_none(text: str, number: int | None):
    assert whole_number(text, 99) == number


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text: str):
    number = whole_number(text)
    assert number is None or int(text) == number
