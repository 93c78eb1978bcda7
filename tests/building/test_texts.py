"""An index that is built again writes the texts that are new, and keeps the others by links."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from index.building.build import build
from index.documents import digest_file
from index.engines.local import texts
from index.engines.local.appending import Segment
from index.engines.local.generation import Generation
from index.engines.local.view import View
from index.errors import IndexDamaged, IndexFolderError
from index.scope import Scope
from index.settings import Settings
from tests.building.conftest import (
    FIRST,
    SECOND,
    TEXTS,
    THIRD,
    add,
    age,
    built_at_once,
    content,
    counts,
    current,
    files,
    fill,
    rows_fit,
    shared,
)
from tests.conftest import WordsEncoder


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of any size are kept in segments."""
    monkeypatch.setattr(texts, "WHOLE_UP_TO", 0)


@pytest.fixture
def built(folder: Path, settings: Settings, encoder: WordsEncoder) -> Path:
    """The documents, and some more, of which an index was built."""
    fill(folder, 20)
    age(folder)
    build(settings, encoder)
    return folder


def test_only_new_texts_are_written_and_all_is_found_as_in_an_index_built_at_once(built, settings, encoder):
    first = current(settings)
    (built / "n07.txt").write_text(
        "Title 7\n\nNumber 7 says hello. It was edited. And grew by a paragraph.\n"
    )
    (built / "n09.txt").unlink()
    add(built)
    summary = build(settings, encoder)
    second = current(settings)
    assert (files(first), files(second)) == ([TEXTS, FIRST], [TEXTS, SECOND, FIRST])
    assert shared(first, second) == [FIRST]
    assert counts(summary)[:2] == (2, 1)
    with closing(sqlite3.connect(second.folder / SECOND)) as database:
        written = [text for (text,) in database.execute("SELECT text FROM documents ORDER BY id")]
    assert written == [(built / name).read_text() for name in ("n07.txt", "new.txt")]
    assert content(settings) == built_at_once(settings)
    assert rows_fit(settings)
    (built / "a.txt").write_text("One document comes first. It moves all others by two.\n")
    build(settings, encoder)
    third = current(settings)
    assert (shared(second, third), THIRD in files(third)) == ([SECOND, FIRST], True)
    assert content(settings) == built_at_once(settings)
    for one in (first, second):  # generations go, and nothing of those after them
        for path in one.folder.glob("*.sqlite"):
            path.unlink()
    assert content(settings) == built_at_once(settings)
    assert third.sources_with("says hello") == [f"n{n:02}.txt" for n in range(20) if n != 9]
    assert third.sources_with("Number 9 says") == []
    [passage] = third.passages_of("n07.txt")
    assert passage.text == "Title 7\n\nNumber 7 says hello. It was edited. And grew by a paragraph."
    [units] = third.units([third.entry("n07.txt").first])
    near, place = third.around(units[1], 1, 1)
    assert [one.text for one in near] == [one.text for one in units]
    assert (near[place].text, near[place].passage) == (units[1].text, passage)


def test_what_a_scope_shows_of_segments(built, settings, encoder):
    (built / "letters" / "barca.txt").write_text(
        "La barca va al mattino. Il biglietto costa poco per tutti.\n"
    )
    build(settings, encoder)
    whole = current(settings)
    seen = View(whole, Scope(("letters",)))
    assert files(whole) == [TEXTS, SECOND, FIRST]
    assert [entry.source for entry in seen.entries()] == ["letters/barca.txt", "letters/ferry.txt"]
    assert (seen.manifest.languages, seen.manifest.passages) == (("en", "it"), 2)
    (built / "letters" / "ferry.txt").unlink()
    build(settings, encoder)
    assert View(current(settings), Scope(("letters",))).manifest.languages == ("it",)


def test_what_only_goes_needs_no_segment_and_much_that_is_gone_a_new_one(built, settings, encoder):
    first = current(settings)
    for n in range(3):
        (built / f"n{n:02}.txt").unlink()
    build(settings, encoder)
    second = current(settings)
    assert (files(second), shared(first, second)) == ([TEXTS, FIRST], [FIRST])
    assert content(settings) == built_at_once(settings)
    for n in range(3, 9):
        (built / f"n{n:02}.txt").unlink()
    build(settings, encoder)
    third = current(settings)
    assert (files(third), shared(second, third)) == ([TEXTS, FIRST], [])
    assert b"Number 5 says hello" not in (third.folder / FIRST).read_bytes()
    assert content(settings) == built_at_once(settings)


