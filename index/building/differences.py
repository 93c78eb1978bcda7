"""Two generations in, out how their documents differ: added, edited, moved, removed, and in which words.

Only documents whose bytes differ are compared, so another parser or model changes nothing; they are compared
as they are shown, so that line ends, blanks and markup change nothing either.
"""

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from difflib import SequenceMatcher

from rapidfuzz.fuzz import ratio

from index import history
from index.engines.base import Entry, Generation, Index
from index.history import Edit, Place, Renewal
from index.records import Span

_ALIKE = 45.0  # percent of letters in order, from which on a unit says now what another one said
_IS_MOVED = 0.5  # share of its units that a document has to keep, to be taken for the one of another name
_MOST_PAIRS = 40_000  # of a removed and an added unit of one place that are compared
_OFTEN = 20  # times that a unit is in a document, from which on it does not tell which place is which
_MOST_PLACES = 200  # of a document
_LONGEST = 2000  # characters of a unit that are kept
_MOST_KEPT = 1_000_000  # characters that are kept of all units of a build
_ENDS = tuple(".!?…。！？।؟")
_CLOSING = "'\"”’»)]"
_LONGEST_GAP = 100  # characters between a sentence and the next that are looked at

_log = logging.getLogger(__name__)


def record(store: Index, new: Generation, before: str) -> None:
    """Write into the history how a new generation differs from the one before.

    Nothing is told of the first one, nor after one that cannot be read: it is not as if all had changed.

    Args:
        store: the index folder.
        new: the generation.
        before: the name of the one before, or "".
    """
    edits: tuple[Edit, ...] = ()
    try:
        if before:
            with closing(store.generation(before)) as old:
                edits = compare(old, new)
    except Exception as error:  # whatever is wrong with the old index, it stops no build of a new one
        _log.warning("what changed since generation %s is not known: %s", before, error)
    renewal = Renewal(generation=new.name, before=before, created=new.manifest.created, edits=edits)
    try:
        history.append(store.folder, renewal)
    except OSError as error:
        _log.warning("what changed cannot be kept: %s", error)


def compare(old: Generation, new: Generation) -> tuple[Edit, ...]:
    """How the documents of a generation differ from those of the one before, by source."""
    before = {entry.source: entry for entry in old.entries()}
    after = {entry.source: entry for entry in new.entries()}
    gone = [entry for source, entry in before.items() if source not in after]
    fresh = [entry for source, entry in after.items() if source not in before]
    moved = _moved(old, gone, new, fresh)
    pairs = [(before[source], entry) for source, entry in after.items() if source in before]
    edits, room = [], _MOST_KEPT
    for entry, other in [*pairs, *moved]:
        if entry.digest == other.digest and entry.source == other.source:
            continue
        is_moved = entry.source != other.source
        places: tuple[Place, ...] = ()
        left_out = 0
        if entry.digest != other.digest:
            places, left_out, room = _places(said(old, entry), said(new, other), room)
        if is_moved or places or left_out:
            edits.append(
                Edit(
                    kind="moved" if is_moved else "edited", source=other.source, title=other.title,
                    before=entry.source if is_moved else "", places=places, left_out=left_out,
                )
            )  # fmt: skip
    from_there, to_there = ({pair[i].source for pair in moved} for i in (0, 1))
    edits += [Edit(kind="added", source=e.source, title=e.title) for e in fresh if e.source not in to_there]
    edits += [
        Edit(kind="removed", source=e.source, title=e.title) for e in gone if e.source not in from_there
    ]
    return tuple(sorted(edits, key=lambda edit: edit.source))


def said(generation: Generation, entry: Entry) -> list[str]:
    """The units of a document as they are shown, each in one line, in reading order."""
    groups = generation.units(range(entry.first, entry.last))
    return [plain(unit.shown) for units in groups for unit in units]


def plain(shown: str) -> str:
    """A unit as it is compared: in one line, cut where it is very long."""
    return " ".join(shown.split())[:_LONGEST]


def place_of(generation: Generation, source: str, words: str) -> Span | None:
    """Start and end of the first unit of a document that says these words, which ``plain`` has made.

    Raises:
        UnknownSource: there is no such document.
    """
    entry = generation.entry(source)
    units = (unit for group in generation.units(range(entry.first, entry.last)) for unit in group)
    return next(((unit.start, unit.end) for unit in units if plain(unit.shown) == words), None)


