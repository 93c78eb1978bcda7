import ast
import multiprocessing
import os
import shutil
import time
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest

from index import documents
from index.building.build import build
from index.documents import File, Skipped
from index.engines.base import Manifest
from index.engines.local import store
from index.engines.local.draft import Draft
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.errors import IndexBusy, IndexDamaged, IndexFolderError, IndexMismatch, IndexMissing, UnknownSource
from index.journal import discard
from index.records import Context, Layout, Locator, Part
from index.units.divide import divide
from tests.conftest import MINUTES, ROOT, WordsEncoder

TEXTS = {
    "a b.md": "# Plans\n\nWe *all* meet. Bring tea.\n",
    "ß/é.txt": "Zoë’s note\r\n\r\nThe 😀 cat sat.\r\n\r\nIt purred.\r\n",
}
PLANS, NOTE = Context(("a b", "Plans")), Context(("ß", "é", "Zoë’s note"))
REBUILD = "Run `docent index --full` to build it anew."


def make(folder: Path, texts: dict[str, str] = TEXTS) -> Generation:
    """Publish a generation by hand; the vector of its unit i is the i-th unit vector."""
    encoder = WordsEncoder()
    target = Store(folder)
    with target.lock(), target.draft(None) as draft:
        for number, (source, text) in enumerate(texts.items()):
            [document] = documents.load(source, text.encode())
            file = File(source, Path(source), len(text.encode()), 1_000_000_000 + number)
            draft.add(document, file, divide(document, encoder.count_tokens, max_tokens=64, min_tokens=4))
        draft.write_lexical()
        vectors = np.eye(draft.units, 16, dtype=np.float32)
        draft.write_vectors(lambda _: [vectors], array("q", [-1] * draft.units))
        manifest = Manifest(
            format=6,
            created="2024-05-03T10:00:00+00:00",
            folder="/docs",
            encoder="words",
            fingerprint="words-16",
            splitting="s",
            language="auto",
            languages=draft.languages(),
            dimension=16,
            documents=draft.documents,
            passages=draft.passages,
            units=draft.units,
            skipped=(Skipped("x.pdf", "no loader"),),
        )
        return target.publish(draft, manifest)


