"""What was said in a chat in, blocks out; and the values of an exported chat in, what was said out.

Telegram, Slack, Discord, Messenger and Matrix export chats as JSON that is alike: a list of objects, each of
which says who wrote what and when, under different keys. Days become headings, messages turns below them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Any, NamedTuple

from index.parsing.builder import Builder

KEY = "messages"
"""What programs name the list of a chat's messages."""

_TYPES = ("message", "m.room.message")
"""What a message is said to be where it is in a list without a name."""
_WHO = ("from", "user_profile", "sender_name", "author", "sender", "username", "user")
_NAMES = ("real_name", "display_name", "nickname", "name", "username", "id")
_WHAT = ("text", "content", "message", "body")
_WHEN = ("date", "ts", "timestamp", "timestamp_ms", "origin_server_ts", "time", "created_at")
_STAMP = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d))?")
_SECONDS = re.compile(r"\d{9,13}(?:\.\d+)?")
_LAST_SECOND = 1e11  # since 1970: greater numbers are milliseconds
_LINK = re.compile(r"<(?P<mark>[@#!]?)(?P<target>[^<>|\s]+)(?:\|(?P<label>[^<>]*))?>")
"""Of Slack: "<@U01>" is a person, "<https://example.org|the plan>" a link."""
_LOOKED_AT = 200
_LEAST = 0.5  # of the objects, that somebody sent; the others tell who joined, and the like
_BESIDE = {
    "poll": ("question",), "attachments": ("fileName", "fallback", "text", "name", "title"),
    "files": ("title", "name"), "embeds": ("title", "description"), "share": ("share_text", "link"),
    "answers": ("text",), "contact_information": ("first_name", "last_name", "phone_number"),
}  # fmt: skip
"""What a message may have beside words, or in place of them, and what says something there."""


class Message(NamedTuple):
    """What somebody wrote, on which day and at what time, as far as that is known."""

    day: str
    time: str
    speaker: str
    words: str


def add(builder: Builder, messages: Iterable[Message], level: int) -> None:
    """Add messages in their order, with a heading of this level above those of a day."""
    day = ""
    for message in messages:
        if message.day and message.day != day:
            day = message.day
            builder.heading(day, level)
        name = " ".join(filter(None, (message.time, message.speaker)))
        builder.add("turn", f"{name}: {message.words}" if name else message.words)


def messages_of(objects: Sequence[Mapping[str, Any]], *, named: bool = False) -> list[Message]:
    """The messages of an exported chat, the earliest first; none where the objects are something else.

    Args:
        objects: as the file lists them.
        named: whether the file names the list ``KEY``; otherwise each has to say that it is a message.
    """
    looked_at = objects[:_LOOKED_AT]
    told = named or all(one.get("type") in _TYPES for one in looked_at)
    if not told or sum(map(_is_message, looked_at)) < max(1, _LEAST * len(looked_at)):
        return []
    people = {
        user: name
        for one in objects
        if isinstance(user := one.get("user"), str) and (name := _name(one.get("user_profile")))
    }
    found = []
    for one in objects:
        words, speaker = _words(_first(one, _WHAT)), _name(_first(one, _WHO))
        if "ts" in one:  # Slack
            words = unescape(_LINK.sub(lambda link: _shown(link, people), words))
            speaker = people.get(speaker, speaker)
        if words and (of := _name(one.get("forwarded_from"))):
            words = f"{of}: {words}"
        words = "\n".join(filter(None, (words.strip(), *_beside(one, _BESIDE), _name(one.get("file_name")))))
        if words:
            moment = _moment(one)
            found.append((moment, Message(*moment[:2], speaker, words)))
    return [message for _, message in sorted(found, key=lambda pair: pair[0])]


def mended(value: Any) -> Any:
    """A value as it was meant whose strings have a character for each byte of UTF-8, as Messenger exports."""
    if isinstance(value, Mapping):
        return {key: mended(one) for key, one in value.items()}
    if isinstance(value, list):
        return [mended(one) for one in value]
    if not isinstance(value, str):
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _is_message(value: Mapping[str, Any]) -> bool:
    return bool(_name(_first(value, _WHO)) and _moment(value)[0])


def _beside(value: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    """What files, polls and the like in a value say."""
    for key in known:
        inner = value.get(key)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, Mapping):
                said = [one[name].strip() for name in _BESIDE[key] if isinstance(one.get(name), str)]
                yield " ".join(dict.fromkeys(filter(None, said)))
                yield from _beside(one, ("answers",))


def _first(value: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """The value of the first of some keys that there is."""
    return next((value[key] for key in keys if value.get(key)), None)


def _name(value: Any) -> str:
    """Who a value names, which may be an object."""
    if isinstance(value, Mapping):
        return _name(_first(value, _NAMES))
    return " ".join(value.split()) if isinstance(value, str) else ""


def _words(value: Any) -> str:
    """What a value says: words, or parts some of which are objects with words in them."""
    if isinstance(value, Mapping):
        return _words(_first(value, _WHAT))
    if isinstance(value, list):
        return "".join(map(_words, value))
    return value if isinstance(value, str) else ""


def _moment(value: Mapping[str, Any]) -> tuple[str, str, str]:
    """Day and time of a message, and what orders it among those of a minute; seconds are of Greenwich."""
    said = str(_first(value, _WHEN) or "")
    if stamp := _STAMP.match(said):
        return stamp["day"], stamp["time"] or "", said
    if not _SECONDS.fullmatch(said):
        return "", "", ""
    seconds = float(said)
    seconds = seconds / 1000 if seconds > _LAST_SECOND else seconds
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", f"{seconds:020.6f}"


def _shown(link: re.Match[str], people: Mapping[str, str]) -> str:
    """A link of Slack in words."""
    if link["label"]:
        return link["label"]
    target = people.get(link["target"], link["target"])
    return f"{link['mark']}{target}".replace("!", "@")
