"""What retrieval and a reader say, put together: which units answer, and how surely."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import structs

from bot.answering import scoring
from bot.answering.profile import Members, Weights
from bot.answering.scoring import Evidence, Scorer, confidence, relevant, sigmoid
from bot.reader.reading import Reader, Reading
from index.records import Context, Document, Features, Hit, Locator, Part, Passage, Unit
from tests.answering.profiles import PROFILE
from tests.reader.words import NO, SURE, WordReader

FEATURES = len(Features.__struct_fields__)
NOTHING, SOME, ALL = (Features(*[value] * FEATURES) for value in (0.0, 0.5, 1.0))
YES = 30.0  # log-odds beside which retrieval hardly matters
FIRST = PROFILE.pace.at_once
share = st.floats(0, 1)

LEAST = Members().least


def document(passages: int, source: str = "a.txt") -> Document:
    """Passages of two sentences, each naming its number."""
    return Document(source, "A", "\n\n".join(f"Here is x{n}. There is y{n}." for n in range(passages)), "")


TEXT = document(12)


def hit(name: str, score: float = 0.5, features: Features = SOME, text: Document = TEXT) -> Hit:
    """The sentence that names x or y of a passage's number."""
    number = int(name[1:])
    start = text.text.index(f"Here is x{number}.")
    middle, end = text.text.index("There", start), text.text.index(f"y{number}.", start) + len(f"y{number}.")
    passage = Passage(text, start, end, Locator(first=number, last=number))
    return Hit(Unit(passage, *((start, middle - 1) if name[0] == "x" else (middle, end))), score, features)


def by_retrieval(hits: Sequence[Hit]) -> list[Evidence]:
    return Scorer(PROFILE, None).rank("?", hits, 8)


def by_reading(reader: Reader, question: str, hits: Sequence[Hit], most: int) -> list[Evidence]:
    return Scorer(PROFILE, reader).rank(question, hits, most)


def members_by_reading(
    reader: Reader | None, question: str, hits: Sequence[Hit], at_once: int
) -> list[Evidence]:
    return Scorer(PROFILE, reader).members(question, iter(hits), at_once)


def names(evidence: list[Evidence]) -> list[str]:
    return [one.unit.text.split()[-1].strip(".") for one in evidence]


def ranked(*found: str) -> list[Hit]:
    """Hits as retrieval ranks them, best first."""
    return [hit(name, 0.9 - 0.05 * place) for place, name in enumerate(found)]


PASSAGES = ranked(*(f"x{n}" for n in range(12)))


# ------------------------------------------------------------------------------------ probabilities


@given(st.floats(allow_nan=False))
def test_a_probability_lies_between_0_and_1(log_odds: float):
    assert 0 <= sigmoid(log_odds) <= 1
    assert sigmoid(log_odds) + sigmoid(-log_odds) == pytest.approx(1)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_greater_log_odds_are_no_smaller_a_probability(one: float, other: float):
    low, high = sorted((one, other))
    assert sigmoid(low) <= sigmoid(high)


@pytest.mark.parametrize(
    ("log_odds", "probability"),
    [(0, 0.5), (math.log(3), 0.75), (math.inf, 1.0), (-math.inf, 0.0), (-1e308, 0.0), (1e308, 1.0)],
)
def test_probabilities_by_hand(log_odds: float, probability: float):
    assert sigmoid(log_odds) == pytest.approx(probability)


def test_confidence_is_that_of_the_surest():
    one, other = (Evidence(hit("x0").unit, ALL, 0.5, log_odds) for log_odds in (math.log(4), 0.0))
    assert confidence([one, other]) == confidence([other, one]) == pytest.approx(0.8)
    assert confidence([]) == 0


# ---------------------------------------------------------------------------------- retrieval alone


def test_retrievals_evidence_is_a_logistic_function_of_features():
    weights = Features(
        unit_cosine=1.0, unit_coverage=2.0, passage_cosine=3.0, passage_coverage=4.0, numbers_missing=-2.0
    )
    features = structs.replace(
        Features(*[0.9] * FEATURES),
        unit_cosine=0.5, unit_coverage=0.25, passage_cosine=0.5, passage_coverage=0.5, numbers_missing=0.25,
    )  # fmt: skip
    scorer = Scorer(replace(PROFILE, found=Weights(bias=-3.5, features=weights)), None)
    # log-odds: -3.5 + 1 * 0.5 + 2 * 0.25 + 3 * 0.5 + 4 * 0.5 - 2 * 0.25 = 0.5
    found = scorer.rank("?", [hit("x0", features=features), hit("x1")], 8)
    assert confidence(found) == pytest.approx(0.622459, abs=1e-6)


