"""The command line, run in this process: what is printed where, and the exit codes."""

import io
import logging
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.terminal import main as cli
from tests.answering import profiles
from tests.conftest import WordsEncoder

ATTENDED = ["who", "attended", "the", "meeting?"]
ANSWER = """\
[1] Alice Archer, Bob Baker and Carol Cook attended the meeting.

Minutes of the garden club  (minutes.md)
  [1] Attendance, paragraph 1

1 sentence in 1 of 3 documents · confidence 90%
"""
STAGES = """\
reading documents (3)
loading the model
dividing documents (3)
encoding texts (15)
indexing vectors
indexing words
checking the index
"""
REFRESH = "Run `docent index` to refresh.\n"


class Ran(NamedTuple):
    code: Any
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No model, fixed numbers, no settings of whoever runs the tests, all state in the test's folder."""
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)
    profiles.use(monkeypatch)
    for name in [name for name in os.environ if name.startswith("DOCENT_")] + [
        "NO_COLOR",
        "TELEGRAM_BOT_TOKEN",
    ]:
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        ("DOCENT_STATE__FOLDER", str(tmp_path / "state")),
        ("DOCENT_ENCODER__MODEL", "all-MiniLM-L6-v2"),
        ("DOCENT_READER__MODEL", "none"),
        ("DOCENT_ANSWER__THRESHOLD", "0.14"),  # the words' cosines are lower than a model's
        ("COLUMNS", "80"),
        ("TERM", "xterm-256color"),
    ):
        monkeypatch.setenv(name, value)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], docs: Path) -> Run:
    """Runs a command on the test's documents; ``plain`` leaves ``--docs`` away."""

    def run(*words: str, stdin: bytes = b"", tty: Sequence[str] = (), plain: bool = False) -> Ran:
        folder = [] if plain else ["--docs", str(docs)]
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as left:
            patch.setattr("sys.argv", ["docent", *words[:1], *folder, *words[1:]])
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            for name in tty:
                patch.setattr(f"sys.{name}.isatty", lambda: True)
            patch.setattr(logging.root, "handlers", [])  # with pytest's, basicConfig would do nothing
            cli.main()
        logging.root.setLevel(logging.WARNING)
        return Ran(left.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def indexed(run: Run) -> Run:
    """The same, with an index there already."""
    assert run("index").code == 0
    return run


def timeless(text: str) -> str:
    """With times taken made equal."""
    return re.sub(r"in \d+\.\d s", "in 0.0 s", text)
