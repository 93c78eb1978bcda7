"""How documents are divided into passages and units, as the settings and the encoder say."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256

from index.encoder import Encoder
from index.parsing.formats import versions
from index.records import Divided, Document
from index.settings import Settings

CONTEXT_WEIGHT = 0.4
"""What a context's vector counts in that of a unit, which is normalised again (docs/quality.md)."""

_SPLITTERS = ("nupunkt", "langchain-text-splitters", "py3langid", "PyStemmer")
DIVIDING = 4  # counts up whenever a document may be divided otherwise, or its words be others


def splitting_of(settings: Settings, encoder: Encoder) -> str:
    """Changes whenever a document may be split differently or its words are stemmed differently.

    Raises:
        ModelError: the model cannot be found.
    """
    from importlib.metadata import version

    parts = [
        f"{DIVIDING} {CONTEXT_WEIGHT} {settings.passages}",
        versions(),
        settings.lexical.language,
        encoder.fingerprint,
        *(f"{name} {version(name)}" for name in _SPLITTERS),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


def divider(settings: Settings, encoder: Encoder, limit: int) -> Callable[[Document], Divided]:
    """What divides a document into passages and units, as the settings say, the longest of so many tokens."""
    from index.languages import detector
    from index.units.divide import divide

    return partial(
        divide,
        count=encoder.count_tokens,
        max_tokens=limit,
        min_tokens=settings.passages.min_tokens,
        detect=detector(settings.lexical.language),
    )
