"""The command that trains the reader."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from bot.reader import examples, learning, train
from bot.reader.batches import Reads
from bot.reader.hard_negatives import HardNegatives
from bot.reader.model import logits, trained, unpack
from bot.reader.readers import CHECKSUM, TRAINING, WEIGHTS
from bot.reader.tokens import pairs
from index.models import EMBEDDED_MODEL, folder_of
from tests.conftest import WordsEncoder
from tests.reader.conftest import ARTICLES, CLOCK

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def saved_often(monkeypatch: pytest.MonkeyPatch):
    """A checkpoint is made at each step."""
    monkeypatch.setattr(learning, "CHECKPOINT_EVERY", -1)


@pytest.fixture
def small_world(tiny: Path, monkeypatch: pytest.MonkeyPatch):
    """The command without the embedded model, but with its words."""

    monkeypatch.setattr(examples, "encoder_of", WordsEncoder)
    monkeypatch.setattr(train.models, "folder_of", lambda _: tiny)
    monkeypatch.setattr(train.logging, "basicConfig", lambda **_: None)


def command(folder: Path, home: Path, away: list[Path], *more: str) -> list[str]:
    files = [
        "--home",
        home,
        *(["--away", *away] if away else []),
        "--out",
        folder / "out",
        "--work",
        folder / "work",
        *("--batch", 3, "--check-every", 2),
    ]
    return [*map(str, files), "--held-out", "0.5", "--seed", "3", *more]


@pytest.mark.usefixtures("small_world")
def test_the_command_writes_weights_their_checksum_and_what_was_learned(
    tiny: Path, home: Path, away: Path, tmp_path: Path
):
    given = command(tmp_path, home, [away], "--passes", "2")
    train.main(given)
    written = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert set(written) == {WEIGHTS.name, CHECKSUM.name, TRAINING.name}
    digest, name = written[CHECKSUM.name].decode().split()
    assert (digest, name) == (sha256(written[WEIGHTS.name]).hexdigest(), WEIGHTS.name)
    card = json.loads(written[TRAINING.name])
    assert card["seed"] == 3
    assert card["history"][-1].keys() == {"step", "first", "auroc", "overlap"}
    kept = {title for title, _ in ARTICLES[:4] if examples.held_out(title, 0.5, 3)}
    assert kept == {"Ronsund_(lighthouse)", "Aldholm ferry"}
    assert set(card["articles"]) == {title for title, _ in ARTICLES} - kept
    network = trained(tiny, load_file(tmp_path / "out" / WEIGHTS.name))
    assert not any(value.isnan().any() for value in network.state_dict().values())
    fewer = command(tmp_path / "fewer", home, [away], "--passes", "2", "--steps", "1")
    train.main(fewer)
    assert [
        one["step"] for one in json.loads((tmp_path / "fewer/out" / TRAINING.name).read_bytes())["history"]
    ] == [1]
    train.main(given)  # nothing is left to do
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == written


@pytest.mark.usefixtures("small_world")
def test_the_command_goes_on_from_weights_and_what_these_learned_from_is_learned(
    home: Path, away: Path, tmp_path: Path
):
    train.main(command(tmp_path / "one", home, [away]))
    train.main(command(tmp_path / "two", home, [], "--start", str(tmp_path / "one" / "out")))
    one, two = (json.loads((tmp_path / name / "out" / TRAINING.name).read_bytes()) for name in ("one", "two"))
    assert "Sunder mill" in one["articles"]  # it is of the other file
    assert set(one["articles"]) <= set(two["articles"])
    train.main(command(tmp_path / "kept", home, [], "--start", str(tmp_path / "one" / "out"), "--keep", "1"))
    first, kept = (load_file(tmp_path / name / "out" / WEIGHTS.name) for name in ("one", "kept"))
    for name, value in unpack(first).items():
        torch.testing.assert_close(unpack(kept)[name], value, rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("small_world")
def test_the_command_has_a_teacher_learn_first(tiny: Path, home: Path, away: Path, tmp_path: Path):
    more = ["--teacher", str(tiny), "--teacher-passes", "2", "--away-passes", "2", "--checked", "5"]
    train.main(command(tmp_path, home, [away], *more))
    steps = {}
    for name in ("work", "work/teacher"):
        with safe_open(tmp_path / name / "checkpoint.safetensors", "pt") as kept:
            steps[name] = int(kept.metadata()["step"])
    assert min(steps.values()) > 2
    assert (tmp_path / "out" / WEIGHTS.name).exists()


def test_the_command_needs_files_and_a_folder(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        train.main(["--home", "q.json"])
    assert left.value.code == 2
    assert "--out" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        train.main(["--home", "q.json", "--out", "x", "--keep", "0.5"])
    assert left.value.code == 2
    assert "--keep needs the weights of --start" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        train.main(["--home", "q.json", "--out", "x", "--by-both", "--teacher", "t"])
    assert left.value.code == 2
    assert "name one of them" in capsys.readouterr().err


def test_the_real_thing_for_some_steps(
    home: Path, away: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train.logging, "basicConfig", lambda **_: None)
    train.main(command(tmp_path, home, [away], "--passes", "1", "--batch", "4", "--check-every", "300"))
    weights = tmp_path / "out" / WEIGHTS.name
    assert weights.stat().st_size < 12_000_000
    card = json.loads((tmp_path / "out" / TRAINING.name).read_text(encoding="utf-8"))
    assert len(card["history"]) == 1
    assert 2 <= card["history"][0]["step"] <= 4
    folder = folder_of(EMBEDDED_MODEL)
    network = trained(folder, load_file(weights))
    [tokens] = pairs(Reads(folder, HardNegatives([]))._tokenizer, "Who strikes the hours?", [CLOCK])
    with torch.inference_mode():
        starts, _, answers = logits(network, [tokens])
    assert torch.isfinite(answers).all()
    assert starts.shape == (1, len(tokens.ids))
