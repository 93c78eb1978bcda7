"""Documents divided by hand: passages, units, and where they stand."""

import re

import pytest

from index.documents import load
from index.records import Block, Context, Document, Layout, Locator, Page, Part, Time
from index.units.divide import divide


def words(text: str) -> int:
    return len(text.split())


def passages(
    text: str, source: str = "a.txt", *, max_tokens: int = 100, min_tokens: int = 0
) -> list[tuple[Locator, str]]:
    """Locators and texts of the passages."""
    [document] = load(source, text.encode())
    parts = divide(document, words, max_tokens=max_tokens, min_tokens=min_tokens)
    return [(passage.locator, passage.text) for passage, _ in parts]


def units(text: str, source: str = "a.txt", *, max_tokens: int = 100, min_tokens: int = 0) -> list[list[str]]:
    """What is shown of the units of each passage."""
    [document] = load(source, text.encode())
    parts = divide(document, words, max_tokens=max_tokens, min_tokens=min_tokens)
    return [[unit.shown for unit in units] for _, units in parts]


def kinds(text: str, source: str = "a.txt") -> list[tuple[str, str]]:
    [document] = load(source, text.encode())
    parts = divide(document, words, max_tokens=100, min_tokens=100)
    return [(unit.kind, unit.shown) for _, units in parts for unit in units]


def at(first: int, last: int = 0, *headings: str) -> Locator:
    return Locator(headings=headings, first=first, last=last or first)


# ------------------------------------------------------------------------------------ passages


def test_short_paragraphs_are_joined_until_they_are_long_enough():
    text = "One two.\n\nThree four.\n\nFive six.\n\nSeven."
    assert passages(text, max_tokens=10, min_tokens=4) == [
        (at(1, 2), "One two.\n\nThree four."),
        (at(3, 4), "Five six.\n\nSeven."),
    ]
    assert passages(text, max_tokens=3, min_tokens=4) == [
        (at(1), "One two."),
        (at(2), "Three four."),
        (at(3, 4), "Five six.\n\nSeven."),
    ]
    assert len(passages(text, max_tokens=10, min_tokens=0)) == 4


def test_paragraphs_are_never_joined_across_a_heading():
    text = "# Notes\n\nBefore.\n\n## Plans\n\nOne.\n\nTwo.\n\n## Decisions\n\nThree.\n\nFour.\n"
    assert passages(text, "a.md", max_tokens=50, min_tokens=50) == [
        (at(1), "Notes\n\nBefore."),
        (at(1, 2, "Plans"), "Plans\n\nOne.\n\nTwo."),
        (at(1, 2, "Decisions"), "Decisions\n\nThree.\n\nFour."),
    ]
    assert passages(text, "a.md", max_tokens=50, min_tokens=0)[2:] == [
        (at(2, 2, "Plans"), "Two."),
        (at(1, 1, "Decisions"), "Decisions\n\nThree."),
        (at(2, 2, "Decisions"), "Four."),
    ]


def test_what_was_asked_stays_with_its_answer():
    text = "What does it cost?\n\nNine euros.\n\nCash only.\n\nWhen is it open?\n\nFrom nine to five."
    assert units(text) == [
        ["What does it cost?", "Nine euros."],
        ["Cash only."],
        ["When is it open?", "From nine to five."],
    ]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("- one one\n- two two\n  - three three\n- four four", "a.md"),
        ("one 1\ntwo 2\nthree 3", "a.txt"),
        ("|a|b|\n|-|-|\n|1|2|\n|3|4|\n|5|6|", "a.md"),
    ],
)
def test_entries_of_one_list_are_read_together(text, source):
    assert len(passages(text, source)) == 1
    divided = units(f"{text}\n\nAfter.", source)
    assert divided[1:] == [["After."]]


def test_a_list_too_long_is_divided_between_its_items():
    text = "\n".join(f"- item number {n}" for n in range(5))
    assert [part for _, part in passages(text, "a.md", max_tokens=8)] == [
        "item number 0\n- item number 1",
        "item number 2\n- item number 3",
        "item number 4",
    ]


def test_two_lists_are_two_passages():
    assert units("- one\n- two\n\n1. three\n2. four", "a.md") == [["one", "two"], ["three", "four"]]


