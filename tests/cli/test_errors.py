"""What goes wrong is one line on standard error, whatever the command."""

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.terminal import main as cli
from tests.cli.conftest import ANSWER, ATTENDED, Ran, Run
from tests.conftest import ROOT


@pytest.mark.parametrize("command", [["index"], ["ask", "why?"], ["chat"]])
def test_a_documents_folder_that_is_missing(run: Run, docs: Path, command: list[str]):
    docs.rename(docs.with_name("elsewhere"))
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err == (
        f"docent: There is no documents folder '{docs}'. Name yours with --docs DIR, "
        "or set documents.folder in a settings file.\n"
    )


def test_an_index_is_asked_without_its_documents(indexed: Run, docs: Path):
    docs.rename(docs.with_name("elsewhere"))
    code, out, err = indexed("ask", *ATTENDED)
    assert code == 0
    assert out == ANSWER.replace(
        "\n1 s", "! minutes.md is gone or cannot be read; the quotes are from when it was indexed.\n\n1 s"
    )
    assert err == (
        f"There is no documents folder '{docs}'. Name yours with --docs DIR, or set documents.folder in a "
        "settings file. Answering from the index as it is.\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("DOCUMENTS__FOLDR", "x", "there is no setting 'documents.foldr'; did you mean 'documents.folder'?"),
        ("ANSWER__QUOTES", "0", "setting 'answer.quotes': expected `int` >= 1."),
        ("ANSWER__QUOTES", "x", "setting 'answer.quotes': expected `int`, got `str`."),
    ],
)
def test_a_setting_that_does_not_fit(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, reason: str
):
    monkeypatch.setenv(f"DOCENT_{variable}", value)
    assert run("status") == Ran(1, "", f"docent: DOCENT_{variable}: {reason}\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "The settings file {file} cannot be read: No such file or directory."),
        (b"[answer", "The settings file {file} is not valid TOML: "),
        (b"\xff", "The settings file {file} cannot be read: 'utf-8' codec"),
        (b"quotes = 2", "{file}: 'quotes' stands outside a [section]."),
        (b"[answer]\nquote = 2", "{file}: there is no setting 'answer.quote'; did you mean 'answer.quotes'?"),
    ],
)
def test_a_settings_file_that_is_wrong(run: Run, tmp_path: Path, content: bytes | None, reason: str):
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_bytes(content)
    code, out, err = run("status", "--config", str(file))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("docent: " + reason.format(file=file))


def test_a_settings_file_is_heeded(indexed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DOCENT_ANSWER__THRESHOLD")  # the environment goes before files
    file = tmp_path / "settings.toml"
    file.write_text("[answer]\nthreshold = 1.0\n", encoding="utf-8")
    assert indexed("ask", "--config", str(file), *ATTENDED).code == 3


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("minutes.txt", "There is no document 'minutes.txt' in the index. Did you mean minutes.md"),
        ("a\nb", "There is no document 'a b' in the index. "),
        ("a\x1b[2Jb", "There is no document 'a[2Jb' in the index. "),
        ("\udce9", "There is no document"),
    ],
)
def test_an_unknown_source(indexed: Run, source: str, reason: str):
    code, out, err = indexed("show", source, tty=["stderr"])
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"docent: {reason}")


