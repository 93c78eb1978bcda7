"""Documents of which too many are gone at once stay in the index until somebody says that they may go."""

import os
import shutil
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.settings import Settings
from index.building.build import build
from index.building.changes import Changes, changes
from index.building.summary import Summary
from index.engines.local.store import Store
from index.errors import DocumentsError, IndexDamaged, IndexEmpty
from tests.building.conftest import OLD, age, content, counts, current, fill
from tests.conftest import WordsEncoder

ALL = ("letters/ferry.txt", "minutes.md", "soup.txt")


@pytest.fixture
def built(folder: Path, settings: Settings, encoder: WordsEncoder) -> Path:
    """The documents folder, indexed."""
    build(settings, encoder)
    return folder


def watched(settings: Settings) -> Summary:
    """What a watcher has done."""
    return build(settings, WordsEncoder(), removals="few")


def sources(settings: Settings) -> list[str]:
    return [entry.source for entry in current(settings).entries()]


def test_half_of_the_files_may_go(built: Path, settings: Settings):
    (built / "soup.txt").unlink()  # one of three
    summary = watched(settings)
    assert (summary.held, summary.documents_removed, summary.documents) == ((), 1, 2)
    (built / "minutes.md").unlink()  # one of two
    summary = watched(settings)
    assert (summary.held, summary.documents_removed, summary.documents) == ((), 1, 1)
    (built / "letters" / "ferry.txt").unlink()  # the last one
    summary = watched(settings)
    assert (summary.held, summary.changed, summary.documents) == (("letters/ferry.txt",), False, 1)


@pytest.mark.parametrize("gone", ["emptied", "removed", "not listed"])
def test_a_folder_that_is_away_leaves_the_index_as_it_was(built: Path, settings: Settings, gone: str):
    (built / "broken.bin").write_bytes(b"\0")
    watched(settings)
    before, name = content(settings), current(settings).name
    away = built.with_name("away")
    built.rename(away)
    if gone == "emptied":
        built.mkdir()
    elif gone == "not listed":
        built.write_text("no folder")
    for _ in range(2):
        summary = watched(settings)
        assert (summary.held, summary.changed, summary.generation) == (ALL, False, name)
    assert content(settings) == before
    if gone == "emptied":
        assert changes(current(settings), settings) == Changes(removed=ALL)
        built.rmdir()
    elif gone == "not listed":
        built.unlink()
    away.rename(built)
    summary = watched(settings)
    assert (summary.held, summary.changed) == ((), False)


def test_what_is_new_is_taken_up_while_the_rest_is_held_back(built: Path, settings: Settings):
    before = content(settings)
    shutil.rmtree(built)
    built.mkdir()
    (built / "new.txt").write_text("The plum tree bears forty kilos of plums.")
    summary = watched(settings)
    assert (summary.held, summary.changed, counts(summary)) == (ALL, True, (1, 0, 1, 13))
    assert sources(settings) == ["letters/ferry.txt", "minutes.md", "new.txt", "soup.txt"]
    assert before["documents"] == [d for d in content(settings)["documents"] if d.source != "new.txt"]
    assert current(settings).lexical.search("plums", 9).keys() == {4}
    assert watched(settings).held == ALL  # of four, with the new one
    summary = build(settings, WordsEncoder(), removals="all")
    assert (summary.held, summary.documents_removed, sources(settings)) == ((), 3, ["new.txt"])


def test_files_that_were_moved_or_edited_are_not_gone(built: Path, settings: Settings):
    (built / "archive").mkdir()
    for name in ("minutes.md", "soup.txt"):
        (built / name).rename(built / "archive" / name)
    (built / "letters" / "ferry.txt").write_text("The ferry leaves on Monday.")
    summary = watched(settings)
    assert (summary.held, counts(summary)[:2]) == ((), (3, 2))
    assert sources(settings) == ["archive/minutes.md", "archive/soup.txt", "letters/ferry.txt"]
    shutil.move(built / "archive" / "soup.txt", built / "soup.txt")
    (built / "archive" / "minutes.md").unlink()
    (built / "letters" / "ferry.txt").unlink()
    assert watched(settings).held == ("archive/minutes.md", "letters/ferry.txt")
    assert sources(settings) == ["archive/minutes.md", "letters/ferry.txt", "soup.txt"]


