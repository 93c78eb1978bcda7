"""The numbers that were fitted, as they are read."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import ValidationError, structs

from bot.answering import profile
from bot.answering.profile import FOLDER, Profile, Weights, profile_of
from index.catalogue import MINILM
from index.records import Features

TINY = """\
[evidence]
unit_cosine = 1

[ranking]
bias = -2
answers = 0.5
features.passage_fused = 2.5

[sure]
bias = 0.5
share = 0.25
features = {}

[found]
bias = -1

[found.features]
numbers_missing = -3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of profiles of its own; what was read before is forgotten."""
    monkeypatch.setattr(profile, "FOLDER", tmp_path)
    monkeypatch.setattr(profile, "profile_of", profile_of.__wrapped__)
    return tmp_path


def test_a_profile_is_read_and_what_it_does_not_name_is_0(folder: Path):
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    assert profile.profile_of("tiny") == Profile(
        evidence=Features(unit_cosine=1.0),
        ranking=Weights(bias=-2.0, features=Features(passage_fused=2.5), answers=0.5),
        sure=Weights(bias=0.5, features=Features(), share=0.25),
        found=Weights(bias=-1.0, features=Features(numbers_missing=-3.0)),
    )


def test_readers_of_others_have_the_numbers_of_docents(folder: Path):
    (folder / "docent.toml").write_text(TINY, encoding="utf-8")
    assert profile.profile_of("none") == profile.profile_of("docent") == profile.profile_of("/a/folder")
    assert profile.profile_of("docent", "/an/encoder") == profile.profile_of("docent")


def test_a_pair_of_models_has_numbers_of_its_own(folder: Path):
    (folder / "docent.toml").write_text(TINY, encoding="utf-8")
    (folder / "docent-e+m.toml").write_text(TINY.replace("-2", "-7"), encoding="utf-8")
    (folder / "own.toml").write_text(TINY.replace("-2", "-9"), encoding="utf-8")
    biases = {
        pair: profile.profile_of(*pair).ranking.bias
        for pair in (
            ("docent", MINILM.name),
            ("docent", "e+m"),
            ("own", "e+m"),
            ("none", "e+m"),
            ("none", "x"),
        )
    }
    assert list(biases.values()) == [-2, -7, -9, -7, -2]
    assert profile.file_of("own", "e+m") == folder / "own-e+m.toml"
    assert profile.file_of("own", MINILM.name) == folder / "own.toml"


@pytest.mark.parametrize(
    "broken", ["", "found_bias = 0", TINY.replace("-3", '"many"'), TINY.replace("[sure]", "[reader]")]
)
def test_a_profile_that_is_no_profile_is_refused(folder: Path, broken: str):
    (folder / "docent.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(ValidationError):
        profile.profile_of("docent")


def test_a_sum_of_log_odds():
    features = Features(unit_cosine=0.5, is_name=1.0, numbers_missing=0.25)
    weights = Weights(bias=-1.0, features=Features(unit_cosine=2.0, numbers_missing=-4.0))
    assert weights.sum(features) == -1.0
    read = replace(weights, answers=0.5, share=0.25)
    assert read.sum(features, 4.0, 0.5) == pytest.approx(-1 + 2 + 0.25 * math.log(0.5 + 0.003))
    assert Weights(bias=0.0, features=Features(), share=1.0).sum(features, share=0.0) == pytest.approx(
        math.log(0.003)
    )


@pytest.mark.parametrize("file", sorted(FOLDER.glob("docent*.toml")), ids=lambda file: file.stem)
def test_profiles_that_are_shipped_are_whole(file: Path):
    shipped = profile_of(file.stem)
    for numbers in (shipped.evidence, *(part.features for part in (shipped.ranking, shipped.found))):
        assert any(structs.astuple(numbers))
        assert all(map(math.isfinite, structs.astuple(numbers)))
    assert shipped.ranking.answers > 0  # the surer the reader, the surer the answer
    assert shipped.sure.answers > 0
    assert (shipped.found.answers, shipped.found.share) == (0, 0)  # which knows no reader
