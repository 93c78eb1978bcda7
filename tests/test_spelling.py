"""Misspelt words of questions, as the collection spells them."""

from pathlib import Path

import pytest

from index.engines.local.lexical import Lexical, build
from index.search.spelling import LONGEST, Speller
from index.words import Asked

TEXTS = (
    ("The library opens at nine. The librarian is Marta Lind.", "en"),
    ("A day ticket costs nine euros, which is the price for everybody.", "en"),
    ("The prize was won by the organisation of rowers; they rise early.", "en"),
    ("The ferry leaves in the dark. Payments in March are definitely accepted.", "en"),
    ("Die Öffnungszeiten der Bibliothek hängen aus. Der Vertrag gilt.", "de"),
    ("Библиотека открыта с девяти.", "ru"),
)
KNOWN = {
    "Paris", "what", "dentist", "dark", "refund", "day", "who", "is", "the", "of", "a", "how", "are", "there",
    "kosten", "wann", "book", "mate",
}  # fmt: skip


@pytest.fixture
def speller(tmp_path: Path) -> Speller:
    build(tmp_path / "words", TEXTS)
    lexical = Lexical(tmp_path / "words", Asked(["en", "de", "ru"]))
    return Speller(lexical, lambda number: TEXTS[number][0], lambda word, language: word in KNOWN)


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("who is the libarian", "who is the librarian"),
        ("what is the prise of a day tiket", "what is the price of a day ticket"),  # not "prize", nor "rise"
        ("What is the capital of of Germany?", "What is the capital of Germany?"),
        ("Libarian", "Librarian"),
        ("is it definately so", "is it definitely so"),
        ("how is the oragnisaton?", "how is the organisation?"),  # two slips in a long word
        ("when does the fery leave", "when does the ferry leave"),
        ("wann sind die Öffnugszeiten", "wann sind die Öffnungszeiten"),
        ("где библеотека", "где библиотека"),
    ],
)
def test_what_is_meant_is_found(speller: Speller, question: str, mended: str):
    assert speller.mended(question) == mended
    assert speller.mended(mended) == mended


@pytest.mark.parametrize(
    "question",
    [
        "who is the librarian",
        "are there librarians",  # another form of a word that is there
        "is there a dentist",  # known, though nowhere here
        "what is the mate of the dark",  # "date", "marta" and "mark" are near
        "who are the dentists",  # a form of one that is known
        "who is Lindt",  # perhaps a name
        "what is tiket7 or lib@tiket.org or /tiket or tiket.pdf",
        "are there marks or pars",  # short words are near to others
        "why dont they",
        "was ist ein Vertrak",  # seven letters, in a language with endings
        "who had had the book",
        "New York New York",
        "図書館はいつ開きますか",
        "",
        "?",
        "libarian " * (LONGEST // 8),
    ],
)
def test_what_is_right_or_may_be_is_left_as_it_is(speller: Speller, question: str):
    assert speller.mended(question) == question


def test_an_index_tells_which_words_it_has(tmp_path: Path):
    build(tmp_path / "words", TEXTS)
    lexical = Lexical(tmp_path / "words", Asked(["en"]))
    assert lexical.near("librarina", 1) == {"librarian": (1, 1)}
    assert lexical.near("quince", 1) == {}
    assert lexical.stands("Librarians")
    assert not lexical.stands("libarian")
    assert lexical.best("who is the librarian")[0] == 0
    assert lexical.best("zebra") == (0, 0.0)
