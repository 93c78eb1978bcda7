"""The section ``[answer]``."""

from dataclasses import dataclass

from index.values import Positive, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSettings:
    """When an answer is given and how much of it."""

    threshold: Share
    quotes: Positive
