"""The words that search compares, by language: ``index/words.py``."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.function_words import FUNCTION_WORDS
from index.invisible import visible
from index.languages import NAMES
from index.words import _LATIN, STEMMERS, Asked, _tokenizer, indexed, spaced, tokens_of, words

ENGLISH = Asked(["en"])


def stems(terms: list[tuple[str, ...]]) -> list[str]:
    """The terms of a collection in one language."""
    return [stem for (stem,) in terms]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Running runs RAN", ["run", "run", "ran"]),
        ("Greenhouses attended attendance", ["greenhous", "attend", "attend"]),
        ("CAFÉ naïve Straße œuvre Ærø", ["cafe", "naiv", "strass", "oeuvr", "aero"]),
        ("don't U.S. 3.14 x_y", ["don", "t", "u", "s", "3", "14", "x", "y"]),
        ("cafe\u0301 ﬁne １２ Ⅳ x\u200by", ["cafe", "fine", "12", "iv", "xy"]),
        ("… — !", []),
        ("", []),
    ],
)
def test_words_are_lower_case_stems_without_accents(text, found):
    assert words(text, "en") == found


def by_the_tokenizer(text: str) -> list[str]:
    folded = normalize("NFKC", visible(text)).replace("İ", "I").replace("\u0307", "")
    return _tokenizer().analyze(folded)


@given(
    st.text(st.characters(max_codepoint=127) | st.sampled_from([*map(chr, _LATIN), "\u0301"]), max_size=40)
)
def test_what_is_folded_beforehand_is_what_the_tokenizer_makes_of_it(text: str):
    assert tokens_of(text, "") == by_the_tokenizer(text)


def test_so_is_each_letter_that_is():
    for letter in map(chr, _LATIN):
        assert tokens_of(f"x{letter}Y", "") == by_the_tokenizer(f"x{letter}Y")


@pytest.mark.parametrize("word", ["9" * 100, "я" * 100], ids=["digits", "cyrillic"])
def test_a_word_of_a_hundred_characters_is_still_a_word(word):
    assert words(word, "en") == [word]


LETTERS = st.sampled_from("aeéñßœıјбюيةــًכםहिไทยng不あ한 .-'’\u200c\u200d\u0301\u00a0\u3000\u2028\x1c\x85")


@given(
    st.text(LETTERS | st.characters(codec="utf-8"), max_size=60),
    st.sampled_from(sorted({*STEMMERS, "vi", "zh", "th", "xx"})),
)
def test_what_an_index_keeps_of_words_is_cut_as_it_is_counted(text: str, language: str):
    for kept in indexed(text, language):
        assert " ".join(kept).split(" ") == (kept or [""])
        assert all(word.split() == [word] for word in kept)


def test_what_has_no_stem_is_not_kept():
    assert indexed("ــــ نادي ــــ", "ar")[0] == ["ناد"]


def test_a_run_without_end_is_no_word():
    assert words("9" * 101, "en") == words("я" * 101, "en") == words("不 " + "9" * 100_000, "zh")[1:] == []


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("ar", "المدينة كتابهم", ["مدين", "كتاب"]),
        ("cs", "knihami", ["knih"]),
        ("da", "husene", ["hus"]),
        ("de", "Häuser laufen", ["haus", "lauf"]),
        ("el", "άνθρωποι", ["ανθρωπ"]),
        ("es", "las reuniones", ["las", "reunion"]),
        ("fi", "taloissa", ["talo"]),
        ("fr", "les maisons", ["le", "maison"]),
        ("hi", "किताबों में", ["किताब", "म"]),
        ("it", "le biblioteche", ["le", "bibliotec"]),
        ("nl", "vergaderingen", ["vergader"]),
        ("pl", "książkami", ["ksiazk"]),
        ("ru", "книги ёлка елками", ["книг", "елк", "елк"]),
        ("tr", "İstanbul'da Işık evlerimizde", ["istanbul", "da", "isik", "ev"]),
        ("th", "ฉันชื่อ", ["ฉัน", "นชื่", "ชื่อ"]),
        ("km", "ខ្មែរ", ["ខ្មែរ"]),
        ("zh", "会议室", ["会议", "议室", "会", "议", "室"]),
        ("zh", "京", ["京"]),
        ("ja", "東京タワーは iPhone15を", ["東京", "東", "京", "タワ", "ワー", "は", "iphone15", "を"]),
        ("ko", "서울은", ["서울", "울은"]),
        ("vi", "Hà Nội đẹp", ["ha", "noi", "dep", "ha_noi", "noi_dep"]),
        ("", "houses 会议", ["houses", "会议", "会", "议"]),
    ],
)
def test_words_are_those_of_the_language(language, text, found):
    assert words(text, language) == found


def test_every_language_has_a_name_and_its_stemmer_works():
    assert {*STEMMERS, *FUNCTION_WORDS} <= {*NAMES}
    assert all(words("2024", language) == ["2024"] for language in STEMMERS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask IT, HR or the WHO.", ["ask", "itʹ", "hr", "or", "the", "whoʹ"]),
        ("IT\tAnna\t4401", ["itʹ", "anna", "4401"]),
        ("It rained. Did Will pay it?", ["it", "rain", "did", "willʹ", "pay", "it"]),
        ("WHO IS IT\nIt is I.", ["who", "is", "it", "it", "is", "i"]),
        ("CONTACT US", ["contact", "us"]),
        ("What To Do With It", ["what", "to", "do", "with", "it"]),
        ("IT", ["itʹ"]),
        ("US GDP grew", ["usʹ", "gdp", "grew"]),
    ],
)
def test_function_words_that_are_written_as_names_are_words_of_their_own(text, found):
    assert words(text, "en") == found


def test_german_writes_more_than_names_with_capitals():
    assert words("Danke Ihnen, das IN ist da.", "de") == ["dank", "ihn", "das", "inʹ", "ist", "da"]


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("What did the club buy?", ["club", "buy"]),
        ("Where's the DOGS' house, and whose is it?", ["dog", "hous"]),
        ("A dog and dogs", ["dog"]),
        ("Who are they?", ["who", "are", "they"]),
        ("What does IT do for us?", ["itʹ"]),
        ("?!", []),
        ("", []),
    ],
)
def test_content_leaves_out_words_that_only_ask(question, content):
    assert stems(ENGLISH.content(question)) == content


@pytest.mark.parametrize(
    ("language", "question", "content"),
    [
        ("ar", "متى تفتح المكتبة؟", ["تفتح", "مكتب"]),
        ("de", "Wie hoch ist die Kaution für das Zimmer?", ["hoch", "kaution", "zimm"]),
        ("es", "¿Cuándo se reúne el club?", ["reun", "club"]),
        ("fr", "Qu'est-ce que l'école offre ?", ["ecol", "offre"]),
        ("hi", "पुस्तकालय कब खुलता है?", ["पुस्तकालय", "खुल"]),
        ("ja", "会議はいつですか？", ["会議", "会", "議", "は"]),
        ("ko", "회의는 언제입니까?", ["회의", "의는", "입니", "니까"]),
        ("ru", "Когда открывается библиотека?", ["открыва", "библиотек"]),
        ("th", "ห้องสมุดเปิดเมื่อไร", words("ห้องสมุดเปิด", "th")),
        ("tr", "Kütüphane ne zaman açılır?", ["kutuphane", "acilir"]),
        ("zh", "谁开图书馆？", ["开图", "图书", "书馆", "开", "图", "书", "馆"]),
    ],
)
def test_content_is_told_in_each_language(language, question, content):
    assert stems(Asked([language]).content(question)) == content


def test_a_question_may_be_in_another_language_than_the_collection():
    german = Asked(["de"])
    assert german.content("What is the deposit for the room?") == [("deposit",), ("room",)]
    assert german.content("Was ist die Kaution?") == [("kaution",)]
    assert Asked(["de"], only=True).content("What is it?") == [("what",), ("is",), ("it",)]


def test_a_dotted_capital_is_one_letter():
    question = "Luther İncili kimin İngilizce İncil çevirisini etkilemiştir?"
    assert stems(Asked(["tr"]).content(question)) == ["luther", "incil", "ingiliz", "ceviri", "etkilemis"]


def test_a_word_has_a_stem_in_each_language_of_the_collection():
    both = Asked(["de", "en", "vi"])
    assert both.content("Wo sind die Häuser?") == [
        ("haus", "hauser", "hauser"), ("", "", "wo_sind"), ("", "", "sind_die"), ("", "", "die_hauser"),
    ]  # fmt: skip
    assert both.spaced("Häuser") == " haus  hauser  hauser "


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Dogs run.", [(0, 4), (5, 8)]),
        ("😀 é — a running dog", [(8, 15), (16, 19)]),
        ("Öçñ dogged", [(4, 10)]),
        ("cat", []),
    ],
)
def test_matches_are_offsets_in_characters(text, spans):
    assert list(ENGLISH.matches([("dog",), ("run",)], text)) == spans


def test_matches_of_a_name_are_written_as_one():
    asked = ENGLISH.content("What does IT do?")
    assert list(ENGLISH.matches(asked, "Ask IT if it works.")) == [(4, 6)]
    assert list(Asked(["de", "en", "vi"]).matches([("haus", "hous", "")], "Häuser, houses")) == [
        (0, 6),
        (8, 14),
    ]


def test_matches_of_scripts_without_blanks_are_the_letters_that_match():
    chinese = Asked(["zh"])
    question = chinese.content("图书馆在哪里？")
    assert list(chinese.matches(question, "市图书馆很大。")) == [(1, 4)]


def test_stems_stand_between_spaces():
    assert spaced("The CATS ran. 6 cafés!", "en") == " the cat ran 6 cafe "
    assert spaced("cafe\u0301", "en") == " cafe "
    assert spaced("", "en") == spaced("?!", "en") == "  "


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("007, 0.5 and 00", " 7 0 5 and 0 "),
        ("10 100 x01", " 10 100 x01 "),
        ("on 2024-05-03", " on 2024 5 3 3 may 2024 "),
        ("am 5.3.2024 um 9", " am 5 3 2024 um 9 5 march 2024 "),
        ("2024-13-01", " 2024 13 1 "),
    ],
)
def test_numbers_are_without_leading_zeros_and_dates_are_spelled_too(text, found):
    assert spaced(text, "en") == found


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
def test_numbers_of_a_question(question, numbers):
    assert ENGLISH.numbers(question) == numbers


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
def test_names_of_a_question_are_capitals_amid_others(question, names):
    assert stems(ENGLISH.names(question)) == names


def test_names_by_language():
    assert Asked(["ru"]).names("Когда приехала Анна Иванова?") == [("ан",), ("иванов",)]
    assert Asked(["de"]).names("Wann kam der Brief von Anna?") == []  # nouns have capitals too
    assert Asked(["de"]).names("When did the letter of Anna come?") == [("anna",)]
