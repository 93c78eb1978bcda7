"""Bytes of plain text: their encoding, and what of them is no text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing import markdown, plain
from index.parsing.base import Unreadable
from index.parsing.text import decode
from index.records import Notice

RUSSIAN = "Собрание состоялось в понедельник. Присутствовали все члены клуба, и решение было принято."
JAPANESE = "会議は月曜日に開かれました。全員が出席し、新しい温室を買うことに決めました。"
FRENCH = "Café Zoë – “naïve” façade costs 5 €. La crème brûlée était délicieuse, mais trop sucrée."
GERMAN = "Das Frühstück kostet 8 € – für Gäste, die länger als zwei Nächte bleiben, nur 5 €."
POLISH = "Zażółć gęślą jaźń. Spotkanie odbyło się w poniedziałek i wszyscy członkowie klubu byli obecni."
GREEK = "Η συνάντηση έγινε τη Δευτέρα. Όλα τα μέλη του συλλόγου ήταν παρόντα και αποφάσισαν."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve 5 €".encode(), "naïve 5 €"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        ("Hé".encode("utf-16"), "Hé"),
        (codecs.BOM_UTF16_LE + "Hé".encode("utf-16-le"), "Hé"),
        (codecs.BOM_UTF16_BE + "Hé".encode("utf-16-be"), "Hé"),
        (codecs.BOM_UTF16_BE + RUSSIAN.encode("utf-16-be"), RUSSIAN),
        (codecs.BOM_UTF16_LE + JAPANESE.encode("utf-16-le"), JAPANESE),
        ("Héllo".encode("utf-16-le"), "Héllo"),
        ("Héllo".encode("utf-16-be"), "Héllo"),
        (FRENCH.encode("utf-16-le"), FRENCH),
        (FRENCH.encode("utf-16-be"), FRENCH),
        (codecs.BOM_UTF32_LE + "Hé".encode("utf-32-le"), "Hé"),
        (codecs.BOM_UTF32_BE + "Hé".encode("utf-32-be"), "Hé"),
        (FRENCH.encode("cp1252"), FRENCH),
        (GERMAN.encode("cp1252"), GERMAN),
        (POLISH.encode("iso-8859-2"), POLISH),
        (GREEK.encode("iso-8859-7"), GREEK),
        (RUSSIAN.encode("cp1251"), RUSSIAN),
        (RUSSIAN.encode("koi8-r"), RUSSIAN),
        (JAPANESE.encode("shift_jis"), JAPANESE),
        (JAPANESE.encode("euc-jp"), JAPANESE),
        (b"", ""),
        (codecs.BOM_UTF16_LE, ""),
    ],
)
def test_every_encoding_is_decoded(data, text):
    assert decode(data) == (text, ())


@pytest.mark.parametrize(
    "text",
    ["one\r\ntwo\r\n", "one\rtwo", "a\u00a0b", "tab\there", "\x0cpage", "e\u0301", "x\u2028y", "a\x1b["],
)
def test_no_character_is_changed(text):
    assert decode(text.encode()) == (text, ())
    assert plain.parse(text.encode(), "a.txt").text == text
    assert markdown.parse(text.encode(), "a.md").text == text


# ------------------------------------------------------------------------------------ damage


@pytest.mark.parametrize(
    ("data", "text", "count"),
    [
        (b"Zo\xc3\xab \xff \xe2\x82\xac \xc3\xb6 \xc3\xb8", "Zoë \ufffd € ö ø", 1),
        ("Zoë’s café".encode().replace("ë".encode(), b"\xc3", 1) + "öäü".encode(), "Zo\ufffd’s caféöäü", 1),
        ("öäüßéèàô ÿ ÿ.".encode().replace("ÿ".encode(), b"\xff"), "öäüßéèàô \ufffd \ufffd.", 2),
        ("Привет, мир".encode() + b"\x80, " + "как дела?".encode(), "Привет, мир\ufffd, как дела?", 1),
        (codecs.BOM_UTF8 + b"Hi\xff there", "Hi\ufffd there", 1),
    ],
)
def test_utf_8_with_a_few_broken_bytes_stays_utf_8_and_says_so(data, text, count):
    assert decode(data) == (text, (Notice("replaced", count),))
    assert plain.parse(data, "a.txt").notices == (Notice("replaced", count),)
    assert markdown.parse(data, "a.md").notices == (Notice("replaced", count),)


def test_a_mark_of_replacement_that_stood_in_the_file_is_no_damage():
    assert decode("a\ufffdb ö".encode()) == ("a\ufffdb ö", ())
    broken = "a\ufffdb öäü éèà".encode() + b" \xff."
    assert decode(broken) == ("a\ufffdb öäü éèà \ufffd.", (Notice("replaced", 1),))


def test_with_more_broken_bytes_than_that_it_is_another_encoding():
    assert decode("über".encode("cp1252")) == ("über", ())
    assert decode("Grün".encode("latin-1")) == ("Grün", ())


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_that_is_cut_at_the_end_is_left_out(cut):
    assert decode("Zoë smiles: 😀".encode()[:-cut]) == ("Zoë smiles: ", ())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("für 5 €".encode()[:-1], "für 5 "),
        ("für 5 €".encode()[:-2], "für 5 "),
        ("Zoë’s café".encode()[:-1], "Zoë’s caf"),
        ("Héllo wörld".encode("utf-16-le")[:-1], "Héllo wörl"),
        ("Héllo wörld".encode("utf-16-be")[:-1], "Héllo wörl"),
    ],
)
def test_nothing_else_is_lost_of_a_file_that_is_cut(data, text):
    assert decode(data) == (text, ())


@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 512])
def test_zeros_at_the_end_are_left_out(zeros):
    assert decode(b"plain text" + bytes(zeros)) == ("plain text", ())
    assert decode("Zoë’s café".encode() + bytes(zeros)) == ("Zoë’s café", ())
    assert decode("Zoë’s café 5 €".encode()[:-1] + bytes(zeros)) == ("Zoë’s café 5 ", ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_zeros_at_the_end_of_utf_16_are_left_out(encoding):
    assert decode("Héllo wörld.".encode(encoding) + bytes(8)) == ("Héllo wörld.", ())


# ------------------------------------------------------------------------------------ what is none


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 4,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\x7fELF\x02\x01\x01",
        b"a" * 20 + b"\x01",
    ],
)
def test_a_binary_file_is_no_text(data):
    with pytest.raises(Unreadable, match=r"^binary, (not text|or text in an unknown encoding)$"):
        decode(data)


def test_a_stray_control_character_in_a_long_text_is_let_be():
    assert decode(b"a" * 2000 + b"\x01") == ("a" * 2000 + "\x01", ())


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_unreadable(data):
    try:
        text, notices = decode(data)
    except Unreadable as reason:
        assert str(reason).startswith("binary, ")
        return
    assert isinstance(text, str)
    assert [notice.kind for notice in notices] in ([], ["replaced"])
    assert all(0 < notice.count <= text.count("\ufffd") for notice in notices)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_of_utf_8_comes_back(text):
    text = text.removeprefix("\ufeff")
    for kept in (text, codecs.BOM_UTF8.decode() + text):
        assert decode(kept.encode()) == (text, ())
    assert decode(text.encode("utf-16")) == (text, ())
