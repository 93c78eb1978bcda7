"""Each engine with the same documents in it, for the tests that all of them have to pass."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.building.build import build
from index.engines.base import Generation, Index
from index.engines.table import index_of
from index.settings import Settings, load
from tests.conftest import WordsEncoder

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
    flags = {"documents.folder": tmp_path / "docs", "state.folder": str(tmp_path / "state")}
    return load(flags=flags)


@pytest.fixture(params=["local"])
def index(small: Settings, request: pytest.FixtureRequest) -> Index:
    """An index of these documents by one of the engines."""
    build(small, WordsEncoder())
    return index_of(small)


@pytest.fixture
def generation(index: Index) -> Iterator[Generation]:
    """The current one."""
    with closing(index.current()) as current:
        yield current