def test_a_long_paragraph_is_divided_between_sentences():
    text = "The club met today. Alice came late. Bob stayed at home. Nobody spoke."
    assert passages(text, max_tokens=8) == [
        (at(1), "The club met today. Alice came late."),
        (at(1), "Bob stayed at home. Nobody spoke."),
    ]


def test_a_sentence_too_long_is_cut_at_the_best_place():
    text = "Short one. The first part is here; the second part, which is longer, follows here at once."
    assert [part for _, part in passages(text, max_tokens=6)] == [
        "Short one.",
        "The first part is here;",
        "the second part, which is longer,",
        "follows here at once.",
    ]


def test_a_run_without_spaces_is_cut_anywhere():
    [document] = load("a.txt", b"x" * 10)
    parts = divide(document, len, max_tokens=4, min_tokens=0)
    assert [(passage.start, passage.end) for passage, _ in parts] == [(0, 2), (2, 5), (5, 7), (7, 10)]


def test_letters_without_a_blank_are_cut_though_an_encoder_takes_them_for_one_token():
    [document] = load("a.txt", b"x" * 9000 + b" end.")
    parts = divide(document, words, max_tokens=20, min_tokens=0)
    assert max(passage.end - passage.start for passage, _ in parts) <= 20 * 100
    assert "".join(passage.text for passage, _ in parts).replace(" ", "") == "x" * 9000 + "end."


def test_a_row_too_long_is_divided_as_a_text_is():
    text = "| Name | Says |\n|--|--|\n| Anna | " + "word " * 12 + "|\n| Ben | no |"
    divided = units(text, "a.md", max_tokens=8)
    assert divided[-1] == ["Name: Ben · Says: no"]
    assert [one for units in divided[:-1] for one in units] == [
        "Anna | word word word word word word",
        "word word word word word word",
    ]


def test_a_document_without_layout_is_one_paragraph():
    [(passage, found)] = divide(Document("a", "a", " 1st. 2nd. ", ""), words, max_tokens=9, min_tokens=0)
    assert (passage.start, passage.end, passage.locator) == (1, 10, at(1))
    assert [unit.text for unit in found] == ["1st.", "2nd."]


@pytest.mark.parametrize("text", ["", " \n", "!!! …", "---"])
def test_a_document_without_words_has_no_passages(text):
    assert divide(Document("a", "a", text, ""), words, max_tokens=9, min_tokens=0) == []


# ------------------------------------------------------------------------------------ locators


@pytest.mark.parametrize(
    ("text", "locators"),
    [
        ("# A\n\n## B\n\nx", [at(1, 1, "B")]),
        ("# A\n\nx\n\n## B\n\ny\n\n### C\n\nz", [at(1), at(1, 1, "B"), at(1, 1, "B", "C")]),
        ("# A\n\n## B\n\nx\n\n# C\n\ny", [at(1, 1, "A", "B"), at(1, 1, "C")]),
        ("### A\n\nx\n\n## B\n\ny", [at(1, 1, "A"), at(1, 1, "B")]),
        ("## A\n\nx\n\ny\n\n## B\n\nz", [at(1, 1, "A"), at(2, 2, "A"), at(1, 1, "B")]),
        ("x\n\n# End", [at(1), Locator()]),
        ("x\n\n## End", [at(1), Locator(headings=("End",))]),
        ("#\n\nx", [at(1)]),
        ("# A\n\n##\n\nx", [at(1)]),
        ("## A\n\nx\n\n##\n\ny", [at(1), at(2)]),
        ("Two\nlines\n---\n\nx\n\n# A", [at(1, 1, "Two lines"), Locator(headings=("A",))]),
    ],
)
def test_locators_name_headings_and_count_paragraphs_within_them(text, locators):
    assert [locator for locator, _ in passages(text, "a.md", max_tokens=50, min_tokens=1)] == locators


def test_locators_name_pages():
    layout = Layout(
        blocks=(Block("paragraph", 0, 4), Block("heading", 5, 11, level=1), Block("paragraph", 12, 16)),
        pages=(Page("iv", 0, 4), Page("1", 5, 16)),
    )
    document = Document("a.pdf", "a", "One.\nCosts.\nTwo.", "", layout)
    divided = divide(document, words, max_tokens=20, min_tokens=0)
    assert [passage.locator for passage, _ in divided] == [
        Locator("iv", (), 1, 1),
        Locator("1", ("Costs.",), 1, 1),
    ]


