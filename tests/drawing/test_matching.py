"""A quote is found in a text that was laid out anew, or is said not to stand there."""

import pytest

from index.drawing.matching import Letters, find, nearest


def found(document: str, quote: str, other: str, nth: int = 0) -> list[str]:
    start = -1
    for _ in range(nth + 1):
        start = document.index(quote, start + 1)
    spans = find(Letters(document), start, start + len(quote), Letters(other))
    return [other[first:last] for first, last in spans]


@pytest.mark.parametrize(
    ("quote", "other", "there"),
    [
        ("The club met.", "The club\nmet .", "The club\nmet ."),  # ends of lines
        ("The club met.", "The club met!", "The club met"),
        ("(The club met.”)", "((The club met.”))", "(The club met.”)"),
        ("The greenhouse is new.", "The green-\nhouse is new", "The green-\nhouse is new"),
        ("The greenhouse", "The green\u00adhouse", "The green\u00adhouse"),
        ("an efficient office", "an eﬃcient oﬃce", "an eﬃcient oﬃce"),
        ("“Tea” – 2.50", '• "Tea" - 2.50 €', 'Tea" - 2.50'),
        ("a\tb\tc", "a\nb\nc", "a\nb\nc"),
        ("مرحبا بالعالم", "ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ", "ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ"),
    ],
)
def test_what_is_set_otherwise_is_the_same(quote: str, other: str, there: str) -> None:
    assert found(quote, quote, f"Before. {other} After.") == [there]


def test_a_number_is_not_found_within_another() -> None:
    assert found("It costs 12 euros.", "12", "3120 and 12 euros, 123") == ["12"]
    assert found("It costs 12 euros.", "12", "3120 euros, 123") == []


def test_where_no_blanks_are_a_quote_may_begin_within_a_row_of_letters() -> None:
    assert found("我们去北京。", "北京", "昨天我们去北京了") == ["北京"]


def test_of_several_places_that_between_the_same_words_is_taken() -> None:
    document = "Paid: yes. Open: yes. Free: yes."
    other = "yes, yes, yes; Paid: yes — Open: yes — Free: yes"
    spans = find(Letters(document), 17, 20, Letters(other))  # the one of "Open"
    assert document[17:20] == "yes"
    assert spans == [(33, 36)]


def test_of_equal_places_that_as_deep_in_the_text_is_taken() -> None:
    text = "x " * 600 + "yes " + "x " * 600 + "yes " + "x " * 600
    assert find(Letters(text), 2404, 2407, Letters(text)) == [(2404, 2407)]
    assert find(Letters(text), 1200, 1203, Letters(text)) == [(1200, 1203)]


def test_the_number_of_a_footnote_may_stand_in_between_and_is_no_part() -> None:
    quote = "The roof was mended in May by the members."
    assert found(quote, quote, "The roof was mended1 in May 3 by the members.") == [
        "The", "roof", "was", "mended", "in", "May", "by", "the", "members",
    ]  # fmt: skip


def test_a_quote_of_which_words_are_missing_or_far_apart_is_not_found() -> None:
    quote = "The roof was mended in May."
    assert found(quote, quote, "The roof was mended in June.") == []
    assert found(quote, quote, "The roof leaks and was not at all to be mended in May.") == []
    assert found("...", "...", "...") == []


def test_the_nearest_page_has_most_of_the_words() -> None:
    pages = ["the roof and the wall", "the greenhouse was bought", "the end"]
    assert nearest("The club bought the greenhouse", pages) == 1
    assert nearest("the roof", pages) == 0
    assert nearest("nothing", pages) is None
    assert nearest("nothing", []) is None
