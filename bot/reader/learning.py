"""Learns: steps down the slope of the losses, validations on held-out questions, checkpoints.

Interrupted at any time, it goes on from the last checkpoint. A GPU is used where there is one.
"""

import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from bot.evaluation.figures import auroc
from bot.reader import losses, model
from bot.reader.batches import Asked, Group, Item, Plan, Reads
from bot.reader.hard_negatives import HardNegatives
from bot.reader.losses import Logits
from bot.reader.mixture import Mixture
from bot.reader.model import WORD_TABLE, Network, trained, untrained
from bot.reader.readers import WEIGHTS
from bot.reader.reading import best_span
from bot.reader.together import Readers
from bot.reader.tokens import Tokens

RATE = 1.5e-4  # of learning, at its height; AdamW (Loshchilov and Hutter, 2019)
TEACHER_RATE = 5e-5  # of a network so much larger
TAUGHT = 0.7  # of the loss, that is by what the teacher says
TAUGHT_BY_READERS = 0.5  # the same, of readers that know little more than what is taught
DECAY = 0.01  # of weights
WARM_UP = 0.06  # of all steps, in which the rate rises; then it falls to 0 in a straight line
MOST_WARM_UP = 100  # steps
HEADS = 4.0  # times the rate, for what begins at nothing
LONGEST_GRADIENT = 1.0
AT_ONCE = 16  # reads that go through the network together
AT_ONCE_ON_GPU = 256
PATIENCE = 5  # validations without a better one before training stops
CHECKPOINT_EVERY = 120  # seconds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Teacher:
    """A network that has learned, and the folder of the encoder that it was."""

    folder: Path
    network: Network


@dataclass(frozen=True, slots=True)
class Way:
    """How to learn.

    The rate at its height, wrong passages beside a right one, questions of each kind to validate with, steps
    between validations, a teacher, the minutes that there are for it, the share of values that is dropped,
    how many of the lowest layers stay as they are, readers that teach, and whether the weights are those of
    the last step and not those that validate best, which few questions tell badly.
    """

    rate: float = RATE
    wrong: int = 1
    checked: int = 60
    check_every: int = 300
    teacher: Teacher | None = None
    minutes: float | None = None
    dropout: float | None = None
    frozen: int = 0
    readers: Readers | None = None
    last: bool = False


def read(network: Network, rows: Sequence[Tokens]) -> Logits:
    """The logits of rows of tokens, as ``forward`` returns them."""
    at_once = AT_ONCE_ON_GPU if network.answers.weight.is_cuda else AT_ONCE
    return model.read(network, rows, at_once)


def loss(network: Network, groups: Sequence[Group], teacher: Teacher | None = None) -> Tensor:
    """The loss of a network, by what is marked and by distillation from a teacher, or from readers."""
    items = [item for group in groups for item in group]
    logits = read(network, [item.tokens for item in items])
    marked = losses.by_marks(logits, groups)
    if all(item.said for item in items):
        return (1 - TAUGHT_BY_READERS) * marked + TAUGHT_BY_READERS * losses.by_readers(logits, groups)
    if teacher is None:
        return marked
    with torch.no_grad():
        taught = read(teacher.network, [item.taught for item in items if item.taught])
    return (1 - TAUGHT) * marked + TAUGHT * losses.by_teacher(logits, taught, items)


