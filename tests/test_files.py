import os
import time
from pathlib import Path

import pytest

from index.building import files
from index.building.build import build
from index.building.files import Files
from index.documents import digest_file
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.errors import UnknownSource
from index.settings import Settings
from tests.conftest import WordsEncoder

OLD = 1_000_000_000 * 10**9  # in 2001, long settled


@pytest.fixture
def generation(settings: Settings, encoder: WordsEncoder) -> Generation:
    build(settings, encoder)
    return Store(settings.index_folder()).current()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose bytes are looked at."""
    names: list[str] = []
    monkeypatch.setattr(files, "digest_file", lambda path: names.append(path.name) or digest_file(path))
    return names


def settle(file: Path, when: int = OLD) -> None:
    os.utime(file, ns=(when, when))


def test_a_file_whose_size_and_time_are_those_of_the_index_is_not_read(docs, settings, encoder, read):
    settle(docs / "soup.txt")
    build(settings, encoder)
    known = Files(Store(settings.index_folder()).current(), docs)
    assert [known.unchanged("soup.txt") for _ in range(3)] == [True] * 3
    assert read == []


def test_one_that_was_written_just_before_it_was_indexed_is_read_each_time_until_it_is_settled(
    docs, generation, read, monkeypatch
):
    known = Files(generation, docs)
    assert [known.unchanged("soup.txt") for _ in range(2)] == [True] * 2
    assert read == ["soup.txt"] * 2  # it could change again in the same tick of the clock
    now = time.time_ns()
    monkeypatch.setattr(files.time, "time_ns", lambda: now + 3 * 10**9)
    assert [known.unchanged("soup.txt") for _ in range(3)] == [True] * 3
    assert read == ["soup.txt"] * 3


def test_one_that_was_copied_is_read_once(docs, generation, read):
    settle(docs / "soup.txt")
    known = Files(generation, docs)
    assert [known.unchanged("soup.txt") for _ in range(3)] == [True] * 3
    assert read == ["soup.txt"]
    settle(docs / "soup.txt", OLD + 1)
    assert known.unchanged("soup.txt")
    assert read == ["soup.txt"] * 2


def test_an_edit_is_seen_at_once_and_so_is_its_undoing(docs, generation, read):
    file = docs / "soup.txt"
    text = file.read_text()
    known = Files(generation, docs)
    settle(file)
    assert known.unchanged("soup.txt")
    file.write_text(text.replace("six", "ten"))  # as long as before
    assert [known.unchanged("soup.txt") for _ in range(2)] == [False] * 2
    assert len(read) == 3
    file.write_text(text + "\n")
    assert not known.unchanged("soup.txt")
    assert len(read) == 3  # its size tells
    file.write_text(text)
    assert known.unchanged("soup.txt")


def test_what_is_gone_or_unknown_is_told(docs, generation):
    known = Files(generation, docs)
    (docs / "soup.txt").unlink()
    with pytest.raises(FileNotFoundError):
        known.unchanged("soup.txt")
    (docs / "new.txt").write_text("New.")
    with pytest.raises(UnknownSource):
        known.unchanged("new.txt")
