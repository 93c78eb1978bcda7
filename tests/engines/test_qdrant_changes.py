"""The Qdrant engine where few documents changed: only they travel, and one generation is seen, whole."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qdrant_client")

from qdrant_client import QdrantClient, models

from bot.settings import Settings
from index.building.publishing import renew
from index.engines.base import Generation, Index
from index.engines.local.store import Store
from index.engines.qdrant import batching, sending, taking
from index.engines.qdrant.connection import Connection, client_of
from index.engines.qdrant.points import FOREVER
from index.engines.qdrant.remote import Remote
from index.errors import IndexDamaged, IndexReplaced
from index.scope import Scope
from tests.conftest import WordsEncoder
from tests.engines.conftest import renewed
from tests.engines.counted import Counted, remote
from tests.engines.double import Double

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Local mode performs:UserWarning"),
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),
]

SUBJECTS = (
    "apple",
    "bridge",
    "castle",
    "desert",
    "engine",
    "forest",
    "garden",
    "harbour",
    "island",
    "jungle",
)
QUESTIONS = ("Where is the old castle?", "Who owns the garden in town four?", "What is in the cellar?")


def text(number: int) -> str:
    subject = SUBJECTS[number % len(SUBJECTS)]
    return (
        f"The old {subject} of town {number} is near the river. "
        f"Its owner number {number * 7} likes the {subject}.\n"
    )


def write(settings: Settings, number: int, said: str) -> Path:
    file = settings.documents.folder / f"{'ab'[number % 2]}" / f"{number:03}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(said, encoding="utf-8")
    return file


@pytest.fixture
def many(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of sixteen documents of one passage and two units each, or so many as a parameter says."""
    from bot.settings import load

    folders = {"documents.folder": tmp_path / "many", "state.folder": str(tmp_path / "state")}
    settings = load(flags={**folders, "reader.model": "none"})
    for number in range(getattr(request, "param", 16)):
        write(settings, number, text(number))
    return settings


@pytest.fixture(params=["memory", "core"])
def client(request: pytest.FixtureRequest) -> Any:
    """The client's local mode, and Qdrant's own core in this process, where that is installed."""
    return QdrantClient(":memory:") if request.param == "memory" else request.getfixturevalue("core")


def told(generation: Generation) -> dict[str, Any]:
    """All that a generation tells, without its numbers."""
    entries = generation.entries()
    passages = [number for one in entries for number in range(one.first, one.last)]
    units = generation.units(passages)
    places = {number: some[0].passage.place for number, some in zip(passages, units, strict=True)}
    manifest = generation.manifest
    found: dict[str, Any] = {
        "documents": [(one.source, one.digest, one.size, one.mtime_ns) for one in entries],
        "texts": [generation.document(one.source) for one in entries[::15]],
        "units": [[(unit.shown, unit.context) for unit in some] for some in units],
        "sizes": (manifest.documents, manifest.passages, manifest.units),
        "languages": manifest.languages,
        "near": [generation.lexical.near(word, 1) for word in ("castel", "cellr")],
    }
    for question in QUESTIONS:
        near = generation.candidates(question, WordsEncoder().encode_questions([question])[0], 500)
        found[question] = {
            "weights": generation.lexical.weights(question),
            "cosines": sorted(near.cosines.tolist()),
            "units": sorted(places[passage] for passage in generation.passages_with(near.units).tolist()),
            "bm25": {places[one]: score for one, score in near.bm25.items()},
        }
    return found


def alike(one: Any, other: Any, moved: float = 0.0) -> None:
    """Assert that the same is told, with scores as near as the mean length that they are made with."""
    for question in QUESTIONS:
        found, wanted = one.pop(question), other.pop(question)
        assert found["cosines"] == pytest.approx(wanted["cosines"], abs=1e-5)
        assert found["bm25"] == pytest.approx(wanted["bm25"], rel=1e-5 + moved)
        assert (found["weights"], found["units"]) == (wanted["weights"], wanted["units"])
    assert one == other


