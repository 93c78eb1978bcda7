"""`docent status --watch`: look after look, until it is told to end."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.terminal import looking
from bot.terminal.looking import Found
from tests.cli.conftest import Run
from tests.conftest import ROOT
from tests.telegram.conftest import WORDS

CHANGED = "The documents changed. Run `docent index`."


def test_what_changed_is_written_and_errors_pass(engine: Engine, docs: Path, monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []
    objects: list[dict[str, object]] = []
    stop = threading.Event()
    tell = looking.changes(written.append, verbose=False)
    manifest = engine.generation().folder / "manifest.json"
    whole = manifest.read_bytes()

    def say(found: Found) -> None:
        tell(found)
        objects.append(json.loads(looking.as_json(found)))
        if len(objects) == 2:
            (docs / "new.txt").write_text("A new one.")
        elif len(objects) == 3:
            manifest.write_text("{")
        elif len(objects) == 4:
            manifest.write_bytes(whole)
        elif len(objects) == 5:
            stop.set()

    monkeypatch.setattr("bot.engine.encoder_of", lambda *_, **__: engine.encoder)
    looking.watch(engine.settings, say, stop, every=0.01)
    assert [one.get("added") for one in objects] == [[], [], ["new.txt"], None, ["new.txt"]]
    assert len(written) == 4  # of the first two looks one
    assert written[0].startswith("documents  ")
    assert written[1].startswith("\ndocuments  ")
    assert written[1].endswith(f"\nadded      new.txt\n{CHANGED}")
    assert written[2] == f"\n{objects[3]['error']}"
    assert str(objects[3]["error"]).startswith(f"The index file {manifest} cannot be read: ")
    assert written[3] == written[1]


@pytest.mark.slow
def test_it_draws_on_a_terminal_writes_an_object_a_line_and_ends_cleanly(
    indexed: Run, docs: Path, tmp_path: Path
):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "offline")])}
    command = [sys.executable, *WORDS, "status", "--watch", "--docs", str(docs)]
    ours, theirs = pty.openpty()
    drawing = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE)
    piped = subprocess.Popen(
        [*command, "--json"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.close(theirs)
    watchdog = threading.Timer(60, lambda: [running.kill() for running in (drawing, piped)])
    watchdog.start()
    try:
        drawn = b""
        while b"3 documents" not in drawn:
            drawn += os.read(ours, 4096)
        assert piped.stdout
        first = json.loads(piped.stdout.readline())
        assert (first["documents"], first["added"]) == (3, [])
        (docs / "new.txt").write_text("A new one.")
        second = json.loads(piped.stdout.readline())
        assert second["added"] == ["new.txt"]
        while CHANGED.encode() not in drawn:
            drawn += os.read(ours, 4096)
        assert re.search(rb"\x1b\[\d*A", drawn), "the cursor goes up, to draw it over the one before"
        assert drawn.count(b"added") == 1
        drawing.send_signal(signal.SIGINT)
        piped.send_signal(signal.SIGTERM)
        for running in (drawing, piped):
            _, err = running.communicate(timeout=20)
            assert (running.returncode, err) == (0, b"")
    finally:
        watchdog.cancel()
        os.close(ours)
        for running in (drawing, piped):
            running.kill()
            running.communicate()
