"""The command line, run in this process: what is printed where, and the exit codes."""

import io
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot import cli, repl
from bot import progress as bar_module
from bot.engine import Engine
from bot.feedback import Feedback
from index.settings import load
from tests.conftest import LETTER, MINUTES, WordsEncoder

ATTENDED = ["who", "attended", "the", "meeting?"]
ANSWER = """\
[1] Alice Archer, Bob Baker and Carol Cook attended the meeting.

Minutes of the garden club  (minutes.md)
  [1] Minutes of the garden club › Attendance, paragraph 2

1 sentence in 1 of 3 documents · confidence 89%
"""
STAGES = """\
reading documents (3)
loading the model
splitting into sentences (3)
encoding sentences (13)
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
    """No model, no settings of whoever runs the tests, and all state in the test's folder."""
    monkeypatch.setattr("bot.engine.ServedEncoder", WordsEncoder)
    for name in [name for name in os.environ if name.startswith("DOCENT_")] + [
        "NO_COLOR",
        "TELEGRAM_BOT_TOKEN",
    ]:
        monkeypatch.delenv(name, raising=False)
    for name, value in (
        ("DOCENT_STATE__FOLDER", str(tmp_path / "state")),
        ("DOCENT_READER__MODEL", "none"),
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


# ------------------------------------------------------------------------------------------- index


def test_index(run: Run):
    first = run("index")
    assert (first.code, first.err) == (0, STAGES)
    assert timeless(first.out) == (
        "indexed: 3 documents, 5 passages, 13 sentences (0 reused, 13 embedded) in 0.0 s\n"
    )
    again = run("index")
    assert (again.code, again.err) == (0, "reading documents (3)\n")
    assert timeless(again.out) == (
        "up to date: 3 documents, 5 passages, 13 sentences (13 reused, 0 embedded) in 0.0 s\n"
    )
    assert timeless(run("index", "--full").out) == timeless(first.out)


def test_index_says_what_was_removed_and_skipped(indexed: Run, docs: Path):
    (docs / "soup.txt").unlink()
    (docs / "empty.txt").touch()
    assert timeless(indexed("index").out) == (
        "indexed: 2 documents, 4 passages, 9 sentences (9 reused, 0 embedded) in 0.0 s\n"
        "removed: 1 documents that are gone\n"
        "skipped: empty.txt (empty)\n"
    )


def test_index_json(run: Run, docs: Path):
    (docs / "empty.txt").touch()
    ran = run("index", "--json")
    summary = json.loads(ran.out)
    assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{6}", summary.pop("generation"))
    assert 0 < summary.pop("seconds") < 60
    assert summary == {
        "changed": True,
        "documents": 3,
        "passages": 5,
        "sentences": 13,
        "reused": 0,
        "embedded": 13,
        "documents_embedded": 3,
        "documents_removed": 0,
        "skipped": [{"source": "empty.txt", "reason": "empty"}],
    }
    assert ran.err == STAGES.replace("(3)", "(4)")


# --------------------------------------------------------------------------------------------- ask


def test_ask(indexed: Run):
    assert indexed("ask", *ATTENDED) == Ran(0, ANSWER, "")
    assert indexed("ask", " ".join(ATTENDED)) == Ran(0, ANSWER, "")


def test_ask_what_is_not_there(indexed: Run):
    code, out, err = indexed("ask", "zebra quantum?")
    assert (code, err) == (3, "")
    assert out == "The documents do not answer this.\n"
    code, out, err = indexed("ask", "zebra quantum Iceland?")
    assert (code, err) == (3, "")
    assert out.startswith(
        "The documents do not answer this.\nThe nearest passages, which are not an answer:\n  [1] "
    )


def test_the_first_question_builds_the_index(run: Run, docs: Path):
    code, out, err = run("ask", *ATTENDED)
    assert (code, out) == (0, ANSWER)
    assert timeless(err) == (
        f"There is no index yet: building it from '{docs}'.\n{STAGES}"
        "indexed: 3 documents, 5 passages, 13 sentences (0 reused, 13 embedded) in 0.0 s\n"
    )


def test_ask_json(indexed: Run):
    code, out, err = indexed("ask", "--json", *ATTENDED)
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert list(answer) == [
        "question", "searched_for", "found", "confidence", "answer", "citations", "elapsed_ms",
    ]  # fmt: skip
    assert answer["question"] == answer["searched_for"] == "who attended the meeting?"
    assert answer["answer"] == "Alice Archer, Bob Baker and Carol Cook attended the meeting. [1]"
    assert (answer["found"], answer["confidence"]) == (True, pytest.approx(0.887, abs=0.0005))
    [cited] = answer["citations"]
    assert list(cited) == [
        "number", "source", "title", "locator", "start", "end", "quote", "passage", "passage_start",
        "passage_end", "span", "score",
    ]  # fmt: skip
    text = json.loads(indexed("show", "minutes.md", "--json").out)["text"]
    assert text[cited["start"] : cited["end"]] == cited["quote"]
    assert text[cited["passage_start"] : cited["passage_end"]] == cited["passage"]


def test_ask_json_what_is_not_there(indexed: Run):
    code, out, err = indexed("ask", "--json", "zebra")
    answer = json.loads(out)
    assert (code, err, answer["found"], answer["answer"], answer["citations"]) == (3, "", False, "", [])


def test_notices_leave_json_valid(indexed: Run, docs: Path):
    (docs / "minutes.md").write_text("Nobody came.", encoding="utf-8")
    (docs / "tea.txt").write_text("Tea.", encoding="utf-8")
    (docs / "soup.txt").unlink()
    code, out, err = indexed("ask", "--json", *ATTENDED)
    assert (code, json.loads(out)["found"]) == (0, True)
    assert err == (
        "Documents changed since they were indexed (1 added, 1 edited, 1 removed). " + REFRESH
        + "minutes.md changed since it was indexed; the quotes are from the earlier text.\n"
    )  # fmt: skip


def test_edited_documents_are_noticed(indexed: Run, docs: Path):
    (docs / "minutes.md").write_text("Nobody came.", encoding="utf-8")
    code, out, err = indexed("ask", *ATTENDED)
    assert code == 0
    assert out == ANSWER.replace(
        "\n1 s", "! minutes.md changed since it was indexed; the quotes are from the earlier text.\n\n1 s"
    )
    assert err == "Documents changed since they were indexed (1 edited). " + REFRESH


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "Missing argument 'QUESTION...'."),
        ([""], "Ask a question."),
        (["  ", " "], "Ask a question."),
        (["--jsn", "why?"], "No such option '--jsn'"),
        (["-why?"], "No such option '-w'"),
    ],
)
def test_wrong_usage_of_ask(indexed: Run, arguments: list[str], reason: str):
    code, out, err = indexed("ask", *arguments)
    assert (code, out) == (2, "")
    assert f"Error: {reason}" in err


