"""How answers look; nothing of a document may rewrite the screen."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot import plain, render
from bot.answering.answers import Answer, Citation, Outdated
from index.records import Document, Locator, Part, Passage
from tests.found import CITED, FOUND, LED, LOST, SECOND, THIRD, quoting


def ferry(text: str) -> Iterator[tuple[int, int]]:
    """Stands in for the engine's matches."""
    return (found.span() for found in re.finditer("ferry", text))


def shown(answer: Answer, *, width: int = 60, colour: bool = False) -> str:
    return render.terminal(answer, ferry, width=width, colour=colour)


# ---------------------------------------------------------------------------------------- answers


def test_an_answer():
    assert shown(FOUND) == (
        "[1] The ferry leaves on Tuesday.\n"
        "\n"
        "Dear Miriam  (letters/ferry.txt)\n"
        "  [1] paragraph 2\n"
        "\n"
        "confidence 87%\n"
    )


def test_an_answer_in_colour_emphasises_the_questions_words():
    assert shown(FOUND, width=40, colour=True) == (
        "\x1b[36m[1]\x1b[0m The \x1b[1;32mferry\x1b[0m leaves on Tuesday.\n"
        "\n"
        "\x1b[3mDear Miriam\x1b[0m\x1b[2;3m  (letters/ferry.txt)\x1b[0m\n"
        "  \x1b[36m[1]\x1b[0m\x1b[39m paragraph 2\x1b[0m\n"
        "\n"
        "\x1b[2mconfidence 87%\x1b[0m\n"
    )


def test_an_answer_that_is_led_by_the_words_that_answer():
    assert shown(LED) == "on Tuesday\n\n" + shown(FOUND)


def test_the_words_that_answer_are_emphasised():
    lead, empty, quote, *_ = shown(LED, colour=True).split("\n")
    assert (lead, empty) == ("\x1b[1mon Tuesday\x1b[0m", "")
    assert quote == ("\x1b[36m[1]\x1b[0m The \x1b[1;32mferry\x1b[0m leaves \x1b[1;4mon Tuesday\x1b[0m.")


def test_words_of_the_question_among_the_words_that_answer_are_emphasised_as_both():
    answer = replace(FOUND, citations=(quoting("Take the ferry back.", "the ferry"),))
    assert "Take \x1b[1;4mthe \x1b[0m\x1b[1;4;32mferry\x1b[0m back." in shown(answer, colour=True)


def test_a_list_says_where_its_members_were_found():
    answer = replace(FOUND, swept=12)
    assert shown(answer).endswith("\n\n1 sentence in 1 of 12 documents · confidence 87%\n")


@pytest.mark.parametrize(
    ("quote", "words", "three"),
    [
        ("It was built by Ada Holm in 1871.", "Ada Holm", ("It was built by ", "Ada Holm", " in 1871.")),
        ("Ada\n  Holm built\tit.", "Ada\n  Holm", ("", "Ada Holm", " built it.")),
        ("Built in\n1871.", "1871", ("Built in ", "1871", ".")),
        ("Pre-1871.", "1871", ("Pre-", "1871", ".")),
        ("No words.", "", ("No words.", "", "")),
        ("All words", "All words", ("", "All words", "")),
        ("a \u200bAda\u200b Holm", "Ada", ("a ", "Ada", " Holm")),  # what has no shape parts no words
    ],
)
def test_a_quote_in_three(quote: str, words: str, three: tuple[str, str, str]):
    assert render.in_three(quoting(quote, words)) == three


ROW = quoting(
    "| Saturday | closed |", "closed", kind="row", parts=(Part(16, 24, "day: "), Part(27, 33, " · hours: "))
)
MARKED = quoting(
    "The **gate code** is &ldquo;4711&rdquo;.",
    "4711",
    parts=(Part(14, 18), Part(20, 29), Part(31, 35), Part(42, 46, "“"), Part(53, 54, "”")),
)
CODE = quoting("make all\n  make\ttest\n\n# done", "make\ttest", kind="code")


@pytest.mark.parametrize(
    ("citation", "three"),
    [
        (ROW, ("day: Saturday · hours: ", "closed", "")),
        (replace(ROW, span=(16, 24)), ("day: ", "Saturday", " · hours: closed")),
        (replace(ROW, span=(18, 24)), ("day: Sa", "turday", " · hours: closed")),
        (replace(ROW, span=None), ("day: Saturday · hours: closed", "", "")),
        (replace(MARKED, span=(20, 29)), ("The ", "gate code", " is “4711”.")),
        (replace(MARKED, span=(18, 31)), ("The ", "gate code", " is “4711”.")),
        (replace(MARKED, span=None), ("The gate code is “4711”.", "", "")),
        (CODE, ("make all\n  ", "make    test", "\n\n# done")),
        (replace(CODE, span=None), ("make all\n  make    test\n\n# done", "", "")),
    ],
)
def test_a_quote_in_three_is_what_is_shown_of_it(citation: Citation, three: tuple[str, str, str]):
    assert render.in_three(citation) == three


