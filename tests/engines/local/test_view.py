"""What a scope shows of an index is found as in an index of just that; all else is not there."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.engine import Engine
from bot.settings import Settings
from index.building.changes import Changes
from index.engines.local import vectors
from index.engines.local.vectors import Matrix
from index.engines.local.view import View, joined
from index.errors import UnknownSource
from index.scope import EVERYTHING, NOTHING, Scope, folder
from tests.conftest import WordsEncoder
from tests.engines.local.folders import FOLDERS, laid_out
from tests.engines.local.rows import best, clustered, unit, written

PUBLIC = Scope.of(["handbook/public"])
QUESTIONS = (
    "How many days of leave does everybody have?",
    "When does the garden club meet?",
    "What is the salary of Miriam Quist?",
    "Which rules are there on leave?",
    "Where is the pay desk?",
)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "docs")


def alone(engine: Engine, tmp_path: Path, *names: str) -> Engine:
    """An engine over an index of just some of the folders."""
    place = tmp_path / "alone"
    for name, text in FOLDERS.items():
        if name.startswith(tuple(f"{one}/" for one in names)):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
    settings = engine.settings
    settings = replace(
        settings,
        documents=replace(settings.documents, folder=place),
        index=replace(settings.index, folder=str(tmp_path / "alone-index")),
    )
    other = Engine(settings, WordsEncoder())
    other.build()
    return other


@pytest.mark.parametrize("names", [("handbook/public",), ("hr", "handbook/public"), ("handbook",)])
def test_what_is_seen_is_found_as_in_an_index_of_it_alone(engine, tmp_path, names):
    seen, other = engine.within(Scope.of(names)), alone(engine, tmp_path, *names)
    assert seen.generation().manifest.units == other.generation().manifest.units > 0
    assert seen.generation().manifest.languages == other.generation().manifest.languages
    for question in QUESTIONS:
        found, wanted = seen._current().search(question), other._current().search(question)
        assert [(hit.unit.text, hit.unit.passage.place) for hit in found] == [
            (hit.unit.text, hit.unit.passage.place) for hit in wanted
        ]
        for hit, same in zip(found, wanted, strict=True):
            one, two = hit.features, same.features
            assert one.unit_coverage == pytest.approx(
                two.unit_coverage
            )  # the words' frequencies are the same
            assert one.unit_cosine == pytest.approx(two.unit_cosine, abs=1e-6)
            assert one.passage_fused == pytest.approx(two.passage_fused, abs=0.1)  # BM25's mean length is not
        swept = [hit.unit.text for hit in seen._current().sweep(question)]
        assert sorted(swept) == sorted(hit.unit.text for hit in other._current().sweep(question))
        reply, there = seen.ask(question), other.ask(question)
        assert (reply.found, reply.searched_for, reply.text) == (there.found, there.searched_for, there.text)


def test_nothing_tells_of_what_is_hidden(engine):
    public = engine.within(PUBLIC)
    reply = public.ask("What is the salary of Miriam Quist?")
    assert "Quist" not in f"{reply.text} {reply.near} {reply.citations}"
    sources = [entry.source for entry in public.sources()]
    assert sources == ["handbook/public/garden.md", "handbook/public/leave.md"]
    assert {one.source for one in public.more("leave of Miriam", ())} <= set(sources)
    assert {one.document.source for one in public.passages("leave", 99)} == set(sources)
    assert engine.ask("Whose is the onoin?").searched_for == "Whose is the onion?"
    assert public.ask("Whose is the onoin?").searched_for == "Whose is the onoin?"


def test_what_is_hidden_is_refused_as_what_there_is_not(engine, tmp_path):
    public, document = engine.within(PUBLIC), engine.document("hr/pay.md")
    told = []
    for asked in (public, alone(engine, tmp_path, "handbook/public")):
        for opened in (asked.document, lambda one, asked=asked: asked.around(one, 0), asked.outdated):
            with pytest.raises(UnknownSource) as error:
                opened("hr/pay.md")
            told.append(str(error.value))
    hint = "There is no document 'hr/pay.md' in the index. Did you mean handbook/public/"
    assert told[:3] == told[3:]
    assert (told[0].startswith(hint), told[2]) == (True, "There is no document 'hr/pay.md' in the index.")
    with pytest.raises(UnknownSource):
        public.file_of(document)
    with pytest.raises(UnknownSource):
        public.paged("hr/pay.md")
    with pytest.raises(FileNotFoundError):
        public.find("hr/pay.md")
    for escape in ("handbook/public/../../hr/pay.md", "./hr/pay.md", "/hr/pay.md", "handbook/public/"):
        with pytest.raises(UnknownSource):
            public.document(escape)
    with pytest.raises(UnknownSource, match=r"Did you mean handbook/public/leave\.md"):
        public.document("handbook/leave.md")  # hr/leave.md is no nearer


def test_without_an_index_a_file_is_hidden_too(settings, docs):
    public = Engine(settings, WordsEncoder()).within(PUBLIC)
    assert public.document("handbook/public/leave.md").title == "Leave"
    with pytest.raises(UnknownSource):
        public.document("hr/pay.md")


def test_where_nothing_is_seen_nothing_is_found(engine):
    nothing = engine.within(NOTHING)
    assert nothing.sources() == []
    assert not nothing.ask("How many days of leave does everybody have?").found
    assert not nothing.ask("Which rules are there on leave?").near
    assert nothing.more("leave", ()) == ()


def test_of_an_index_of_nothing_nothing_is_seen(engine, docs):
    public = engine.within(PUBLIC)
    shutil.rmtree(docs)
    docs.mkdir()
    engine.build(removals="all")
    assert not public.ask("How many days of leave does everybody have?").found
    assert public.sources() == []


def test_a_new_generation_is_seen_through_the_same_scope(engine, docs):
    public = engine.within(PUBLIC)
    assert engine.within(PUBLIC) is public
    before = public.generation()
    (docs / "handbook/public/new.md").write_text("The new printer is on floor 3.\n", encoding="utf-8")
    (docs / "hr/new.md").write_text("The new printer is for Miriam alone.\n", encoding="utf-8")
    assert public.changes() == Changes(added=("handbook/public/new.md",))
    engine.build()
    assert isinstance(public.generation(), View)
    assert public.generation().name == engine.generation().name != before.name
    assert [one.source for one in public.ask("Where is the new printer?").citations] == [
        "handbook/public/new.md"
    ]


@pytest.mark.usefixtures("few")
def test_of_many_rows_a_part_is_found_as_well_as_if_it_were_all(tmp_path):
    matrix = written(tmp_path, clustered(6000))
    rows = matrix.batch(np.arange(6000))  # in 16 bits
    questions = unit(rows[np.random.default_rng(6).integers(0, len(rows), 20)] + 0.05)
    for among in ([range(100, 160)], [range(7, 8)], [range(0, 300), range(5000, 5500)]):  # few: all compared
        part = np.concatenate([np.arange(one.start, one.stop) for one in among])
        for question in questions:
            cosines, found = matrix.nearest(question, 50, among)
            assert found.tolist() == part[best(rows[part], question, 50)].tolist()
            assert cosines == pytest.approx(rows[found] @ question, abs=1e-6)
    among = [range(500, 1500), range(3000, 4000)]  # many: by lists, and so many more of them
    part = np.concatenate([np.arange(one.start, one.stop) for one in among])
    (tmp_path / "part").mkdir()
    own: Matrix = written(tmp_path / "part", rows[part])
    hits = hits_alone = 0
    for question in questions:
        wanted = set(best(rows[part], question, 10))
        found = np.searchsorted(part, matrix.nearest(question, 50, among)[1])
        assert np.isin(part[found], part).all()
        hits += len(wanted.intersection(found[:10].tolist()))
        hits_alone += len(wanted.intersection(own.nearest(question, 50)[1][:10].tolist()))
    assert hits >= hits_alone * 0.98 > 150
    assert vectors.EXACT_UP_TO == 1000


def test_folders_are_written_in_many_ways():
    assert [folder(name) for name in ("hr", "hr/", "./hr//pay", ".", " hr ")] == [
        "hr", "hr", "hr/pay", "", "hr",
    ]  # fmt: skip
    assert folder("Bu\u0308ro") == "Büro"
    for name in ("", " ", "..", "hr/../x", "/hr", "a\\b", "C:/x", "../hr"):
        with pytest.raises(ValueError, match="is no folder below the documents folder"):
            folder(name)


def test_a_scope_shows_what_lies_below_its_folders():
    scope = Scope.of(["hr", "Büro"])
    shown = ["hr/pay.md", "hr/a/b.md", "Bu\u0308ro/x.md", "hr.md", "hrs/pay.md", "x/hr/pay.md", "hr", "HR/a"]
    assert [scope.shows(source) for source in shown] == [True, True, True, *5 * [False]]
    assert EVERYTHING.shows("hr.md") and not NOTHING.shows("hr.md")
    assert scope.covers(Scope.of(["hr/a"])) and scope.covers(NOTHING) and scope.covers(scope)
    assert not scope.covers(EVERYTHING) and not scope.covers(Scope.of(["hr", "public"]))
    assert EVERYTHING.covers(EVERYTHING) and (scope | EVERYTHING).is_everything
    assert Scope.of(["hr", "./hr/"]) == Scope(("hr",))
    assert joined([range(0, 2), range(2, 2), range(2, 5), range(7, 8)]) == [range(0, 5), range(7, 8)]


def test_the_settings_are_shared(engine, settings: Settings):
    assert engine.within(PUBLIC).settings is engine.settings
    assert engine.within(EVERYTHING) is engine
    with pytest.raises(ValueError, match="is not narrowed again"):
        engine.within(PUBLIC).within(Scope.of(["hr"]))


def test_few_scopes_are_remembered(engine):
    first = engine.within(PUBLIC)
    for number in range(15):
        engine.within(Scope((f"{number}",)))
    assert engine.within(PUBLIC) is first
    for number in range(16):
        engine.within(Scope((f"{number}",)))
    assert engine.within(PUBLIC) is not first
