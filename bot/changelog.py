"""What builds have changed in the documents of late, newest first, for whoever may see it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.plain import line
from index.history import Edit, Place, Renewal

WEEK = 7  # days
_LONGEST = 300  # characters of a sentence
_EVER = 36_500  # days, before which nothing is remembered


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a document at a build, and when that began (ISO 8601, UTC)."""

    when: str
    edit: Edit


def recent(
    renewals: Iterable[Renewal], days: float = WEEK, shows: Callable[[str], bool] = lambda _: True
) -> list[Change]:
    """The changes of the last days, newest first, and of one build by the names of documents.

    Args:
        renewals: what builds have changed, oldest first.
        days: so many.
        shows: whether the document of a source is seen.
    """
    since = (datetime.now(UTC) - timedelta(days=min(days, _EVER))).isoformat()
    return [
        Change(renewal.created, seen)
        for renewal in reversed([*renewals])
        if renewal.created >= since
        for edit in renewal.edits
        if (seen := _seen(edit, shows))
    ]


def _seen(edit: Edit, shows: Callable[[str], bool]) -> Edit | None:
    """A change as it looks to somebody who does not see all documents: what leaves their sight is removed."""
    if edit.kind != "moved":
        return edit if shows(edit.source) else None
    if shows(edit.source):
        return edit if shows(edit.before) else Edit(kind="added", source=edit.source, title=edit.title)
    if not shows(edit.before):
        return None
    return Edit(kind="removed", source=edit.before, title=edit.before)  # its title is that of what is hidden


def first_of(places: Iterable[Place], most: int) -> tuple[list[Place], int]:
    """As much of these places as there is room for, and how many units are left out.

    Args:
        places: of a document.
        most: units removed, and as many added, of all places together.
    """
    shown: list[Place] = []
    left = 0
    for place in places:
        room = max(0, most - sum(max(len(one.removed), len(one.added)) for one in shown))
        kept = Place(place.removed[:room], place.added[:room])
        left += len(place.removed) + len(place.added) - len(kept.removed) - len(kept.added)
        shown += [kept] if room else []
    return shown, left


def text(changes: Iterable[Change], days: int) -> str:
    """Changes for a terminal, in lines."""
    lines: list[str] = []
    for change in changes:
        edit, before = change.edit, f" (was {line(change.edit.before)})" if change.edit.before else ""
        lines.append(f"{change.when[:16].replace('T', ' ')}  {edit.kind:<8} {line(edit.source)}{before}")
        for place in edit.places:
            lines += [f"    - {_cut(unit)}" for unit in place.removed]
            lines += [f"    + {_cut(unit)}" for unit in place.added]
        lines += [f"    and {edit.left_out} more sentences"] if edit.left_out else []
    return "\n".join(lines or [f"Nothing has changed in the documents in the last {days} days."])


def _cut(unit: str) -> str:
    said = line(unit)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
