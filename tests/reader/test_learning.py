"""Training: reproducible from its seed, resumable, and it does learn."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from bot.reader import learning, losses
from bot.reader.batches import Group, Plan, Reads
from bot.reader.examples import Example, Read
from bot.reader.hard_negatives import HardNegatives
from bot.reader.learning import Teacher, Way
from bot.reader.model import WORD_TABLE, Network, logits, pack, trained, untrained
from bot.reader.readers import WEIGHTS
from bot.reader.reading import Reading
from bot.reader.together import Readers
from bot.reader.tokens import pairs, tokenizer
from tests.evaluation.conftest import BREAD, LIGHTHOUSE
from tests.reader.conftest import ARTICLES, CLOCK, FERRY, GARDEN, MILL

pytestmark = pytest.mark.slow

WRONG = {"Aldholm ferry": MILL, "Merrin clock": LIGHTHOUSE, "Pell garden": BREAD, "Sunder mill": FERRY}


def examples(held: tuple[str, ...] = ("Sunder mill",)) -> list[Example]:
    """Examples of the articles, each question beside its paragraph and that of another article."""
    found = []
    for title, paragraphs in ARTICLES[2:]:
        for text, asked in paragraphs:
            for row in asked:
                spans = tuple(
                    (text.index(answer["text"]), text.index(answer["text"]) + len(answer["text"]))
                    for answer in row["answers"]
                )
                reads = (Read(text, 0.9, bool(spans), True, spans), Read(WRONG[title], 0.5, False, False))
                found.append(Example(row["question"], "home.json", title, title in held, reads))
    return found


def plan(*, passes: int = 2, seed: int = 1, held: tuple[str, ...] = ("Sunder mill",)) -> Plan:
    return Plan(examples(held), {"home.json"}, passes=passes, most=9, seed=seed, batch=3)


SMALL = Way(rate=3e-3, check_every=2)


def reads_of(folder: Path) -> Reads:
    return Reads(folder, HardNegatives([]))


def same(one: Network, other: Network) -> bool:
    """Bit by bit."""
    first, second = one.state_dict(), other.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(autouse=True)
def saved_often(monkeypatch: pytest.MonkeyPatch):
    """A checkpoint is made at each step."""
    monkeypatch.setattr(learning, "CHECKPOINT_EVERY", -1)


@pytest.fixture
def work(tmp_path: Path) -> Callable[[str], Path]:
    """Folders to train in."""

    def folder(name: str) -> Path:
        (tmp_path / name).mkdir(exist_ok=True)
        return tmp_path / name

    return folder


Work = Callable[[str], Path]


# ------------------------------------------------------------------------------------- reproducible


def test_the_same_seed_gives_the_same_weights(tiny: Path, work: Work):
    (one, told), (again, retold) = (
        learning.train(plan(), tiny, work(name), SMALL) for name in ("one", "two")
    )
    assert same(one, again)
    assert told == retold
    other, _ = learning.train(plan(seed=2), tiny, work("three"), SMALL)
    assert not same(one, other)


def test_training_begins_at_the_encoder_and_leaves_its_word_table(tiny: Path, work: Work):
    network, _ = learning.train(plan(), tiny, work("one"), SMALL)
    assert not network.training
    encoder = load_file(tiny / "model.safetensors")
    learned = network.state_dict()
    assert torch.equal(learned[WORD_TABLE], encoder[WORD_TABLE.removeprefix("body.")])
    moved = [name for name, value in encoder.items() if not torch.equal(learned[f"body.{name}"], value)]
    assert len(moved) == len(encoder) - 1


class Interrupted:
    """Lets so many steps be made, and then is a key pressed by a person."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
        self.steps = steps
        made = learning.loss

        def loss(network: Network, groups: list[Group], teacher: Teacher | None) -> Tensor:
            if network.training:
                if self.steps == 0:
                    raise KeyboardInterrupt
                self.steps -= 1
            return made(network, groups, teacher)

        monkeypatch.setattr(learning, "loss", loss)


@pytest.mark.parametrize("stops", [[1], [2], [1, 1, 1]])
def test_interrupted_and_resumed_it_learns_the_same(
    tiny: Path, work: Work, monkeypatch: pytest.MonkeyPatch, stops: list[int]
):
    whole, told = learning.train(plan(), tiny, work("whole"), SMALL)
    assert len(plan().batches()) > 4
    for steps in stops:
        with monkeypatch.context() as patch:
            Interrupted(patch, steps)
            with pytest.raises(KeyboardInterrupt):
                learning.train(plan(), tiny, work("parts"), SMALL)
    begun = Interrupted(monkeypatch, 99)
    parts, retold = learning.train(plan(), tiny, work("parts"), SMALL)
    assert 99 - begun.steps == len(plan().batches()) - sum(stops)  # it went on where it stopped
    assert same(whole, parts)
    assert told == retold


