import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.reader import turns as turns_module
from bot.reader.turns import Turns

SECONDS = 20  # to wait for what should come at once


def waiting(turns: Turns, count: int) -> None:
    """Wait until so many threads wait."""
    for _ in range(SECONDS * 1000):
        if len(turns._waiting) == count:
            return
        time.sleep(0.001)
    raise AssertionError(f"{len(turns._waiting)} wait, not {count}")


def test_threads_come_one_at_a_time_in_their_order():
    turns, came = Turns(), []

    def take(number: int) -> None:
        with turns:
            came.append(number)
            time.sleep(0.001)
            came.append(number)

    with ThreadPoolExecutor(20) as pool:
        with turns:
            for number in range(20):
                pool.submit(take, number)
                waiting(turns, number + 1)
        pool.shutdown()
    assert came == [number for number in range(20) for _ in range(2)]


def test_one_that_comes_again_and_again_lets_others_in_between():
    turns, came = Turns(), []

    def take(name: str, times: int) -> None:
        for _ in range(times):
            with turns:
                came.append(name)

    with ThreadPoolExecutor(2) as pool:
        with turns:
            pool.submit(take, "long", 50)
            waiting(turns, 1)
            pool.submit(take, "short", 1)
            waiting(turns, 2)
        pool.shutdown()
    assert came.index("short") == 1


def test_an_error_gives_the_turn_back():
    turns = Turns()
    with pytest.raises(ValueError, match="in it"), turns:
        raise ValueError("in it")
    with turns:
        pass
    assert not turns._taken


def test_many_threads_never_meet():
    turns, inside, met = Turns(), [0], []

    def take(_: int) -> None:
        with turns:
            inside[0] += 1
            met.append(inside[0])
            inside[0] -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(take, range(5000)))
    assert met == [1] * 5000
    assert (turns._taken, len(turns._waiting)) == (False, 0)


def test_one_that_is_interrupted_leaves_the_line():
    turns, held, main = Turns(), threading.Event(), threading.get_ident()

    def hold() -> None:
        with turns:
            held.set()
            waiting(turns, 1)
            signal.pthread_kill(main, signal.SIGINT)
            waiting(turns, 0)

    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # ignored in what runs in the background
    try:
        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(SECONDS)
        with pytest.raises(KeyboardInterrupt), turns:
            raise AssertionError("it was not its turn")
        thread.join(SECONDS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (turns._taken, len(turns._waiting)) == (False, 0)


def test_one_that_is_interrupted_at_its_turn_passes_it_on(monkeypatch: pytest.MonkeyPatch):
    turns, came = Turns(), []

    class Interrupted:
        """A lock whose second taking, once it was given back, ends in Ctrl-C."""

        def __init__(self) -> None:
            self.given_back = threading.Event()
            self.taken = 0

        def acquire(self) -> None:
            self.taken += 1
            if self.taken == 2:
                assert self.given_back.wait(SECONDS)
                raise KeyboardInterrupt

        def release(self) -> None:
            self.given_back.set()

    def take(name: str) -> None:
        with turns:
            came.append(name)

    with ThreadPoolExecutor(2) as pool:
        with turns:
            with monkeypatch.context() as patched:
                patched.setattr(turns_module, "Lock", Interrupted)
                first = pool.submit(take, "interrupted")
                waiting(turns, 1)
            second = pool.submit(take, "next")
            waiting(turns, 2)
        assert isinstance(first.exception(SECONDS), KeyboardInterrupt)
        second.result(SECONDS)
    assert came == ["next"]
    assert not turns._taken
