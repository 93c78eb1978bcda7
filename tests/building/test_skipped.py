"""Files that a build passes over, and folders with nothing to index."""

import os
import shutil
from pathlib import Path

import pytest

from index import documents
from index.building.build import build
from index.building.changes import Changes, changes
from index.documents import Skipped
from index.engines.local.store import Store
from index.errors import DocumentsError
from index.settings import load
from tests.building.conftest import current, touch


def test_files_passed_over_are_reported_with_the_reason(folder, settings, encoder):
    (folder / "binary.txt").write_bytes(bytes(range(256)))
    (folder / "empty.md").touch()
    (folder / "blank.txt").write_text(" \n")
    (folder / "scan.xyz").write_bytes(b"%PDF")
    skipped = (
        Skipped("binary.txt", "binary, or text in an unknown encoding"),
        Skipped("blank.txt", "no text in it"),
        Skipped("empty.md", "empty"),
        Skipped("scan.xyz", "'.xyz' files are not read (docs/formats.md names those that are)"),
    )
    summary = build(settings, encoder)
    assert (summary.skipped, current(settings).manifest.skipped, summary.documents) == (skipped, skipped, 3)
    assert not changes(current(settings), settings)
    again = build(settings, encoder)
    assert (again.changed, again.skipped) == (False, skipped)
    (folder / "scan.xyz").unlink()
    fewer = build(settings, encoder)
    assert (fewer.changed, fewer.embedded, fewer.skipped) == (True, 0, skipped[:3])


def test_a_file_that_was_passed_over_and_mended_is_new(folder, settings, encoder):
    (folder / "empty.txt").touch()
    build(settings, encoder)
    assert not changes(current(settings), settings)
    (folder / "empty.txt").write_text("No longer.")
    assert changes(current(settings), settings) == Changes(added=("empty.txt",))


def test_files_passed_over_are_not_tried_again_until_they_are_touched(folder, settings, encoder, monkeypatch):
    (folder / "noise.txt").write_bytes(bytes(range(256)))
    monkeypatch.setattr("index.building.changes.RACY_NS", 0)
    build(settings, encoder)
    tried: list[str] = []
    monkeypatch.setattr(documents, "read", lambda file: tried.append(file.source) or b"")
    assert not changes(current(settings), settings)
    assert tried == []
    (folder / "noise.txt").chmod(0o600)
    assert not changes(current(settings), settings)
    assert tried == ["noise.txt"]


def test_a_document_that_cannot_be_read_any_more_is_reported(folder, settings, encoder, monkeypatch):
    build(settings, encoder)
    touch(folder)
    opened = os.open

    def deny(path: str | Path, *how: int, **more: int) -> int:
        if str(path).endswith("soup.txt"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **more)

    monkeypatch.setattr(os, "open", deny)
    assert changes(current(settings), settings) == Changes(edited=("soup.txt",))
    summary = build(settings, encoder)
    assert (summary.documents, summary.skipped) == (2, (Skipped("soup.txt", "permission denied"),))


def clear(docs: Path) -> None:
    for path in sorted(docs.rglob("*.*")):
        path.unlink()


def leave_only_scans(docs: Path) -> None:
    clear(docs)
    (docs / "a.txt").touch()
    (docs / "b.xyz").touch()


@pytest.mark.parametrize(
    ("ruin", "message"),
    [
        (clear, "Nothing in '{}' can be indexed: it holds no files."),
        (
            leave_only_scans,
            "Nothing in '{}' can be indexed ("
            "a.txt: empty; b.xyz: '.xyz' files are not read (docs/formats.md names those that are)).",
        ),
        (shutil.rmtree, "There is no documents folder '{}'. Name yours with --docs DIR, or set "
         "documents.folder in a settings file."),
    ],
)  # fmt: skip
def test_without_documents_the_old_index_stays(folder, settings, encoder, ruin, message):
    generation = build(settings, encoder).generation
    ruin(folder)
    with pytest.raises(DocumentsError) as error:
        build(settings, encoder)
    assert str(error.value) == message.format(folder)
    assert current(settings).name == generation
    assert current(settings).document("soup.txt").title == "Onion soup"


def test_without_documents_there_is_no_first_index(tmp_path, encoder):
    settings = load(flags={"documents.folder": tmp_path, "index.folder": str(tmp_path / "index")})
    with pytest.raises(DocumentsError, match="can be indexed"):
        build(settings, encoder)
    assert Store(tmp_path / "index").current_name() is None


def test_an_index_among_the_documents_is_no_document(folder, encoder):
    flags = {"documents.folder": folder, "state.folder": str(folder / "state"), "reader.model": "none"}
    for extra in ({}, {"index.folder": str(folder / "letters" / "index")}):
        settings = load(flags=flags | extra)
        assert build(settings, encoder).documents == 3
        assert not build(settings, encoder).changed
        assert not changes(current(settings), settings)
        assert current(settings).manifest.skipped == ()