def test_a_question_that_begins_with_a_dash(indexed: Run):
    assert indexed("ask", "--", "-- who attended", "the meeting?").out.startswith("[1] Alice Archer")


def test_a_question_whose_bytes_are_no_text(indexed: Run):
    """Python turns them into lone surrogates."""
    code, out, err = indexed("ask", "--json", *ATTENDED, "\udce9")
    assert (code, err) == (0, "")
    assert json.loads(out)["answer"].startswith("Alice Archer")


# ------------------------------------------------------------------------------------ ask many


def test_ask_reads_questions_a_line(indexed: Run):
    lines = (
        "who attended the meeting?\n\n   \n zebra quantum? \r\nWhere does the ferry to Iceland leave from?"
    )
    code, out, err = indexed("ask", "-", stdin=lines.encode())
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [(answer["question"], answer["found"]) for answer in answers] == [
        ("who attended the meeting?", True),
        ("zebra quantum?", False),
        ("Where does the ferry to Iceland leave from?", True),
    ]


@pytest.mark.parametrize("stdin", [b"", b"\n\n", b"zebra\nquantum\n"])
def test_no_line_of_which_is_answered(indexed: Run, stdin: bytes):
    code, out, err = indexed("ask", "-", stdin=stdin)
    assert (code, err) == (3, "")
    assert len(out.splitlines()) == len(stdin.split())