def stands(units: Sequence[str], words: str) -> bool:
    """Whether words are a unit of a document, or whole sentences within units that are divided otherwise.

    Args:
        units: of the document, as ``said`` tells them.
        words: as ``plain`` makes them.
    """
    if words in units:
        return True
    text = "\n".join(["", *units, ""])
    pattern = r"\s".join(map(re.escape, words.split()))
    return any(
        _ends(text, found.start()) and (text[found.end()] == "\n" or _ends(text, found.end()))
        for found in re.finditer(pattern, text)
    )


def _ends(text: str, at: int) -> bool:
    """Whether a unit, or a sentence in it, ends there."""
    before = text[max(0, at - _LONGEST_GAP) : at]
    bare = before.rstrip()
    return "\n" in before[len(bare) :] or bare.rstrip(_CLOSING).endswith(_ENDS)


def _moved(
    old: Generation, gone: Sequence[Entry], new: Generation, fresh: Sequence[Entry]
) -> list[tuple[Entry, Entry]]:
    """Documents that have another name now: of the same bytes, or else most of whose units are the same."""
    by_bytes = {_bytes_of(entry): entry for entry in fresh}
    moved = [(entry, by_bytes.pop(_bytes_of(entry))) for entry in gone if _bytes_of(entry) in by_bytes]
    known = {entry.source for entry, _ in moved}
    rest = [(entry, set(said(new, entry))) for entry in by_bytes.values()] if len(known) < len(gone) else []
    for entry in gone:
        if entry.source in known or not rest:
            continue
        units = set(said(old, entry))
        other = max(rest, key=lambda one: len(units & one[1]))
        if len(units & other[1]) >= _IS_MOVED * max(len(units), len(other[1])):
            moved.append((entry, other[0]))
            rest.remove(other)
    return moved


def _bytes_of(entry: Entry) -> tuple[str, str]:
    """What tells that a document is another one's copy: its file's digest, and where in the file it lies."""
    return entry.digest, entry.source.removeprefix(entry.file)


def _places(old: Sequence[str], new: Sequence[str], room: int) -> tuple[tuple[Place, ...], int, int]:
    """Where two versions of a document differ, how many units there was no room for, what room is left."""
    had, has = frozenset(old), Counter(new)
    often = {unit for unit, times in has.items() if times > _OFTEN}
    places: list[Place] = []
    left_out = 0
    for kind, i, j, k, m in SequenceMatcher(often.__contains__, old, new).get_opcodes():
        if kind == "equal":
            continue
        place = _place(old[i:j], new[k:m], had, has)
        if place is None:
            continue
        size = sum(map(len, place.removed + place.added))
        if len(places) < _MOST_PLACES and size <= room:
            places.append(place)
            room -= size
        else:
            left_out += len(place.removed) + len(place.added)
    return tuple(places), left_out, room


def _place(
    old: Sequence[str], new: Sequence[str], had: Collection[str], has: Collection[str]
) -> Place | None:
    """A place where units were replaced; None where they only moved, or are divided otherwise."""
    removed = tuple(unit for unit in dict.fromkeys(old) if unit not in has)
    added = tuple(unit for unit in dict.fromkeys(new) if unit not in had)
    if not (removed or added) or "".join(old).replace(" ", "") == "".join(new).replace(" ", ""):
        return None
    return Place(removed, added, tuple(_successors(removed, added)))


def _successors(removed: Sequence[str], added: Sequence[str]) -> Iterator[int]:
    """For each removed unit the added one that is most like it, each of these once; -1 where none is."""
    if not removed or not added or len(removed) * len(added) > _MOST_PAIRS:
        yield from [-1] * len(removed)
        return
    alike = Counter({
        (i, j): score
        for i, one in enumerate(removed)
        for j, other in enumerate(added)
        if (score := ratio(one, other)) >= _ALIKE
    })  # fmt: skip
    chosen: dict[int, int] = {}
    for (i, j), _ in alike.most_common():
        if i not in chosen and j not in chosen.values():
            chosen[i] = j
    yield from (chosen.get(i, -1) for i in range(len(removed)))
