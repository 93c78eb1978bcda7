"""Each engine with the same documents in it, for the tests that all of them have to pass."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest

from bot.settings import Settings, load
from index.building.publishing import renew
from index.engines.base import Generation, Index
from index.engines.table import index_of
from tests.conftest import WordsEncoder

if TYPE_CHECKING:
    from tests.engines.double import Double

FILES = {
    "hr/leave.md": "# Leave\n\nEverybody has 25 days of leave. Miriam has 34.\n\n"
    "- Ask Zoë *early*.\n- Rest.\n",
    "hr/Öffnung.txt": "Die Bibliothek öffnet um neun Uhr. Sie ist am Montag geschlossen.\n",
    "garden.md": "# Garden\n\nThe garden club meets on Mondays. The 😀 club has a garden.\n",
    "prices.csv": "item,price\ntea,2 euros\nleave form,1 euro\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings of a small collection, of the documents above."""
    for source, text in FILES.items():
        file = tmp_path / "docs" / source
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    folders = {"documents.folder": tmp_path / "docs", "state.folder": str(tmp_path / "state")}
    flags = {**folders, "reader.model": "none", "answer.threshold": 0.14}
    return load(flags=flags)


SERVER = "DOCENT_TEST_QDRANT_URL"
"""Names in the environment a server that the tests of the engine "qdrant" run against, too."""


@pytest.fixture(
    params=[
        "local",
        "qdrant in memory",
        "qdrant by HTTP",
        "qdrant's core",
        pytest.param("qdrant", marks=pytest.mark.skipif(SERVER not in os.environ, reason=f"no {SERVER}")),
    ]
)
def index(small: Settings, request: pytest.FixtureRequest) -> Index:
    """An index of these documents by one of the engines."""
    return request.getfixturevalue(FIXTURES[request.param])


FIXTURES = {
    "local": "local_index",
    "qdrant in memory": "index_in_memory",
    "qdrant by HTTP": "index_by_http",
    "qdrant's core": "index_of_core",
    "qdrant": "index_of_server",
}


@pytest.fixture
def local_index(small: Settings) -> Index:
    """In a folder."""
    renewed(small, index := index_of(small))
    return index


@pytest.fixture
def index_in_memory(small: Settings) -> Index:
    """By the client without a server."""
    qdrant_client = pytest.importorskip("qdrant_client")
    from index.engines.qdrant.connection import Connection
    from index.engines.qdrant.remote import Remote

    renewed(small, index := Remote(Connection(qdrant_client.QdrantClient(":memory:"), "memory"), small))
    return index


@pytest.fixture
def core() -> Iterator[Any]:
    """A client before Qdrant's own core in this process, where that is installed."""
    with closing(pytest.importorskip("benchmarks.edge").EdgeClient()) as found:
        yield found


@pytest.fixture
def index_of_core(small: Settings, core: Any) -> Index:
    """By the core of a server, in this process."""
    from index.engines.qdrant.connection import Connection
    from index.engines.qdrant.remote import Remote

    renewed(small, index := Remote(Connection(core, "the core"), small))
    return index


@pytest.fixture
def double() -> Iterator["Double"]:
    """A server, with nothing in it."""
    pytest.importorskip("qdrant_client")
    from tests.engines.double import running

    with running() as found:
        yield found


@pytest.fixture
def served(small: Settings, double: "Double") -> Settings:
    """The small collection, to be indexed on that server; one that is away is noticed after a second."""
    return replace(small, index=replace(small.index, engine="qdrant", url=double.url, timeout=1))


@pytest.fixture
def index_by_http(served: Settings) -> Index:
    """By the client and HTTP."""
    renewed(served, index := index_of(served))
    return index


@pytest.fixture
def index_of_server(small: Settings) -> Iterator[Index]:
    """On a real server, which is left as it was."""
    settings = replace(small.index, engine="qdrant", url=os.environ[SERVER], name=f"test-{token_hex(4)}")
    renewed(moved := replace(small, index=settings), index := index_of(moved))
    yield index
    for collection in index._connection.collections():
        if collection.startswith(index.collection):
            index._connection.client.delete_collection(collection)


def renewed(settings: Settings, index: Index) -> bool:
    """Bring an index up to date; whether anything changed."""
    return renew(settings, WordsEncoder(), index).changed


@pytest.fixture
def generation(index: Index) -> Iterator[Generation]:
    """The current one."""
    with closing(index.current()) as current:
        yield current