def listing(folder: Path) -> dict[str, bytes]:
    """Names and contents of all files but empty ones, such as locks."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if data}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())


# ------------------------------------------------------------------------------------ reading back


def test_a_published_generation_reads_back_exactly(tmp_path):
    published = make(tmp_path).name
    generation = Store(tmp_path).current()
    generation.check()
    assert (generation.name, generation.folder) == (published, tmp_path / "generations" / published)
    assert [(entry.id, entry.source, entry.title, entry.size) for entry in generation.entries()] == [
        (0, "a b.md", "Plans", 35),
        (1, "ß/é.txt", "Zoë’s note", 50),
    ]
    assert [(entry.first, entry.last, entry.mtime_ns, entry.file) for entry in generation.entries()] == [
        (0, 1, 1_000_000_000, "a b.md"),
        (1, 3, 1_000_000_001, "ß/é.txt"),
    ]
    for source, text in TEXTS.items():
        assert [generation.document(source)] == documents.load(source, text.encode())
    assert [(p.start, p.end, p.locator) for p in generation.passages_of("ß/é.txt")] == [
        (0, 28, Locator(first=1, last=1)),
        (32, 42, Locator(first=2, last=2)),
    ]
    assert (generation.passage(0).start, generation.passage(0).text) == (
        2,
        "Plans\n\nWe *all* meet. Bring tea.",
    )
    assert [
        (unit.text, unit.parts, unit.kind, unit.context)
        for units in generation.units(range(3))
        for unit in units
    ] == [
        ("We *all* meet.", (Part(9, 12), Part(13, 16), Part(17, 23)), "paragraph", PLANS),
        ("Bring tea.", (), "paragraph", PLANS),
        ("The 😀 cat sat.", (), "paragraph", NOTE),
        ("It purred.", (), "paragraph", NOTE),
    ]
    assert [unit.shown for unit in generation.units([0])[0]] == ["We all meet.", "Bring tea."]
    assert generation.rows_by_text(generation.entries()[1]) == {
        ((), "The 😀 cat sat."): 2,
        ((), "It purred."): 3,
    }
    for numbers, wanted in [
        ([0, 1, 2], ([0, 1, 2, 3], [0, 2, 3])),
        ([2, 0], ([3, 0, 1], [0, 1])),
        ([], ([], [])),
    ]:
        rows, firsts = generation.rows_of(np.array(numbers, np.int64))
        assert (rows.tolist(), firsts.tolist()) == wanted
    assert generation.passages_with(np.array([3, 0, 1, 2])).tolist() == [2, 0, 0, 1]
    assert np.array_equal(generation.vectors(range(1, 4)), np.eye(4, 16, dtype=np.float32)[1:])
    assert list(generation.lexical.search("cats", 9)) == [1]
    assert list(generation.lexical.search("notes", 9)) == [2, 1]
    assert list(generation.lexical.search("plan", 9)) == [0]
    assert generation.manifest.skipped == (Skipped("x.pdf", "no loader"),)
    with pytest.raises(UnknownSource, match=r"^There is no document 'nope' in the index\.$"):
        generation.document("nope")
    with pytest.raises(UnknownSource):
        generation.passages_of("nope")
    generation.close()


def test_the_manifest_names_every_file_with_its_checksum(tmp_path):
    generation = make(tmp_path)
    files = listing(generation.folder)
    described = msgspec.json.decode(files.pop("manifest.json"))
    assert described["format"] == 6
    assert (
        {"documents.sqlite", "texts.sqlite", "borders.npy", "vectors.npy", "lexical/meta.json"}
        <= files.keys()
        == described["files"].keys()
    )
    for name, (size, checksum) in described["files"].items():
        assert (len(files[name]), documents.digest(files[name])) == (size, checksum)


def test_reading_writes_nothing(tmp_path):
    folder = make(tmp_path).folder
    files = listing(tmp_path)
    generation = Generation(folder)
    generation.check()
    generation.document("a b.md")
    generation.lexical.search("cat", 3)
    assert listing(tmp_path) == files


@pytest.mark.slow
def test_eight_threads_read_at_once(tmp_path):
    make(tmp_path, {f"{n}.txt": f"Title {n}\n\nText of number {n}. It ends." for n in range(150)})
    generation = Store(tmp_path).current()

    def read(thread: int) -> int:
        for number in range(thread, 600 + thread):
            n = number % 150
            document = generation.document(f"{n}.txt")
            assert document.text == f"Title {n}\n\nText of number {n}. It ends."
            [passage] = generation.passages_of(f"{n}.txt")
            assert (passage.start, passage.end) == (0, len(document.text))
            assert passage.document == msgspec.structs.replace(document, layout=Layout())
        assert generation.vectors(range(3)).shape == (3, 16)
        return len(generation.lexical.search("text", 500))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [150] * 8


# ------------------------------------------------------------------------------------ damage


def test_no_index_says_what_to_run(tmp_path):
    assert Store(tmp_path).current_name() is None
    with pytest.raises(IndexMissing) as error:
        Store(tmp_path).current()
    assert str(error.value) == f"There is no index in {tmp_path} yet. Run `docent index`."


PARTS = [
    "manifest.json",
    "documents.sqlite",
    "texts.sqlite",
    "borders.npy",
    "vectors.npy",
    "lexical/meta.json",
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(file.read_bytes()[:-1])])
def test_a_missing_or_truncated_file_is_noticed_at_once(tmp_path, part, damage):
    folder = make(tmp_path).folder
    damage(folder / part)
    with pytest.raises(IndexDamaged) as error:
        Store(tmp_path).current()
    assert str(folder / part) in str(error.value)
    assert str(error.value).endswith(f". {REBUILD}")


@pytest.mark.parametrize("part", PARTS[1:])
def test_an_altered_file_is_noticed_by_check(tmp_path, part):
    folder = make(tmp_path).folder
    data = bytearray((folder / part).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / part).write_bytes(data)
    with pytest.raises(IndexDamaged) as error:
        Store(tmp_path).current().check()
    assert str(error.value) == f"The index file {folder / part} was altered. {REBUILD}"


@pytest.mark.parametrize(
    ("part", "use"),
    [
        ("documents.sqlite", Generation.entries),
        ("texts.sqlite", lambda generation: generation.passage(0)),
        ("vectors.npy", lambda generation: generation.matrix),
        ("lexical/meta.json", lambda generation: generation.lexical),
    ],
)
def test_an_overwritten_file_is_noticed_when_it_is_used(tmp_path, part, use):
    file = make(tmp_path).folder / part
    file.write_bytes(b"\0" * file.stat().st_size)
    with pytest.raises(IndexDamaged) as error:
        use(Store(tmp_path).current())
    assert str(error.value).endswith(REBUILD)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": 5}', b"\xff", b"nonsense"])
def test_a_manifest_that_is_none_is_damage(tmp_path, data):
    folder = make(tmp_path).folder
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(IndexDamaged, match=r"manifest\.json cannot be read: .*--full"):
        Store(tmp_path).current()


def test_parts_that_do_not_fit_together_are_noticed(tmp_path):
    generation = make(tmp_path)
    manifest = msgspec.json.decode((generation.folder / "manifest.json").read_bytes())
    manifest["units"] += 1
    (generation.folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(IndexDamaged, match="do not fit together"):
        Store(tmp_path).current().check()


def test_another_format_is_no_damage(tmp_path):
    manifest = make(tmp_path).folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"format": 6', b'"format": 4'))
    with pytest.raises(IndexMismatch) as error:
        Store(tmp_path).current()
    assert str(error.value) == f"The index in {tmp_path} has format 4, this Docent reads 6. {REBUILD}"


@pytest.mark.parametrize("name", ["none", "../..", ".", "", "two\nlines"])
def test_a_current_that_names_no_generation_is_damage(tmp_path, name):
    make(tmp_path)
    (tmp_path / "current").write_text(name)
    with pytest.raises(IndexDamaged):
        Store(tmp_path).current()


def test_a_current_that_cannot_be_read_is_damage(tmp_path):
    (tmp_path / "current").write_bytes(b"\xff")
    with pytest.raises(IndexDamaged, match=r"current cannot be read: .*--full"):
        Store(tmp_path).current()


def test_even_an_unusable_index_says_of_which_documents_it_is(tmp_path):
    assert Store(tmp_path).documents_folder() is None
    folder = make(tmp_path).folder
    (folder / "texts.sqlite").unlink()
    assert Store(tmp_path).documents_folder() == Path("/docs")
    for data in [b"", b"[]", b"{}"]:
        (folder / "manifest.json").write_bytes(data)
        with pytest.raises(IndexDamaged, match=r"does not say of which documents it is\. Add --docs DIR\.$"):
            Store(tmp_path).documents_folder()


def test_a_generation_replaced_while_it_is_opened_is_followed(tmp_path, monkeypatch):
    old, new = make(tmp_path), make(tmp_path)
    shutil.rmtree(old.folder)
    answers = iter([old.name, new.name])
    monkeypatch.setattr(Store, "current_name", lambda _: next(answers))
    assert Store(tmp_path).current().name == new.name


# ------------------------------------------------------------------------------------ writing


def hold(folder: Path, locked, release) -> None:
    with Store(folder).lock():
        locked.set()
        release.wait(20)


@pytest.mark.slow
def test_another_process_that_builds_is_not_disturbed(tmp_path):
    context = multiprocessing.get_context("spawn")
    locked, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, locked, release))
    other.start()
    assert locked.wait(20)
    try:
        with pytest.raises(IndexBusy) as error, Store(tmp_path).lock():
            pass
        assert str(error.value) == f"Another `docent index` is building {tmp_path}. Wait for it to end."
    finally:
        release.set()
        other.join()
        other.close()
    make(tmp_path)


def test_a_folder_that_cannot_be_written_to_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(IndexFolderError) as error:
        make(tmp_path / "file" / "index")
    assert type(error.value) is IndexFolderError
    assert str(error.value).startswith(
        f"The index folder {tmp_path / 'file' / 'index'} cannot be written to: "
    )


def test_a_generation_is_kept_for_a_minute_after_it_was_replaced(tmp_path):
    first, second, third, fourth = (make(tmp_path) for _ in range(4))  # as while a long question goes on
    assert first.matrix.rows(range(1)).shape == (1, 16)
    assert first.lexical.search("josef", 1).keys() <= {0}
    for one in (first, second, third, fourth):
        one.close()
    hour = 3600
    for one, age in ((first, 3 * hour), (second, 2 * hour), (third, hour)):
        when = time.time() - age
        os.utime(one.folder / "manifest.json", (when, when))
    fifth = make(tmp_path)
    assert names(tmp_path) == sorted(one.name for one in (third, fourth, fifth))


def read(folder: Path, name: str, opened, release) -> None:
    generation = Store(folder).generation(name)
    opened.set()
    release.wait(20)
    generation.check()


@pytest.mark.slow
def test_a_generation_that_somebody_reads_is_kept_until_he_is_done_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "IN_USE", -1e9)
    first = make(tmp_path)
    first.close()
    context = multiprocessing.get_context("spawn")
    opened, release = context.Event(), context.Event()
    reader = context.Process(target=read, args=(tmp_path, first.name, opened, release))
    reader.start()
    try:
        assert opened.wait(20)
        for _ in range(3):
            make(tmp_path).close()
        assert first.name in names(tmp_path)
    finally:
        release.set()
        reader.join()
    assert reader.exitcode == 0, "it could read everything"
    reader.close()
    make(tmp_path)
    assert first.name not in names(tmp_path)


def test_leftovers_are_removed_and_two_generations_kept(tmp_path, monkeypatch):
    first = make(tmp_path)
    first.close()
    (tmp_path / "generations" / ".draft-killed" / "lexical").mkdir(parents=True)
    (tmp_path / "generations" / "20240101T000000-abcdef").mkdir()
    second = make(tmp_path)
    assert names(tmp_path) == sorted([first.name, second.name])
    monkeypatch.setattr(store, "IN_USE", 0)
    third = make(tmp_path)
    assert names(tmp_path) == sorted([second.name, third.name])
    assert first.name != second.name != third.name
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "lock") == [
        "current",
        "generations",
    ]
    assert (tmp_path / "current").read_text() == third.name + "\n"
    assert [entry.source for entry in second.entries()] == list(TEXTS)  # it may still be in use


@pytest.mark.parametrize("theirs", ["notes.txt", "journal-2024.txt", "letters/one.txt"])
def test_no_index_is_built_in_a_folder_of_other_files(tmp_path, theirs):
    for name in (theirs, "generations/first/josef.txt", ".hidden", "lost+found/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("theirs")
    with pytest.raises(IndexFolderError) as error:
        make(tmp_path)
    assert str(error.value) == (
        f"The folder {tmp_path} holds something else, as '{theirs.partition('/')[0]}', so no index is built "
        "there. Choose another with --index DIR."
    )
    assert names(tmp_path) == ["first"]
    assert not (tmp_path / "lock").exists()


def test_what_is_no_generation_and_no_journal_is_left_alone(tmp_path):
    make(tmp_path)
    (tmp_path / "journal-2024.txt").touch()
    (tmp_path / "generations" / "first").mkdir()
    make(tmp_path)
    make(tmp_path)
    discard(tmp_path)
    assert (tmp_path / "journal-2024.txt").exists()
    assert "first" in names(tmp_path)


def failing(function: Callable, when: str) -> Callable:
    """The function, but for a full disk where its first argument ends so."""

    def call(*args: object, **kwargs: object) -> object:
        if str(args[0]).endswith(when):
            raise OSError(28, "No space left on device")
        return function(*args, **kwargs)

    return call


STEPS = [
    *(
        (store, "flush", when)
        for when in ("texts.sqlite", "lexical", "manifest.json", "current.new", "generations")
    ),
    *((store, "digest_file", when) for when in ("meta.json", "texts.sqlite")),
    (Draft, "finish", ""),
    (Draft, "write_lexical", ""),
    (Draft, "write_vectors", ""),
    (Generation, "__init__", ""),
    (Generation, "check", ""),
    (Path, "rename", ""),
    (Path, "replace", "current.new"),
    (Path, "write_text", "current.new"),
    (Path, "write_bytes", "manifest.json"),
    (Path, "mkdir", "lexical"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("owner", "name", "when"), STEPS)
def test_whatever_fails_the_old_index_is_as_it_was(tmp_path, monkeypatch, owner, name, when):
    old = make(tmp_path).name
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, failing(getattr(owner, name), when))
        with pytest.raises(IndexFolderError) as error:
            make(tmp_path, {"new.txt": "New."})
    assert str(error.value) == (
        f"The index folder {tmp_path} cannot be written to: No space left on device. Mend that or "
        "choose another with --index DIR; the index that was there is as it was."
    )
    current = Store(tmp_path).current()
    current.check()
    assert (current.name, [entry.source for entry in current.entries()]) == (old, list(TEXTS))
    assert not list((tmp_path / "generations").glob(".draft-*"))
    new = make(tmp_path, {"new.txt": "New."})
    assert Store(tmp_path).current().name == new.name
    assert names(tmp_path) == sorted([old, new.name])


def test_once_it_is_named_the_new_index_stays(tmp_path, monkeypatch):
    old = make(tmp_path).name
    monkeypatch.setattr(store, "flush", failing(store.flush, tmp_path.name))
    new = make(tmp_path).name
    assert Store(tmp_path).current().name == new != old


def test_what_cannot_be_read_back_is_not_published(tmp_path, monkeypatch):
    old = make(tmp_path).name
    monkeypatch.setattr(
        Draft, "write_vectors", lambda self, *_: (self.folder / "vectors.npy").write_bytes(b"?")
    )
    with pytest.raises(IndexDamaged, match=r"The vectors in .* cannot be read"):
        make(tmp_path)
    assert Store(tmp_path).current().name == old


@pytest.mark.parametrize("limit", [0, 30_000])
def test_a_disk_that_is_full_ends_a_build_in_one_sentence(tmp_path, limit):
    resource = pytest.importorskip("resource")
    old = make(tmp_path).name
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        with pytest.raises(IndexFolderError, match="cannot be written to: "):
            make(tmp_path, {f"{n}.txt": MINUTES * 9 for n in range(9)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Store(tmp_path).current().name == old


def test_a_lexical_index_that_cannot_be_written_ends_a_build_in_one_sentence(tmp_path):
    resource = pytest.importorskip("resource")
    target = Store(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        refused = pytest.raises(IndexFolderError, match="cannot be written to: ")
        with refused, target.lock(), target.draft(None) as draft:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            draft.write_lexical()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_two_generations_of_one_second_have_two_names(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "strftime", lambda *_: "20240503T100000")
    assert make(tmp_path).name != make(tmp_path).name


@pytest.mark.slow
def test_nothing_is_pickled(settings, encoder):
    build(settings, encoder)
    files = listing(settings.index_folder())
    assert len(files) > 5
    for name, data in files.items():
        assert not (data[:1] == b"\x80" and data[1:2] in b"\x02\x03\x04\x05"), name
        assert b"numpy" not in data and b"\x80\x04\x95" not in data, name
    for source in [*(ROOT / "index").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "cPickle", "dill", "shelve", "joblib", "marshal"} & set(imported), source
