"""What a build did, as it is told of."""

from dataclasses import dataclass

from index.documents import Skipped
from index.records import Notice


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a reader of a document should know."""

    source: str
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build did.

    ``sentences`` counts all units, whatever they are, by the name that scripts know; ``reused`` counts units
    whose vectors the old index had or a build that was broken off left; ``embedded`` the texts that were
    encoded, each once, and ``bundled`` those whose vectors were taken from bundles. ``encoder`` is the
    model's name; ``replaced`` that of the old index, where its vectors were of another model or of other
    files, and all had to be encoded anew; ``held`` the files that are gone and were left in the index,
    because they are too many.
    """

    generation: str
    changed: bool
    documents: int
    passages: int
    sentences: int
    reused: int
    embedded: int
    documents_embedded: int
    documents_removed: int
    skipped: tuple[Skipped, ...]
    seconds: float
    noticed: tuple[Noticed, ...] = ()
    encoder: str = ""
    replaced: str = ""
    held: tuple[str, ...] = ()
    bundled: int = 0
