"""`docent index`, and `docent status`, which says how it stands."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import STAGES, Run, timeless
from tests.conftest import WordsEncoder


def test_index(run: Run):
    first = run("index")
    assert (first.code, first.err) == (0, STAGES)
    assert timeless(first.out) == (
        "indexed: 3 documents, 5 passages, 13 sentences (0 reused, 15 embedded) in 0.0 s\n"
    )
    again = run("index")
    assert (again.code, again.err) == (0, "reading documents (3)\n")
    assert timeless(again.out) == (
        "up to date: 3 documents, 5 passages, 13 sentences (13 reused, 0 embedded) in 0.0 s\n"
    )
    assert timeless(run("index", "--full").out) == timeless(first.out)


def test_index_says_what_was_removed_and_skipped(indexed: Run, docs: Path):
    (docs / "soup.txt").unlink()
    (docs / "empty.txt").touch()
    assert timeless(indexed("index").out) == (
        "indexed: 2 documents, 4 passages, 10 sentences (10 reused, 0 embedded) in 0.0 s\n"
        "removed: 1 document no longer there\n"
        "skipped: empty.txt (empty)\n"
    )


def test_index_json(run: Run, docs: Path):
    (docs / "empty.txt").touch()
    ran = run("index", "--json")
    summary = json.loads(ran.out)
    assert re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{6}", summary.pop("generation"))
    assert 0 < summary.pop("seconds") < 60
    assert summary == {
        "changed": True,
        "documents": 3,
        "passages": 5,
        "sentences": 13,
        "reused": 0,
        "embedded": 15,
        "documents_embedded": 3,
        "documents_removed": 0,
        "skipped": [{"source": "empty.txt", "reason": "empty"}],
        "noticed": [],
        "encoder": "words",
        "replaced": "",
        "held": [],
        "bundled": 0,
    }
    assert ran.err == STAGES.replace("(3)", "(4)")


def test_status_without_an_index(run: Run, docs: Path):
    code, out, err = run("status")
    assert (code, err) == (0, "")
    first, second, third = out.splitlines()
    assert first == f"documents  {docs}"
    assert second.startswith("index      ")
    assert third == "There is no index yet. Run `docent index`."


def test_status_of_a_fresh_and_a_stale_index(indexed: Run, docs: Path):
    fresh = indexed("status")
    assert (fresh.code, fresh.err) == (0, "")
    assert fresh.out.splitlines()[4] == "holds      3 documents, 5 passages, 13 sentences"
    assert len(fresh.out.splitlines()) == 6
    (docs / "tea.txt").write_text("Tea.", encoding="utf-8")
    assert indexed("status").out.splitlines()[6:] == [
        "added      tea.txt",
        "The documents changed. Run `docent index`.",
    ]


def test_status_verbose_names_the_documents(indexed: Run):
    assert indexed("status", "-v").out.splitlines()[6:] == [
        "indexed    letters/ferry.txt",
        "indexed    minutes.md",
        "indexed    soup.txt",
    ]


def test_status_json(indexed: Run, docs: Path):
    found = json.loads(indexed("status", "--json").out)
    assert list(found) == [
        "folder", "index", "generation", "created", "encoder", "documents", "passages", "sentences", "bytes",
        "sources", "skipped", "added", "edited", "removed", "problems", "collections",
    ]  # fmt: skip
    assert (found["folder"], found["encoder"], found["problems"]) == (str(docs), "words", [])
    assert found["sources"] == ["letters/ferry.txt", "minutes.md", "soup.txt"]


def test_status_of_another_models_index(indexed: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    code, out, _ = indexed("status")
    assert code == 0
    assert out.splitlines()[-1].startswith("The index was made with the model words, the settings name words")


def test_status_where_the_documents_are_gone(indexed: Run, docs: Path):
    docs.rename(docs.with_name("elsewhere"))
    code, out, err = indexed("status")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"There is no documents folder '{docs}'.")
