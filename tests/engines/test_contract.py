"""What every engine of an index has to do: the same tests for all of them."""

from math import log, sqrt

import numpy as np
import pytest

from index.engines.base import Generation, Index
from index.engines.table import index_of
from index.errors import IndexMissing, SettingsError, UnknownSource
from index.records import Context
from index.scope import NOTHING, Scope
from index.settings import load
from tests.conftest import WordsEncoder
from tests.engines.conftest import FILES

SOURCES = ["garden.md", "hr/leave.md", "hr/Öffnung.txt", "prices.csv"]
HR = Scope.of(["hr"])


def asked(question: str) -> np.ndarray:
    return WordsEncoder().encode_questions([question])[0]


def said(generation: Generation, passage: int) -> list[str]:
    return [unit.shown for unit in generation.units([passage])[0]]


def passage_of(generation: Generation, source: str) -> int:
    return generation.entry(source).first


def bm25(found: int, frequency: int, length: int, total: int, mean: float) -> float:
    idf = log(1 + (total - found + 0.5) / (found + 0.5))
    return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean))


pytestmark = [  # what the client's local mode says it does without
    pytest.mark.filterwarnings("ignore:Local mode performs:UserWarning"),
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),
]

# ------------------------------------------------------------------------------------ texts


def test_the_manifest_and_the_documents_are_as_they_were_built(index, generation, small):
    manifest = generation.manifest
    assert index.current_name() == generation.name
    assert index.documents_folder() == small.documents.folder
    assert (manifest.encoder, manifest.dimension) == ("words", 256)
    assert (manifest.documents, manifest.passages, manifest.units) == (4, 4, 10)
    assert set(manifest.languages) == {"en", "de"}
    assert [entry.source for entry in generation.entries()] == SOURCES
    assert sum(entry.last - entry.first for entry in generation.entries()) == 4
    generation.check_sizes()
    generation.check()


@pytest.mark.parametrize("source", SOURCES)
def test_a_document_is_there_to_the_letter(generation, source):
    document = generation.document(source)
    assert document.text == FILES[source]
    assert document.source == source
    assert generation.layout(source) == document.layout
    assert generation.entry(source).digest == document.digest
    for passage in generation.passages_of(source):
        assert passage.text == FILES[source][passage.start : passage.end]
    with pytest.raises(UnknownSource, match="There is no document 'x' in the index"):
        generation.document("x")


def test_units_have_their_kinds_contexts_and_what_is_shown_of_them(generation):
    units = generation.units([passage_of(generation, "hr/leave.md")])[0]
    assert [(unit.kind, unit.shown) for unit in units] == [
        ("paragraph", "Everybody has 25 days of leave."),
        ("paragraph", "Miriam has 34."),
        ("item", "Ask Zoë early."),
        ("item", "Rest."),
    ]
    assert units[2].text == "Ask Zoë *early*."
    assert units[0].context == Context(("hr", "leave"))
    assert units[0].passage.locator == generation.passages_of("hr/leave.md")[0].locator
    assert units[0].passage.language == "en"
    around, place = generation.around(units[1], 1, 1)
    assert [unit.shown for unit in around] == [unit.shown for unit in units]
    assert place == 1
    assert generation.sources_with("öffnet um neun") == ["hr/Öffnung.txt"]
    assert generation.sources_with("Öffnet um neun") == []


# ------------------------------------------------------------------------------------ vectors and words


def test_rows_belong_to_passages(generation):
    passages = np.array([passage_of(generation, "prices.csv"), passage_of(generation, "garden.md")])
    rows, firsts = generation.rows_of(passages)
    assert np.diff(firsts, append=len(rows)).tolist() == [len(said(generation, n)) for n in passages.tolist()]
    assert (
        generation.passages_with(rows).tolist()
        == np.repeat(passages, [firsts[1], len(rows) - firsts[1]]).tolist()
    )
    assert generation.rows_of(np.empty(0, np.int64))[0].tolist() == []


