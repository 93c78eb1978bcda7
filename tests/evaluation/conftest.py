"""What tests of the evaluation share: small question files of our own, in both formats."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.answering import profiles

LIGHTHOUSE = (
    "The lighthouse of Ronsund was built in 1871 by the engineer Ada Holm. Its lamp burns rape oil, and on "
    "clear nights it is seen from thirty miles away. Sailors call it the Old Candle."
)
KEEPERS = (
    "Three keepers shared the work until 1953, when an electric motor took the place of the clockwork. The "
    "last keeper, Jonas Berg, stayed on as a warden and wrote down the weather every day."
)
BREAD = (
    "Rye bread from Tolva is baked in stone ovens for nine hours. The dough is sour, and bakers add caraway "
    "seeds and a spoon of honey. A loaf keeps for a month."
)


def squad(*articles: tuple[str, list[tuple[str, list[dict[str, Any]]]]]) -> str:
    """A file in SQuAD's format."""
    data = [
        {"title": title, "paragraphs": [{"context": text, "qas": asked} for text, asked in paragraphs]}
        for title, paragraphs in articles
    ]
    return json.dumps({"version": "v2.0", "data": data})


def asked(question: str, *answers: str) -> dict[str, Any]:
    """A question of such a file; without answers an impossible one."""
    return {
        "id": question,
        "question": question,
        "answers": [{"text": answer, "answer_start": 0} for answer in answers],
        "is_impossible": not answers,
    }


ABOUT_LIGHTHOUSE = (
    "Ronsund_(lighthouse)",
    [
        (
            LIGHTHOUSE,
            [
                asked("Who built the lighthouse of Ronsund?", "Ada Holm", "the engineer Ada Holm"),
                asked("What do sailors call the lighthouse?", "the Old Candle"),
                asked("Who painted the lighthouse of Ronsund?"),
            ],
        ),
        (KEEPERS, [asked("Who was the last keeper?", "Jonas Berg")]),
    ],
)
ABOUT_BREAD = ("Tolva bread", [(BREAD, [asked("How long is rye bread baked?", "nine hours")])])


@pytest.fixture(autouse=True)
def fixed_profile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is fitted anew, confidence stays what it is; but where the real model is asked."""
    if "real_encoder" not in request.fixturenames:
        profiles.use(monkeypatch)


@pytest.fixture
def lighthouse(tmp_path: Path) -> Path:
    """A SQuAD-format file of one article with four questions, one of them impossible."""
    file = tmp_path / "lighthouse.json"
    file.write_text(squad(ABOUT_LIGHTHOUSE), encoding="utf-8")
    return file


@pytest.fixture
def bread(tmp_path: Path) -> Path:
    """One about something else, with one question."""
    file = tmp_path / "bread.json"
    file.write_text(squad(ABOUT_BREAD), encoding="utf-8")
    return file


@pytest.fixture
def club(tmp_path: Path) -> Path:
    """JSON Lines about the documents of tests/conftest.py: two facts, a list, and one they do not answer."""
    rows = [
        {"question": "Where was the meeting held?", "kind": "fact", "evidence": ["in the  village hall"]},
        {"question": "When does the ferry to Iceland leave?", "kind": "fact", "evidence": ["on Tuesday"]},
        {
            "question": "who attended the meeting?",
            "kind": "list",
            "evidence": ["Alice Archer, Bob Baker and Carol Cook attended", "Dora Dean sent her apologies"],
        },
        {"question": "zebra quantum?", "kind": "unanswerable", "evidence": []},
    ]
    file = tmp_path / "club.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file