def test_a_checkpoint_is_made_of_tensors_and_what_was_told(tiny: Path, work: Work):
    _, told = learning.train(plan(), tiny, work("one"), SMALL)
    [file] = work("one").glob("checkpoint*")
    with safe_open(file, "pt") as kept:
        names, about = set(kept.keys()), kept.metadata()
    assert file.suffix == ".safetensors"
    assert int(about["step"]) == len(plan().batches())
    assert json.loads(about["history"]) == told
    network = {f"network.{name}" for name in untrained(tiny).state_dict() if name != WORD_TABLE}
    assert network <= names
    assert {name.split(".")[0] for name in names - network} == {"moment"}
    assert not list(work("one").glob("*.part"))


def test_training_that_is_done_is_done(tiny: Path, work: Work, monkeypatch: pytest.MonkeyPatch):
    one, told = learning.train(plan(), tiny, work("one"), SMALL)
    Interrupted(monkeypatch, 0)
    again, retold = learning.train(plan(), tiny, work("one"), SMALL)
    assert same(one, again)
    assert told == retold


# -------------------------------------------------------------------------------------- it learns


def loss_of(network: Network, groups: list[Group]) -> float:
    with torch.inference_mode():
        return learning.loss(network.eval(), groups).item()


def test_it_learns_a_handful_by_heart(tiny: Path, work: Work):
    handful = [each for each in examples(()) if each.title in ("Aldholm ferry", "Merrin clock")]
    made = Plan(handful, {"home.json"}, passes=70, most=9, seed=1, batch=len(handful))
    made.held_out = handful
    exam = learning.held_out(made, reads_of(tiny), 60)
    network, [after] = learning.train(made, tiny, work("one"), Way(rate=1e-2, check_every=1000))
    assert loss_of(network, exam) < 0.4 * loss_of(untrained(tiny), exam)
    assert (after["first"], after["auroc"]) == (1, 1)
    assert after["overlap"] > 0.6
    group = exam[0]
    with torch.inference_mode():
        answers = learning.read(network, [item.tokens for item in group])[2]
    assert answers.argmax() == [item.right for item in group].index(True)


