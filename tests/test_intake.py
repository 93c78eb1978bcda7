"""Files that are sent in: read before they are kept, over no other one, and nothing left of what fails."""

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index import documents
from index.building.bin import Bin, move
from index.building.intake import Clash, How, Intake, Placed
from index.errors import DocumentsError, StateError
from index.parsing.base import Unreadable
from index.parsing.worker import Worker
from index.settings import Settings
from index.writing import write
from tests.conftest import RECIPE
from tests.intake import PLUMS, bomb, everything, pages

PDF = b"%PDF-1.4\n"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker(seconds=20)
    yield worker
    worker.close()


@pytest.fixture
def intake(settings: Settings, worker: Worker) -> Intake:
    return Intake(settings, worker)


@pytest.fixture
def bin_(settings: Settings, intake: Intake) -> Bin:
    return Bin(settings, intake)


def place(intake: Intake, name: str, data: bytes, how: How = "ask") -> Placed | Clash:
    return intake.place(intake.check(name, data), how)


# -------------------------------------------------------------------------------------- checking


def test_a_file_is_read_before_it_is_kept_and_named_for_what_it_is(intake: Intake, docs: Path) -> None:
    before = everything(docs)
    checked = intake.check("../..\\Plum  report.txt", pages(2))
    assert (checked.name, len(checked.documents)) == ("Plum report.pdf", 1)
    assert [page.label for page in checked.documents[0].layout.pages] == ["1", "2"]
    assert intake.check("README", PLUMS).name == "README.txt"
    assert intake.check("Notes v1.2", b"<!doctype html><title>Pl</title><p>Plums.").name == "Notes v1.2.html"
    assert everything(docs) == before


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.pdf", b"", "empty"),
        ("blank.txt", b" \n\t ", "no text in it"),
        ("archive.zip", b"PK\x05\x06" + bytes(18), "'.zip' files are not read"),
        ("program.pdf", b"\x7fELF\2\1\1" + bytes(200), "in truth a '.elf' file"),
        ("notes.xyz", PLUMS, "'.xyz' files are not read"),
        ("cut.pdf", PDF + b"1 0 obj", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    intake: Intake, docs: Path, tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    before = everything(tmp_path)
    with pytest.raises(Unreadable, match=reason):
        intake.check(name, data)
    assert everything(tmp_path) == before
    assert not (docs / "uploads").exists()


def test_bombs_and_what_is_over_the_limit_are_refused(
    intake: Intake, settings: Settings, worker: Worker
) -> None:
    with pytest.raises(Unreadable, match="would unpack to more than 200 MB"):
        intake.check("bomb.docx", bomb())
    small = Intake(replace(settings, documents=replace(settings.documents, max_megabytes=1)), worker)
    with pytest.raises(Unreadable, match=r"2 MB: over the limit documents\.max_megabytes = 1"):
        small.check("large.txt", b"a " * 1_000_000)


@pytest.mark.slow
def test_what_takes_too_long_is_given_up_and_the_next_file_is_read(settings: Settings) -> None:
    quick = Worker(seconds=2.0)
    try:
        intake = Intake(settings, quick)
        with pytest.raises(Unreadable, match="parsing it takes more than 2 seconds"):
            intake.check("long.pdf", pages(10_000))
        assert intake.check("short.pdf", pages(1)).name == "short.pdf"
    finally:
        quick.close()


# --------------------------------------------------------------------------------------- placing


def test_a_file_is_kept_in_its_folder_over_no_other_one(intake: Intake, docs: Path) -> None:
    assert place(intake, "plums.txt", PLUMS) == Placed("uploads/plums.txt")
    assert (docs / "uploads" / "plums.txt").read_bytes() == PLUMS
    other = b"The plums are ripe in August."
    assert place(intake, "PLUMS.txt", other) == Clash("PLUMS.txt", ("uploads/plums.txt",))
    assert place(intake, "PLUMS.txt", other, "both") == Placed("uploads/PLUMS (2).txt")
    assert place(intake, "soup.txt", other + b" Soup.") == Clash("soup.txt", ("soup.txt",))
    assert place(intake, "soup.txt", other + b" Soup.", "both") == Placed("uploads/soup.txt")
    assert (docs / "soup.txt").read_text() == RECIPE
    assert everything(docs / "uploads") == {"plums.txt", "PLUMS (2).txt", "soup.txt"}


def test_the_same_bytes_are_not_kept_twice(intake: Intake, docs: Path) -> None:
    assert place(intake, "broth.txt", RECIPE.encode()) == Placed("soup.txt", known=True)
    assert place(intake, "plums.txt", PLUMS) == Placed("uploads/plums.txt")
    assert place(intake, "plums.txt", PLUMS, "both") == Placed("uploads/plums.txt", known=True)
    assert everything(docs / "uploads") == {"plums.txt"}


def test_replacing_writes_over_the_document_that_is_named(intake: Intake, bin_: Bin, docs: Path) -> None:
    checked = intake.check("soup.txt", PLUMS)
    number = bin_.keep("soup.txt")
    assert intake.place(checked, "replace", "soup.txt") == Placed("soup.txt")
    assert (docs / "soup.txt").read_bytes() == PLUMS
    assert bin_.restore(number) == "soup (2).txt"
    assert (docs / "soup (2).txt").read_text() == RECIPE
    for outside in ("../soup.txt", str(docs.parent / "soup.txt")):
        with pytest.raises(DocumentsError, match="leads out of the documents folder"):
            intake.place(intake.check("soup.txt", b"Other soup."), "replace", outside)


def test_links_are_not_followed(intake: Intake, docs: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (docs / "uploads").symlink_to(outside)
    with pytest.raises(DocumentsError, match="is a link, which is not followed"):
        place(intake, "plums.txt", PLUMS)
    (docs / "uploads").unlink()
    (docs / "uploads").mkdir()
    (docs / "uploads" / "plums.txt").symlink_to(outside / "new.txt")
    assert place(intake, "plums.txt", PLUMS) == Clash("plums.txt", ("uploads/plums.txt",))
    assert place(intake, "plums.txt", PLUMS, "both") == Placed("uploads/plums (2).txt")
    assert intake.place(intake.check("plums.txt", b"Other plums."), "replace", "uploads/plums.txt")
    assert (docs / "uploads" / "plums.txt").read_bytes() == b"Other plums."
    assert everything(outside) == set()


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "is full. Make room there"),
        (errno.EROFS, r"cannot be written to \(read-only file system\)"),
    ],
)
def test_a_disk_that_is_full_or_read_only_is_told_and_nothing_is_left(
    intake: Intake, docs: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DocumentsError, match=told):
        place(intake, "plums.txt", PLUMS)
    assert everything(docs / "uploads") == set()


