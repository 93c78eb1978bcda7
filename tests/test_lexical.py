from math import log
from pathlib import Path

import pytest

from index.errors import SettingsError
from index.lexical import LANGUAGES, Analyser, Lexical, build

PASSAGES = ["the cat sat", "the dog ran home fast", "a cat and a cat"]  # 3, 5 and 5 words


@pytest.fixture
def lexical(tmp_path: Path) -> Lexical:
    build(tmp_path / "lexical", PASSAGES, "english")
    return Lexical(tmp_path / "lexical", "english")


@pytest.fixture(scope="module")
def english() -> Analyser:
    return Analyser("english")


def idf(found: int, total: int = 3) -> float:
    return log(1 + (total - found + 0.5) / (found + 0.5))


def bm25(found: int, frequency: int, length: int) -> float:
    """Robertson's formula as Lucene and tantivy have it: (k1 + 1) is a factor, the mean is 13 / 3."""
    return idf(found) * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / (13 / 3)))


# ------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Running runs RAN", ["run", "run", "ran"]),
        ("Greenhouses attended attendance", ["greenhous", "attend", "attend"]),
        ("CAFÉ naïve Straße œuvre Ærø", ["cafe", "naiv", "strass", "oeuvr", "aero"]),
        ("don't U.S. 3.14 x_y", ["don", "t", "u", "s", "3", "14", "x", "y"]),
        ("会议 встреча", ["会议", "встреча"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words_are_lower_case_stems_without_accents(english, text, stems):
    assert english.stems(text) == stems


@pytest.mark.parametrize("word", ["9" * 100, "я" * 100], ids=["digits", "cyrillic"])
def test_a_word_of_a_hundred_characters_is_still_a_word(english, word):
    assert english.stems(word) == [word]


def test_a_run_without_end_is_no_word(english, tmp_path):
    assert english.stems("9" * 1000) == []
    build(tmp_path / "lexical", ["9" * 100_000], "english")
    assert len(Lexical(tmp_path / "lexical", "english")) == 1


@pytest.mark.parametrize(
    ("language", "text", "stems"),
    [
        ("german", "Häuser laufen", ["haus", "lauf"]),
        ("french", "les maisons", ["le", "maison"]),
        ("russian", "книги", ["книг"]),
    ],
)
def test_stems_are_those_of_the_language(language, text, stems):
    assert Analyser(language).stems(text) == stems


def test_every_language_named_has_a_stemmer():
    assert all(Analyser(language).stems("a") == ["a"] for language in LANGUAGES)


def test_an_unknown_language_is_refused(tmp_path):
    with pytest.raises(
        SettingsError, match=r"^lexical\.language: there is no 'klingon'\. There are: arabic, "
    ):
        Analyser("klingon")
    with pytest.raises(SettingsError, match="there is no 'klingon'"):
        build(tmp_path / "lexical", PASSAGES, "klingon")


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("What did the club buy?", {"club", "buy"}),
        ("Where's the DOGS' house, and whose is it?", {"dog", "hous"}),
        ("Who are they?", {"who", "are", "they"}),
        ("?!", set()),
        ("", set()),
    ],
)
def test_content_leaves_out_words_that_only_ask(english, question, content):
    assert english.content(question) == content


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Dogs run.", [(0, 4), (5, 8)]),
        ("😀 é — a running dog", [(8, 15), (16, 19)]),
        ("Öçñ dogged", [(4, 10)]),
        ("cat", []),
    ],
)
def test_matches_are_offsets_in_characters(english, text, spans):
    assert list(english.matches(frozenset({"dog", "run"}), text)) == spans


# ------------------------------------------------------------------------------------ scores