def same(settings: Settings, index: Index, *, scopes: bool = True) -> None:
    """Assert that the current generation tells what this machine's does, all of it and below a folder."""
    store, scope = Store(settings.index_folder()), Scope.of(["a"])
    here, there = store.current(), index.current()
    there.check()
    moved = abs(there.recorded.length / there.manifest.passages / index._keeper.read().onto.mean - 1)
    alike(told(there), told(here), moved)
    if scopes:
        alike(told(index.within(there, scope)), told(store.within(here, scope)), moved)


def collection_of(client: QdrantClient, index: Remote) -> str:
    [name] = {one.name for one in client.get_collections().collections} - {index.collection}
    return name


def payloads(client: QdrantClient, index: Remote) -> dict[str, Any]:
    """Of all points but those of words their payloads."""
    points, _ = client.scroll(collection_of(client, index), limit=100_000)
    return {str(one.id): one.payload for one in points}


# ------------------------------------------------------------------------------------ what travels


@pytest.mark.parametrize("many", [100], indirect=True)
def test_where_one_document_in_a_hundred_changed_only_that_travels(many):
    counted = Counted()
    client = counted.wrap(QdrantClient(":memory:"))
    index = remote(many, client)
    renewed(many, index)
    first, bytes_first = +counted.points, counted.bytes
    assert (first["document"], first["passage"], first["unit"], first["piece"]) == (100, 100, 200, 200)
    before = payloads(client, index)
    counted.points.clear()
    counted.bytes = 0
    write(many, 12, text(12).replace("river", "valley"))
    assert renewed(many, index)
    second = +counted.points
    assert [second[kind] for kind in ("document", "passage", "unit", "piece")] == [1, 1, 2, 2]
    assert second["stem"] == 1  # "valley"
    assert second["word"] == 2 * len(("valley", "river"))  # below "" and "a"
    assert sum(second.values()) < 25
    assert counted.bytes < 0.05 * bytes_first
    after = payloads(client, index)
    changed = [one for one in before if after[one] != before[one]]
    assert len(changed) == 6  # the old document's, which end
    assert {after[one]["until"] for one in changed} == {2}
    assert {before[one]["until"] for one in changed} == {FOREVER}
    same(many, index)


@pytest.mark.parametrize("many", [100], indirect=True)
def test_over_http_the_bytes_are_those_of_what_changed(many, double: Double):
    served = replace(many, index=replace(many.index, engine="qdrant", url=double.url))
    answer, sizes = double.answer, [0]

    def counting(method: str, path: str, body: object) -> object:
        sizes[-1] += len(json.dumps(body)) if body else 0
        return answer(method, path, body)

    double.answer = counting
    index = Remote(Connection(client_of(served.index), double.url), served)
    renewed(served, index)
    sizes.append(0)
    write(many, 12, text(12).replace("river", "valley"))
    renewed(served, index)
    assert sizes[1] < 0.1 * sizes[0]
    assert index.current().sources_with("valley") == ["a/012.txt"]


def test_a_file_that_is_written_anew_with_the_same_bytes_is_listed_anew(many):
    counted = Counted()
    index = remote(many, counted.wrap(QdrantClient(":memory:")))
    renewed(many, index)
    file = write(many, 12, text(12))
    write(many, 13, text(13).replace("river", "valley"))
    counted.points.clear()
    renewed(many, index)
    assert (counted.points["document"], counted.points["passage"]) == (2, 1)
    assert index.current().entry("a/012.txt").mtime_ns == file.stat().st_mtime_ns
    same(many, index)


@pytest.mark.parametrize("many", [3], indirect=True)
def test_a_folder_whose_name_is_written_in_two_ways_is_counted_as_one(many, monkeypatch):
    monkeypatch.setattr(taking, "MOVED", 1.0)
    index, scope = remote(many, QdrantClient(":memory:")), Scope.of(["é"])

    def counts() -> tuple[int, dict[str, int]]:
        seen = index.within(index.current(), scope)
        return seen.manifest.documents, seen.lexical.frequencies(["bridg", "river"])

    for name in ("e\u0301/1.txt", "\u00e9/3.txt", "f/2.txt"):  # NFD, NFC; what is between sorts so, too
        file = many.documents.folder / name
        file.parent.mkdir()
        file.write_text("The bridge is near.\n", encoding="utf-8")
    renewed(many, index)
    assert counts() == (2, {"bridg": 2, "river": 0})
    for name in ("e\u0301/1.txt", "\u00e9/3.txt"):
        (many.documents.folder / name).write_text("The river is near.\n", encoding="utf-8")
    renewed(many, index)
    assert index.current().recorded.segments == (1, 2)
    assert counts() == (2, {"bridg": 0, "river": 2})