def test_retrievals_evidence_stays_in_its_order_and_points_at_no_words():
    hits = ranked("y3", "x1", "x3")
    found = by_retrieval(hits)
    assert [(one.unit, one.features, one.score) for one in found] == [
        (hit.unit, hit.features, hit.score) for hit in hits
    ]
    assert {(one.span, one.span_share) for one in found} == {(None, 0.0)}
    assert by_retrieval([]) == []


@pytest.mark.parametrize(("features", "lowest", "highest"), [(NOTHING, 1e-6, 5e-3), (ALL, 0.99, 1.0)])
def test_retrievals_confidence_at_the_ends(features: Features, lowest: float, highest: float):
    assert lowest <= confidence(by_retrieval([hit("x0", features=features)])) <= highest


@given(st.tuples(*[share] * FEATURES), st.integers(0, FEATURES - 1), share)
def test_more_of_any_feature_never_lowers_confidence(values: tuple[float, ...], which: int, better: float):
    improved = [*values]
    improved[which] = max(values[which], better)
    low, high = (confidence(by_retrieval([hit("x0", features=Features(*v))])) for v in (values, improved))
    assert 0 <= low <= high <= 1


# ------------------------------------------------------------------------------------- with a reader


def test_what_the_reader_finds_comes_first():
    found = by_reading(WordReader({"y2": YES}), "?", ranked("x0", "x1", "x2", "y2"), 8)
    assert names(found)[0] == "y2"
    assert found[0].score > 0.9
    assert confidence(found) > 0.9


def test_where_the_reader_finds_nothing_retrieval_decides_and_confidence_falls():
    hits = ranked("x0", "x1", "x2")
    found = by_reading(WordReader({}), "?", hits, 8)
    assert names(found) == ["x0", "x1", "x2"]
    assert confidence(found) < confidence(by_retrieval(hits))


def test_of_a_passage_that_answers_the_sentence_is_quoted_in_which_it_stands():
    hits = [hit("x0", 0.5), hit("y0", 0.5)]
    for name in ("x0", "y0"):
        assert names(by_reading(WordReader({name: 2.0}), "?", hits, 8))[0] == name


def test_words_that_answer_are_found_in_the_document():
    best, *others = by_reading(WordReader({"There is y3": YES}), "?", [hit("x3"), hit("y3")], 8)
    start = TEXT.text.index("There is y3")
    assert best.span == (start, start + len("There is y3"))
    assert best.span_share == pytest.approx(SURE**2, abs=0.02)
    [other] = others
    assert other.span is not None
    assert other.unit.start <= other.span[0] < other.span[1] <= other.unit.end
    assert other.span_share < 0.05


def test_a_reader_that_points_at_no_words_weighs_passages():
    hits = [hit("x0", 0.6), hit("x1", 0.5), hit("y1", 0.4)]
    found = by_reading(WordReader({"x1": YES}, points=False), "?", hits, 8)
    assert names(found)[:2] == ["x1", "y1"]
    assert {(one.span, one.span_share) for one in found} == {(None, 0.0)}


def test_each_passage_is_read_once_in_the_order_of_its_best_sentence():
    reader = WordReader({})
    by_reading(reader, "why?", ranked("y2", "x0", "x2", "x1", "y0", "y1"), 8)
    assert {question for question, _ in reader.asked} == {"why?"}
    assert reader.read_texts == [hit(name).unit.passage.text for name in ("x2", "x0", "x1")]


def test_passages_of_two_documents_are_not_mixed_up():
    other = document(1, "b.txt")
    reader = WordReader({})
    found = by_reading(reader, "?", [hit("x0", 0.6), hit("x0", 0.5, text=other)], 8)
    assert len(reader.read_texts) == 2
    assert [one.unit.passage.document.source for one in found] == ["a.txt", "b.txt"]


def test_of_clear_passages_no_more_are_read():
    reader = WordReader({"x1": YES})
    found = by_reading(reader, "?", [structs.replace(hit, features=ALL) for hit in PASSAGES], 8)
    assert [len(texts) for _, texts in reader.asked] == [FIRST]
    assert names(found)[0] == "x1"
    assert names(found)[FIRST:] == [f"x{n}" for n in range(FIRST, 12)]


