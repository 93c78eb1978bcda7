"""Any text becomes messages that Telegram takes, and nothing of it is lost."""

import re
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.plain import ISOLATE, clean
from bot.telegram.showing import html
from bot.telegram.showing.html import MOST_ENTITIES, MOST_UNITS, Block, Message, Run, block, messages, units
from tests.examples import examples
from tests.telegram import markup
from tests.telegram.strategies import bare, marked, short_texts, taken, texts

runs = st.builds(Run, texts, st.sampled_from(["", "", "b", "i", "code", "s"]))
blocks = st.builds(
    lambda made, quoted, gap: block(*made, quoted=quoted, gap=gap),
    st.lists(runs, max_size=4),
    st.booleans(),
    st.booleans(),
)


def many_runs(count: int, *, style: str, quoted: bool) -> Block:
    return block(*(Run(f"{i} ", style if i % 2 else "") for i in range(count)), quoted=quoted)


# ------------------------------------------------------------------------------------- any text


@pytest.mark.slow
@examples(80)
@given(st.lists(blocks, max_size=12))
@example([many_runs(500, style="b", quoted=True)])
@example([many_runs(150, style="i", quoted=False), many_runs(60, style="b", quoted=True)])
@example([block(Run("x" * 4096, "b"), Run("y" * 4096, "i"), quoted=True)])
@example([block(f"{i}", quoted=True) for i in range(250)])
def test_whatever_is_said_is_valid_within_limits_and_complete(said: list[Block]):
    shown = messages(said)
    seen = "".join(taken(message)[0] for message in shown)  # refused where it is not valid
    assert bare(seen) == bare("".join(run.text for one in said for run in one.runs))
    assert all(message.plain.strip() for message in shown)


@given(st.lists(texts, max_size=3))
def test_blocks_hold_cleaned_text(given_texts: list[str]):
    made = block(*given_texts)
    assert [run.text for run in made.runs] == [
        text for text in (clean(one, ISOLATE) for one in given_texts) if text
    ]


@given(short_texts, st.sampled_from(["b", "i", "code"]))
def test_styles_mark_exactly_their_run(text: str, style: str):
    wanted = clean(text).strip()
    shown = messages([block("before ", Run(text, style), " after")])
    kind = {"b": "bold", "i": "italic", "code": "code"}[style]
    assert [one.strip() for one in marked(shown[0], kind)] == ([wanted] if clean(text) else [])


@given(
    short_texts, st.sampled_from(["https://a.example/?b=1&c=<2>\"'", "tg://user?id=1", "mailto:a@b.example"])
)
def test_links_lead_where_they_say(text: str, href: str):
    wanted = clean(text).strip()
    [shown] = messages([block("before ", Run(text, "a", href), " after")])
    _, entities = taken(shown)
    assert [entity.url for entity in entities] == ([href] if clean(text) else [])
    assert [one.strip() for one in marked(shown, "text_link")] == ([wanted] if clean(text) else [])


def test_a_link_that_is_cut_leads_to_the_same_place_in_both_parts():
    first, second = messages([block(Run("word " * 6, "a", "https://a.example"))], most=20)
    assert first.html == '<a href="https://a.example">word word word word </a>'
    assert second.html == '<a href="https://a.example">word word </a>'


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t", "\u00a0\u3000", "\u202e\u0000", "\ud83d"])
def test_of_white_space_and_what_cannot_be_seen_comes_no_message(text: str):
    assert messages([block(text), block(Run(text, "b"), quoted=True)]) == []


@given(texts)
def test_lengths_are_those_of_utf_16(text: str):
    assert units(clean(text)) == markup.units(clean(text))


