"""Files take the place of others all together or not at all, wherever a process is killed meanwhile."""

from pathlib import Path

import pytest

from bot.swapping import Swap, alone, settle, swap
from index.errors import StateError

BEFORE = {"a": "old a", "deep/b": "old b", "gone": "old", "other": "of others"}
AFTER = {"a": "new a", "deep/b": "new b", "deep/er/c": "new c", "other": "of others"}
NEW = {"a": "new a", "deep/b": "new b", "deep/er/c": "new c"}


class Killed(BaseException):
    """The process ends here, and cleans nothing up."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "state", BEFORE)
    return tmp_path / "state"


def fill(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".restoring.lock"
    }


def test_what_was_prepared_takes_its_place(folder: Path):
    with swap(folder) as prepared:
        fill(prepared.new, NEW)
        prepared.commit(["gone", "never there"])
    assert content(folder) == AFTER


def test_what_fails_later_has_changed_nothing(folder: Path):
    with pytest.raises(OSError, match="full"), swap(folder) as prepared:
        fill(prepared.new, NEW)
        prepared.commit(["gone"])
        raise OSError("the disk is full")
    assert content(folder) == BEFORE


def test_what_was_not_committed_changes_nothing(folder: Path):
    with swap(folder) as prepared:
        fill(prepared.new, NEW)
    assert content(folder) == BEFORE


@pytest.mark.parametrize("moves", range(7))
def test_a_process_that_is_killed_leaves_all_or_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, moves: int
):
    """Three old files move away, then three new ones in: only after the last is it done."""
    made, plain = [], Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.name != "plan.part":
            if len(made) == moves:
                raise Killed
            made.append(self)
        return plain(self, target)

    prepared = Swap(folder)
    fill(prepared.new, NEW)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        if moves < 6:
            with pytest.raises(Killed):
                prepared.commit(["gone"])
        else:
            prepared.commit(["gone"])
    assert (folder / ".restoring").exists()
    settle(folder)
    assert content(folder) == (AFTER if moves == 6 else BEFORE)
    assert not (folder / ".restoring").exists()


def test_a_process_that_is_killed_before_it_moves_anything_leaves_all_as_it_was(folder: Path):
    fill(Swap(folder).new, NEW)
    settle(folder)
    assert content(folder) == BEFORE


def test_two_do_not_restore_at_once(folder: Path):
    with alone(folder):
        (folder / ".restoring").mkdir()
        with pytest.raises(StateError, match=r"is at work in .*state\. Wait for it to end\.$"):
            settle(folder)
        with pytest.raises(StateError, match="is at work"), alone(folder):
            pass
    settle(folder)
    assert content(folder) == BEFORE


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    message = r"^The folder .*file/state cannot be written to: Not a directory\. Mend its rights\.$"
    with pytest.raises(StateError, match=message), alone(tmp_path / "file" / "state"):
        pass