def test_of_what_is_read_alike_the_features_decide():
    counted = [name for name, weight in structs.asdict(PROFILE.ranking.features).items() if weight]
    better = [structs.replace(SOME, **{name: 0.6}) for name in counted]
    assert better
    for reading, features in product((YES, NO), better):
        reader = WordReader(dict.fromkeys(("x0", "x1"), reading))
        assert names(by_reading(reader, "?", [hit("x0", 0.9), hit("x1", 0.5, features)], 8)) == ["x1", "x0"]


def test_a_sentence_beside_a_good_one_goes_before_one_alone():
    beside = structs.replace(SOME, passage_cosine=1.0)
    hits = [
        hit("x0", 0.9, structs.replace(beside, unit_cosine=1.0)),
        hit("x1", 0.5),
        hit("y0", 0.5, beside),
    ]
    for reading in (YES, NO):
        found = names(by_reading(WordReader(dict.fromkeys(("x0", "y0", "x1"), reading)), "?", hits, 8))
        assert found.index("y0") < found.index("x1")


@pytest.mark.parametrize("most", [1, FIRST, FIRST + 1, 8, 12, 99])
def test_where_none_is_clear_more_are_read_but_not_more_than_wanted(most: int):
    reader = WordReader({f"x{n}": NO for n in range(12)})
    found = by_reading(reader, "?", PASSAGES, most)
    assert len(reader.read_texts) == min(most, 12)
    assert max(len(texts) for _, texts in reader.asked) <= FIRST
    assert reader.read_texts == [one.unit.text for one in PASSAGES[:most]]
    assert names(found)[most:] == [f"x{n}" for n in range(most, 12)]
    assert all(one.span is not None for one in found[:most])
    assert all(one.span is None for one in found[most:])


def test_a_later_passage_that_is_read_and_answers_comes_first():
    reader = WordReader({f"x{FIRST + 1}": YES})
    assert names(by_reading(reader, "?", PASSAGES, 8))[0] == f"x{FIRST + 1}"
    assert names(by_reading(reader, "?", PASSAGES, FIRST))[0] != f"x{FIRST + 1}"


def test_without_hits_nothing_is_read():
    reader = WordReader({})
    assert by_reading(reader, "?", [], 8) == []
    assert members_by_reading(reader, "?", [], 8) == []
    assert reader.asked == []


_hits = st.lists(
    st.builds(
        hit,
        st.sampled_from([f"{letter}{n}" for letter in "xy" for n in range(12)]),
        share,
        st.builds(Features, *[share] * FEATURES),
    ),
    unique_by=lambda one: one.unit.start,
).map(lambda hits: sorted(hits, key=lambda one: -one.score))
_known = st.dictionaries(
    st.sampled_from(["x1", "y1", "is x2", "y10", "Here is x3", "y3."]), st.floats(-20, 20), max_size=4
)


@given(_hits, _known, st.booleans(), st.integers(1, 12))
def test_all_that_was_found_is_evidence_best_first(
    hits: list[Hit], known: dict[str, float], points: bool, most: int
):
    reader = WordReader(known, points=points)
    found = by_reading(reader, "?", hits, most)
    key = TEXT.text.index
    assert sorted(key(one.unit.text) for one in found) == sorted(key(h.unit.text) for h in hits)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(math.isfinite(one.log_odds) for one in found)
    assert len(reader.read_texts) == len(set(reader.read_texts)) <= most
    read = "\n".join(reader.read_texts)
    for one in found:
        was_read = one.unit.text in read
        assert (one.span is not None) == (points and was_read) == (one.span_share > 0)
        if one.span is not None:
            assert one.unit.start <= one.span[0] < one.span[1] <= one.unit.end
            assert one.span_share <= 1


def test_score_and_confidence_are_sums_of_what_retrieval_and_the_reader_say():
    plain = replace(
        PROFILE,
        ranking=Weights(bias=-3.0, features=Features(unit_cosine=2.0, is_name=-1.0), answers=0.5, share=0.25),
        sure=Weights(bias=-1.0, features=Features(unit_cosine=1.0, numbers_missing=-2.0), answers=0.25),
    )
    features = Features(unit_cosine=0.75, is_name=1.0, numbers_missing=0.5)
    [one] = Scorer(plain, WordReader({"x0": 4.0}, points=False)).rank("?", [hit("x0", 0.5, features)], 8)
    # a reader that does not point gives each unit a share of 1
    assert one.score == pytest.approx(sigmoid(-3 + 2 * 0.75 - 1 + 0.5 * 4 + 0.25 * math.log(1.003)))
    assert one.log_odds == pytest.approx(-1 + 0.75 - 2 * 0.5 + 0.25 * 4)
    assert one.features == features


