"""An index that was altered or lost, and a disk that is full."""

import os
import shutil

import pytest

from index import documents
from index.building.build import build
from index.building.changes import Changes, changes
from index.engines.local.draft import Draft
from index.errors import IndexFolderError
from tests.building.conftest import add, content, counts, current, rows_fit


def test_an_edit_in_the_same_instant_is_noticed(docs, settings, encoder):
    build(settings, encoder)
    file = docs / "soup.txt"
    status = file.stat()
    file.write_text(file.read_text().replace("butter", "margar")[: status.st_size])
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert changes(current(settings), settings) == Changes(edited=("soup.txt",))
    build(settings, encoder)
    assert "margar" in current(settings).document("soup.txt").text


def test_settled_files_are_not_read(folder, settings, encoder, monkeypatch):
    build(settings, encoder)
    read: list[str] = []
    monkeypatch.setattr(documents, "read", lambda file: read.append(file.source))
    assert not changes(current(settings), settings)
    assert not build(settings, encoder).changed
    assert read == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "texts.sqlite").unlink(),
        lambda folder: (folder / "vectors.npy").write_bytes(b"short"),
        lambda folder: (folder / "manifest.json").write_bytes(b'{"format": 99}'),
        shutil.rmtree,
        lambda folder: (folder.parent.parent / "current").write_bytes(b"\xff"),
    ],
)
def test_a_damaged_index_is_built_anew(folder, settings, encoder, caplog, damage):
    build(settings, encoder)
    before = content(settings)
    damage(current(settings).folder)
    summary = build(settings, encoder)
    assert counts(summary) == (3, 0, 15, 0)
    assert content(settings) == before
    assert "starting over: " in caplog.text


def test_altered_vectors_are_never_taken_over(folder, settings, encoder):
    build(settings, encoder)
    file = current(settings).folder / "vectors.npy"
    data = bytearray(file.read_bytes())
    data[-400:] = bytes(400)
    file.write_bytes(data)
    (folder / "new.txt").write_text("New.")
    build(settings, encoder)
    assert rows_fit(settings)


def test_a_full_disk_leaves_the_old_index(folder, settings, encoder, monkeypatch):
    generation = build(settings, encoder).generation
    add(folder)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Draft, "write_vectors", fail)
        with pytest.raises(IndexFolderError, match=r"cannot be written to: .*No space left on device"):
            build(settings, encoder)
    assert current(settings).name == generation
    current(settings).check()
    assert build(settings, encoder).documents == 4
