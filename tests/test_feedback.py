"""The feedback log: verdicts in, questions to test with out."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import feedback as module
from bot.feedback import Feedback
from index.errors import StateError
from tests.found import CITED, FOUND, LOST, SECOND


@pytest.fixture
def log(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path / "state" / "feedback.sqlite", tmp_path / "docs")


def exported(log: Feedback) -> list[dict[str, Any]]:
    return list(log.export())


def test_without_a_verdict_there_is_nothing_and_no_file(log: Feedback, tmp_path: Path):
    assert exported(log) == []
    assert list(tmp_path.iterdir()) == []


def test_a_good_answer_becomes_a_question_with_its_quotes_as_evidence(log: Feedback):
    before = datetime.now(UTC).replace(microsecond=0)
    reply = replace(FOUND, searched_for="When does the ferry to Iceland leave?", citations=(CITED, SECOND))
    log.add(reply, "g1", "good", "7:1:7")
    (question,) = exported(log)
    assert before <= datetime.fromisoformat(question.pop("time")) <= datetime.now(UTC)
    assert question == {
        "question": "When does the ferry leave?",
        "kind": "fact",
        "evidence": ["The ferry leaves on Tuesday.", "Boil it."],
        "searched_for": "When does the ferry to Iceland leave?",
        "quoted": [
            {"source": "letters/ferry.txt", "start": 14, "end": 42, "quote": "The ferry leaves on Tuesday."},
            {"source": "soup.txt", "start": 14, "end": 22, "quote": "Boil it."},
        ],
        "verdict": "good",
        "generation": "g1",
    }


@pytest.mark.parametrize(
    ("answer", "verdict", "kind", "evidence"),
    [
        (FOUND, "good", "fact", ["The ferry leaves on Tuesday."]),
        (FOUND, "bad", "review", []),
        (replace(FOUND, searched_for="who attended?"), "good", "list", ["The ferry leaves on Tuesday."]),
        (replace(FOUND, searched_for="who attended?"), "bad", "review", []),
        (LOST, "good", "unanswerable", []),
        (LOST, "bad", "review", []),
    ],
)
def test_kinds(log: Feedback, answer, verdict, kind: str, evidence: list[str]):
    log.add(answer, "g1", verdict, "a")
    (question,) = exported(log)
    assert (question["kind"], question["evidence"], question["verdict"]) == (kind, evidence, verdict)


def test_who_changes_their_mind_is_counted_once(log: Feedback):
    log.add(FOUND, "g1", "good", "7:1:7")
    log.add(FOUND, "g1", "bad", "7:1:7")
    log.add(FOUND, "g1", "good", "7:1:8")
    log.add(FOUND, "g1", "good", "7:2:7")
    assert sorted(question["verdict"] for question in exported(log)) == ["bad", "good", "good"]


def test_questions_come_oldest_first(log: Feedback, monkeypatch: pytest.MonkeyPatch):
    class Then(datetime):
        year_shown = 0

        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(cls.year_shown, 1, 1, tzinfo=tz)

    monkeypatch.setattr(module, "datetime", Then)
    for year in (2025, 2023, 2024, 2024):
        Then.year_shown = year
        log.add(replace(FOUND, question=f"{year}?"), "g1", "good", f"{year}{len(exported(log))}")
    assert [question["question"] for question in exported(log)] == ["2023?", "2024?", "2024?", "2025?"]


def test_who_judged_is_not_told(log: Feedback, tmp_path: Path):
    log.add(FOUND, "g1", "good", "chat-4711:1:person-4711")
    for file in (tmp_path / "state").iterdir():
        assert b"4711" not in file.read_bytes()


def test_each_documents_folder_has_its_own_questions(log: Feedback, tmp_path: Path):
    other = Feedback(tmp_path / "state" / "feedback.sqlite", tmp_path / "other")
    log.add(FOUND, "g1", "good", "a")
    other.add(LOST, "g1", "good", "b")
    assert [question["question"] for question in exported(log)] == [FOUND.question]
    assert [question["question"] for question in exported(other)] == [LOST.question]
    same = Feedback(tmp_path / "state" / "feedback.sqlite", tmp_path / "docs" / ".." / "docs")
    assert exported(same) == exported(log)


def test_a_folder_whose_name_is_no_text_has_its_questions_too(tmp_path: Path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    log = Feedback(tmp_path / "feedback.sqlite", folder)
    log.add(FOUND, "g1", "good", "a")
    assert len(exported(log)) == 1


def test_a_damaged_log_says_what_to_do(log: Feedback, tmp_path: Path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "feedback.sqlite").write_bytes(b"no database" * 100)
    for attempt in (lambda: log.add(FOUND, "g1", "good", "a"), lambda: exported(log)):
        with pytest.raises(StateError, match=r"The feedback log .* cannot be used: file is not a database"):
            attempt()


def test_a_log_of_another_shape_says_what_to_do(log: Feedback, tmp_path: Path):
    (tmp_path / "state").mkdir()
    with closing(sqlite3.connect(tmp_path / "state" / "feedback.sqlite")) as database:
        database.execute("CREATE TABLE feedback (x)")
    for attempt in (lambda: log.add(FOUND, "g1", "good", "a"), lambda: exported(log)):
        with pytest.raises(StateError, match=r"The feedback log .* cannot be used: "):
            attempt()


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "state").touch()
    log = Feedback(tmp_path / "state" / "feedback.sqlite", tmp_path)
    with pytest.raises(StateError, match="Check that the disk is writable"):
        log.add(FOUND, "g1", "good", "a")
