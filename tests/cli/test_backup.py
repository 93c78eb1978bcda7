"""`docent backup` and `docent restore`: what they print."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with a chat's history."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "history").write_text("+who attended?\n")
    return tmp_path / "state"


def test_what_was_kept_and_restored_is_said_a_line_each(
    run: Run, state: Path, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = tmp_path / "docent.toml"
    config.write_text("[answer]\nquotes = 2  # not 77:tiny\n")
    (tmp_path / "secret").write_text("77:tiny\n")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "secret"))
    file = str(tmp_path / "b.zip")
    assert run("backup", file, "--documents", "--config", str(config)) == Ran(
        0,
        "kept: history (what was typed in `docent chat`, 0 kB)\n"
        "kept: docent.toml (the settings file, 0 kB)\n"
        f"kept: {docs} (3 documents, 1 kB)\n"
        "note: the token, and what can be made again (index, models, caches), are not in it\n"
        f"note: a token stands in {config}; in the backup, *** stands in its place\n",
        "",
    )
    again = run("backup", file)
    assert again == Ran(
        1, "", f"docent: There is a file {file} already. Name another, or add --force to replace it.\n"
    )
    refused = run("restore", file)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(
        f"docent: The state folder {state} holds 1 file already that would be replaced"
    )
    monkeypatch.setenv("DOCENT_DOCUMENTS__FOLDER", str(tmp_path / "new"))
    written = tmp_path / "etc.toml"
    told = run("restore", file, "--force", "--documents", "--settings", str(written), plain=True)
    assert told == Ran(
        0,
        "replaced: history (what was typed in `docent chat`, 0 kB)\n"
        f"restored: {tmp_path / 'new'} (3 documents, 1 kB)\n"
        f"restored: {written} (the settings file, 0 kB)\n"
        "note: now run `docent index`, and start the bot with its token\n",
        "",
    )
    assert written.read_text() == "[answer]\nquotes = 2  # not ***\n"
    assert (tmp_path / "new" / "soup.txt").read_bytes() == (docs / "soup.txt").read_bytes()


def test_the_same_as_json(run: Run, state: Path, tmp_path: Path):
    file = tmp_path / "b.zip"
    item = {"path": "history", "what": "what was typed in `docent chat`", "bytes": 15, "replaced": False}
    kept = json.loads(run("backup", str(file), "--json").out)
    assert (kept["items"], kept["bytes"]) == ([item], file.stat().st_size)
    restored = json.loads(run("restore", str(file), "--force", "--json").out)
    assert restored["items"] == [{**item, "replaced": True}]
    assert (restored["made"], restored["removed"]) == (kept["made"], [])
