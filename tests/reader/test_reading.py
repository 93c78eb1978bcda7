"""What a reading says of a stretch of a passage."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bot.reader.reading import LONGEST_SPAN, Reading, Span, best_span

PROBABILITY = st.floats(0, 1, width=32)


@st.composite
def sides(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of starts and ends."""
    size = draw(st.integers(1, 50))
    starts, ends = (draw(arrays(np.float32, size, elements=PROBABILITY)) for _ in range(2))
    return starts, ends


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Of a passage of 100 characters, whose tokens stand one after the other, after three of the question."""
    cuts = sorted(draw(st.sets(st.integers(0, 100), min_size=2, max_size=40)))
    tokens = [(a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    offsets = np.array([(-1, -1)] * 3 + tokens, np.int64)
    inside = offsets[:, 0] >= 0
    sizes = [draw(arrays(np.float32, len(offsets), elements=st.floats(0.125, 1, width=32))) for _ in range(2)]
    starts, ends = (np.where(inside, size, 0) / max(1, size[inside].sum()) for size in sizes)
    return Reading(draw(st.floats(-9, 9)), starts.astype(np.float32), ends.astype(np.float32), offsets)


stretches = st.tuples(st.integers(0, 99), st.integers(1, 100)).filter(lambda pair: pair[0] < pair[1])

# A passage "Ada Holm built it." with a token of the question before it.
OFFSETS = np.array([(-1, -1), (0, 3), (4, 8), (9, 14), (15, 17), (17, 18)], np.int64)
STARTS = np.array([0, 0.6, 0.1, 0.25, 0.05, 0], np.float32)
ENDS = np.array([0, 0.1, 0.5, 0.3, 0, 0.1], np.float32)
ADA = Reading(1.0, STARTS, ENDS, OFFSETS)


@given(sides(), st.integers(1, 60))
def test_the_best_span_is_the_best_of_all(both: tuple[np.ndarray, np.ndarray], longest: int):
    starts, ends = both
    first, last = best_span(starts, ends, longest)
    assert 0 <= first <= last < len(starts)
    assert last - first < longest
    best = max(
        starts[i] * ends[j] for i in range(len(starts)) for j in range(i, min(len(starts), i + longest))
    )
    assert starts[first] * ends[last] == best


def test_the_best_span_ends_no_earlier_than_it_starts():
    assert best_span(np.array([0.1, 0.9]), np.array([0.9, 0.1])) == (0, 0)  # and not (1, 0)


def test_a_span_is_no_longer_than_the_longest():
    starts, ends = np.zeros(2 * LONGEST_SPAN), np.zeros(2 * LONGEST_SPAN)
    starts[0], ends[LONGEST_SPAN - 1], ends[LONGEST_SPAN] = 1, 0.1, 0.9
    assert best_span(starts, ends) == (0, LONGEST_SPAN - 1)


def test_a_span_by_hand():
    best = ADA.best(0, 18)
    assert best is not None
    assert (best.start, best.end) == (0, 8)
    assert best.share == pytest.approx(0.3)
    assert ADA.best(9, 18) == Span(9, 14, pytest.approx(0.075))


def test_a_span_is_cut_to_the_stretch():
    assert ADA.best(1, 6) == Span(1, 6, pytest.approx(0.3))  # both tokens lie in it in part
    assert ADA.best(5, 6) == Span(5, 6, pytest.approx(0.05))


def test_where_there_is_no_token_there_is_no_span():
    assert ADA.best(8, 9) is None
    assert ADA.best(18, 99) is None
    nothing = np.zeros(0, np.float32)
    pointless = Reading(2.0, nothing, nothing, np.zeros((0, 2), np.int64))
    assert pointless.best(0, 10) is None
    assert pointless.share(0, 10) == 0


@pytest.mark.parametrize(
    ("start", "end", "share"), [(0, 18, 1.0), (0, 8, 0.7), (9, 18, 0.3), (8, 9, 0), (2, 5, 0.7), (3, 5, 0.1)]
)
def test_the_share_of_a_stretch(start: int, end: int, share: float):
    assert ADA.share(start, end) == pytest.approx(share)


@given(readings(), stretches)
def test_spans_lie_inside_the_stretch(reading: Reading, stretch: tuple[int, int]):
    start, end = stretch
    span = reading.best(start, end)
    tokens = [(a, b) for a, b in reading.offsets.tolist() if a < end and b > start]
    assert (span is not None) == bool(tokens)
    if span is not None:
        assert start <= span.start < span.end <= end
        assert span.start in {max(a, start) for a, _ in tokens}
        assert span.end in {min(b, end) for _, b in tokens}
        assert 0 < span.share <= reading.share(start, end) + 1e-6


@given(readings(), stretches, stretches)
def test_a_wider_stretch_has_no_smaller_share(reading: Reading, one: tuple[int, int], other: tuple[int, int]):
    both = min(one[0], other[0]), max(one[1], other[1])
    assert reading.share(*one) <= reading.share(*both) + 1e-6
    assert reading.share(0, 100) == pytest.approx(float(reading.starts.sum()), abs=1e-5)


@given(readings(), stretches, stretches)
def test_the_best_of_a_wider_stretch_is_no_worse(
    reading: Reading, one: tuple[int, int], other: tuple[int, int]
):
    both = min(one[0], other[0]), max(one[1], other[1])
    narrow, wide = reading.best(*one), reading.best(*both)
    if narrow is not None:
        assert wide is not None
        assert wide.share >= narrow.share
