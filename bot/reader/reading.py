"""What a reader finds in a passage: the record, and what every reader can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Probabilities = NDArray[np.float32]
    Offsets = NDArray[np.int64]

LONGEST_SPAN = 10
"""Tokens. Starts and ends are told apart from each other, so long spans often run from one candidate to
another: on 700 questions that it did not learn from, F1 was 0.668 with 30, 0.687 with 10, 0.681 with 8."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words that answer: where they stand in the passage's text, in characters, and how likely.

    ``share`` is the probability, in [0, 1], that the answer is just this, if the passage holds one.
    """

    start: int
    end: int
    share: float


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a question and a passage.

    ``answers`` are the log-odds that the passage answers. ``starts`` and ``ends``, of shape (tokens,), are
    the probabilities that the answer starts or ends at a token of the passage, and ``offsets``, of shape
    (tokens, 2), the places of tokens in its text, in characters; all three are empty where the reader
    points at no words. A token that is not of the passage stands at (-1, -1), with probabilities of 0.
    """

    answers: float
    starts: "Probabilities"
    ends: "Probabilities"
    offsets: "Offsets"

    def share(self, start: int, end: int) -> float:
        """The probability that the answer, if the passage holds one, starts in this stretch of it."""
        return float(self.starts[between(self.offsets, start, end)].sum())

    def best(self, start: int, end: int) -> Span | None:
        """The likeliest answer within a stretch of the passage, if the reader points at words."""
        inside = between(self.offsets, start, end)
        if not len(inside):
            return None
        first, last = best_span(self.starts[inside], self.ends[inside])
        share = float(self.starts[inside[first]] * self.ends[inside[last]])
        begin = max(start, int(self.offsets[inside[first], 0]))
        return Span(begin, min(end, int(self.offsets[inside[last], 1])), share)


class Reader(Protocol):
    """A model that reads a question and a passage together. Threads share it."""

    @property
    def name(self) -> str:
        """The model as the settings name it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever its readings may."""

    def prepare(self) -> None:
        """Load the model, so that the first passage need not wait for it.

        Raises:
            ModelError: it cannot be loaded.
        """

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Read the question beside each passage, in their order.

        Raises:
            ModelError: the model cannot be loaded.
        """


def best_span(starts: "Probabilities", ends: "Probabilities", longest: int = LONGEST_SPAN) -> tuple[int, int]:
    """The first and last token of the likeliest answer.

    Args:
        starts: probabilities that an answer starts at a token, shape (tokens,).
        ends: probabilities that one ends there, shape (tokens,).
        longest: the most tokens of an answer.
    """
    import numpy as np

    both = np.triu(starts[:, np.newaxis] * ends[np.newaxis, :])
    both -= np.triu(both, longest)
    first, last = np.unravel_index(both.argmax(), both.shape)
    return int(first), int(last)


def between(offsets: "Offsets", start: int, end: int) -> "Offsets":
    """The numbers of the tokens that lie in a stretch of the passage, in whole or in part."""
    import numpy as np

    return np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))


def pointless(answers: float) -> Reading:
    """Of a reader that points at no words."""
    import numpy as np

    nothing = np.zeros(0, np.float32)
    return Reading(answers, nothing, nothing, np.zeros((0, 2), np.int64))


def reading_of(
    answers: float,
    starts: "Probabilities",
    ends: "Probabilities",
    offsets: "Offsets",
) -> Reading:
    """Of logits, those outside the passage left out of account."""
    import numpy as np

    inside = offsets[:, 0] >= 0

    def shares(logits: "Probabilities") -> "Probabilities":
        found = np.zeros(len(offsets), np.float32)
        if inside.any():
            chosen = logits[: len(offsets)][inside]
            power = np.exp(chosen - chosen.max())
            found[inside] = power / power.sum()
        return found

    return Reading(answers, shares(starts), shares(ends), offsets)
