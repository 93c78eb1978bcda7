"""Examples in, lessons out: which questions are read in which step, beside which passages, as tokens."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nupunkt

from bot.reader.examples import LONGEST_SPAN, Example, Read
from bot.reader.tokens import Tokens, pairs, tokenizer

BATCH = 16  # questions a step at most
BATCH_TOKENS = 6000  # tokens a step at most
SENTENCES = 0.4  # of the questions with an answer, that are also asked of single sentences, as lists are
ABSENT = 0.15  # of the questions, whose wrong passage is of another article
_STRETCH = 40 * BATCH  # questions that are sorted by length together

Asked = tuple[Example, float]
"""A question, and the chance that picks its passages this time."""


@dataclass(frozen=True, slots=True)
class Item:
    """A read as tokens: whether it answers, and at which tokens answers start and end."""

    tokens: Tokens
    right: bool
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


Group = list[Item]
"""The reads of one question."""


class Plan:
    """Which questions are read in which step; the same for the same seed."""

    def __init__(
        self, examples: Sequence[Example], homes: set[str], *, passes: int, most: int, seed: int
    ) -> None:
        """Make it.

        Args:
            examples: in an order that was drawn.
            homes: names of the files whose questions are read ``passes`` times, the others' once.
            passes: at least 1; the other files are read during the first.
            most: questions taken of a file that is not home.
            seed: of all that chance decides.
        """
        self.seed = seed
        self.held_out = [example for example in examples if example.reads and example.held_out]
        learned = [example for example in examples if example.reads and not example.held_out]
        home = [example for example in learned if example.file in homes]
        away = [
            example
            for file in sorted({example.file for example in learned} - homes)
            for example in [example for example in learned if example.file == file][:most]
        ]
        self.articles = sorted({example.title for example in (*home, *away)})
        chance = random.Random(seed)  # noqa: S311 - no secret
        orders = [[*home, *away], *[home] * (passes - 1)]
        self._asked = [
            (example, chance.random()) for order in orders for example in chance.sample(order, len(order))
        ]

    def batches(self) -> list[list[Asked]]:
        """Questions of like length together, as many as fit in a step."""
        chance = random.Random(self.seed)  # noqa: S311 - no secret
        batches = []
        for begin in range(0, len(self._asked), _STRETCH):
            found: list[list[Asked]] = [[]]
            for asked in sorted(self._asked[begin : begin + _STRETCH], key=lambda asked: _length(asked[0])):
                full = 2 * _length(asked[0]) * (len(found[-1]) + 1) > BATCH_TOKENS
                if found[-1] and (full or len(found[-1]) == BATCH):
                    found.append([])
                found[-1].append(asked)
            batches += chance.sample(found, len(found))
        return batches


def _length(example: Example) -> int:
    """About how many tokens the question and its first passage have."""
    return (len(example.question) + len(example.reads[0].text)) // 4


class Reads:
    """Turns questions and passages into items."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = tokenizer(folder)

    def groups(self, example: Example, chance: float) -> list[Group]:
        """The question beside a right passage and a wrong one, and maybe beside single sentences."""
        draw = random.Random(f"{chance} {example.question}")  # noqa: S311 - no secret
        right = [read for read in example.reads if read.right]
        wrong = [read for read in example.reads if not read.right]
        away = [read for read in wrong if not read.home]
        near = away if away and draw.random() < ABSENT else wrong[: 4 if right else 2]
        chosen = [*_one(right, draw), *_one(near, draw)]
        groups = [self._items(example.question, chosen)]
        if right and draw.random() < SENTENCES:
            groups.append(self._items(example.question, _sentences(chosen[0], draw)))
        return [group for group in groups if group]

    def first(self, example: Example, most: int = 4) -> Group:
        """The question beside its first passages."""
        return self._items(example.question, example.reads[:most])

    def _items(self, question: str, reads: Sequence[Read]) -> Group:
        tokens = pairs(self._tokenizer, question, [read.text for read in reads])
        return [item for read, found in zip(reads, tokens, strict=True) if (item := _item(read, found))]


def _one(reads: Sequence[Read], draw: random.Random) -> list[Read]:
    """One of them, where there are any."""
    return [draw.choice(reads)] if reads else []


def _sentences(read: Read, draw: random.Random) -> list[Read]:
    """A sentence of the passage that holds an answer, and one that does not."""
    right: list[Read] = []
    wrong: list[Read] = []
    for start, end in nupunkt.sent_spans(read.text):
        inside = tuple((a - start, b - start) for a, b in read.spans if start <= a and b <= end)
        touched = any(a < end and start < b for a, b in read.spans)
        if inside or not touched:
            single = Read(read.text[start:end], 0.0, bool(inside), True, inside)
            (right if inside else wrong).append(single)
    return [*_one(right, draw), *_one(wrong, draw)]


def _item(read: Read, tokens: Tokens) -> Item | None:
    """A read as an item; None where its answers lie beyond what is read."""
    starts, ends = set(), set()
    seen = False
    for start, end in read.spans:
        inside = tokens.between(start, end)
        seen |= len(inside) > 0
        if len(inside) and len(read.text[start:end].split()) <= LONGEST_SPAN:
            starts.add(int(inside[0]))
            ends.add(int(inside[-1]))
    if read.right and not seen:
        return None
    return Item(tokens, read.right, tuple(sorted(starts)), tuple(sorted(ends)))