@pytest.mark.parametrize("citation", [ROW, replace(ROW, span=(16, 33)), MARKED, CODE, CITED, SECOND])
def test_the_three_together_are_what_is_shown(citation: Citation):
    together = "".join(render.in_three(citation))
    assert together == (plain.clean if citation.kind == "code" else plain.line)(citation.shown)


def test_an_answer_of_a_row_and_of_code():
    row, code = replace(ROW, span=None), replace(CODE, number=2, span=None)
    lines = shown(replace(FOUND, citations=(row, code)), width=60).split("\n")
    assert lines[:6] == [
        "[1] day: Saturday · hours: closed",
        "[2] make all",
        "      make    test",
        "",
        "    # done",
        "",
    ]


@pytest.mark.parametrize(
    ("also", "words"),
    [
        ((), "page 2, paragraph 2"),
        ((("letters/ferry.txt", 90, 118),), "page 2, paragraph 2, also elsewhere in it"),
        ((("b.txt", 0, 28),), "page 2, paragraph 2, also in b.txt"),
        ((("b.txt", 0, 28), ("letters/ferry.txt", 90, 118)), "page 2, paragraph 2, also in b.txt"),
        (
            (("b.txt", 0, 28), ("c.txt", 0, 28), ("b.txt", 50, 78)),
            "page 2, paragraph 2, also in b.txt, c.txt",
        ),
        (tuple((f"{n}.txt", 0, 28) for n in "123"), "page 2, paragraph 2, also in 1.txt, 2.txt, 3.txt"),
        (
            tuple((f"{n}.txt", 0, 28) for n in "12345"),
            "page 2, paragraph 2, also in 1.txt, 2.txt, 3.txt, 2 more",
        ),
    ],
)
def test_where_a_quote_stands_and_where_else(also: tuple[tuple[str, int, int], ...], words: str):
    place = Locator(page="2", first=2, last=2)
    assert render.where(replace(CITED, place=place, also=also)) == words
    if also:
        assert render.where(replace(CITED, place=Locator(), also=also)) == words.removeprefix(
            "page 2, paragraph 2, "
        )


def test_nothing_found():
    assert shown(LOST) == (
        "The documents do not answer this.\n"
        "The nearest passages, which are not an answer:\n"
        "  [1] The ferry leaves on Tuesday.\n"
        "\n"
        "Dear Miriam  (letters/ferry.txt)\n"
        "  [1] paragraph 2\n"
    )


def test_nothing_found_in_colour():
    first, second, third, *_ = shown(LOST, width=60, colour=True).split("\n")
    assert first == "\x1b[1mThe documents do not answer this.\x1b[0m"
    assert second == "\x1b[2mThe nearest passages, which are not an answer:\x1b[0m"
    assert "\x1b[2mThe \x1b[0m\x1b[1;2;32mferry\x1b[0m\x1b[2m leaves on Tuesday.\x1b[0m" in third


def test_nothing_near_either():
    assert shown(replace(LOST, near=())) == "The documents do not answer this.\n"


def test_each_document_is_named_once():
    assert shown(replace(FOUND, citations=(CITED, SECOND, THIRD))) == (
        "[1] The ferry leaves on Tuesday.\n"
        "[2] Boil it.\n"
        "[3] Take the ferry back.\n"
        "\n"
        "Dear Miriam  (letters/ferry.txt)\n"
        "  [1] paragraph 2 · [3] paragraph 4\n"
        "Soup  (soup.txt)\n"
        "  [2] paragraph 1\n"
        "\n"
        "confidence 87%\n"
    )


def test_notices_and_what_was_searched_for():
    answer = replace(
        FOUND,
        searched_for="ferry departure",
        outdated=(Outdated("soup.txt", True), Outdated("tea.txt", False)),
    )
    lines = shown(answer).split("\n")
    assert lines[0] == "searched for: ferry departure"
    assert lines[-7:] == [
        "! soup.txt is gone or cannot be read; the quotes are from",
        "when it was indexed.",
        "! tea.txt changed since it was indexed; the quotes are from",
        "the earlier text.",
        "",
        "confidence 87%",
        "",
    ]


