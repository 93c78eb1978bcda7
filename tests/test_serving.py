"""The encoder that is used: the model as a graph, as good as the original, which takes over where it must."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import graphs, models, serving
from index.encoder import SentenceTransformerEncoder
from index.models import EMBEDDED_MODEL
from index.serving import GraphEncoder, ServedEncoder
from index.settings import Settings, load
from tests.conftest import LETTER, MINUTES, MODELS, RECIPE, ROOT, exact_to

SEED = next((ROOT / "seeds").iterdir()).read_text(encoding="utf-8")
_TEXTS = [
    *SEED.splitlines(),
    *f"{MINUTES}{RECIPE}{LETTER}".splitlines(),
    *SEED.split(".")[:20],
    SEED,
    "x" * 3000,
    "Grüße aus Köln — naïve façade, 東京都, «Привет», مرحبا, 🙂🙂",
    "def f(x): return x**2  # code",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    " \t\n",
    "?",
]
TEXTS = list({text.strip(): text for text in _TEXTS}.values())  # no two alike, which would be a draw
QUESTIONS = [" ".join(text.split()[:9]) + "?" for text in TEXTS if len(text.split()) > 3]


SERVED = {"serving.folder": str(MODELS), "encoder.model": EMBEDDED_MODEL}


def made(folder: Path = MODELS, **flags: object) -> ServedEncoder:
    return ServedEncoder(load(flags={**SERVED, "serving.folder": str(folder), **flags}))


@pytest.mark.slow
def test_vectors_are_those_of_the_original(real_encoder: ServedEncoder):
    assert isinstance(real_encoder.by, GraphEncoder)
    ours, theirs = real_encoder.encode(TEXTS), real_encoder.reference.encode(TEXTS)
    assert ours.dtype == np.float32
    assert (ours * theirs).sum(1).min() >= 0.9995
    assert (real_encoder.encode_questions(TEXTS) * theirs).sum(1).min() >= 0.9995
    for text in TEXTS[:20]:
        assert real_encoder.count_tokens(text) == real_encoder.reference.count_tokens(text)
    assert real_encoder.max_tokens == real_encoder.reference.max_tokens == 254


@pytest.mark.slow
def test_an_encoder_that_does_not_stay_leaves_after_a_question_and_comes_back(real_encoder: ServedEncoder):
    leaving = ServedEncoder(load(flags=SERVED), stays=False)
    for question in QUESTIONS[:2]:
        vectors = leaving.encode_questions([question])
        assert leaving.is_word("meeting", "en")
        assert "_graph" not in vars(leaving.by), "tokens are counted without it"
        assert vectors == pytest.approx(real_encoder.encode_questions([question]))


@pytest.mark.slow
def test_a_short_question_alone_has_the_vector_that_it_has_among_others(real_encoder: ServedEncoder):
    short = [question for question in QUESTIONS if 8 < real_encoder.count_tokens(question) + 2 <= 16]
    together = real_encoder.encode_questions(short)
    alone = np.concatenate([real_encoder.encode_questions([question]) for question in short])
    assert len(short) > 10
    assert (together * alone).sum(1).min() >= 0.9999
    by = real_encoder.by
    assert by._short
    leaving = GraphEncoder(by._folder, by._metadata)
    leaving.encode_questions(short[:1])
    assert "_short" not in vars(leaving)


@pytest.mark.slow
def test_where_no_graph_can_be_made_for_short_questions_that_for_all_serves(
    real_encoder: ServedEncoder, monkeypatch: pytest.MonkeyPatch
):
    by = GraphEncoder(real_encoder.by._folder, real_encoder.by._metadata, stays=True)

    def fail(*_: object) -> None:
        raise RuntimeError("dimensions do not fit")

    monkeypatch.setattr(graphs, "of_shape", fail)
    bound = exact_to(1e-5, in_16_bits=5e-3)
    vectors = real_encoder.encode_questions(QUESTIONS[:3])
    assert by.encode_questions(QUESTIONS[:3]) == pytest.approx(vectors, abs=bound)
    assert by._short is None


@pytest.mark.slow
def test_known_cosines(real_encoder: ServedEncoder):
    question = real_encoder.encode_questions(["Who attended the meeting?"])[0]
    texts = ["Alice Archer and Bob Baker attended the meeting.", "The ferry leaves on Tuesday."]
    bound = exact_to(5e-4, in_16_bits=5e-3)
    assert real_encoder.encode(texts) @ question == pytest.approx([0.5944, -0.0060], abs=bound)


@pytest.mark.slow
def test_the_same_ten_texts_are_nearest(real_encoder: ServedEncoder):
    ours, theirs = ((by.encode(QUESTIONS) @ by.encode(TEXTS).T).argsort(1)[:, ::-1][:, :10] for by in
                    (real_encoder, real_encoder.reference))  # fmt: skip
    assert np.mean([set(one) == set(other) for one, other in zip(ours, theirs, strict=True)]) >= 0.99


@pytest.mark.slow
def test_it_needs_no_torch_once_it_was_exported(real_encoder: ServedEncoder):
    assert real_encoder.by
    script = (
        "import sys\n"
        "from index.serving import ServedEncoder\n"
        "from index.settings import load\n"
        f"encoder = ServedEncoder(load(flags={SERVED!r}))\n"
        "print(encoder.encode_questions(['Who attended?']).shape)\n"
        "print({'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'} & sys.modules.keys())\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "(1, 384)\nset()\n"


@pytest.mark.slow
def test_questions_are_answered_while_texts_are_encoded(real_encoder: ServedEncoder):
    alone = [real_encoder.encode_questions([text])[0] for text in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        build = pool.submit(real_encoder.encode, TEXTS * 10)
        together = list(pool.map(real_encoder.encode_questions, [[text] for text in QUESTIONS]))
        built = build.result()
    assert np.abs(np.concatenate(together) - np.array(alone)).max() < 1e-5
    assert np.abs(built - np.tile(real_encoder.encode(TEXTS), (10, 1))).max() < 1e-5


def test_the_settings_may_want_torch():
    encoder = made(**{"serving.backend": "torch"})
    assert encoder.by is encoder.reference
    assert isinstance(encoder.by, SentenceTransformerEncoder)


def test_a_gpu_is_used_by_torch(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(models, "has_gpu", lambda: True)
    encoder = made()
    assert encoder.by is encoder.reference
    encoder = made(**{"encoder.device": "cuda"})
    assert encoder.by is encoder.reference


@pytest.mark.slow
def test_what_cannot_be_exported_falls_back_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuse(*_: object) -> None:
        raise graphs.NotExported("it is too odd")

    monkeypatch.setattr(SentenceTransformerEncoder, "export", refuse)
    encoder = made(tmp_path)
    assert encoder.by is encoder.reference
    assert f"{EMBEDDED_MODEL} runs by sentence-transformers, which is slower: it is too odd." in caplog.text


@pytest.mark.slow
def test_a_graph_that_says_something_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    export = SentenceTransformerEncoder.export
    monkeypatch.setattr(
        SentenceTransformerEncoder,
        "export",
        lambda self, folder: graphs.GraphMetadata(
            **{**as_dict(export(self, folder)), "text_prompt": "Not so: "}
        ),
    )
    encoder = made(tmp_path)
    assert encoder.by is encoder.reference
    assert "its vectors would differ from the original's (cosine 0." in caplog.text


def as_dict(metadata: graphs.GraphMetadata) -> dict[str, object]:
    return {name: getattr(metadata, name) for name in metadata.__struct_fields__}


@pytest.mark.slow
def test_texts_of_any_number_are_encoded_in_blocks(
    real_encoder: ServedEncoder, monkeypatch: pytest.MonkeyPatch
):
    whole = real_encoder.encode(TEXTS)
    monkeypatch.setattr(serving, "TEXTS_AT_ONCE", 7)
    monkeypatch.setattr(serving, "TOKENS_AT_ONCE", 20)
    heard: list[int] = []
    assert np.abs(real_encoder.encode(TEXTS, heard.append) - whole).max() < 1e-5
    assert sum(heard) == len(TEXTS)
    assert real_encoder.encode([]).shape == (0, 384)


def test_the_folder_of_models_can_be_set(settings: Settings, tmp_path: Path):
    assert settings.graphs_folder() == tmp_path / "state" / "models"
    elsewhere = replace(settings, serving=replace(settings.serving, folder=str(tmp_path / "x")))
    assert elsewhere.graphs_folder() == tmp_path / "x"
