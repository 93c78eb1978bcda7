"""What lies in a collection that generations share: the points and their payloads.

    unit        number i            vector "meaning"; the passage it stands in
    passage     2^40 + i            sparse vector "words"; text, locator, units with their contexts
    piece       2 * 2^40 + i        of a document's text, or of what else is known of it
    document    by its number       what tells whether its file changed, and where its pieces are
    stem        by itself           its number in sparse vectors, for good
    word        by folder and stem  how many more passages have it than before
    letter      by folder, letter   words as written, to spell by, and how many more passages have them
    folder      by its path         how much more there is in it, and in which languages
    manifest    by its generation   what made it

The generations of a collection are numbered. A point holds in those from ``since`` to before ``until``, and
a search is told which generation it is for: so a new one is sent by its new points, and by the ends of old
ones; what did not change is not touched. Words, letters and folders are counted in segments, one a
generation, to be summed up; which belong to a generation its manifest says (``state.py``).

A folder is each that a source begins with, "" for all; units, passages and documents name theirs, so that a
search within some folders is one filter. ``document`` is the number of the document with which a point came.
Ids that are no numbers are UUIDs of what they are "by".
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid5

import msgspec
from qdrant_client import models

from index.engines.base import DocumentMetadata
from index.records import Context, Kind, Locator, Part
from index.scope import Scope

FORMAT = 2  # of these points; those of another one are not read
MEANING, WORDS = "meaning", "words"
PASSAGES, PIECES = 1 << 40, 2 << 40
FOREVER = 1 << 50
"""``until`` of what holds in the last generation."""

OF_DOCUMENTS, OF_WORDS = ("document", "passage", "unit", "piece"), ("word", "letter", "folder", "manifest")
"""Kinds of points: those of a document, and those of a generation."""

INDEXED = {
    "kind": models.PayloadSchemaType.KEYWORD,
    "folders": models.PayloadSchemaType.KEYWORD,
    "source": models.PayloadSchemaType.KEYWORD,
    "document": models.PayloadSchemaType.INTEGER,
    "since": models.PayloadSchemaType.INTEGER,
    "until": models.PayloadSchemaType.INTEGER,
}
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


def folders_seen(scope: Scope) -> tuple[str, ...]:
    """The folders of a scope without those that lie in others of them."""
    names = sorted(set(scope.folders))
    if scope.is_everything:
        return ("",)
    return tuple(one for one in names if not any(one.startswith(f"{other}/") for other in names))


class Seen(msgspec.Struct, frozen=True):
    """What is seen of a collection: the points of the generation of a number, below some folders."""

    number: int
    folders: tuple[str, ...] = ("",)

    def where(self, *more: models.FieldCondition) -> models.Filter:
        """What lets through these points, as far as further conditions do."""
        found = [between("since", most=self.number), between("until", least=self.number + 1), *more]
        if "" not in self.folders:
            found.append(one_of("folders", self.folders))
        return models.Filter(must=list(found))


def one_of(field: str, values: Iterable[str | int]) -> models.FieldCondition:
    """Lets through points of which a field is, or holds, one of some values."""
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def between(field: str, least: int | None = None, most: int | None = None) -> models.FieldCondition:
    """Lets through points of which a field is a number from one to another."""
    return models.FieldCondition(key=field, range=models.Range(gte=least, lte=most))


def pieces(text: str) -> list[str]:
    """A text cut into pieces."""
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def packed(metadata: DocumentMetadata) -> str:
    """What is known of a document, as text."""
    return b64encode(msgspec.msgpack.encode(metadata)).decode()


def unpacked(text: str) -> DocumentMetadata:
    """What is known of a document, from text."""
    return msgspec.msgpack.decode(b64decode(text), type=DocumentMetadata)


def payload(kind: str, value: Any, **more: Any) -> dict[str, Any]:
    """A record as the payload of a point, with what is filtered by."""
    return {"kind": kind, "value": msgspec.to_builtins(value), **more}


def lasting(number: int, **more: Any) -> dict[str, Any]:
    """What a point has that holds from the generation of a number on."""
    return {"since": number, "until": FOREVER, **more}
