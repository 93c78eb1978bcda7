"""`docent eval`, and `docent feedback export`, which makes questions for it."""

import json
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.feedback import Feedback
from bot.settings import load
from tests.cli.conftest import Ran, Run

CLUB = """\
{"question": "Where was the meeting held?", "kind": "fact", "evidence": ["in the village hall"]}
{"question": "zebra quantum?", "kind": "unanswerable", "evidence": []}
"""


@pytest.fixture
def club(tmp_path: Path) -> Path:
    file = tmp_path / "club.jsonl"
    file.write_text(CLUB, encoding="utf-8")
    return file


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_eval_of_another_threshold_asks_nothing_again(
    indexed: Run, club: Path, monkeypatch: pytest.MonkeyPatch
):
    assert indexed("eval", str(club)).code == 0
    monkeypatch.setenv("DOCENT_ANSWER__THRESHOLD", "0")
    code, out, err = indexed("eval", str(club))
    assert (code, err) == (0, "")
    assert "| answered, of the unanswerable | 1.000 |" in out


@pytest.mark.slow
def test_eval_writes_a_page(indexed: Run, club: Path, tmp_path: Path):
    page = tmp_path / "page.html"
    code, out, _ = indexed("eval", str(club), "--foreign", str(club), "--html", str(page))
    assert (code, "4 questions (1 fact, 1 unanswerable, 2 foreign)" in out) == (0, True)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    code, out, err = indexed("eval", str(club), "--html", str(tmp_path))
    assert (code, out, err) == (1, "", f"docent: The page {tmp_path} cannot be written: Is a directory.\n")
    page = tmp_path / "missing" / "page.html"
    code, out, err = indexed("eval", str(club), "--fresh", "--html", str(page))  # before anything is asked
    assert (code, out) == (1, "")
    assert err == f"docent: The page {page} cannot be written: No such file or directory.\n"


def test_eval_tells_of_evidence_that_no_document_holds(indexed: Run, tmp_path: Path):
    file = tmp_path / "slips.jsonl"
    rows = [
        ("Where was it?", ["in the city hall"]),
        ("Who came?", ["Alice  Archer, Bob Baker"]),  # white space does not count
        ("When was it?", ["on 4 May", "on 3 May 2024"]),
    ]
    asked = [json.dumps({"question": one, "kind": "fact", "evidence": right}) for one, right in rows]
    file.write_text("\n".join(asked), encoding="utf-8")
    code, _, err = indexed("eval", str(file))
    assert (code, err) == (
        0,
        "The evidence of 1 question stands in no document word for word, so no quote can be right: “Where "
        "was it?”.\nasking questions (3)\n",
    )
    many = [json.dumps({"question": f"{n}?", "kind": "list", "evidence": ["nowhere"]}) for n in range(5)]
    file.write_text("\n".join(many), encoding="utf-8")
    assert indexed("eval", str(file)).err.startswith(
        "The evidence of 5 questions stands in no document word for word, so no quote can be right: “0?”, "
        "“1?”, “2?” and 2 more.\n"
    )


def test_eval_of_what_are_no_questions(indexed: Run, club: Path, tmp_path: Path):
    club.write_text(CLUB + "no\n", encoding="utf-8")
    assert indexed("eval", str(club)) == Ran(1, "", f"docent: {club}, line 3: input data was truncated\n")
    code, out, err = indexed("eval", str(tmp_path / "none.json"))
    assert (code, out) == (1, "")
    assert err.endswith("none.json cannot be read: No such file or directory.\n")


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