def test_files_that_are_empty_all_at_once_count_as_gone(built: Path, settings: Settings):
    before = content(settings)
    for path in built.rglob("*.*"):
        os.truncate(path, 0)
    assert watched(settings).held == ALL
    assert content(settings)["documents"] == before["documents"]


def test_by_hand_all_that_is_gone_goes_even_the_last(built: Path, settings: Settings):
    for name in ("minutes.md", "soup.txt"):
        (built / name).unlink()
    assert watched(settings).held == ("minutes.md", "soup.txt")
    summary = build(settings, WordsEncoder())
    assert (summary.held, summary.documents_removed, summary.documents) == ((), 2, 1)
    away = built.rename(built.with_name("away"))
    with pytest.raises(DocumentsError, match="There is no documents folder"):
        build(settings, WordsEncoder())
    assert sources(settings) == ["letters/ferry.txt"]
    away.rename(built)
    (built / "letters" / "ferry.txt").unlink()
    summary = build(settings, WordsEncoder())
    assert (summary.changed, summary.documents_removed, summary.documents) == (True, 1, 0)
    with pytest.raises(IndexEmpty, match="Put some there"):
        Engine(settings, WordsEncoder()).ask("When does the ferry to Iceland leave?")


def test_by_hand_a_folder_that_is_emptied_at_once_leaves_the_index_as_it_was(built: Path, settings: Settings):
    shutil.rmtree(built)
    built.mkdir()  # as where a disk was to be mounted
    with pytest.raises(DocumentsError, match="can be indexed: it holds no files"):
        build(settings, WordsEncoder())
    assert sources(settings) == list(ALL)


@pytest.mark.parametrize("missing", [True, False])
def test_an_index_of_nothing_answers_nothing_and_grows_again(
    built: Path, settings: Settings, *, missing: bool
):
    engine = Engine(settings, WordsEncoder())
    assert engine.ask("Who attended the meeting?").found
    shutil.rmtree(built)
    if not missing:
        built.mkdir()
    summary = engine.build(removals="all")
    assert (summary.changed, summary.documents, summary.documents_removed) == (True, 0, 3)
    current(settings).check()
    engine.warm()
    with pytest.raises(IndexEmpty, match="Put some there"):
        engine.ask("Who attended the meeting?")
    assert engine.sources() == []
    again = watched(settings)
    assert (again.changed, again.documents, again.held) == (False, 0, ())
    built.mkdir(exist_ok=True)
    (built / "new.txt").write_text("The plum tree bears forty kilos of plums.")
    age(built, OLD)
    assert counts(engine.build(removals="few")) == (1, 0, 1, 0)
    assert engine.ask("How many kilos does the plum tree bear?").found


def test_what_cannot_be_copied_is_not_given_up(built: Path, settings: Settings):
    fill(built, 3)
    build(settings, WordsEncoder())
    before = current(settings).name
    for name in (*ALL, "n00.txt"):
        (built / name).unlink()
    with pytest.raises(DocumentsError, match="4 of 6 files that are indexed are gone"):
        build(settings, _OtherEncoder(), removals="few")
    (built / "new.txt").write_text("Something new.")
    texts = current(settings).folder / "texts.sqlite"
    data = bytearray(texts.read_bytes())
    data[-1] ^= 1
    texts.write_bytes(data)
    with pytest.raises(IndexDamaged, match="was altered"):
        watched(settings)
    assert current(settings).name == before


@pytest.mark.parametrize("name", ["vectors.npy", "texts.sqlite", "manifest.json"])
def test_an_index_that_cannot_be_opened_is_not_built_anew_of_the_few_files_that_are_left(
    built: Path, settings: Settings, name: str
):
    before = content(settings)
    generation = current(settings)
    os.truncate(generation.folder / name, 5)
    away = built.with_name("away")
    away.mkdir()
    for gone in ("minutes.md", "soup.txt"):
        (built / gone).rename(away / gone)
    with pytest.raises(
        DocumentsError, match=r"2 of 3 files that are indexed are gone .* is damaged, so it is left"
    ):
        watched(settings)
    assert Store(settings.index_folder()).current_name() == generation.name
    for gone in ("minutes.md", "soup.txt"):
        (away / gone).rename(built / gone)
    summary = watched(settings)
    assert (summary.held, counts(summary)) == ((), (3, 0, 15, 0))
    assert content(settings) == before


class _OtherEncoder(WordsEncoder):
    dimension = 128
