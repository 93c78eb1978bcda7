import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.reader import fair_lock as module
from bot.reader.fair_lock import FairLock

SECONDS = 20  # to wait for what should come at once


def waiting(lock: FairLock, count: int) -> None:
    """Wait until so many threads wait."""
    for _ in range(SECONDS * 1000):
        if len(lock._waiting) == count:
            return
        time.sleep(0.001)
    raise AssertionError(f"{len(lock._waiting)} wait, not {count}")


def test_threads_come_one_at_a_time_in_their_order():
    lock, came = FairLock(), []

    def take(number: int) -> None:
        with lock:
            came.append(number)
            time.sleep(0.001)
            came.append(number)

    with ThreadPoolExecutor(20) as pool:
        with lock:
            for number in range(20):
                pool.submit(take, number)
                waiting(lock, number + 1)
        pool.shutdown()
    assert came == [number for number in range(20) for _ in range(2)]


def test_one_that_comes_again_and_again_lets_others_in_between():
    lock, came = FairLock(), []

    def take(name: str, times: int) -> None:
        for _ in range(times):
            with lock:
                came.append(name)

    with ThreadPoolExecutor(2) as pool:
        with lock:
            pool.submit(take, "long", 50)
            waiting(lock, 1)
            pool.submit(take, "short", 1)
            waiting(lock, 2)
        pool.shutdown()
    assert came.index("short") == 1


def test_an_error_gives_the_turn_back():
    lock = FairLock()
    with pytest.raises(ValueError, match="in it"), lock:
        raise ValueError("in it")
    with lock:
        pass
    assert not lock._taken


@pytest.mark.slow
def test_many_threads_never_meet():
    lock, inside, met = FairLock(), [0], []

    def take(_: int) -> None:
        with lock:
            inside[0] += 1
            met.append(inside[0])
            inside[0] -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(take, range(5000)))
    assert met == [1] * 5000
    assert (lock._taken, len(lock._waiting)) == (False, 0)


def test_one_that_is_interrupted_leaves_the_line():
    lock, held, main = FairLock(), threading.Event(), threading.get_ident()

    def hold() -> None:
        with lock:
            held.set()
            waiting(lock, 1)
            signal.pthread_kill(main, signal.SIGINT)
            waiting(lock, 0)

    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # ignored in what runs in the background
    try:
        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(SECONDS)
        with pytest.raises(KeyboardInterrupt), lock:
            raise AssertionError("it was not its turn")
        thread.join(SECONDS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (lock._taken, len(lock._waiting)) == (False, 0)


def test_one_that_is_interrupted_at_its_turn_passes_it_on(monkeypatch: pytest.MonkeyPatch):
    lock, came = FairLock(), []

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
        with lock:
            came.append(name)

    with ThreadPoolExecutor(2) as pool:
        with lock:
            with monkeypatch.context() as patched:
                patched.setattr(module, "Lock", Interrupted)
                first = pool.submit(take, "interrupted")
                waiting(lock, 1)
            second = pool.submit(take, "next")
            waiting(lock, 2)
        assert isinstance(first.exception(SECONDS), KeyboardInterrupt)
        second.result(SECONDS)
    assert came == ["next"]
    assert not lock._taken
