"""What cannot be made again goes into a file and comes back, all or nothing; hostile files get nowhere."""

import itertools
import json
import os
import random
import resource
import signal
import sqlite3
import stat
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot import archives, backup, feedback
from bot.answering.calibration import Calibration, file_of, read, write
from bot.archives import Archive
from bot.backup import Report, make
from bot.feedback import Feedback
from bot.restoring import restore
from bot.settings import Settings, load
from bot.swapping import settle
from bot.telegram.persistence import state
from index.building.bin import Bin
from index.building.intake import Intake
from index.errors import DocentError, DocumentsError, StateError
from tests.found import FOUND

KILLS = int(os.environ.get("KILLS", "10"))
TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-q"


@pytest.fixture
def full(settings: Settings, docs: Path) -> Settings:
    """Settings of a state folder that has something of each kind."""
    folder = settings.state_folder()
    with closing(state.connect(state.folder(folder) / "77.sqlite")) as database:
        database.execute("INSERT INTO access VALUES (5, 'admin', 'Olga', 0)")
    (state.folder(folder) / "alive").touch()
    Feedback(settings.feedback_file(), docs).add(FOUND, "g1", "good", "7:1:7")
    write(file_of(folder, "index"), Calibration(0.8, -0.3, 40))
    for name in (
        "history",
        "bin/1790000000-0a0b0c0d/content",
        "models/graph.bin",
        "parsed/ab",
        "strange.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"text of {name}")
    return settings


PRECIOUS = [
    "bin/1790000000-0a0b0c0d/content", f"calibrations/{file_of(Path(), 'index').name}", "feedback.sqlite",
    "history", "telegram/77.sqlite",
]  # fmt: skip


def elsewhere(tmp_path: Path) -> Settings:
    """Another machine: nothing is there yet."""
    new = tmp_path / "elsewhere"
    return load(flags={"documents.folder": new / "docs", "state.folder": str(new / "state")})


def names(settings: Settings) -> list[str]:
    folder = settings.state_folder()
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.endswith((".lock", "-wal", "-shm")))


def admins(settings: Settings) -> list[tuple[int, str]]:
    with closing(state.connect(state.folder(settings.state_folder()) / "77.sqlite")) as database:
        return database.execute("SELECT chat, name FROM access").fetchall()


def paths(done: Report) -> list[str]:
    return [item.path for item in done.items]


# ------------------------------------------------------------------------------------ there and back