# ------------------------------------------------------------------------------------ one generation, whole


@pytest.mark.parametrize("many", [8], indirect=True)
def test_while_a_generation_is_built_the_one_before_answers_as_ever(many, monkeypatch):
    monkeypatch.setattr(batching, "BATCH", 12)
    monkeypatch.setattr(taking, "MOVED", 1.0)
    counted, seen = Counted(), []

    def look(_: str) -> None:
        if seen:
            alike(told(remote(many, client).generation(name)), dict(seen[0]))
            seen.append(seen[0])

    client = counted.wrap(QdrantClient(":memory:"), look)
    index = remote(many, client)
    renewed(many, index)
    name = str(index.current_name())
    seen.append(told(index.current()))
    write(many, 3, "The cellar of the old castle is closed.\n")
    write(many, 20, "A new garden.\n")
    (many.documents.folder / "a/004.txt").unlink()
    assert renewed(many, index)
    assert len(seen) > 6
    assert index.current_name() != name
    seen.clear()
    same(many, index)


class Killed(BaseException):
    """A builder that is killed."""


@pytest.mark.parametrize("many", [7], indirect=True)
def test_a_build_that_is_killed_anywhere_harms_nothing_and_the_next_one_is_whole(many, client, monkeypatch):
    monkeypatch.setattr(batching, "BATCH", 6)
    monkeypatch.setattr(sending, "NOTED", 4)
    monkeypatch.setattr(taking, "MOVED", 1.0)
    monkeypatch.setattr(taking, "KEPT", 0.0)
    writes, kill_at = [], [0]

    def before(name: str) -> None:
        writes.append(name)
        if len(writes) == kill_at[0]:
            raise Killed

    index = remote(many, Counted().wrap(client, before))
    renewed(many, index)
    killed = 0
    for step in range(1, 100, 5):
        name, was = index.current_name(), told(index.current())
        write(many, 3, f"The cellar of castle {step} is closed. It holds {step} apples.\n")
        write(many, 10 + step % 3, f"A garden with {step} trees.\n")
        (many.documents.folder / "a/004.txt").unlink(missing_ok=True)
        writes.clear()
        kill_at[0] = step
        try:
            renewed(many, index)
        except Killed:
            killed += 1
            current = remote(many, client).current()
            if current.name == name:
                alike(told(current), was)
        else:
            break
        kill_at[0] = 0
        if killed % 2:  # what was sent is not all wanted any more
            write(many, 3, f"The cellar of the castle is open again, for the {step}th time.\n")
            (many.documents.folder / "ab"[step % 3 % 2] / f"{10 + step % 3:03}.txt").unlink()
            write(many, 4, text(step))
        renewed(many, index)
        same(many, index, scopes=False)
    assert killed >= 4
    same(many, index)


def test_a_first_send_that_is_killed_goes_on_though_documents_changed(many, monkeypatch):
    monkeypatch.setattr(batching, "BATCH", 16)
    monkeypatch.setattr(sending, "NOTED", 16)
    counted, killed_at = Counted(), [16]

    def before(_: str) -> None:
        if counted.points["unit"] > killed_at[0]:
            raise Killed

    client = counted.wrap(QdrantClient(":memory:"), before)
    index = remote(many, client)
    with pytest.raises(Killed):
        renewed(many, index)
    assert index.current_name() is None
    write(many, 2, text(2).replace("river", "valley"))  # was sent
    write(many, 15, text(15).replace("river", "valley"))  # was not
    killed_at[0] = 10_000
    counted.points.clear()
    renewed(many, index)
    assert 10 < counted.points["unit"] < 24
    same(many, index)


# ------------------------------------------------------------------------------------ what goes


