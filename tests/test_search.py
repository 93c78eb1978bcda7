from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from index.building.build import build
from index.engines.local.store import Store
from index.errors import IndexMismatch
from index.records import Features, Hit, Locator
from index.search.searcher import Ranking, Searcher
from index.settings import load

QUESTION = "Do cats bark?"
COSINES = {"Cats purr.": 0.6, "Dogs bark.": 0.8, "Cats bark.": 0.28}
EVIDENCE = Features(
    unit_cosine=0.16,
    unit_coverage=0.25,
    passage_cosine=0.30,
    passage_coverage=0.09,
    passage_phrases=0.20,
)
WORD = log(1.6)  # BM25 of a word once in a passage of mean length, in 2 of 3 passages


class Pictured:
    """Gives each text the vector that has the wanted cosine to every question."""

    name = fingerprint = "pictured"
    max_tokens = 64

    def __init__(self, cosines: dict[str, float]) -> None:
        self.cosines = cosines

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> np.ndarray:
        cosines = [self.cosines[text] for text in texts]
        return np.array([[cosine, (1 - cosine**2) ** 0.5] for cosine in cosines], np.float32)

    def encode_questions(self, questions: Sequence[str]) -> np.ndarray:
        return np.array([[1, 0]] * len(questions), np.float32)


def searcher(
    folder: Path, cosines: dict[str, float], weights: Features = EVIDENCE, **flags: object
) -> Searcher:
    """A searcher over one document for each text."""
    docs = folder / "docs"
    docs.mkdir()
    for number, text in enumerate(cosines):
        (docs / f"{number}.txt").write_text(text)
    settings = load(flags={"documents.folder": docs, "state.folder": str(folder / "state"), **flags})
    encoder = Pictured(cosines)
    build(settings, encoder)
    return Searcher(Store(settings.index_folder()).current(), encoder, settings, weights)


def rank(found: Searcher, question: str) -> Ranking:
    return found.rank(question, found._questions.vector(question))


def hits(found: Iterable[Hit]) -> list[str]:
    return [hit.unit.text for hit in found]


def features(found: list[Hit]) -> dict[str, tuple[float, ...]]:
    """Cosine and coverage of each unit, and of its passage."""
    return {
        hit.unit.text: (
            hit.features.unit_cosine,
            hit.features.unit_coverage,
            hit.features.passage_cosine,
            hit.features.passage_coverage,
        )
        for hit in found
    }


def test_each_feature_has_its_own_weight():
    names = Features.__struct_fields__
    weights = Features(*(float(number) for number in range(1, len(names) + 1)))
    for number, name in enumerate(names, start=1):
        alone = Features(**{other: float(other == name) for other in names})
        assert alone.fused(weights) == getattr(weights, name) == number


@pytest.mark.parametrize("name", Features.__struct_fields__)
def test_the_weights_are_those_of_the_features_in_a_score(tmp_path, name):
    made = searcher(tmp_path, COSINES, Features(**{name: 1.0}))
    for hit in made.search("Do Zebras of 1977 bark?"):
        assert hit.score == getattr(hit.features, name) == hit.features.fused(Features(**{name: 1.0}))


def test_meaning_and_words_are_fused_as_worked_out_by_hand(tmp_path):
    found = rank(searcher(tmp_path, COSINES), QUESTION)
    assert found.numbers.tolist() == [1, 2, 0]
    assert found.cosines == pytest.approx([0.8, 0.28, 0.6], abs=1e-6)
    assert found.bm25 == pytest.approx([WORD, 2 * WORD, WORD], rel=1e-6)
    assert found.scores == pytest.approx([0.75, 0.675, 0.625], abs=1e-6)


