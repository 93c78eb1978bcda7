"""Texts that no document should hold and some do, and what Telegram makes of a message."""

from typing import Any

from hypothesis import strategies as st

from bot.telegram.showing.html import Message
from bot.telegram.showing.screens import Screen
from tests.telegram.markup import Entity, Keyboard, inline_keyboard, part
from tests.telegram.messages import text_content

_ODD = [
    *"<>&\"'/ \n\t\r.!?。…_*[]()`",
    *"\u200b\u200c\u200d\u200e\u200f\u202e\u2066\ufeff\xad\u2028\u00a0\u3000\x00\x07\x1b\x7f\x85",
    *"\u0301\u093e\u20dd\ufe0f\U0001f3fd😀𝒳語ß",
    "\ud83d",  # half a pair, as a file name of other bytes gives it
    "👩‍👩‍👧",
    "🇮🇸",
    "</b>",
    "<blockquote>",
    "<a href='https://x.org'>",
    "&lt;",
    "&#65;",
    "&nbsp",
]

characters = st.one_of(st.sampled_from(_ODD), st.characters(), st.sampled_from("abc ., "))
short_texts = st.lists(characters, max_size=30).map("".join)
long_texts = st.builds(
    lambda begin, piece, times: (begin + piece * times)[:12_000],
    short_texts,
    short_texts,
    st.integers(0, 2_000),
)
texts = st.one_of(short_texts, long_texts)


def bare(text: str) -> str:
    """A text without its white space."""
    return "".join(text.split())


def taken(message: Message) -> tuple[str, list[Entity]]:
    """The text and entities that Telegram makes of a message, which it must not refuse."""
    content: dict[str, Any] = text_content(message.html, "HTML", None)
    assert content["text"] == message.plain.strip()
    return content["text"], [Entity(**entity) for entity in content.get("entities", ())]


def marked(message: Message, kind: str) -> list[str]:
    """The texts of all entities of a kind."""
    text, entities = taken(message)
    return [part(text, entity) for entity in entities if entity.type == kind]


def keyboard(screen: Screen) -> Keyboard:
    """The buttons that Telegram shows, which it must not refuse."""
    return inline_keyboard(screen.keyboard.to_dict() if screen.keyboard else None)


def buttons(screen: Screen) -> list[list[tuple[str, str]]]:
    """Labels and data, or what is copied, row by row."""
    return [
        [(button["text"], button.get("callback_data") or button["copy_text"]["text"]) for button in row]
        for row in keyboard(screen)
    ]
