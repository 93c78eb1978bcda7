import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import documents
from index.build import Silent, Summary, build
from index.changes import Changes, changes
from index.documents import Skipped
from index.errors import DocumentsError, IndexFolderError, ModelError, SettingsError
from index.generation import Generation
from index.serving import ServedEncoder
from index.settings import Settings, load
from index.store import Draft, Store
from tests.conftest import WordsEncoder

OLD = 1_700_000_000_000_000_000  # nanoseconds; long before any index of these tests


@pytest.fixture
def folder(docs: Path) -> Path:
    """The documents, written long ago."""
    age(docs)
    return docs


def age(docs: Path, when: int = OLD) -> None:
    for path in docs.rglob("*"):
        os.utime(path, ns=(when, when))


def current(settings: Settings) -> Generation:
    return Store(settings.index_folder()).current()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.documents_embedded, summary.documents_removed, summary.embedded, summary.reused


def content(settings: Settings) -> dict[str, object]:
    """All that an index says about its documents, without what differs from file to file."""
    generation = current(settings)
    generation.check()
    entries = generation.entries()
    found = generation.sentences(range(generation.manifest.passages))
    return {
        "documents": [generation.document(entry.source) for entry in entries],
        "entries": entries,
        "passages": [passage for entry in entries for passage in generation.passages_of(entry.source)],
        "sentences": found,
        "vectors": generation.vectors(range(generation.manifest.sentences)).tolist(),
        "words": [generation.lexical.search(word, 99) for word in ("club soup ferry new", "edited", "euros")],
        "skipped": generation.manifest.skipped,
    }


def rows_fit(settings: Settings) -> bool:
    """Whether every vector is that of its sentence."""
    generation = current(settings)
    texts = [s.text for found in generation.sentences(range(generation.manifest.passages)) for s in found]
    return np.allclose(generation.vectors(range(len(texts))), WordsEncoder().encode(texts), atol=1e-6)


# ------------------------------------------------------------------------------------ first and again


def test_a_first_build_indexes_everything(settings, encoder):
    summary = build(settings, encoder)
    assert (summary.documents, summary.passages, summary.sentences) == (3, 5, 13)
    assert (summary.changed, summary.skipped, counts(summary)) == (True, (), (3, 0, 13, 0))
    assert summary.generation == current(settings).name
    assert summary.seconds > 0
    assert [entry.source for entry in current(settings).entries()] == [
        "letters/ferry.txt",
        "minutes.md",
        "soup.txt",
    ]
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 13
    manifest = current(settings).manifest
    assert (manifest.encoder, manifest.fingerprint, manifest.dimension) == ("words", "words-256", 256)
    assert (manifest.language, manifest.folder) == ("english", str(settings.documents.folder))
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
        "splitting into sentences 3",
        "encoding sentences 13",
        "indexing vectors 0",
        "indexing words 0",
        "checking the index 0",
    ]
    start = heard.index("encoding sentences 13")
    assert sum(heard[start + 1 : heard.index("indexing vectors 0")]) == 13


# ------------------------------------------------------------------------------------ changes


def fill(docs: Path, number: int) -> None:
    for n in range(number):
        (docs / f"n{n:02}.txt").write_text(
            f"Title {n}\n\nNumber {n} says hello. It has a second sentence {n}.\n"
        )


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


def touch(docs: Path) -> None:
    os.utime(docs / "soup.txt", ns=(OLD + 5, OLD + 5))


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


def add(docs: Path) -> None:
    (docs / "new.txt").write_text("Brand new. Slice six onions and fry them in butter until they are brown.")


def empty(docs: Path) -> None:
    (docs / "soup.txt").write_text("")


