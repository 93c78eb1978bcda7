"""A screen: messages, and buttons below the last of them. What all others beside here are made of.

Texts are those of the language spoken (``bot/texts.py``); what stands out of documents stays as it is.

Data of buttons, at most 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton):
    cite:ANSWER:NUMBER          open a citation
    walk:ANSWER:NUMBER:OFFSET   go to the passage at an offset of the same document
    file:ANSWER:NUMBER          send the document
    page:ANSWER:NUMBER          send the page that the quote stands on, as a picture
    turn:ANSWER:NUMBER:PAGE     show another page, counted from 0, in the same message
    more:ANSWER                 further quotes, then the next best passages
    good:ANSWER, bad:ANSWER     a verdict; where nothing was found, "bad" is that an answer was expected
    alone:ANSWER                the same question again, without the conversation
    stop:ANSWER                 look for no more members of a list
    again:ANSWER                show an answer that may not have arrived
    list:PAGE:WORDS             a page of the documents with these words in their names
    changes:PAGE                a page of what has changed in them
    try:NUMBER                  one of the example questions, which the button shows
    allow:CHAT, deny:CHAT       what an administrator decides on a request
    leave:USER, stay:USER       what the last administrator decides about leaving
    hush:ANSWER                 say nothing unasked in this group for a day
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.showing.html import Block, Message, block, messages
from bot.texts import gettext, ngettext

PAGE = 10  # documents listed at once
MOST_EXAMPLE = 60  # characters of a question on a button


@dataclass(frozen=True, slots=True)
class Screen:
    """Messages in order; the keyboard belongs to the last."""

    messages: list[Message]
    keyboard: InlineKeyboardMarkup | None = None


def text(*paragraphs: str, keyboard: InlineKeyboardMarkup | None = None) -> Screen:
    """Plain paragraphs."""
    return Screen(messages(block(paragraph, gap=True) for paragraph in paragraphs), keyboard)


def page_of(page: int, pages: int) -> str:
    """Such as "page 2 of 3"; pages count from 0 here, and from 1 there."""
    return gettext("page {page} of {pages}", page=page + 1, pages=pages)


def pager(data: Callable[[int], str], page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Buttons that lead to other pages, whose data is made of their numbers."""
    jumps = [("⏮", 0, page > 1), ("◀", page - 1, page > 0),
             ("▶", page + 1, page < pages - 1), ("⏭", pages - 1, page < pages - 2)]  # fmt: skip
    row = [InlineKeyboardButton(label, callback_data=data(to)) for label, to, leads in jumps if leads]
    return InlineKeyboardMarkup([row]) if row else None


def limited(seconds: float) -> str:
    """Somebody does too much at once, and may go on in so many seconds."""
    return ngettext(
        "You are faster than I am. Please go on in {count} second.",
        "You are faster than I am. Please go on in {count} seconds.",
        ceil(seconds),
    )


def choice(*paragraphs: str, buttons: dict[str, str]) -> Screen:
    """Paragraphs above buttons, one a row: labels by the data of the buttons."""
    rows = [[InlineKeyboardButton(label, callback_data=data)] for data, label in buttons.items()]
    return text(*paragraphs, keyboard=InlineKeyboardMarkup(rows))


def one_moment(seconds: float) -> str:
    """Telegram has me wait in a group."""
    return ngettext(
        "One moment: Telegram lets me send only 20 messages a minute to a group. {count} second to go.",
        "One moment: Telegram lets me send only 20 messages a minute to a group. {count} seconds to go.",
        ceil(seconds),
    )


def of(blocks: Iterable[Block], *rows: list[InlineKeyboardButton]) -> Screen:
    """Blocks above rows of buttons, of which some may be empty."""
    buttons = [row for row in rows if row]
    return Screen(messages(blocks), InlineKeyboardMarkup(buttons) if buttons else None)