def test_all_that_is_precious_comes_back_and_nothing_else(full: Settings, tmp_path: Path):
    file = tmp_path / "b.zip"
    done = make(full, file)
    assert paths(done) == PRECIOUS
    assert (done.file, done.bytes) == (str(file), file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["b.zip", "docs", "state"]
    new = elsewhere(tmp_path)
    back = restore(new, file)
    assert paths(back) == PRECIOUS
    assert (back.made, back.removed) == (done.made, ())
    assert names(new) == PRECIOUS
    assert admins(new) == [(5, "Olga")]
    assert (new.state_folder() / "history").read_text() == "text of history"
    assert read(file_of(new.state_folder(), "index")) == Calibration(0.8, -0.3, 40)


def test_verdicts_and_the_bin_follow_the_documents_to_another_folder(full: Settings, tmp_path: Path):
    number = Bin(full, Intake(full)).keep("soup.txt")
    make(full, tmp_path / "b.zip")
    new = elsewhere(tmp_path)
    back = restore(new, tmp_path / "b.zip")
    (question,) = Feedback(new.feedback_file(), new.documents.folder).export()
    assert (question["question"], question["verdict"]) == (FOUND.question, "good")
    binned = Bin(new, Intake(new)).about(number)
    assert binned is not None
    assert (binned.source, binned.folder) == ("soup.txt", str(new.documents.folder.resolve()))
    assert back.notes == (
        f"calibrations are of the index in {full.index_folder().resolve()}; for the one here, run "
        "`docent calibrate`",
        "now run `docent index`, and start the bot with its token",
    )


def test_documents_come_back_with_their_times_to_an_empty_folder(full: Settings, docs: Path, tmp_path: Path):
    os.utime(docs / "soup.txt", ns=(10**18, 10**18 + 5))
    (docs / ".hidden").touch()
    (docs / "letters" / "link.txt").symlink_to(docs / "soup.txt")
    (docs / "prices: new.xyz").write_bytes(b"\x00\xff")
    (docs / os.fsdecode(b"caf\xe9.txt")).touch()
    done = make(full, tmp_path / "b.zip", documents=True)
    assert done.items[-1].what == "4 documents"
    assert done.notes[1:] == (
        "'caf\ufffd.txt' is left out: its name is not valid UTF-8",
        "'letters/link.txt' is left out: it is a link, or no regular file",
    )
    new = elsewhere(tmp_path)
    back = restore(new, tmp_path / "b.zip", documents=True)
    place = new.documents.folder
    assert back.items[-1] == replace_item(done, path=str(place))
    found = {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}
    known = ["letters/ferry.txt", "minutes.md", "prices: new.xyz", "soup.txt"]
    assert found == {name: (docs / name).read_bytes() for name in known}
    assert (place / "soup.txt").stat().st_mtime_ns == 10**18 + 5
    with pytest.raises(StateError, match="is not empty, and what is there is never replaced"):
        restore(new, tmp_path / "b.zip", documents=True, force=True)


def replace_item(done: Report, **fields: Any) -> backup.Item:
    import msgspec

    return msgspec.structs.replace(done.items[-1], **fields)


def test_the_settings_file_is_kept_without_the_token(full: Settings, tmp_path: Path):
    config = tmp_path / "docent.toml"
    config.write_text(f'[telegram]\nwebhook_url = "https://x.org/{TOKEN}"\n# secret-token\n')
    done = make(full, tmp_path / "b.zip", config=config, token="secret-token")
    assert f"a token stands in {config}; in the backup, *** stands in its place" in done.notes
    with zipfile.ZipFile(tmp_path / "b.zip") as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    assert b"secret-token" not in everything
    assert TOKEN.encode() not in everything
    new = elsewhere(tmp_path)
    told = restore(new, tmp_path / "b.zip")
    assert "the backup holds a settings file too: --settings FILE writes it" in told.notes
    written = tmp_path / "elsewhere" / "etc" / "docent.toml"
    restore(new, tmp_path / "b.zip", config=written, force=True)
    assert written.read_text() == '[telegram]\nwebhook_url = "https://x.org/***"\n# ***\n'
    with pytest.raises(StateError, match=r"There is a file .*docent\.toml already"):
        restore(elsewhere(tmp_path / "again"), tmp_path / "b.zip", config=written)


def test_what_is_there_is_replaced_only_if_asked(full: Settings, tmp_path: Path):
    make(full, tmp_path / "b.zip")
    new = elsewhere(tmp_path)
    folder = new.state_folder()
    with closing(state.connect(state.folder(folder) / "88.sqlite")), closing(sqlite3.connect(
        state.folder(folder) / "77.sqlite"
    )) as old:  # fmt: skip
        old.execute("CREATE TABLE mine (x)")
    (folder / "telegram" / "77.sqlite-wal").write_bytes(b"of the old file")
    (folder / "strange.txt").write_text("stays")
    message = r"holds 2 files already that would be replaced, as 'telegram/77\.sqlite'\. Add --force"
    with pytest.raises(StateError, match=message):
        restore(new, tmp_path / "b.zip")
    assert (folder / "telegram" / "77.sqlite-wal").read_bytes() == b"of the old file"
    back = restore(new, tmp_path / "b.zip", force=True)
    assert back.removed == ("telegram/88.sqlite",)
    assert [item.path for item in back.items if item.replaced] == ["telegram/77.sqlite"]
    assert admins(new) == [(5, "Olga")]
    assert names(new) == sorted([*PRECIOUS, "strange.txt"])


def test_nothing_is_restored_while_a_bot_runs(full: Settings, tmp_path: Path):
    make(full, tmp_path / "b.zip")
    new = elsewhere(tmp_path)
    running = state.folder(new.state_folder()) / "77.sqlite"
    with state.held(running):
        with pytest.raises(StateError, match=r"^A bot is running with .*77\.sqlite, so nothing was restored"):
            restore(new, tmp_path / "b.zip", force=True)
        assert names(new) == []
    restore(new, tmp_path / "b.zip")
    with state.held(running):  # it is held no longer
        assert admins(new) == [(5, "Olga")]


def test_what_cannot_be_written_leaves_all_as_it_was(
    full: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make(full, tmp_path / "b.zip", documents=True)
    new = elsewhere(tmp_path)
    plain = os.fsync

    def full_disk(descriptor: int, calls: list[int] = []) -> None:  # noqa: B006 - it counts
        calls.append(descriptor)
        if len(calls) == 6:
            raise OSError(28, "No space left on device")
        plain(descriptor)

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StateError, match=r"No space left on device\. What was there is as it was"):
        restore(new, tmp_path / "b.zip", documents=True)
    assert names(new) == []
    assert list(new.documents.folder.rglob("*")) == []


@pytest.mark.slow
def test_a_process_that_is_killed_at_any_moment_restores_all_or_nothing(full: Settings, tmp_path: Path):
    """By SIGKILL; afterwards the state is the one before, or the one of the backup."""
    folder = full.state_folder()
    texts = ["text of history", "later"]
    make(full, tmp_path / "0.zip")
    (folder / "history").write_text(texts[1])
    (folder / "bin" / "late").write_text("later")
    make(full, tmp_path / "1.zip")

    def begin(number: int) -> int:
        """A process of its own that restores one of the two; its id."""
        if not (child := os.fork()):
            try:
                restore(full, tmp_path / f"{number}.zip", force=True)
            finally:
                os._exit(0)
        return child

    began = time.perf_counter()
    os.waitpid(begin(0), 0)
    takes = time.perf_counter() - began
    assert (folder / "history").read_text() == texts[0]
    moments, whole = random.Random(7), [0, 0]
    for _ in range(KILLS):
        now = texts.index((folder / "history").read_text())
        child = begin(1 - now)
        time.sleep(moments.uniform(0, 1.5 * takes))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        settle(folder)
        found = texts.index((folder / "history").read_text())
        assert (folder / "bin" / "late").exists() == (found == 1)
        assert admins(full) == [(5, "Olga")]
        assert len(list(Feedback(full.feedback_file(), full.documents.folder).export())) == 1
        assert not (folder / ".restoring").exists()
        whole[found != now] += 1
    print(f"killed {KILLS} times: {whole[0]} as before, {whole[1]} restored, none in between")


# ------------------------------------------------------------------------------------ making


def test_a_backup_is_of_one_moment_while_the_bot_writes(full: Settings, tmp_path: Path):
    """Every transaction adds to two tables; no backup has the one without the other."""
    stop = threading.Event()

    def write_on() -> None:
        with closing(state.connect(state.folder(full.state_folder()) / "77.sqlite")) as database:
            for number in itertools.count():
                if stop.is_set():
                    return
                database.execute("BEGIN")
                database.execute("INSERT INTO languages VALUES (?, 'de')", [number])
                database.execute("INSERT INTO collections VALUES (?, '[]')", [str(number)])
                database.execute("COMMIT")

    counts = []
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for number in range(3):
            new = elsewhere(tmp_path / str(number))
            make(full, tmp_path / f"{number}.zip")
            restore(new, tmp_path / f"{number}.zip")
            with closing(state.connect(state.folder(new.state_folder()) / "77.sqlite")) as database:
                sql = "SELECT (SELECT count(*) FROM languages), (SELECT count(*) FROM collections)"
                counts.append(database.execute(sql).fetchone())
    finally:
        stop.set()
        writer.join()
    assert all(one == other for one, other in counts)
    assert counts[0] < counts[-1], "the bot went on"


def test_a_file_that_is_there_is_replaced_only_if_asked(full: Settings, tmp_path: Path):
    file = tmp_path / "b.zip"
    file.write_text("mine")
    with pytest.raises(StateError, match=r"There is a file .*b\.zip already\. Name another, or add --force"):
        make(full, file)
    assert file.read_text() == "mine"
    assert paths(make(full, file, force=True)) == PRECIOUS


def test_no_backup_lies_among_the_documents(full: Settings, docs: Path):
    with pytest.raises(StateError, match="would be among the documents, which people can read"):
        make(full, docs / "letters" / "b.zip")


def test_what_cannot_be_kept_makes_no_backup(full: Settings, tmp_path: Path):
    folder = full.state_folder()
    with pytest.raises(StateError, match=r"nowhere.*cannot be made: .*No backup was made\.$"):
        make(full, tmp_path / "nowhere" / "b.zip")
    with pytest.raises(StateError, match=r"^There is nothing in .* to keep yet"):
        make(elsewhere(tmp_path), tmp_path / "b.zip")
    with pytest.raises(DocumentsError, match="There is no documents folder"):
        make(elsewhere(tmp_path), tmp_path / "b.zip", documents=True)
    data = bytearray(full.feedback_file().read_bytes())
    data[4096:] = b"\xff" * len(data[4096:])
    full.feedback_file().write_bytes(data)
    with pytest.raises(
        StateError, match=r"feedback\.sqlite cannot be copied: its pages .*No backup was made\.$"
    ):
        make(full, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs", "state"]
    assert (folder / "history").exists()


@pytest.mark.parametrize("most", [20_000, 200_000])
def test_a_disk_that_fills_up_leaves_no_part_of_a_backup(
    full: Settings, docs: Path, tmp_path: Path, most: int
):
    """In a process whose files may not grow further: amid the copy of the bot's file, or amid the archive."""
    (docs / "noise.txt").write_bytes(random.Random(7).randbytes(300_000))
    child = os.fork()
    if not child:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            make(full, tmp_path / "b.zip", documents=True)
        except StateError as error:
            os._exit(3 if "No backup was made." in str(error) else 4)
        finally:
            os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert sorted(os.listdir(tmp_path)) == ["docs", "state"]
    assert paths(make(full, tmp_path / "b.zip")) == PRECIOUS


# ------------------------------------------------------------------------------------ hostile files

Forge = Callable[..., Path]


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """Makes an archive by hand, as whoever means ill may."""

    def forge(files: dict[str, bytes], *, listed: Any = None, members: Any = None, **fields: object) -> Path:
        rows = [
            {"path": path, "size": len(data), "sha256": sha256(data).hexdigest(), "mtime_ns": 0}
            for path, data in files.items()
        ]
        manifest = {"format": 1, "docent": "0.1.0", "made": "x", "documents": "x", "index": "x",
                    "files": rows if listed is None else listed(rows), **fields}  # fmt: skip
        with zipfile.ZipFile(tmp_path / "forged.zip", "w", zipfile.ZIP_DEFLATED) as opened:
            for info, data in (members or dict.items)(files):
                opened.writestr(info, data)
            opened.writestr("manifest.json", json.dumps(manifest))
        return tmp_path / "forged.zip"

    return forge


def link(files: dict[str, bytes]) -> Any:
    info = zipfile.ZipInfo("state/history")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return [(info, files["state/history"])]


def resized(by: int) -> Callable[[Any], Any]:
    return lambda rows: [{**row, "size": row["size"] + by} for row in rows]


HISTORY = {"state/history": b"x"}


@pytest.mark.parametrize(
    ("files", "how", "reason"),
    [
        ({"state/../../evil": b"x"}, {}, "the path 'state/../../evil' in it leads elsewhere"),
        ({"/etc/evil": b"x"}, {}, "the path '/etc/evil' in it leads elsewhere"),
        ({"state//etc/evil": b"x"}, {}, "the path 'state//etc/evil' in it leads elsewhere"),
        ({"evil": b"x"}, {}, "the path 'evil' in it leads elsewhere"),
        ({"state/models/graph.bin": b"x"}, {}, "'models/graph.bin' in it is no part of a backup"),
        ({"state/telegram/77.lock": b"x"}, {}, "'telegram/77.lock' in it is no part of a backup"),
        ({"state/telegram/77.sqlite-wal": b"x"}, {}, "'telegram/77.sqlite-wal' in it is no part of a backup"),
        ({"state/.restoring/plan": b"[]"}, {}, "'.restoring/plan' in it is no part of a backup"),
        ({"state/telegram/77.sqlite": b"no database" * 99}, {}, "'77.sqlite' in it is damaged ("),
        (HISTORY, {"members": link}, "'state/history' in it is a link, a folder or encrypted"),
        (HISTORY, {"listed": lambda rows: []}, "what it holds is not what it lists"),
        (HISTORY, {"listed": lambda rows: rows * 2}, "what it holds is not what it lists"),
        (HISTORY, {"members": lambda files: [*files.items()] * 2}, "what it holds is not what it lists"),
        (HISTORY, {"members": lambda files: [*files.items(), ("x", "")]}, "what it holds is not what"),
        (HISTORY, {"listed": resized(1)}, "'state/history' in it has not the size that it lists"),
        (HISTORY, {"listed": resized(-9)}, "'state/history' in it has not the size that it lists"),
        (HISTORY, {"listed": lambda rows: [{**rows[0], "sha256": "0"}]}, "'state/history' in it is damaged"),
        (HISTORY, {"listed": lambda rows: "all"}, "it has no list of what it holds"),
        (HISTORY, {"format": "one"}, "it has no list of what it holds"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_archive_gets_nowhere(
    forge: Forge, tmp_path: Path, files: dict[str, bytes], how: dict[str, Any], reason: str
):
    file = forge(files, **how)
    new = elsewhere(tmp_path)
    with pytest.raises(StateError) as refusal:
        restore(new, file, force=True)
    assert str(refusal.value).startswith(f"{file} cannot be restored: {reason}")
    assert names(new) == []
    assert not (tmp_path / "evil").exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"forged.zip", "elsewhere"}


def test_more_than_the_disk_has_is_not_begun(forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = forge({"state/history": b"x" * 3_000_000})
    assert file.stat().st_size < 5_000
    usage = type("Usage", (), {"free": 102_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    with pytest.raises(StateError, match=r"unpacks to 3 MB, and 102 MB are free for "):
        restore(elsewhere(tmp_path), file)
    assert names(elsewhere(tmp_path)) == []


def test_archives_of_a_newer_docent_are_refused(forge: Forge, full: Settings, tmp_path: Path):
    with pytest.raises(StateError) as refusal:
        restore(full, forge(HISTORY, format=archives.FORMAT + 1))
    assert str(refusal.value) == (
        f"The backup {tmp_path / 'forged.zip'} was made by a newer Docent: it has format 2, and this one "
        "knows none above 1. Install that Docent, and restore it with that."
    )
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
        database.execute("CREATE TABLE later (x)")
    file = forge({"state/feedback.sqlite": (tmp_path / "new.sqlite").read_bytes()})
    with pytest.raises(StateError, match=r"^'feedback\.sqlite' in .* newer Docent: it has format 99"):
        restore(full, file, force=True)
    assert (full.state_folder() / "history").read_text() == "text of history"


def test_what_was_cut_short_or_altered_is_refused(full: Settings, tmp_path: Path):
    """At 60 places; what is restored in spite of that is what was kept."""
    file = tmp_path / "b.zip"
    make(full, file)
    whole = file.read_bytes()
    (tmp_path / "none.zip").write_text("no zip")
    with pytest.raises(StateError, match=r"none\.zip cannot be restored: it is cut short, or none\."):
        Archive(tmp_path / "none.zip")
    with pytest.raises(StateError, match=r"gone\.zip cannot be restored: No such file"):
        Archive(tmp_path / "gone.zip")
    survived = 0
    for number in range(60):
        place = len(whole) * number // 60
        file.write_bytes(whole[:place])
        with pytest.raises(StateError, match="cannot be restored"):
            Archive(file)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            with closing(Archive(file)) as archive:
                archive.check()
        except DocentError:
            continue
        survived += 1  # a time, or another byte that says nothing of what a file holds
    assert survived < 20
    file.write_bytes(whole)
    with closing(Archive(file)) as archive:
        archive.check()


def test_the_log_calls_documents_by_their_folder(docs: Path):
    assert feedback.name_of(docs / "letters" / "..") == str(docs)