def test_cosines_are_exact(generation):
    number = passage_of(generation, "garden.md")
    rows, _ = generation.rows_of(np.array([number]))
    vector = asked("The garden club meets on Mondays.")
    cosines = generation.cosines(rows, vector)
    best = said(generation, number).index("The garden club meets on Mondays.")
    assert cosines[best] == pytest.approx(1, abs=1e-5)  # it says itself what it stands under
    assert cosines.dtype == np.float32
    # an item's vector is its own and 0.4 of that of what it stands under, "leave"
    items = generation.rows_of(np.array([passage_of(generation, "hr/leave.md")]))[0][2:]
    found = generation.cosines(items, asked("Ask Zoë early."))
    assert found.tolist() == pytest.approx([1 / sqrt(1 + 0.4**2), 0], abs=5e-3)
    generation.unload()
    assert generation.cosines(rows[::-1].copy(), vector) == pytest.approx(cosines[::-1], abs=1e-6)


def test_candidates_are_the_nearest_units_and_the_passages_with_the_words(generation):
    question = "When does the garden club meet?"
    found = generation.candidates(question, asked(question), 5)
    assert found.cosines.shape == found.units.shape == (5,)
    assert (np.diff(found.cosines) <= 0).all()
    assert found.cosines == pytest.approx(generation.cosines(found.units, asked(question)), abs=1e-6)
    everything = generation.candidates(question, asked(question), 10)
    assert sorted(everything.units.tolist()) == list(range(10))
    garden = passage_of(generation, "garden.md")
    assert list(found.bm25) == [garden]
    assert found.bm25 == pytest.approx(generation.lexical.search(question, 5), rel=1e-5)
    assert generation.lexical.best(question)[0] == garden


def test_bm25_is_as_worked_out_by_hand(generation):
    garden, leave = (passage_of(generation, source) for source in ("garden.md", "hr/leave.md"))
    words = generation.lexical
    weights = {stem: weight for term, weight in words.weights("club leave").items() for stem in term}
    assert weights["club"] == pytest.approx(log(1 + 3.5 / 1.5))  # in 1 of 4 passages
    assert weights["leav"] == pytest.approx(log(1 + 2.5 / 2.5))  # in 2
    scores = words.search("club", 5)
    # "garden" above two sentences of 6 and 5 words: 12 of 52 in all four passages, "club" twice
    assert scores == {garden: pytest.approx(bm25(1, 2, 12, 4, 52 / 4), rel=1e-6)}
    assert leave in words.search("leave", 5)
    assert words.search("", 5) == {}


def test_words_are_counted_found_and_spelled(generation):
    words = generation.lexical
    assert len(words) == 4
    assert words.stands("gardens")
    assert not words.stands("zebra")
    assert words.near("gardne", 1) == {"garden": (1, 1)}
    assert words.near("zebra", 2) == {}
    assert words.found_in("the garden club", "A club.") == {"club": pytest.approx(log(1 + 3.5 / 1.5))}


# ------------------------------------------------------------------------------------ scopes, absence


def test_a_scope_shows_its_folders_only(index, generation):
    seen = index.within(generation, HR)
    assert [entry.source for entry in seen.entries()] == SOURCES[1:3]
    assert (seen.manifest.documents, seen.manifest.passages, seen.manifest.units) == (2, 2, 6)
    assert set(seen.manifest.languages) == {"en", "de"}
    question = "How many days of leave does the garden club have?"
    found = seen.candidates(question, asked(question), 10)
    passages = {passage_of(seen, source) for source in SOURCES[1:3]}
    assert set(seen.passages_with(found.units).tolist()) == passages
    assert set(found.bm25) <= passages
    assert len(found.units) == 6
    assert seen.lexical.weights("leave") == {("leav", "leav"): pytest.approx(log(1 + 1.5 / 1.5))}
    assert not seen.lexical.stands("garden")
    assert seen.lexical.near("gardne", 1) == {}
    with pytest.raises(UnknownSource):
        seen.document("garden.md")
    nothing = index.within(generation, NOTHING)
    assert (nothing.entries(), nothing.manifest.units) == ([], 0)


def test_where_nothing_was_built_it_says_so(tmp_path):
    empty: Index = index_of(load(flags={"state.folder": str(tmp_path)}))
    assert empty.current_name() is None
    with pytest.raises(IndexMissing, match="There is no index"):
        empty.current()


def test_an_engine_that_there_is_not_is_named(tmp_path):
    with pytest.raises(
        SettingsError, match=r"There is no engine 'x' for index\.engine; there are: local, qdrant"
    ):
        index_of(load(flags={"state.folder": str(tmp_path), "index.engine": "x"}))