def test_lines_that_are_not_utf8(indexed: Run):
    code, out, err = indexed("ask", "-", stdin=b"\xff\xfe who attended the meeting?\nzebra\n")
    first, second = map(json.loads, out.splitlines())
    assert (code, err) == (0, "")
    assert first["question"] == "\ufffd\ufffd who attended the meeting?"
    assert second["question"] == "zebra"


def test_notices_of_many_questions_are_told_apart(indexed: Run, docs: Path):
    (docs / "minutes.md").unlink()
    code, out, err = indexed("ask", "-", "--json", stdin=b"who attended the meeting?\n")
    assert (code, len(out.splitlines())) == (0, 1)
    assert err.splitlines()[1:] == [
        "minutes.md is gone or cannot be read; the quotes are from when it was indexed."
    ]


# -------------------------------------------------------------------------------------------- show


@pytest.mark.parametrize(
    "data",
    [
        MINUTES.encode(),
        LETTER.rstrip().encode(),  # no line end at the end
        LETTER.replace("\n", "\r\n").encode(),
        b"A \x1b[1mbold\x1b[0m word stays as it is. " * 50,
    ],
    ids=["markdown", "no-line-end", "crlf", "escapes"],
)
@pytest.mark.parametrize("built", [True, False])
def test_a_document_piped_is_its_file_exactly(run: Run, docs: Path, data: bytes, built: bool):
    (docs / "a.txt").write_bytes(data)
    if built:
        run("index")
    assert run("show", "a.txt") == Ran(0, data.decode(), "")


def test_a_document_on_a_terminal_is_clean_and_ends_its_line(indexed: Run, docs: Path):
    (docs / "a.txt").write_bytes(b"A \x1b[2Jhidden\x07 word.\r\n" + b"Many more words. " * 100 + b"End.")
    indexed("index")
    assert indexed("show", "a.txt", tty=["stdout"]).out == (
        "A [2Jhidden word.\n" + "Many more words. " * 100 + "End.\n"
    )


def test_show_json(indexed: Run):
    shown = json.loads(indexed("show", "soup.txt", "--json").out)
    assert list(shown) == ["source", "title", "digest", "text"]
    assert (shown["source"], shown["title"]) == ("soup.txt", "Onion soup")
    passage = json.loads(indexed("show", "minutes.md", "--json", "--at", "100").out)["passage"]
    assert passage == {
        "locator": "Minutes of the garden club › Attendance, paragraph 2",
        "start": 87,
        "end": 192,
        "text": MINUTES[87:192],
    }


def test_show_at(indexed: Run):
    assert indexed("show", "minutes.md", "--at", "200") == Ran(
        0,
        "Minutes of the garden club  (minutes.md, Minutes of the garden club › Decisions,\n"
        "paragraph 3, characters 194–288)\n"
        "\n"
        "## Attendance\n"
        "\n"
        "Alice Archer, Bob Baker and Carol Cook attended the meeting.\n"
        "Dora Dean sent her apologies.\n"
        "\n"
        "  ## Decisions\n"
        "\n"
        "  The club bought a new greenhouse for 900 euros. It will stand behind the\n"
        "  school.\n",
        "",
    )


def test_show_tells_that_a_file_changed(indexed: Run, docs: Path):
    (docs / "minutes.md").write_text("Nobody came.", encoding="utf-8")
    assert indexed("show", "minutes.md", "--at", "0").err == (
        "minutes.md changed since it was indexed; the quotes are from the earlier text.\n"
    )


@pytest.mark.parametrize("offset", ["-1", "289"])
def test_show_at_an_offset_outside(indexed: Run, offset: str):
    assert indexed("show", "minutes.md", "--at", offset) == Ran(
        1, "", f"docent: minutes.md has the offsets 0 to 288, not {offset}.\n"
    )


def test_show_at_needs_an_index(run: Run):
    code, out, err = run("show", "minutes.md", "--at", "0")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"docent: There is no index in .* yet\. Run `docent index`\.\n", err)


# ------------------------------------------------------------------------------------------ status


def test_status_without_an_index(run: Run, docs: Path):
    code, out, err = run("status")
    assert (code, err) == (0, "")
    first, second, third = out.splitlines()
    assert first == f"documents  {docs}"
    assert second.startswith("index      ")
    assert third == "There is no index yet. Run `docent index`."