@pytest.mark.parametrize(
    ("kind", "locators"),
    [
        ("paragraph", [Locator("1", (), 1, 1), Locator("2", (), 2, 2)]),
        ("heading", [Locator("2", ("One.",), 1, 1)]),
        ("question", [Locator("2", (), 1, 2)]),
    ],
)
def test_a_page_ends_a_passage_unless_what_was_named_or_asked_follows(kind, locators):
    blocks = (Block(kind, 0, 4, level=int(kind == "heading")), Block("paragraph", 5, 9))
    layout = Layout(blocks, pages=(Page("1", 0, 4), Page("2", 5, 9)))
    document = Document("a.pdf", "a", "One.\nTwo.", "", layout)
    divided = divide(document, words, max_tokens=20, min_tokens=9)
    assert [passage.locator for passage, _ in divided] == locators


def test_locators_name_the_second_of_a_recording():
    blocks = tuple(Block("paragraph", start, start + 4) for start in (0, 5, 10))
    layout = Layout(blocks, times=(Time(5, 1.5), Time(10, 60.0)))
    document = Document("a.srt", "a", "One.\nTwo.\nSix.", "", layout)
    divided = divide(document, words, max_tokens=20, min_tokens=0)
    assert [passage.locator.time for passage, _ in divided] == [None, 1.5, 60.0]


# ------------------------------------------------------------------------------------ units


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# Plans\n\nWe meet.\n\n## Notes\n", ["We meet.", "Notes"]),
        ("# Plans\n\n!!!\n", ["Plans"]),
        ("# Only a heading", ["Only a heading"]),
        ("# A\n\n## B\n\nWe meet.", ["We meet."]),
    ],
)
def test_a_heading_is_a_unit_where_no_text_follows(text, found):
    assert [unit for group in units(text, "a.md") for unit in group] == found


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Plans", False),
        ("Opening hours", False),
        ("Chapter 3", True),
        ("2024", False),
        ("Price: nine euros", True),
        ("Opening hours:", False),
        ("Minutes of the garden club", True),
        ("We meet at school", False),
    ],
)
def test_a_heading_over_a_text_is_a_unit_only_if_it_says_something(heading, says):
    found = kinds(f"# A\n\n## {heading}\n\nText.\n", "a.md")
    assert found == [*[("heading", heading)] * says, ("paragraph", "Text.")]


def test_a_heading_that_asks_is_a_question():
    assert kinds("# A\n\n## What does it cost?\n\nNine.\n", "a.md") == [
        ("question", "What does it cost?"),
        ("paragraph", "Nine."),
    ]


def test_units_have_the_kind_of_their_block():
    text = "---\nauthor: Zoë\n---\n# A\n\nText.\n\n- Item\n\n  More of it.\n\n> Said.\n\n"
    assert kinds(text + "|h|\n|-|\n|c|\n\n```\ncode\n```\n", "a.md") == [
        ("property", "author: Zoë"),
        ("paragraph", "Text."),
        ("item", "Item"),
        ("paragraph", "More of it."),
        ("paragraph", "Said."),
        ("row", "h: c"),
        ("code", "code"),
    ]
    assert kinds("Anna: Hi.\nBen: Ho.\nAnna: Who?\nBen: You.\n\nPrices:\nTea 2.50\nCake 3.20") == [
        ("turn", "Anna: Hi."),
        ("turn", "Ben: Ho."),
        ("question", "Anna: Who?"),
        ("turn", "Ben: You."),
        ("record", "Tea 2.50"),
        ("record", "Cake 3.20"),
    ]


def test_a_short_item_is_one_unit_and_a_long_one_is_divided():
    three = "One is here. Two is here. Three is here."
    assert units(f"- {three}\n- {three} Four is here.\n", "a.md") == [
        [three, "One is here.", "Two is here.", "Three is here.", "Four is here."]
    ]
    long = "Word " * 46 + "here."
    assert units(f"- {long} {long}\n", "a.md") == [[long, long]]