@pytest.mark.slow
@pytest.mark.parametrize("file", ["texts.sqlite", "vectors.npy", "manifest.json", "lexical/meta.json"])
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-2], lambda data: bytes(len(data))], ids=["cut", "zeros"]
)
def test_a_damaged_index(indexed: Run, docs: Path, tmp_path: Path, file: str, damage):
    [index] = (tmp_path / "state" / "indexes").iterdir()
    [generation] = (index / "generations").iterdir()
    (generation / file).write_bytes(damage((generation / file).read_bytes()))
    code, out, err = indexed("ask", *ATTENDED)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("docent: ")
    assert err.endswith("Run `docent index --full` to build it anew.\n")
    assert indexed("index", "--full").code == 0
    assert indexed("ask", *ATTENDED) == Ran(0, ANSWER, "")


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-2], lambda data: bytes(len(data))], ids=["cut", "zeros"]
)
def test_where_it_cannot_be_told_which_generation_is_current_the_newest_answers(
    indexed: Run, tmp_path: Path, damage
):
    [index] = (tmp_path / "state" / "indexes").iterdir()
    (index / "current").write_bytes(damage((index / "current").read_bytes()))
    code, out, err = indexed("ask", *ATTENDED)
    assert (code, out, err.count("\n")) == (0, ANSWER, 1)
    assert "Run `docent index --full` to build it anew. Until then answers are from the index of 20" in err
    assert indexed("index").code == 0
    assert indexed("ask", *ATTENDED) == Ran(0, ANSWER, "")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ZeroDivisionError("by\nzero"), 1, "docent: ZeroDivisionError: by zero (-v tells more)\n"),
        (ValueError(), 1, "docent: ValueError: no reason given (-v tells more)\n"),
        (OSError(28, "No space left on device"), 1, "docent: No space left on device (-v tells more)\n"),
        (OSError(5, "Input/output error", "a.txt"), 1, "docent: a.txt: Input/output error (-v tells more)\n"),
        (KeyboardInterrupt(), 130, "\n"),
    ],
)
def test_what_nobody_expected(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
):
    def ask(engine: Engine, question: str):
        raise error

    monkeypatch.setattr(Engine, "ask", ask)
    assert indexed("ask", *ATTENDED) == Ran(code, "", message)


def test_verbose_tells_more(indexed: Run, monkeypatch: pytest.MonkeyPatch):
    def ask(engine: Engine, question: str):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(Engine, "ask", ask)
    code, out, err = indexed("ask", "-v", *ATTENDED)
    assert (code, out) == (1, "")
    assert "Traceback (most recent call last):" in err
    assert err.endswith("docent: ZeroDivisionError: by zero (-v tells more)\n")


def test_verbose_logs_to_standard_error(indexed: Run):
    code, out, err = indexed("ask", "-v", *ATTENDED)
    assert (code, out) == (0, ANSWER)
    assert re.search(r"^INFO index\.opening: answering from generation \d{8}T\d{6}-[0-9a-f]{6}$", err, re.M)


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", "why?"], ["show", "soup.txt"], ["status"]])
def test_a_reader_that_has_seen_enough(indexed: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]):
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), os.fdopen(writing, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        code, _, err = indexed(*arguments, stdin=b"zebra\n")
    assert (code, err) == (0, "")


@pytest.mark.parametrize("words", [["ask", *ATTENDED], ["ask", "-"], ["chat"], ["show", "soup.txt"]])
def test_closed_streams_are_empty_ones(
    indexed: Run, docs: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
):
    with monkeypatch.context() as patch:
        patch.setattr("sys.argv", ["docent", words[0], "--docs", str(docs), *words[1:]])
        for name in ("stdin", "stdout", "stderr"):
            patch.setattr(f"sys.{name}", None)
        with pytest.raises(SystemExit) as left:
            cli.main()
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            stream.close()
    assert left.value.code == (3 if words[1:] == ["-"] else 0)


@pytest.mark.slow
def test_too_low_a_limit_of_memory_is_told_before_a_library_crashes(tmp_path: Path):
    resource = pytest.importorskip("resource")
    limited = subprocess.run(
        [sys.executable, "-m", "tests.telegram.words_bot", "status", "--docs", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9)),
    )
    assert limited.returncode == 0
    assert limited.stdout.startswith("documents ")
    assert limited.stderr == (
        "This process is limited to 1000 MB of address space (`ulimit -v`), and models may need 2000 MB; "
        "libraries may fail or crash. Limit memory in use instead, as by a cgroup.\n"
    )


def test_where_memory_runs_out_that_is_said(indexed: Run, monkeypatch: pytest.MonkeyPatch):
    def ask(engine: Engine, question: str):
        raise MemoryError

    monkeypatch.setattr(Engine, "ask", ask)
    told = "There is not enough memory for this. Give the process more, or lower encoder.batch_size."
    assert indexed("ask", *ATTENDED) == Ran(1, "", f"docent: {told}\n")
