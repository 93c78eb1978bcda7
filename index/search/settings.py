"""The section ``[search]``."""

from dataclasses import dataclass

from index.values import Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How many candidates a search looks at."""

    candidates: Positive
    sweep: Positive
    passages: Positive