def test_status_of_a_fresh_and_a_stale_index(indexed: Run, docs: Path):
    fresh = indexed("status")
    assert (fresh.code, fresh.err) == (0, "")
    assert fresh.out.splitlines()[4] == "holds      3 documents, 5 passages, 13 sentences"
    assert len(fresh.out.splitlines()) == 6
    (docs / "tea.txt").write_text("Tea.", encoding="utf-8")
    assert indexed("status").out.splitlines()[6:] == [
        "added      tea.txt",
        "The documents changed. Run `docent index`.",
    ]


def test_status_verbose_names_the_documents(indexed: Run):
    assert indexed("status", "-v").out.splitlines()[6:] == [
        "indexed    letters/ferry.txt",
        "indexed    minutes.md",
        "indexed    soup.txt",
    ]


def test_status_json(indexed: Run, docs: Path):
    found = json.loads(indexed("status", "--json").out)
    assert list(found) == [
        "folder", "index", "generation", "created", "encoder", "documents", "passages", "sentences", "bytes",
        "sources", "skipped", "added", "edited", "removed", "problems",
    ]  # fmt: skip
    assert (found["folder"], found["encoder"], found["problems"]) == (str(docs), "words", [])
    assert found["sources"] == ["letters/ferry.txt", "minutes.md", "soup.txt"]


def test_status_of_another_models_index(indexed: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    code, out, _ = indexed("status")
    assert code == 0
    assert out.splitlines()[-1].startswith("The index was made with the model words, the settings name words")


def test_status_where_the_documents_are_gone(indexed: Run, docs: Path):
    docs.rename(docs.with_name("elsewhere"))
    code, out, err = indexed("status")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"There is no documents folder '{docs}'.")


# -------------------------------------------------------------------------------------------- chat


def test_chat_reads_lines_of_a_pipe(indexed: Run):
    code, out, err = indexed("chat", stdin=b"who attended the meeting?\n/show 7\n/quit\n/help\n")
    assert (code, out, err) == (0, ANSWER + "Show which citation? There are 1.\n", "")


def test_chat_survives_bytes_that_are_no_text(indexed: Run):
    code, out, err = indexed("chat", stdin=b"\xff who attended the meeting?\n")
    assert (code, out, err) == (0, ANSWER, "")


