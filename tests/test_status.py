"""What ``docent status`` says of an index."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.settings import Settings
from bot.status import Status, status, text
from index.documents import Skipped
from index.errors import DocumentsError
from tests.conftest import WordsEncoder

SMALL = Status(
    folder="/docs",
    index="/var/index",
    generation="20240503T100000-abcdef",
    created="2024-05-03T10:00:00+00:00",
    encoder="words",
    documents=3,
    passages=5,
    sentences=13,
    bytes=1_260_000,
    sources=("a.txt", "b.md", "c.txt"),
    skipped=(Skipped("d.pdf", "no loader for '.pdf' files"),),
    added=("e.txt",),
    edited=("b.md",),
    removed=("c.txt",),
    problems=("The documents changed. Run `docent index`.",),
)
HEAD = """\
documents  /docs
index      /var/index
built      2024-05-03T10:00:00+00:00 (20240503T100000-abcdef)
model      words
holds      3 documents, 5 passages, 13 sentences
size       1.3 MB
"""


def test_text_of_a_small_state():
    assert text(SMALL, verbose=False) == HEAD + (
        "added      e.txt\n"
        "edited     b.md\n"
        "removed    c.txt\n"
        "skipped    d.pdf (no loader for '.pdf' files)\n"
        "The documents changed. Run `docent index`."
    )


def test_verbose_text_names_what_is_indexed():
    state = replace(SMALL, skipped=(), added=(), edited=(), removed=(), problems=())
    assert text(state, verbose=True) == HEAD + "indexed    a.txt\nindexed    b.md\nindexed    c.txt"


def test_text_without_an_index():
    state = Status(folder="/docs", index="/var/index", encoder="words", problems=("There is none.",))
    assert text(state, verbose=False) == "documents  /docs\nindex      /var/index\nThere is none."


def test_more_than_ten_names_are_cut_unless_verbose():
    state = replace(SMALL, added=tuple(f"{i}.txt" for i in range(12)), edited=(), removed=(), skipped=())
    short = text(state, verbose=False).splitlines()
    assert [row for row in short if row.startswith("added")] == [
        *(f"added      {i}.txt" for i in range(10)),
        "added      and 2 more (-v names all)",
    ]
    assert "added      11.txt" in text(state, verbose=True).splitlines()
    assert "more" not in text(state, verbose=True)


def test_exactly_ten_names_are_not_cut():
    state = replace(SMALL, added=tuple(f"{i}.txt" for i in range(10)))
    assert "more" not in text(state, verbose=False)


def test_names_are_shown_without_control_characters():
    state = replace(
        SMALL, added=("a\x1b[2J\nb.txt",), edited=(), removed=(), skipped=(Skipped("\u202ex", "\x07r"),)
    )
    rows = text(state, verbose=False).splitlines()
    assert "added      a[2J b.txt" in rows
    assert "skipped    x (r)" in rows


# ----------------------------------------------------------------------------------- finding it out


@pytest.fixture(autouse=True)
def _words_encoder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)


def test_settings_that_changed_since_are_told(engine: Engine):
    passages = replace(engine.settings.passages, max_tokens=engine.settings.passages.max_tokens - 1)
    [problem] = status(replace(engine.settings, passages=passages)).problems
    assert problem.startswith("Settings of the index (passages or lexical.language) or the version of Docent")
    assert problem.endswith("Run `docent index` to have them take effect.")
    Engine(replace(engine.settings, passages=passages), WordsEncoder()).build()
    assert status(replace(engine.settings, passages=passages)).problems == ()


def test_no_index(settings: Settings, docs: Path):
    assert status(settings) == Status(
        folder=str(docs),
        index=str(settings.index_folder()),
        encoder="all-MiniLM-L6-v2",
        problems=("There is no index yet. Run `docent index`.",),
    )


def test_neither_an_index_nor_documents(settings: Settings, docs: Path):
    nowhere = replace(settings, documents=replace(settings.documents, folder=docs / "nowhere"))
    with pytest.raises(
        DocumentsError, match=r"^There is no documents folder '.*nowhere'\. Name yours with --docs"
    ):
        status(nowhere)


def test_an_index_that_is_up_to_date(engine: Engine, docs: Path):
    found = status(engine.settings)
    manifest = engine.generation().manifest
    assert found.bytes > 1000
    assert replace(found, bytes=0) == Status(
        folder=str(docs),
        index=str(engine.settings.index_folder()),
        generation=engine.generation().name,
        created=manifest.created,
        encoder="words",
        documents=3,
        passages=5,
        sentences=13,
        sources=("letters/ferry.txt", "minutes.md", "soup.txt"),
    )


def test_documents_that_changed(engine: Engine, docs: Path):
    (docs / "new.txt").write_text("A new one.", encoding="utf-8")
    (docs / "soup.txt").write_text("No soup.", encoding="utf-8")
    (docs / "minutes.md").unlink()
    found = status(engine.settings)
    assert (found.added, found.edited, found.removed) == (("new.txt",), ("soup.txt",), ("minutes.md",))
    assert found.problems == ("The documents changed. Run `docent index`.",)


def test_a_documents_folder_that_is_gone(engine: Engine, docs: Path):
    docs.rename(docs.with_name("elsewhere"))
    assert status(engine.settings).problems == (
        f"There is no documents folder '{docs}'. Name yours with --docs DIR, "
        "or set documents.folder in a settings file.",
    )


def test_another_model_than_the_indexs(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    monkeypatch.setattr(WordsEncoder, "name", "other-model")
    assert status(engine.settings).problems == (
        "The index was made with the model words, the settings name other-model, or the model's files "
        "changed. Run `docent index`, or set encoder.model.",
    )
