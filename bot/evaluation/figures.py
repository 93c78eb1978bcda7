"""Questions and outcomes in, figures out. Pure functions: nothing is asked, read or printed here.

Confidences are arrays of shape (questions,) with values in [0, 1]; ``right`` arrays say of the same
questions whether they were answered rightly.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from bot.evaluation.questions import Kind, Question
from bot.evaluation.run import DEPTH, Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ROUNDS = 1000  # of the bootstrap
BINS = 10  # of the reliability diagram, all of the same width
_ANSWERED = 0.95  # of the answerable questions, at the bar where wrongly answered ones are counted
_POINTS = 200  # most points of a curve
_SURE, _DECLINED = 20, 10  # most misses named


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, the 95 % interval it lies in, and how many questions (or quotes) it is made of."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds that half of the questions, and 95 % of them, do not exceed."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence lies in [low, high): its mean, and the share answered rightly."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was answered wrongly, or not although it could be; and what was quoted."""

    question: Question
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All figures of a run; those of which there is no question are absent.

    ``curve`` holds (coverage, risk), from the surest question on; ``at_bar`` is its point where
    confidence reaches ``threshold``. ``sure`` are wrong answers, surest first; ``declined`` answerable
    questions below the threshold, least sure first.
    """

    threshold: float
    questions: Mapping[str, int]
    figures: Mapping[str, Figure]
    times: Mapping[str, Times]
    curve: tuple[tuple[float, float], ...]
    at_bar: tuple[float, float]
    bins: tuple[Bin, ...]
    sure: tuple[Miss, ...]
    declined: tuple[Miss, ...]


def measure(
    questions: Sequence[Question],
    outcomes: Sequence[Outcome],
    *,
    threshold: float,
    seed: int,
    rounds: int = ROUNDS,
) -> Measured:
    """All figures.

    Args:
        questions: that were asked, at least one.
        outcomes: one a question.
        threshold: the confidence below which nothing is claimed.
        seed: of the intervals.
        rounds: of the bootstrap that makes them.
    """
    pairs = list(zip(questions, outcomes, strict=True))
    confidence = np.array([outcome.confidence for outcome in outcomes], np.float64)
    right = np.array([outcome.right for outcome in outcomes], np.float64)
    answered = confidence >= threshold
    columns = np.column_stack([confidence, right])
    figures: dict[str, Figure] = {}

    def put(name: str, statistic: Callable[..., float], *samples: Any, count: int | None = None) -> None:
        arrays = [np.asarray(sample, np.float64) for sample in samples]
        if all(map(len, arrays)):
            low, high = interval(statistic, *arrays, seed=seed, rounds=rounds)
            figures[name] = Figure(statistic(*arrays), low, high, count or sum(map(len, arrays)))

    facts = [outcome for question, outcome in pairs if question.kind == "fact"]
    ranks = np.array([outcome.rank or np.inf for outcome in facts])
    for depth in (1, 3, 5, DEPTH):
        put(f"passage_r{depth}", mean, ranks <= depth)
    put(f"passage_mrr{DEPTH}", mean, 1 / ranks)
    put("quote_hit1", mean, [any(quote.gives for quote in outcome.quotes[:1]) for outcome in facts])
    put("quote_hit3", mean, [outcome.right for outcome in facts])
    put("span_f1", mean, [outcome.span_f1 for outcome in facts if outcome.span_f1 is not None])
    led = [outcome.lead_f1 for outcome in facts if outcome.lead_f1 is not None]
    put("led", mean, [outcome.lead_f1 is not None for outcome in facts] if led else [])
    put("lead_f1", mean, led)

    lists = [(question, outcome) for question, outcome in pairs if question.kind == "list"]
    put("list_coverage", mean, [coverage(*pair) for pair in lists])
    put("list_precision", mean, [precision(outcome) for _, outcome in lists if outcome.quotes])

    kinds = {kind: np.array([question.kind == kind for question in questions]) for kind in get_args(Kind)}
    own = kinds["fact"] | kinds["list"]
    put("answered", mean, answered[own])
    for kind in ("unanswerable", "foreign"):
        put(f"answered_{kind}", mean, answered[kinds[kind]])
        put(f"auroc_{kind}", auroc, confidence[own], confidence[kinds[kind]])
        put(f"at95_{kind}", still_answered, confidence[own], confidence[kinds[kind]])
    put("aurc", lambda rows: area(*rows.T), columns)
    put("brier", lambda rows: brier(*rows.T), columns)
    put("ece", lambda rows: calibration_error(*rows.T), columns)
    quoted = [(outcome.exact, len(outcome.quotes)) for outcome in outcomes if outcome.quotes]
    put("exact", share, quoted, count=sum(quotes for _, quotes in quoted))

    wrong = [Miss(q, o) for (q, o), sure in zip(pairs, answered, strict=True) if sure and not o.right]
    missed = [Miss(q, o) for (q, o), sure in zip(pairs, answered, strict=True) if not sure and q.answerable]
    return Measured(
        threshold=threshold,
        questions=Counter(question.kind for question in questions),
        figures=figures,
        times=times(outcomes),
        curve=thinned(*risk_coverage(confidence, right)),
        at_bar=(float(answered.mean()), float(1 - right[answered].mean()) if answered.any() else 0.0),
        bins=reliability(confidence, right),
        sure=tuple(sorted(wrong, key=lambda miss: -miss.outcome.confidence)[:_SURE]),
        declined=tuple(sorted(missed, key=lambda miss: miss.outcome.confidence)[:_DECLINED]),
    )


def mean(values: "Numbers") -> float:
    """The mean."""
    return float(values.mean())


def share(counts: "Numbers") -> float:
    """The sum of the first column over that of the second."""
    part, whole = counts.sum(axis=0)
    return float(part / whole)


# -------------------------------------------------------------------------------------------- lists


def coverage(question: Question, outcome: Outcome) -> float:
    """The share of a list's evidence that some quote gives."""
    given = {number for quote in outcome.quotes for number in quote.gives}
    return len(given) / len(question.evidence)


