"""Small networks to make graphs of."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from index import exporting
from index.graphs import GraphMetadata

METADATA = GraphMetadata(inputs=("input_ids", "attention_mask"), most_tokens=9, dimension=4)


class Sums(nn.Module):
    """The sum of the ids that the mask leaves, times 1, 2, 3 and 4; and the number of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.arange(1, 5, dtype=torch.float32))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        sums = (ids * mask).sum(1, keepdim=True).float()
        return sums * self.weights, mask.sum(1).float()


class Words(nn.Module):
    """The mean of the words that the mask leaves, each a row of a large table, through a layer."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.table = nn.Embedding(3000, 400)
        self.dense = nn.Linear(400, 300)
        self.requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        there = mask.unsqueeze(-1).float()
        return self.dense((self.table(ids) * there).sum(1) / there.sum(1))


def rows(*lengths: int) -> list[np.ndarray]:
    longest = max(lengths)
    mask = np.array([[1] * n + [0] * (longest - n) for n in lengths], np.int64)
    return [mask * 3, mask]


def export(folder: Path) -> GraphMetadata:
    exporting.export(Sums(), rows(2, 3), METADATA.inputs, folder)
    return METADATA