def test_the_last_two_generations_stay_then_they_go(many, client):
    index = remote(many, client)
    names, opened = [], []
    for number in range(4):
        write(many, 12, text(12).replace("river", f"valley{number}"))
        renewed(many, index)
        names.append(str(index.current_name()))
        opened.append(remote(many, client).current())
    collection = collection_of(client, index)
    assert index.generation(names[2]).lexical.stands("valley2")
    assert not index.generation(names[2]).lexical.stands("valley3")
    vector = WordsEncoder().encode_questions([QUESTIONS[0]])[0]
    for number in (0, 1):
        with pytest.raises(IndexDamaged, match="was replaced twice, and removed"):
            index.generation(names[number])
        with pytest.raises(IndexReplaced, match=r"built again twice .* Ask again"):
            opened[number].candidates(QUESTIONS[0], vector, 5)
    units = models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value="unit"))])
    assert client.count(collection, units).count == 34  # of the last generation, and two of that before it
    same(many, index)


def test_words_are_counted_anew_after_some_builds(many, monkeypatch):
    monkeypatch.setattr(taking, "SEGMENTS", 3)
    client = QdrantClient(":memory:")
    index = remote(many, client)
    segments = []
    for number in range(5):
        write(many, 12, text(12).replace("river", f"valley{number}"))
        renewed(many, index)
        segments.append(index.current().recorded.segments)
    same(many, index)
    assert segments == [(1,), (1, 2), (1, 2, 3), (4,), (4, 5)]
    words = [one for one in payloads(client, index).values() if one["kind"] == "word"]
    assert {one["since"] for one in words} == {4, 5}


@pytest.mark.parametrize("full", [False, True])
def test_what_is_deleted_goes_from_the_server_its_single_words_when_all_is_counted_anew(
    many, monkeypatch, full
):
    monkeypatch.setattr(taking, "SEGMENTS", 3)
    client = QdrantClient(":memory:")
    index = remote(many, client)
    write(many, 20, text(20).replace("river", "zebra"))
    renewed(many, index)
    (many.documents.folder / "a/020.txt").unlink()
    kinds = []
    for number in range(4):
        renew(many, WordsEncoder(), index, full=full and number == 1)
        kinds.append({
            point.payload["kind"]
            for one in client.get_collections().collections
            for point in client.scroll(one.name, limit=100_000)[0]
            if "zebra" in json.dumps(point.payload)
        })  # fmt: skip
        write(many, 12, text(12).replace("river", f"valley{number}"))
    everything = {"piece", "passage", "letter"}
    assert kinds == (
        [everything, everything, set(), set()] if full else [everything, {"letter"}, {"letter"}, set()]
    )


def test_all_is_sent_where_the_mean_length_moved_or_most_changed_or_it_is_asked_for(many):
    client = QdrantClient(":memory:")
    index = remote(many, client)
    collections = []

    def changed(full: bool = False) -> bool:
        renew(many, WordsEncoder(), index, full=full)
        collections.append(index._keeper.read().current.collection)
        same(many, index, scopes=False)
        return len(collections) > 1 and collections[-1] != collections[-2]

    assert not changed()
    write(many, 12, text(12).strip() + " Boats.\n")  # a word of some 300
    assert not changed()
    write(many, 12, " ".join(text(n).strip() for n in range(2)) + "\n")  # more than one in a hundred
    assert changed()
    for number in range(9):
        write(many, number, text(number).replace("river", "ocean"))
    assert changed()
    assert changed(full=True)
    assert len({one.name for one in client.get_collections().collections}) == 3  # the last two, and the small


def test_bm25_differs_from_the_local_one_by_less_than_the_mean_length_moved(many, monkeypatch):
    monkeypatch.setattr(taking, "MOVED", 0.07)
    index = remote(many, QdrantClient(":memory:"))
    renewed(many, index)
    write(many, 12, " ".join(text(n).strip() for n in range(2)) + "\n")
    renewed(many, index)
    here, there = Store(many.index_folder()).current(), index.current()
    mean = there.recorded.length / there.manifest.passages
    moved = mean / index._keeper.read().onto.mean - 1
    assert 0.02 < moved < 0.07
    question = QUESTIONS[0]
    scores = sorted(here.lexical.search(question, 200).values())
    found = sorted(there.lexical.search(question, 200).values())
    assert found == pytest.approx(scores, rel=moved)
    assert found != pytest.approx(scores, rel=moved / 10)
