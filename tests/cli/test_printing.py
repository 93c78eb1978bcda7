"""Where things are printed: terminals, pipes, colours and progress."""

import io
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot import progress as bar_module
from tests.cli.conftest import ATTENDED, Run, timeless


@pytest.mark.parametrize(
    ("tty", "variables", "escapes"),
    [
        (["stdout"], {}, True),
        ([], {}, False),
        (["stdout"], {"NO_COLOR": "1"}, False),
        (["stdout"], {"NO_COLOR": ""}, True),  # as https://no-color.org has it
        (["stdout"], {"TERM": "dumb"}, False),
    ],
)
def test_colour(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, tty: list[str], variables: dict[str, str], escapes: bool
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in indexed("ask", *ATTENDED, tty=tty).out) == escapes


@pytest.mark.parametrize(("columns", "longest"), [("40", 40), ("500", 100)])
def test_lines_fit_the_terminal(indexed: Run, monkeypatch: pytest.MonkeyPatch, columns: str, longest: int):
    monkeypatch.setenv("COLUMNS", columns)
    rows = indexed("show", "soup.txt", "--at", "0").out.splitlines()
    assert longest - 10 < max(map(len, rows)) <= longest


def test_names_of_files_cannot_rewrite_the_terminal(run: Run, docs: Path):
    (docs / "a\x1b[2Jb\u202e.exe").touch()
    out, err = run("index", tty=["stdout"])[1:]
    assert "skipped: a[2Jb.exe ('.exe' files are not read" in out
    assert "\x1b" not in out + err


def test_progress_on_a_terminal_is_a_bar_that_vanishes(run: Run):
    code, out, err = run("index", tty=["stderr"])
    assert code == 0
    assert timeless(out).startswith("indexed: 3 documents")
    assert "\x1b[2K" in err  # it erases its lines
    assert "(3)" not in err


class Recorded:
    """Stands in for rich's bars."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def add_task(self, name: str, total: int | None) -> str:
        self.calls.append(("add", name, total))
        return f"task {name}"

    def remove_task(self, task: str) -> None:
        self.calls.append(("remove", task))

    def update(self, task: str, total: int) -> None:
        self.calls.append(("update", task, total))

    def advance(self, task: str, steps: int) -> None:
        self.calls.append(("advance", task, steps))


def test_one_bar_a_stage():
    bars = Recorded()
    progress = bar_module.Bars(bars)
    progress.stage("reading", 2)
    progress.advance(1)
    progress.expect(3)
    progress.stage("loading", 0)
    assert bars.calls == [
        ("add", "reading", 2),
        ("advance", "task reading", 1),
        ("update", "task reading", 3),
        ("remove", "task reading"),
        ("add", "loading", None),
    ]


def test_a_bar_tells_the_rate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for name, value in {"TERM": "xterm", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with bar_module.shown() as progress:
        progress.stage("encoding sentences", 1000)
        for _ in range(3):
            progress.advance(100)
            time.sleep(0.01)
    shown = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", capsys.readouterr().err)
    [rate] = re.findall(r"encoding sentences \S+ +300/1000 +(\d+)/s +0:00:\d\d", shown)
    assert 100 < int(rate) < 20_000


def test_a_long_stage_writes_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    clock = iter([0, 30, 60, 90, 150])
    monkeypatch.setattr(bar_module.time, "monotonic", lambda: next(clock))
    with bar_module.shown() as progress:
        progress.stage("encoding sentences", 9000)
        progress.advance(600)
        progress.advance(600)
        progress.expect(12_000)
        progress.advance(300)
        progress.advance(1500)
    assert capsys.readouterr().err.splitlines() == [
        "encoding sentences (9000)",
        "encoding sentences (1200 of 9000, 20 a second, 6 min left)",
        "encoding sentences (3000 of 12000, 20 a second, 8 min left)",
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "cp437"])
def test_what_the_terminal_cannot_write_is_replaced_and_json_is_utf_8(
    run: Run, docs: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
):
    (docs / "café.txt").write_text("The café opens at nine — 日本 guests are welcome.", encoding="utf-8")

    def printed(*words: str) -> bytes:
        with monkeypatch.context() as patch:
            stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
            patch.setattr("sys.stdout", stream)
            assert run(*words).code == 0
            stream.flush()
            return stream.buffer.getvalue()

    printed("index")
    text = printed("ask", "When does the café open?")
    assert text.startswith(
        "[1] The café opens at nine — 日本 guests are welcome.\n".encode(encoding, "replace")
    )
    assert printed("show", "café.txt").decode(encoding).endswith("opens at nine ? ?? guests are welcome.")
    [citation] = json.loads(printed("ask", "--json", "When does the café open?"))["citations"]
    assert citation["quote"] == "The café opens at nine — 日本 guests are welcome."
    assert json.loads(printed("status", "--json"))["documents"] == 4
