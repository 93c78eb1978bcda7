"""What a build that was broken off leaves behind, and what of it is believed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.journal import Journal, discard
from tests.words_encoder import Vectors

RECORD = 4 + 16 + 3 * 4  # bytes: checksum, digest, a vector of 3 dimensions
ROWS = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0, 0.8]], np.float32)


def file_of(folder: Path) -> Path:
    [file] = folder.glob("journal-*")
    return file


def write(folder: Path, texts: str = "abc", rows: Vectors = ROWS) -> Journal:
    """A journal whose texts are letters."""
    journal = Journal(folder, "model")
    for letter in texts:
        journal.number(letter)
    journal.append(rows[: len(journal.waiting)])
    return journal


def test_a_text_has_one_number_and_waits_until_its_vector_comes(tmp_path):
    journal = Journal(tmp_path, "model")
    assert [journal.number(text) for text in ["a", "b", "a", "c", "b"]] == [0, 1, 0, 2, 1]
    assert (journal.waiting, len(journal), journal.kept, journal.dimension) == (["a", "b", "c"], 3, 0, 0)
    assert list(tmp_path.iterdir()) == []
    journal.append(ROWS)
    assert (journal.waiting, journal.dimension) == ([], 3)
    assert [journal.number(text) for text in "bd"] == [1, 3]
    assert journal.waiting == ["d"]
    assert np.array_equal(journal.vectors(np.array([2, 0, 2])), ROWS[[2, 0, 2]])
    assert file_of(tmp_path).stat().st_size == 3 * RECORD


def test_it_goes_on_where_it_was(tmp_path):
    write(tmp_path)
    again = Journal(tmp_path, "model")
    assert (again.kept, len(again), again.dimension) == (3, 3, 3)
    assert [again.number(text) for text in "cxa"] == [2, 3, 0]
    assert again.waiting == ["x"]
    again.append(ROWS[:1])
    assert np.array_equal(again.vectors(np.arange(4)), [*ROWS, ROWS[0]])
    assert Journal(tmp_path, "model").kept == 4


def halve(data: bytes) -> bytes:
    return data[: -RECORD // 2]


def blank(data: bytes) -> bytes:
    return data[:-RECORD] + bytes(RECORD)


def add_blank(data: bytes) -> bytes:
    return data + bytes(2 * RECORD + 5)


def flip(data: bytes) -> bytes:
    return data[: RECORD + 25] + bytes([data[RECORD + 25] ^ 1]) + data[RECORD + 26 :]


@pytest.mark.parametrize(
    ("harm", "kept"),
    [(halve, 2), (blank, 2), (add_blank, 3), (flip, 1), (lambda _: b"", 0), (lambda _: b"x", 0)],
)
def test_only_whole_records_are_believed(tmp_path, harm: Callable[[bytes], bytes], kept: int):
    write(tmp_path)
    file = file_of(tmp_path)
    file.write_bytes(harm(file.read_bytes()))
    journal = Journal(tmp_path, "model")
    assert (journal.kept, file.stat().st_size) == (kept, kept * RECORD)
    assert [journal.number(letter) for letter in "abc"] == [0, 1, 2]
    assert journal.waiting == list("abc"[kept:])
    if journal.waiting:
        journal.append(ROWS[kept:])
    assert np.array_equal(Journal(tmp_path, "model").vectors(np.arange(3)), ROWS)


def test_models_do_not_mix(tmp_path):
    write(tmp_path)
    other = Journal(tmp_path, "other model")
    assert (other.kept, other.number("a"), other.waiting) == (0, 0, ["a"])
    other.append(np.ones((1, 5), np.float32))
    assert Journal(tmp_path, "model").dimension == 3
    assert Journal(tmp_path, "other model").dimension == 5
    (tmp_path / "current").touch()
    discard(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["current"]


def test_a_text_of_any_characters_has_a_number(tmp_path):
    journal = Journal(tmp_path, "model")
    assert [journal.number(text) for text in ["", "é", "e\u0301", "\0", "😀"]] == [0, 1, 2, 3, 4]
