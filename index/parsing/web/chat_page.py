"""A page that Telegram exported a chat as in, its messages out."""

import re
from collections.abc import Iterator

from index.parsing.chats import Message
from index.parsing.web.elements import BLOCKS, Element

_STAMP = re.compile(r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}) (?P<time>\d\d:\d\d)")
_BLANKS = re.compile(r"\s+")


def messages_of(body: Element) -> list[Message]:
    """The messages of the chat; none where the page is something else."""
    history = next((one for one in body.below() if _is(one, "history")), None)
    if history is None:
        return []
    found: list[Message] = []
    speaker = ""
    for element in history.below():
        if not _is(element, "message", "default"):
            continue
        inner = next((child for child in _elements(element) if _is(child, "body")), element)
        speaker = _part(inner, "from_name") or speaker  # is not said again right below
        date = next((child.get("title") for child in _elements(inner) if _is(child, "date")), "")
        stamp = _STAMP.match(date)
        day = f"{stamp['year']}-{stamp['month']}-{stamp['day']}" if stamp else ""
        words = "\n".join(filter(None, (_forwarded(inner), _part(inner, "text"))))
        if words:
            found.append(Message(day, stamp["time"] if stamp else "", speaker, words))
    return found


def title_of(body: Element) -> str:
    """What the chat is called; empty where the page does not say it."""
    header = next((one for one in body.below() if _is(one, "page_header")), None)
    return header.text() if header else ""


def _is(element: Element, *classes: str) -> bool:
    return set(classes) <= set(element.get("class").split())


def _elements(element: Element) -> Iterator[Element]:
    return (child for child in element.children if isinstance(child, Element))


def _part(element: Element, name: str) -> str:
    """What the children of this class say."""
    return "\n".join(_lines(child) for child in _elements(element) if _is(child, name))


def _forwarded(element: Element) -> str:
    """What is sent on, with whose it was."""
    inner = next((child for child in _elements(element) if _is(child, "forwarded", "body")), None)
    if inner is None:
        return ""
    name, words = _part(inner, "from_name"), _part(inner, "text")
    return f"{name}: {words}" if words else ""


def _lines(element: Element) -> str:
    """The words of an element with the line ends that its writer wanted."""

    def said(one: Element | str) -> str:
        if isinstance(one, str):
            return _BLANKS.sub(" ", one)
        if one.tag == "br" or _is(one, "date"):
            return "\n" if one.tag == "br" else ""
        words = "".join(map(said, one.children))
        return f"\n{words}\n" if one.tag in BLOCKS else words

    return "\n".join(filter(None, (line.strip() for line in said(element).split("\n"))))