def test_limits_are_reached_but_not_passed():
    assert len(messages([block("x" * MOST_UNITS)])) == 1
    assert len(messages([block("x" * (MOST_UNITS + 1))])) == 2
    assert len(messages([block("😀" * (MOST_UNITS // 2))])) == 1
    assert [len(message.plain) for message in messages([block("😀" * 2049)])] == [2048, 1]
    assert len(messages([many_runs(99, style="b", quoted=True)])) == 1
    assert len(messages([block(Run("x", "b"))] * MOST_ENTITIES)) == 1
    assert len(messages([block(Run("x", "b"))] * (MOST_ENTITIES + 1))) == 2
    assert len(messages([block("<" * MOST_UNITS)])) == 1  # its HTML is four times as long


# ------------------------------------------------------------------------------- worked by hand


def test_an_example_worked_by_hand():
    shown = messages(
        [
            block(Run("Q & A", "b")),
            block(Run("[1] ", "b"), 'if a < b: "yes"', quoted=True),
            block(Run("", "i"), "The end", gap=True),
        ]
    )
    assert shown == [
        Message(
            html='<b>Q &amp; A</b>\n<blockquote><b>[1] </b>if a &lt; b: "yes"</blockquote>\n\nThe end',
            plain='Q & A\n[1] if a < b: "yes"\n\nThe end',
        )
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One two. Three four five.", ["One two. ", "Three four ", "five."]),
        ("A b. C d e f g h", ["A b. C d e ", "f g h"]),  # its sentence ends before the middle
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
        ("He said: “No.” And left.", ["He said: ", "“No.” And ", "left."]),
        ("😀😀😀😀😀😀😀", ["😀😀😀😀😀😀", "😀"]),
        ("abcdefghijk😀", ["abcdefghijk", "😀"]),
        ("一二三四五六七。九十一二三四", ["一二三四五六七。", "九十一二三四"]),
        ("line one\nline two\n", ["line one\n", "line two\n"]),
    ],
)
def test_where_a_long_text_is_cut(text: str, pieces: list[str]):
    assert [message.plain for message in messages([block(text)], most=12)] == pieces


def test_a_long_quotation_folds_and_both_halves_are_quotations():
    assert "expandable" not in messages([block("x" * 320, quoted=True)])[0].html
    assert messages([block("x" * 321, quoted=True)])[0].html.startswith("<blockquote expandable>")
    halves = messages([block("word " * 1000, quoted=True)])
    assert [len(marked(half, "expandable_blockquote")) for half in halves] == [1, 1]


# ------------------------------------------------------------------------------------ where to cut


@examples(50)
@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.sampled_from([". ", "! ", "? ", ".\n\n", "… ", ".” "])), min_size=1
    )
)
def test_cuts_stand_between_sentences_where_one_ends_in_the_second_half(shape: list[tuple[int, str]]):
    text = "".join(" ".join(["word"] * length) + end for length, end in shape)
    rest = text
    for message in messages([block(text)]):
        assert rest.startswith(message.plain)
        window, last = rest[:MOST_UNITS], message.plain == rest
        borders = [match.end() for match in re.finditer(r"[.!?…]”?\s+", window)]
        if not last and borders and borders[-1] > MOST_UNITS // 2:
            assert len(message.plain) == borders[-1]
        rest = rest.removeprefix(message.plain)
    assert not rest.strip()


clusters = st.sampled_from(
    [
        "e\u0301",
        "a\u0323\u0301",
        "का",
        "किं",
        "ก็",
        "1\u20dd",
        "❤\ufe0f",
        "👍🏽",
        "👩‍👩‍👧",
        "🤷🏾‍♂️",
        "x",
        "語",
        "😀",
    ]
)


@examples(60)
@given(st.lists(clusters, min_size=1, max_size=9), st.integers(0, 9), st.sampled_from(["", " ", ", "]))
def test_no_cut_parts_what_belongs_to_one_character(kinds: list[str], shift: int, between: str):
    parts = ["z"] * shift + [kind + between for kind in kinds] * 900
    borders = set(accumulate(map(len, parts)))
    ends = list(accumulate(len(message.plain) for message in messages([block("".join(parts))])))
    assert set(ends[:-1]) <= borders


@pytest.mark.parametrize("mark", ["\u0301", "\u093e", "\u200d"])
def test_a_text_of_nothing_but_marks_is_cut_all_the_same(mark: str):
    shown = messages([block("a" + mark * 10_000)])
    assert len(shown) == 3
    assert "".join(message.plain for message in shown) == "a" + mark * 10_000


# ---------------------------------------------------------------------------------------- windows


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text)))


@given(places(), st.integers(1, 3000))
def test_a_window_holds_the_quote_and_is_about_as_long_as_asked(place: tuple[str, int, int], most: int):
    text, start, end = place
    first, last = html.window(text, start, end, most)
    if end - start > most:
        assert (first, last) == (start, start + most)
    else:
        assert 0 <= first <= start <= end <= last <= len(text)
        assert last - first <= most + 1
    if len(text) <= most:
        assert (first, last) == (0, len(text))


@pytest.mark.parametrize(
    ("quote", "most", "shown"),
    [
        ("four", 18, "three four five"),
        ("one", 18, "one two three"),
        ("seven", 18, "five six seven"),
        ("one two three four five six seven", 8, "one two "),
        ("two three", 5, "two t"),
    ],
)
def test_a_window_is_cut_between_words(quote: str, most: int, shown: str):
    text = "one two three four five six seven"
    start = text.index(quote)
    first, last = html.window(text, start, start + len(quote), most)
    assert text[first:last] == shown
