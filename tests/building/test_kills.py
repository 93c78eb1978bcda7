"""A build that is killed, by SIGKILL, while the index that it makes shares texts with the one before."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.engine import Engine
from index.building.build import build
from index.engines.local import texts
from index.settings import Settings
from tests.building.conftest import (
    FIRST,
    SECOND,
    TEXTS,
    THIRD,
    age,
    built_at_once,
    content,
    current,
    files,
    fill,
    shared,
)
from tests.conftest import ROOT, WordsEncoder

QUESTION, QUOTE = "How many kilos does the plum tree bear?", "The plum tree bears forty kilos of plums."

BUILD = """
import os, signal, sys
from pathlib import Path
from index.building import build, differences
from index.building.progress import Silent
from index.engines.local import store, texts
from index.settings import load
from tests.words_encoder import WordsEncoder

docs, state, model, moment = sys.argv[1:]
texts.WHOLE_UP_TO = 0
settings = load(flags={"documents.folder": Path(docs), "state.folder": state, "encoder.model": model})

def end(now):
    if now == moment:
        os.kill(os.getpid(), signal.SIGKILL)

class Progress(Silent):
    def stage(self, name, total):
        end(name)

class Encoder(WordsEncoder):
    def encode(self, *given):
        end("encoding")
        return super().encode(*given)

def recorded(*_):
    end("before it is named")

def flushed(path, flush=store.flush):
    flush(path)
    if path == settings.index_folder():
        end("when it is named")

differences.record, store.flush = recorded, flushed
build.build(settings, Encoder(), progress=Progress())
"""

MOMENTS = ["encoding", "indexing vectors", "indexing words", "checking the index", "before it is named"]
NAMED = "when it is named"


@pytest.mark.slow
@pytest.mark.parametrize("moment", [*MOMENTS, NAMED])
def test_the_index_that_is_there_answers_and_the_next_build_is_whole(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, moment: str
):
    monkeypatch.setattr(texts, "WHOLE_UP_TO", 0)
    fill(folder, 20)
    age(folder)
    build(settings, WordsEncoder())
    (folder / "plums.txt").write_text(f"{QUOTE}\n")
    build(settings, WordsEncoder())
    before, was = current(settings), content(settings)
    generations = before.folder.parent
    there = set(generations.iterdir())
    (folder / "n07.txt").write_text("Title 7\n\nNumber 7 was edited.\n")
    (folder / "n09.txt").unlink()
    (folder / "pears.txt").write_text("The pear tree bears none.\n")
    is_now = built_at_once(settings)

    killed = subprocess.run(
        [sys.executable, "-c", BUILD, folder, settings.state_folder(), settings.encoder.model, moment],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (killed.returncode, killed.stderr) == (-signal.SIGKILL, "")
    [begun] = set(generations.iterdir()) - there
    assert [(begun / name).samefile(before.folder / name) for name in (FIRST, SECOND)] == [True, True]
    assert begun.name.startswith(".") == (moment not in ("before it is named", NAMED))
    assert (current(settings).name == before.name) == (moment != NAMED)
    assert content(settings) == (is_now if moment == NAMED else was)
    assert Engine(settings, WordsEncoder()).ask(QUESTION).citations[0].quote == QUOTE

    summary = build(settings, WordsEncoder())
    after = current(settings)
    assert (summary.changed, summary.documents) == (moment != NAMED, 24)
    assert content(settings) == is_now
    assert files(after) == [TEXTS, SECOND, THIRD, FIRST]
    assert shared(before, after) == [SECOND, FIRST]
    assert set(generations.iterdir()) == {*there, after.folder}  # nothing is left of what was begun
    assert Engine(settings, WordsEncoder()).ask(QUESTION).citations[0].quote == QUOTE
    assert (after.folder / FIRST).stat().st_nlink == 3