@pytest.mark.parametrize(
    ("quote", "width", "rows"),
    [
        ("The ferry leaves on Tuesday.", 18, ["[1] The ferry", "    leaves on", "    Tuesday."]),
        ("日本語の文章です。", 12, ["[1] 日本語の", "    文章です", "    。"]),
        ("Donaudampfschiff", 12, ["[1] Donaudam", "    pfschiff"]),
        ("two\n  lines\tand\u00a0a gap", 40, ["[1] two lines and a gap"]),
    ],
)
def test_quotes_are_wrapped(quote: str, width: int, rows: list[str]):
    lines = shown(replace(FOUND, citations=(quoting(quote),)), width=width).split("\n")
    assert lines[: len(rows) + 1] == [*rows, ""]


@pytest.mark.parametrize("markup", ["[bold]no[/bold]", "[/]", "[red", ":smile:", "\\[x]", "https://a.b/c"])
def test_markup_is_printed_as_it_is(markup: str):
    hostile = quoting(f"a {markup} b", title=markup, source=markup, place=Locator(headings=(markup,)))
    assert shown(replace(FOUND, citations=(hostile,), outdated=(Outdated(markup, True),))).startswith(
        f"[1] a {markup} b\n\n{markup}  ({markup})\n  [1] {markup}\n! {markup} is gone"
    )


def test_more():
    assert render.more((THIRD,), ferry, width=60, colour=False) == (
        "[3] Take the ferry back.\n\nDear Miriam  (letters/ferry.txt)\n  [3] paragraph 4\n"
    )
    assert render.more((), ferry, width=60, colour=False) == "There is no more.\n"


# --------------------------------------------------------------------------------------- passages


DOCUMENT = Document("a.txt", "Alpha", "One.\n\nTwo is here. Three.\n\nFour.", "digest")
BEFORE = Passage(DOCUMENT, 0, 4, Locator(first=1, last=1))
HERE = Passage(DOCUMENT, 6, 25, Locator(first=2, last=2))
AFTER = Passage(DOCUMENT, 27, 32, Locator(first=3, last=3))


def test_a_passage_between_its_neighbours():
    assert render.passage((BEFORE, HERE, AFTER), (6, 18), width=60, colour=False) == (
        "Alpha  (a.txt, paragraph 2, characters 6–25)\n\nOne.\n\n  Two is here. Three.\n\nFour.\n"
    )


def test_a_passage_in_colour_emphasises_the_quote():
    assert render.passage((BEFORE, HERE, AFTER), (6, 18), width=60, colour=True) == (
        "\x1b[36mAlpha  (a.txt, paragraph 2, characters 6–25)\x1b[0m\n"
        "\n"
        "\x1b[2mOne.\x1b[0m\n"
        "\n"
        "  \x1b[1mTwo is here.\x1b[0m Three.\n"
        "\n"
        "\x1b[2mFour.\x1b[0m\n"
    )


def test_a_passage_alone_and_without_a_quote():
    assert render.passage((None, HERE, None), None, width=60, colour=False) == (
        "Alpha  (a.txt, paragraph 2, characters 6–25)\n\n  Two is here. Three.\n"
    )


# ------------------------------------------------------------------------------------------- JSON


def test_json_of_an_answer_has_exactly_these_keys():
    encoded = json.loads(msgspec.json.encode(render.to_json(FOUND)))
    assert encoded == {
        "question": "When does the ferry leave?",
        "searched_for": "When does the ferry leave?",
        "found": True,
        "confidence": 0.874,
        "answer": "The ferry leaves on Tuesday. [1]",
        "lead": "",
        "citations": [
            {
                "number": 1,
                "source": "letters/ferry.txt",
                "title": "Dear Miriam",
                "locator": "paragraph 2",
                "place": {
                    "page": "",
                    "headings": [],
                    "first": 2,
                    "last": 2,
                    "time": None,
                    "first_row": 0,
                    "last_row": 0,
                },
                "context": [],
                "start": 14,
                "end": 42,
                "quote": "The ferry leaves on Tuesday.",
                "shown": "The ferry leaves on Tuesday.",
                "passage": "The ferry leaves on Tuesday. It rains.",
                "passage_start": 14,
                "passage_end": 52,
                "span": None,
                "score": 0.5,
                "also": [],
            }
        ],
        "elapsed_ms": 12.3,
    }


def test_keys_of_json_stand_in_this_order():
    answer = render.to_json(FOUND)
    assert list(answer) == [
        "question", "searched_for", "found", "confidence", "answer", "lead", "citations", "elapsed_ms",
    ]  # fmt: skip
    assert list(answer["citations"][0]) == [
        "number", "source", "title", "locator", "place", "context", "start", "end", "quote", "shown",
        "passage", "passage_start", "passage_end", "span", "score", "also",
    ]  # fmt: skip


