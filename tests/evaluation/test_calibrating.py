from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bot.answering.calibration import LEAST, read
from bot.engine import Engine
from bot.evaluation.calibrating import calibrate
from bot.feedback import Feedback
from index.building.progress import Silent
from index.errors import QuestionsError

RIGHT = ("Who attended the meeting?", "Alice Archer, Bob Baker and Carol Cook attended the meeting.")
WRONG = "Which {} did the zebra paint?"


def written(file: Path, right: int, wrong: int) -> Path:
    rows = [{"question": RIGHT[0] + "?" * n, "kind": "list", "evidence": [RIGHT[1]]} for n in range(right)]
    rows += [
        {"question": WRONG.format(f"wall{n}"), "kind": "unanswerable", "evidence": []} for n in range(wrong)
    ]
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return file


def test_confidence_is_fitted_and_used(engine: Engine, tmp_path: Path):
    before = engine.ask(RIGHT[0]).confidence
    said = calibrate(engine, [written(tmp_path / "questions.jsonl", LEAST, LEAST)], Silent())
    assert said.startswith(
        f"Confidence is fitted to {2 * LEAST} questions, {LEAST} of them answered rightly: "
    )
    found = read(engine.calibration_file)
    assert found.questions == 2 * LEAST
    assert engine.ask(RIGHT[0]).confidence != before
    again = calibrate(engine, [tmp_path / "questions.jsonl"], Silent())
    assert again == said  # it is fitted to what was said without calibration


def test_the_calibration_of_one_index_is_not_anothers(engine: Engine, tmp_path: Path):
    calibrate(engine, [written(tmp_path / "questions.jsonl", LEAST, LEAST)], Silent())
    other = replace(engine.settings, index=replace(engine.settings.index, folder=str(tmp_path / "other")))
    assert Engine(other, engine.encoder).calibration_file != engine.calibration_file


def test_verdicts_of_readers_are_taken(engine: Engine):
    log = Feedback(engine.settings.feedback_file(), engine.settings.documents.folder)
    for number in range(LEAST):
        log.add(engine.ask(RIGHT[0]), "g", "good", f"a{number}")
        log.add(engine.ask("When does the ferry leave?"), "g", "bad", f"b{number}")
    assert calibrate(engine, [], Silent()).startswith(
        f"Confidence is fitted to {2 * LEAST} questions, {LEAST} "
    )


def test_verdicts_on_other_quotes_say_nothing(engine: Engine):
    log = Feedback(engine.settings.feedback_file(), engine.settings.documents.folder)
    answer = engine.ask(RIGHT[0])
    old = replace(answer, citations=tuple(replace(one, quote="Something else.") for one in answer.citations))
    for number in range(2 * LEAST):
        log.add(old, "g", "bad", f"a{number}")
    with pytest.raises(QuestionsError, match=r"^0 questions"):
        calibrate(engine, [], Silent())


def test_files_with_documents_of_their_own_are_refused(engine: Engine, tmp_path: Path):
    file = tmp_path / "squad.json"
    asked = {"question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    file.write_bytes(
        msgspec.json.encode({"data": [{"title": "t", "paragraphs": [{"context": "Ann.", "qas": [asked]}]}]})
    )
    with pytest.raises(QuestionsError, match=r"^Files of SQuAD's format bring their own documents"):
        calibrate(engine, [file], Silent())
