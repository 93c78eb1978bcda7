"""Tests for bot/reader/together.py."""

import numpy as np
import pytest

from bot.reader.reading import Reading
from bot.reader.together import Together, mean
from tests.reader.words import NO, WordReader

FERRY = "The ferry leaves on Tuesday."


def reading(answers: float, *tokens: tuple[int, int, float, float]) -> Reading:
    """Of tokens by where they stand, and how likely the answer starts and ends there."""
    places = np.array([(-1, -1), *(token[:2] for token in tokens)], np.int64)
    starts, ends = (np.array([0, *(token[n] for token in tokens)], np.float32) for n in (2, 3))
    return Reading(answers, starts, ends, places)


def test_the_mean_is_by_the_share_of_the_second():
    one = reading(4.0, (0, 3, 0.8, 0.1), (4, 9, 0.2, 0.9))
    other = reading(-1.0, (0, 3, 0.3, 0.4), (4, 9, 0.7, 0.6))
    found = mean(one, other, 0.25)
    assert found.answers == pytest.approx(2.75)
    assert found.starts.tolist() == pytest.approx([0, 0.675, 0.325])
    assert found.ends.tolist() == pytest.approx([0, 0.175, 0.825])
    assert (found.offsets == one.offsets).all()


def test_probabilities_go_to_the_tokens_at_the_same_places():
    """The second has "ferry" in two pieces, the blank before each word with it, and a word more."""
    one = reading(0.0, (0, 3, 0.5, 0.5), (4, 9, 0.25, 0.25), (10, 16, 0.25, 0.25))
    other = reading(
        0.0, (0, 3, 0.1, 0.1), (3, 7, 0.2, 0.0), (7, 9, 0.3, 0.4), (9, 16, 0.3, 0.3), (16, 19, 0.1, 0.2)
    )
    found = mean(one, other, 1.0)
    assert found.starts.tolist() == pytest.approx([0, 0.1, 0.5, 0.4])
    assert found.ends.tolist() == pytest.approx([0, 0.1, 0.4, 0.5])


@pytest.mark.parametrize("pointless", [0, 1])
def test_where_one_points_at_no_words_the_first_ones_are_kept(pointless: int):
    nothing = np.zeros(0, np.float32)
    both = [reading(2.0, (0, 3, 1.0, 1.0))] * 2
    both[pointless] = Reading(4.0, nothing, nothing, np.zeros((0, 2), np.int64))
    found = mean(*both, 0.5)
    assert found.answers == 3.0
    assert found.starts.tolist() == both[0].starts.tolist()


def test_both_read_every_passage():
    one, other = WordReader({"Tuesday": 8.0}), WordReader({"ferry": 4.0})
    both = Together(one, other, 0.5)
    texts = [FERRY, "It was cold on deck."]
    first, second = both.read("When does it leave?", texts)
    assert one.read_texts == other.read_texts == texts
    assert (first.answers, second.answers) == (6.0, NO)
    assert first.share(4, 9) == pytest.approx(first.share(20, 27), abs=0.01)
    assert first.starts.sum() == pytest.approx(1)


def test_it_is_named_and_known_by_both_and_loads_both():
    one, other = WordReader({}), WordReader({})
    both = Together(one, other, 0.5)
    assert (both.name, both.fingerprint) == ("words+words", "words-1+words-1")
    both.prepare()
    assert (one.prepared, other.prepared) == (1, 1)


def test_what_keeps_one_from_loading_is_said():
    class Broken(WordReader):
        def prepare(self) -> None:
            raise RuntimeError("damaged")

    with pytest.raises(RuntimeError, match="damaged"):
        Together(WordReader({}), Broken({}), 0.5).prepare()
