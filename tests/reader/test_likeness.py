"""Likeness of texts to a question, by letters in threes."""

from bot.reader.likeness import Likeness

TEXTS = ["The ferry sails at nine.", "The mill grinds rye.", "The bell strikes nine."]


def test_what_shares_rare_letters_comes_first_whatever_its_case():
    assert Likeness(TEXTS).order("WHEN does the FERRY sail?")[0] == 0
    assert Likeness(TEXTS).order("who grinds the rye")[0] == 1


def test_rare_letters_count_more_than_those_of_all_texts():
    ferry, mill, bell = Likeness(TEXTS).of("the")
    assert ferry == mill == bell > 0
    assert Likeness(TEXTS).of("rye")[1] > mill


def test_what_shares_nothing_counts_nothing():
    assert Likeness(TEXTS).of("東京") == [0, 0, 0]
    assert Likeness([]).order("who?") == []
