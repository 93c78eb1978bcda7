"""Questions in, confidence fitted: asks an engine about its documents, and keeps what that shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np

from bot.answering import calibration
from bot.answering.calibration import Calibration
from bot.engine import Engine
from bot.evaluation import questions, run
from bot.evaluation.figures import brier, calibration_error
from bot.feedback import Feedback
from bot.settings import Settings
from index.building.progress import Progress
from index.errors import QuestionsError

_LEAST = 1e-6  # of a probability, whose log-odds would else be without bounds

Judged = tuple[float, bool]
"""The confidence of an answer, and whether it was right."""


def calibrate(engine: Engine, files: Sequence[Path], progress: Progress) -> str:
    """Fit confidence, keep the calibration for the engine's index, and say what it changes.

    Args:
        engine: with an index.
        files: of questions in JSON Lines; where there are none, the verdicts of readers are taken.
        progress: hears of stages and steps.

    Raises:
        QuestionsError: there are too few questions, or they bring their own documents.
        DocentError: the index or a model cannot be used.
    """
    judged = _by_questions(engine, files, progress) if files else list(_by_verdicts(engine))
    log_odds, right = [_log_odds(confidence) for confidence, _ in judged], [good for _, good in judged]
    found = calibration.fit(log_odds, right)
    calibration.write(engine.calibration_file, found)
    before, after = calibration.probabilities(log_odds, right)
    truth = np.array(right, np.float64)
    return (
        f"Confidence is fitted to {found.questions} questions, {sum(right)} of them answered rightly: its "
        f"log-odds are multiplied by {found.slope:.2f}, and {found.intercept:+.2f} is added.\n"
        f"Brier score {brier(before, truth):.3f}, now {brier(after, truth):.3f}; calibration error "
        f"{calibration_error(before, truth):.3f}, now {calibration_error(after, truth):.3f} "
        "(each question by a fit to others).\n"
        "`docent calibrate --reset` takes it back."
    )


def _by_questions(engine: Engine, files: Sequence[Path], progress: Progress) -> list[Judged]:
    """What came of asking questions whose answers are known."""
    collection = questions.read(files)
    if collection.articles:
        raise QuestionsError(
            "Files of SQuAD's format bring their own documents; confidence is fitted to yours. Give "
            "questions about them in JSON Lines."
        )
    outcomes = run.run(
        engine.settings, collection, progress=progress, engine_of=lambda settings: _plain(engine, settings)
    )
    return [(outcome.confidence, outcome.right) for outcome in outcomes]


def _by_verdicts(engine: Engine) -> Iterator[Judged]:
    """What readers thought of answers, as far as these would be the same today."""
    settings = engine.settings
    plain = _plain(engine, replace(settings, answer=replace(settings.answer, threshold=0.0)))
    for row in Feedback(settings.feedback_file(), settings.documents.folder).export():
        reply, good = plain.ask(row["searched_for"]), row["verdict"] == "good"
        now = [citation.quote for citation in reply.citations]
        then = [citation["quote"] for citation in row["quoted"]]
        if not then:  # it said that the documents do not answer
            if good:
                yield reply.confidence, False
        elif now[:1] == then[:1] or (good and set(now) & set(then)):
            yield reply.confidence, good


def _plain(engine: Engine, settings: Settings) -> Engine:
    """An engine whose confidence is not bent."""
    plain = Engine(settings, engine.encoder, engine.readers)
    plain.calibration = Calibration()
    return plain


def _log_odds(probability: float) -> float:
    sure = min(max(probability, _LEAST), 1 - _LEAST)
    return log(sure / (1 - sure))
