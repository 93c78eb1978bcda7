"""vCard: each contact below its name, a line for each number, address and note."""

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from index.parsing.base import Parsed, worded
from index.parsing.builder import Builder
from index.parsing.contentlines import MONTHS, unfolded

_FIELDS: Mapping[str, str] = {
    "NICKNAME": "Nickname", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "TEL": "Phone",
    "EMAIL": "Email", "ADR": "Address", "URL": "Website", "IMPP": "Messenger", "BDAY": "Birthday",
    "ANNIVERSARY": "Anniversary", "CATEGORIES": "Groups", "RELATED": "Related", "NOTE": "Note",
    "X-ABRELATEDNAMES": "Related", "X-ABDATE": "Date",
}  # fmt: skip
"""What is read of a contact, and what it is called."""
_TYPES: Mapping[str, str] = {
    "cell": "mobile", "home": "home", "work": "work", "fax": "fax", "pager": "pager", "main": "main",
    "iphone": "mobile", "text": "text",
}  # fmt: skip
"""What kinds of numbers and addresses are called; others tell nothing."""
_DIVIDED = ("ADR", "N", "ORG")
_MOST = 100_000
_KIND = re.compile(r";(?:type=)?(?P<kinds>\"[\w,-]+\"|[\w,-]+)(?=[;:])", re.IGNORECASE)
"""Kinds of a line; vCard 2.1 says "TEL;HOME:" for "TEL;TYPE=HOME:"."""
_DIVIDER = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_LABEL = re.compile(r"_\$!<(?P<name>.*)>!\$_")  # how Apple writes labels of its own
_DATE = re.compile(r"(?P<year>\d{4}|-)-?(?P<month>\d\d)-?(?P<day>\d\d)(?:T.*)?")
_NO_YEAR = ("-", "1604")  # of dates without one, by the standard and by Apple


@dataclass(slots=True)
class _Contact:
    """A contact: its name, the parts of it, and its lines, each with the group that Apple puts it in."""

    name: str = ""
    parts: str = ""
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of contacts.

    Raises:
        Unreadable: it is none, or nobody is in it.
    """
    text, notices = unfolded(data)
    builder = Builder()
    for contact in _contacts(text):
        called = contact.name or contact.parts or next((said for _, _, said in contact.lines), "")
        lines = [
            (f"{key} ({label})" if (label := contact.labels.get(group)) else key, said)
            for group, key, said in contact.lines
        ]
        builder.heading(called, 1)
        with builder.inside("list"):
            for key, said in lines:
                if "\n" not in said:
                    builder.add("record", f"{key}: {said}")
        for key, said in lines:
            if "\n" in said:
                builder.add("paragraph", f"{key}: {said}")
    return worded(builder.parsed(notices=notices), "damaged, or no contacts")


def _contacts(text: str) -> Iterator[_Contact]:
    contact: _Contact | None = None
    left = _MOST
    for name, group, types, value in _lines(text):
        if name == "BEGIN":
            contact = _Contact()
        elif name == "END" and contact is not None and left:
            left -= 1
            yield contact
            contact = None
        elif contact is None:
            continue
        elif name == "FN":
            contact.name = contact.name or _plain(value)
        elif name == "N":
            family, given, middle, before, behind = [*_parts(value), *[""] * 5][:5]
            contact.parts = " ".join(filter(None, (before, given, middle, family, behind)))
        elif name == "X-ABLABEL":
            label = _LABEL.fullmatch(_plain(value))
            contact.labels[group] = (label["name"] if label else _plain(value)).lower()
        elif (key := _FIELDS.get(name)) and (said := _said(name, value)):
            known = [_TYPES[kind] for kind in types if kind in _TYPES]
            contact.lines.append(
                (group, f"{key} ({', '.join(dict.fromkeys(known))})" if known else key, said)
            )


def _lines(text: str) -> Iterator[tuple[str, str, list[str], str]]:
    """Of each line of a file its name, its group, what kinds it is of, and its value."""
    from icalendar.parser import Contentlines

    for line in Contentlines.from_ical(_joined(text)):  # type: ignore[no-untyped-call]
        if not line:
            continue
        head, _, said = line.partition(":")
        kinds = [kind for part in _KIND.findall(f"{head}:") for kind in part.strip('"').lower().split(",")]
        try:
            name, known, value = type(line)(f"{_KIND.sub('', f'{head}:')}{said}").parts()
        except (ValueError, IndexError, KeyError):
            continue
        if "quoted-printable" in (*kinds, str(known.get("ENCODING", "")).lower()):
            value = _decoded(quopri.decodestring(value.encode()), str(known.get("CHARSET", "utf-8")))
        group, _, bare = name.rpartition(".")
        yield bare.upper(), group, kinds, value


def _joined(text: str) -> str:
    """A file whose quoted printables are in one line each; vCard 2.1 breaks them behind "="."""
    lines: list[str] = []
    goes_on = False
    for line in text.splitlines():
        if goes_on:
            lines[-1] = lines[-1][:-1] + line.strip()
        else:
            lines.append(line)
        head = lines[-1].partition(":")[0]
        goes_on = lines[-1].endswith("=") and "QUOTED-PRINTABLE" in head.upper()
    return "\n".join(lines)


def _decoded(data: bytes, encoding: str) -> str:
    """The words of a line of vCard 2.1, in the encoding that it names."""
    try:
        return data.decode(encoding, "replace")
    except (LookupError, UnicodeError):  # none, or one of host names, say
        return data.decode("utf-8", "replace")


def _said(name: str, value: str) -> str:
    """What a value says; a date as it is written for people."""
    if name in _DIVIDED:
        return ", ".join(filter(None, _parts(value)))
    said = _plain(value)
    if name in ("BDAY", "ANNIVERSARY", "X-ABDATE") and (date := _DATE.fullmatch(said)):
        if date["year"] in _NO_YEAR and 1 <= int(date["month"]) <= len(MONTHS):
            return f"{int(date['day'])} {MONTHS[int(date['month']) - 1]}"
        return f"{date['year']}-{date['month']}-{date['day']}"
    return re.sub(r"^(?:tel|mailto):", "", said)


def _parts(value: str) -> list[str]:
    return [_plain(part).replace("\n", ", ") for part in _DIVIDER.split(value)]


def _plain(value: str) -> str:
    """A value without the marks before what has a meaning in it."""
    said = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return "\n".join(line.strip() for line in said.strip().splitlines())
