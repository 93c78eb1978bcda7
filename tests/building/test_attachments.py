"""Files that hold others: each is a document of its own, and all of them come and go with their file."""

import pytest

from index.building.build import build
from index.building.changes import Changes, changes
from index.building.files import Files
from index.documents import Skipped
from index.parsing import formats
from index.parsing.base import Attachment, Parsed, Unreadable
from index.parsing.worker import Worker
from tests.building.conftest import age, content, counts, current, rows_fit
from tests.conftest import WordsEncoder

SOURCES = [
    "letters/ferry.txt",
    "mail.txt",
    "mail.txt/list.md",
    "mail.txt/notes.txt",
    "minutes.md",
    "soup.txt",
]


def parse(worker: Worker, name: str, data: bytes) -> Parsed:
    """Files that begin with "MAIL" hold others, each behind a line of its name between two "=="."""
    if not data.startswith(b"MAIL"):
        return formats.parse(name, data)
    if data.startswith(b"MAIL?"):
        raise Unreadable("damaged")
    text, *inside = data.decode().removeprefix("MAIL\n").split("\n==")
    pairs = (one.split("==\n", 1) for one in inside)
    return Parsed(text, attachments=tuple(Attachment(name, words.encode()) for name, words in pairs))


@pytest.fixture(autouse=True)
def mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a format of files that hold others."""
    monkeypatch.setattr(Worker, "parse", parse)


@pytest.fixture
def mail(folder):
    """A mail in the folder: its own words, a text and a list."""
    file = folder / "mail.txt"
    file.write_text(
        "MAIL\nPlease read what is with it.\n"
        "==list.md==\n# What to bring\n\n- tea\n- cake\n"
        "==notes.txt==\nThe ferry left at nine. It was late.\n"
    )
    age(folder)
    return file


def sources(settings) -> list[str]:
    return [entry.source for entry in current(settings).entries()]


def test_each_is_a_document_of_its_file(mail, settings, encoder):
    summary = build(settings, encoder)
    generation = current(settings)
    generation.check()
    assert (summary.documents, summary.documents_embedded) == (6, 6)
    assert sources(settings) == SOURCES
    assert [entry.file for entry in generation.entries()][1:4] == ["mail.txt"] * 3
    assert len({(entry.digest, entry.size, entry.mtime_ns) for entry in generation.entries()[1:4]}) == 1
    assert generation.document("mail.txt").text == "Please read what is with it."
    assert generation.document("mail.txt/list.md").title == "What to bring"
    assert generation.document("mail.txt/notes.txt").text == "The ferry left at nine. It was late.\n"
    [[tea, _]] = generation.units(range(2, 3))
    assert (tea.shown, tea.context.document) == ("tea", ("mail.txt", "list", "What to bring"))
    assert rows_fit(settings)


def test_nothing_is_written_while_the_file_is_as_it_was(mail, settings, encoder):
    first = build(settings, encoder)
    assert not changes(current(settings), settings)
    again = build(settings, WordsEncoder())
    assert (again.changed, again.generation, counts(again)) == (
        False,
        first.generation,
        (0, 0, 0, first.sentences),
    )


def test_all_are_copied_where_another_file_changed(mail, folder, settings, encoder):
    build(settings, encoder)
    before = [current(settings).document(source) for source in SOURCES[1:4]]
    encoder.encoded.clear()
    (folder / "a.txt").write_text("Brand new.")
    assert changes(current(settings), settings) == Changes(added=("a.txt",))
    build(settings, encoder)
    assert encoder.encoded == ["Brand new."]
    assert sources(settings) == ["a.txt", *SOURCES]
    assert [current(settings).document(source) for source in SOURCES[1:4]] == before
    current(settings).check()
    assert rows_fit(settings)


def test_an_edited_file_is_read_anew_and_only_what_is_new_in_it_is_encoded(mail, settings, encoder):
    build(settings, encoder)
    encoder.encoded.clear()
    mail.write_text(mail.read_text().replace("late", "early").replace("==list.md", "==other.md"))
    assert changes(current(settings), settings) == Changes(edited=("mail.txt",))
    summary = build(settings, encoder)
    assert sources(settings) == [*SOURCES[:2], "mail.txt/other.md", *SOURCES[3:]]
    assert "It was early." in encoder.encoded
    assert "The ferry left at nine." not in encoder.encoded
    assert "Please read what is with it." not in encoder.encoded
    assert summary.documents_embedded == 3
    assert rows_fit(settings)


def test_all_go_with_their_file(mail, settings, encoder):
    build(settings, encoder)
    mail.unlink()
    assert changes(current(settings), settings) == Changes(removed=("mail.txt",))
    summary = build(settings, encoder)
    assert (summary.documents, summary.documents_removed) == (3, 3)
    assert sources(settings) == [SOURCES[0], *SOURCES[4:]]
    assert rows_fit(settings)


def test_a_file_that_cannot_be_read_any_more_takes_all_with_it(mail, settings, encoder):
    build(settings, encoder)
    mail.write_text("MAIL?")
    summary = build(settings, encoder)
    assert (summary.documents, summary.skipped) == (3, (Skipped("mail.txt", "damaged"),))
    assert not changes(current(settings), settings)


def test_a_file_of_which_only_attachments_have_words(folder, settings, encoder):
    (folder / "mail.txt").write_text("MAIL\n...\n==notes.txt==\nThe ferry left.\n")
    age(folder)
    build(settings, encoder)
    assert sources(settings) == [SOURCES[0], "mail.txt/notes.txt", *SOURCES[4:]]
    assert not changes(current(settings), settings)
    assert build(settings, encoder).changed is False


def test_many_steps_give_what_one_build_gives(mail, folder, settings, tmp_path):
    build(settings, WordsEncoder())
    (folder / "a.txt").write_text("Brand new.")
    (folder / "soup.txt").unlink()
    age(folder)
    build(settings, WordsEncoder())
    grown = content(settings)
    build(settings, WordsEncoder(), full=True)
    assert content(settings) == grown


def test_an_attachment_is_unchanged_while_its_file_is(mail, folder, settings, encoder):
    build(settings, encoder)
    known = Files(current(settings), folder)
    assert known.unchanged("mail.txt/notes.txt")
    assert known.unchanged("mail.txt")
    mail.write_text(mail.read_text() + "More.")
    assert not known.unchanged("mail.txt/notes.txt")
    mail.unlink()
    with pytest.raises(FileNotFoundError):
        known.unchanged("mail.txt/notes.txt")
