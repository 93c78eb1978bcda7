"""Deciding what to quote, how sure to be, and when to say nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import answer
from bot.answer import Answer, asks_for_list, cite, compose, confidence, nearest
from index.records import Document, Features, Hit, Passage, Sentence

NOTHING = Features(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
ALL = Features(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
TEXT = "Ann came. Ben came. Cleo stayed away. Dan came late."
SPANS = {"Ann": (0, 9), "Ben": (10, 19), "Cleo": (20, 37), "Dan": (38, 52)}
share = st.floats(0, 1)


def hit(name: str, score: float = 0.5, features: Features = ALL, source: str = "a.txt") -> Hit:
    """The sentence of TEXT that begins with a name; two sentences make a passage."""
    document = Document(source, f"Title of {source}", TEXT, "digest")
    start, end = SPANS[name]
    first = start < 20
    passage = Passage(document, 0, 19, "paragraph 1") if first else Passage(document, 20, 52, "paragraph 2")
    return Hit(Sentence(passage, start, end), score, features)


def names(hits: list[Hit]) -> list[str]:
    return [found.sentence.text.split()[0] for found in hits]


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
        "Which of the two parties refused?",
        "Which people spoke?",
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
    ],
)
def test_a_question_for_one_fact(question: str):
    assert not asks_for_list(question)


# --------------------------------------------------------------------------------- how sure to be


def test_confidence_is_a_logistic_function_of_the_best_hits_features(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answer, "CONFIDENCE", Features(1.0, 2.0, 0.0, 3.0, 4.0, 0.0))
    monkeypatch.setattr(answer, "CONFIDENCE_BIAS", -4.0)
    best = hit("Ann", features=Features(0.5, 0.25, 0.9, 0.5, 0.5, 0.9))
    # log-odds: -4 + 1 * 0.5 + 2 * 0.25 + 3 * 0.5 + 4 * 0.5 = 0.5
    assert confidence([best, hit("Ben")]) == pytest.approx(0.622459, abs=1e-6)


@pytest.mark.parametrize(
    ("hits", "lowest", "highest"),
    [([], 0.0, 0.0), ([hit("Ann", features=NOTHING)], 1e-6, 5e-3), ([hit("Ann", features=ALL)], 0.99, 1.0)],
)
def test_confidence_at_the_ends(hits: list[Hit], lowest: float, highest: float):
    assert lowest <= confidence(hits) <= highest


@given(st.tuples(*[share] * 6), st.integers(0, 5), share)
def test_more_of_any_feature_never_lowers_confidence(values: tuple[float, ...], which: int, better: float):
    improved = [*values]
    improved[which] = max(values[which], better)
    low, high = (confidence([hit("Ann", features=Features(*v))]) for v in (values, improved))
    assert 0 <= low <= high <= 1


# ----------------------------------------------------------------------------------- what to quote


@pytest.mark.parametrize(
    ("scores", "most", "quoted"),
    [
        ([1.0, 0.4, 0.39], 3, ["Ann", "Ben"]),  # two fifths of the best are enough, less is not
        ([0.8, 0.7, 0.6, 0.5], 3, ["Ann", "Ben", "Cleo"]),
        ([0.8, 0.7], 1, ["Ann"]),
        ([0.8], 3, ["Ann"]),
        ([-0.1, -0.2], 3, ["Ann"]),  # cosines may be negative; the best is quoted all the same
    ],
)
def test_quotes_for_a_fact(scores: list[float], most: int, quoted: list[str]):
    hits = [hit(name, score) for name, score in zip(SPANS, scores, strict=False)]
    assert names(answer.quotes_for_fact(hits, most)) == quoted


def test_a_sentence_without_bearing_of_its_own_supports_nothing():
    caption = Features(0.19, 0.09, 0.0, 1.0, 1.0, 1.0)
    kept = [hit("Ben", 0.9, Features(0.2, 0, 0, 0, 0, 0)), hit("Dan", 0.9, Features(0, 0.1, 0, 0, 0, 0))]
    assert names(answer.quotes_for_fact([hit("Ann"), hit("Cleo", 0.9, caption)], 2)) == ["Ann"]
    assert names(answer.quotes_for_fact([hit("Ann"), *kept], 3)) == ["Ann", "Ben", "Dan"]


def test_quotes_for_a_list_are_all_that_are_about_as_good():
    partly = Features(1.0, 0.74, 1.0, 1.0, 1.0, 1.0)
    hits = [hit("Dan", 1.0), hit("Ben", 0.9), hit("Ann", 0.75), hit("Cleo", 0.74), hit("Cleo", 0.9, partly)]
    assert names(answer.quotes_for_list(hits)) == ["Ann", "Ben", "Dan"]


def test_quotes_for_a_list_stand_in_reading_order_and_are_not_cut():
    hits = [hit(name, source=f"{letter}.txt") for letter in "dacb" for name in ("Dan", "Ben", "Ann", "Cleo")]
    places = [(h.sentence.passage.document.source, h.sentence.text[:3]) for h in answer.quotes_for_list(hits)]
    assert places == [(f"{letter}.txt", name) for letter in "abcd" for name in ("Ann", "Ben", "Cle", "Dan")]


def test_a_list_always_quotes_its_best_sentence():
    assert names(answer.quotes_for_list([hit("Ann", -0.1), hit("Ben", -0.2)])) == ["Ann"]


def test_nearest_takes_one_sentence_a_passage_and_leaves_out_what_is_known():
    hits = [hit("Ben"), hit("Ann"), hit("Dan"), hit("Cleo"), hit("Ann", source="b.txt")]
    assert names(nearest(hits, 9)) == ["Ben", "Dan", "Ann"]
    assert names(nearest(hits, 2)) == ["Ben", "Dan"]
    assert names(nearest(hits, 9, {("a.txt", 20)})) == ["Ben", "Ann"]
    assert nearest(hits, 9, {("a.txt", 0), ("a.txt", 20), ("b.txt", 0)}) == []


def test_citations_are_numbered_and_say_where_they_stand():
    first, second = cite([hit("Dan", 0.123456), hit("Ann")], first=4)
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
        span=None,
        score=0.1235,
    )


# -------------------------------------------------------------------------------------- the answer


def test_an_answer_is_its_numbered_quotes():
    reply = compose("Why?", "why", [hit("Dan", 0.8), hit("Ann", 0.7)], threshold=0.5, quotes=3)
    assert reply.found
    assert (reply.question, reply.searched_for) == ("Why?", "why")
    assert reply.text == "Dan came late. [1]\nAnn came. [2]"
    assert [citation.quote for citation in reply.citations] == ["Dan came late.", "Ann came."]
    assert reply.near == reply.notices == ()


def test_a_question_for_a_list_is_answered_with_one():
    reply = compose("Who came?", "Who came?", [hit("Dan"), hit("Ben"), hit("Ann")], threshold=0.5, quotes=1)
    assert reply.text == "Ann came. [1]\nBen came. [2]\nDan came late. [3]"


def test_below_the_threshold_nothing_is_found_but_what_is_near_is_named():
    hits = [hit("Dan", features=NOTHING), hit("Cleo", features=NOTHING), hit("Ann", features=NOTHING)]
    reply = compose("Why?", "why", hits, threshold=0.5, quotes=1)
    assert reply == Answer(
        question="Why?",
        searched_for="why",
        found=False,
        confidence=confidence(hits),
        text="",
        citations=(),
        near=cite([hit("Dan", features=NOTHING)]),
    )


@pytest.mark.parametrize("threshold", [0.5, 0.0])
def test_without_hits_nothing_is_found(threshold: float):
    reply = compose("Why?", "why", [], threshold=threshold, quotes=3)
    assert (reply.found, reply.confidence, reply.text, reply.citations, reply.near) == (
        False,
        0.0,
        "",
        (),
        (),
    )


_hits = st.lists(
    st.builds(
        hit,
        st.sampled_from(sorted(SPANS)),
        share,
        st.builds(Features, *[share] * 6),
        st.sampled_from(["a.txt", "b.txt"]),
    ),
    min_size=1,
).map(lambda hits: sorted(hits, key=lambda h: -h.score))


@given(_hits, share, st.sampled_from(["who came?", "Why did Ann come?"]))
def test_every_quote_is_an_exact_slice_and_found_means_quoted(hits: list[Hit], bar: float, question: str):
    reply = compose(question, question, hits, threshold=bar, quotes=3)
    assert reply.found == bool(reply.citations) == bool(reply.text) == (reply.confidence >= bar)
    cited = (*reply.citations, *reply.near)
    assert [c.number for c in cited] == list(range(1, len(cited) + 1))
    assert all(TEXT[c.start : c.end] == c.quote for c in cited)
    assert all(TEXT[c.passage_start : c.passage_end] == c.passage for c in cited)
    assert all(c.passage_start <= c.start < c.end <= c.passage_end for c in cited)
    if question == "who came?":
        places = [(c.source, c.start) for c in reply.citations]
        assert all(a <= b for a, b in pairwise(places))
