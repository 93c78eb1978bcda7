"""Deciding what to quote, how sure to be, and when to say nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot import answer, weigh
from bot.answer import Answer, asks_for_list, cite, compose, nearest
from bot.weigh import Evidence, confidence
from index.records import Document, Features, Passage, Sentence

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
    passage = Passage(document, 0, 19, "paragraph 1") if first else Passage(document, 20, 52, "paragraph 2")
    at = TEXT.index(words, start)
    span = (at, at + len(words)) if words else None
    return Evidence(
        Sentence(passage, start, end), features, score, log_odds, span, span_share if words else 0.0
    )


def names(evidence: list[Evidence]) -> list[str]:
    return [found.sentence.text.split()[0] for found in evidence]


# ------------------------------------------------------------------------------ what is asked for


@pytest.mark.parametrize(
    "question",
    [
        "who attended?",
        "Who attended the meeting on 3 May?",
        "which nations sent envoys?",
        "Which countries did the president visit?",
        "list the members",
        "Please list the members.",
        "Can you name all the ingredients?",
        "enumerate the decisions",
        "who was present?",
        "Who were the delegates?",
        "Who else was invited?",
        "who is invited",
        "Who took part in the talks?",
        "Who voted against it?",
        "Who also signed?",
        "What are the ingredients?",
        "what are some reasons",
        "Which people spoke?",
        "Which islands are inhabited?",
        "What other animals live there?",
        "  ¿which 12 states joined?",
    ],
)
def test_a_question_for_all_members_of_a_group(question: str):
    assert asks_for_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who is Russia's foreign minister?",
        "What does it do",
        "Where did the envoys meet?",
        "When was the list made?",
        "Who was the president?",
        "what status is it",
        "What is the analysis about?",
        "which process failed",
        "What was decided?",
        "What causes rust?",
        "Which bus goes to the station?",
        "Does the list name all members?",
        "How many people attended?",
        "Who is Theresa May?",
        "Who is Mette Frederiksen?",
        "Who was Maurice Sendak?",
        "Who is Speaker of the House?",
        "Who was sentenced?",
        "Which of the two parties refused?",
        "What two fields are closest to it?",
        "Who were the three delegates?",
        "What were the members of the council called?",
        "What provides a solution?",
        "What states that it is so?",
        "What cancels our guilt?",
        "What follows secondary education?",
    ],
)
def test_a_question_for_one_fact(question: str):
    assert not asks_for_list(question)


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
    assert names(answer.quotes_for_fact(evidence, most)) == quoted


def test_a_sentence_without_bearing_of_its_own_supports_nothing():
    caption = structs.replace(ALL, sentence_cosine=0.19, sentence_coverage=0.09)
    kept = [
        one("Ben", 0.9, structs.replace(NOTHING, sentence_cosine=0.2)),
        one("Dan", 0.9, structs.replace(NOTHING, sentence_coverage=0.1)),
    ]
    assert names(answer.quotes_for_fact([one("Ann"), one("Cleo", 0.9, caption)], 2)) == ["Ann"]
    assert names(answer.quotes_for_fact([one("Ann"), *kept], 3)) == ["Ann", "Ben", "Dan"]


def test_members_of_a_list_are_all_that_are_about_as_good():
    partly = structs.replace(ALL, sentence_coverage=0.74)
    found = [one("Dan", 1.0), one("Ben", 0.9), one("Ann", 0.75), one("Cleo", 0.74), one("Cleo", 0.9, partly)]
    assert names(weigh.members(found)) == ["Dan", "Ben", "Ann"]


def test_the_best_sentence_is_always_a_member():
    assert names(weigh.members([one("Ann", -0.1), one("Ben", -0.2)])) == ["Ann"]


def test_quotes_for_a_list_stand_in_reading_order_the_best_document_first_and_are_not_cut():
    found = [one(name, source=f"{letter}.txt") for letter in "dacb" for name in ("Dan", "Ben", "Ann", "Cleo")]
    quotes = answer.quotes_for_list(found)
    places = [(each.sentence.passage.document.source, each.sentence.text[:3]) for each in quotes]
    assert places == [(f"{letter}.txt", name) for letter in "dacb" for name in ("Ann", "Ben", "Cle", "Dan")]


def test_nearest_takes_one_sentence_a_passage_and_leaves_out_what_is_known():
    found = [one("Ben"), one("Ann"), one("Dan"), one("Cleo"), one("Ann", source="b.txt")]
    assert names(nearest(found, 9)) == ["Ben", "Dan", "Ann"]
    assert names(nearest(found, 2)) == ["Ben", "Dan"]
    assert names(nearest(found, 9, {("a.txt", 20)})) == ["Ben", "Ann"]
    assert nearest(found, 9, {("a.txt", 0), ("a.txt", 20), ("b.txt", 0)}) == []


def test_citations_are_numbered_and_say_where_they_stand():
    first, second = cite([one("Dan", 0.123456, words="late"), one("Ann")], first=4)
    assert second.number == 5
    assert first == answer.Citation(
        number=4,
        source="a.txt",
        title="Title of a.txt",
        locator="paragraph 2",
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
    reply = compose("Why?", "why", [one("Dan", 0.8), one("Ann", 0.7)], threshold=0.5, quotes=3)
    assert reply.found
    assert (reply.question, reply.searched_for) == ("Why?", "why")
    assert reply.text == "Dan came late. [1]\nAnn came. [2]"
    assert [citation.quote for citation in reply.citations] == ["Dan came late.", "Ann came."]
    assert reply.near == reply.notices == ()
    assert (reply.lead, reply.coverage) == ("", "")


def test_an_answer_begins_with_the_words_that_answer():
    evidence = [one("Dan", 0.8, words="late"), one("Ann", 0.7, words="Ann")]
    reply = compose("When?", "when", evidence, threshold=0.5, quotes=3)
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
    assert compose("?", "?", [one("Cleo", words=words)], threshold=0, quotes=1).lead == lead


def test_words_that_may_not_answer_do_not_lead():
    unlikely = one("Dan", words="late", span_share=0.4)
    unsure = one("Dan", words="late", log_odds=UNSURE)
    behind = [one("Ann"), one("Dan", words="late")]
    for evidence in ([unlikely], [unsure], behind):
        reply = compose("When?", "when", evidence, threshold=0, quotes=3)
        assert (reply.found, reply.lead) == (True, "")
        assert reply.text.startswith(f"{reply.citations[0].quote} [1]")


def test_a_lead_is_one_line():
    document = Document("a.txt", "A", "It was built by Ada\n  Holm of Ronsund in 1871.", "digest")
    passage = Passage(document, 0, len(document.text), "paragraph 1")
    start = document.text.index("Ada")
    span = (start, start + len("Ada\n  Holm"))
    found = Evidence(Sentence(passage, 0, len(document.text)), ALL, 0.9, SURE, span, 1.0)
    reply = compose("Who?", "who", [found], threshold=0.5, quotes=3)
    assert reply.lead == "Ada Holm"
    assert reply.citations[0].span == span


def test_a_question_for_a_list_is_answered_with_one():
    evidence = [one("Dan"), one("Ben", words="Ben"), one("Ann", words="Ann")]
    reply = compose("Who came?", "Who came?", evidence, threshold=0.5, quotes=1, documents=2)
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
    assert compose("?", "?", evidence, threshold=0.5, quotes=1, documents=documents).coverage == coverage
    assert compose("?", "?", evidence, threshold=0.5, quotes=1).coverage == ""


def test_below_the_threshold_nothing_is_found_but_what_is_near_is_named():
    evidence = [one("Dan", log_odds=UNSURE), one("Cleo", log_odds=UNSURE), one("Ann", log_odds=UNSURE)]
    reply = compose("Why?", "why", evidence, threshold=0.5, quotes=1)
    assert reply == Answer(
        question="Why?",
        searched_for="why",
        found=False,
        confidence=confidence(evidence),
        text="",
        citations=(),
        near=cite(evidence[:1]),
        looked_at=(("a.txt", 20), ("a.txt", 0)),
    )


def test_what_has_no_bearing_is_not_near():
    unlike, like = one("Dan", 0.9, NOTHING, log_odds=UNSURE), one("Ann", 0.8, log_odds=UNSURE)
    assert compose("?", "?", [unlike, like], threshold=0.5, quotes=3).near == cite([like])
    reply = compose("?", "?", [unlike], threshold=0.5, quotes=3)
    assert (reply.near, reply.looked_at) == ((), (("a.txt", 20),))


@pytest.mark.parametrize("documents", [None, 0, 3])
@pytest.mark.parametrize("threshold", [0.5, 0.0])
def test_without_evidence_nothing_is_found(threshold: float, documents: int | None):
    reply = compose("Why?", "why", [], threshold=threshold, quotes=3, documents=documents)
    assert reply == Answer(
        question="Why?", searched_for="why", found=False, confidence=0.0, text="", citations=()
    )


def test_all_passages_that_were_weighed_are_named_best_first():
    evidence = [one("Dan"), one("Ann", source="b.txt"), one("Cleo"), one("Ben")]
    reply = compose("?", "?", evidence, threshold=0.5, quotes=1)
    assert reply.looked_at == (("a.txt", 20), ("b.txt", 0), ("a.txt", 0))


@st.composite
def _evidence(draw: st.DrawFn) -> Evidence:
    name = draw(st.sampled_from(sorted(SPANS)))
    start, end = SPANS[name]
    first = draw(st.integers(start, end - 1))
    words = TEXT[first : draw(st.integers(first + 1, end))] if draw(st.booleans()) else ""
    return one(
        name,
        draw(share),
        draw(st.builds(Features, *[share] * 6)),
        draw(st.sampled_from(["a.txt", "b.txt"])),
        draw(st.floats(-800, 800)),
        words,
        draw(share),
    )


_found = st.lists(_evidence(), min_size=1).map(lambda evidence: sorted(evidence, key=lambda e: -e.score))


@given(_found, share, st.sampled_from([None, 2]))
def test_every_quote_is_an_exact_slice_and_found_means_quoted(
    evidence: list[Evidence], bar: float, documents: int | None
):
    reply = compose("who?", "who", evidence, threshold=bar, quotes=3, documents=documents)
    assert reply.found == bool(reply.citations) == bool(reply.text) == (reply.confidence >= bar)
    assert bool(reply.coverage) == (reply.found and documents is not None)
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
    if documents is not None:
        best_first = list(dict.fromkeys(one.sentence.passage.document.source for one in evidence))
        places = [(best_first.index(c.source), c.start) for c in reply.citations]
        assert all(a <= b for a, b in pairwise(places))
