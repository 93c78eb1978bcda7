"""What a build does the first time, and after documents or settings changed."""

import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index.building.build import build
from index.building.changes import Changes, changes
from index.errors import SettingsError
from index.serving import ServedEncoder
from index.settings import load
from tests.building.conftest import add, age, content, counts, current, fill, listing, rows_fit, touch
from tests.conftest import WordsEncoder


def test_a_first_build_indexes_everything(settings, encoder):
    summary = build(settings, encoder)
    assert (summary.documents, summary.passages, summary.sentences) == (3, 5, 13)
    assert (summary.changed, summary.skipped, counts(summary)) == (
        True,
        (),
        (3, 0, 15, 0),
    )  # 13 units, two headings above some
    assert summary.generation == current(settings).name
    assert summary.seconds > 0
    assert [entry.source for entry in current(settings).entries()] == [
        "letters/ferry.txt",
        "minutes.md",
        "soup.txt",
    ]
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 15
    assert [text for text in encoder.encoded if " › " in text] == [
        "Minutes of the garden club › Attendance",
        "Minutes of the garden club › Decisions",
    ]
    manifest = current(settings).manifest
    assert (manifest.encoder, manifest.fingerprint, manifest.dimension) == ("words", "words-256", 256)
    assert (manifest.language, manifest.folder) == ("auto", str(settings.documents.folder))
    assert rows_fit(settings)


def test_nothing_is_written_when_nothing_changed(folder, settings, encoder):
    first = build(settings, encoder)
    files = listing(settings.index_folder())
    again = build(settings, WordsEncoder())
    assert listing(settings.index_folder()) == files
    assert (again.changed, again.generation, counts(again)) == (False, first.generation, (0, 0, 0, 13))
    assert (again.documents, again.passages, again.sentences) == (3, 5, 13)


def test_progress_is_heard(settings, encoder):
    heard: list[object] = []

    class Listener:
        def stage(self, name: str, total: int) -> None:
            heard.append(f"{name} {total}")

        def advance(self, steps: int) -> None:
            heard.append(steps)

    build(settings, encoder, progress=Listener())
    stages = [item for item in heard if isinstance(item, str)]
    assert stages == [
        "reading documents 3",
        "loading the model 0",
        "dividing documents 3",
        "encoding texts 15",
        "indexing vectors 0",
        "indexing words 0",
        "checking the index 0",
    ]
    start = heard.index("encoding texts 15")
    assert sum(heard[start + 1 : heard.index("indexing vectors 0")]) == 15


def test_one_edited_of_fifty_encodes_only_what_is_new_in_it(folder, settings, encoder):
    fill(folder, 47)
    age(folder)
    build(settings, encoder)
    encoder.encoded.clear()
    (folder / "n07.txt").write_text("Title 7\n\nNumber 7 says hello. It was edited.\n")
    assert changes(current(settings), settings) == Changes(edited=("n07.txt",))
    summary = build(settings, encoder)
    assert encoder.encoded == ["It was edited."]
    assert counts(summary) == (1, 0, 1, summary.sentences - 1)
    assert summary.documents == 50
    assert rows_fit(settings)
    assert not changes(current(settings), settings)


def rename(docs: Path) -> None:
    (docs / "soup.txt").rename(docs / "a_soup.txt")


def swap(docs: Path) -> None:
    (docs / "soup.txt").rename(docs / "x")
    (docs / "letters" / "ferry.txt").rename(docs / "soup.txt")
    (docs / "x").rename(docs / "letters" / "ferry.txt")


def copy(docs: Path) -> None:
    shutil.copy2(docs / "soup.txt", docs / "copy.txt")


def delete(docs: Path) -> None:
    (docs / "soup.txt").unlink()


def empty(docs: Path) -> None:
    (docs / "soup.txt").write_text("")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "seen", "encoded", "sources"),
    [
        (touch, Changes(), [], ["letters/ferry.txt", "minutes.md", "soup.txt"]),
        (
            rename,
            Changes(added=("a_soup.txt",), removed=("soup.txt",)),
            None,
            ["a_soup.txt", "letters/ferry.txt", "minutes.md"],
        ),
        (
            swap,
            Changes(edited=("letters/ferry.txt", "soup.txt")),
            None,
            ["letters/ferry.txt", "minutes.md", "soup.txt"],
        ),
        (
            copy,
            Changes(added=("copy.txt",)),
            None,
            ["copy.txt", "letters/ferry.txt", "minutes.md", "soup.txt"],
        ),
        (delete, Changes(removed=("soup.txt",)), [], ["letters/ferry.txt", "minutes.md"]),
        (empty, Changes(edited=("soup.txt",)), [], ["letters/ferry.txt", "minutes.md"]),
        (
            add,
            Changes(added=("new.txt",)),
            ["Brand new.", "Slice six onions and fry them in butter until they are brown."],
            ["letters/ferry.txt", "minutes.md", "new.txt", "soup.txt"],
        ),
    ],
)
def test_a_change_costs_no_more_than_it_must(folder, settings, encoder, change, seen, encoded, sources):
    build(settings, encoder)
    encoder.encoded.clear()
    change(folder)
    assert changes(current(settings), settings) == seen
    build(settings, encoder)
    if encoded is not None:  # a file of another name has its units encoded again, as that is around them
        assert encoder.encoded == encoded
    assert [entry.source for entry in current(settings).entries()] == sources
    assert rows_fit(settings)
    assert not changes(current(settings), settings)