@pytest.mark.parametrize(
    ("change", "seen", "encoded", "sources"),
    [
        (touch, Changes(), [], ["letters/ferry.txt", "minutes.md", "soup.txt"]),
        (
            rename,
            Changes(added=("a_soup.txt",), removed=("soup.txt",)),
            [],
            ["a_soup.txt", "letters/ferry.txt", "minutes.md"],
        ),
        (
            swap,
            Changes(edited=("letters/ferry.txt", "soup.txt")),
            [],
            ["letters/ferry.txt", "minutes.md", "soup.txt"],
        ),
        (copy, Changes(added=("copy.txt",)), [], ["copy.txt", "letters/ferry.txt", "minutes.md", "soup.txt"]),
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
    assert encoder.encoded == encoded
    assert [entry.source for entry in current(settings).entries()] == sources
    assert rows_fit(settings)
    assert not changes(current(settings), settings)


def test_a_renamed_document_without_a_title_line_has_its_new_name(folder, settings, encoder):
    (folder / "old_name.txt").write_text("word " * 50)
    build(settings, encoder)
    (folder / "old_name.txt").rename(folder / "new_name.txt")
    build(settings, encoder)
    assert current(settings).document("new_name.txt").title == "new name"


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
    assert (summary.changed, counts(summary), len(encoder.encoded)) == (True, (3, 0, 13, 0), 26)
    assert content(settings) == before


def test_another_model_encodes_everything_again(folder, settings, encoder):
    class Other(WordsEncoder):
        fingerprint = "other"
        dimension = 64

    build(settings, encoder)
    other = Other()
    assert counts(build(settings, other)) == (3, 0, 13, 0)
    assert len(other.encoded) == 13
    assert (current(settings).manifest.fingerprint, current(settings).manifest.dimension) == ("other", 64)


def test_other_passages_reuse_the_vectors_of_sentences(folder, settings, encoder):
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
    assert (summary.sentences, len(encoder.encoded)) == (16, 14)
    assert rows_fit(settings)


# ------------------------------------------------------------------------------------ what is skipped


def test_files_passed_over_are_reported_with_the_reason(folder, settings, encoder):
    (folder / "binary.txt").write_bytes(bytes(range(256)))
    (folder / "empty.md").touch()
    (folder / "blank.txt").write_text(" \n")
    (folder / "scan.pdf").write_bytes(b"%PDF")
    skipped = (
        Skipped("binary.txt", "binary, or text in an unknown encoding"),
        Skipped("blank.txt", "no text in it"),
        Skipped("empty.md", "empty"),
        Skipped("scan.pdf", "'.pdf' files are not read, only .markdown .md .text .txt"),
    )
    summary = build(settings, encoder)
    assert (summary.skipped, current(settings).manifest.skipped, summary.documents) == (skipped, skipped, 3)
    assert not changes(current(settings), settings)
    again = build(settings, encoder)
    assert (again.changed, again.skipped) == (False, skipped)
    (folder / "scan.pdf").unlink()
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
    monkeypatch.setattr("index.changes.RACY_NS", 0)
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
    read_bytes = Path.read_bytes

    def deny(self: Path) -> bytes:
        if self.name == "soup.txt":
            raise PermissionError(13, "Permission denied")
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", deny)
    assert changes(current(settings), settings) == Changes(edited=("soup.txt",))
    summary = build(settings, encoder)
    assert (summary.documents, summary.skipped) == (2, (Skipped("soup.txt", "permission denied"),))


def clear(docs: Path) -> None:
    for path in sorted(docs.rglob("*.*")):
        path.unlink()


def leave_only_scans(docs: Path) -> None:
    clear(docs)
    (docs / "a.txt").touch()
    (docs / "b.pdf").touch()


@pytest.mark.parametrize(
    ("ruin", "message"),
    [
        (clear, "Nothing in '{}' can be indexed: it holds no files."),
        (
            leave_only_scans,
            "Nothing in '{}' can be indexed ("
            "b.pdf: '.pdf' files are not read, only .markdown .md .text .txt; a.txt: empty).",
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


# ------------------------------------------------------------------------------------ trouble


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
    assert counts(summary) == (3, 0, 13, 0)
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


class Failing(WordsEncoder):
    """Breaks off after so many blocks."""

    def __init__(self, blocks: int, error: BaseException) -> None:
        super().__init__()
        self.blocks, self.error = blocks, error

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> np.ndarray:
        if not self.blocks:
            raise self.error
        self.blocks -= 1
        return super().encode(texts, advance)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is a handful of sentences."""
    monkeypatch.setattr("index.build.BLOCK", 5)


def journals(settings: Settings) -> list[Path]:
    return list(settings.index_folder().glob("journal-*"))


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
        assert (summary.changed, counts(summary)) == (full, (3, 0, 13, 0) if full else (0, 0, 0, 13))
        assert journals(settings) == []


def test_how_much_there_is_to_encode_is_estimated_until_all_is_split(folder, settings, encoder, small_blocks):
    fill(folder, 40)
    heard: list[object] = []

    class Listener(Silent):
        def stage(self, name: str, total: int) -> None:
            heard.append((name, total))

        def expect(self, total: int) -> None:
            heard.append(total)

    summary = build(settings, encoder, progress=Listener())
    names = [item[0] for item in heard if isinstance(item, tuple)]
    assert names.count("encoding sentences") == 1
    [first] = [item[1] for item in heard if isinstance(item, tuple) and item[0] == "encoding sentences"]
    guesses = [first, *(item for item in heard if isinstance(item, int))]
    assert guesses[-1] == summary.embedded
    assert len(guesses) > 10
    assert all(summary.embedded / 4 < guess < summary.embedded * 4 for guess in guesses)


def test_documents_are_split_ahead_but_not_all_of_them(folder, settings, encoder, small_blocks, monkeypatch):
    fill(folder, 47)
    monkeypatch.setattr("index.ahead._AHEAD", 5 * 20_000)
    read: list[str] = []
    ahead: list[int] = []
    load_one = documents.load
    monkeypatch.setattr(documents, "load", lambda source, data: read.append(source) or load_one(source, data))
    add_one = Draft.add

    def added(self: Draft, *arguments: object) -> None:
        add_one(self, *arguments)
        ahead.append(len(read) - self.documents)

    monkeypatch.setattr(Draft, "add", added)
    assert build(settings, encoder).documents == 50
    assert 0 <= max(ahead) <= 6
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
    assert generation.passage(passage).locator.startswith("Minutes of the garden club › Attendance")
