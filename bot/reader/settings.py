"""The section ``[reader]``."""

from dataclasses import dataclass

from index.values import Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """Which model reads what was found, and how much of it."""

    model: str
    passages: Positive
    sentences: Positive