def test_a_renamed_document_without_a_title_has_its_new_name(folder, settings, encoder):
    (folder / "old_name.txt").write_text("word " * 50)
    build(settings, encoder)
    (folder / "old_name.txt").rename(folder / "new_name.txt")
    build(settings, encoder)
    assert current(settings).document("new_name.txt").title == "new name"


@pytest.mark.slow
def test_many_steps_give_what_one_build_gives(folder, settings, tmp_path):
    fill(folder, 12)
    age(folder)
    steps = [touch, rename, add, copy, delete, lambda docs: (docs / "n03.txt").unlink(), swap]
    for number, change in enumerate([lambda _: None, *steps]):
        if change in (copy, delete, swap):
            (folder / "soup.txt").write_text("Soup again\n\nIt was edited. Serve it with toasted bread.")
        change(folder)
        (folder / f"n{number:02}.txt").write_text(
            f"Edited\n\nNew title {number}. It was edited {number} times."
        )
        (folder / "table.pdf").touch()
        age(folder)
        build(settings, WordsEncoder())
    grown = content(settings)
    at_once = load(flags={"documents.folder": folder, "state.folder": str(tmp_path / "other")})
    summary = build(at_once, WordsEncoder())
    assert (summary.reused, summary.documents) == (0, len(grown["entries"]))
    for part, found in content(at_once).items():
        assert found == grown[part], part


def test_full_encodes_everything_again(folder, settings, encoder):
    build(settings, encoder)
    before = content(settings)
    summary = build(settings, encoder, full=True)
    assert (summary.changed, counts(summary), len(encoder.encoded)) == (True, (3, 0, 15, 0), 30)
    assert content(settings) == before


def test_another_model_encodes_everything_again(folder, settings, encoder):
    class Other(WordsEncoder):
        fingerprint = "other"
        dimension = 64

    build(settings, encoder)
    other = Other()
    assert counts(build(settings, other)) == (3, 0, 15, 0)
    assert len(other.encoded) == 15
    assert (current(settings).manifest.fingerprint, current(settings).manifest.dimension) == ("other", 64)


def test_other_passages_reuse_the_vectors_of_units(folder, settings, encoder):
    build(settings, encoder)
    flags = {"documents.folder": folder, "state.folder": settings.state.folder}
    longer = load(flags={**flags, "passages.min_tokens": 0})
    encoder.encoded.clear()
    summary = build(longer, encoder)
    assert (summary.changed, encoder.encoded, counts(summary)) == (True, [], (3, 0, 0, 13))
    assert summary.passages > 5
    assert rows_fit(settings)


def test_another_language_stems_anew_but_encodes_nothing(folder, settings, encoder):
    build(settings, encoder)
    german = load(
        flags={
            "documents.folder": folder,
            "state.folder": settings.state.folder,
            "lexical.language": "german",
        }
    )
    assert build(german, encoder).embedded == 0
    assert current(settings).manifest.language == "german"


def test_an_unknown_language_is_refused_before_anything_is_encoded(folder, settings, encoder):
    klingon = load(
        flags={
            "documents.folder": folder,
            "state.folder": settings.state.folder,
            "lexical.language": "klingon",
        }
    )
    with pytest.raises(SettingsError, match="there is no 'klingon'"):
        build(klingon, encoder)
    assert encoder.encoded == []


def test_a_sentence_that_stands_twice_is_encoded_once(folder, settings, encoder):
    (folder / "twice.txt").write_text("It rains. It rains. The crossing takes two days.")
    summary = build(settings, encoder)
    assert Counter(encoder.encoded)["It rains."] == 1
    assert Counter(encoder.encoded)["The crossing takes two days."] == 1
    assert (summary.sentences, len(encoder.encoded)) == (16, 16)  # 14 texts of units, two headings
    assert rows_fit(settings)


def test_a_documents_folder_with_a_name_that_is_not_utf_8(tmp_path, encoder):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        folder.mkdir()
        (folder / "a.txt").write_text("One sentence.")
    except (OSError, UnicodeError):
        pytest.skip("no such names here")
    settings = load(flags={"documents.folder": folder, "state.folder": str(tmp_path / "state")})
    assert build(settings, encoder).sentences == 1
    assert current(settings).document("a.txt").text == "One sentence."


@pytest.mark.parametrize("name", ["with space", "what?#%41&", "ünï", "a'b\"c"])
def test_an_index_may_have_any_name(folder, tmp_path, encoder, name):
    settings = load(flags={"documents.folder": folder, "index.folder": str(tmp_path / name)})
    build(settings, encoder)
    add(folder)
    assert build(settings, encoder).reused == 13
    assert current(settings).document("soup.txt").title == "Onion soup"


@pytest.mark.slow
def test_passages_fit_the_real_model(docs, settings, real_encoder: ServedEncoder):
    (docs / "long.txt").write_text(
        "The ferry leaves. " * 300 + "supercalifragilistic" * 60 + "\n\n" + "word " * 700
    )
    (docs / "cjk.md").write_text("# 会议\n\n" + "会议于星期一举行。" * 90 + "😀é́" * 200)
    summary = build(settings, real_encoder)
    generation = current(settings)
    for number in range(summary.passages):
        assert real_encoder.count_tokens(generation.passage(number).text) <= 254
    assert generation.manifest.dimension == 384
    vectors = generation.vectors(range(summary.sentences))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(vectors)), abs=1e-5)
    question = real_encoder.encode_questions(["Who attended the meeting?"])[0]
    best = generation.matrix.nearest(question, 1)[1]
    [passage] = generation.passages_with(best).tolist()
    assert generation.passage(passage).document.title == "Minutes of the garden club"
    assert generation.passage(passage).locator.headings == ("Attendance",)
