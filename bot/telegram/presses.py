"""Presses of buttons: what was pressed where and by whom, whether they may, what they are told at once."""

from contextlib import suppress
from typing import NamedTuple

from telegram import CallbackQuery, Update
from telegram.constants import CallbackQueryLimit
from telegram.error import TelegramError

from bot.telegram.events import event
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.showing.html import short
from bot.telegram.transport.post import Place
from bot.texts import gettext, noop

ONLY_ADMINISTRATORS = noop("Only administrators decide on this.")


class Button(NamedTuple):
    """A pressed button: the words of its data, and where it was pressed."""

    query: CallbackQuery
    words: list[str]
    place: Place
    message: int


async def acknowledge(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Stop the button's waiting, if it still waits; the work does not depend on it."""
    with suppress(TelegramError):
        told = short(text, CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH)
        await query.answer(told or None, show_alert=alert)


def button_of(update: Update) -> Button | None:
    """The button that was pressed, unless it belongs to a message of another chat."""
    query = update.callback_query
    if query is None or query.message is None or not query.data:
        return None
    message = query.message  # perhaps an InaccessibleMessage, of which only chat and id are known
    in_topic = getattr(message, "is_topic_message", None)
    thread = getattr(message, "message_thread_id", None) if in_topic else None
    place = Place(message.chat.id, thread, message.message_id)
    return Button(query, query.data.split(":"), place, message.message_id)


def label_of(query: CallbackQuery) -> str:
    """What stands on the pressed button, or "" where its message can no longer be read."""
    keyboard = getattr(query.message, "reply_markup", None)
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    return next((button.text for button in buttons if button.callback_data == query.data), "")


async def hurried(to: Services, button: Button) -> bool:
    """Whether somebody presses more buttons than they may; then the press is answered here."""
    wait, news = to.presses.reached(button.query.from_user.id)
    if wait:
        event("limited", chat=button.place.chat, user=button.query.from_user.id)
        await acknowledge(button.query, screens.limited(wait) if news else "")
    return wait > 0


async def administers(to: Services, button: Button) -> bool:
    """Whether who pressed a button is an administrator; else they are told."""
    may = to.access.is_admin(button.query.from_user.id)
    if not may:
        await acknowledge(button.query, gettext(ONLY_ADMINISTRATORS), alert=True)
    return may
