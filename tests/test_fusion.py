"""Weighing of units by themselves; that of the units of a search is in ``test_search.py``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.building.build import build
from index.engines.local.generation import Generation
from index.engines.local.store import Store
from index.records import Features, Hit, Unit
from index.search import fusion as module
from index.search.fusion import ScoreFusion
from index.settings import Settings
from tests.conftest import WordsEncoder

WEIGHTS = Features(unit_cosine=0.25, unit_coverage=0.25, passage_coverage=0.25, passage_fused=0.25)


@pytest.fixture
def generation(settings: Settings, encoder: WordsEncoder) -> Generation:
    build(settings, encoder)
    return Store(settings.index_folder()).current()


@pytest.fixture
def stemmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are stemmed."""
    texts: list[str] = []
    spaced = module.spaced

    def noting(text: str, language: str) -> str:
        texts.append(text)
        return spaced(text, language)

    monkeypatch.setattr(module, "spaced", noting)
    return texts


def weighed(fusion: ScoreFusion, question: str, passages: Sequence[int]) -> Iterator[Hit]:
    numbers = np.array(passages, np.int64)
    return fusion.fuse(question, np.eye(1, 256, dtype=np.float32)[0], numbers, 1 / (1 + numbers))


def every(generation: Generation, question: str) -> Iterator[Hit]:
    """All units, weighed."""
    return weighed(ScoreFusion(generation, WEIGHTS), question, range(generation.manifest.passages))


def shares(hits: Iterator[Hit]) -> dict[str, tuple[float, float]]:
    return {hit.unit.text: (hit.features.unit_coverage, hit.features.passage_coverage) for hit in hits}


def test_coverage_is_the_share_of_the_weights_of_the_words(generation):
    weights = generation.lexical.weights("onions, butter, and zebras")
    assert len(weights) == 3
    of = shares(every(generation, "onions, butter, and zebras"))
    known = (weights["onion",] + weights["butter",]) / sum(weights.values())
    assert of["Slice six onions and fry them in butter until they are brown."] == pytest.approx(
        (known, known)
    )
    assert of["Serve it with toasted bread."] == pytest.approx((0, known))  # the same passage
    assert of["The crossing takes two days."] == (0, 0)


def phrases(hits: Iterator[Hit]) -> dict[str, float]:
    return {hit.unit.text: hit.features.passage_phrases for hit in hits}


def test_phrases_are_neighbouring_words_of_the_question_one_of_which_tells(generation):
    # "fry them" stands there, "I fry" and "in ice" do not, and "them in" tells nothing
    question = "Do I fry them in ice?"
    weights = generation.lexical.weights(question)
    assert len(weights) == 2
    of = phrases(every(generation, question))
    known = weights["fri",] / (2 * weights["fri",] + weights["ice",])
    assert of["Slice six onions and fry them in butter until they are brown."] == pytest.approx(known)
    assert of["Serve it with toasted bread."] == pytest.approx(known)  # the same passage
    assert of["The crossing takes two days."] == 0


@pytest.mark.parametrize("question", ["butter", "brown serve", "?!"])
def test_no_phrases(generation, question):  # of one word, across the end of a sentence, of none
    of = phrases(every(generation, question))
    assert set(of.values()) == {0}


def test_units_have_the_fused_score_of_their_passage(generation):
    for hit in weighed(ScoreFusion(generation, WEIGHTS), "onions", [2, 0]):
        assert hit.features.passage_fused == (
            1 if hit.unit.passage.place == generation.passage(0).place else pytest.approx(1 / 3)
        )


def values(hits: Iterator[Hit], *names: str) -> dict[str, tuple[float, ...]]:
    """Some features of each unit."""
    return {hit.unit.text: tuple(getattr(hit.features, name) for name in names) for hit in hits}


def test_what_stands_above_a_unit_counts_for_what_is_around_it(generation):
    question = "garden club greenhouse"
    garden, club, greenhouse = generation.lexical.weights(question).values()
    total = garden + club + greenhouse
    of = values(
        every(generation, question), "unit_coverage", "around_coverage", "around_phrases", "passage_phrases"
    )
    phrase = (garden + club) / (garden + 2 * club + greenhouse)  # "club greenhouse" stands nowhere
    assert of["The club bought a new greenhouse for 900 euros."] == pytest.approx(
        ((club + greenhouse) / total, 1, phrase, phrase)
    )
    assert of["Dora Dean sent her apologies."] == pytest.approx((0, (garden + club) / total, phrase, phrase))
    assert of["The crossing takes two days."] == (0, 0, 0, 0)


def test_smooth_coverage_weights_words_as_if_there_were_other_passages(generation):
    question = "onions at the club"
    lexical = generation.lexical
    sharp, smooth = lexical.weights(question), lexical.weights(question, 50, 2)
    of = values(
        every(generation, question), "unit_coverage", "unit_coverage_smooth", "passage_coverage_smooth"
    )
    shares = (sharp["onion",] / sum(sharp.values()), *[smooth["onion",] / sum(smooth.values())] * 2)
    assert of["Slice six onions and fry them in butter until they are brown."] == pytest.approx(shares)
    assert shares[0] > shares[1] > 0.5  # the club is in most of these few passages


