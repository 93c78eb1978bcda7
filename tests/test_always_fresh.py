"""Questions are answered while one build follows another, each from a whole index."""

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.settings import Settings
from tests.words_encoder import Vectors, WordsEncoder

ASK = "How many kilos does the plum tree bear?"
ROUNDS, ASKERS, MEANWHILE = 5, 3, 4


class AnswersFirst(WordsEncoder):
    """Encodes documents only after several more questions were answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Semaphore(0)
        self.waits = False

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        for _ in range(MEANWHILE if self.waits else 0):
            assert self.answered.acquire(timeout=30), "nothing is answered while the index is built"
        return super().encode(texts, advance)


def write(docs: Path, number: int) -> None:
    (docs / "plums.txt").write_text(f"The plum tree bears {number} kilos of plums.")


@pytest.mark.slow
def test_answers_come_while_builds_go_on_and_never_from_an_older_index_than_before(
    settings: Settings, docs: Path
):
    encoder = AnswersFirst()
    engine = Engine(settings, encoder)
    write(docs, 0)
    engine.build()
    encoder.waits = True
    over = threading.Event()
    heard: list[list[int]] = [[] for _ in range(ASKERS)]
    failed: list[object] = []

    def ask(numbers: list[int]) -> None:
        while not over.is_set():
            try:
                quote = engine.ask(ASK).citations[0].quote
                found = re.fullmatch(r"The plum tree bears (\d) kilos of plums\.", quote)
                numbers.append(int(found[1]))  # type: ignore[index]
            except Exception as error:
                failed.append(error)
                return
            encoder.answered.release()

    threads = [threading.Thread(target=ask, args=[numbers]) for numbers in heard]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, ROUNDS + 1):
            write(docs, number)
            while encoder.answered.acquire(blocking=False):
                pass
            assert engine.build(removals="few").embedded == 1
        assert engine.ask(ASK).citations[0].quote == f"The plum tree bears {ROUNDS} kilos of plums."
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert failed == []
    assert all(numbers == sorted(numbers) for numbers in heard)
    assert len({number for numbers in heard for number in numbers}) > ROUNDS // 2
