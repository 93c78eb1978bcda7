"""The losses that a network learns by: against what is marked in the texts, and against a teacher."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as by_bit

from bot.reader.batches import Group, Item
from bot.reader.model import OUTSIDE

Logits = tuple[Tensor, Tensor, Tensor]
"""Of reads, as the network returns them: that an answer starts and ends at a token, and that there is one."""

TEMPERATURE = 2.0  # of a teacher's probabilities, so that those of what it thinks unlikely count too


def by_marks(logits: Logits, groups: Sequence[Group]) -> Tensor:
    """Whether a passage answers, which of a question's does, and where, against what is marked.

    The first is binary cross-entropy; the others are cross-entropies over the passages of a question and
    over the tokens of a passage, where of several right ones any will do: the marginal likelihood of Clark
    and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension" (2018).
    """
    starts, ends, answers = logits
    items = [item for group in groups for item in group]
    right = torch.tensor([item.right for item in items])
    total = by_bit(answers, right.to(answers))
    rows = _table([len(group) for group in groups])
    ranked = right[rows.clamp(min=0)] & (rows >= 0)
    mixed = ranked.any(1) & (ranked != (rows >= 0)).any(1)
    if mixed.any():
        total = total + _any_of(_by_row(answers, rows[mixed]), ranked[mixed]).mean()
    placed = []
    for side, marked in ((starts, [item.starts for item in items]), (ends, [item.ends for item in items])):
        gold = _marks(marked, side.shape[1])
        known = gold.any(1)
        placed.append(_any_of(side[known.to(side.device)], gold[known]))
    where = torch.cat(placed)
    return total + where.mean() if len(where) else total


def by_teacher(logits: Logits, taught: Logits, items: Sequence[Item]) -> Tensor:
    """The same against what a teacher says: Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural
    Network" (2015).

    Where the answer stands counts as much as the teacher believes that there is one.
    """
    starts, ends, answers = logits
    believed = taught[2].sigmoid()
    total = by_bit(answers, believed)
    places = _places(items, starts.shape[1]).to(starts.device)
    for side, other in ((starts, taught[0]), (ends, taught[1])):
        known = other.gather(1, places.clamp(min=0)).masked_fill(places < 0, OUTSIDE)
        wanted = (known / TEMPERATURE).softmax(1)
        found = (side / TEMPERATURE).log_softmax(1)
        apart = (wanted * (wanted.clamp(min=1e-9).log() - found)).sum(1)  # Kullback-Leibler divergence
        total = total + TEMPERATURE**2 * (believed * apart).sum() / believed.sum().clamp(min=1) / 2
    return total


def by_readers(logits: Logits, groups: Sequence[Group]) -> Tensor:
    """The same against what readers said, and against which passages they think answer rather than others.

    The latter is the Kullback-Leibler divergence between the probabilities that softmax gives the passages
    of a question, as in Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach" (2007).

    Raises:
        ValueError: they said nothing, or cut passages into other tokens.
    """
    items = [item for group in groups for item in group]
    starts, ends, answers = (part.to(logits[2].device) for part in _said(items, logits[0].shape[1]))
    total = by_teacher(logits, (starts, ends, answers), items)
    rows = _table([len(group) for group in groups]).to(answers.device)
    wanted, found = (_by_row(side, rows).log_softmax(1) for side in (answers, logits[2]))
    apart = (wanted.exp() * (wanted - found)).masked_fill(rows < 0, 0).sum(1)
    several = (rows >= 0).sum(1) > 1
    return total + apart.sum() / several.sum().clamp(min=1)


def _said(items: Sequence[Item], width: int) -> Logits:
    """What readers said, as logits; starts and ends next to impossible outside the passage."""
    starts, ends = (torch.full((len(items), width), OUTSIDE) for _ in range(2))
    answers = torch.zeros(len(items))
    for number, (tokens, said) in enumerate((item.tokens, item.said) for item in items):
        if said is None:
            raise ValueError("the batches were not read by readers")
        if not np.array_equal(said.offsets, tokens.offsets):
            raise ValueError("the readers cut texts into other tokens: take ones of the same vocabulary")
        inside = (tokens.offsets[:, 0] >= 0).nonzero()[0]
        for side, shares in ((starts, said.starts), (ends, said.ends)):
            side[number, inside] = torch.from_numpy(shares[inside]).clamp(min=1e-9).log()
        answers[number] = said.answers
    return starts, ends, answers


def _table(sizes: Sequence[int]) -> Tensor:
    """The numbers of each group's reads, padded with -1; shape (groups, most reads)."""
    rows = torch.full((len(sizes), max(sizes)), -1)
    first = 0
    for number, size in enumerate(sizes):
        rows[number, :size] = torch.arange(first, first + size)
        first += size
    return rows


def _by_row(values: Tensor, rows: Tensor) -> Tensor:
    """Values of reads by the rows of a table of their numbers; next to impossible where it is padded."""
    return values[rows.clamp(min=0)].masked_fill((rows < 0).to(values.device), OUTSIDE)


def _marks(marked: Sequence[tuple[int, ...]], width: int) -> Tensor:
    """Which tokens are right, shape (reads, tokens)."""
    gold = torch.zeros((len(marked), width), dtype=torch.bool)
    for number, places in enumerate(marked):
        gold[number, list(places)] = True
    return gold


def _places(items: Sequence[Item], width: int) -> Tensor:
    """Where the teacher has each token of the passage, -1 for other tokens; shape (reads, tokens).

    Raises:
        ValueError: it cuts passages into other tokens.
    """
    places = torch.full((len(items), width), -1)
    for number, item in enumerate(items):
        if item.taught is None:
            raise ValueError("the batches were not made for a teacher")
        own, its = ((tokens.offsets[:, 0] >= 0).nonzero()[0] for tokens in (item.tokens, item.taught))
        both = min(len(own), len(its))
        if (item.tokens.offsets[own[:both]] != item.taught.offsets[its[:both]]).any():
            raise ValueError("the teacher cuts texts into other tokens: take one of the same vocabulary")
        places[number, own[:both]] = torch.from_numpy(its[:both])
    return places


def _any_of(rows: Tensor, right: Tensor) -> Tensor:
    """Minus the log of the probability that softmax gives the right ones together; shape (rows,)."""
    of_them = rows.masked_fill(~right.to(rows.device), OUTSIDE)
    return torch.logsumexp(rows, 1) - torch.logsumexp(of_them, 1)
