"""iCalendar: each event or task below its name, with when, where and with whom it is."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.contentlines import MONTHS, unfolded
from index.parsing.web.hypertext import Walk
from index.parsing.web.tree import tree

if TYPE_CHECKING:
    from icalendar import Calendar, Component

_KINDS = ("VEVENT", "VTODO", "VJOURNAL")
_DAMAGED = (
    ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, OSError,
)  # fmt: skip
"""What the library raises at what it does not expect; OSError where a time zone is the name of a folder."""
_MOST = 100_000
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "last but one"}
_WEEKDAY = re.compile(r"(?P<number>[+-]?\d{1,2})?(?P<day>[A-Z]{2})")
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9-]{0,15}(?:\s[^<>]{0,500})?/?>|&(?:amp|lt|gt|nbsp|quot|#\d{1,6});", re.IGNORECASE
)
_STATES = {
    "CANCELLED": "cancelled", "TENTATIVE": "tentative", "COMPLETED": "completed", "IN-PROCESS": "begun",
    "NEEDS-ACTION": "to be done",
}  # fmt: skip


def parse(data: bytes, name: str) -> Parsed:
    """Parse a calendar.

    Raises:
        Unreadable: it is none, or nothing is in it.
    """
    text, notices = unfolded(data)
    calendars = _calendars(text)
    if not calendars:
        raise Unreadable("damaged, or no calendar")
    builder = Builder()
    found = []
    for calendar, entries in calendars:
        zone = _zone(calendar)
        found += [(entry, zone) for entry in entries]
    for entry, zone in sorted(found[:_MOST], key=lambda one: _begin(one[0])):
        _add(builder, entry, zone)
    title = next((said for one, _ in calendars if (said := _said(one, "X-WR-CALNAME"))), "")
    return worded(builder.parsed(title=title, notices=notices), "empty of entries")


def _calendars(text: str) -> "list[tuple[Calendar, list[Component]]]":
    """The calendars of a file with their entries; where it is damaged, one of each entry that is whole."""
    with suppress(*_DAMAGED):
        return _parsed(text)
    told = [line for line in text.splitlines() if line.startswith(("X-WR-CALNAME", "X-WR-TIMEZONE"))]
    found = []
    for lines in _whole(text):
        with suppress(*_DAMAGED):
            found += _parsed("\r\n".join(["BEGIN:VCALENDAR", *told, *lines, "END:VCALENDAR", ""]))
    return found


def _parsed(text: str) -> "list[tuple[Calendar, list[Component]]]":
    from icalendar import Calendar

    calendars = Calendar.from_ical(text, multiple=True)
    return [(one, [entry for entry in one.walk() if entry.name in _KINDS]) for one in calendars]


def _whole(text: str) -> Iterator[list[str]]:
    """The lines of each entry that ends, without alarms and the like in it."""
    lines: list[str] = []
    deeper = 0
    for line in text.splitlines():
        mark, _, kind = line.strip().partition(":")
        if mark == "BEGIN" and kind in _KINDS:
            lines, deeper = [line], 0
        elif mark == "BEGIN":
            deeper += 1
        elif mark == "END" and lines and kind in _KINDS:
            yield [*lines, line]
            lines = []
        elif mark == "END":
            deeper = max(0, deeper - 1)
        elif lines and not deeper:
            lines.append(line)


def _add(builder: Builder, entry: "Component", zone: tzinfo | None) -> None:
    """Add what an entry says below its name."""
    builder.heading(_said(entry, "SUMMARY") or "Without a name", 1)
    lines = {
        "When": _span(entry, zone),
        "Due": _moment(_value(entry, "DUE"), zone),
        "Repeats": _repeats(entry, zone),
        "Not on": ", ".join(_days(_value(entry, "EXDATE"), zone)),
        "Where": _said(entry, "LOCATION"),
        "Organizer": ", ".join(_people(entry, "ORGANIZER")),
        "Invited": ", ".join(_people(entry, "ATTENDEE")),
        "Status": _STATES.get(_said(entry, "STATUS").upper(), ""),
        "Link": _said(entry, "URL"),
    }
    with builder.inside("list"):
        for key, value in lines.items():
            if value:
                builder.add("record", f"{key}: {value}")
    notes = _said(entry, "DESCRIPTION")
    if _MARKUP.search(notes):
        Walk(builder, level=1).add(tree(notes.replace("\n", "<br>"))[1])
    else:
        for part in re.split(r"\n\s*\n", notes):
            builder.add("paragraph", part)


def _value(entry: "Component", name: str) -> Any:
    """What a property holds, as Python has it; None where there is none, or it is damaged."""
    try:
        return entry.decoded(name, None)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _said(entry: "Component", name: str) -> str:
    """What a property says; of several the first."""
    return str(next(iter(_each(entry.get(name))), "")).strip()


def _zone(calendar: "Calendar") -> tzinfo | None:
    """Where what is told by Greenwich takes place, as Google and Apple say it."""
    try:
        return ZoneInfo(_said(calendar, "X-WR-TIMEZONE") or "?")
    except _DAMAGED:
        return None


def _begin(entry: "Component") -> datetime:
    """When an entry begins, to sort it by."""
    start = _value(entry, "DTSTART") or _value(entry, "DUE") or date.max
    if not isinstance(start, datetime):
        start = datetime.combine(start, time()) if isinstance(start, date) else datetime.max
    return start.replace(tzinfo=None)


def _local(moment: Any, zone: tzinfo | None) -> Any:
    """A moment by the clocks of a place, where it is told by Greenwich."""
    if isinstance(moment, datetime) and zone and moment.tzinfo and moment.utcoffset() == timedelta():
        try:
            return moment.astimezone(zone)
        except OverflowError:
            return moment
    return moment


def _moment(moment: Any, zone: tzinfo | None) -> str:
    """A day, or a moment of it, in words; a day of the week beside it."""
    moment = _local(moment, zone)
    if not isinstance(moment, date):
        return ""
    day = f"{_DAYS[list(_DAYS)[moment.weekday()]]} {moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M}{_greenwich(moment)}" if isinstance(moment, datetime) else day


def _greenwich(moment: datetime) -> str:
    """What is said of a time that is told by Greenwich, wherever it is."""
    return " UTC" if str(moment.tzinfo) == "UTC" else ""


def _span(entry: "Component", zone: tzinfo | None) -> str:
    """From when to when an entry is."""
    start = _local(_value(entry, "DTSTART"), zone)
    if not isinstance(start, date):
        return ""
    end, lasts = _local(_value(entry, "DTEND"), zone), _value(entry, "DURATION")
    try:
        if end is None and isinstance(lasts, timedelta):
            end = start + lasts
        if isinstance(end, date) and not isinstance(end, datetime):
            end -= timedelta(1)  # on which it is over
    except OverflowError:
        end = None
    first = _moment(start, None)
    if not isinstance(end, date) or type(end) is not type(start) or end == start:
        return first
    if isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date():
        return f"{_moment(start.replace(tzinfo=None), None)} to {end:%H:%M}{_greenwich(end)}"
    return f"{first} to {_moment(end, None)}"


def _days(value: Any, zone: tzinfo | None) -> Iterator[str]:
    """The days of a list of moments, which may come in several parts."""
    for part in _each(value):
        for one in getattr(part, "dts", ()):
            day = _local(one.dt, zone)
            yield _moment(day.date() if isinstance(day, datetime) else day, None)


def _repeats(entry: "Component", zone: tzinfo | None) -> str:
    """When an entry comes again, in words."""
    rule = entry.get("RRULE")
    zone = getattr(_value(entry, "DTSTART"), "tzinfo", None) or zone
    if not isinstance(rule, dict) or not (unit := _UNITS.get(str(_first(rule, "FREQ")).upper(), "")):
        return ""
    every = _first(rule, "INTERVAL") or 1
    words = [f"every {unit}" if every == 1 else f"every {every} {unit}s"]
    days = [found for found in map(_WEEKDAY.fullmatch, map(str, rule.get("BYDAY", ()))) if found]
    names = [_weekday(day) for day in days if day["day"] in _DAYS]
    which = " and ".join(_ordinal(int(one)) for one in rule.get("BYSETPOS", ()))
    if names and which:
        words.append(
            f"on the {which} {names[0]}" if len(names) == 1 else f"on the {which} of {_several(names)}"
        )
    elif names:
        words.append(f"on {_several(names)}")
    dates = [int(day) for day in rule.get("BYMONTHDAY", ())]
    if dates:
        words.append(f"on {_several([_day_of_month(day) for day in dates])} of the month")
    months = [MONTHS[int(month) - 1] for month in rule.get("BYMONTH", ()) if 1 <= int(month) <= len(MONTHS)]
    if months:
        words.append(f"in {_several(months)}")
    if count := _first(rule, "COUNT"):
        words.append("once" if count == 1 else f"{count} times")
    until = _local(_first(rule, "UNTIL"), zone)
    if isinstance(until, date):
        words.append(f"until {_moment(until.date() if isinstance(until, datetime) else until, None)}")
    return " ".join(words)


def _first(rule: Any, name: str) -> Any:
    return next(iter(rule.get(name, ())), None)


def _weekday(found: re.Match[str]) -> str:
    """A day of the week, or which one of the month."""
    day = _DAYS[found["day"]]
    if not found["number"]:
        return day
    return f"the {_ordinal(int(found['number']))} {day}"


def _ordinal(number: int) -> str:
    return _ORDINALS.get(number, f"{number}.")


def _day_of_month(number: int) -> str:
    return f"day {number}" if number > 0 else f"the {_ordinal(number)} day"


def _several(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _each(value: Any) -> list[Any]:
    """The values of a property that may be there several times, or not at all."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _people(entry: "Component", name: str) -> Iterator[str]:
    """Whom a property names; who has declined, is said to have."""
    for one in _each(entry.get(name)):
        known = getattr(one, "params", {})
        address = str(known.get("EMAIL", "")) or re.sub(r"^mailto:", "", str(one), flags=re.IGNORECASE)
        said = str(known.get("CN", "")) or address
        declined = str(known.get("PARTSTAT", "")).upper() == "DECLINED"
        yield f"{said} (declined)" if declined else said