def test_many_segments_are_merged(built, settings, encoder, monkeypatch):
    monkeypatch.setattr(texts, "SEGMENTS", 3)
    seen = []
    for n in range(4):
        (built / f"new{n}.txt").write_text(f"Something new is number {n}.\n")
        build(settings, encoder)
        seen.append(files(current(settings))[1:])
    assert seen == [[SECOND, FIRST], [SECOND, THIRD, FIRST], [FIRST], [SECOND, FIRST]]
    assert content(settings) == built_at_once(settings)
    assert len(encoder.encoded) == len(set(encoder.encoded))


def test_few_texts_are_written_anew_and_nothing_stays_of_what_is_gone(built, settings, encoder, monkeypatch):
    monkeypatch.setattr(texts, "WHOLE_UP_TO", 2**24)
    (built / "n05.txt").unlink()
    build(settings, encoder)
    folder = current(settings).folder
    assert b"Number 4 says hello" in (folder / FIRST).read_bytes()
    assert not [path for path in folder.rglob("*") if path.is_file() and b"Number 5" in path.read_bytes()]


def test_where_there_are_no_hard_links_texts_are_written_anew(built, settings, encoder, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    first = current(settings)
    monkeypatch.setattr(os, "link", refuse)
    add(built)
    build(settings, encoder)
    assert (files(current(settings)), shared(first, current(settings))) == ([TEXTS, FIRST], [])
    assert content(settings) == built_at_once(settings)


def test_a_full_disk_leaves_segments_as_they_were(built, settings, encoder, monkeypatch):
    first, before = current(settings), content(settings)
    add(built)
    with monkeypatch.context() as patch:
        patch.setattr(Segment, "finish", full)
        with pytest.raises(IndexFolderError, match="the index that was there is as it was"):
            build(settings, encoder)
    assert (current(settings).name, content(settings)) == (first.name, before)
    assert [path.name for path in first.folder.parent.iterdir()] == [first.name]
    build(settings, encoder)
    assert shared(first, current(settings)) == [FIRST]
    assert content(settings) == built_at_once(settings)


def full(_: Segment) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def as_format_5(generation: Generation) -> None:
    """Make of a generation of one segment what earlier versions wrote, which had no list and no words."""
    folder = generation.folder
    with closing(sqlite3.connect(folder / FIRST)) as database:
        database.executescript(f"""
            ATTACH '{folder / TEXTS}' AS listed;
            CREATE TABLE before (
                id INTEGER PRIMARY KEY, source TEXT UNIQUE, title TEXT, digest TEXT, size INTEGER,
                mtime_ns INTEGER, file TEXT, text TEXT, about BLOB, contexts BLOB, first INTEGER, last INTEGER
            );
            INSERT INTO before SELECT id, source, title, digest, size, mtime_ns, file, text, about, contexts,
                listed.documents.first, listed.documents.last FROM listed.documents
                JOIN main.documents USING (id);
            DROP TABLE main.documents;
            DROP TABLE words;
            ALTER TABLE before RENAME TO documents;
            CREATE INDEX passages_by_document ON passages (document);
            DETACH listed;
            VACUUM;
        """)
    (folder / TEXTS).unlink()
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    del manifest["files"][TEXTS]
    manifest["format"] = 5
    manifest["files"][FIRST] = (folder / FIRST).stat().st_size, digest_file(folder / FIRST)
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))


def test_an_index_of_format_5_is_read_and_becomes_one_of_this_format(built, settings, encoder):
    before = content(settings)
    as_format_5(current(settings))
    assert (current(settings).manifest.format, content(settings)) == (5, before)
    encoder.encoded.clear()
    add(built)
    build(settings, encoder)
    assert len(encoder.encoded) == 2  # the two sentences that are new
    assert (current(settings).manifest.format, files(current(settings))) == (6, [TEXTS, FIRST])
    assert content(settings) == built_at_once(settings)


def test_an_index_of_format_5_is_opened_without_reading_its_texts(built, settings, encoder):
    lines = (f"{n} is said at length. It goes on.\n\n" for n in range(2000))
    (built / "long.txt").write_text("".join(lines))
    build(settings, encoder, full=True)
    as_format_5(current(settings))
    before = current(settings).entries()
    assert [(one.source, one.first) for one in before][:3] == [
        ("letters/ferry.txt", 0), ("long.txt", 1), ("minutes.md", 501)
    ]  # fmt: skip
    file = current(settings).folder / FIRST
    data = file.read_bytes()
    begin = data.index(b"1000 is said at length") // 4096 * 4096
    file.write_bytes(data[:begin] + bytes(4096) + data[begin + 4096 :])  # with what leads to the rest of it
    damaged = current(settings)
    assert damaged.entries() == before
    with pytest.raises(IndexDamaged, match="malformed"):
        damaged.document("long.txt")