MISSING = ("numbers_missing", "names_missing", "numbers_missing_around", "names_missing_around")


def test_numbers_and_names_of_the_question_that_are_nowhere_are_missing(generation):
    of = values(every(generation, "Did Alice Archer meet Zoe on 03 May or in 1977?"), *MISSING)
    # numbers are 3 and 1977, names Alice, Archer, Zoe and May
    assert of["The meeting was held in the village hall on 3 May 2024."] == pytest.approx(
        (0.5, 0.75, 0.5, 0.75)
    )
    assert of["Minutes of the garden club"] == pytest.approx((0.5, 0.75, 1, 1))  # in the same passage
    assert of["Alice Archer, Bob Baker and Carol Cook attended the meeting."] == pytest.approx(
        (1, 0.5, 1, 0.5)
    )
    assert of["Dora Dean sent her apologies."] == pytest.approx((1, 0.5, 1, 1))
    assert of["The crossing takes two days."] == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "question", ["Who attended the meeting?", "WHO ATTENDED THE MEETING?", "Alice?", "?!"]
)
def test_where_none_is_asked_for_none_is_missing(generation, question):
    assert set(values(every(generation, question), *MISSING).values()) == {(0, 0, 0, 0)}


KINDS = """\
---
author: Zoë
---

# Club

## What does it cost?

Nothing.

| Room | Price |
|------|-------|
| Hall | 9     |

- Bring tea

```
run(club)
```
"""


def test_what_kind_a_unit_is_of_is_a_feature(docs: Path, settings: Settings, encoder: WordsEncoder):
    for source in ("soup.txt", "minutes.md", "letters/ferry.txt"):
        (docs / source).unlink()
    (docs / "club.md").write_text(KINDS)
    build(settings, encoder)
    found = every(Store(settings.index_folder()).current(), "club")
    assert {hit.unit.shown: (f.is_name, f.is_entry, f.is_code) for hit in found for f in [hit.features]} == {
        "author: Zoë": (0, 0, 1),
        "What does it cost?": (1, 0, 0),
        "Nothing.": (0, 0, 0),
        "Room: Hall · Price: 9": (0, 1, 0),
        "Bring tea": (0, 1, 0),
        "run(club)": (0, 0, 1),
    }


def test_words_are_whole(generation):
    of = shares(every(generation, "Is the ion in Ice?"))
    assert set(of.values()) == {(0, 0)}  # neither in "onions" nor in "Iceland"


def test_a_question_without_words_covers_nothing(generation):
    assert set(shares(weighed(ScoreFusion(generation, WEIGHTS), "?!", [0, 1])).values()) == {(0, 0)}
    assert list(weighed(ScoreFusion(generation, WEIGHTS), "onions", [])) == []


def test_each_passage_is_stemmed_once(generation, stemmed):
    fusion = ScoreFusion(generation, WEIGHTS)
    first = list(weighed(fusion, "onions", [0, 1]))
    assert len(stemmed) > 1
    stemmed.clear()
    assert list(weighed(fusion, "onions", [1, 0])) == first
    assert stemmed == []
    stemmed.clear()
    assert list(weighed(fusion, "onions", [1, 2])) != first
    assert len(stemmed) > 1


def test_only_the_passages_looked_at_last_are_remembered(generation, stemmed):
    fusion = ScoreFusion(generation, WEIGHTS, remembered=2)
    for passages in ([0, 1], [0], [2]):
        list(weighed(fusion, "onions", passages))
    stemmed.clear()
    list(weighed(fusion, "onions", [0, 2]))
    assert stemmed == []
    stemmed.clear()
    list(weighed(fusion, "onions", [1]))
    assert len(stemmed) > 1
    hits = list(weighed(fusion, "onions", [0, 1, 2]))  # more than are remembered
    assert {hit.unit.passage.start for hit in hits} == {generation.passage(n).start for n in (0, 1, 2)}


def test_texts_are_read_as_hits_are_taken(generation, monkeypatch):
    wanted = list(every(generation, "onions and the ferry"))
    read: list[int] = []
    units = Generation.units

    def noting(self: Generation, passages: Sequence[int]) -> list[tuple[Unit, ...]]:
        read.append(len(passages))
        return units(self, passages)

    monkeypatch.setattr(Generation, "units", noting)
    fusion = ScoreFusion(generation, WEIGHTS, at_once=2)
    hits = weighed(fusion, "onions and the ferry", range(generation.manifest.passages))
    read.clear()  # for the words
    assert next(hits) == wanted[0]
    assert len(read) == 1
    assert list(hits) == wanted[1:]
    assert len(read) == -(-len(wanted) // 2)


@given(st.text("abAB1é.:/_-()<$ \n\u2003", max_size=30))
def test_a_text_that_is_soon_seen_to_be_no_code_has_no_identifier(text: str):
    if not module._MAY_BE_CODE.search(text):
        assert not any(map(module._IDENTIFIER.search, text.split()))
