"""SIGKILL at random moments; ``python -m benchmarks.faults`` does hundreds."""

import random
from pathlib import Path

import pytest

from benchmarks.faults import WORKS, Confirm, Judging, tried


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tries"),
    [("indexing", 2), ("switching", 2), ("answering", 3), ("feedback", 3), ("uploading", 3)],
)
def test_a_kill_at_any_moment_loses_nothing_that_was_confirmed(tmp_path: Path, name: str, tries: int):
    figures = tried(WORKS[name](tmp_path), tries, random.Random(7))
    assert (figures.tried, figures.survived, figures.lost) == (tries, tries, [])


class Hasty(Judging):
    """Says that a verdict is kept before it is."""

    def work(self, confirm: Confirm) -> None:
        super().work(lambda number: [confirm(number), confirm(str(int(number) + 1))][0])


@pytest.mark.slow
def test_what_is_confirmed_too_early_is_found_to_be_lost(tmp_path: Path):
    figures = tried(Hasty(tmp_path), 4, random.Random(7))
    assert figures.lost
    assert figures.survived < figures.tried