def train(
    plan: Plan | Mixture,
    folder: Path,
    work: Path,
    way: Way = Way(),
    start: Path | None = None,
    steps: int | None = None,
) -> tuple[Network, list[dict[str, float]]]:
    """Train, or go on with it.

    Args:
        plan: what to read.
        folder: of the encoder that the network starts from.
        work: where the checkpoint and the best weights are kept.
        way: how to learn.
        start: of weights trained before, to start from instead.
        steps: at most; the rate falls to 0 by then.

    Returns:
        the network as it was when it was best on held-out questions, or at last, and its figures at each
        validation.
    """
    work.mkdir(parents=True, exist_ok=True)
    negatives = HardNegatives(plan.learned)
    other = way.teacher.folder if way.teacher else None
    reads = Reads(folder, negatives, wrong=way.wrong, teacher=other, readers=way.readers)
    torch.manual_seed(plan.seed)
    network = untrained(folder) if start is None else trained(folder, load_file(start / WEIGHTS.name))
    if way.dropout is not None:
        network.drop(way.dropout)
    network.to("cuda" if (there := torch.cuda.is_available()) else "cpu")
    network.freeze(way.frozen)
    optimizer = _optimizer(network)
    checkpoint = _Checkpoint(work / "checkpoint.safetensors", network, optimizer)
    begin, history, before = checkpoint.load()
    clock = time.monotonic() - before
    batches = plan.batches()[:steps]
    exam = held_out(plan, Reads(folder, negatives), way.checked)  # which nobody teaches
    _log.info("%s questions in %s steps, from step %s", sum(map(len, batches)), len(batches), begin)
    loader: DataLoader[list[Group]] = DataLoader(
        batches[begin:],  # type: ignore[arg-type]
        batch_size=None,
        collate_fn=partial(_groups, reads),
        num_workers=max(1, (os.cpu_count() or 1) - 2) if there else 0,
    )
    saved = time.monotonic()
    for step, groups in enumerate(loader, begin + 1):
        torch.manual_seed(plan.seed * 1_000_003 + step)  # what is dropped depends on the step alone
        network.train()
        spent = (time.monotonic() - clock) / 60 / way.minutes if way.minutes else 0.0
        rate = way.rate * _share_of_rate(step, len(batches), spent)
        value = loss(network, groups, way.teacher)
        _learn(value, optimizer, rate)
        if step % 10 == 0:
            _log.info("step %s of %s: loss %.3f", step, len(batches), value.item())
        last = step == len(batches) or spent >= 1
        if step % way.check_every == 0 or last:
            history.append({"step": step, **validate(network, exam)})
            _log.info("validation: %s", json.dumps(history[-1]))
            best = max(range(len(history)), key=lambda number: _merit(history[number]))
            if best == len(history) - 1:
                save_file(_tensors(network), work / "best.safetensors")
            elif len(history) - 1 - best >= PATIENCE:
                _log.info("no better for %s validations: stopping early", PATIENCE)
                break
        if time.monotonic() - saved > CHECKPOINT_EVERY or last:
            checkpoint.save(step, history, time.monotonic() - clock)
            saved = time.monotonic()
        if last:
            break
    if not way.last:
        network.load_state_dict(load_file(work / "best.safetensors"), strict=False)
    return network.eval(), history


def _groups(reads: Reads, batch: Sequence[Asked]) -> list[Group]:
    return [group for asked in batch for group in reads.groups(*asked)]


def _merit(figures: dict[str, float]) -> float:
    """What is to be as great as possible."""
    return figures["first"] + figures["auroc"] + figures["overlap"]


def _optimizer(network: Network) -> torch.optim.Optimizer:
    """Of what is not frozen; the heads, which begin at nothing, learn faster than what they stand on."""
    body = [value for value in network.body.parameters() if value.requires_grad]
    heads = [value for name, value in network.named_parameters() if not name.startswith("body.")]
    parts = [{"params": body, "times": 1.0}, {"params": heads, "times": HEADS}]
    return torch.optim.AdamW(parts, weight_decay=DECAY, fused=True)


def _learn(value: Tensor, optimizer: torch.optim.Optimizer, rate: float) -> None:
    """One step down the slope of a loss."""
    for settings in optimizer.param_groups:
        settings["lr"] = rate * settings["times"]
    value.backward()  # type: ignore[no-untyped-call]
    learning = [parameter for settings in optimizer.param_groups for parameter in settings["params"]]
    nn.utils.clip_grad_norm_(learning, LONGEST_GRADIENT)
    optimizer.step()
    optimizer.zero_grad()


def _share_of_rate(step: int, steps: int, spent: float = 0.0) -> float:
    """Of the highest rate; ``spent`` is the share of the time, which may be ahead of the steps."""
    warm = max(1, int(WARM_UP * steps))
    left = min((steps - step + 1) / max(1, steps - warm), (1 - spent) / (1 - WARM_UP))
    return max(0.0, min(step / min(warm, MOST_WARM_UP), left, 1.0))


