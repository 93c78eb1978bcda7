"""What a real bot and the other commands leave in the state folder: all of it is declared."""

import zipfile
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot import kept
from bot.answering.calibration import Calibration, write
from bot.backup import make
from bot.engine import Engine
from bot.evaluation.questions import read
from bot.evaluation.run import run
from bot.restoring import restore
from bot.settings import Settings, load
from bot.terminal import repl
from index import models
from index.errors import StateError
from index.parsing import cache
from tests.building.failing import Failing
from tests.conftest import MINILM, WordsEncoder
from tests.drawing.marked import pdf
from tests.telegram.chats import Sent, User
from tests.telegram.conftest import Running, Start
from tests.telegram.sending_in import done, say_file
from tests.telegram.server import TOKEN, BotApi
from tests.telegram.talks import press, say, turn

NUMBER = TOKEN.partition(":")[0]


@pytest.fixture
def running(start: Start, owner: User, docs: Path) -> Running:
    """A bot with a document that has pages."""
    (docs / "lighthouse.pdf").write_bytes(pdf([(40, 250, "Erik Olsen repaired the lighthouse.")]))
    return start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")


@pytest.fixture
def answer(running: Running, api: BotApi, owner: User) -> Sent:
    """An answer of it, which its reader has judged, and of which a page was opened."""
    answer = say(api.private(owner), "Who repaired the lighthouse?")
    assert api.click(answer, "👍") == "Thank you."
    press(api, answer, "📄 Page")
    chat = api.private(owner)
    done(chat, say_file(chat, "plums.txt", b"The plum tree bears nine kilos.\n", caption="/add"))
    asked = say(chat, "/forget plums")
    turn(api, asked, "Remove")
    assert done(chat, asked).text.startswith("“uploads/plums.txt” is no longer among the documents.")
    return answer


@pytest.mark.usefixtures("answer")
def test_every_file_that_is_kept_is_declared(
    settings: Settings, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    state = settings.state_folder()
    engine = Engine(settings, WordsEncoder())
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("who attended?\r")
        repl.terminal_reader(state / "history")()
    write(engine.calibration_file, Calibration(0.9, 0.1, 30))
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "How long does it simmer?", "kind": "unanswerable", "evidence": []}\n')
    run(settings, read([questions], []), engine_of=lambda settings: Engine(settings, WordsEncoder()))
    models.fingerprint_of(MINILM.name, state / "models", state / models.STAMPS)
    monkeypatch.setattr(cache, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr("index.building.encoding.BLOCK", 3)
    for number in range(2):
        text = f"Lamp {number} burns oil. It is number {number} of two. Keeper {number} lit it."
        (docs / f"lamp{number}.txt").write_text(text, encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        Engine(settings, Failing(1, KeyboardInterrupt())).build()
    files = dict(kept.found(state))
    assert [str(path) for path, row in files.items() if row is None] == []
    assert {row.pattern for row in files.values() if row} >= {
        "telegram/*.sqlite", "telegram/*.lock", "telegram/alive", "feedback.sqlite", "history", "parsed/",
        "calibrations/*.json", "evaluations/*.jsonl", "models.json*", "pages/", "current", "lock",
        "history.jsonl", "journal-*", "generations/", "bin/",
    }  # fmt: skip
    assert {str(path) for path, row in files.items() if row and row.kind == "precious"} >= {
        f"telegram/{NUMBER}.sqlite", f"telegram/{NUMBER}.sqlite-wal", "feedback.sqlite", "history",
        f"calibrations/{engine.calibration_file.name}",
    }  # fmt: skip
    assert kept.unknown(settings) == []


def test_a_bot_goes_on_where_a_backup_of_it_is_restored(
    start: Start, running: Running, api: BotApi, answer: Sent, settings: Settings, docs: Path, tmp_path: Path
):
    """The backup is made while the bot runs; elsewhere it knows who asked what."""
    made = make(settings, tmp_path / "b.zip")
    paths = [item.path for item in made.items]
    assert [path.rpartition("/")[2] for path in paths] == [
        "about.json", "content", "feedback.sqlite", f"{NUMBER}.sqlite"
    ]  # fmt: skip
    with zipfile.ZipFile(tmp_path / "b.zip") as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    assert TOKEN.partition(":")[2].encode() not in everything
    with pytest.raises(StateError, match=r"^A bot is running with .*\.sqlite, so nothing was restored"):
        restore(settings, tmp_path / "b.zip", force=True)
    running.stop()
    flags = {"documents.folder": docs, "state.folder": str(tmp_path / "elsewhere")}
    restore(load(flags=flags), tmp_path / "b.zip")
    start(DOCENT_STATE__FOLDER=flags["state.folder"], DOCENT_TELEGRAM__ADMINS=f"[{answer.chat}]")
    opened_passage = press(api, answer, "[1]")
    assert "Erik Olsen repaired the lighthouse." in opened_passage.text


def test_files_that_are_not_declared_are_named(tmp_path: Path):
    settings = load(flags={"state.folder": str(tmp_path / "state"), "index.folder": str(tmp_path / "index")})
    strange = ["state/notes.txt", "state/telegram/77.txt", "state/telegram/deep/77.sqlite", "index/mine.txt",
               "state/indexes/x/feedback.sqlite", "state/indexes/loose"]  # fmt: skip
    known = ["state/telegram/77.sqlite", "state/telegram/77.sqlite-shm", "state/pages/ab", "index/lock",
             "state/indexes/x/generations/g/texts.sqlite", "index/current", "state/.nfs0001"]  # fmt: skip
    for name in strange + known:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sorted(kept.unknown(settings)) == sorted(str(tmp_path / name) for name in strange)
