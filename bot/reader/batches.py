"""Examples in, batches out: which questions are read in which step, beside which passages, as tokens."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nupunkt

from bot.reader.examples import LONGEST_SPAN, Example, Read
from bot.reader.hard_negatives import HardNegatives
from bot.reader.reading import Reading
from bot.reader.together import Readers
from bot.reader.tokens import Tokens, pairs, tokenizer
from index.languages import detect, sample

BATCH = 16  # questions a step at most
TOKENS = 375  # a question, on an average of a step at most
SENTENCES = 0.4  # of the questions with an answer, that are also asked of single sentences, as lists are
HARD_NEGATIVES = 0.5  # of them, that are also asked turned, so that the passage does not answer
ABSENT = 0.15  # of the questions, whose wrong passage is of another article
_STRETCH = 40  # steps, whose questions are sorted by length together
_WIDE = "\u2e80"  # the first of the letters of which two are a token

Asked = tuple[Example, float]
"""A question, and the chance that picks its passages this time."""


@dataclass(frozen=True, slots=True)
class Item:
    """A read as tokens: whether it answers, and at which tokens answers start and end.

    ``taught`` is the same as a teacher's tokens, ``said`` what a reader that teaches makes of it.
    """

    tokens: Tokens
    right: bool
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    taught: Tokens | None = None
    said: Reading | None = None


Group = list[Item]
"""The reads of one question."""


class Plan:
    """Which questions are read in which step; the same for the same seed."""

    def __init__(
        self,
        examples: Sequence[Example],
        homes: set[str],
        *,
        passes: int,
        most: int,
        seed: int,
        away_passes: int = 1,
        batch: int = BATCH,
    ) -> None:
        """Make it.

        Args:
            examples: in an order that was drawn.
            homes: names of the files whose questions are read ``passes`` times.
            passes: at least 1.
            most: questions taken of a file that is not home.
            seed: of all that chance decides.
            away_passes: how often the other files are read, spread over all passes but the last.
            batch: questions a step at most.
        """
        self.seed = seed
        self._batch = batch
        self.held_out = [example for example in examples if example.reads and example.held_out]
        learned = [example for example in examples if example.reads and not example.held_out]
        home = [example for example in learned if example.file in homes]
        away = [
            example
            for file in sorted({example.file for example in learned} - homes)
            for example in [example for example in learned if example.file == file][:most]
        ]
        self.learned = [*home, *away]
        chance = random.Random(seed)  # noqa: S311 - no secret
        parts = max(1, passes - 1)
        others = away * away_passes
        orders = [
            [*home, *others[len(others) * part // parts : len(others) * (part + 1) // parts]]
            for part in range(parts)
        ]
        orders += [home] * (passes - parts)
        self._asked = [
            (example, chance.random()) for order in orders for example in chance.sample(order, len(order))
        ]

    def batches(self) -> list[list[Asked]]:
        """Questions of like length together, as many as fit in a step."""
        return in_batches(self._asked, self._batch, self.seed)


def in_batches(asked: Sequence[Asked], batch: int, seed: int) -> list[list[Asked]]:
    """Questions in steps: those of like length together, ``batch`` at most, in a drawn order."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    batches = []
    stretch = _STRETCH * batch
    for begin in range(0, len(asked), stretch):
        found: list[list[Asked]] = [[]]
        for one in sorted(asked[begin : begin + stretch], key=lambda one: _length(one[0])):
            full = 2 * _length(one[0]) * (len(found[-1]) + 1) > TOKENS * batch
            if found[-1] and (full or len(found[-1]) == batch):
                found.append([])
            found[-1].append(one)
        batches += chance.sample(found, len(found))
    return batches


def _length(example: Example) -> int:
    """About how many tokens the question and its first passage have."""
    text = example.question + example.reads[0].text
    wide = sum(letter >= _WIDE for letter in text)
    return (len(text) - wide) // 4 + wide // 2