def test_a_share_of_where_the_answer_starts_counts():
    plain = replace(PROFILE, sure=Weights(bias=0.0, features=NOTHING, share=1.0))
    best, other = Scorer(plain, WordReader({"x0": 4.0})).rank("?", [hit("x0"), hit("y0")], 8)
    assert names([best, other]) == ["x0", "y0"]
    shares = [math.exp(one.log_odds) - 0.003 for one in (best, other)]
    assert sum(shares) == pytest.approx(1)
    assert shares[0] == pytest.approx(SURE, abs=0.03)


@given(st.floats(-50, 50), st.floats(-50, 50), share)
def test_the_surer_the_reader_the_surer_the_answer(one: float, other: float, score: float):
    low, high = (
        by_reading(WordReader({"x0": answers}), "?", [hit("x0", score)], 8)[0]
        for answers in sorted((one, other))
    )
    assert low.score <= high.score
    assert low.log_odds <= high.log_odds


# -------------------------------------------------------------------------------- members of a list


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retrieval takes nothing for a member."""
    monkeypatch.setattr(scoring, "as_relevant", lambda *_: False)


@pytest.mark.usefixtures("read_only")
def test_members_are_read_one_by_one_and_come_best_first():
    reader = WordReader({"x0": 3.0, "y1": 5.0, "x2": 4.0})
    found = members_by_reading(reader, "who?", ranked("x0", "y0", "x1", "y1", "x2"), 8)
    assert names(found) == ["y1", "x2", "x0"]
    assert reader.asked[0] == (
        "who?", ["Here is x0.", "There is y0.", "Here is x1.", "There is y1.", "Here is x2."],
    )  # fmt: skip


@pytest.mark.usefixtures("read_only")
def test_members_are_read_until_none_of_those_read_together_belongs():
    reader = WordReader({"x0": YES, "x2": YES, "x9": YES})
    found = members_by_reading(reader, "?", PASSAGES, 2)
    assert [len(texts) for _, texts in reader.asked] == [2, 2, 2, 2]  # then the two passages of members
    assert sorted(names(found)) == ["x0", "x2"]
    assert sorted(names(members_by_reading(reader, "?", PASSAGES, 12))) == ["x0", "x2", "x9"]


@pytest.mark.usefixtures("read_only")
def test_a_list_is_judged_by_its_first_entries_read_as_one_text():
    reader = WordReader({"x1": 3.0})
    lists = [[one.unit for one in ranked("x0", "x1")], [one.unit for one in ranked("y0", "y1")]]
    assert Scorer(PROFILE, reader).wholes("who?", lists) == [3.0, reader.read("?", ["y0"])[0].answers]
    assert reader.asked[0] == ("who?", ["Here is x0.\nHere is x1.", "There is y0.\nThere is y1."])
    many = [one.unit for one in PASSAGES]
    Scorer(PROFILE, reader).wholes("who?", [many])
    assert len(reader.asked[-1][1][0].splitlines()) == 8 < len(many)


def test_without_a_reader_lists_are_alike():
    assert Scorer(PROFILE, None).wholes("who?", [[ranked("x0")[0].unit], [ranked("y0")[0].unit]]) == [
        0.0,
        0.0,
    ]


def test_retrievals_members_are_all_that_are_about_as_good():
    partly = structs.replace(ALL, unit_coverage=0.74)
    good = [hit("y1", 1.0, ALL), hit("y0", 0.9, ALL), hit("x0", 0.75, ALL)]
    assert relevant([*good, hit("x1", 0.74, ALL), hit("x2", 0.9, partly)]) == good
    assert relevant([]) == []


def test_the_best_sentence_is_always_a_member():
    best, other = hit("x0", -0.1), hit("x1", -0.2)
    assert relevant([best, other]) == [best]


def test_what_retrieval_takes_for_a_member_stays_one():
    hits = [hit("x1", 1.0), hit("x2", 0.8), hit("x7", 0.1)]
    assert [found.unit for found in relevant(hits)] == [hits[0].unit, hits[1].unit]
    assert sorted(names(members_by_reading(WordReader({}), "?", hits, 4))) == ["x1", "x2"]
    assert sorted(names(members_by_reading(WordReader({"x7": -5.0}), "?", hits, 4))) == ["x1", "x2"]


@pytest.mark.usefixtures("read_only")
@pytest.mark.parametrize(
    ("others", "belonging"),
    [(5.0, ["x0", "y1"]), (1.0, ["x0", "y1"]), (-2.0, ["x0"]), (-12.0, ["x0"])],
    ids=str,
)
def test_members_answer_in_their_passages_about_as_well_as_the_best(others: float, belonging: list[str]):
    class Doubting(WordReader):
        """Of whole passages it thinks otherwise than of sentences alone."""

        def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
            found = super().read(question, passages)
            return [
                replace(reading, answers=others) if "is y1." in text and "is x1." in text else reading
                for reading, text in zip(found, passages, strict=True)
            ]

    reader = Doubting({"x0": 6.0, "y1": 5.0})
    hits = ranked("y1", "x0", "x1", "y0")
    assert names(members_by_reading(reader, "?", hits, 8)) == belonging
    assert reader.asked[-1] == ("?", [one.unit.passage.text for one in hits[:2]])


def test_a_unit_is_read_below_the_names_that_it_stands_under():
    text = "| Saturday | closed |"
    table = Document("hours.md", "Opening hours", text, "")
    day, hours = text.index("Saturday"), text.index("closed")
    parts = (Part(day, day + 8, "day: "), Part(hours, hours + 6, " · hours: "))
    context = Context(("folder", "Opening hours"), ("The shop",), ("We are open:",))
    unit = Unit(Passage(table, 0, len(text)), 0, len(text), "row", context, parts)
    reader = WordReader({"closed": YES})
    [one] = by_reading(reader, "?", [Hit(unit, 0.5, SOME)], 8)
    read = "Opening hours › The shop\nWe are open:\nday: Saturday · hours: closed"
    assert reader.read_texts == [read]
    assert one.span == (hours, hours + 6)
    assert members_by_reading(reader, "?", [Hit(unit, 0.5, SOME)], 8)[0].span == one.span
    assert reader.read_texts == [read, read]


def test_words_of_members_are_found_in_the_document():
    [one] = members_by_reading(WordReader({"y7": YES}), "?", [hit("y7")], 8)
    start = TEXT.text.index("y7")
    assert one.span == (start, start + 2)
    [one] = members_by_reading(WordReader({"y7": YES}, points=False), "?", [hit("y7")], 8)
    assert (one.span, one.span_share) == (None, 0.0)


@given(_hits, _known, st.booleans(), st.integers(1, 12))
def test_only_members_are_evidence(hits: list[Hit], known: dict[str, float], points: bool, at_once: int):
    assume(hits)
    reader = WordReader(known, points=points)
    found = members_by_reading(reader, "?", hits, at_once)

    def answers(hit: Hit) -> bool:
        return any(known[words] >= LEAST for words in known if words in hit.unit.text)

    parts = [hits[first : first + at_once] for first in range(0, len(hits), at_once)]
    last = next((n for n, part in enumerate(parts) if not any(map(answers, part))), len(parts) - 1)
    alone = [[hit.unit.text for hit in part] for part in parts[: last + 1]]  # the last has none that does
    assert [texts for _, texts in reader.asked][: len(alone)] == alone
    read = hits[: sum(map(len, alone))]
    first = {hit.unit.start for hit in relevant(hits)}
    belonging = [hit for hit in read if answers(hit)] or [hit for hit in read if hit.unit.start in first]
    assert len(reader.asked) == len(alone) + (len(belonging) > 1)  # then the passages that several stand in
    assert 1 <= len(found) <= len(belonging)
    assert {one.unit.start for one in found} <= {hit.unit.start for hit in belonging}
    assert all(one.score >= sigmoid(LEAST) or not any(map(answers, read)) for one in found)
    if not points:  # where retrieval says the same of sentences of a passage, what they say alone decides
        features = {hit.unit.start: hit.features for hit in hits}
        alike: dict[object, list[float]] = {}
        for one in found:
            key = (one.unit.passage.place, features[one.unit.start])
            alike.setdefault(key, []).append(one.score)
        assert all(scores == sorted(scores, reverse=True) for scores in alike.values())
    for one in found:
        assert (one.span is not None) == points
        if one.span is not None:
            assert one.unit.start <= one.span[0] < one.span[1] <= one.unit.end


def test_no_more_than_a_thousand_units_are_read_for_a_list() -> None:
    reader = WordReader({"Here": 5.0})
    hits = [hit(f"x{n % 12}", 0.9) for n in range(1100)]
    members_by_reading(reader, "?", hits, 100)
    sizes = [len(texts) for _, texts in reader.asked]
    assert sizes[:11] == [100] * 10 + [24]
    assert max(sizes[11:]) <= 16, "where they stand is read in parts"
