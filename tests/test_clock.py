"""A clock that is set back or forward by a year: what was edited is noticed, and nothing is lost."""

import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from bot.answering.answers import Answer
from bot.engine import Engine
from bot.telegram.persistence import state
from bot.telegram.persistence.answers import Answers, Kept
from tests.words_encoder import WordsEncoder

YEAR = 365 * 86400


def set_clock(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Have all clocks that tell the time of day be off by so much; files get the right times."""
    real, real_ns = time.time(), time.time_ns()

    class Off(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.fromtimestamp(real, tz) + timedelta(seconds=seconds)

    monkeypatch.setattr("index.building.build.datetime", Off)
    monkeypatch.setattr("index.history.datetime", Off)
    monkeypatch.setattr(time, "time", lambda: real + seconds)
    monkeypatch.setattr(time, "time_ns", lambda: real_ns + seconds * 10**9)


@pytest.mark.parametrize("seconds", [YEAR, -YEAR])
def test_what_is_edited_is_noticed_whatever_the_clock_said_when_it_was_indexed(
    engine: Engine, docs: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
):
    file = docs / "minutes.md"
    with monkeypatch.context() as patch:
        set_clock(patch, seconds)
        file.write_text(file.read_text().replace("Alice", "Clara"))
        assert engine.outdated("minutes.md"), "edited while the clock was off"
        engine.build()
        assert engine.outdated("minutes.md") is None
    assert "Clara Archer" in engine.ask("Who attended the meeting?").text
    file.write_text(file.read_text().replace("Clara", "Alice"))
    assert engine.outdated("minutes.md"), "and after it was set right"
    assert engine.changes().edited == ("minutes.md",)
    engine.build()
    assert "Alice Archer" in engine.ask("Who attended the meeting?").text
    assert [renewal.generation for renewal in engine.history()][-1] == engine.generation().name


def test_generations_in_use_outlast_a_clock_that_is_set(
    engine: Engine, docs: Path, monkeypatch: pytest.MonkeyPatch
):
    for seconds in (YEAR, -YEAR, 0):
        reader = Engine(engine.settings, WordsEncoder())
        assert reader.ask("Who attended the meeting?").found
        before = reader.generation()
        (docs / "new.txt").write_text(f"The plum tree bears {seconds} kilos of plums.")
        with monkeypatch.context() as patch:
            set_clock(patch, seconds)
            engine.build()
        before.check()


@pytest.mark.parametrize(("seconds", "leans"), [(-YEAR, True), (-3600, True), (600, True), (YEAR, False)])
def test_a_follow_up_leans_on_the_last_answer_unless_the_clock_is_set_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, leans: bool
):
    database = state.connect(tmp_path / "bot.sqlite")
    answers = Answers(database, days=30)
    nothing = Answer(question="Who?", searched_for="", found=False, confidence=0.0, text="", citations=())
    answers.keep(
        Kept(
            number=answers.reserve(),
            chat=7,
            question_message=1,
            messages=(2,),
            generation="g",
            answer=nothing,
            shown=0,
            asker=7,
        )
    )
    set_clock(monkeypatch, seconds)
    last = answers.latest(7, None, 7, 3)
    assert (last.answer.question if last else None) == ("Who?" if leans else None)
    answers.prune()
    assert (answers.to_question(7, 1) is not None) == leans
    database.close()
