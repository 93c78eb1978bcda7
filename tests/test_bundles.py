"""Vectors in portable files: what is found in them, what is refused, and how an encoder takes from them."""

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from index.building import bundles
from index.building.bundles import Bundled, Bundles
from index.errors import BundleError
from tests.words_encoder import WordsEncoder

TEXTS = ["Alice attended.", "Soup simmers.", "The ferry leaves.", "", "日本"]


def part(folder: Path, texts: list[str] = TEXTS) -> Path:
    """A part of these texts."""
    before = set(folder.glob("*")) if folder.exists() else set()
    bundles.write(folder, texts, WordsEncoder().encode(texts), WordsEncoder())
    [file] = set(folder.glob("*")) - before
    return file


def test_vectors_are_found_by_text_in_all_folders_and_below(tmp_path):
    part(tmp_path / "one", TEXTS[:2])
    part(tmp_path / "two" / "below", TEXTS[2:])
    found = Bundles([tmp_path / "one", tmp_path / "two", tmp_path / "missing"], WordsEncoder())
    assert len(found) == 5
    wanted = ["日本", "not there", "Soup simmers.", ""]
    rows = found.rows(wanted)
    assert (rows >= 0).tolist() == [True, False, True, True]
    vectors = found.vectors(rows[rows >= 0])
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, WordsEncoder().encode(["日本", "Soup simmers.", ""]))


def test_where_there_are_no_bundles_nothing_is_found(tmp_path):
    assert Bundles([tmp_path], WordsEncoder()).rows(["a", "b"]).tolist() == [-1, -1]


def test_an_encoder_takes_from_them_and_encodes_the_rest(tmp_path):
    part(tmp_path, TEXTS[:3])
    inner, heard = WordsEncoder(), []
    parts = Bundles([tmp_path], inner)
    encoder = Bundled(inner, parts)
    wanted = ["new", TEXTS[1], "newer", TEXTS[0]]
    assert np.array_equal(encoder.encode(wanted, heard.append), WordsEncoder().encode(wanted))
    assert (inner.encoded, parts.taken, sum(heard)) == (["new", "newer"], 2, 4)
    assert np.array_equal(encoder.encode(TEXTS[:3]), WordsEncoder().encode(TEXTS[:3]))
    assert np.array_equal(encoder.encode(["new"]), WordsEncoder().encode(["new"]))
    assert (encoder.name, encoder.fingerprint, encoder.max_tokens) == ("words", "words-256", 64)
    assert (encoder.count_tokens("so it is"), encoder.is_word("meti", "en")) == (3, False)
    assert np.array_equal(encoder.encode_questions(["Who?"]), WordsEncoder().encode_questions(["Who?"]))


def test_the_same_texts_written_twice_are_one_part(tmp_path):
    part(tmp_path)
    bundles.write(tmp_path, TEXTS, WordsEncoder().encode(TEXTS), WordsEncoder())
    assert len(list(tmp_path.iterdir())) == 1


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def alter(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)


def longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def lie(file: Path) -> None:
    file.write_bytes(b"\xff" * 8 + file.read_bytes()[8:])


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [cut, empty, alter, longer, lie, folder_instead])
def test_a_damaged_part_is_refused_and_stays(tmp_path: Path, damage: Callable[[Path], None]):
    file = part(tmp_path)
    damage(file)
    with pytest.raises(
        BundleError, match=r"^The bundle '.*vectors-.*' is damaged \(.+\)\. Copy it again; or"
    ):
        Bundles([tmp_path], WordsEncoder())
    assert file.exists()


def about(encoder: WordsEncoder, **other: str) -> dict[str, str]:
    return {"docent": "1", "model": encoder.name, "fingerprint": encoder.fingerprint, **other}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (
            {"model": "letters", "fingerprint": "x"},
            "were made with the model letters, the settings name words.",
        ),
        ({"fingerprint": "x"}, "were made with the model words, but of other files than it has here."),
        ({"docent": "2"}, "is no bundle of vectors that this version of Docent reads."),
    ],
)
def test_vectors_of_another_model_or_format_are_refused(tmp_path, told, says):
    file = part(tmp_path)
    save_file(load_file(file), file, about(WordsEncoder(), **told))
    with pytest.raises(BundleError) as refused:
        Bundles([tmp_path], WordsEncoder())
    assert says in str(refused.value)
    assert "again" in str(refused.value)


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_tensors_of_other_shapes_or_numbers_are_refused(tmp_path, dtype):
    file = part(tmp_path)
    tensors = load_file(file)
    save_file({**tensors, "vectors": tensors["vectors"].astype(dtype)}, file, about(WordsEncoder()))
    with pytest.raises(BundleError, match="of other shapes"):
        Bundles([tmp_path], WordsEncoder())
    save_file({**tensors, "digests": tensors["digests"][:4]}, file, about(WordsEncoder()))
    with pytest.raises(BundleError, match="of other shapes"):
        Bundles([tmp_path], WordsEncoder())
    save_file({"vectors": tensors["vectors"]}, file, about(WordsEncoder()))
    with pytest.raises(BundleError, match="is damaged"):
        Bundles([tmp_path], WordsEncoder())


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BundleError, match=r"^Vectors cannot be written to '.*file' \(file exists\)\. What"):
        part(tmp_path / "file")


def test_a_disk_that_is_full_leaves_what_was_whole_and_nothing_else(tmp_path, monkeypatch):
    first = part(tmp_path, TEXTS[:2])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("index.writing.os.fsync", full)
    with pytest.raises(
        BundleError, match=r"\(no space left on device\)\. What was written stays: mend that, and"
    ):
        part(tmp_path, TEXTS[2:])
    assert list(tmp_path.iterdir()) == [first]
    assert len(Bundles([tmp_path], WordsEncoder())) == 2
