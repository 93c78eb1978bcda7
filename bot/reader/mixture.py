"""Examples of many files in, batches out: each file has its share of them, small ones more than their size.

The share of a file is as its number of questions to a power below one, which is how models of many languages
are taught (Conneau et al., "Unsupervised Cross-lingual Representation Learning at Scale", 2020, 3.1).
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.reader.batches import BATCH, Asked, in_batches
from bot.reader.examples import Example

POWER = 0.5


class Mixture:
    """Which questions are read in which step; the same for the same seed. See also ``Plan``.

    Args:
        examples: in an order that was drawn.
        count: of questions drawn; those of a file come again when all have been read.
        shares: of some files by name, fixed; the others have the rest, by their size.
        seed: of all that chance decides.
        batch: questions a step at most.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        count: int,
        seed: int,
        shares: Mapping[str, float] | None = None,
        batch: int = BATCH,
    ) -> None:
        self.seed = seed
        self._batch = batch
        self.held_out = [example for example in examples if example.reads and example.held_out]
        self.learned = [example for example in examples if example.reads and not example.held_out]
        files: dict[str, list[Example]] = defaultdict(list)
        for example in self.learned:
            files[example.file].append(example)
        fixed = {name: share for name, share in (shares or {}).items() if name in files}
        sizes = {name: len(own) ** POWER for name, own in files.items() if name not in fixed}
        left = (1 - sum(fixed.values())) / (sum(sizes.values()) or 1)
        weights = {name: fixed.get(name, sizes.get(name, 0) * left) for name in files}
        chance = random.Random(seed)  # noqa: S311 - no secret
        orders: dict[str, list[Example]] = defaultdict(list)
        self._asked: list[Asked] = []
        for name in chance.choices(list(weights), list(weights.values()), k=count):
            if not orders[name]:
                orders[name] = chance.sample(files[name], len(files[name]))
            self._asked.append((orders[name].pop(), chance.random()))

    def batches(self) -> list[list[Asked]]:
        """Questions of like length together, as many as fit in a step."""
        return in_batches(self._asked, self._batch, self.seed)