def test_hits_hold_their_evidence(tmp_path):
    found = searcher(tmp_path, COSINES).search(QUESTION)
    assert features(found)["Cats bark."] == pytest.approx((0.28, 1, 0.28, 1), abs=1e-6)
    assert features(found)["Dogs bark."] == pytest.approx((0.8, 0.5, 0.8, 0.5), abs=1e-6)
    assert features(found)["Cats purr."] == pytest.approx((0.6, 0.5, 0.6, 0.5), abs=1e-6)
    for hit in found:
        pairs = zip(structs.astuple(EVIDENCE), structs.astuple(hit.features), strict=True)
        weighed = [weight * value for weight, value in pairs]
        assert hit.score == pytest.approx(sum(weighed), abs=1e-9)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_a_passage_counts_for_its_units(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "pets.txt").write_text("Pets\n\nCats purr. Dogs bark.\n\nBirds sing.")
    settings = load(
        flags={"documents.folder": docs, "state.folder": str(tmp_path / "s"), "passages.min_tokens": 0}
    )
    encoder = Pictured({"Birds sing.": -0.5, "Cats purr.": 0.6, "Dogs bark.": 0.8})
    build(settings, encoder)
    found = Searcher(Store(settings.index_folder()).current(), encoder, settings, EVIDENCE)
    hits = found.search("Do pets purr?")
    of = features(hits)
    pets, purr = log(1 + 0.5 / 2.5), log(2)  # the title counts with every passage
    assert of["Cats purr."] == pytest.approx((0.6, purr / (pets + purr), 0.8, 1), abs=1e-6)
    assert of["Dogs bark."] == pytest.approx((0.8, 0, 0.8, 1), abs=1e-6)
    assert of["Birds sing."] == pytest.approx((-0.5, 0, -0.5, pets / (pets + purr)), abs=1e-6)
    around = {hit.unit.text: hit.features.around_coverage for hit in hits}
    assert around == pytest.approx(
        {"Cats purr.": 1, "Dogs bark.": pets / (pets + purr), "Birds sing.": pets / (pets + purr)}, abs=1e-6
    )
    assert [passage.locator for passage in found.passages("Do pets purr?", 1)] == [Locator(first=1, last=1)]


