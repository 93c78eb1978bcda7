"""Figures against values worked by hand, against scikit-learn, and as properties."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import figures
from bot.evaluation.figures import Bin, Figure, Times, measure
from bot.evaluation.questions import Question
from bot.evaluation.run import Outcome, Quote

HUNDREDTHS = st.integers(0, 100).map(lambda n: n / 100)
SAMPLE = st.lists(HUNDREDTHS, min_size=1, max_size=30).map(np.array)
JUDGED = st.lists(st.tuples(HUNDREDTHS, st.booleans()), min_size=1, max_size=40).map(
    lambda pairs: np.array(pairs, float)
)


def outcome(
    *gives: tuple[int, ...], confidence: float = 0.5, rank: int | None = None, **more: Any
) -> Outcome:
    """With a quote for each of the tuples of what it gives."""
    quotes = tuple(Quote("a.txt", "", "text", given) for given in gives)
    usual = {
        "exact": len(quotes), "stages": {"search": 1.0}, "elapsed_ms": 2.0, "span_f1": None, "lead_f1": None,
    }  # fmt: skip
    return Outcome(rank=rank, confidence=confidence, quotes=quotes, **{**usual, **more})


def values(questions: list[Question], outcomes: list[Outcome], threshold: float = 0.2) -> dict[str, float]:
    measured = measure(questions, outcomes, threshold=threshold, seed=0, rounds=5)
    return {name: round(figure.value, 4) for name, figure in measured.figures.items()}


def test_everything_by_hand():
    fact, two = Question("f", "fact", ("x",)), Question("l", "list", ("x", "y", "z", "w"))
    hopeless, foreign = Question("u", "unanswerable"), Question("o", "foreign")
    asked = [fact, fact, fact, fact, two, hopeless, hopeless, foreign]
    came = [
        outcome((0,), (), rank=1, confidence=0.9),
        outcome((), (), (0,), rank=2, confidence=0.8),
        outcome((), (), (), (0,), rank=6, confidence=0.4),
        outcome(rank=None, confidence=0.0),
        outcome((0, 1), (), (2,), (), (), confidence=0.7),
        outcome((), confidence=0.4),
        outcome((), confidence=0.1),
        outcome((), confidence=0.5),
    ]
    assert values(asked, came) == {
        "passage_r1": 0.25,
        "passage_r3": 0.5,
        "passage_r5": 0.5,
        "passage_r10": 0.75,
        "passage_mrr10": round((1 + 1 / 2 + 1 / 6) / 4, 4),
        "quote_hit1": 0.25,
        "quote_hit3": 0.5,
        "list_coverage": 0.75,
        "list_precision": 0.4,
        "answered": 0.8,
        "answered_unanswerable": 0.5,
        "auroc_unanswerable": 0.75,  # of ten pairs seven are in order, one (0.4, 0.4) is tied
        "at95_unanswerable": 1.0,  # 95 % of five are five: the bar is 0
        "answered_foreign": 1.0,
        "auroc_foreign": 0.6,
        "at95_foreign": 1.0,
        # surest first: right, right, right, wrong, (two tied and wrong), wrong, wrong
        "aurc": round((0 + 0 + 0 + 1 / 4 + 2 / 5 + 3 / 6 + 4 / 7 + 5 / 8) / 8, 4),
        "brier": round((0.01 + 0.04 + 0.16 + 0 + 0.09 + 0.16 + 0.01 + 0.25) / 8, 4),
        # bins: 0.0 wrong; 0.1; two of 0.4; 0.5; 0.7, 0.8 and 0.9 right
        "ece": round((0.0 + 0.1 + 0.8 + 0.5 + 0.3 + 0.2 + 0.1) / 8, 4),
        "exact": 1.0,
    }
    measured = measure(asked, came, threshold=0.2, seed=0)
    assert measured.questions == {"fact": 4, "list": 1, "unanswerable": 2, "foreign": 1}
    assert measured.at_bar == (0.75, 0.5)
    assert measured.curve[-1] == (1.0, 0.625)
    assert [(miss.question.text, miss.outcome.confidence) for miss in measured.sure] == [
        ("o", 0.5), ("f", 0.4), ("u", 0.4),
    ]  # fmt: skip
    assert [miss.outcome for miss in measured.declined] == [came[3]]
    assert measured.times == {"search": Times(1.0, 1.0), "total": Times(2.0, 2.0)}
    assert measured.figures["quote_hit1"].count == 4
    assert measured.figures["exact"].count == 17


def test_quotes_that_are_not_exact_count():
    came = [outcome((0,), (), exact=1), outcome((), exact=1), outcome()]
    assert values([Question("f", "fact", ("x",))] * 3, came)["exact"] == 0.6667


def test_words_that_answer_count_where_there_are_any():
    fact, hopeless = Question("f", "fact", ("x",)), Question("u", "unanswerable")
    came = [
        outcome((0,), rank=1, span_f1=1.0, lead_f1=0.5),
        outcome((0,), rank=2, span_f1=0.5, lead_f1=0.0),
        outcome((0,), rank=3, span_f1=0.0),
        outcome((), rank=None),
        outcome((), span_f1=None, lead_f1=None),
    ]
    found = values([fact] * 4 + [hopeless], came)
    assert {name: found[name] for name in ("span_f1", "led", "lead_f1")} == {
        "span_f1": 0.5, "led": 0.5, "lead_f1": 0.25,
    }  # fmt: skip
    without = values([fact, fact], [outcome((0,), rank=1), outcome((0,), rank=1)])
    assert not {"span_f1", "led", "lead_f1"} & without.keys()


def test_figures_of_which_there_is_no_question_are_absent():
    only = values([Question("u", "unanswerable")], [outcome((), confidence=0.3)])
    assert only == {"answered_unanswerable": 1, "aurc": 1, "brier": 0.09, "ece": 0.3, "exact": 1}
    nothing_quoted = values([Question("l", "list", ("x",))], [outcome(confidence=0)])
    assert (nothing_quoted["list_coverage"], "list_precision" in nothing_quoted) == (0, False)
    assert "exact" not in nothing_quoted


def test_the_bar_that_95_percent_reach():
    own = np.arange(1, 101) / 100  # 95 of 100 are at least 0.06; at least 95 % has to be answered
    assert figures.still_answered(own, np.array([0.04, 0.05, 0.06, 0.5])) == 0.75
    assert (own >= 0.05).mean() >= 0.95


def test_bins():
    bins = figures.reliability(np.array([0.0, 0.05, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert bins == (Bin(0.0, 0.1, 2, 0.025, 0.5), Bin(0.9, 1.0, 2, 0.975, 0.5))


def test_times_are_percentiles_and_the_total_comes_last():
    came = [
        outcome(stages={"search": float(n), **({"read": 5.0} if n == 20 else {})}, elapsed_ms=10.0 * n)
        for n in range(21)
    ]
    assert figures.times(came) == {
        "search": Times(10.0, 19.0), "read": Times(5.0, 5.0), "total": Times(100.0, 190.0),
    }  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.integers(1, 10)), min_size=1, max_size=20))
def test_deeper_finds_no_less(ranks: list[int | None]):
    questions = [Question(str(n), "fact", ("x",)) for n in range(len(ranks))]
    found = values(questions, [outcome(rank=rank) for rank in ranks])
    recalls = [found[f"passage_r{depth}"] for depth in (1, 3, 5, 10)]
    assert recalls == sorted(recalls)
    assert recalls[0] <= found["passage_mrr10"] <= recalls[-1]


@pytest.mark.slow
@given(SAMPLE, SAMPLE)
def test_auroc_is_that_of_scikit_learn(own: np.ndarray, others: np.ndarray):
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([1, 0], [len(own), len(others)])
    expected = roc_auc_score(labels, np.concatenate([own, others]))
    assert figures.auroc(own, others) == pytest.approx(expected, abs=1e-12)


@given(SAMPLE, SAMPLE)
def test_auroc_depends_on_the_order_alone(own: np.ndarray, others: np.ndarray):
    before = figures.auroc(own, others)
    assert figures.auroc(np.exp(3 * own), np.exp(3 * others)) == before
    assert figures.auroc(others, own) == pytest.approx(1 - before)


@given(JUDGED)
def test_brier_is_that_of_scikit_learn(judged: np.ndarray):
    from sklearn.metrics import brier_score_loss

    confidence, right = judged.T
    expected = brier_score_loss(right.astype(int), confidence, pos_label=1)
    assert figures.brier(confidence, right) == pytest.approx(expected)


@given(JUDGED, st.randoms())
def test_order_has_no_effect_on_risk_and_coverage(judged: np.ndarray, random: Any):
    coverage, risk = figures.risk_coverage(*judged.T)
    order = random.sample(range(len(judged)), len(judged))
    np.testing.assert_allclose(figures.risk_coverage(*judged[order].T), [coverage, risk])
    assert coverage[-1] == 1
    assert risk[-1] == pytest.approx(1 - judged[:, 1].mean())
    assert ((risk >= 0) & (risk <= 1)).all()


@given(JUDGED)
def test_bins_hold_every_question_and_give_the_calibration_error(judged: np.ndarray):
    confidence, right = judged.T
    bins = figures.reliability(confidence, right)
    assert sum(each.count for each in bins) == len(judged)
    by_bins = sum(each.count * abs(each.confidence - each.right) for each in bins) / len(judged)
    assert figures.calibration_error(confidence, right) == pytest.approx(by_bins)
    assert figures.calibration_error(right, right) == 0


@given(JUDGED, st.integers(0, 3))
def test_an_interval_holds_its_figure_and_depends_on_the_seed_alone(judged: np.ndarray, seed: int):
    confidence = judged[:, 0]
    low, high = figures.interval(figures.mean, confidence, seed=seed, rounds=50)
    assert confidence.min() - 1e-9 <= low <= figures.mean(confidence) <= high <= confidence.max() + 1e-9
    assert figures.interval(figures.mean, confidence, seed=seed, rounds=50) == (low, high)


def test_an_interval_is_about_as_wide_as_theory_says():
    low, high = figures.interval(figures.mean, np.repeat([0.0, 1.0], 200), seed=1)
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.006)  # 0.5 ± 1.96 · √(0.25 / 400)


@given(st.integers(2, 500))
def test_a_thinned_curve_keeps_its_ends(length: int):
    x = np.arange(1, length + 1) / length
    points = figures.thinned(x, x)
    assert len(points) <= 200
    assert (points[0], points[-1]) == ((x[0], x[0]), (1.0, 1.0))


@given(st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_figures(seed: int):
    questions = [Question("f", "fact", ("x",)), Question("o", "foreign")]
    came = [outcome((0,), rank=2), outcome((), confidence=0.1)]
    first, again = (measure(questions, came, threshold=0.2, seed=seed, rounds=5) for _ in range(2))
    assert first == again
    assert first.figures["passage_r1"] == Figure(0.0, 0.0, 0.0, 1)