def test_chat_at_a_terminal(indexed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    histories = []

    def reader(history: Path) -> repl.Read:
        histories.append(history)
        return repl.lines_reader(["/help"])

    monkeypatch.setattr(repl, "terminal_reader", reader)
    code, out, err = indexed("chat", tty=["stdin"])
    assert (code, histories) == (0, [tmp_path / "state" / "history"])
    assert out.startswith("Type a question, or one of these:\n")
    assert err == "Ask about the documents. /help lists commands, Ctrl-D leaves.\n"


# -------------------------------------------------------------------------------------- feedback


def judged(state: Path, documents: Path, question: str = "who attended the meeting?") -> None:
    """Somebody liked an answer in Telegram."""
    flags = {"documents.folder": documents, "state.folder": str(state), "reader.model": "none"}
    engine = Engine(load(flags=flags))
    log = Feedback(engine.settings.feedback_file(), engine.settings.documents.folder)
    log.add(engine.ask(question), engine.generation().name, "good", question)


def export(run: Run, *options: str) -> Ran:
    return run("feedback", "export", *options, plain=True)


def test_feedback_export(indexed: Run, docs: Path, tmp_path: Path):
    assert export(indexed, "--docs", str(docs)) == Ran(0, "", "")
    judged(tmp_path / "state", docs)
    judged(tmp_path / "state", docs, "zebra quantum?")
    code, out, err = export(indexed, "--docs", str(docs))
    first, second = map(json.loads, out.splitlines())
    assert (code, err) == (0, "")
    assert (first["question"], first["kind"]) == ("who attended the meeting?", "list")
    assert first["evidence"] == ["Alice Archer, Bob Baker and Carol Cook attended the meeting."]
    assert (second["question"], second["kind"], second["evidence"]) == ("zebra quantum?", "unanswerable", [])
    assert export(indexed, "--docs", str(tmp_path)) == Ran(0, "", "")


def test_feedback_export_of_an_index_named_alone(indexed: Run, docs: Path, tmp_path: Path):
    """As `docent telegram --index` takes the folder from the index, too."""
    judged(tmp_path / "state", docs)
    [index] = (tmp_path / "state" / "indexes").iterdir()
    assert json.loads(export(indexed, "--index", str(index)).out)["verdict"] == "good"


def test_feedback_export_of_a_damaged_log(indexed: Run, docs: Path, tmp_path: Path):
    (tmp_path / "state" / "feedback.sqlite").write_bytes(b"no database" * 100)
    code, out, err = export(indexed, "--docs", str(docs))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("docent: The feedback log ")


# -------------------------------------------------------------------------------------- telegram


@pytest.mark.parametrize("token", [None, "", "  "])
def test_telegram_without_a_token(run: Run, monkeypatch: pytest.MonkeyPatch, token: str | None):
    if token is not None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
    assert run("telegram") == Ran(
        1,
        "",
        "docent: There is no token. Get one from @BotFather in Telegram and set TELEGRAM_BOT_TOKEN in the "
        "environment.\n",
    )


def test_telegram_with_what_is_no_token(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "my secret")
    code, out, err = run("telegram")
    assert (code, out) == (1, "")
    assert err.startswith("docent: What stands in TELEGRAM_BOT_TOKEN is no token")
    assert "secret" not in err


def test_telegram_serves_with_an_index_built_now(run: Run, monkeypatch: pytest.MonkeyPatch):
    served = []
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " 1:abc\n")
    monkeypatch.setattr("bot.telegram.run.serve", lambda *given: served.append(given))
    before = signal.getsignal(signal.SIGTERM)
    try:
        code, out, err = run("telegram")
    finally:
        signal.signal(signal.SIGTERM, before)
    ((engine, token, announce),) = served
    assert (code, out, token, engine.has_index()) == (0, "", "1:abc", True)
    assert err.startswith("There is no index yet: building it from ")
    announce("Answering.")


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("command", [["index"], ["ask", "why?"], ["chat"]])
def test_a_documents_folder_that_is_missing(run: Run, docs: Path, command: list[str]):
    docs.rename(docs.with_name("elsewhere"))
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"docent: There is no documents folder '{docs}'. Name yours with --docs DIR, "
        "or set documents.folder in a settings file."
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
        (None, "The settings file {file} cannot be read: [Errno 2] No such file or directory: '{file}'."),
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


def test_a_settings_file_is_heeded(indexed: Run, tmp_path: Path):
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


@pytest.mark.parametrize(
    "file", ["texts.sqlite", "vectors.npy", "manifest.json", "lexical/meta.json", "current"]
)
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-2], lambda data: bytes(len(data))], ids=["cut", "zeros"]
)
def test_a_damaged_index(indexed: Run, docs: Path, tmp_path: Path, file: str, damage):
    [index] = (tmp_path / "state" / "indexes").iterdir()
    [generation] = (index / "generations").iterdir()
    place = index / file if file == "current" else generation / file
    place.write_bytes(damage(place.read_bytes()))
    code, out, err = indexed("ask", *ATTENDED)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("docent: ")
    assert err.endswith("Run `docent index --full` to build it anew.\n")
    assert indexed("index", "--full").code == 0
    assert indexed("ask", *ATTENDED) == Ran(0, ANSWER, "")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ZeroDivisionError("by\nzero"), 1, "docent: ZeroDivisionError: by zero (-v tells more)\n"),
        (ValueError(), 1, "docent: ValueError: no reason given (-v tells more)\n"),
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
    assert re.search(r"^INFO bot\.engine: answering from generation \d{8}T\d{6}-[0-9a-f]{6}$", err, re.M)


