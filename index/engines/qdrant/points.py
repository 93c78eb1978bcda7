"""What lies in the collection of a generation: the points and their payloads.

    unit        number i            vector "meaning"; the passage it stands in
    passage     2^40 + i            sparse vector "words"; text, locator, units with their contexts
    piece       2 * 2^40 + i        of a document's text, or of what else is known of it
    manifest    3 * 2^40            what made the generation
    document    by its source       what tells whether its file changed, and where its pieces are
    word        by folder and stem  the stem's number in sparse vectors, how many passages have it
    letter      by folder, letter   words as they are written, to spell by, with how many passages have each
    folder      by its path         how much there is in it, and in which languages

A folder is each that a source begins with, "" for all; units, passages and documents name theirs, so that a
search within some folders is one filter. Ids that are no numbers are UUIDs of what they are "by".
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid5

import msgspec
from qdrant_client import models

from index.engines.base import DocumentMetadata
from index.records import Context, Kind, Locator, Part
from index.scope import Scope

FORMAT = 1  # of these points; those of another one are not read
MEANING, WORDS = "meaning", "words"
PASSAGES, PIECES, MANIFEST = 1 << 40, 2 << 40, 3 << 40
INDEXED = ("kind", "folders")
"""Fields of the payload that are filtered by."""

_PIECE = 100_000  # characters
_OURS = UUID("9d0f3a52-66f1-4c7e-8f0b-1c4f6f2f9b11")  # of which ours are made


class StoredUnit(msgspec.Struct, frozen=True):
    """A unit; ``context`` is its place among those of its passage."""

    start: int
    end: int
    kind: Kind
    context: int
    parts: tuple[Part, ...] = ()


class StoredDocument(msgspec.Struct, frozen=True):
    """A document without its text, whose pieces are those from the first to before the last number."""

    source: str
    title: str
    digest: str
    file: str
    pieces: tuple[int, int]


class StoredPassage(msgspec.Struct, frozen=True):
    """A passage with all that an answer needs of it; its units have the numbers from ``first`` on."""

    document: StoredDocument
    start: int
    end: int
    text: str
    locator: Locator
    language: str
    first: int
    last: int
    contexts: tuple[Context, ...]
    units: tuple[StoredUnit, ...]


class Folder(msgspec.Struct, frozen=True):
    """How much there is below a folder; ``languages`` counts its passages."""

    documents: int = 0
    passages: int = 0
    units: int = 0
    languages: dict[str, int] = {}


def key(*parts: str | int) -> str:
    """The id of a point by what it is found by."""
    return str(uuid5(_OURS, "\0".join(map(str, parts))))


def folders_of(source: str) -> list[str]:
    """The folders that a source lies below, outermost first: "" and "a" for "a/b.md"."""
    parts = normalize("NFC", source).split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts))]


def folders_seen(scope: Scope) -> list[str]:
    """The folders of a scope without those that lie in others of them."""
    names = sorted(set(scope.folders))
    if scope.is_everything:
        return [""]
    return [one for one in names if not any(one.startswith(f"{other}/") for other in names)]


def of_kind(kind: str, folders: Sequence[str] = ("",)) -> models.Filter:
    """The points of a kind below some folders."""
    kinds = models.FieldCondition(key="kind", match=models.MatchValue(value=kind))
    return models.Filter(must=[kinds, *(within(folders) or ())])


def within(folders: Sequence[str]) -> list[models.FieldCondition] | None:
    """What lets through the points below some folders; None where all are."""
    if "" in folders:
        return None
    return [models.FieldCondition(key="folders", match=models.MatchAny(any=list(folders)))]


def pieces(text: str) -> list[str]:
    """A text cut into pieces."""
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def packed(metadata: DocumentMetadata) -> str:
    """What is known of a document, as text."""
    return b64encode(msgspec.msgpack.encode(metadata)).decode()


def unpacked(text: str) -> DocumentMetadata:
    """What is known of a document, from text."""
    return msgspec.msgpack.decode(b64decode(text), type=DocumentMetadata)


def payload(kind: str, value: Any, folders: Iterable[str] = ()) -> dict[str, Any]:
    """A record as the payload of a point."""
    found: dict[str, Any] = {"kind": kind, "value": msgspec.to_builtins(value)}
    return found | ({"folders": list(folders)} if folders else {})
