"""Weighing of sentences by themselves; that of the sentences of a search is in ``test_search.py``."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from bot.engine import Engine
from index import evidence
from index.evidence import Weigher
from index.generation import Generation
from index.lexical import Analyser
from index.records import Hit, Sentence


@pytest.fixture
def generation(engine: Engine) -> Generation:
    return engine.generation()


@pytest.fixture
def stemmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are stemmed."""
    texts: list[str] = []
    spaced = Analyser.spaced

    def noting(self: Analyser, text: str) -> str:
        texts.append(text)
        return spaced(self, text)

    monkeypatch.setattr(Analyser, "spaced", noting)
    return texts


def weighed(weigher: Weigher, question: str, passages: Sequence[int]) -> Iterator[Hit]:
    numbers = np.array(passages, np.int64)
    return weigher.weigh(question, np.eye(1, 256, dtype=np.float32)[0], numbers, 1 / (1 + numbers))


def shares(hits: Iterator[Hit]) -> dict[str, tuple[float, float]]:
    return {
        hit.sentence.text: (hit.features.sentence_coverage, hit.features.passage_coverage) for hit in hits
    }


def test_coverage_is_the_share_of_the_weights_of_the_words(generation):
    weights = generation.lexical.weights("onions, butter, and zebras")
    assert len(weights) == 3
    of = shares(
        weighed(Weigher(generation), "onions, butter, and zebras", range(generation.manifest.passages))
    )
    known = (weights["onion"] + weights["butter"]) / sum(weights.values())
    assert of["Slice six onions and fry them in butter until they are brown."] == pytest.approx(
        (known, known)
    )
    assert of["Serve it with toasted bread."] == pytest.approx((0, known))  # the same passage
    assert of["The crossing takes two days."] == (0, 0)


def phrases(hits: Iterator[Hit]) -> dict[str, float]:
    return {hit.sentence.text: hit.features.passage_phrases for hit in hits}


def test_phrases_are_neighbouring_words_of_the_question_one_of_which_tells(generation):
    # "fry them" stands there, "I fry" and "in ice" do not, and "them in" tells nothing
    question = "Do I fry them in ice?"
    weights = generation.lexical.weights(question)
    assert len(weights) == 2
    of = phrases(weighed(Weigher(generation), question, range(generation.manifest.passages)))
    known = weights["fri"] / (2 * weights["fri"] + weights["ice"])
    assert of["Slice six onions and fry them in butter until they are brown."] == pytest.approx(known)
    assert of["Serve it with toasted bread."] == pytest.approx(known)  # the same passage
    assert of["The crossing takes two days."] == 0


@pytest.mark.parametrize("question", ["butter", "brown serve", "?!"])
def test_no_phrases(generation, question):  # of one word, across the end of a sentence, of none
    of = phrases(weighed(Weigher(generation), question, range(generation.manifest.passages)))
    assert set(of.values()) == {0}


def test_sentences_have_the_fused_score_of_their_passage(generation):
    for hit in weighed(Weigher(generation), "onions", [2, 0]):
        assert hit.features.passage_fused == (
            1 if hit.sentence.passage.place == generation.passage(0).place else pytest.approx(1 / 3)
        )


def test_words_are_whole(generation):
    of = shares(weighed(Weigher(generation), "Is the ion in Ice?", range(generation.manifest.passages)))
    assert set(of.values()) == {(0, 0)}  # neither in "onions" nor in "Iceland"


def test_a_question_without_words_covers_nothing(generation):
    assert set(shares(weighed(Weigher(generation), "?!", [0, 1])).values()) == {(0, 0)}
    assert list(weighed(Weigher(generation), "onions", [])) == []


def test_each_passage_is_stemmed_once(generation, stemmed):
    weigher = Weigher(generation)
    first = list(weighed(weigher, "onions", [0, 1]))
    assert stemmed
    stemmed.clear()
    assert list(weighed(weigher, "onions", [1, 0])) == first
    assert not stemmed
    assert list(weighed(weigher, "onions", [1, 2])) != first
    assert stemmed


def test_only_the_passages_looked_at_last_are_remembered(generation, stemmed, monkeypatch):
    monkeypatch.setattr(evidence, "_REMEMBERED", 2)
    weigher = Weigher(generation)
    for passages in ([0, 1], [0], [2]):
        list(weighed(weigher, "onions", passages))
    stemmed.clear()
    list(weighed(weigher, "onions", [0, 2]))
    assert not stemmed
    list(weighed(weigher, "onions", [1]))
    assert stemmed
    hits = list(weighed(weigher, "onions", [0, 1, 2]))  # more than are remembered
    assert {hit.sentence.passage.start for hit in hits} == {generation.passage(n).start for n in (0, 1, 2)}


def test_texts_are_read_as_hits_are_taken(generation, monkeypatch):
    every = list(weighed(Weigher(generation), "onions and the ferry", range(generation.manifest.passages)))
    monkeypatch.setattr(evidence, "_AT_ONCE", 2)
    read: list[int] = []
    sentences = Generation.sentences

    def noting(self: Generation, passages: Sequence[int]) -> list[list[Sentence]]:
        read.append(len(passages))
        return sentences(self, passages)

    monkeypatch.setattr(Generation, "sentences", noting)
    weigher = Weigher(generation)
    hits = weighed(weigher, "onions and the ferry", range(generation.manifest.passages))
    read.clear()  # for the words
    assert next(hits) == every[0]
    assert len(read) == 1
    assert list(hits) == every[1:]
    assert len(read) == -(-len(every) // 2)
