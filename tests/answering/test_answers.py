"""Deciding how sure to be and when to say nothing; quotes as they are cited and shown."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.answering.answers import Answer, Citation, cite, compose, nearest, quotes_for_fact, quotes_for_list
from bot.answering.scoring import Evidence, confidence
from bot.words import coverage_in_words
from index.records import Context, Document, Features, Kind, Locator, Part, Passage, Unit

NOTHING, ALL = (Features(*[value] * len(Features.__struct_fields__)) for value in (0.0, 1.0))
TEXT = "Ann came. Ben came. Cleo stayed away. Dan came late."
SPANS = {"Ann": (0, 9), "Ben": (10, 19), "Cleo": (20, 37), "Dan": (38, 52)}
SURE, UNSURE = 4.0, -4.0
share = st.floats(0, 1)


def one(
    name: str,
    score: float = 0.5,
    features: Features = ALL,
    source: str = "a.txt",
    log_odds: float = SURE,
    words: str = "",
    span_share: float = 1.0,
) -> Evidence:
    """The sentence of TEXT that begins with a name, and words of it; two sentences make a passage."""
    document = Document(source, f"Title of {source}", TEXT, "digest")
    start, end = SPANS[name]
    first = start < 20
    place = (0, 19, Locator(first=1, last=1)) if first else (20, 52, Locator(first=2, last=2))
    at = TEXT.index(words, start)
    span = (at, at + len(words)) if words else None
    unit = Unit(Passage(document, *place), start, end)
    return Evidence(unit, features, score, log_odds, span, span_share if words else 0.0)


def composed(
    evidence: list[Evidence],
    *,
    threshold: float = 0.5,
    quotes: int = 3,
    documents: int = 0,
    asked: str = "Why?",
) -> Answer:
    """An answer to a question for one fact, or for a list where documents were swept for it."""
    fact = quotes_for_fact(evidence, quotes) if evidence else []
    chosen = quotes_for_list(evidence) if documents else fact
    return compose(
        "Why?", "why?", evidence, chosen,
        threshold=threshold, is_list=documents > 0, documents=documents,
    )  # fmt: skip


def names(evidence: list[Evidence]) -> list[str]:
    return [found.unit.text.split()[0] for found in evidence]


# ----------------------------------------------------------------------------------- what to quote


@pytest.mark.parametrize(
    ("scores", "most", "quoted"),
    [
        ([1.0, 0.6, 0.59], 3, ["Ann", "Ben"]),  # beside a sure one six tenths are enough, less is not
        ([0.5, 0.15, 0.14], 3, ["Ann", "Ben"]),
        ([0.1, 0.01, 0.001], 3, ["Ann", "Ben"]),  # beside an unsure one a tenth of it
        ([0.8, 0.7, 0.6, 0.5], 3, ["Ann", "Ben", "Cleo"]),
        ([0.8, 0.7], 1, ["Ann"]),
        ([0.8], 3, ["Ann"]),
        ([-0.1, -0.2], 3, ["Ann"]),  # cosines may be negative; the best is quoted all the same
    ],
)
def test_quotes_for_a_fact(scores: list[float], most: int, quoted: list[str]):
    evidence = [one(name, score) for name, score in zip(SPANS, scores, strict=False)]
    assert names(quotes_for_fact(evidence, most)) == quoted


def test_a_unit_without_bearing_of_its_own_supports_nothing():
    caption = structs.replace(ALL, unit_cosine=0.19, unit_coverage=0.09)
    kept = [
        one("Ben", 0.9, structs.replace(NOTHING, unit_cosine=0.2)),
        one("Dan", 0.9, structs.replace(NOTHING, unit_coverage=0.1)),
    ]
    assert names(quotes_for_fact([one("Ann"), one("Cleo", 0.9, caption)], 2)) == ["Ann"]
    assert names(quotes_for_fact([one("Ann"), *kept], 3)) == ["Ann", "Ben", "Dan"]


def test_what_speaks_less_of_the_numbers_and_names_of_the_question_than_the_best_supports_nothing():
    best = one("Ann", features=structs.replace(ALL, numbers_missing_around=0.5, names_missing=0.5))
    for name in ("numbers_missing_around", "names_missing"):
        as_much, less = (one("Ben", 0.9, structs.replace(best.features, **{name: n})) for n in (0.5, 0.6))
        assert names(quotes_for_fact([best, as_much], 3)) == ["Ann", "Ben"]
        assert names(quotes_for_fact([best, less], 3)) == ["Ann"]


@pytest.mark.parametrize("kind", ["heading", "question", "caption", "term"])
def test_a_name_supports_nothing(kind: Kind):
    ben = one("Ben", 0.9)
    named = structs.replace(ben, unit=structs.replace(ben.unit, kind=kind))
    assert names(quotes_for_fact([one("Ann"), named, one("Dan", 0.8)], 3)) == ["Ann", "Dan"]
    assert names(quotes_for_fact([named], 3)) == ["Ben"]


def test_quotes_for_a_list_stand_in_reading_order_the_best_document_first_and_are_not_cut():
    found = [one(name, source=f"{letter}.txt") for letter in "dacb" for name in ("Dan", "Ben", "Ann", "Cleo")]
    quotes = quotes_for_list(found)
    places = [(each.unit.passage.document.source, each.unit.text[:3]) for each in quotes]
    assert places == [(f"{letter}.txt", name) for letter in "dacb" for name in ("Ann", "Ben", "Cle", "Dan")]


def test_what_answers_best_comes_before_a_list_that_may_not_be_wanted():
    found = [one(name) for name in ("Dan", "Ben", "Ann")]
    assert names(quotes_for_list(found, one("Ben"))) == ["Ben", "Ann", "Dan"]
    assert names(quotes_for_list(found, one("Cleo"))) == ["Cleo", "Ann", "Ben", "Dan"]
    assert names(quotes_for_list([], one("Cleo"))) == ["Cleo"]


def test_nearest_takes_one_unit_a_passage_and_leaves_out_what_is_known():
    found = [one("Ben"), one("Ann"), one("Dan"), one("Cleo"), one("Ann", source="b.txt")]
    assert names(nearest(found, 9)) == ["Ben", "Dan", "Ann"]
    assert names(nearest(found, 2)) == ["Ben", "Dan"]
    assert names(nearest(found, 9, {("a.txt", 20)})) == ["Ben", "Ann"]
    assert nearest(found, 9, {("a.txt", 0), ("a.txt", 20), ("b.txt", 0)}) == []


def test_citations_are_numbered_and_say_where_they_stand():
    first, second = cite([one("Dan", 0.123456, words="late"), one("Ann")], first=4)
    assert second.number == 5
    assert first == Citation(
        number=4,
        source="a.txt",
        title="Title of a.txt",
        place=Locator(first=2, last=2),
        start=38,
        end=52,
        quote="Dan came late.",
        passage="Cleo stayed away. Dan came late.",
        passage_start=20,
        passage_end=52,
        span=(47, 51),
        score=0.1235,
    )


@pytest.mark.parametrize(
    ("log_odds", "span_share", "pointed_at"),
    [(9.0, 0.51, True), (9.0, 0.49, False), (0.01, 1.0, True), (-0.01, 1.0, False), (0.01, 0.9, False)],
)
def test_words_are_pointed_at_where_they_more_likely_than_not_answer(
    log_odds: float, span_share: float, pointed_at: bool
):
    [citation] = cite([one("Dan", words="late", log_odds=log_odds, span_share=span_share)])
    assert citation.span == ((47, 51) if pointed_at else None)


# -------------------------------------------------------------------------------------- the answer


def test_an_answer_is_its_numbered_quotes():
    reply = composed([one("Dan", 0.8), one("Ann", 0.7)], threshold=0.5, quotes=3)
    assert reply.found
    assert (reply.question, reply.searched_for) == ("Why?", "why?")
    assert reply.text == "Dan came late. [1]\nAnn came. [2]"
    assert [citation.quote for citation in reply.citations] == ["Dan came late.", "Ann came."]
    assert reply.near == reply.outdated == ()
    assert (reply.lead, reply.swept) == ("", 0)


def test_an_answer_begins_with_the_words_that_answer():
    evidence = [one("Dan", 0.8, words="late"), one("Ann", 0.7, words="Ann")]
    reply = composed(evidence, threshold=0.5, quotes=3)
    assert reply.lead == "late"
    assert reply.text == "late [1]\nDan came late. [1]\nAnn came. [2]"
    assert [citation.span for citation in reply.citations] == [(47, 51), (0, 3)]


@pytest.mark.parametrize(
    ("words", "lead"),
    [
        ("Cleo", "Cleo"),
        ("stayed away", "stayed away"),  # 11 of 17 characters
        ("Cleo stayed", "Cleo stayed"),
        ("Cleo stayed a", ""),  # 13 are most of them: the quote says it
        ("Cleo stayed away.", ""),
    ],
)
def test_an_answer_that_is_most_of_its_quote_does_not_lead(words: str, lead: str):
    assert composed([one("Cleo", words=words)], threshold=0, quotes=1).lead == lead


def test_words_that_may_not_answer_do_not_lead():
    unlikely = one("Dan", words="late", span_share=0.4)
    unsure = one("Dan", words="late", log_odds=UNSURE)
    behind = [one("Ann"), one("Dan", words="late")]
    for evidence in ([unlikely], [unsure], behind):
        reply = composed(evidence, threshold=0, quotes=3)
        assert (reply.found, reply.lead) == (True, "")
        assert reply.text.startswith(f"{reply.citations[0].quote} [1]")


def test_a_lead_is_one_line():
    document = Document("a.txt", "A", "It was built by Ada\n  Holm of Ronsund in 1871.", "digest")
    passage = Passage(document, 0, len(document.text))
    start = document.text.index("Ada")
    span = (start, start + len("Ada\n  Holm"))
    found = Evidence(Unit(passage, 0, len(document.text)), ALL, 0.9, SURE, span, 1.0)
    reply = composed([found], threshold=0.5, quotes=3)
    assert reply.lead == "Ada Holm"
    assert reply.citations[0].span == span


def test_a_question_for_a_list_is_answered_with_one():
    evidence = [one("Dan"), one("Ben", words="Ben"), one("Ann", words="Ann")]
    reply = composed(evidence, threshold=0.5, quotes=1, documents=2)
    assert reply.text == "Ann came. [1]\nBen came. [2]\nDan came late. [3]"
    assert reply.lead == ""
    assert [citation.span for citation in reply.citations] == [(0, 3), (10, 13), None]


@pytest.mark.parametrize(
    ("sources", "documents", "coverage"),
    [
        (["a.txt"], 1, "1 sentence in 1 of 1 document"),
        (["a.txt"], 12, "1 sentence in 1 of 12 documents"),
        (["a.txt"] * 5, 12, "5 sentences in 1 of 12 documents"),
        (["a.txt", "b.txt", "a.txt"], 2, "3 sentences in 2 of 2 documents"),
    ],
)
def test_a_list_says_where_its_members_were_found(sources: list[str], documents: int, coverage: str):
    evidence = [one("Ann", source=source) for source in sources]
    reply = composed(evidence, threshold=0.5, quotes=1, documents=documents)
    assert (reply.swept, coverage_in_words(reply)) == (documents, coverage)
    assert coverage_in_words(composed(evidence, threshold=0.5, quotes=1)) == ""


def test_below_the_threshold_nothing_is_found_but_what_is_near_is_named():
    evidence = [one("Dan", log_odds=UNSURE), one("Cleo", log_odds=UNSURE), one("Ann", log_odds=UNSURE)]
    reply = composed(evidence, threshold=0.5, quotes=1)
    assert reply == Answer(
        question="Why?",
        searched_for="why?",
        found=False,
        confidence=confidence(evidence),
        text="",
        citations=(),
        near=cite([evidence[0], evidence[2]]),
        looked_at=(("a.txt", 20), ("a.txt", 0)),
    )


def test_three_passages_are_near_at_most():
    evidence = [one("Dan", source=f"{letter}.txt", log_odds=UNSURE) for letter in "abcd"]
    assert composed(evidence, quotes=1).near == cite(evidence[:3])


def test_what_has_no_bearing_is_not_near():
    unlike, like = one("Dan", 0.9, NOTHING, log_odds=UNSURE), one("Ann", 0.8, log_odds=UNSURE)
    assert composed([unlike, like], threshold=0.5, quotes=3).near == cite([like])
    reply = composed([unlike], threshold=0.5, quotes=3)
    assert (reply.near, reply.looked_at) == ((), (("a.txt", 20),))


@pytest.mark.parametrize("documents", [0, 3])
@pytest.mark.parametrize("threshold", [0.5, 0.0])
def test_without_evidence_nothing_is_found(threshold: float, documents: int):
    reply = composed([], threshold=threshold, quotes=3, documents=documents)
    assert reply == Answer(
        question="Why?", searched_for="why?", found=False, confidence=0.0, text="", citations=()
    )


def test_all_passages_that_were_weighed_are_named_best_first():
    evidence = [one("Dan"), one("Ann", source="b.txt"), one("Cleo"), one("Ben")]
    reply = composed(evidence, threshold=0.5, quotes=1)
    assert reply.looked_at == (("a.txt", 20), ("b.txt", 0), ("a.txt", 0))


# ------------------------------------------------------------------------------ quotes as they are shown


def of(
    text: str,
    parts: tuple[Part, ...] = (),
    words: str = "",
    kind: Kind = "paragraph",
    context: Context = Context(),  # noqa: B008 - it is frozen
    also: tuple[Unit, ...] = (),
) -> Evidence:
    """A unit that is all of its document, shown in parts, and words of it that answer."""
    passage = Passage(Document("a.md", "A", text, "digest"), 0, len(text))
    at = text.index(words)
    unit = Unit(passage, 0, len(text), kind, context, parts)
    return Evidence(unit, ALL, 0.9, SURE, (at, at + len(words)) if words else None, 1.0, also)


ROW = "| Saturday | closed |"
CELLS = Part(2, 10, "day: "), Part(13, 19, " · hours: ")
BOLD = "The **code of the gate** is 4711, says [Ada](https://a.example)."
BARE = Part(0, 4), Part(6, 22), Part(24, 39), Part(40, 43), Part(63, 64)
RANGE = "It ran 1990&ndash;1994, they say."
DASH = Part(0, 11), Part(18, 33, "–")


@pytest.mark.parametrize(
    ("text", "parts", "shown"),
    [
        ("Ann came.", (), "Ann came."),
        (ROW, CELLS, "day: Saturday · hours: closed"),
        (BOLD, BARE, "The code of the gate is 4711, says Ada."),
        (RANGE, DASH, "It ran 1990–1994, they say."),
        ("Wait&hellip;", (Part(0, 4), Part(12, 12, "…")), "Wait…"),
    ],
)
def test_a_citation_quotes_the_document_and_shows_what_it_looks_like(
    text: str, parts: tuple[Part, ...], shown: str
):
    [citation] = cite([of(text, parts)])
    assert (citation.quote, citation.shown) == (text, shown)
    assert citation.shown == of(text, parts).unit.shown
    assert compose("?", "?", [], [of(text, parts)], threshold=0).text == f"{shown} [1]"


@pytest.mark.parametrize(
    ("start", "end", "pieces"),
    [
        (None, None, [("day: ", "Saturday", 2), (" · hours: ", "closed", 13)]),
        (2, 10, [("day: ", "Saturday", 2)]),
        (4, 10, [("", "turday", 4)]),  # the name of a cell stands before its beginning only
        (4, 15, [("", "turday", 4), (" · hours: ", "cl", 13)]),
        (10, 13, []),  # between the cells
        (0, 2, []),
        (19, 21, []),
        (7, 7, []),
        (21, 21, []),
    ],
)
def test_the_pieces_of_a_stretch(start: int | None, end: int | None, pieces: list[tuple[str, str, int]]):
    [citation] = cite([of(ROW, CELLS)])
    assert list(citation.pieces(start, end)) == pieces


def test_a_quote_without_parts_is_one_piece():
    [citation] = cite([one("Dan")])
    assert list(citation.pieces()) == [("", "Dan came late.", 38)]
    assert list(citation.pieces(42, 46)) == [("", "came", 42)]
    assert list(citation.pieces(0, 99)) == [("", "Dan came late.", 38)]


@pytest.mark.parametrize(
    ("text", "parts", "words", "lead"),
    [
        (BOLD, BARE, "code of the gate", "code of the gate"),
        (BOLD, BARE, "**code of the gate**", "code of the gate"),
        (BOLD, BARE, "gate** is", "gate is"),
        (BOLD, BARE, "says [Ada", "says Ada"),
        (ROW, CELLS, "closed", "closed"),
        (ROW, CELLS, "Saturday", "Saturday"),
        (RANGE, DASH, "1990&ndash;1994", "1990–1994"),
        (ROW, CELLS, "rday | clo", "rday · hours: clo"),
    ],
)
def test_a_lead_has_no_markup(text: str, parts: tuple[Part, ...], words: str, lead: str):
    evidence = of(text, parts, words)
    reply = compose("?", "?", [evidence], [evidence], threshold=0.5)
    assert reply.lead == lead
    assert reply.citations[0].span == evidence.span
    assert reply.text == f"{lead} [1]\n{evidence.unit.shown} [1]"


def test_a_lead_is_short_beside_what_is_shown_not_beside_markup():
    text = "[Ada Holm](https://long.example/of/an/address/that/is/not/shown)."
    evidence = of(text, (Part(1, 9), Part(len(text) - 1, len(text))), "Ada Holm")
    assert compose("?", "?", [evidence], [evidence], threshold=0.5).lead == ""  # 8 of 9 characters


def test_what_a_citation_says_of_its_unit():
    twin = Unit(Passage(Document("b/twin.md", "B", "x Ann came.", "digest"), 0, 11), 2, 11)
    context = Context(("A",), ("Rooms", "Upstairs"), ("They came:",))
    [citation] = cite([of("Ann came.", kind="item", context=context, also=(twin,))])
    assert citation.kind == "item"
    assert citation.context == ("A", "Rooms", "Upstairs", "They came:")
    assert citation.also == (("b/twin.md", 2, 11),)
    assert (citation.parts, citation.styles) == ((), ())


def test_a_whole_list_has_no_lead_and_needs_no_sweep():
    evidence = [of("Ann came.", words="Ann"), of("Ben came.", words="Ben")]
    reply = compose("Who came?", "Who came?", evidence, evidence, threshold=0.5, is_list=True)
    assert (reply.lead, reply.swept) == ("", 0)
    assert reply.text == "Ann came. [1]\nBen came. [2]"
    assert compose("Who came?", "Who came?", evidence, evidence, threshold=0.5).lead == "Ann"


def test_an_answer_is_as_sure_as_the_surest_that_is_chosen():
    evidence = [one("Dan", log_odds=2.0), one("Ann", log_odds=1.0), one("Ben", log_odds=0.5)]
    reply = compose("?", "?", evidence, evidence[:0:-1], threshold=0.5)
    assert reply.confidence == confidence([evidence[1]])
    assert [citation.quote for citation in reply.citations] == ["Ben came.", "Ann came."]
    assert reply.looked_at == (("a.txt", 20), ("a.txt", 0))


_place = st.integers(0, 30)


@given(st.lists(st.tuples(_place, _place, st.sampled_from(["", "n: ", "–"])), max_size=5), _place, _place)
def test_what_is_shown_falls_into_the_pieces_of_its_stretches(
    drawn: list[tuple[int, int, str]], one: int, other: int
):
    text = "".join(chr(ord("A") + number) for number in range(30))
    places = sorted({place for first, last, _ in drawn for place in (first, last)})
    borders = zip(places[::2], places[1::2], strict=False)
    parts = tuple(Part(*border, before) for border, (*_, before) in zip(borders, drawn, strict=False))
    [citation] = cite([of(text, parts)])
    first, last = sorted((one, other))
    cuts = ((0, first), (first, last), (last, 30))
    pieces = [piece for cut in cuts for piece in citation.pieces(*cut)]
    assert "".join(before + said for before, said, _ in pieces) == citation.shown
    assert all(text[at : at + len(said)] == said for _, said, at in pieces)


# ------------------------------------------------------------------------------------- all answers


@st.composite
def _evidence(draw: st.DrawFn) -> Evidence:
    name = draw(st.sampled_from(sorted(SPANS)))
    start, end = SPANS[name]
    first = draw(st.integers(start, end - 1))
    words = TEXT[first : draw(st.integers(first + 1, end))] if draw(st.booleans()) else ""
    return one(
        name,
        draw(share),
        draw(st.builds(Features, *[share] * 8)),
        draw(st.sampled_from(["a.txt", "b.txt"])),
        draw(st.floats(-800, 800)),
        words,
        draw(share),
    )


_found = st.lists(_evidence(), min_size=1).map(lambda evidence: sorted(evidence, key=lambda e: -e.score))


@given(_found, share, st.sampled_from([0, 2]))
def test_every_quote_is_an_exact_slice_and_found_means_quoted(
    evidence: list[Evidence], bar: float, documents: int
):
    reply = composed(evidence, threshold=bar, quotes=3, documents=documents)
    assert reply.found == bool(reply.citations) == bool(reply.text) == (reply.confidence >= bar)
    assert bool(reply.swept) == (reply.found and documents > 0)
    cited = (*reply.citations, *reply.near)
    assert [c.number for c in cited] == list(range(1, len(cited) + 1))
    assert all(TEXT[c.start : c.end] == c.quote for c in cited)
    assert all(TEXT[c.passage_start : c.passage_end] == c.passage for c in cited)
    assert all(c.passage_start <= c.start < c.end <= c.passage_end for c in cited)
    assert all(c.start <= c.span[0] < c.span[1] <= c.end for c in cited if c.span is not None)
    assert {(c.source, c.passage_start) for c in cited} <= set(reply.looked_at)
    assert len(set(reply.looked_at)) == len(reply.looked_at)
    lead = [f"{reply.lead} [1]"] if reply.lead else []
    assert reply.text == "\n".join([*lead, *(f"{c.quote} [{c.number}]" for c in reply.citations)])
    if reply.lead:
        first = reply.citations[0]
        assert first.span is not None
        assert TEXT[slice(*first.span)].split() == reply.lead.split()
        assert len(reply.lead) < len(first.quote)
    if documents:
        best_first = list(dict.fromkeys(one.unit.passage.document.source for one in evidence))
        places = [(best_first.index(c.source), c.start) for c in reply.citations]
        assert all(a <= b for a, b in pairwise(places))
