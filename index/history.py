"""What builds have changed in the documents: kept in the index folder, and asked what became of words.

    <index>/history.jsonl    the format, then one renewal a line, oldest first

It is a cache: where it is missing or unreadable, nothing is known of earlier changes, and nothing else is
lost. It holds no more than 31 days and 4 MB, and of documents that were removed no text. Each renewal names
the generation before it, so that one which was written and never became current is no part of the chain.
"""

import logging
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

FORMAT = 1
NAME = "history.jsonl"

_DAYS = 31
_MOST_BYTES = 4_000_000

_log = logging.getLogger(__name__)


class Place(msgspec.Struct, frozen=True):
    """A place of a document where its words changed.

    ``removed`` are the units, as they were shown, that stand nowhere in the document any more, ``added``
    those that are new in it; ``now`` tells for each removed one which of the added stands in its place, or -1
    where none does.
    """

    removed: tuple[str, ...]
    added: tuple[str, ...]
    now: tuple[int, ...] = ()

    def successor(self, words: str) -> str | None:
        """What stands in the place of a removed unit, "" where nothing does; None where it was none here."""
        if words not in self.removed:
            return None
        number = self.now[self.removed.index(words)] if self.now else -1
        return self.added[number] if number >= 0 else ""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """How a document changed.

    ``before`` is its source before it was moved, else ""; a moved one may have been edited too. ``left_out``
    counts the units removed or added that ``places`` have no room for.
    """

    kind: Literal["added", "edited", "moved", "removed"]
    source: str
    title: str
    before: str = ""
    places: tuple[Place, ...] = ()
    left_out: int = 0


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What a build changed: its generation, the one before it or "", when it began (ISO 8601, UTC), how."""

    generation: str
    before: str
    created: str
    edits: tuple[Edit, ...] = ()


class Said(msgspec.Struct, frozen=True):
    """Words of a document, as they are shown, or "" where they are gone; since when, or "" from the start."""

    source: str
    words: str
    since: str = ""


def read(folder: Path, generation: str) -> tuple[Renewal, ...]:
    """The renewals that led to a generation, oldest first, as far back as they are known.

    Args:
        folder: the index folder.
        generation: its name.
    """
    known = {renewal.generation: renewal for renewal in everything(folder)}
    chain: list[Renewal] = []
    while renewal := known.pop(generation, None):
        chain.append(renewal)
        generation = renewal.before
    return tuple(reversed(chain))


def after(renewals: Sequence[Renewal], generation: str) -> tuple[Renewal, ...] | None:
    """Those of a chain that came after a generation; None where that is no part of it."""
    for place, renewal in enumerate(renewals):
        if renewal.before == generation:
            return tuple(renewals[place:])
    return () if renewals and renewals[-1].generation == generation else None


def append(folder: Path, renewal: Renewal, most_bytes: int = _MOST_BYTES) -> None:
    """Write a renewal down after those before it; what is too old or too much is dropped, oldest first.

    Raises:
        OSError: it cannot be written.
    """
    oldest = (datetime.now(UTC) - timedelta(days=_DAYS)).isoformat()
    encode = msgspec.json.Encoder().encode
    lines = [encode(one) for one in (*everything(folder), renewal) if one.created >= oldest]
    while len(lines) > 1 and sum(map(len, lines)) > most_bytes:
        del lines[0]
    temporary = folder / f"{NAME}.new"
    temporary.write_bytes(b"\n".join([encode({"format": FORMAT}), *lines, b""]))
    os.replace(temporary, folder / NAME)  # noqa: PTH105 - of both names


def traced(quoted: Said, renewals: Sequence[Renewal], stands: Callable[[str, str], bool]) -> Said:
    """What stands now where words stood.

    Args:
        quoted: the words, and the source of their document then.
        renewals: what came since, oldest first.
        stands: whether words stand in the document of that source now.

    Returns:
        The same words where they still stand, perhaps in a document that was moved; else those in their
        place, or "".
    """
    now, touched = quoted, ""
    for renewal in renewals:
        edit = next((one for one in renewal.edits if (one.before or one.source) == now.source), None)
        if edit is None or edit.kind == "added":
            continue
        touched = renewal.created
        if edit.kind == "removed":
            now = Said(now.source, "", touched)
            continue
        successors = (place.successor(now.words) for place in edit.places if now.words)
        words = next((found for found in successors if found is not None), None)
        now = Said(edit.source, now.words, now.since) if words is None else Said(edit.source, words, touched)
    if not touched or (now.words and stands(now.source, now.words)):
        return now
    return Said(now.source, "", now.since if now.since and not now.words else touched)


def everything(folder: Path) -> list[Renewal]:
    """All that is written down, oldest first; nothing where it cannot be read."""
    try:
        head, *lines = (folder / NAME).read_bytes().splitlines()
        if msgspec.json.decode(head) != {"format": FORMAT}:
            return []
        return msgspec.json.Decoder(Renewal).decode_lines(b"\n".join(lines))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError) as error:
        _log.warning("%s is left alone and begun anew: %s", folder / NAME, error)
        return []
