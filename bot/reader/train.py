"""Trains the reader: one command, reproducible from its seed, resumable.

    python -m bot.reader.train --home FILE... --out FOLDER [--away FILE...]

Question files are of SQuAD's format. The home files hold questions like those that will be asked: some of
their articles are held out to validate with, the others are read most often and last. Interrupt it at any
time; the same command goes on from the last checkpoint.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bot.evaluation.figures import auroc
from bot.progress import shown
from bot.reader import model
from bot.reader.examples import prepare
from bot.reader.lessons import Group, Item, Plan, Reads
from bot.reader.model import Network, pack, trained, untrained
from bot.reader.readers import CHECKSUM, TRAINING, WEIGHTS, learned
from bot.reader.reading import best_span
from index import models
from index.documents import digest_file

RATE = 1.5e-4  # of learning, at its height; AdamW (Loshchilov and Hutter, 2019)
DECAY = 0.01  # of weights
WARM_UP = 0.06  # of all steps, in which the rate rises; then it falls to 0 in a straight line
LONGEST_GRADIENT = 1.0
AT_ONCE = 8  # reads that go through the network together
CHECK_EVERY = 300  # steps between validations
CHECKED = 60  # held-out questions with an answer, and as many without, to validate with
PATIENCE = 5  # validations without a better one before training stops
CHECKPOINT_EVERY = 120  # seconds

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--home", nargs="+", type=Path, required=True, help="question files to do well on")
    parser.add_argument("--away", nargs="+", type=Path, default=[], help="more, to learn from in general")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    parser.add_argument(
        "--start", type=Path, help="folder of weights to go on from, not those of the encoder"
    )
    parser.add_argument("--work", type=Path, default=Path("var/reader"), help="folder for what lies between")
    parser.add_argument("--held-out", type=float, default=0.2, help="share of the home articles")
    parser.add_argument("--passes", type=int, default=2, help="over the home files; one over the others")
    parser.add_argument("--most", type=int, default=300, help="questions taken of a file that is away")
    parser.add_argument("--steps", type=int, help="at most; by default as many as the questions need")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s")
    with shown() as progress:
        examples = prepare(
            given.away, given.home, given.work, share=given.held_out, seed=given.seed, progress=progress
        )
    homes = {file.name for file in given.home}
    plan = Plan(examples, homes, passes=given.passes, most=given.most, seed=given.seed)
    folder = models.folder_of(models.EMBEDDED_MODEL)  # whose word table the weights do without
    network, history = train(plan, folder, given.work, given.start, given.steps)
    given.out.mkdir(parents=True, exist_ok=True)
    save_file(pack(network), given.out / WEIGHTS.name)
    digest = digest_file(given.out / WEIGHTS.name)
    (given.out / CHECKSUM.name).write_text(f"{digest}  {WEIGHTS.name}\n", encoding="ascii")
    known = learned(given.start / TRAINING.name) if given.start else frozenset()
    articles = sorted(known.union(plan.articles))
    about = {"seed": given.seed, "history": history, "articles": articles}
    (given.out / TRAINING.name).write_text(
        json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def read(network: Network, items: Sequence[Item]) -> tuple[Tensor, Tensor, Tensor]:
    """What the network says of items, as its ``forward`` returns it."""
    return model.read(network, [item.tokens for item in items], AT_ONCE)


def loss(network: Network, groups: Sequence[Group]) -> Tensor:
    """How wrong the network is: whether a passage answers, which of a question's does, and where.

    The first is binary cross-entropy; the others are cross-entropies over the passages of a question and
    over the tokens of a passage, where of several right ones any will do: the marginal likelihood of Clark
    and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension" (2018).
    """
    items = [item for group in groups for item in group]
    starts, ends, answers = read(network, items)
    right = torch.tensor([float(item.right) for item in items])
    total = nn.functional.binary_cross_entropy_with_logits(answers, right)
    ranked, first = [], 0
    for group in groups:
        own, flags = answers[first : first + len(group)], right[first : first + len(group)] == 1
        first += len(group)
        if flags.any() and not flags.all():
            ranked.append(_any_of(own, flags.nonzero().squeeze(-1)))
    placed = [
        _any_of(row, torch.tensor(gold))
        for rows, places in ((starts, [i.starts for i in items]), (ends, [i.ends for i in items]))
        for row, gold in zip(rows, places, strict=True)
        if gold
    ]
    for part in (ranked, placed):
        if part:
            total = total + torch.stack(part).mean()
    return total


def _any_of(row: Tensor, right: Tensor) -> Tensor:
    """Minus the log of the probability that softmax gives the right ones together."""
    return torch.logsumexp(row, 0) - torch.logsumexp(row[right], 0)


def train(
    plan: Plan, folder: Path, work: Path, start: Path | None = None, steps: int | None = None
) -> tuple[Network, list[dict[str, float]]]:
    """Train, or go on with it.

    Args:
        plan: what to read.
        folder: of the embedded encoder, which the network starts from.
        work: where the checkpoint and the best weights are kept.
        start: of weights trained before, to start from instead.
        steps: at most; the rate falls to 0 by then.

    Returns:
        the network as it was when it was best on held-out questions, and its figures at each validation.
    """
    reads = Reads(folder)
    torch.manual_seed(plan.seed)
    network = untrained(folder) if start is None else trained(folder, load_file(start / WEIGHTS.name))
    network.body.embeddings.word_embeddings.requires_grad_(False)  # it is the encoder's, and stays so
    learning = [value for value in network.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learning, RATE, weight_decay=DECAY)
    checkpoint = _Checkpoint(work / "checkpoint.safetensors", network, optimizer)
    begin, history = checkpoint.load()
    batches = plan.batches()[:steps]
    _log.info("%s questions in %s steps, from step %s", sum(map(len, batches)), len(batches), begin)
    saved = time.monotonic()
    for step, asked in enumerate(batches[begin:], begin + 1):
        torch.manual_seed(plan.seed * 1_000_003 + step)  # what is dropped depends on the step alone
        network.train()
        for settings in optimizer.param_groups:
            settings["lr"] = RATE * _share_of_rate(step, len(batches))
        value = loss(network, [group for one in asked for group in reads.groups(*one)])
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learning, LONGEST_GRADIENT)
        optimizer.step()
        optimizer.zero_grad()
        if step % 20 == 0:
            _log.info("step %s of %s: loss %.3f", step, len(batches), value.item())
        if step % CHECK_EVERY == 0 or step == len(batches):
            history.append({"step": step, **validate(network, plan, reads)})
            _log.info("validation: %s", json.dumps(history[-1]))
            best = max(range(len(history)), key=lambda number: _merit(history[number]))
            if best == len(history) - 1:
                save_file(_tensors(network), work / "best.safetensors")
            elif len(history) - 1 - best >= PATIENCE:
                _log.info("no better for %s validations: stopping early", PATIENCE)
                break
        if time.monotonic() - saved > CHECKPOINT_EVERY:
            checkpoint.save(step, history)
            saved = time.monotonic()
    network.load_state_dict(load_file(work / "best.safetensors"))
    return network.eval(), history


def _merit(figures: dict[str, float]) -> float:
    """What is to be as great as possible; the loss is no guide, for it grows with certainty that is due."""
    return figures["first"] + figures["auroc"] + figures["overlap"]


def _share_of_rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    return min(step / warm, (steps - step + 1) / max(1, steps - warm))


def validate(network: Network, plan: Plan, reads: Reads) -> dict[str, float]:
    """How well held-out questions are read, each over its first passages.

    Returns:
        ``loss``; ``first``: how often the right passage is thought to answer most; ``auroc``: of questions
        with an answer against those without, by the passage that is thought to answer most; ``overlap``: F1
        of tokens between the best span of the right passage and the nearest right one.
    """
    network.eval()
    losses, first, overlaps = [], [], []
    tops: dict[bool, list[float]] = {True: [], False: []}
    answerable = [example for example in plan.held_out if example.reads[0].right][:CHECKED]
    others = [example for example in plan.held_out if not any(read.right for read in example.reads)][:CHECKED]
    with torch.inference_mode():
        for example in (*answerable, *others):
            group = reads.first(example)
            if not group:
                continue
            starts, ends, answers = read(network, group)
            losses.append(loss(network, [group[:2]]).item())
            right = [item.right for item in group]
            tops[any(right)].append(answers.max().item())
            if any(right):
                first.append(right[int(answers.argmax())])
                if group[0].starts:
                    overlaps.append(_overlap(group[0], starts[0], ends[0]))
    return {
        "loss": float(np.mean(losses)),
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
    return {name: value.contiguous() for name, value in network.state_dict().items()}


class _Checkpoint:
    """Where training stands: weights, the optimizer's moments, the step and the figures so far."""

    def __init__(self, file: Path, network: Network, optimizer: torch.optim.Optimizer) -> None:
        self._file = file
        self._network = network
        self._optimizer = optimizer

    def save(self, step: int, history: list[dict[str, float]]) -> None:
        """Keep it, in place of the one before."""
        tensors = {f"network.{name}": value for name, value in _tensors(self._network).items()}
        for number, moments in self._optimizer.state_dict()["state"].items():
            tensors |= {f"moment.{number}.{name}": value for name, value in moments.items()}
        temporary = self._file.with_suffix(".part")
        save_file(tensors, temporary, {"step": str(step), "history": json.dumps(history)})
        temporary.replace(self._file)

    def load(self) -> tuple[int, list[dict[str, float]]]:
        """The step done last and the figures so far; nothing done where there is no checkpoint."""
        if not self._file.exists():
            return 0, []
        with safe_open(self._file, "pt") as kept:
            about = kept.metadata()
        tensors = load_file(self._file)
        self._network.load_state_dict(
            {name.removeprefix("network."): v for name, v in tensors.items() if name.startswith("network.")}
        )
        state: dict[int, dict[str, Any]] = {}
        for name, value in tensors.items():
            if name.startswith("moment."):
                _, number, kind = name.split(".")
                state.setdefault(int(number), {})[kind] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": state})
        return int(about["step"]), json.loads(about["history"])


if __name__ == "__main__":
    main()
