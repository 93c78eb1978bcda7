"""`docent ask` and `docent chat`: one question, many of them, and a conversation."""

import json
from pathlib import Path

import pytest

from bot.terminal import repl
from tests.cli.conftest import ANSWER, ATTENDED, REFRESH, STAGES, Ran, Run, timeless


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
        "indexed: 3 documents, 5 passages, 13 sentences (0 reused, 15 embedded) in 0.0 s\n"
    )


def test_ask_json(indexed: Run):
    code, out, err = indexed("ask", "--json", *ATTENDED)
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert list(answer) == [
        "question", "searched_for", "found", "confidence", "answer", "lead", "citations", "elapsed_ms",
    ]  # fmt: skip
    assert answer["question"] == answer["searched_for"] == "who attended the meeting?"
    assert answer["answer"] == "Alice Archer, Bob Baker and Carol Cook attended the meeting. [1]"
    assert (answer["found"], answer["confidence"]) == (True, pytest.approx(0.898, abs=0.0005))
    [cited] = answer["citations"]
    assert list(cited) == [
        "number", "source", "title", "locator", "place", "context", "start", "end", "quote", "shown",
        "passage", "passage_start", "passage_end", "span", "score", "also",
    ]  # fmt: skip
    assert (cited["quote"], cited["shown"]) == (answer["answer"][:-4], answer["answer"][:-4])
    assert cited["place"] == {
        "page": "",
        "headings": ["Attendance"],
        "first": 1,
        "last": 1,
        "time": None,
        "first_row": 0,
        "last_row": 0,
    }
    assert (cited["locator"], cited["also"], answer["lead"]) == ("Attendance, paragraph 1", [], "")
    text = json.loads(indexed("show", "minutes.md", "--json").out)["text"]
    assert text[cited["start"] : cited["end"]] == cited["quote"]
    assert text[cited["passage_start"] : cited["passage_end"]] == cited["passage"]


def test_ask_json_of_rows_that_two_files_hold(indexed: Run, docs: Path):
    table = "| stall | price |\n|---|---|\n| **honey** cake | 4 |\n| apple pie | 3 |\n"
    for name in ("fair.md", "letters/fair.md"):
        (docs / name).write_text(table, encoding="utf-8")
    indexed("index")
    code, out, _ = indexed("ask", "--json", "What is the price of a honey cake?")
    cited = json.loads(out)["citations"][0]
    assert (code, cited["shown"]) == (0, "stall: honey cake · price: 4")
    [also] = cited["also"]
    assert {cited["source"], also["source"]} == {"fair.md", "letters/fair.md"}
    for place in (cited, also):
        assert table[place["start"] : place["end"]] == cited["quote"] == "**honey** cake | 4"


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


def test_a_collection_is_all_that_is_asked(indexed: Run, tmp_path: Path):
    file = tmp_path / "collections.toml"
    file.write_text(
        '[collections.post]\nfolders = ["letters"]\n[collections.none]\nfolders = ["x/y"]\n', encoding="utf-8"
    )
    config = ["--config", str(file)]
    code, out, err = indexed("ask", *config, "--collection", "post", *ATTENDED)
    assert (code, err, "Alice" in out) == (3, "", False)
    crossing = "How long does the crossing take?"
    code, out, err = indexed("ask", *config, "--collection", "post", crossing)
    assert (code, err) == (0, "")
    assert out.startswith("[1] The crossing takes two days.")
    assert indexed("ask", *config, "--collection", "none", crossing).code == 3
    code, out, err = indexed("ask", *config, "--collection", "posts", crossing)
    assert (code, out) == (1, "")
    assert err == (
        "docent: There is no collection 'posts' in the settings; there are: none, post. "
        "Make one in a file for --config, as [collections.posts].\n"
    )
    code, out, err = indexed("chat", *config, "--collection", "post", stdin=b"who attended?\n/sources\n")
    assert (code, "Alice" in out, "letters/ferry.txt" in out, "minutes.md" in out) == (0, False, True, False)
    out = indexed("status", *config).out
    assert "collection post: letters\ncollection none: x/y\n" in out


def test_settings_that_changed_since_are_told(indexed: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCENT_PASSAGES__MIN_TOKENS", "3")
    code, out, err = indexed("ask", *ATTENDED)
    assert (code, out) == (0, ANSWER)
    assert err == (
        "Settings of the index (passages or lexical.language) or the version of Docent changed since the "
        "documents were indexed. Run `docent index` to have them take effect.\n"
    )
    assert indexed("index").code == 0
    assert indexed("ask", *ATTENDED).err == ""
