"""At most so many times within a window, for each key."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import Limit


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_so_many_are_let_through_and_the_rest_told_how_long_to_wait():
    clock = Clock()
    limit = Limit(2, 60, clock)
    assert limit.wait(1) == 0
    clock.now += 10
    assert limit.wait(1) == 0
    clock.now += 5
    assert limit.wait(1) == 45
    assert limit.wait(1) == 45  # being refused counts for nothing
    clock.now += 44.5
    assert limit.wait(1) == 0.5
    clock.now += 0.5
    assert limit.wait(1) == 0
    assert limit.wait(1) == 10


def test_looking_counts_for_nothing():
    clock = Clock()
    limit = Limit(2, 60, clock)
    assert [limit.left(1), limit.wait(1), limit.left(1), limit.wait(1), limit.left(1)] == [0, 0, 0, 0, 60]
    assert limit.left(2) == 0
    clock.now += 60
    assert limit.left(1) == 0


def test_one_does_not_wait_for_another():
    limit = Limit(1, 60, Clock())
    assert (limit.wait(1), limit.wait(2), limit.wait(-1)) == (0, 0, 0)
    assert limit.wait(1) == 60


@given(st.integers(1, 4), st.lists(st.floats(0, 100), max_size=60))
def test_no_window_ever_holds_too_many(most: int, pauses: list[float]):
    clock = Clock()
    limit = Limit(most, 60, clock)
    let: list[float] = []
    for pause in pauses:
        clock.now += pause
        wait = limit.wait(7)
        if wait:
            assert 0 < wait <= 60 + 1e-9  # of rounding
            assert len([time for time in let if time > clock.now - 60]) == most
        else:
            let.append(clock.now)
        assert len([time for time in let if time > clock.now - 60]) <= most


def test_it_runs_by_a_clock_that_never_goes_back():
    limit = Limit(1, 3600)
    assert limit.wait(1) == 0
    assert 3590 < limit.wait(1) <= 3600
