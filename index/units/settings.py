"""The section ``[passages]``."""

from dataclasses import dataclass

from index.values import NotNegative, Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagesSettings:
    """How long passages are, in tokens of the encoder."""

    max_tokens: Positive
    min_tokens: NotNegative
