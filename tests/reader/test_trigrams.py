"""TrigramSimilarity of texts to a question, by letters in threes."""

import os
import subprocess
import sys

from bot.reader.trigrams import TrigramSimilarity
from tests.reader.conftest import CLOCK, FERRY, MILL

TEXTS = ["The ferry sails at nine.", "The mill grinds rye.", "The bell strikes nine."]


def test_what_shares_rare_letters_comes_first_whatever_its_case():
    assert TrigramSimilarity(TEXTS).order("WHEN does the FERRY sail?")[0] == 0
    assert TrigramSimilarity(TEXTS).order("who grinds the rye")[0] == 1


def test_rare_letters_count_more_than_those_of_all_texts():
    ferry, mill, bell = TrigramSimilarity(TEXTS).of("the")
    assert ferry == mill == bell > 0
    assert TrigramSimilarity(TEXTS).of("rye")[1] > mill


def test_what_shares_nothing_counts_nothing():
    assert TrigramSimilarity(TEXTS).of("東京") == [0, 0, 0]
    assert TrigramSimilarity([]).order("who?") == []


def test_every_process_finds_the_same_to_the_last_bit():
    texts = [f"{FERRY} {number} {MILL}" for number in range(40)]
    script = (
        "from bot.reader.trigrams import TrigramSimilarity\n"
        f"print(TrigramSimilarity({texts!r}).of({CLOCK!r}))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
