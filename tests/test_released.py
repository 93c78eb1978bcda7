"""What released versions have kept opens, or is refused with the sentence that says what to run.

``tests/keep.py`` has made the files, one folder for each release.
"""

import re
import shutil
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from bot.answering.calibration import Calibration, file_of, read
from bot.engine import Engine
from bot.feedback import Feedback
from bot.migrating import version
from bot.restoring import restore
from bot.settings import Settings, load
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from index import history
from index import journal as journals
from index.building.bin import Bin
from index.building.intake import Intake
from index.engines.local import generation
from index.errors import IndexMismatch
from index.journal import Journal
from tests.answering import profiles
from tests.conftest import MINILM, MINUTES, WordsEncoder
from tests.keep import HISTORY, KEPT, PLUMS
from tests.telegram.talks import ATTENDED, ATTENDEES

RELEASES = sorted(KEPT.iterdir())
ADMIN, CHAT, GUEST = 1001, 1001, 4711


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The files of a release."""
    return request.param


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a machine on which nothing is yet."""
    flags = {
        "documents.folder": tmp_path / "docs",
        "state.folder": str(tmp_path / "state"),
        "index.folder": str(tmp_path / "index"),
        "encoder.model": MINILM.name,
        "reader.model": "none",
        "answer.threshold": 0.14,
    }
    return load(flags=flags)


def test_the_first_release_is_there():
    assert [folder.name for folder in RELEASES][:1] == ["0.1.0"]


def test_what_a_release_backed_up_is_restored_and_understood(
    release: Path, settings: Settings, tmp_path: Path
):
    restore(settings, release / "state.zip", documents=True)
    folder = settings.state_folder()
    assert (tmp_path / "docs" / "minutes.md").read_text(encoding="utf-8") == MINUTES
    assert (folder / "history").read_text(encoding="utf-8") == HISTORY
    calibration = read(file_of(folder, "index"))
    assert calibration == Calibration(0.8, -0.3, 40)
    (question,) = Feedback(settings.feedback_file(), settings.documents.folder).export()
    assert (question["question"], question["verdict"], question["evidence"]) == (
        ATTENDED,
        "good",
        [ATTENDEES],
    )
    (number,) = [entry.name for entry in (folder / "bin").iterdir()]
    binned = Bin(settings, Intake(settings))
    assert binned.restore(number) == "uploads/plums.txt"
    assert (tmp_path / "docs" / "uploads" / "plums.txt").read_bytes() == PLUMS
    (file,) = state.folder(folder).glob("*.sqlite")
    with closing(state.connect(file)) as database, closing(state.connect(tmp_path / "new.sqlite")) as new:
        assert version(database) == len(state.STEPS)
        assert schema(database) == schema(new)
        access = Access(settings.telegram, database)
        assert [(guest.chat, guest.role) for guest in access.guests()] == [(GUEST, "allowed")]
        assert database.execute("SELECT name, folders FROM collections").fetchall() == [("garden", '[""]')]
        (number, chat) = database.execute("SELECT id, chat FROM answers").fetchone()
        found = Answers(database, 10_000).find(number, chat)
        assert found
        assert [one.quote for one in found.answer.citations] == [ATTENDEES]


def schema(database: state.Memory) -> dict[str, object]:
    """Tables with their columns, and indexes."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master ORDER BY name")]
    return {name: sorted(row[1:] for row in database.execute(f"PRAGMA table_info({name})")) for name in names}


def test_an_index_of_a_release_answers_or_is_refused(
    release: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    profiles.use(monkeypatch)
    place = settings.index_folder()
    shutil.unpack_archive(release / "index.zip", place)
    settings.documents.folder.mkdir()
    engine = Engine(settings, WordsEncoder())
    (manifest,) = place.glob("generations/*/manifest.json")
    form = msgspec.json.decode(manifest.read_bytes())["format"]
    if form in generation.READ:
        engine.generation().check()
        answer = engine.ask(ATTENDED)
        assert [citation.quote for citation in answer.citations] == [ATTENDEES]
    else:
        told = f"The index in {place} has format {form}, this Docent reads {generation.FORMAT}."
        with pytest.raises(
            IndexMismatch, match=f"^{re.escape(told)} Run `docent index --full` to build it anew"
        ):
            engine.ask(ATTENDED)


def test_caches_of_a_release_are_read_or_made_anew(release: Path, settings: Settings):
    restore(settings, release / "state.zip", documents=True)
    place = settings.index_folder()
    shutil.unpack_archive(release / "index.zip", place)
    name = (place / "current").read_text(encoding="utf-8").strip()
    known = [(edit.kind, edit.source) for renewal in history.read(place, name) for edit in renewal.edits]
    changes = [("added", "uploads/plums.txt"), ("removed", "uploads/plums.txt")]
    assert known == (changes if history.FORMAT == 1 else [])
    assert Journal(place, WordsEncoder().fingerprint).kept == (4 if journals.FORMAT == 1 else 0)
    assert Engine(settings, WordsEncoder()).build(full=True).documents == 1
    assert not list(place.glob("journal-*")), "what no version knows any more is discarded"
