"""Several readers: who reads what, and two that read the same, whose mean is wrong less often than either."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bot.reader.reading import Reader, Reading
from index.languages import is_english

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NONE = "none"


class Readers(NamedTuple):
    """Who reads what: one reader all languages, or all but English, where another one reads better."""

    usual: Reader | None
    english: Reader | None = None

    def of(self, question: str, languages: Iterable[str]) -> Reader | None:
        """The reader for a question about what is written in these languages, named by their codes.

        They are looked at only where it depends on them.
        """
        if self.english and is_english(question) and set(languages) == {"en"}:
            return self.english
        return self.usual

    def wanted(self, languages: Collection[str]) -> list[Reader]:
        """The readers that texts in these languages may need; where none is known, all."""
        if self.english and set(languages) == {"en"}:
            return [self.english]
        readers = (self.english if "en" in languages or not languages else None, self.usual)
        return [reader for reader in readers if reader]

    @property
    def fingerprint(self) -> str:
        """Changes whenever their readings may; "none" where nothing is read."""
        return "+".join(reader.fingerprint for reader in self.wanted(())) or NONE


class Together:
    """A reader that is two.

    Args:
        first: whose tokens the readings have.
        second: the other.
        share: what the second one counts, in [0, 1].
    """

    def __init__(self, first: Reader, second: Reader, share: float) -> None:
        self._parts = first, second
        self._share = share

    @property
    def name(self) -> str:
        """See ``Reader``."""
        return "+".join(part.name for part in self._parts)

    @property
    def fingerprint(self) -> str:
        """See ``Reader``."""
        return "+".join(part.fingerprint for part in self._parts)

    def prepare(self) -> None:
        """See ``Reader``; both are loaded at the same time."""
        with ThreadPoolExecutor(len(self._parts)) as pool:
            for part in [pool.submit(part.prepare) for part in self._parts]:
                part.result()

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """See ``Reader``."""
        both = zip(*(part.read(question, passages) for part in self._parts), strict=True)
        return [mean(one, other, self._share) for one, other in both]


def mean(one: Reading, other: Reading, share: float) -> Reading:
    """The mean of two readings of a passage, of log-odds and of probabilities.

    Args:
        one: whose tokens it has.
        other: whose probabilities go to the tokens that stand at the same places.
        share: of the second one, in [0, 1].
    """
    answers = (1 - share) * one.answers + share * other.answers
    mine, theirs = _inside(one), _inside(other)
    if not len(mine) or not len(theirs):
        return replace(one, answers=answers)
    begins, ends = one.offsets[mine].T
    first = ends.searchsorted(other.offsets[theirs, 0], "right")
    last = begins.searchsorted(other.offsets[theirs, 1], "left") - 1
    starts, stops = (
        (1 - share) * own + share * _moved(their[theirs], mine[places.clip(0, len(mine) - 1)], len(own))
        for own, their, places in ((one.starts, other.starts, first), (one.ends, other.ends, last))
    )
    return Reading(answers, starts, stops, one.offsets)


def _inside(reading: Reading) -> "NDArray[np.int64]":
    """The numbers of the tokens that are of the passage."""
    return (reading.offsets[:, 0] >= 0).nonzero()[0]


def _moved(values: "NDArray[np.float32]", places: "NDArray[np.int64]", length: int) -> "NDArray[np.float32]":
    """Values at other places; where several come to one, their sum."""
    import numpy as np

    return np.bincount(places, values, length).astype(np.float32)
