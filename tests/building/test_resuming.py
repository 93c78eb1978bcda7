"""Builds that were broken off, and how far one runs ahead."""

from pathlib import Path

import pytest

from index import documents
from index.building.build import build
from index.building.progress import Silent
from index.engines.local.draft import Draft
from index.engines.local.store import Store
from index.errors import IndexFolderError, ModelError
from index.settings import Settings, load
from tests.building.conftest import age, content, counts, current, fill, rows_fit
from tests.building.failing import Failing
from tests.conftest import WordsEncoder


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is a handful of texts."""
    monkeypatch.setattr("index.building.encoding.BLOCK", 5)


def journals(settings: Settings) -> list[Path]:
    return list(settings.index_folder().glob("journal-*"))


@pytest.mark.slow
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ModelError("no memory"), OSError(28, "full")])
def test_a_build_that_was_broken_off_goes_on_where_it_was(folder, settings, tmp_path, small_blocks, error):
    fill(folder, 20)
    age(folder)
    broken = Failing(4, error)
    with pytest.raises((KeyboardInterrupt, ModelError, IndexFolderError)):
        build(settings, broken)
    assert Store(settings.index_folder()).current_name() is None
    assert not list((settings.index_folder() / "generations").iterdir())
    assert 20 <= len(broken.encoded) < 30
    assert len(journals(settings)) == 1

    rest = WordsEncoder()
    summary = build(settings, rest)
    assert not set(broken.encoded) & set(rest.encoded)
    assert len(rest.encoded) == len(set(rest.encoded)) == summary.embedded
    assert (summary.embedded + summary.reused, summary.documents_embedded) == (summary.sentences, 23)
    assert journals(settings) == []
    resumed = content(settings)
    at_once = load(flags={"documents.folder": folder, "state.folder": str(tmp_path / "other")})
    build(at_once, WordsEncoder())
    assert content(at_once) == resumed
    assert build(settings, WordsEncoder()).changed is False


@pytest.mark.slow
def test_a_build_goes_on_though_documents_changed(folder, settings, encoder, small_blocks):
    build(settings, encoder)
    fill(folder, 20)
    broken = Failing(4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        build(settings, broken)
    current(settings).check()
    for number in range(5):
        (folder / f"n{number:02}.txt").unlink()
    (folder / "n06.txt").write_text("Title 6\n\nIt was edited. Number 6 says hello.")
    rest = WordsEncoder()
    build(settings, rest)
    assert not set(broken.encoded) & set(rest.encoded)
    assert "It was edited." in rest.encoded
    assert current(settings).manifest.documents == 18
    assert rows_fit(settings)
    assert journals(settings) == []


@pytest.mark.slow
def test_what_was_broken_off_does_no_harm_where_nothing_changed_or_all_is_built_anew(
    folder, settings, small_blocks
):
    build(settings, WordsEncoder())
    for full in (False, True):
        fill(folder, 20)
        with pytest.raises(KeyboardInterrupt):
            build(settings, Failing(4, KeyboardInterrupt()))
        assert len(journals(settings)) == 1
        for number in range(20):
            (folder / f"n{number:02}.txt").unlink()
        summary = build(settings, WordsEncoder(), full=full)
        assert (summary.changed, counts(summary)) == (full, (3, 0, 15, 0) if full else (0, 0, 0, 13))
        assert journals(settings) == []


def test_how_much_there_is_to_encode_is_estimated_until_all_is_divided(
    folder, settings, encoder, small_blocks
):
    fill(folder, 40)
    heard: list[object] = []

    class Listener(Silent):
        def stage(self, name: str, total: int) -> None:
            heard.append((name, total))

        def expect(self, total: int) -> None:
            heard.append(total)

    summary = build(settings, encoder, progress=Listener())
    names = [item[0] for item in heard if isinstance(item, tuple)]
    assert names.count("encoding texts") == 1
    [first] = [item[1] for item in heard if isinstance(item, tuple) and item[0] == "encoding texts"]
    guesses = [first, *(item for item in heard if isinstance(item, int))]
    assert guesses[-1] == summary.embedded
    assert len(guesses) > 10
    assert all(summary.embedded / 4 < guess < summary.embedded * 4 for guess in guesses)


def test_documents_are_divided_ahead_but_not_all_of_them(
    folder, settings, encoder, small_blocks, monkeypatch
):
    fill(folder, 47)
    monkeypatch.setattr("index.building.prefetching.PREFETCHED", 5 * 20_000)
    read: list[str] = []
    ahead: list[int] = []
    load_one = documents.load
    monkeypatch.setattr(
        documents, "load", lambda source, *rest: read.append(source) or load_one(source, *rest)
    )
    add_one = Draft.add

    def added(self: Draft, *arguments: object) -> None:
        add_one(self, *arguments)
        ahead.append(len(read) - self.documents)

    monkeypatch.setattr(Draft, "add", added)
    assert build(settings, encoder).documents == 50
    assert 0 <= max(ahead) <= 6
    assert rows_fit(settings)
