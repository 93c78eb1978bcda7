"""What people, scripts and shells give a command that it was not made for: a sentence comes of it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ATTENDED, Run
from tests.conftest import ROOT, UNTRACED


@pytest.mark.parametrize(
    "words",
    [
        ["status", "--config", ""],
        ["eval", ""],
        ["eval", "a.jsonl", "--html", ""],
        ["eval", "a.jsonl", "--foreign", ""],
        ["calibrate", ""],
        ["show", "minutes.md", "--at", "0", "--image", ""],
        ["backup", ""],
        ["restore", ""],
        ["restore", "a.zip", "--settings", ""],
        ["index", "--bundles", ""],
    ],
)
def test_an_empty_name_is_not_the_folder_that_one_is_in(run: Run, words: list[str]):
    refused = run(*words)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.endswith("It is empty.\n")


def test_changes_of_more_days_than_there_were(run: Run):
    days = 10**18
    assert run("changes", "--days", str(days)).out == (
        f"Nothing has changed in the documents in the last {days} days.\n"
    )


@pytest.mark.parametrize("columns", ["1", "-5", "7"])
def test_nothing_of_a_quote_is_lost_where_the_terminal_says_that_it_is_narrow(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, columns: str
):
    monkeypatch.setenv("COLUMNS", columns)
    out = indexed("ask", *ATTENDED).out
    assert "Alice Archer, Bob Baker and Carol Cook attended the meeting." in " ".join(out.split())


@pytest.mark.parametrize("command", [["status"], ["ask", "who?"], ["changes"]])
def test_a_state_folder_that_is_a_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DOCENT_STATE__FOLDER", str(tmp_path / "file"))
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"docent: {tmp_path / 'file'}/indexes/")
    assert err.endswith("can be no folder, for a file is in the way. Name another with --index DIR, or set "
                        "state.folder.\n")  # fmt: skip
    refused = run("index")
    assert (refused.code, refused.out) == (1, "")
    assert (
        "cannot be written to: Not a directory. Mend that or choose another with --index DIR" in refused.err
    )


INTERRUPTED = """\
import os, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what is in the background

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Presses())
from bot.terminal.start import main
sys.argv = ["docent", "status", "--docs", "seeds"]
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("module", "code"), [("click", -signal.SIGINT), ("bot.settings", -signal.SIGINT), ("bot.status", 130)]
)
def test_ctrl_c_while_python_imports_leaves_no_traceback(module: str, code: int):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module)],
        capture_output=True, check=False, cwd=ROOT, timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": "", **UNTRACED},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.strip()) == (code, b"", b"")