def test_a_file_system_without_hard_links_serves_too(
    intake: Intake, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert place(intake, "plums.txt", PLUMS) == Placed("uploads/plums.txt")
    assert not write(docs / "uploads" / "plums.txt", b"others")
    assert (docs / "uploads" / "plums.txt").read_bytes() == PLUMS
    assert everything(docs / "uploads") == {"plums.txt"}


def test_what_was_half_written_is_deleted(intake: Intake, docs: Path) -> None:
    place(intake, "plums.txt", PLUMS)
    (docs / "uploads" / ".docent-1234.part").touch()
    intake.tidy()
    assert everything(docs / "uploads") == {"plums.txt"}


# ------------------------------------------------------------------------------------------- bin


def test_what_is_removed_can_be_brought_back_for_some_days(
    bin_: Bin, settings: Settings, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bin_.take("letters/ferry.txt")
    assert not (docs / "letters" / "ferry.txt").exists()
    assert bin_.about(number).source == "letters/ferry.txt"
    (docs / "letters").rmdir()
    assert bin_.restore(number) == "letters/ferry.txt"
    assert "Iceland" in (docs / "letters" / "ferry.txt").read_text()
    assert (bin_.about(number), bin_.restore(number)) == (None, None)
    assert everything(settings.bin_folder()) == set()

    old = bin_.take("letters/ferry.txt")
    assert bin_.prune() == 0
    now = time.time()
    monkeypatch.setattr("index.building.bin.time.time", lambda: now + 31 * 24 * 3600)
    assert (bin_.prune(), bin_.about(old)) == (1, None)
    assert everything(settings.bin_folder()) == set()


def test_what_was_removed_from_other_documents_stays_in_the_bin(
    bin_: Bin, settings: Settings, worker: Worker, docs: Path, tmp_path: Path
) -> None:
    number = bin_.take("soup.txt")
    assert bin_.about(number).folder == str(docs.resolve())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = replace(settings, documents=replace(settings.documents, folder=elsewhere))
    other = Bin(moved, Intake(moved, worker))
    with pytest.raises(DocumentsError) as refused:
        other.restore(number)
    assert str(refused.value) == (
        f"'soup.txt' was removed from '{docs.resolve()}', and the documents are in "
        f"'{elsewhere.resolve()}' now. "
        "It stays in the bin: start me with the other folder to bring it back there, or send the file again."
    )
    assert (everything(elsewhere), bin_.about(number).source) == (set(), "soup.txt")

    move(settings.bin_folder(), str(docs.resolve()), str(elsewhere.resolve()))
    assert other.restore(number) == "soup.txt"
    assert everything(elsewhere) == {"soup.txt"}

    old = other.take("soup.txt")
    about = settings.bin_folder() / old / "about.json"
    about.write_text('{"source":"soup.txt","digest":"0"}', encoding="utf-8")  # as versions before wrote it
    assert bin_.restore(old) == "soup.txt"
    assert (docs / "soup.txt").exists()


def test_what_the_bin_cannot_keep_stays(
    bin_: Bin, settings: Settings, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DocumentsError, match=r"'letters/nothing\.txt' is no longer there"):
        bin_.take("letters/nothing.txt")
    with pytest.raises(DocumentsError, match="'letters' cannot be read, so it stays where it is"):
        bin_.take("letters")
    settings.bin_folder().parent.mkdir(parents=True, exist_ok=True)
    settings.bin_folder().touch()
    with pytest.raises(StateError, match="stays where it is, for the bin cannot keep it"):
        bin_.take("soup.txt")
    settings.bin_folder().unlink()

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", lambda self, missing_ok=False: missing_ok or refuse(self))
        with pytest.raises(DocumentsError, match=r"cannot be removed \(read-only file system\)"):
            bin_.take("soup.txt")
    assert (docs / "soup.txt").read_text() == RECIPE
    read = documents.read

    def read_before_it_is_gone(file: documents.File) -> bytes:
        data = read(file)
        file.path.unlink()
        return data

    monkeypatch.setattr(documents, "read", read_before_it_is_gone)
    with pytest.raises(DocumentsError, match=r"'soup\.txt' is no longer there"):
        bin_.take("soup.txt")
    assert not [entry for entry in everything(settings.bin_folder()) if "about.json" in entry]


@pytest.mark.parametrize("number", ["", "..", "../docs", "1764400000-zzzzzzzz", "/etc"])
def test_no_number_leads_out_of_the_bin(bin_: Bin, number: str) -> None:
    assert bin_.restore(number) is None
