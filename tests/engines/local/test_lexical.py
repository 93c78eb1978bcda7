from math import log
from pathlib import Path

import pytest

from index.engines.local.lexical import Lexical, build
from index.words import Asked

PASSAGES = ["the cat sat", "the dog ran home fast", "a cat and a cat"]  # 3, 5 and 5 words


def made(folder: Path, *texts: tuple[str, str], only: bool = False) -> Lexical:
    """The lexical index of texts, each with its language."""
    build(folder, texts)
    return Lexical(folder, Asked(list(dict.fromkeys(language for _, language in texts)), only=only))


def english(folder: Path, texts: list[str]) -> Lexical:
    return made(folder, *((text, "en") for text in texts))


@pytest.fixture
def lexical(tmp_path: Path) -> Lexical:
    return english(tmp_path / "lexical", PASSAGES)


def idf(found: int, total: int = 3) -> float:
    return log(1 + (total - found + 0.5) / (found + 0.5))


def bm25(found: int, frequency: int, length: int) -> float:
    """Robertson's formula as Lucene and tantivy have it: (k1 + 1) is a factor, the mean is 13 / 3."""
    return idf(found) * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / (13 / 3)))


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
    assert weights == pytest.approx({("cat",): log(1.6), ("dog",): log(1 + 2.5 / 1.5), ("zebra",): log(8)})
    assert lexical.weights("") == {}
    # as if there were 50 more passages, 2 of which hold the word
    assert lexical.weights("cat", 50, 2) == pytest.approx({("cat",): log(1 + 49.5 / 4.5)})


def test_two_builds_give_equal_scores(tmp_path, lexical):
    again = english(tmp_path / "again", PASSAGES)
    for question in ["cat", "the dog", "a cat ran fast home"]:
        assert again.search(question, 9) == lexical.search(question, 9) != {}


def test_many_passages_keep_their_numbers(tmp_path):
    lexical = english(tmp_path / "many", [f"word{number} common" for number in range(3000)])
    assert [list(lexical.search(f"word{n}", 9)) for n in (0, 1499, 2999)] == [[0], [1499], [2999]]
    assert len(lexical.search("common", 200)) == 200


def test_an_index_that_may_only_be_read_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "lexical"
    english(folder, PASSAGES)
    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr("os.access", lambda *_: False)
    assert list(Lexical(folder, Asked(["en"])).search("dog", 5)) == [1]
    assert sorted(path.name for path in folder.iterdir()) == before


def test_locks_of_a_folder_that_cannot_be_written_to_are_not_opened(tmp_path, monkeypatch):
    build(tmp_path / "lexical", [(text, "en") for text in PASSAGES])
    lock = tmp_path / "lexical" / ".tantivy-meta.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()  # not even root can open it to write, as nothing on a disk that is mounted to be read
    monkeypatch.setattr("os.access", lambda *_: False)
    assert len(Lexical(tmp_path / "lexical", Asked(["en"]))) == 3


def test_words_of_two_languages_are_one_word_each(tmp_path):
    lexical = made(
        tmp_path / "lexical", ("Die Häuser sind alt.", "de"), ("The houses are old.", "en"), ("x", "en")
    )
    # "Häuser" is "haus" in German, which stands in one passage, and "hauser" in English, in none
    assert lexical.weights("Häuser") == pytest.approx({("haus", "hauser"): idf(1)})
    assert list(lexical.search("Wie alt ist das Haus?", 9)) == [0]
    assert list(lexical.search("Which house is old?", 9)) == [1]
    assert lexical.found_in("Häuser", "zwei Häuser") == {"haus": idf(1), "hauser": idf(1)}


def test_a_word_that_has_two_stems_weighs_as_one_with_one_stem(tmp_path):
    # "notes" is "not" in German and "note" in English; each stands in one passage, the word in two
    lexical = made(tmp_path / "lexical", ("notes", "de"), ("notes", "en"), ("cat", "en"))
    assert lexical.weights("notes") == pytest.approx({("not", "note"): idf(2)})
    one = idf(2) * 2.2 / (1 + 1.2)
    assert lexical.search("notes", 9) == pytest.approx({0: one, 1: one}, rel=1e-6)


def test_names_that_look_like_function_words_find_what_is_called_so(tmp_path):
    texts = [
        "It is cold, and they told us who did it.",
        "The IT desk is on floor 2.",
        "The WHO sent it to the US.",
        "The fee that Will owes is 20 euros.",
    ]
    lexical = english(tmp_path / "lexical", texts)
    for question, found in [
        ("Where is IT?", [1]),
        ("What did the WHO do in the US?", [2]),
        ("What does Will owe?", [3]),
        ("what is it?", []),
    ]:
        assert list(lexical.search(question, 9))[: len(found)] == found
    assert lexical.weights("Where is IT?") == pytest.approx({("itʹ",): log(1 + 3.5 / 1.5)})


def test_a_name_that_is_nowhere_written_as_one_is_the_word(tmp_path):
    lexical = english(tmp_path / "lexical", ["Will owes 20 euros.", "Ann owes 30 euros."])
    assert list(lexical.search("How much does Will owe?", 9)) == [0, 1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What happened on 2024-04-13?", "On 13 April 2024 the pump was oiled."),
        ("What happened on 13 April 2024?", "2024-04-13: the pump was oiled."),
        ("What happened on April 13, 2024?", "13.04.2024: the pump was oiled."),
        ("What happened on 13.4.2024?", "2024-04-13: the pump was oiled."),
    ],
)
def test_a_date_is_found_however_it_is_written(tmp_path, question, text):
    build(tmp_path / "lexical", [(text, "en"), ("On 12 May 2023 the pump was oiled.", "en")])
    lexical = Lexical(tmp_path / "lexical", Asked(["en"]))
    found = lexical.search(question, 2)
    assert next(iter(found)) == 0
    assert found[0] > 3 * found.get(1, 0.0)


def test_a_date_in_digits_is_said_in_the_language_of_the_question(tmp_path):
    build(tmp_path / "lexical", [("Am 13. April 2024 wurde geölt.", "de"), ("Am 12. Mai.", "de")])
    lexical = Lexical(tmp_path / "lexical", Asked(["de"]))
    assert list(lexical.search("Was war am 13.04.2024?", 2)) == [0]