def held_out(plan: Plan | Mixture, reads: Reads, most: int) -> list[Group]:
    """Questions to validate with, each beside its first passages.

    ``most`` with an answer, and as many without.
    """
    answerable = [example for example in plan.held_out if example.reads[0].right][:most]
    others = [example for example in plan.held_out if not any(read.right for read in example.reads)][:most]
    return [group for example in (*answerable, *others) if (group := reads.first(example))]


def validate(network: Network, groups: Sequence[Group]) -> dict[str, float]:
    """How well held-out questions are read.

    Returns:
        ``first``: how often the right passage is thought to answer most; ``auroc``: of questions
        with an answer against those without, by the passage that is thought to answer most; ``overlap``: F1
        of tokens between the best span of the right passage and the nearest right one.
    """
    network.eval()
    with torch.inference_mode():
        logits = read(network, [item.tokens for group in groups for item in group])
    starts, ends, answers = (part.cpu() for part in logits)
    first, overlaps, begin = [], [], 0
    tops: dict[bool, list[float]] = {True: [], False: []}
    for group in groups:
        own = answers[begin : begin + len(group)]
        right = [item.right for item in group]
        tops[any(right)].append(own.max().item())
        if any(right):
            first.append(right[int(own.argmax())])
            if group[0].starts:
                overlaps.append(_overlap(group[0], starts[begin], ends[begin]))
        begin += len(group)
    return {
        "first": float(np.mean(first)),
        "auroc": auroc(np.array(tops[True]), np.array(tops[False])) if all(tops.values()) else 0.5,
        "overlap": float(np.mean(overlaps)),
    }


def _overlap(item: Item, starts: Tensor, ends: Tensor) -> float:
    start, end = best_span(starts.softmax(0).numpy(), ends.softmax(0).numpy())
    found = set(range(start, end + 1))
    figures = [0.0]
    for first in item.starts:
        for last in item.ends:
            gold = set(range(first, last + 1))
            figures.append(2 * len(found & gold) / (len(found) + len(gold)))
    return max(figures)


def _tensors(network: Network) -> dict[str, Tensor]:
    """All but the embedding matrix, which does not change."""
    return {
        name: value.contiguous().cpu() for name, value in network.state_dict().items() if name != WORD_TABLE
    }


class _Checkpoint:
    """Where training stands: weights, the optimizer's moments, the step and the figures so far."""

    def __init__(self, file: Path, network: Network, optimizer: torch.optim.Optimizer) -> None:
        self._file = file
        self._network = network
        self._optimizer = optimizer

    def save(self, step: int, history: list[dict[str, float]], seconds: float) -> None:
        """Keep it, and how long it took, in place of the one before."""
        tensors = {f"network.{name}": value for name, value in _tensors(self._network).items()}
        for number, moments in self._optimizer.state_dict()["state"].items():
            tensors |= {f"moment.{number}.{name}": value for name, value in moments.items()}
        temporary = self._file.with_suffix(".part")
        about = {"step": str(step), "history": json.dumps(history), "seconds": str(seconds)}
        save_file(tensors, temporary, about)
        temporary.replace(self._file)

    def load(self) -> tuple[int, list[dict[str, float]], float]:
        """The step done last, the figures so far and the seconds; none where there is no checkpoint."""
        if not self._file.exists():
            return 0, [], 0.0
        with safe_open(self._file, "pt") as kept:
            about = kept.metadata()
        tensors = load_file(self._file)
        learned = {n.removeprefix("network."): v for n, v in tensors.items() if n.startswith("network.")}
        self._network.load_state_dict(learned, strict=False)  # all but the embedding matrix
        state: dict[int, dict[str, Any]] = {}
        for name, value in tensors.items():
            if name.startswith("moment."):
                _, number, kind = name.split(".")
                state.setdefault(int(number), {})[kind] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": state})
        return int(about["step"]), json.loads(about["history"]), float(about["seconds"])
