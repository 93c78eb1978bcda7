"""The section ``[lexical]``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalSettings:
    """How words are matched."""

    language: str
