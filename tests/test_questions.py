import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest

from index.search import questions
from index.search.questions import TOGETHER, Questions
from tests.words_encoder import Vectors

SECONDS = 20  # to wait for what should come at once


class Gated:
    """Gives "7" the vector (7, 1). Each batch is noted, and waits until it is let through."""

    name = fingerprint = "gated"
    max_tokens = 64

    def __init__(self, let: int = 1000) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.gate = threading.Semaphore(let)

    def count_tokens(self, text: str) -> int:
        return len(text)

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        return np.zeros((len(texts), 2), np.float32)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        self.batches.append(list(questions))
        self.begun.release()
        assert self.gate.acquire(timeout=SECONDS)
        if "fail" in questions:
            raise RuntimeError("no such word")
        return np.array([[float(question), 1] for question in questions], np.float32)


def waiting(asked: Questions, count: int) -> None:
    """Wait until so many questions are asked and not answered."""
    for _ in range(SECONDS * 1000):
        if len(asked._asked) == count:
            return
        threading.Event().wait(0.001)
    raise AssertionError(f"{len(asked._asked)} questions wait, not {count}")


def test_a_question_is_encoded_once():
    encoder = Gated()
    asked = Questions(encoder)
    first = asked.vector("7")
    assert first.tolist() == [7, 1]
    assert (first.shape, first.dtype) == ((2,), np.float32)
    assert asked.vector("7") is first
    assert asked.vector("8").tolist() == [8, 1]
    assert encoder.batches == [["7"], ["8"]]
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0  # it is what others get too


def test_those_who_ask_while_others_are_encoded_come_next_together():
    encoder = Gated(let=0)
    asked = Questions(encoder)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(asked.vector, "0")
        assert encoder.begun.acquire(timeout=SECONDS)
        others = []
        for number in ("1", "2", "3"):
            others.append(pool.submit(asked.vector, number))
            waiting(asked, 1 + len(others))
        same = [pool.submit(asked.vector, number) for number in ("0", "2")]
        encoder.gate.release(1)
        assert first.result(SECONDS).tolist() == [0, 1]  # before the next batch is done
        encoder.gate.release(1)
        assert [one.result(SECONDS).tolist() for one in others] == [[1, 1], [2, 1], [3, 1]]
        assert [one.result(SECONDS).tolist() for one in same] == [[0, 1], [2, 1]]
    assert encoder.batches == [["0"], ["1", "2", "3"]]


def test_a_crowd_is_encoded_in_its_order_a_few_at_a_time():
    encoder = Gated(let=0)
    asked = Questions(encoder)
    count = 2 * TOGETHER + 3
    with ThreadPoolExecutor(count) as pool:
        jobs = []
        for number in range(count):
            jobs.append(pool.submit(asked.vector, str(number)))
            waiting(asked, number + 1)
        encoder.gate.release(100)
        assert [job.result(SECONDS)[0] for job in jobs] == list(range(count))
    numbers = [str(number) for number in range(count)]
    assert encoder.batches == [
        numbers[:1], numbers[1 : TOGETHER + 1], numbers[TOGETHER + 1 : 2 * TOGETHER + 1],
        numbers[2 * TOGETHER + 1 :],
    ]  # fmt: skip


def test_an_error_reaches_all_of_its_batch_and_no_other():
    encoder = Gated(let=0)
    asked = Questions(encoder)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(asked.vector, "0")
        assert encoder.begun.acquire(timeout=SECONDS)
        others = [pool.submit(asked.vector, text) for text in ("1", "fail")]
        waiting(asked, 3)
        encoder.gate.release(100)
        assert first.result(SECONDS).tolist() == [0, 1]
        wait(others, SECONDS)
        assert [str(one.exception()) for one in others] == ["no such word"] * 2
    with pytest.raises(RuntimeError, match="no such word"):
        asked.vector("fail")  # an error is not remembered
    assert asked.vector("1").tolist() == [1, 1]
    assert encoder.batches[2:] == [["fail"], ["1"]]


def test_where_the_thread_that_encodes_is_interrupted_another_one_goes_on():
    encoder = Gated(let=0)
    encode = encoder.encode_questions
    interrupted = threading.Event()

    def once(questions: Sequence[str]) -> Vectors:
        vectors = encode(questions)
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt
        return vectors

    encoder.encode_questions = once
    asked = Questions(encoder)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asked.vector, "0")
        assert encoder.begun.acquire(timeout=SECONDS)
        second = pool.submit(asked.vector, "1")
        waiting(asked, 2)
        encoder.gate.release(100)
        assert second.result(SECONDS).tolist() == [1, 1]
        assert isinstance(first.exception(SECONDS), KeyboardInterrupt)
    assert encoder.batches == [["0"], ["0", "1"]]


def test_what_was_not_asked_for_longest_is_forgotten(monkeypatch):
    monkeypatch.setattr(questions, "REMEMBERED", 2)
    encoder = Gated()
    asked = Questions(encoder)
    for text in ("1", "2", "1", "3", "1", "2"):
        assert asked.vector(text)[0] == float(text)
    assert encoder.batches == [["1"], ["2"], ["3"], ["2"]]


def test_many_threads_that_ask_at_once_all_get_their_own():
    encoder = Gated()
    asked = Questions(encoder)
    texts = [str(number % 97) for number in range(3000)]
    with ThreadPoolExecutor(32) as pool:
        assert [int(vector[0]) for vector in pool.map(asked.vector, texts)] == [int(text) for text in texts]
    assert sorted(text for batch in encoder.batches for text in batch) == sorted(set(texts))
    assert max(map(len, encoder.batches)) <= TOGETHER