def test_a_heading_counts_for_its_passage_and_for_its_units_only_with_what_is_around_them(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# Plans\n\nWe meet. Bring tea.")
    (docs / "b.md").write_text("# Cats\n\n## Naps\n\nThey sleep. All day.")
    settings = load(flags={"documents.folder": docs, "state.folder": str(tmp_path / "s")})
    encoder = Pictured(dict.fromkeys(["We meet.", "Bring tea.", "They sleep.", "All day."], 0.5))
    encoder.cosines["Cats › Naps"] = 1.0
    build(settings, encoder)
    found = Searcher(Store(settings.index_folder()).current(), encoder, settings, EVIDENCE)
    nap, sleep = log(2), log(2)
    hits = found.search("Naps asleep, sleeping?")
    of = features(hits)
    asleep = log(1 + 2.5 / 0.5)  # in no passage
    total = nap + sleep + asleep
    near = (0.5 + 0.4 * 1.0) / sqrt(1.56)  # the heading pulls; 0.9² + 0.75 = 1.56
    assert of["They sleep."] == pytest.approx((near, sleep / total, near, (nap + sleep) / total), abs=1e-6)
    assert of["All day."] == pytest.approx((near, 0, near, (nap + sleep) / total), abs=1e-6)
    assert of["Bring tea."] == pytest.approx((0.5, 0, 0.5, 0), abs=1e-6)
    around = {hit.unit.text: hit.features.around_coverage for hit in hits}
    assert around == pytest.approx(
        {
            "They sleep.": (nap + sleep) / total,
            "All day.": nap / total,
            "We meet.": 0,
            "Bring tea.": 0,
        },
        abs=1e-6,
    )


def test_a_passage_found_by_its_words_only_has_its_exact_cosine(tmp_path):
    found = rank(searcher(tmp_path, COSINES, **{"search.candidates": 1}), QUESTION)
    assert found.numbers.tolist() == [2, 1]
    assert found.cosines == pytest.approx([0.28, 0.8], abs=1e-6)
    assert found.bm25 == pytest.approx([2 * WORD, 0], rel=1e-6)
    assert found.scores == pytest.approx([0.675, 0.5], abs=1e-6)


@pytest.mark.parametrize("question", ["", "?!", "Zebras?", "会议"])
def test_without_a_known_word_meaning_alone_decides(tmp_path, question):
    made = searcher(tmp_path, COSINES)
    ranked = rank(made, question)
    assert (ranked.numbers.tolist(), ranked.bm25.tolist()) == ([1, 0, 2], [0, 0, 0])
    assert ranked.scores == pytest.approx([0.5, 0.375, 0.175], abs=1e-6)
    found = made.search(question)
    assert hits(found) == ["Dogs bark.", "Cats purr.", "Cats bark."]
    assert [hit.features.unit_coverage + hit.features.passage_coverage for hit in found] == [0, 0, 0]


def test_where_no_meaning_is_near_the_words_decide(tmp_path):
    found = rank(searcher(tmp_path, {"Cats purr.": -0.10, "Dogs bark.": -0.09}), "cats")
    assert found.numbers.tolist() == [0, 1]
    assert all(-1 <= score <= 1 for score in found.scores)


def test_equal_passages_keep_the_order_of_the_documents(tmp_path):
    made = searcher(tmp_path, {"Cats purr.": 0.5, "Cats bark.": 0.5, "Cats nap.": 0.5})
    assert rank(made, "cats").numbers.tolist() == [0, 1, 2]
    assert hits(made.search("cats")) == ["Cats purr.", "Cats bark.", "Cats nap."]


@pytest.mark.parametrize(("passages", "count"), [(None, 2), (1, 1), (0, 0), (9, 3)])
def test_only_the_best_passages_compete(tmp_path, passages, count):
    made = searcher(tmp_path, COSINES, **{"search.passages": 2})
    assert len(made.search(QUESTION, passages)) == count
    assert set(hits(made.search(QUESTION, passages))) == set(
        ["Dogs bark.", "Cats bark.", "Cats purr."][:count]
    )


def test_a_sweep_returns_every_unit_of_a_small_collection(tmp_path):
    cosines = {f"Number {n} naps.": n / 100 for n in range(60)}
    made = searcher(tmp_path, cosines, **{"search.candidates": 5, "search.passages": 2})
    assert sorted(hits(made.sweep("zebras"))) == sorted(cosines)
    assert hits(made.sweep("zebras"))[0] == "Number 59 naps."
    assert len(made.search("zebras")) == 2


def test_a_collection_of_one_unit(tmp_path):
    made = searcher(tmp_path, {"Cats purr.": 0.6})
    ranked = rank(made, "cats")
    assert (ranked.numbers.tolist(), ranked.cosines) == ([0], pytest.approx([0.6]))
    assert hits(made.search("cats")) == hits(made.sweep("")) == ["Cats purr."]
    assert [passage.text for passage in made.passages("dogs", 5)] == ["Cats purr."]


def test_an_index_of_another_model_is_refused(tmp_path):
    made = searcher(tmp_path, {"Cats purr.": 0.6})
    other = Pictured({})
    other.name = other.fingerprint = "other"
    with pytest.raises(IndexMismatch) as error:
        Searcher(made.generation, other, load(), EVIDENCE)
    assert str(error.value) == (
        "The index was made with the model pictured, the settings name other, or the model's files changed. "
        "Run `docent index`, or set encoder.model."
    )


def test_threads_share_a_searcher(tmp_path):
    made = searcher(tmp_path, {f"Number {n} naps.": n / 100 for n in range(60)})
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: hits(made.search(f"Which naps: number {n}?", 1)), [*range(60)] * 3))
    assert all(len(texts) == 1 for texts in found)
    assert found[:60] == found[60:120] == found[120:]
    assert found[59] == ["Number 59 naps."]