def test_bm25_is_as_worked_out_by_hand(lexical):
    assert len(lexical) == 3
    # cat: in 2 of 3 passages, once in one of 3 words and twice in one of 5; ln 1.6 = 0.4700
    assert lexical.search("cat", 5) == pytest.approx({0: bm25(2, 1, 3), 2: bm25(2, 2, 5)}, rel=1e-6)
    assert lexical.search("cat", 5) == pytest.approx({0: 0.537684, 2: 0.619452}, abs=1e-6)
    # the content words of a question add up, each once
    fast = lexical.search("A fast dog, a dog! The CATS?", 5)
    assert fast == pytest.approx({1: 2 * bm25(1, 1, 5), 2: bm25(2, 2, 5), 0: bm25(2, 1, 3)}, rel=1e-6)
    assert lexical.search("the", 5) == pytest.approx({0: bm25(2, 1, 3), 1: bm25(2, 1, 5)}, rel=1e-6)


def test_a_search_returns_the_best_only(lexical):
    assert list(lexical.search("cat dog", 1)) == [1]
    assert list(lexical.search("cat dog", 9)) == [1, 2, 0]


@pytest.mark.parametrize("question", ["", "?!", "zebra", "会议"])
def test_a_search_without_known_words_finds_nothing(lexical, question):
    assert lexical.search(question, 5) == {}


def test_weights_are_inverse_document_frequencies(lexical):
    weights = lexical.weights("Is the cat or the dog a zebra?")
    assert weights == pytest.approx({"cat": log(1.6), "dog": log(1 + 2.5 / 1.5), "zebra": log(8)})
    assert lexical.weights("") == {}
    # as if there were 50 more passages, 2 of which hold the word
    assert lexical.weights("cat", 50, 2) == pytest.approx({"cat": log(1 + 49.5 / 4.5)})


def test_stems_stand_between_spaces(english):
    assert english.spaced("The CATS ran. 6 cafés!") == " the cat ran 6 cafe "
    assert english.spaced("cafe\u0301") == " cafe "
    assert english.spaced("") == english.spaced("?!") == "  "


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("007, 0.5 and 00", " 7 0 5 and 0 "),
        ("10 100 x01", " 10 100 x01 "),
        ("on 2024-05-03", " on 2024 5 3 3 may 2024 "),
        ("am 5.3.2024 um 9", " am 5 3 2024 um 9 5 march 2024 "),
        ("2024-13-01", " 2024 13 1 "),
    ],
)
def test_numbers_are_without_leading_zeros_and_dates_are_spelled_too(english, text, spaced):
    assert english.spaced(text) == spaced


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What cost 900 euros in 2024?", ["900", "2024"]),
        ("Where is room 007 or B12?", ["7", "b12"]),
        ("What was on 2024-05-03?", ["2024", "5", "3", "3", "2024"]),
        ("Who came?", []),
        ("", []),
    ],
)
def test_numbers_of_a_question(english, question, numbers):
    assert english.numbers(question) == numbers


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is Alice Archer?", ["alic", "archer"]),
        ("Alice came, Bob left?", ["bob"]),
        ("Did the U.S. or NASA or A1 pay?", ["a1"]),
        ("What did O’Neil say to the McDonald's?", ["o", "neil", "mcdonald", "s"]),
        ("WHO IS ALICE?", []),
        ("who is alice?", []),
        ("", []),
    ],
)
def test_names_of_a_question_are_capitals_amid_others(english, question, names):
    assert english.names(question) == names


def test_two_builds_give_equal_scores(tmp_path, lexical):
    build(tmp_path / "again", iter(PASSAGES), "english")
    again = Lexical(tmp_path / "again", "english")
    for question in ["cat", "the dog", "a cat ran fast home"]:
        assert again.search(question, 9) == lexical.search(question, 9) != {}


def test_many_passages_keep_their_numbers(tmp_path):
    build(tmp_path / "many", (f"word{number} common" for number in range(3000)), "english")
    lexical = Lexical(tmp_path / "many", "english")
    assert [list(lexical.search(f"word{n}", 9)) for n in (0, 1499, 2999)] == [[0], [1499], [2999]]
    assert len(lexical.search("common", 200)) == 200


def test_an_index_that_may_only_be_read_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "lexical"
    build(folder, PASSAGES, "english")
    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr("os.access", lambda *_: False)
    assert list(Lexical(folder, "english").search("dog", 5)) == [1]
    assert sorted(path.name for path in folder.iterdir()) == before
