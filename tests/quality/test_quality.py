"""Answers to questions of our own making, so that quality cannot fall unnoticed.

The floors lie a little below what was measured; they are no figures to quote, for which there is
docs/quality.md.
"""

from pathlib import Path

import pytest

from bot.engine import Engine
from bot.evaluation import questions, run
from bot.evaluation.questions import Question
from bot.evaluation.run import Outcome
from bot.settings import load
from tests.conftest import MODELS

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent

Asked = list[tuple[Question, Outcome]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> Asked:
    state = tmp_path_factory.mktemp("state")
    flags = {
        "documents.folder": HERE / "documents",
        "state.folder": str(state),
        "serving.folder": str(MODELS),
    }
    settings = load(flags=flags)
    Engine(settings).build()
    collection = questions.read([HERE / "questions.jsonl"])
    return list(zip(collection.questions, run.run(settings, collection), strict=True))


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


def of(asked: Asked, kind: str) -> Asked:
    return [(question, outcome) for question, outcome in asked if question.kind == kind]


def test_the_right_quote_comes_first(asked: Asked):
    facts = [outcome for _, outcome in of(asked, "fact")]
    assert share([bool(outcome.quotes[0].gives) for outcome in facts]) >= 0.8
    assert share([outcome.right for outcome in facts]) >= 0.9


def test_the_words_that_answer_are_found(asked: Asked):
    found = [outcome.span_f1 for _, outcome in of(asked, "fact") if outcome.span_f1 is not None]
    assert sum(found) / len(found) >= 0.5


def test_lists_are_found(asked: Asked):
    shares = [
        len({number for quote in outcome.quotes for number in quote.gives}) / len(question.evidence)
        for question, outcome in of(asked, "list")
    ]
    assert sum(shares) / len(shares) >= 0.5


def test_what_the_documents_do_not_say_is_declined(asked: Asked):
    threshold = load().answer.threshold
    answered = [
        question.text for question, outcome in of(asked, "unanswerable") if outcome.confidence >= threshold
    ]
    assert len(answered) <= 1, answered
    own = [outcome for question, outcome in asked if question.answerable]
    assert share([outcome.confidence >= threshold for outcome in own]) >= 0.9


def test_every_quote_is_exact(asked: Asked):
    assert all(outcome.exact == len(outcome.quotes) for _, outcome in asked)
