"""What the bot shows: any document and any question give screens that Telegram takes."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.answers import Answer, Citation, Outdated, cite, compose, quotes_for_fact, quotes_for_list
from bot.answering.scoring import Evidence
from bot.plain import clean, line
from bot.telegram.showing import about, answered, cited, listed, opened, requested, screens
from bot.telegram.showing.html import short, units
from bot.telegram.showing.opened import Opened
from bot.telegram.showing.screens import Screen
from bot.words import coverage_in_words
from index import documents
from index.engines.base import Entry
from index.parsing.base import Unreadable
from index.records import Document, Features, Locator, Part, Passage, Style, Unit
from index.units.divide import divide
from tests.conftest import MINUTES, WordsEncoder
from tests.examples import examples
from tests.found import CITED, FOUND, LED, LOST, SECOND, THIRD, quoting
from tests.telegram.markup import MAX_ROW
from tests.telegram.strategies import bare, buttons, marked, short_texts, taken, texts

numbers = st.integers(1, 2**63 - 1)
Context = tuple[Passage | None, Passage, Passage | None]


def checked(screen: Screen) -> str:
    """What is read in a screen that Telegram takes whole, with its buttons."""
    for row in buttons(screen):
        assert 0 < len(row) <= MAX_ROW
    return "\n".join(taken(message)[0] for message in screen.messages)


def indexed(source: str, text: str) -> list[tuple[Passage, list[Unit]]]:
    """Passages and units of a document as the index has them; none where it is unreadable."""
    try:
        [document] = documents.load(source, text.encode("utf-8", "replace"))
    except Unreadable:
        return []
    return divide(document, WordsEncoder().count_tokens, max_tokens=64, min_tokens=8)


features = st.builds(Features, *[st.floats(-1, 1)] * 2, *[st.floats(0, 1)] * 4)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Passage], list[Evidence]]:
    """The passages of some documents, and evidence among their units, with words or without."""
    sources = draw(st.lists(st.sampled_from(["a.txt", "b.md", f"{'x' * 200}/{'y' * 200}.txt"]), max_size=3))
    split_up = [pair for source in sources for pair in indexed(source, draw(texts))]
    units = [unit for _, inside in split_up for unit in inside]
    chosen = draw(st.lists(st.sampled_from(units), max_size=25, unique_by=id)) if units else []
    evidence = []
    for unit in chosen:
        start = draw(st.integers(unit.start, unit.end - 1))
        span = (start, draw(st.integers(start + 1, unit.end))) if draw(st.booleans()) else None
        score, log_odds = draw(st.floats(0, 1)), draw(st.floats(-9, 9))
        also = tuple(draw(st.lists(st.sampled_from(units), max_size=5)))
        found = Evidence(unit, draw(features), score, log_odds, span, 0.9 if span else 0.0, also)
        evidence.append(found)
    return [passage for passage, _ in split_up], sorted(evidence, key=lambda one: -one.score)


def around(passages: list[Passage], at: int) -> Context:
    before = passages[at - 1] if at > 0 else None
    return before, passages[at], passages[at + 1] if at + 1 < len(passages) else None


# ---------------------------------------------------------------------------------- any document


@examples(80)
@given(worlds(), short_texts, st.floats(0, 1), st.booleans(), numbers, short_texts)
def test_any_answer_is_shown_whole(
    world: tuple[list[Passage], list[Evidence]],
    question: str,
    threshold: float,
    repeat: bool,
    number: int,
    notice: str,
):
    evidence = world[1]
    for swept in (0, 3):
        asked = f"{swept} {question}"
        chosen = quotes_for_list(evidence) if swept else quotes_for_fact(evidence, 3) if evidence else []
        reply = compose(
            asked, f"{asked} {notice}", evidence, chosen, threshold=threshold, is_list=swept > 0,
            documents=swept,
        )  # fmt: skip
        reply = replace(reply, outdated=(Outdated(notice, gone=swept > 0),))
        screen = answered.answer(reply, number, repeat=repeat)
        read = bare(checked(screen))
        cited = (reply.citations or reply.near)[: answered.QUOTES]
        for citation in cited:
            assert bare(f"[{citation.number}] {line(citation.shown)}") in read
            assert bare(short(line(citation.source), 200)) in read
        assert bare(line(reply.lead)) in read
        assert bare(coverage_in_words(reply)) in read
        left = len(reply.citations) - len(cited)
        further = "Other passages" if left <= 0 else "1 more quote" if left == 1 else f"{left} more quotes"
        assert [label for row in buttons(screen) for label, _ in row if label != "📋 Copy"] == [
            *(f"[{citation.number}]" for citation in cited),
            *([further] if cited else []),
            *(["👍", "👎"] if reply.found else ["I expected an answer"]),
            *(["Ask as typed"] if reply.searched_for != reply.question else []),
        ]
        if repeat:
            assert read.startswith(bare(line(asked)))


@examples(60)
@given(worlds(), numbers, st.integers(1, 10**6))
def test_any_further_quotes_are_shown_whole(
    world: tuple[list[Passage], list[Evidence]], number: int, first: int
):
    found = cite(world[1][: answered.QUOTES], first)
    for screen in (answered.more(found, number, left=3), answered.other_passages(found, number, last=True)):
        read = bare(checked(screen))
        assert all(bare(f"[{c.number}] {line(c.shown)}") in read for c in found)


@pytest.mark.slow
@examples(100)
@given(worlds(), numbers, st.integers(1, 10**6), st.just("") | texts)
def test_any_passage_is_one_message_with_the_quote_in_it(
    world: tuple[list[Passage], list[Evidence]], number: int, first: int, notice: str
):
    passages, evidence = world
    for citation, one in zip(cite(evidence, first), evidence, strict=True):
        at = passages.index(one.unit.passage)
        for place in {at, max(0, at - 1)}:
            screen = open_at(around(passages, place), citation, number, notice)
            assert len(screen.messages) == 1
            checked(screen)
            if place == at and len(citation.quote) <= 200:
                told = bare(emphasised(screen))
                assert [part for part in said(one.unit) if bare(clean(part)) not in told] == []


def said(unit: Unit) -> list[str]:
    """What a unit says: of a row each cell, for names of columns and what parts cells are no words of it."""
    if unit.kind != "row":
        return [unit.shown]
    parts = unit.parts or (Part(unit.start, unit.end),)
    return [unit.passage.document.text[part.start : part.end] for part in parts]


def open_at(context: Context, citation: Citation, number: int = 7, notice: str = "") -> Screen:
    return opened.passage(Opened(context[1].document, context, citation, notice), number)


def emphasised(screen: Screen) -> str:
    """All that is bold, and rows of aligned tables that are marked."""
    [message] = screen.messages
    rows = [one.removeprefix("▸ ") for one in message.plain.split("\n") if one.startswith("▸ ")]
    return "".join([*marked(message, "bold"), *rows])


hrefs = st.one_of(
    st.sampled_from(
        [
            "https://a.example/b?c=1&d=<2>",
            "http://a",
            "tg://resolve?domain=ab",
            "mailto:a@b.example",
            "HTTPS://A",
        ]
    ),
    st.sampled_from(
        ["", "javascript:alert(1)", "file:///etc/passwd", "#part", "/a", "https:// a", "ftp://a.b"]
    ),
    short_texts.map(clean).map("https://{}".format),
    short_texts.map(clean),
)


@st.composite
def styled(draw: st.DrawFn) -> Citation:
    """A citation that looks like anything, in parts, with words that answer or without."""
    quote = draw(texts)[:2000] + "x"  # longer ones may be cut
    start = draw(st.integers(0, 9))
    end = start + len(quote)
    places = st.integers(max(0, start - 3), end + 3)

    def stretch() -> tuple[int, int]:
        one, other = sorted((draw(places), draw(places)))
        return one, other

    kinds = draw(st.lists(st.sampled_from(["bold", "italic", "code", "link"]), max_size=8))
    looks = [Style(*stretch(), kind, draw(hrefs) if kind == "link" else "") for kind in kinds]
    span = sorted((draw(st.integers(start, end)), draw(st.integers(start, end))))
    borders = sorted(draw(st.sets(st.integers(start, end), max_size=6)))
    names = st.sampled_from(["", "day: ", " · <price>: ", "—"])
    parts = [Part(*pair, draw(names)) for pair in zip(borders[::2], borders[1::2], strict=False)]
    shows = any(map(str.isalnum, "".join(quote[p.start - start : p.end - start] for p in parts)))
    return replace(
        quoting(quote), start=start, end=end, passage_start=start, passage_end=end,
        span=(span[0], span[1]) if span[0] < span[1] and draw(st.booleans()) else None,
        kind=draw(st.sampled_from(["paragraph", "row", "code"])),
        styles=tuple(looks), parts=tuple(parts) if shows else (),
    )  # fmt: skip


@pytest.mark.slow
@examples(150)
@given(st.lists(styled(), max_size=12))
def test_any_looks_are_shown_in_entities_that_are_balanced_and_within_limits(drawn: list[Citation]):
    cited = tuple(replace(one, number=number) for number, one in enumerate(drawn, 1))
    screen = answered.answer(replace(FOUND, citations=cited), 7)
    read = bare(checked(screen))
    links = {style.href for one in cited for style in one.styles if style.kind == "link"}
    for one in cited[: answered.QUOTES]:
        assert bare(f"[{one.number}] {line(one.shown)}") in read
    for message in screen.messages:
        _, entities = taken(message)  # refused where one is not closed, or stands in another
        for entity in entities:
            if entity.type == "text_link":
                assert entity.url in links
                assert entity.url.lower().startswith(("http:", "https:", "tg:", "mailto:"))


def odd_passage(text: str, title: str, source: str) -> Context:
    """A passage longer than any message, between two like it."""
    document = Document(source, title, text, "digest")
    third = len(text) // 3
    spans = [(0, third), (third, 2 * third), (2 * third, len(text))]
    before, here, after = (Passage(document, *span, Locator(headings=("𝓵" * 5000,))) for span in spans)
    return before, here, after


@pytest.mark.parametrize(
    "context",
    [
        odd_passage("𝒳" * 30_000, "𝒯" * 120, "𝒮" * 1000),
        odd_passage("a\t\t\t\t\t\t" * 3_000, "Table", "table.txt"),
        odd_passage("<" * 30_000, "<" * 120, "<" * 1000),
        odd_passage("é" * 30_000, "x", "y"),
    ],
    ids=["pairs", "tabs", "markup", "plain"],
)
@pytest.mark.parametrize("length", [0, 1, 30, 20_000])
def test_a_passage_of_the_widest_characters_fits(context: Context, length: int):
    here = context[1]
    middle = (here.start + here.end) // 2
    end = min(middle + length, here.end)
    quote = here.document.text[middle:end]
    citation = replace(CITED, number=10**6, start=middle, end=end, quote=quote)
    screen = open_at(context, citation, 2**63 - 1, f"{here.document.source} changed.")
    assert len(screen.messages) == 1
    checked(screen)
    if 0 < length <= 30:
        assert bare(clean(quote)) in bare(emphasised(screen))


entries = st.builds(
    Entry,
    st.integers(0, 10**6),
    texts,
    short_texts,
    st.just(""),
    st.integers(0, 2**62),
    st.integers(-(2**63), 2**63 - 1),
    st.just(0),
    st.just(0),
    texts,
)


@examples(60)
@given(st.lists(entries, max_size=25), st.integers(-3, 10))
def test_any_page_of_documents_is_one_message_that_names_them_all(known: list[Entry], page: int):
    screen = listed.sources(known, page)
    read = checked(screen)
    assert len(screen.messages) == 1
    pages = max(1, -(-len(known) // screens.PAGE))
    page = min(max(page, 0), pages - 1)
    for place in range(page * screens.PAGE + 1, min(len(known), (page + 1) * screens.PAGE) + 1):
        assert f"\n{place}. " in read
    assert (f"page {page + 1} of {pages}" in read) == (pages > 1)
    jumps = {"⏮": (0, page > 1), "◀": (page - 1, page > 0)}
    jumps |= {"▶": (page + 1, page < pages - 1), "⏭": (pages - 1, page < pages - 2)}
    wanted = [(label, f"list:{to}:") for label, (to, leads) in jumps.items() if leads]
    assert buttons(screen) == ([wanted] if wanted else [])


def test_a_page_of_the_widest_names_fits():
    wide = Entry(0, "𝒮" * 1000, "𝒯" * 120, "", 2**62, 2**63 - 1, 0, 0, "")
    screen = listed.sources([wide] * 100, 9)
    assert len(screen.messages) == 1
    assert "\n100. 𝒯𝒯" in checked(screen)
    assert "page 10 of 10" in checked(screen)


short_examples = st.text(max_size=30).filter(line)


@given(st.integers(1, 10**9), st.lists(short_examples, max_size=3))
def test_any_examples_can_be_asked_by_a_button_that_shows_them(count: int, tries: list[str]):
    screen = about.start(count, tries)
    checked(screen)
    assert buttons(screen) == [[(line(one), f"try:{number}")] for number, one in enumerate(tries, 1)]


@examples(60)
@given(st.lists(entries, max_size=12), short_texts)
def test_any_documents_are_found_by_words_of_their_names(known: list[Entry], words: str):
    screen = listed.sources(known, 0, words)
    checked(screen)
    assert len(screen.messages) == 1
    for entry in known:
        assert entry in listed.found([entry], entry.source)
        assert entry in listed.found([entry], entry.title[1:])


@given(st.integers(-(2**52), 2**52), texts)
def test_any_name_asks_for_access(chat: int, name: str):
    screen = requested.request(chat, name)
    assert len(screen.messages) == 1
    assert f"(id {chat}) asks for access." in checked(screen)
    assert buttons(screen) == [[("Allow", f"allow:{chat}"), ("Deny", f"deny:{chat}")]]


@given(st.lists(texts, max_size=3))
def test_any_text_is_shown(paragraphs: list[str]):
    assert bare(checked(screens.text(*paragraphs))) == bare("".join(map(clean, paragraphs)))


@examples(60)
@given(worlds())
def test_any_citation_becomes_an_article(world: tuple[list[Passage], list[Evidence]]):
    for citation in cite(world[1]):
        title, description, shown = opened.article(citation)
        assert title.strip()
        assert len(title) <= 100
        assert len(description) <= 200
        read = bare(taken(shown)[0])
        assert read.startswith(bare(line(citation.shown)))
        assert bare(short(line(citation.source), 200)) in read


# -------------------------------------------------------------------------------- worked by hand


def html(screen: Screen) -> list[str]:
    checked(screen)
    return [message.html for message in screen.messages]


def test_an_answer():
    cited = quoting("The ferry <b>leaves</b>\non Tuesday.", title="Dear M & M")
    screen = answered.answer(replace(FOUND, citations=(cited,)), 7)
    assert html(screen) == [
        "<blockquote><b>[1] </b>The ferry &lt;b&gt;leaves&lt;/b&gt; on Tuesday.</blockquote>\n"
        "<b>Dear M &amp; M</b> · letters/ferry.txt\n"
        "paragraph 2\n"
        "<i>confidence 87%</i>"
    ]
    verdicts = [("👍", "good:7"), ("👎", "bad:7")]
    assert buttons(screen) == [[("[1]", "cite:7:1")], [("Other passages", "more:7"), *verdicts]]


def test_an_answer_is_led_by_the_words_that_answer():
    assert html(answered.answer(LED, 7)) == [
        "<b>on Tuesday</b>\n"
        "<blockquote><b>[1] </b>The ferry leaves <b>on Tuesday</b>.</blockquote>\n"
        "<b>Dear Miriam</b> · letters/ferry.txt\n"
        "paragraph 2\n"
        "<i>confidence 87%</i>"
    ]
    assert buttons(answered.answer(LED, 7))[0] == [("[1]", "cite:7:1"), ("📋 Copy", "on Tuesday")]
    hostile = replace(LED, lead="<b> & co", citations=(quoting("By <b> & co, 1871.", "<b> & co"),))
    assert html(answered.answer(hostile, 7))[0].startswith(
        "<b>&lt;b&gt; &amp; co</b>\n<blockquote><b>[1] </b>By <b>&lt;b&gt; &amp; co</b>, 1871.</blockquote>"
    )


MARKED = "The **gate code**, *says* [Ada](https://a.example/?b=1&c=2), is `4711`."


def look(words: str, kind: str, href: str = "") -> Style:
    at = CITED.start + MARKED.index(words)
    return Style(at, at + len(words), kind, href)  # type: ignore[arg-type]


LOOKS = (
    look("gate code", "bold"),
    look("says", "italic"),
    look("Ada", "link", "https://a.example/?b=1&c=2"),
    look("4711", "code"),
)
PARTS = tuple(
    Part(CITED.start + first, CITED.start + last)
    for first, last in ((0, 4), (6, 15), (17, 19), (20, 24), (25, 26), (27, 30), (59, 64), (65, 69), (70, 71))
)


def quoted(citation: Citation) -> str:
    """The quotation of an answer that has but one."""
    [shown] = html(answered.answer(replace(FOUND, citations=(citation,)), 7))
    return shown.removeprefix("<blockquote><b>[1] </b>").partition("</blockquote>")[0]


def test_a_quote_looks_as_it_does_in_the_document():
    citation = quoting(MARKED, styles=LOOKS, parts=PARTS)
    assert citation.shown == "The gate code, says Ada, is 4711."
    assert quoted(citation) == (
        "The <b>gate code</b>, <i>says</i> "
        '<a href="https://a.example/?b=1&amp;c=2">Ada</a>, is <code>4711</code>.'
    )


def test_the_words_that_answer_are_bold_whatever_they_look_like():
    citation = quoting(MARKED, "4711", styles=LOOKS, parts=PARTS)
    assert quoted(citation).endswith(", is <b>4711</b>.")
    citation = quoting(MARKED, "Ada](https://a.example/?b=1&c=2), is `4711", styles=LOOKS, parts=PARTS)
    assert re.sub("</b><b>", "", quoted(citation)).endswith("<b>Ada, is 4711</b>.")


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("http://a.example", True),
        ("https://a.example/b#c", True),
        ("HTTPS://A.EXAMPLE", True),
        ("tg://resolve?domain=docent", True),
        ("mailto:ada@a.example", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("ftp://a.example", False),
        ("#part", False),
        ("other.md", False),
        ("/etc", False),
        ("//a.example", False),
        ("", False),
        ("https://a.example/with a blank", False),
    ],
)
def test_only_links_that_lead_out_are_links(href: str, shown: bool):
    citation = quoting(MARKED, styles=(look("Ada", "link", href),), parts=PARTS)
    link = f'<a href="{href}">Ada</a>' if shown else "Ada"
    assert quoted(citation) == f"The gate code, says {link}, is 4711."


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\ud83d"], ids=ascii)
def test_links_hold_nothing_hidden(hidden: str):
    citation = quoting(MARKED, styles=(look("Ada", "link", f"https://a.example/{hidden}"),), parts=PARTS)
    shown = quoted(citation)
    assert hidden not in shown
    shown.encode()  # as it is sent


@pytest.mark.parametrize("kind", ["bold", "italic", "code"])
def test_looks_that_reach_beyond_the_quote_are_cut(kind: str):
    at = CITED.start + MARKED.index("4711")
    citation = quoting(MARKED, styles=(Style(0, at + 4, kind), Style(at + 5, 999, kind)), parts=PARTS)  # type: ignore[arg-type]
    tag = {"bold": "b", "italic": "i", "code": "code"}[kind]
    shown = quoted(citation)
    assert shown.replace(f"<{tag}>", "").replace(f"</{tag}>", "") == "The gate code, says Ada, is 4711."
    assert re.sub(rf"<{tag}>[^<>]+</{tag}>", "", shown) == ""  # all of it has that look, each tag closed


def test_a_link_is_a_link_whatever_else_it_looks_like():
    looks = (look("Ada", "bold"), look("Ada", "link", "https://a.example"), look("says", "code"))
    citation = quoting(MARKED, styles=(*looks, look("says", "bold")), parts=PARTS)
    assert quoted(citation) == (
        'The gate code, <code>says</code> <a href="https://a.example">Ada</a>, is 4711.'
    )


def test_a_row_is_shown_with_the_names_of_its_columns():
    row = "| Saturday | **closed** |"
    day, hours = (CITED.start + row.index(words) for words in ("Saturday", "closed"))
    citation = quoting(
        row, kind="row", styles=(Style(hours, hours + 6, "italic"),),
        parts=(Part(day, day + 8, "day: "), Part(hours, hours + 6, " · hours: ")),
    )  # fmt: skip
    assert re.sub("<.*?>", "", quoted(citation)) == "day: Saturday · hours: closed"
    assert quoted(citation).endswith("closed</i>")


def test_code_keeps_its_lines():
    code = "def f(x):\n    if x < 1:\n\n        return 4711"
    assert quoted(quoting(code, kind="code")) == (
        "<code>def f(x):\n    if x &lt; 1:\n\n        return 4711</code>"
    )
    assert quoted(quoting(code, "4711", kind="code")) == (
        "<code>def f(x):\n    if x &lt; 1:\n\n        return </code><b>4711</b>"
    )
    assert quoted(quoting(code, "return", kind="code")) == (
        "<code>def f(x):\n    if x &lt; 1:\n\n        </code><b>return</b><code> 4711</code>"
    )


def test_what_is_no_code_is_one_line():
    assert quoted(quoting("The gate\n   code is\t4711.")) == "The gate code is 4711."


def test_more_looks_than_a_message_holds_go_into_another():
    quote = "word " * 300
    at = range(CITED.start, CITED.start + len(quote), 5)
    citation = quoting(quote, styles=tuple(Style(place, place + 4, "bold") for place in at))
    screen = answered.answer(replace(FOUND, citations=(citation,)), 7)
    assert bare("word" * 300) in bare(checked(screen))
    assert len(screen.messages) > 1


def test_where_else_a_quote_stands_is_told():
    also = (("old/soup.txt", 3, 11), ("soup.txt", 90, 98))
    [shown] = html(answered.answer(replace(FOUND, citations=(replace(SECOND, also=also),)), 7))
    assert "<b>soup.txt</b>\nparagraph 1, also in old/soup.txt\n" in shown


@pytest.mark.parametrize(("more", "emphasised"), [(0, True), (1, False)])
def test_in_a_quote_that_has_to_be_cut_no_words_are_emphasised(more: int, emphasised: bool):
    quote = "Ada Holm " + "x" * (cited.QUOTE - len("Ada Holm ") + more)
    first, *_ = html(answered.answer(replace(FOUND, citations=(quoting(quote, "Ada Holm"),)), 7))
    assert ("[1] </b><b>Ada Holm</b> xxx" in first) == emphasised
    assert ("[1] </b>Ada Holm xxx" in first) == (not emphasised)


def test_a_list_says_where_its_members_were_found():
    reply = replace(FOUND, swept=12)
    assert html(answered.answer(reply, 7))[0].endswith(
        "\n<i>1 sentence in 1 of 12 documents · confidence 87%</i>"
    )


def test_an_answer_of_several_quotes_names_each_document_once():
    told = Outdated("soup.txt", gone=False)
    reply = replace(FOUND, citations=(CITED, SECOND, THIRD), outdated=(told,), confidence=1.0)
    assert html(answered.answer(reply, 7)) == [
        "<blockquote><b>[1] </b>The ferry leaves on Tuesday.</blockquote>\n"
        "<blockquote><b>[2] </b>Boil it.</blockquote>\n"
        "<blockquote><b>[3] </b>Take the ferry back.</blockquote>\n"
        "<b>Dear Miriam</b> · letters/ferry.txt\n"
        "[1] paragraph 2 · [3] paragraph 4\n"
        "<b>soup.txt</b>\n"
        "[2] paragraph 1\n"
        "⚠ soup.txt changed since it was indexed; the quotes are from the earlier text.\n"
        "<i>confidence 99%</i>"
    ]


def test_an_answer_that_repeats_its_question_and_says_what_was_searched():
    reply = replace(FOUND, question="and <when>?", citations=())
    assert html(answered.answer(reply, 7, repeat=True)) == [
        "<b>and &lt;when&gt;?</b>\n<i>searched for: When does the ferry leave?</i>\n<i>confidence 87%</i>"
    ]


def test_an_answer_that_is_not_found():
    screen = answered.answer(LOST, 7)
    assert html(screen) == [
        "<b>The documents do not answer this.</b>\n\n"
        "<i>The nearest passages, which are not an answer:</i>\n"
        "<blockquote><b>[1] </b>The ferry leaves on Tuesday.</blockquote>\n"
        "<b>Dear Miriam</b> · letters/ferry.txt\n"
        "paragraph 2"
    ]
    expected = [("I expected an answer", "bad:7")]
    assert buttons(screen) == [[("[1]", "cite:7:1")], [("Other passages", "more:7")], expected]
    nothing = answered.answer(replace(LOST, near=()), 7)
    assert html(nothing) == ["<b>The documents do not answer this.</b>"]
    assert buttons(nothing) == [expected]


def test_the_verdict_that_was_given_is_marked_and_no_other():
    keyboard = answered.answer(FOUND, 7).keyboard
    assert keyboard is not None
    for data, labels in (("good:7", ["👍 ✓", "👎"]), ("bad:7", ["👍", "👎 ✓"]), ("bad:7", ["👍", "👎 ✓"])):
        keyboard = answered.chosen(keyboard, data)
        assert [button.text for button in keyboard.inline_keyboard[-1]] == ["Other passages", *labels]
    assert [button.callback_data for button in keyboard.inline_keyboard[-1]] == ["more:7", "good:7", "bad:7"]
    missed = answered.answer(LOST, 7).keyboard
    assert missed is not None
    assert answered.chosen(missed, "bad:7").inline_keyboard[-1][0].text == "I expected an answer ✓"


def at(heading: str, first: int, last: int = 0, row: int = 0) -> Locator:
    return Locator(headings=("Rules", heading), first=first, last=last or first, first_row=row, last_row=row)


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([at("Fees", 1)], "Fees, paragraph 1"),
        ([at("Fees", 1)] * 4, "[1]–[4] Fees, paragraph 1"),
        ([at("Fees", 1), at("Fees", 2), at("Fees", 3, 5)], "[1]–[3] Fees, paragraphs 1–5"),
        ([at("Fees", 1), at("Fees", 3)], "[1] Fees, paragraph 1 · [2] Fees, paragraph 3"),
        ([at("Fees", 2), at("Fees", 1)], "[1] Fees, paragraph 2 · [2] Fees, paragraph 1"),
        (
            [at("Fees", 1), at("Dogs", 1), at("Dogs", 2)],
            "[1] Fees, paragraph 1 · [2] [3] Dogs, paragraphs 1–2",
        ),
        ([at("Fees", 1, 9, row=row) for row in (2, 3, 4)], "[1]–[3] Fees, rows 2–4"),
        ([at("Fees", 1, 9, row=row) for row in (3, 2)], "[1] [2] Fees, rows 2–3"),
        ([at("Fees", 1, 9, row=row) for row in (2, 4)], "[1] Fees, row 2 · [2] Fees, row 4"),
        ([at("Fees", 1, 9, row=2), at("Fees", 1, 9)], "[1] Fees, row 2 · [2] Fees, paragraphs 1–9"),
        ([Locator()], ""),
    ],
)
def test_neighbouring_places_of_one_document_are_one(places: list[Locator], shown: str):
    cited = tuple(
        replace(CITED, number=number, title="Rules", source="rules.md", place=place)
        for number, place in enumerate(places, 1)
    )
    [message] = html(answered.answer(replace(FOUND, citations=cited), 7))
    sources = message.rpartition("</blockquote>\n")[2].removesuffix("<i>confidence 87%</i>")
    assert sources.split("\n") == ["<b>rules.md</b>", *filter(None, [shown]), ""]  # its title is its name


def test_a_long_list_is_shown_in_parts():
    many: tuple[Citation, ...] = tuple(replace(CITED, number=n) for n in range(1, 24))
    reply: Answer = replace(FOUND, citations=many)
    screen = answered.answer(reply, 7)
    assert [len(row) for row in buttons(screen)] == [5, 5, 3]
    assert buttons(screen)[-1][0] == ("13 more quotes", "more:7")
    further = answered.more(many[10:20], 7, left=3)
    assert buttons(further)[0][0] == ("[11]", "cite:7:11")
    assert buttons(further)[-1] == [("3 more quotes", "more:7")]
    assert buttons(answered.more(many[20:], 7, left=0))[-1] == [("Other passages", "more:7")]


def test_other_passages_are_said_to_be_no_evidence():
    screen = answered.other_passages((THIRD,), 7, last=False)
    assert html(screen) == [
        "<i>Other passages. They are near the question, but no evidence for an answer:</i>\n"
        "<blockquote><b>[3] </b>Take the ferry back.</blockquote>\n"
        "<b>Dear Miriam</b> · letters/ferry.txt\nparagraph 4"
    ]
    assert buttons(screen)[-1] == [("Other passages", "more:7")]
    assert buttons(answered.other_passages((THIRD,), 7, last=True)) == [[("[3]", "cite:7:3")]]


def minutes(at: int) -> Context:
    return around([passage for passage, _ in indexed("minutes.md", MINUTES)], at)


def test_a_passage_between_its_neighbours():
    context = minutes(1)
    assert "Alice Archer, Bob Baker" in context[1].text
    citation = replace(CITED, start=102, end=162, quote=MINUTES[102:162])
    screen = open_at(context, citation, 7, "It changed.")
    assert html(screen) == [
        "<b>Minutes of the garden club</b> · minutes.md\n"
        "<i>[1] · Attendance, paragraph 1</i>\n"
        "<blockquote>The meeting was held in the village hall on 3 May 2024.</blockquote>\n"
        "<b>Attendance</b>\n"
        "<b>Alice Archer, Bob Baker and Carol Cook attended the meeting.</b> Dora Dean sent her apologies.\n"
        "<blockquote><b>Decisions</b>\n"
        "The club bought a new greenhouse for 900 euros. It will stand behind the school.</blockquote>\n\n"
        "⚠ It changed."
    ]
    assert buttons(screen) == [
        [("◀", "walk:7:1:2"), ("▶", "walk:7:1:197")],
        [("📄 Send the file", "file:7:1")],
    ]


def test_a_neighbouring_passage_has_no_quote():
    citation = replace(CITED, start=102, end=162, quote=MINUTES[102:162])
    screen = open_at(minutes(2), citation)
    assert marked(screen.messages[0], "bold") == ["Minutes of the garden club", "Attendance", "Decisions"]
    assert buttons(screen)[0] == [("◀", "walk:7:1:90")]


def test_the_documents():
    when = int(datetime(2024, 5, 3, 12, tzinfo=UTC).timestamp() * 1e9)
    known = [Entry(n, f"{n}.txt", f"Title <{n}>", "", 1234 * n, when, 0, 1, f"{n}.txt") for n in range(1, 13)]
    assert html(listed.sources(known, 1)) == [
        "<b>12 documents</b>\n"
        "11. Title &lt;11&gt;\n<i>11.txt · 2024-05-03 · 13.6 kB</i>\n"
        "12. Title &lt;12&gt;\n<i>12.txt · 2024-05-03 · 14.8 kB</i>\n\n"
        "<i>page 2 of 2 · /sources tax lists those with “tax” in their name</i>"
    ]
    assert html(listed.sources(known[:1], 0)) == [
        "<b>1 document</b>\n1. Title &lt;1&gt;\n<i>1.txt · 2024-05-03 · 1.2 kB</i>"
    ]
    assert html(listed.sources([], 5)) == ["<b>0 documents</b>"]


def test_the_introduction():
    introduction = (
        "I answer questions from 1 document, with sentences quoted word for word, each with the place "
        "where it stands. Where the documents do not hold the answer, I say so.\n\n"
    )
    assert html(about.start(0, ())) == [
        "There are no documents at the moment, so I have nothing to answer from."
    ]
    assert html(about.start(1, ())) == [introduction + "Just write your question."]
    screen = about.start(1, ["Who is A & B?", "Why?"])
    assert html(screen) == [introduction + "Just write your question, or try one of these:"]
    assert buttons(screen) == [[("Who is A & B?", "try:1")], [("Why?", "try:2")]]


def test_a_request():
    assert html(requested.request(-5, "R & D")) == ["The group “R &amp; D” (id -5) asks for access."]
    assert html(requested.request(5, "x" * 100)) == [f"{'x' * 79}… (id 5) asks for access."]


def test_an_article():
    title, description, shown = opened.article(CITED)
    assert (title, description) == ("The ferry leaves on Tuesday.", "Dear Miriam, paragraph 2")
    assert shown.html == (
        "<blockquote>The ferry leaves on Tuesday.</blockquote>\n"
        "<b>Dear Miriam</b> · letters/ferry.txt\nparagraph 2"
    )


def test_an_article_of_a_long_quote_is_shortened_to_one_message():
    title, _, shown = opened.article(quoting("🦊 ran on " * 1000, words="ran"))
    read, _ = taken(shown)
    assert title == f"{'🦊 ran on ' * 9}🦊 ran on…"
    quote, _, rest = read.partition("\n")
    assert quote == f"{'🦊 ran on ' * 405}🦊 ran…"[: len(quote) - 1] + "…"
    assert rest == "Dear Miriam · letters/ferry.txt\nparagraph 2"
    assert 4080 < units(read) <= 4096


@pytest.mark.parametrize("text", [about.HELP, about.PRIVACY, requested.PRIVATE, requested.ASKED_ADMINS])
def test_fixed_texts_fit(text: str):
    assert checked(screens.text(text))
    assert len(requested.PRIVATE) <= 200  # it is also shown in an alert, which holds no more
