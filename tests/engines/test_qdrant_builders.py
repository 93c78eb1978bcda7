"""The Qdrant engine where builders are of several versions, lost their lease, or find less than was sent."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("qdrant_client")

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException

from bot.settings import Settings
from index.building.build import build
from index.building.progress import Silent
from index.building.publishing import renew
from index.engines.local.store import Store
from index.engines.qdrant import batching, sending, sites, vocabulary
from index.engines.qdrant.points import FORMAT, PASSAGES, PIECES, one_of
from index.engines.qdrant.remote import Remote
from index.engines.qdrant.state import NOTED, POINT
from index.engines.table import index_of
from index.errors import IndexAway, IndexBusy, IndexDamaged, IndexMismatch
from tests.conftest import WordsEncoder
from tests.engines.conftest import FILES, renewed
from tests.engines.counted import Counted, remote

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Local mode performs:UserWarning"),
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning"),
]


class Lease:
    """A lease that is held, until it is not."""

    lost = False

    def check(self) -> None:
        """As a lease does."""
        if self.lost:
            raise IndexBusy("its time ran out")


def collections(client: QdrantClient) -> set[str]:
    return {one.name for one in client.get_collections().collections}


def edited(settings: Settings, text: str = "The castle is open.\n") -> None:
    (settings.documents.folder / "new.md").write_text(text, encoding="utf-8")


def of_format(client: QdrantClient, index: Remote, version: int) -> None:
    client.set_payload(index.collection, {"format": version}, [POINT, NOTED])


# ------------------------------------------------------------------------------------ other versions


def test_what_an_older_docent_sent_stays_until_all_is_sent(small, monkeypatch):
    monkeypatch.setattr(batching, "BATCH", 8)
    monkeypatch.setattr(sending, "NOTED", 4)
    client = QdrantClient(":memory:")
    index = remote(small, client)
    renewed(small, index)
    of_format(client, index, FORMAT - 1)
    before, kept = collections(client), client.retrieve(index.collection, [POINT])[0].payload
    counted, most = Counted(), [6]

    def away(_: str) -> None:
        if counted.points["unit"] > most[0]:
            raise ResponseHandlingException(OSError("it is away"))

    counted.wrap(client, away)
    with pytest.raises(IndexAway):
        renewed(small, index)
    assert before < collections(client)
    assert client.retrieve(index.collection, [POINT])[0].payload == kept
    most[0] = 100
    counted.points.clear()
    assert renewed(small, index)  # it goes on
    assert counted.points["unit"] < 10
    assert len(collections(client) - before) == 1
    assert len(collections(client)) == 2
    index.current().check()


def test_an_older_docent_replaces_no_newer_index_unless_it_is_told_to(small):
    client = QdrantClient(":memory:")
    index = remote(small, client)
    renewed(small, index)
    of_format(client, index, FORMAT + 1)
    before = collections(client)
    edited(small)
    with pytest.raises(IndexMismatch, match=r"A newer Docent made the index .* Use that Docent"):
        renewed(small, index)
    with pytest.raises(IndexMismatch, match="A newer Docent"):
        remote(small, client).current()
    assert collections(client) == before
    assert renew(small, WordsEncoder(), index, full=True).changed
    assert index.current().manifest.documents == 5
    assert len(collections(client)) == 2


# ------------------------------------------------------------------------------------ leases that were lost


@pytest.fixture
def two(small: Settings) -> tuple[QdrantClient, Settings]:
    """An index, and a generation of this machine that is not sent yet."""
    client = QdrantClient(":memory:")
    renewed(small, remote(small, client))
    edited(small)
    build(small, WordsEncoder())
    return client, small


def test_a_builder_that_lost_its_lease_makes_and_removes_nothing(two):
    client, small = two
    index, lease = remote(small, client), Lease()
    other = index._sites.make(256, lease)  # which another builder sends to
    before = collections(client)
    lease.lost = True
    with pytest.raises(IndexBusy):
        index.take(Store(small.index_folder()).current(), lease, Silent())
    with pytest.raises(IndexBusy):
        index._sites.make(256, lease)
    assert collections(client) == before
    assert index._sites.exists(other)


def test_what_another_builder_published_meanwhile_is_not_removed(two):
    client, small = two
    index, lease = remote(small, client), Lease()
    other = replace(small, state=replace(small.state, folder=f"{small.state.folder} of another"))
    other = replace(other, index=replace(other.index, name=index.collection.removeprefix("docent-")))
    listed, exists = client.get_collections, client.collection_exists

    def meanwhile() -> models.CollectionsResponse:
        client.get_collections = listed
        renew(other, WordsEncoder(), remote(other, client), full=True)
        return listed()

    def looked_at(name: str) -> bool:  # when collections were removed
        lease.lost = client.get_collections is listed and "T" in name
        return exists(name)

    client.get_collections, client.collection_exists = meanwhile, looked_at
    with pytest.raises(IndexBusy):
        index.take(Store(small.index_folder()).current(), lease, Silent())
    client.collection_exists = exists
    assert remote(other, client).current().manifest.documents == 5


# ------------------------------------------------------------------------------------ what the server lost


def generations(client: QdrantClient) -> list[str]:
    """The names of the collections of generations."""
    return sorted(name for name in collections(client) if "T" in name)


def of_kind(kind: str) -> models.Filter:
    return models.Filter(must=[one_of("kind", [kind])])


def away(*_: Any, **__: Any) -> None:
    raise IndexAway("it is away")


@pytest.mark.parametrize("lost", ["collection", "manifest"])
def test_a_generation_that_the_server_lost_is_sent_again_though_nothing_changed(served, double, lost):
    index = index_of(served)
    renewed(served, index)
    [name] = generations(double.local)
    if lost == "collection":
        double.local.delete_collection(name)
    else:
        double.local.delete(name, of_kind("manifest"))
    with pytest.raises(IndexDamaged, match="Run `docent index` where the documents are"):
        index_of(served).current()
    assert renewed(served, index)
    index_of(served).current().check()
    assert len(generations(double.local)) == 1
    assert not renewed(served, index)


def test_what_a_broken_off_publication_left_goes_though_nothing_changed(small, monkeypatch):
    client = QdrantClient(":memory:")
    index = remote(small, client)
    for number in ("one", "two"):
        edited(small, f"The castle has {number}.\n")
        renewed(small, index)
    edited(small, "The castle has three.\n")
    with monkeypatch.context() as patched, pytest.raises(IndexAway):
        patched.setattr(batching.Batches, "purge", away)
        renewed(small, index)
    assert not renewed(small, index)
    [name] = generations(client)
    texts = [one.payload["value"]["text"] for one in client.scroll(name, of_kind("passage"), limit=100)[0]]
    assert {text for text in texts if "castle" in text} == {"The castle has two.", "The castle has three."}


def test_a_full_send_that_is_broken_off_is_not_forgotten(small, monkeypatch):
    client = QdrantClient(":memory:")
    index = remote(small, client)
    renewed(small, index)
    [name] = generations(client)
    client.delete(name, [PIECES])
    with pytest.raises(IndexDamaged, match=r"published: 7 of 8 pieces of texts"):
        index.current().check()
    with monkeypatch.context() as patched, pytest.raises(IndexAway):
        patched.setattr(vocabulary.Vocabulary, "numbered", away)  # before anything is noted
        renew(small, WordsEncoder(), index, full=True)
    assert renewed(small, index)
    index.current().check()
    assert index.current().document("garden.md").text == FILES["garden.md"]


def test_all_is_sent_where_the_server_lost_a_passage_of_a_document_that_goes(small):
    client = QdrantClient(":memory:")
    index = remote(small, client)
    renewed(small, index)
    [name] = generations(client)
    entry = index.current().entry("garden.md")
    client.delete(name, [PASSAGES + entry.first])
    (small.documents.folder / "garden.md").unlink()
    assert renewed(small, index)
    index.current().check()
    assert index.current().manifest.documents == 3
    assert not index.current().lexical.stands("garden")


@pytest.mark.parametrize(
    ("statuses", "told"),
    [("yellow grey yellow green", 2), ("grey grey", 2), ("yellow grey green", 2), ("green", 1)],
)
def test_a_server_that_started_again_and_is_grey_is_told_once_more_and_not_waited_for(
    small, monkeypatch, statuses, told
):
    client, slept, settings = QdrantClient(":memory:"), [], []
    following = iter(statuses.split())
    monkeypatch.setattr(sites.time, "sleep", slept.append)
    monkeypatch.setattr(
        client, "get_collection", lambda _: SimpleNamespace(status=models.CollectionStatus(next(following)))
    )
    monkeypatch.setattr(
        client, "update_collection", lambda _, optimizers_config: settings.append(optimizers_config)
    )
    remote(small, client)._sites.settle("some", Lease())
    assert [one.indexing_threshold for one in settings] == [20_000] * told
    assert slept == [1] * (len(statuses.split()) - 1)
    assert list(following) == []