Script = Callable[[list[float]], list[dict[str, Tensor]]]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Makes validations after each step say given figures; returns the weights that each of them saw."""

    def script(figures: list[float]) -> list[dict[str, Tensor]]:
        seen: list[dict[str, Tensor]] = []

        def validate(network: Network, groups: list[Group]) -> dict[str, float]:
            seen.append({name: value.clone() for name, value in network.state_dict().items()})
            return {"first": figures[len(seen) - 1], "auroc": 0.5, "overlap": 0.5}

        monkeypatch.setattr(learning, "validate", validate)
        return seen

    return script


@pytest.mark.parametrize(
    ("figures", "patience", "validations", "best"),
    [
        ([0.3, 0.8, 0.6, 0.7, 0.9, 0.9, 0.9], 2, 4, 1),
        ([0.3, 0.8, 0.6, 0.9, 0.7, 0.1, 0.1], 3, 7, 3),
        ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 3, 4, 0),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 1, 7, 6),
    ],
)
def test_the_best_weights_are_taken_and_patience_ends(
    tiny: Path, work: Work, scripted: Script, monkeypatch: pytest.MonkeyPatch,
    figures: list[float], patience: int, validations: int, best: int,
):  # fmt: skip
    monkeypatch.setattr(learning, "PATIENCE", patience)
    made = plan(passes=4)
    assert len(made.batches()) >= len(figures)
    monkeypatch.setattr(made, "batches", lambda: Plan.batches(made)[: len(figures)])
    seen = scripted(figures)
    network, told = learning.train(made, tiny, work("one"), Way(check_every=1))
    assert (len(seen), [each["first"] for each in told]) == (validations, figures[:validations])
    assert [each["step"] for each in told] == list(range(1, validations + 1))
    assert all(torch.equal(value, seen[best][name]) for name, value in network.state_dict().items())


def test_the_last_weights_are_taken_where_they_are_wanted(tiny: Path, work: Work, scripted: Script):
    seen = scripted([0.9, 0.5, 0.6])
    network, told = learning.train(plan(), tiny, work("one"), Way(check_every=2, last=True), steps=6)
    assert [each["first"] for each in told] == [0.9, 0.5, 0.6]
    assert all(torch.equal(value, seen[-1][name]) for name, value in network.state_dict().items())


def test_training_can_go_on_from_weights_trained_before(tiny: Path, work: Work):
    network, _ = learning.train(plan(), tiny, work("one"), SMALL)
    save_file(pack(network), work("one") / WEIGHTS.name)
    slow = Way(rate=1e-9, check_every=2)
    again, told = learning.train(plan(held=("Aldholm ferry",)), tiny, work("two"), slow, work("one"))
    assert told[0]["step"] == 2  # it has a plan of its own
    for name, value in trained(tiny, pack(network)).state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value, rtol=0, atol=1e-6)


def test_the_rate_rises_and_then_falls():
    shares = [learning._share_of_rate(step, 100) for step in range(1, 101)]
    top = shares.index(max(shares))
    assert max(shares) == pytest.approx(1)
    assert top + 1 == int(100 * learning.WARM_UP)
    assert shares[: top + 1] == sorted(shares[: top + 1])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    assert 0 < shares[-1] < 0.02
    assert learning._share_of_rate(1, 1) == 1


def test_the_rate_has_fallen_when_the_time_is_spent():
    assert learning._share_of_rate(50, 1000, spent=0.5) == pytest.approx(0.5 / (1 - learning.WARM_UP))
    assert learning._share_of_rate(50, 1000, spent=1) == 0


def test_training_ends_with_its_time(tiny: Path, work: Work):
    _, told = learning.train(plan(), tiny, work("one"), replace(SMALL, minutes=1e-9))
    assert [each["step"] for each in told] == [1]


def test_the_lowest_layers_can_stay_the_encoders(tiny: Path, work: Work):
    network, _ = learning.train(plan(), tiny, work("one"), replace(SMALL, frozen=1))
    learned = network.state_dict()
    kept = {
        name for name, value in load_file(tiny / "model.safetensors").items()
        if torch.equal(learned[f"body.{name}"], value)
    }  # fmt: skip
    assert {name.split(".")[0] for name in kept} == {"embeddings", "encoder"}
    assert {name.split(".")[2] for name in kept if name.startswith("encoder")} == {"0"}
    assert any(name.startswith("encoder.layer.0.attention") for name in kept)


# ------------------------------------------------------------------------------------- what is wrong


def test_reads_of_any_length_are_read_as_if_alone(tiny: Path):
    torch.manual_seed(1)
    network = untrained(tiny).eval()
    texts = [GARDEN, "No.", CLOCK, "It is late.", FERRY, MILL, "Yes.", BREAD, LIGHTHOUSE, "Perhaps it is."]
    texts += [text + " So it was." for text in texts]
    group = reads_of(tiny).first(
        Example("Why?", "", "", False, tuple(Read(t, 0, False, True) for t in texts)), 99
    )
    assert len(group) > learning.AT_ONCE
    with torch.inference_mode():
        starts, ends, answers = learning.read(network, [item.tokens for item in group])
        for number, item in enumerate(group):
            alone = logits(network, [item.tokens])
            size = len(item.tokens.ids)
            torch.testing.assert_close(answers[number], alone[2][0], rtol=1e-4, atol=1e-5)
            for side, expected in zip((starts, ends), alone, strict=False):
                torch.testing.assert_close(side[number, :size], expected[0], rtol=1e-4, atol=1e-5)
                assert (side[number, size:] == torch.finfo(side.dtype).min).all()


class Says:
    """A reader that thinks of every passage that it answers, by its first token."""

    name = fingerprint = "says"

    def __init__(self, by: Tokenizer) -> None:
        self._by = by

    def prepare(self) -> None:
        pass

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        found = []
        for tokens in pairs(self._by, question, passages):
            starts = np.zeros(len(tokens.ids), np.float32)
            starts[(tokens.offsets[:, 0] >= 0).nonzero()[0][0]] = 1
            found.append(Reading(9.0, starts, starts, tokens.offsets))
        return found


def test_readers_have_their_say(tiny: Path, work: Work):
    readers = Readers(Says(tokenizer(tiny)))
    [group, *_] = Reads(tiny, HardNegatives([]), readers=readers).groups(examples()[0], 0.5)
    network = untrained(tiny).eval()
    marked = learning.loss(network, [[replace(item, said=None) for item in group]])
    share = learning.TAUGHT_BY_READERS
    said = losses.by_readers(learning.read(network, [item.tokens for item in group]), [group])
    mixed = (1 - share) * marked.item() + share * said.item()
    assert learning.loss(network, [group]).item() == pytest.approx(mixed, abs=1e-5)
    way = Way(rate=3e-3, check_every=2, readers=readers)
    learned, history = learning.train(plan(), tiny, work("one"), way)
    other, plainly = learning.train(plan(), tiny, work("two"), SMALL)
    assert not same(learned, other)
    assert history[-1]["step"] == plainly[-1]["step"]


def test_a_teacher_has_its_say(tiny: Path, work: Work):
    torch.manual_seed(5)
    teacher = Teacher(tiny, untrained(tiny).eval())
    reads = Reads(tiny, HardNegatives([]), teacher=tiny)
    [group, *_] = reads.groups(examples()[0], 0.5)
    network = untrained(tiny).eval()
    alone, taught = learning.loss(network, [group]), learning.loss(network, [group], teacher)
    by_itself = learning.loss(teacher.network, [group], teacher) - (1 - learning.TAUGHT) * learning.loss(
        teacher.network, [group]
    )
    said = learning.read(teacher.network, [item.tokens for item in group])[2].sigmoid()
    sure = -(said * said.log() + (1 - said) * (1 - said).log()).mean()  # what none can fall below
    assert by_itself.item() == pytest.approx(learning.TAUGHT * sure.item(), abs=1e-4)
    assert taught.item() != pytest.approx(alone.item(), abs=1e-3)
    assert not any(value.grad is not None for value in teacher.network.parameters())
    learned, _ = learning.train(plan(), tiny, work("one"), Way(rate=3e-3, check_every=2, teacher=teacher))
    other, _ = learning.train(plan(), tiny, work("two"), SMALL)
    assert not same(learned, other)
