"""JSON, and JSON Lines: objects built alike as the rows of a table, else a line for each of their values.

Values in others are named by the path that leads there, as "address.city". Long texts are paragraphs. The
messages of an exported chat are turns of a conversation.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from index.parsing import chats
from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.text import decode

Flat = dict[str, str]
"""Values in words, by the path that leads to each."""

_MOST_OBJECTS, _MOST_VALUES = 200_000, 1_000_000
_DEEPEST = 50
_DEEPEST_HEADING = 6
_LONG = 300  # characters of a value that is a paragraph
_LONGEST_WORD = 1_000
_MOST_NUMBERS = 50  # of a list; longer ones are measurements or vectors, which nobody reads
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"\s|[\u2e80-\uffff]")  # or a script without blanks
_LONGEST_CELL = 120
_MOST_COLUMNS = 20
_SAME = 0.7  # of the columns, on average, that the rows of a table fill
_LOOKED_AT = 200  # objects, by which it is decided
_TITLES = ("question", "title", "name", "subject", "label", "id")
"""Keys of what an object in a list is called, best first."""
_NAMES = ("title", "name", "room_name")
"""Keys of what the object is called that a file is."""
_TITLE_LENGTH = 120


def parse(data: bytes, name: str) -> Parsed:
    """Parse a file of JSON, or one with an object of JSON in each line.

    Raises:
        Unreadable: it is neither, or it has no words.
    """
    text, notices = decode(data)
    builder = Builder()
    value = _values(text.lstrip("\ufeff"))
    if isinstance(value, Mapping) and "thread_path" in value:
        value = chats.mended(value)
    _Composer(builder).add(value)
    return worded(builder.parsed(title=_title(value), notices=notices))


def _values(text: str) -> Any:
    """The value that a text is; of several, one a line, a list of them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    lines = [line for line in text.splitlines() if line.strip()]
    found, broken = [], 0
    for line in islice(lines, _MOST_OBJECTS):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            broken += 1
    if not found or broken > max(1, len(found) // 10):
        raise Unreadable("damaged, or no JSON")
    return found


def _title(value: Any) -> str:
    """What an object is called; of a chat of Discord its channel is."""
    if not isinstance(value, Mapping):
        return ""
    said = [value.get(key) for key in _NAMES]
    if chats.KEY in value and isinstance(channel := value.get("channel"), Mapping):
        said.append(channel.get("name"))
    return next((one for one in said if isinstance(one, str) and 0 < len(one.strip()) <= _TITLE_LENGTH), "")


def _word(value: Any) -> str:
    """A value in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(value)
    if len(text) > _LONGEST_WORD and not _BLANK.search(text):
        return ""  # a file in letters and digits
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode()


def _flat(value: Mapping[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The values of an object, and of those in it, each with its path."""
    for key, one in value.items():
        name = f"{path}.{_word(key)}" if path else _word(key)
        if isinstance(one, Mapping) and depth < _DEEPEST:
            yield from _flat(one, name, depth + 1)
        elif isinstance(one, list):
            if len(one) > _MOST_NUMBERS and all(isinstance(inner, int | float) for inner in one):
                continue
            if all(not isinstance(inner, Mapping | list) for inner in one):
                words = list(filter(None, map(_word, one)))
                short = all(len(word) <= _LONGEST_CELL and "\n" not in word for word in words)
                yield name, (", " if short else "\n").join(words)
            elif depth < _DEEPEST:
                for number, inner in enumerate(one, 1):
                    said = inner if isinstance(inner, Mapping) else {"": inner}
                    yield from _flat(said, f"{name}.{number}".rstrip("."), depth + 1)
        elif not isinstance(one, Mapping):
            yield name.rstrip("."), _word(one)


class _Composer:
    """Puts a text together from values.

    Args:
        builder: what is added to.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._left = _MOST_VALUES

    def add(self, value: Any, level: int = 1) -> None:
        """Add a value: a table, records, messages, or sections of an object."""
        if isinstance(value, Mapping):
            self._object(value, level)
        elif isinstance(value, list):
            self._list(value, level)
        elif word := _word(value):
            self._builder.add("paragraph", word)

    def _object(self, value: Mapping[str, Any], level: int) -> None:
        """An object: its own values first, then a section for each list of objects in it."""
        if level > _DEEPEST_HEADING:
            self._records(dict(_flat(value)))
            return
        inner = value.get(chats.KEY)
        if isinstance(inner, list) and (messages := chats.messages_of(_objects(inner), named=True)):
            chats.add(self._builder, messages, level)
            return
        own = {key: one for key, one in value.items() if not _is_section(one)}
        self._records(dict(_flat(own)))
        for key, one in value.items():
            if _is_section(one):
                self._builder.heading(_word(key), level)
                self.add(one, level + 1)

    def _list(self, values: Sequence[Any], level: int) -> None:
        objects = _objects(values)
        if len(objects) < len(values):
            flat = {str(number): value for number, value in enumerate(islice(values, _MOST_OBJECTS), 1)}
            if objects or any(isinstance(value, list) for value in values):
                self._records(dict(_flat(flat)))
                return
            with self._builder.inside("list"):
                for value in flat.values():
                    self._builder.add("record", _word(value))
            return
        if messages := chats.messages_of(objects):
            chats.add(self._builder, messages, min(level, _DEEPEST_HEADING))
            return
        if any(isinstance(value.get(chats.KEY), list) for value in objects):
            for value in objects:
                called = _title(value) or _word(value.get("type")).replace("_", " ") or "Without a name"
                self._builder.heading(called, min(level, _DEEPEST_HEADING))
                self._object(value, level + 1)
            return
        rows = [dict(_flat(value)) for value in objects]
        columns = _columns(rows)
        if columns:
            self._table(rows, columns)
        else:
            self._entries(rows, level)

    def _table(self, rows: Sequence[Flat], columns: Sequence[str]) -> None:
        with self._builder.inside("table"):
            self._builder.row(columns, head=True)
            for row in rows:
                if self._counts(len(row)):
                    self._builder.row([row.get(column, "") for column in columns])

    def _entries(self, rows: Sequence[Flat], level: int) -> None:
        """Objects one after the other, each below what it is called, if that is said."""
        for row in rows:
            called = next((key for key in _TITLES if 0 < len(row.get(key, "")) <= _TITLE_LENGTH), "")
            if called:
                self._builder.heading(row[called], min(level, _DEEPEST_HEADING))
            self._records({key: value for key, value in row.items() if key != called})

    def _records(self, row: Flat) -> None:
        """A line for each value; long ones are paragraphs below their names."""
        if not self._counts(len(row)):
            return
        short: list[tuple[str, str]] = []
        for key, value in row.items():
            if not value.strip():
                continue
            if len(value) <= _LONG and "\n" not in value.strip():
                short.append((key, value))
                continue
            self._lines(short)
            short = []
            with self._builder.inside("list"):
                self._builder.add("term", key)
                with self._builder.inside("definition"):
                    for part in value.split("\n\n"):
                        self._builder.add("paragraph", part)
        self._lines(short)

    def _lines(self, entries: Sequence[tuple[str, str]]) -> None:
        with self._builder.inside("list"):
            for key, value in entries:
                self._builder.add("record", f"{key}: {value}" if key else value)

    def _counts(self, values: int) -> bool:
        """Whether there is room for so many values more."""
        self._left -= values
        return self._left >= 0


def _objects(values: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [value for value in islice(values, _MOST_OBJECTS) if isinstance(value, Mapping)]


def _is_section(value: Any) -> bool:
    """Whether a value is a list of objects, or an object with such a list."""
    if isinstance(value, Mapping):
        return any(isinstance(one, Mapping | list) for one in value.values())
    return isinstance(value, list) and len(value) > 1 and all(isinstance(one, Mapping) for one in value)


def _columns(rows: Sequence[Flat]) -> list[str]:
    """The columns of the table that objects make; none where they are too unlike, or say too much."""
    looked_at = rows[:_LOOKED_AT]
    if len(looked_at) < 2:
        return []
    filled = Counter(key for row in looked_at for key, value in row.items())
    columns = list(dict.fromkeys(key for row in rows for key in row))
    values = [value for row in looked_at for value in row.values()]
    if not 1 < len(columns) <= _MOST_COLUMNS or any(len(value) > _LONG for value in values):
        return []
    if sum(len(value) > _LONGEST_CELL or "\n" in value for value in values) > 0.1 * len(values):
        return []
    alike = filled.total() / (len(looked_at) * len(filled))
    return columns if alike >= _SAME else []
