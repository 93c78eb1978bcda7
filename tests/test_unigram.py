"""Texts are cut into pieces as the library cuts them, worked by hand and compared."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from index import tokenizing, unigram
from index.graphs import NotExported
from index.tokenizing import SharedTokenizer
from index.unigram import Pieces, Unigram, aligned, by_library, pieces_of, plain

SCORED = {
    "<s>": 0.0, "</s>": 0.0, "<unk>": 0.0,
    "▁": -2.0, "a": -3.0, "b": -3.5, "c": -4.0, "ab": -5.0, "▁a": -4.0, "▁ab": -9.5, "bc": -8.0, "é": -4.0,
    "▁東": -6.0, "京": -6.0, "東京": -7.0, "～": -5.0, "1": -3.0, "2": -3.0, "fi": -6.0,
}  # fmt: skip
PIECES = Pieces([*SCORED], [*SCORED.values()], begin=0, end=1, unknown=2)


@pytest.fixture(scope="module")
def library() -> Tokenizer:
    return by_library(PIECES)


@pytest.fixture(scope="module")
def folder(library: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pieces")
    tokenizing.keep(library, folder)
    assert [file.name for file in folder.iterdir()] == ["pieces.msgpack"]
    return folder


@pytest.fixture(scope="module")
def ours(folder: Path) -> Unigram:
    return Unigram((folder / unigram.FILE).read_bytes())


def cut(by: Unigram, text: str) -> list[str]:
    return [PIECES.pieces[number] for number in by.encode([text], 99)[0].ids[1:-1]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab", ["▁", "ab"]),  # -7.0; ▁a b is -7.5, ▁ab -9.5
        ("abc", ["▁", "ab", "c"]),  # -11.0; ▁a bc is -12.0
        ("a b", ["▁a", "▁", "b"]),
        (" a\t\u200b b  ", ["▁a", "▁", "b"]),
        ("axyb", ["▁a", "<unk>", "b"]),  # two unknown characters side by side are one
        ("東京", ["▁", "東京"]),  # -9.0; ▁東 京 is -12.0
        ("e\u0301", ["▁", "é"]),
        ("①～ﬁ", ["▁", "1", "～", "fi"]),
        ("a\x01b", ["▁", "ab"]),
        ("</s><unk>", ["▁", "<unk>"]),  # special pieces are none of a text
        ("", []),
    ],
)
def test_the_likeliest_pieces_are_taken(ours: Unigram, text: str, pieces: list[str]):
    assert cut(ours, text) == pieces
    assert ours.count(text) == len(pieces)


TEXT = st.text(st.sampled_from("abc 12é①～ﬁxy東京\t\n\u200b\u0301\u0308▁"), max_size=14)


@given(TEXT)
def test_texts_are_cut_as_by_the_library(library: Tokenizer, ours: Unigram, text: str):
    library.no_truncation()
    assert ours.encode([text], 99)[0].ids == library.encode(text).ids


@given(TEXT, TEXT, st.integers(5, 30))
def test_pairs_are_cut_as_by_the_library(
    library: Tokenizer, ours: Unigram, first: str, second: str, most: int
):
    library.enable_truncation(most, strategy="longest_first")
    (one,), other = ours.encode_pairs([(first, second)], most), library.encode(first, second)
    assert (one.ids, one.sequence_ids) == (other.ids, other.sequence_ids)
    assert (one.type_ids, one.attention_mask) == (other.type_ids, other.attention_mask)
    if not {"\u0301", "\u0308"} & {*first, *second}:  # else ours stand for all that they are made of
        assert one.offsets == other.offsets


def test_pieces_stand_for_what_they_are_made_of(ours: Unigram):
    (pair,) = ours.encode_pairs([("ab", "a  e\u0301① x\x01b")], 99)
    assert pair.ids == [0, 3, 7, 1, 1, 8, 3, 11, 16, 3, 2, 5, 1]
    assert pair.offsets == [
        (0, 0), (0, 1), (0, 2), (0, 0), (0, 0), (0, 1), (3, 5), (3, 5), (5, 6), (7, 8), (7, 8), (9, 10),
        (0, 0),
    ]  # fmt: skip


def test_too_long_texts_are_cut_off(ours: Unigram):
    assert ours.encode(["a a a a a"], 4)[0].ids == [0, 8, 8, 1]


@given(st.text(max_size=12))
def test_what_is_made_plain_in_parts_is_what_is_made_plain(text: str):
    read, begins, ends = aligned(text)
    assert read == plain(text)
    assert len(read) == len(begins) == len(ends)
    assert all(0 <= begin < end <= len(text) for begin, end in zip(begins, ends, strict=True))
    assert list(begins) == sorted(begins)


def test_words_that_are_remembered_are_not_more_and_more(folder: Path):
    ours = Unigram((folder / unigram.FILE).read_bytes(), most_words=2)
    for word in ("a", "b", "c", "ab", "a", "ab" * 50):
        assert cut(ours, word)[-1][-1] == word[-1]
        assert len(ours.words) <= 2
    assert "ab" * 50 not in ours.words


def test_tokenizers_that_cut_otherwise_stay_with_the_library(tmp_path: Path):
    spaced = by_library(PIECES)
    spaced.pre_tokenizer = pre_tokenizers.Metaspace()
    bare = Tokenizer(models.Unigram(list(SCORED.items()), unk_id=2))
    for name, other in (("spaced", spaced), ("bare", bare)):
        assert pieces_of(other) is None
        (tmp_path / name).mkdir()
        tokenizing.keep(other, tmp_path / name)
        assert [file.name for file in (tmp_path / name).iterdir()] == ["tokenizer.json"]


def test_equal_pieces_are_in_memory_once(folder: Path):
    one, other = SharedTokenizer(folder, 9), SharedTokenizer(folder, 5)
    assert one._cutter is other._cutter
    assert [len(each.encode_batch_fast(["a a a a a a a a"])[0].ids) for each in (one, other)] == [9, 5]
    assert one.special == 2


@pytest.mark.parametrize("content", [b"", b"\x91\x01", b"{}"])
def test_damaged_pieces_are_told(tmp_path: Path, content: bytes):
    (tmp_path / unigram.FILE).write_bytes(content)
    with pytest.raises(NotExported):
        SharedTokenizer(tmp_path, 9)
