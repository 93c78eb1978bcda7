"""A generation that was damaged or cut short on the disk: the one before it takes over, and that is said."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.status import status
from index.engines.local import texts
from index.errors import DocumentsError, IndexDamaged
from tests.conftest import ROOT
from tests.words_encoder import WordsEncoder

WHO = "Who attended the meeting?"
QUOTE = "Alice Archer, Bob Baker and Carol Cook attended the meeting."


@pytest.fixture
def renewed(engine: Engine, docs: Path) -> Engine:
    """An engine whose index was built twice."""
    (docs / "new.txt").write_text("The plum tree bears forty kilos of plums.")
    engine.build()
    return engine


def folder(engine: Engine) -> Path:
    """Of the generation that is named current."""
    return engine.store.folder / "generations" / (engine.store.folder / "current").read_text().strip()


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwritten(file: Path) -> None:
    """As long as before."""
    file.write_bytes(bytes(file.stat().st_size))


FILES = ["texts.sqlite", "vectors.npy", "borders.npy", "manifest.json", "lexical/meta.json"]
DAMAGES: list[tuple[str, Callable[[Path], None]]] = [
    *((name, damage) for name in FILES for damage in (cut, overwritten)),
    ("texts.sqlite", Path.unlink),
    ("", shutil.rmtree),
    ("../../current", overwritten),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_the_generation_before_a_damaged_one_answers_and_that_is_said_once(
    renewed: Engine, monkeypatch: pytest.MonkeyPatch, name: str, damage: Callable[[Path], None]
):
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)
    damage(folder(renewed) / name)
    engine, told = Engine(renewed.settings, WordsEncoder()), []
    engine.on_fault(told.append)
    for _ in range(2):
        assert engine.ask(WHO).text == f"{QUOTE} [1]"
    [fault] = told
    assert fault == engine.fault
    assert "Run `docent index --full` to build it anew. Until then answers are from the index of " in fault
    last = 4 if name.endswith("current") else 3  # the one before, unless that is whole which was not named
    assert engine.generation().manifest.documents == last
    engine.build()
    assert engine.ask("How many kilos of plums does the plum tree bear?").found
    assert (engine.fault, len(told), engine.generation().manifest.documents) == ("", 1, 4)


@pytest.mark.slow
def test_files_cut_while_they_are_mapped_kill_no_process(renewed: Engine):
    """In a process of its own: reading past the end of a map ends it by SIGBUS."""
    code = f"""
import os
from pathlib import Path
from bot.engine import Engine
from bot.settings import load
from tests.words_encoder import WordsEncoder
flags = {{"documents.folder": {str(renewed.settings.documents.folder)!r},
         "state.folder": {str(renewed.settings.state_folder())!r},
         "encoder.model": "all-MiniLM-L6-v2", "reader.model": "none", "answer.threshold": 0.14}}
engine = Engine(load(flags=flags), WordsEncoder())
assert engine.ask("Who attended the meeting?").found
for file in engine.generation().folder.rglob("*.*"):
    if file.is_file():
        os.truncate(file, 0)
print(engine.ask("When does the ferry to Iceland leave?").citations[0].quote, "[1]")
print(engine.fault)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done
    answer, *_, fault = done.stdout.splitlines()
    assert answer == "the ferry to Iceland leaves from Hirtshals on Tuesday. [1]"
    assert "manifest.json cannot be read" in fault


def test_no_earlier_generation_brings_back_a_document_that_was_removed(renewed: Engine, docs: Path):
    (docs / "minutes.md").unlink()
    renewed.build()
    cut(folder(renewed) / "texts.sqlite")
    with pytest.raises(IndexDamaged, match="missing or cut short"):
        Engine(renewed.settings, WordsEncoder()).ask(WHO)


def test_after_damage_only_the_next_build_starts_over(renewed: Engine, docs: Path):
    overwritten(folder(renewed) / "vectors.npy")
    engine = Engine(renewed.settings, WordsEncoder())
    assert engine.ask(WHO).found
    assert "vectors" in engine.fault
    assert engine.build().reused == 0
    assert (engine.ask(WHO).found, engine.fault) == (True, "")
    (docs / "later.txt").write_text("The pear tree bears none.")
    summary = engine.build()
    assert (summary.embedded, summary.reused) == (1, 14)


def test_a_damaged_index_of_which_most_is_gone_is_built_anew_by_hand_only(renewed: Engine, docs: Path):
    overwritten(folder(renewed) / "vectors.npy")
    engine = Engine(renewed.settings, WordsEncoder())
    assert engine.ask(WHO).found
    name = engine.store.current_name()
    for gone in ("minutes.md", "new.txt", "soup.txt"):
        (docs / gone).unlink()
    for _ in range(2):
        with pytest.raises(
            DocumentsError, match=r"3 of 4 files that are indexed are gone .* is damaged, so it is left"
        ):
            engine.build(removals="few")
    assert engine.store.current_name() == name
    assert engine.ask(WHO).text == f"{QUOTE} [1]"  # from what stands in
    assert engine.build().documents == 1


@pytest.mark.parametrize("damage", [cut, overwritten])
def test_where_generations_share_a_file_that_is_damaged_none_stands_in_until_a_build(
    engine: Engine, docs: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
):
    monkeypatch.setattr(texts, "WHOLE_UP_TO", 0)
    (docs / "new.txt").write_text("The plum tree bears forty kilos of plums.")
    engine.build()
    first, second = sorted(folder(engine).parent.glob("*/texts.sqlite"))
    assert first.samefile(second)
    damage(second)
    fresh = Engine(engine.settings, WordsEncoder())
    for _ in range(2):
        with pytest.raises(IndexDamaged, match="Run `docent index --full` to build it anew"):
            fresh.ask(WHO)
    assert fresh.build().reused == 0
    assert (fresh.ask(WHO).text, fresh.fault) == (f"{QUOTE} [1]", "")
    assert not second.exists() or not second.samefile(folder(fresh) / "texts.sqlite")


def test_status_tells_of_a_stand_in(renewed: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)
    cut(folder(renewed) / "vectors.npy")
    fault, stale = status(renewed.settings).problems
    assert fault.startswith(f"The index file {folder(renewed) / 'vectors.npy'} is missing or cut short. ")
    assert stale == "The documents changed. Run `docent index`."