@pytest.mark.parametrize("arguments", [["ask", "-"], ["ask", "why?"], ["show", "soup.txt"], ["status"]])
def test_a_reader_that_has_seen_enough(indexed: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]):
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), os.fdopen(writing, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        code, _, err = indexed(*arguments, stdin=b"zebra\n")
    assert (code, err) == (0, "")


# ------------------------------------------------------------------------- where things are printed


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
    (docs / "a\x1b[2Jb\u202e.pdf").touch()
    out, err = run("index", tty=["stdout"])[1:]
    assert "skipped: a[2Jb.pdf ('.pdf' files are not read" in out
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
    progress = bar_module._Bars(bars)
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


# -------------------------------------------------------------------------------------------- eval


CLUB = """\
{"question": "Where was the meeting held?", "kind": "fact", "evidence": ["in the village hall"]}
{"question": "zebra quantum?", "kind": "unanswerable", "evidence": []}
"""


@pytest.fixture
def club(tmp_path: Path) -> Path:
    file = tmp_path / "club.jsonl"
    file.write_text(CLUB, encoding="utf-8")
    return file


def test_eval_builds_the_index_where_there_is_none(run: Run, club: Path):
    code, out, err = run("eval", str(club))
    assert (code, err.splitlines()[-1]) == (0, "asking questions (2)")
    assert err.startswith("There is no index yet: building it from")
    assert out.startswith(
        "2 questions (1 fact, 1 unanswerable), asked with all-MiniLM-L6-v2 and no reader; "
        "nothing is claimed below 0.14.\n"
    )
    assert "| passage R@1                   | 1.000 |   1.000–1.000 |  1 |" in out
    assert "| answered, of the unanswerable | 0.000 |   0.000–0.000 |  1 |" in out


def test_eval_again_prints_the_same_at_once(indexed: Run, club: Path):
    first = indexed("eval", str(club), "--json")
    assert first.err == "asking questions (2)\n"
    assert indexed("eval", str(club), "--json") == Ran(0, first.out, "")
    found = json.loads(first.out)
    assert found["figures"]["quote_hit1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 1}
    assert found["figures"]["auroc_unanswerable"]["value"] == 1
    assert (found["questions"], found["seed"]) == ({"fact": 1, "unanswerable": 1}, 0)
    assert indexed("eval", str(club), "--fresh").err == first.err
    other = json.loads(indexed("eval", str(club), "--seed", "5", "--limit", "1", "--json").out)
    assert (sum(other["questions"].values()), other["seed"]) == (1, 5)


def test_eval_of_another_threshold_asks_nothing_again(
    indexed: Run, club: Path, monkeypatch: pytest.MonkeyPatch
):
    assert indexed("eval", str(club)).code == 0
    monkeypatch.setenv("DOCENT_ANSWER__THRESHOLD", "0")
    code, out, err = indexed("eval", str(club))
    assert (code, err) == (0, "")
    assert "| answered, of the unanswerable | 1.000 |" in out


def test_eval_writes_a_page(indexed: Run, club: Path, tmp_path: Path):
    page = tmp_path / "page.html"
    code, out, _ = indexed("eval", str(club), "--foreign", str(club), "--html", str(page))
    assert (code, "4 questions (1 fact, 1 unanswerable, 2 foreign)" in out) == (0, True)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    code, out, err = indexed("eval", str(club), "--html", str(tmp_path))
    assert (code, out, err) == (1, "", f"docent: The page {tmp_path} cannot be written: Is a directory.\n")


def test_eval_of_what_are_no_questions(indexed: Run, club: Path, tmp_path: Path):
    club.write_text(CLUB + "no\n", encoding="utf-8")
    assert indexed("eval", str(club)) == Ran(1, "", f"docent: {club}, line 3: input data was truncated\n")
    code, out, err = indexed("eval", str(tmp_path / "none.json"))
    assert (code, out) == (1, "")
    assert err.endswith("none.json cannot be read: No such file or directory.\n")


# ------------------------------------------------------------------------------------- usage, help


def test_version(run: Run):
    assert run("--version", plain=True) == Ran(0, f"docent, version {version('docent-bot')}\n", "")


def test_help_names_every_command(run: Run):
    code, out, err = run("--help", plain=True)
    assert (code, err) == (0, "")
    assert re.findall(r"^  (\w+)  ", out, re.M) == [
        "ask", "calibrate", "chat", "doctor", "eval", "feedback", "index", "show", "status", "telegram",
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
