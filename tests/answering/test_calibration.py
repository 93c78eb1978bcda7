import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import calibration
from bot.answering.calibration import (
    LEAST,
    LEAST_OF_EACH,
    Calibration,
    file_of,
    fit,
    probabilities,
    read,
    write,
)
from index.errors import QuestionsError, StateError


def drawn(slope: float, intercept: float, count: int, seed: int = 1) -> tuple[list[float], list[bool]]:
    """Log-odds as they are said, and answers whose true log-odds are those bent by slope and intercept."""
    chance = random.Random(seed)
    said = [chance.gauss(0, 2) for _ in range(count)]
    return said, [chance.random() < 1 / (1 + math.exp(-(slope * x + intercept))) for x in said]


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, -1.0), (1.0, 0.0), (1.5, 0.7)])
def test_the_bend_that_made_the_answers_is_found(slope, intercept):
    found = fit(*drawn(slope, intercept, 20_000))
    assert found.slope == pytest.approx(slope, abs=0.06)
    assert found.intercept == pytest.approx(intercept, abs=0.06)
    assert found.questions == 20_000


def test_of_a_few_questions_little_is_concluded():
    said, right = drawn(0.2, -2.0, LEAST + 20)
    few, many = fit(said, right), fit(*drawn(0.2, -2.0, 5000))
    assert abs(few.intercept) < abs(many.intercept)


@given(st.lists(st.tuples(st.floats(-20, 20), st.booleans()), min_size=LEAST, max_size=60))
def test_any_answers_can_be_fitted_or_are_refused(judged):
    said, right = [x for x, _ in judged], [good for _, good in judged]
    if min(sum(right), len(right) - sum(right)) < LEAST_OF_EACH:
        with pytest.raises(QuestionsError):
            fit(said, right)
        return
    found = fit(said, right)
    assert math.isfinite(found.slope)
    assert math.isfinite(found.intercept)
    assert found.slope >= 0  # what was surer stays as sure at least


def test_the_fit_is_the_likeliest_one():
    said, right = drawn(0.6, -0.5, 400)
    found = fit(said, right)

    def cost(slope: float, intercept: float) -> float:
        good = sum(right)
        target = np.where(right, (good + 1) / (good + 2), 1 / (len(right) - good + 2))
        bent = slope * np.array(said) + intercept
        likelihood = target * np.logaddexp(0, -bent) + (1 - target) * np.logaddexp(0, bent)
        return float(likelihood.sum() + calibration._HOLD / 2 * ((slope - 1) ** 2 + intercept**2))

    best = cost(found.slope, found.intercept)
    for step in (-0.02, 0.02):
        assert best < cost(found.slope + step, found.intercept)
        assert best < cost(found.slope, found.intercept + step)


@pytest.mark.parametrize("right", [[True] * 40, [False] * 40, [True, False] * 4, [True] * 4 + [False] * 40])
def test_too_little_to_fit_is_said(right):
    with pytest.raises(
        QuestionsError, match=f"^{len(right)} questions, {sum(right)} of them answered rightly"
    ):
        fit([0.0] * len(right), right)


def test_probabilities_are_those_of_fits_to_other_questions():
    said, right = drawn(0.4, -1.0, 500)
    before, after = probabilities(said, right)
    truth = np.array(right, float)
    assert ((after - truth) ** 2).mean() < ((before - truth) ** 2).mean()
    turned = [*right[:-1], not right[-1]]
    assert probabilities(said, turned)[1][-1] == after[-1]  # its own outcome has no say


def test_a_calibration_is_kept_and_read(tmp_path):
    file = file_of(tmp_path, "index", "models")
    assert read(file) == Calibration()
    write(file, Calibration(0.8, -0.3, 40))
    assert read(file) == Calibration(0.8, -0.3, 40)
    assert file_of(tmp_path, "index", "other models") != file


def test_a_damaged_calibration_is_said(tmp_path):
    file = tmp_path / "calibration.json"
    file.write_text("{")
    with pytest.raises(StateError, match=r"Remove it, or run `docent calibrate` again\."):
        read(file)


def test_a_calibration_of_a_newer_docent_is_refused(tmp_path):
    file = tmp_path / "calibration.json"
    file.write_text('{"slope": 1.0, "intercept": 0.0, "questions": 30, "format": 2}')
    with pytest.raises(StateError, match=r"it has format 2, and this one knows none above 1\. .*--reset`\.$"):
        read(file)
    file.write_text('{"slope": 0.8, "intercept": -0.3, "questions": 40}')  # before formats were counted
    assert read(file) == Calibration(0.8, -0.3, 40)


def test_a_calibration_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "calibrations").write_text("in the way")
    with pytest.raises(StateError, match=r"^The calibration cannot be written"):
        write(file_of(tmp_path, "index"), Calibration())