@pytest.mark.parametrize("rows", [10, 11, 23])
def test_code_is_divided_into_ten_lines_each(rows):
    lines = [f"line {n}" for n in range(rows)]
    [found] = units("```\n" + "\n".join(lines) + "\n```\n", "a.md")
    assert found == ["\n".join(lines[start : start + 10]) for start in range(0, rows, 10)]


def test_code_is_best_divided_where_a_line_is_empty():
    lines = ["a = 1", "b = 2", "", *(f"x{n} = {n}" for n in range(4)), "", *(f"y{n} = {n}" for n in range(3))]
    [found] = units("```\n" + "\n".join(lines) + "\n```\n", "a.md")
    assert found == ["\n".join(lines[:7]), "\n".join(lines[8:])]


def test_units_are_exact_slices_and_say_what_is_shown():
    text = "Some **bold** words &amp; a [link](http://x.y).\n\n| Name | Price |\n|---|---|\n| *Tea* | |\n"
    [document] = load("a.md", text.encode())
    [(passage, [first]), (_, [second])] = divide(document, words, max_tokens=99, min_tokens=0)
    assert first.text == passage.text == text[:47]
    assert first.shown == "Some bold words & a link."
    assert first.parts == (
        Part(0, 5),
        Part(7, 11),
        Part(13, 20),
        Part(25, 28, "&"),
        Part(29, 33),
        Part(46, 47),
    )
    assert (second.text, second.shown, second.kind) == ("*Tea*", "Name: Tea", "row")
    assert second.parts == (Part(79, 82, "Name: "),)
    assert second.context == Context(("a",))


def test_a_unit_all_of_which_is_shown_has_no_parts():
    [document] = load("a.md", b"We meet. *Bring* tea. We sing.")
    [(_, found)] = divide(document, words, max_tokens=99, min_tokens=0)
    assert [unit.parts for unit in found] == [(), (Part(10, 15), Part(16, 21)), ()]


def test_what_is_all_markup_is_no_unit():
    assert units("{{< note >}}\n\nText.\n\n<!-- no -->\n\n{% x %}\n", "a.md") == [["Text."]]


def test_passages_fit_though_whole_texts_have_more_tokens_than_their_parts():
    def squares(text: str) -> int:
        return len(text) ** 2 // 4

    [document] = load("a.txt", ("It is. " * 9).encode())
    divided = divide(document, squares, max_tokens=20, min_tokens=0)
    assert all(squares(passage.text) <= 20 for passage, _ in divided)
    assert re.sub(r"\s", "", "".join(passage.text for passage, _ in divided)) == "Itis." * 9


def test_passages_of_a_document_may_be_in_several_languages():
    german = "Der Verein trifft sich z. B. am 3. Mai um neun Uhr im Gemeindehaus. Es gibt Kuchen."
    english = "The club meets on Sundays at nine in the hall of the village. There is no cake."
    text = "\n\n".join([german, english, "Halle 3", german, "会議は九時に始まります。菓子はありません。"])
    [document] = load("a.txt", text.encode())
    divided = divide(document, words, max_tokens=30, min_tokens=0)
    assert [passage.language for passage, _ in divided] == ["de", "en", "de", "ja"]
    assert [[unit.text for unit in units] for _, units in divided][:2] == [
        ["Der Verein trifft sich z. B. am 3. Mai um neun Uhr im Gemeindehaus.", "Es gibt Kuchen."],
        ["The club meets on Sundays at nine in the hall of the village.", "There is no cake."],
    ]


def test_a_named_language_is_that_of_every_passage():
    document = Document("a.txt", "a", "The club meets on Sundays at nine in the hall.", "")
    [(passage, _)] = divide(document, words, max_tokens=30, min_tokens=0, detect=lambda *_: "fi")
    assert passage.language == "fi"


def test_a_turn_that_asks_is_a_question_which_the_next_turn_stands_under():
    text = "Rosa: who brings the tent?\nMilo: I have one.\nRosa: can we sleep in it? It is small\nMilo: no"
    [document] = load("a.txt", text.encode())
    parts = divide(document, words, max_tokens=100, min_tokens=100)
    found = [(one.kind, one.context.leads) for _, units in parts for one in units]
    assert found[:2] == [("question", ()), ("turn", ("Rosa: who brings the tent?",))]
    assert found[2][0] == "turn"  # which says something too
