"""What tests of the local engine share."""

import pytest

from index.engines.local import lists, vectors
from tests.engines.local.rows import FEW


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are made of so few vectors already, and four of them and a few more are looked into."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", FEW)
    monkeypatch.setattr(lists, "PROBES", 4)
