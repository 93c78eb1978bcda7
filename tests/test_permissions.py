"""An index that another user built, one that nobody may write to, and a state folder like that."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Engine
from index.errors import IndexFolderError, IndexForbidden, StateError
from tests.permissions import heeded
from tests.words_encoder import WordsEncoder

WHO = "Who attended the meeting?"
QUOTE = "Alice Archer, Bob Baker and Carol Cook attended the meeting."
FILES = [
    "documents.sqlite",
    "texts.sqlite",
    "borders.npy",
    "vectors.npy",
    "manifest.json",
    "lexical/meta.json",
    "lexical",
]


@pytest.fixture
def read_only(engine: Engine) -> Iterator[Path]:
    """The state folder, in which nothing may be written."""
    state = engine.settings.state_folder()
    every = [state, *state.rglob("*")]
    for path in every:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield state
    for path in every:
        path.chmod(0o755 if path.is_dir() else 0o644)


def again(engine: Engine) -> Engine:
    """An engine as of another process."""
    return Engine(engine.settings, WordsEncoder())


@pytest.mark.parametrize("name", [*FILES, ".", "../..", "../../current"])
def test_who_may_not_read_an_index_gets_one_sentence(engine: Engine, name: str):
    path = Path(os.path.normpath(engine.generation().folder / name))
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        with heeded():
            with pytest.raises(IndexForbidden) as refused:
                again(engine).ask(WHO)
            with pytest.raises(IndexFolderError):  # it is no damage that would be mended
                engine.build()
        assert str(refused.value).startswith(f"This user may not read {path}")
        assert "`chmod -R a+rX`" in str(refused.value)
    finally:
        path.chmod(mode)
    assert again(engine).ask(WHO).text == f"{QUOTE} [1]"


def test_an_index_that_may_only_be_read_answers_and_is_not_renewed(
    engine: Engine, docs: Path, read_only: Path
):
    before = sorted(read_only.rglob("*"))
    (docs / "new.txt").write_text("The plum tree bears forty kilos of plums.")
    with heeded():
        reader = again(engine)
        assert reader.ask(WHO).text == f"{QUOTE} [1]"
        reader.generation().check()
        with pytest.raises(
            IndexFolderError, match=r"cannot be written to: .* the index that was there is as"
        ):
            reader.build()
    assert sorted(read_only.rglob("*")) == before


def test_where_temporary_files_cannot_be_written_either_that_is_said(
    engine: Engine, read_only: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with heeded(), pytest.raises(IndexFolderError) as refused:
        again(engine).ask(WHO)
    assert str(refused.value).endswith(
        "space left on device. Name one that can in the environment, as TMPDIR."
    )


def test_locks_of_another_user_keep_nobody_from_reading(engine: Engine):
    """tantivy leaves its locks behind, with the rights of whoever built the index or read it first."""
    assert engine.ask(WHO).found
    locks = [*(engine.generation().folder / "lexical").glob(".*.lock")]
    assert locks
    for lock in locks:
        lock.chmod(0)
    with heeded():
        assert again(engine).ask(WHO).text == f"{QUOTE} [1]"


def test_a_verdict_that_cannot_be_kept_is_said(engine: Engine, read_only: Path):
    from bot.feedback import Feedback

    answer = engine.ask(WHO)
    log = Feedback(engine.settings.feedback_file(), engine.settings.documents.folder)
    with heeded(), pytest.raises(StateError) as refused:
        log.add(answer, "g", "good", "voter")
    assert str(refused.value).startswith(
        f"The feedback log {engine.settings.feedback_file()} cannot be used: "
    )
