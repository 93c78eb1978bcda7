"""`docent index --watch`: a line for each renewal, through errors, until it is told to end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

import pytest

from bot.engine import Engine
from bot.terminal import renewing
from index.building.summary import Summary
from index.building.watching import Pace
from index.engines.local.store import Store
from tests.cli.conftest import timeless
from tests.conftest import ROOT
from tests.telegram.conftest import WORDS

PLUMS = "The plum tree bears forty kilos of plums."
HELD = (
    "More than half of the index is gone at once (3 files, as letters/ferry.txt); perhaps a disk is not "
    "connected, so it stays. `docent index` takes that up, unless the folder is empty."
)


class Kept:
    """An index that is kept up to date in a thread, and what is heard of it."""

    def __init__(self, engine: Engine) -> None:
        self.said: Queue[Summary] = Queue()
        self.told: Queue[str] = Queue()
        self.stop = threading.Event()
        pace = Pace(quiet=0.2, latest=5.0, look=0.4, wake=0.1)
        arguments = engine, self.said.put, self.told.put, self.stop
        self.thread = threading.Thread(target=renewing.keep, args=arguments, kwargs={"pace": pace})


@contextmanager
def keeping(engine: Engine) -> Iterator[Kept]:
    kept = Kept(engine)
    kept.thread.start()
    yield kept
    kept.stop.set()
    kept.thread.join(10)
    assert not kept.thread.is_alive()


@pytest.mark.slow
def test_renewals_go_on_after_errors_and_what_is_held_back_is_told_once(engine: Engine, docs: Path):
    away = docs.with_name("away")
    with keeping(engine) as kept:
        assert renewing.in_a_line(kept.said.get(timeout=10)).startswith("up to date: 3 documents, ")
        (docs / "plums.txt").write_text(PLUMS)
        (docs / "empty.txt").touch()
        assert timeless(renewing.in_a_line(kept.said.get(timeout=10))) == (
            "indexed: 4 documents, 6 passages, 14 sentences (13 reused, 1 embedded) in 0.0 s; "
            "skipped: 1 (`docent status` names them)"
        )
        (docs / "plums.txt").unlink()
        (docs / "empty.txt").unlink()
        assert renewing.in_a_line(kept.said.get(timeout=10)).endswith(" s; removed: 1")

        docs.rename(away)
        assert kept.told.get(timeout=10) == HELD
        assert engine.ask("Who attended the meeting?").found
        away.rename(docs)

        lock = engine.store.folder / "lock"
        with Store(engine.store.folder).lock():
            (docs / "plums.txt").write_text(PLUMS)
            with pytest.raises(Empty):
                kept.said.get(timeout=1.5)  # another process builds
        assert kept.said.get(timeout=10).documents == 4

        lock.unlink()
        lock.mkdir()
        (docs / "pears.txt").write_text("The pears rot.")
        assert kept.told.get(timeout=10).startswith(
            f"The index folder {engine.store.folder} cannot be written"
        )
        lock.rmdir()
        assert kept.said.get(timeout=10).documents == 5
        assert kept.told.empty()


@pytest.mark.slow
def test_the_command_prints_an_object_a_line_and_ends_cleanly(docs: Path, tmp_path: Path):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "offline")]),
        "DOCENT_ENCODER__MODEL": "all-MiniLM-L6-v2",
        "DOCENT_READER__MODEL": "none",
    }
    command = [sys.executable, *WORDS, "index", "--watch", "--json", "--docs", str(docs)]
    pipe = subprocess.PIPE
    two = [
        subprocess.Popen(
            command,
            env={**environment, "DOCENT_STATE__FOLDER": str(tmp_path / name)},
            cwd=ROOT,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        for name in ("one", "other")
    ]
    watchdog = threading.Timer(60, lambda: [running.kill() for running in two])
    watchdog.start()
    try:
        for running in two:
            first = json.loads(running.stdout.readline())  # type: ignore[union-attr]
            assert (first["changed"], first["documents"], first["held"]) == (True, 3, [])
        (docs / "plums.txt").write_text(PLUMS)
        for running in two:
            second = json.loads(running.stdout.readline())  # type: ignore[union-attr]
            assert (second["documents"], second["embedded"]) == (4, 1)
        shutil.rmtree(docs)
        for running, number in zip(two, (signal.SIGINT, signal.SIGTERM), strict=True):
            told = next(line for line in running.stderr if line.startswith("docent: "))  # type: ignore[union-attr]
            assert told.startswith(
                "docent: More than half of the index is gone at once (4 files, as letters/"
            )
            running.send_signal(number)
        for running in two:
            out, err = running.communicate(timeout=20)
            assert (running.returncode, out, "Traceback" in err) == (0, "", False)
    finally:
        watchdog.cancel()
        for running in two:
            running.kill()
            running.communicate()