class Reads:
    """Turns questions and passages into items."""

    def __init__(
        self,
        folder: Path,
        negatives: HardNegatives,
        *,
        wrong: int = 1,
        teacher: Path | None = None,
        readers: Readers | None = None,
    ) -> None:
        """Prepare it.

        Args:
            folder: of the encoder, whose tokens they are.
            negatives: made of answerable questions.
            wrong: passages beside a right one.
            teacher: folder of the teacher, whose tokens they are as well.
            readers: that teach where no teacher does, of the same tokens as the folder's encoder.
        """
        self._tokenizer = tokenizer(folder)
        self._teacher = tokenizer(teacher) if teacher else None
        self._readers = readers
        self._negatives = negatives
        self._wrong = wrong

    def groups(self, example: Example, chance: float) -> list[Group]:
        """The question beside a right passage and wrong ones, maybe beside single sentences, maybe turned."""
        draw = random.Random(f"{chance} {example.question}")  # noqa: S311 - no secret
        right = [read for read in example.reads if read.right]
        wrong = [read for read in example.reads if not read.right]
        away = [read for read in wrong if not read.home]
        near = away if away and draw.random() < ABSENT else wrong[: (4 if right else 2) * self._wrong]
        chosen = _some(right, 1, draw) if right or self._wrong == 1 else wrong[:1]  # what is asked about
        near = [read for read in near if read not in chosen]
        chosen += _some(near, self._wrong - (not right) * len(chosen), draw)
        groups = [self._items(example.question, chosen)]
        if right and example.alone and draw.random() < SENTENCES:
            groups.append(self._items(example.question, _sentences(chosen[0], draw)))
        if (
            right
            and example.turns
            and draw.random() < HARD_NEGATIVES
            and (turned := self._negatives.of(example, draw))
        ):
            groups.append(self._items(turned, [Read(chosen[0].text, 0.0, False, True)]))
        return [group for group in groups if group]

    def first(self, example: Example, most: int = 4) -> Group:
        """The question beside its first passages."""
        return self._items(example.question, example.reads[:most])

    def _items(self, question: str, reads: Sequence[Read]) -> Group:
        texts = [read.text for read in reads]
        tokens = pairs(self._tokenizer, question, texts)
        taught: Sequence[Tokens | None] = [None] * len(texts)
        said: Sequence[Reading | None] = [None] * len(texts)
        if self._teacher:
            taught = pairs(self._teacher, question, texts)
        elif self._readers and (
            reader := self._readers.of(question, (detect(sample(text)) for text in texts))
        ):
            taught, said = tokens, reader.read(question, texts)
        items = [_item(*each) for each in zip(reads, tokens, taught, said, strict=True)]
        return [item for item in items if item]


def _some(reads: Sequence[Read], count: int, draw: random.Random) -> list[Read]:
    """So many of them, where there are as many."""
    return draw.sample(reads, min(count, len(reads)))


def _sentences(read: Read, draw: random.Random) -> list[Read]:
    """A sentence of the passage that holds an answer, and one that does not."""
    right: list[Read] = []
    wrong: list[Read] = []
    for start, end in _lines(read.text):
        inside = tuple((a - start, b - start) for a, b in read.spans if start <= a and b <= end)
        touched = any(a < end and start < b for a, b in read.spans)
        if inside or not touched:
            single = Read(read.text[start:end], 0.0, bool(inside), True, inside)
            (right if inside else wrong).append(single)
    return [*_some(right, 1, draw), *_some(wrong, 1, draw)]


def _lines(text: str) -> list[tuple[int, int]]:
    """Where the lines of records stand, or else the sentences."""
    if "\n" not in text:
        return list(nupunkt.sent_spans(text))
    lines = r"\S(?:[^\n]|\n(?!\n))*" if "\n\n" in text else r"\S[^\n]*"
    return [(place.start(), place.end()) for place in re.finditer(lines, text)]


def _item(read: Read, tokens: Tokens, taught: Tokens | None, said: Reading | None) -> Item | None:
    """A read as an item; None where its answers lie beyond what is read."""
    starts, ends = set(), set()
    seen = False
    for start, end in read.spans:
        inside = tokens.between(start, end)
        seen |= len(inside) > 0
        if len(inside):
            starts.add(int(inside[0]))
            if len(read.text[start:end].split()) <= LONGEST_SPAN:
                ends.add(int(inside[-1]))
    if read.right and not seen:
        return None
    return Item(tokens, read.right, tuple(sorted(starts)), tuple(sorted(ends)), taught, said)