def test_json_of_a_citation_of_a_row():
    also = (("hours/old.md", 3, 24),)
    place = Locator(
        page="iv", headings=("Shop", "Hours"), first=2, last=3, time=61.5, first_row=4, last_row=4
    )
    row = replace(ROW, place=place, context=("ferry", "Shop", "Hours"), also=also)
    encoded = json.loads(msgspec.json.encode(render.citation_json(row)))
    assert (encoded["quote"], encoded["shown"]) == ("| Saturday | closed |", "day: Saturday · hours: closed")
    assert encoded["span"] == [27, 33]
    assert encoded["locator"] == "page iv, 1:01, Shop › Hours, row 4"
    assert encoded["place"] == {
        "page": "iv", "headings": ["Shop", "Hours"], "first": 2, "last": 3, "time": 61.5,
        "first_row": 4, "last_row": 4,
    }  # fmt: skip
    assert encoded["context"] == ["ferry", "Shop", "Hours"]
    assert encoded["also"] == [{"source": "hours/old.md", "start": 3, "end": 24}]


def test_json_where_nothing_was_found():
    assert render.to_json(LOST) == {
        "question": "Why?",
        "searched_for": "Why?",
        "found": False,
        "confidence": 0.01,
        "answer": "",
        "lead": "",
        "citations": [],
        "elapsed_ms": 0.0,
    }


@pytest.mark.parametrize(
    ("here", "more"),
    [
        (None, {}),
        (
            HERE,
            {"passage": {"locator": "paragraph 2", "start": 6, "end": 25, "text": "Two is here. Three."}},
        ),
    ],
)
def test_json_of_a_document(here: Passage | None, more: dict[str, Any]):
    known = {"source": "a.txt", "title": "Alpha", "digest": "digest", "text": DOCUMENT.text}
    assert render.document_json(DOCUMENT, here) == {**known, **more}


# ----------------------------------------------------------------------------- hostile characters


@pytest.mark.parametrize(
    ("text", "cleaned", "on_one_line"),
    [
        ("plain", "plain", "plain"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex", "]0;titlex"),
        ("a\0b\x7fc\x9bd", "abcd", "abcd"),
        ("a\u202eb\u2066c\u200fd\ufeff", "abcd", "abcd"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d"),
        ("\tx", "    x", "x"),
        ("  a \u2028 b\x85c  ", "  a \u2028 bc  ", "a b c"),
        ("क्\u200dष 👩\u200d🔬", "क्\u200dष 👩\u200d🔬", "क्\u200dष 👩\u200d🔬"),
        ("\udc80", "", ""),
    ],
)
def test_clean_and_line(text: str, cleaned: str, on_one_line: str):
    assert plain.clean(text) == cleaned
    assert plain.line(text) == on_one_line


def harmless(text: str) -> bool:
    """No controls but line ends, and nothing that changes the direction of writing."""
    return not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"] and not re.search(
        "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text
    )


NASTY = st.text(st.sampled_from("\x1b[]0;m\x07\0\r\n\t\x7f\x9b\u202e\u2066\u2028\ufeffa 語")) | st.text()


@given(NASTY, st.data())
def test_a_quote_in_three_is_the_quote(quote: str, data: st.DataObject):
    start, end = sorted(data.draw(st.integers(0, len(quote))) for _ in range(2))
    words = quote[start:end]
    assume(words == plain.clean(words).strip())  # as words are
    cited = replace(quoting(quote), span=(CITED.start + start, CITED.start + end))
    before, span, after = render.in_three(cited)
    assert (before + span + after).strip() == plain.line(quote)
    assert span == plain.line(words)


@given(NASTY, NASTY, NASTY, NASTY, st.integers(20, 100), st.booleans(), st.data())
def test_no_text_reaches_the_screen_unclean(
    quote: str, title: str, source: str, other: str, width: int, found: bool, data: st.DataObject
):
    start, end = sorted(CITED.start + data.draw(st.integers(0, len(quote))) for _ in range(2))
    cited = replace(quoting(quote), title=title, source=source, place=Locator(page=other), span=(start, end))
    answer = replace(
        FOUND,
        searched_for=other,
        found=found,
        citations=(cited,),
        outdated=(Outdated(other, True),),
        lead=other,
        swept=3,
    )
    written = shown(answer, width=width)
    assert harmless(written)
    assert all(cell_len(row) <= width for row in written.split("\n"))
    assert "…" not in written or "…" in quote + title + source + other  # nothing is cut


@given(NASTY, NASTY, st.data())
def test_no_passage_reaches_the_screen_unclean(text: str, name: str, data: st.DataObject):
    document = Document(name, name, text, "digest")
    start, here, there, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(4))
    place = Locator(headings=(name,))
    around = (Passage(document, 0, start, place), Passage(document, start, end, place), None)
    assert harmless(render.passage(around, (here, there), width=40, colour=False))