def precision(outcome: Outcome) -> float:
    """The share of the quotes that give some evidence; there has to be a quote."""
    return sum(bool(quote.gives) for quote in outcome.quotes) / len(outcome.quotes)


# --------------------------------------------------------------------------------------- abstention


def auroc(own: "Numbers", others: "Numbers") -> float:
    """How likely one of ``own`` is to have more confidence than one of ``others``, ties counting half.

    That is the area under the ROC curve: Hanley and McNeil, "The Meaning and Use of the Area under a
    Receiver Operating Characteristic (ROC) Curve" (1982). scikit-learn computes the same, as a test
    makes sure, but ten times slower, and an interval needs it a thousand times.
    """
    ordered = np.sort(others)
    below = np.searchsorted(ordered, own, side="left") + np.searchsorted(ordered, own, side="right")
    return float(below.mean() / 2 / len(others))


def still_answered(own: "Numbers", others: "Numbers") -> float:
    """The share of ``others`` that reaches the highest bar which 95 % of ``own`` reach."""
    bar = np.quantile(own, 1 - _ANSWERED, method="lower")
    return float((others >= bar).mean())


def risk_coverage(confidence: "Numbers", right: "Numbers") -> tuple["Numbers", "Numbers"]:
    """Coverages k / n for k = 1 … n, and at each the share of wrong answers among the k surest ones.

    Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (2017). Of answers of the
    same confidence each counts as wrong as they are on average, so that their order has no effect.
    """
    _, group, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    wrong = (np.bincount(group, weights=1 - right) / sizes)[np.sort(group)]
    covered = np.arange(1, len(wrong) + 1)
    return covered / len(wrong), np.cumsum(wrong) / covered


def area(confidence: "Numbers", right: "Numbers") -> float:
    """The area under the risk–coverage curve, the mean of its risks; 0 is best.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers" (2019).
    """
    return float(risk_coverage(confidence, right)[1].mean())


def thinned(x: "Numbers", y: "Numbers") -> tuple[tuple[float, float], ...]:
    """Some points of a curve, its last one among them."""
    chosen = np.unique(np.linspace(0, len(x) - 1, _POINTS).astype(int))
    return tuple((float(x[i]), float(y[i])) for i in chosen)


# -------------------------------------------------------------------------------------- reliability


def brier(confidence: "Numbers", right: "Numbers") -> float:
    """The mean squared difference of confidence and truth.

    Brier, "Verification of Forecasts Expressed in Terms of Probability" (1950), for two outcomes.
    """
    return float(((confidence - right) ** 2).mean())


def reliability(confidence: "Numbers", right: "Numbers") -> tuple[Bin, ...]:
    """The bins that hold questions; the last one includes confidence 1."""
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            float(n) / BINS,
            float(n + 1) / BINS,
            int((number == n).sum()),
            mean(confidence[number == n]),
            mean(right[number == n]),
        )
        for n in np.unique(number)
    )


def calibration_error(confidence: "Numbers", right: "Numbers") -> float:
    """The mean difference of confidence and share of right answers in a bin, bins weighted by size.

    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017), equation 3.
    """
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(number, weights=confidence - right)
    return float(np.abs(gaps).sum() / len(confidence))


# ----------------------------------------------------------------------------------------- the rest


def times(outcomes: Iterable[Outcome]) -> dict[str, Times]:
    """How long each stage took, in the order of the stages, and all together."""
    taken: dict[str, list[float]] = {}
    for outcome in outcomes:
        for stage, took in (*outcome.stages.items(), ("total", outcome.elapsed_ms)):
            taken.setdefault(stage, []).append(took)
    taken["total"] = taken.pop("total", [0.0])  # last, whichever stages the first question went through
    return {stage: Times(*map(float, np.percentile(took, [50, 95]))) for stage, took in taken.items()}


def interval(
    statistic: Callable[..., float], *samples: "Numbers", seed: int, rounds: int = ROUNDS
) -> tuple[float, float]:
    """A 95 % interval of a statistic by the percentile bootstrap, each sample drawn by itself.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 and 13. It is widened to
    hold the statistic itself, which in small samples percentiles may miss. Questions are taken for
    independent; where many are about one paragraph, the truth is somewhat wider.

    Args:
        statistic: of the samples.
        samples: arrays whose first dimension is drawn from; none is empty.
        seed: the same one gives the same interval.
        rounds: how often samples are drawn.
    """
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(*(sample[rng.integers(len(sample), size=len(sample))] for sample in samples))
        for _ in range(rounds)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    value = statistic(*samples)
    return min(float(low), value), max(float(high), value)
