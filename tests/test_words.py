"""Where something stands, and what should be known of a document, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plain import line
from bot.words import notice_in_words, place_in_words
from index.records import Locator, Notice


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Locator(), ""),
        (Locator(first=1, last=1), "paragraph 1"),
        (Locator(first=4, last=5), "paragraphs 4–5"),
        (Locator(page="2"), "page 2"),
        (Locator(page="iv", first=3, last=3), "page iv, paragraph 3"),
        (Locator(headings=("Results",)), "Results"),
        (Locator(headings=("Results", "Costs"), first=4, last=5), "Results › Costs, paragraphs 4–5"),
        (Locator(headings=("Report", "Results", "Costs")), "Results › Costs"),  # the innermost two
        (
            Locator(page="2", headings=("Results", "Costs"), first=4, last=5),
            "page 2, Results › Costs, paragraphs 4–5",
        ),
        (Locator(headings=("Prices",), first=1, last=9, first_row=3, last_row=3), "Prices, row 3"),
        (Locator(first=1, last=9, first_row=3, last_row=5), "rows 3–5"),
        (Locator(time=0.0), "0:00"),
        (Locator(time=59.99), "0:59"),
        (Locator(time=65.0, first=2, last=2), "1:05, paragraph 2"),
        (Locator(time=3600.0), "1:00:00"),
        (Locator(time=36_125.5, headings=("Talk",)), "10:02:05, Talk"),
    ],
)
def test_a_place_in_words(place: Locator, words: str):
    assert place_in_words(place) == words


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (Notice("scanned", 1), "one page is a picture without text"),
        (Notice("scanned", 12), "12 pages are pictures without text"),
        (Notice("replaced", 1), "one byte was no text and was replaced"),
        (Notice("replaced", 3), "3 bytes were no text and were replaced"),
    ],
)
def test_a_notice_in_words(notice: Notice, words: str):
    assert notice_in_words(notice) == words


@given(
    st.builds(
        Locator,
        st.just("") | st.text(max_size=5).filter(line),
        st.lists(st.text(min_size=1, max_size=5).filter(line), max_size=4).map(tuple),
        st.integers(0, 9),
        st.integers(0, 9),
        st.none() | st.floats(0, 1e6),
    )
)
def test_any_place_has_words(place: Locator):
    words = place_in_words(place)
    assert bool(words) == bool(place.page or place.headings or place.first or place.time is not None)
