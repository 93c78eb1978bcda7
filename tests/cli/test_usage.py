"""Usage and help."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.terminal import main as cli
from tests.cli.conftest import ANSWER, ATTENDED, Ran, Run


def test_version(run: Run):
    assert run("--version", plain=True) == Ran(0, f"docent, version {version('docent-bot')}\n", "")


def test_help_names_every_command(run: Run):
    code, out, err = run("--help", plain=True)
    assert (code, err) == (0, "")
    assert re.findall(r"^  (\w+)  ", out, re.M) == [
        "ask", "backup", "calibrate", "changes", "chat", "doctor", "eval", "feedback", "index", "restore",
        "show", "status", "telegram",
    ]  # fmt: skip


@pytest.mark.parametrize("command", [*sorted(cli.docent.commands.keys() - {"feedback"}), "feedback export"])
def test_every_command_takes_the_common_options(run: Run, command: str):
    code, out, err = run(*command.split(), "-h", plain=True)
    assert (code, err) == (0, "")
    for option in ("--docs DIR", "--index DIR", "--config FILE", "-v, --verbose"):
        assert option in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["index", "extra"], "Got unexpected extra argument (extra)"),
        (["show"], "Missing argument 'SOURCE'"),
        (["show", "soup.txt", "--at", "x"], "Invalid value for '--at': 'x' is not a valid integer"),
        (["index", "--docs"], "Option '--docs' requires an argument"),
        (["index", "--docs", ""], "Invalid value for '--docs': It is empty."),
        (["status", "--index", ""], "Invalid value for '--index': It is empty."),
        (["eval"], "Missing argument 'FILE...'"),
        (["eval", "q.jsonl", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], reason: str):
    code, out, err = run(*words, plain=True)
    assert (code, out) == (2, "")
    assert f"Error: {reason}" in err


def test_an_index_named_alone_knows_its_documents(run: Run, docs: Path, tmp_path: Path):
    place = str(tmp_path / "elsewhere")
    assert run("index", "--index", place).code == 0
    assert run("ask", "--index", place, *ATTENDED, plain=True) == Ran(0, ANSWER, "")
    assert run("status", "--index", place, plain=True).out.startswith(f"documents  {docs}\n")
