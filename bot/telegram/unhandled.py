"""Errors that no handler deals with: a line of the log, and a word to whoever waits."""

from contextlib import suppress
from typing import Any

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import CallbackContext

from bot.telegram.events import event, failure
from bot.telegram.persistence.access import Access
from bot.telegram.presses import button_of
from bot.telegram.showing import about, screens
from bot.telegram.transport.delivery import Unconfirmed, is_unreadable
from bot.telegram.transport.post import Place, Post, place_of
from bot.telegram.troubles import in_words
from bot.texts import gettext, noop
from index.errors import DocentError, IndexEmpty

_TROUBLE = noop(
    "I cannot look into the documents just now. Please tell the people who run me, or try again later."
)
_SORRY = noop("Something went wrong on my side, and I have noted it. Please ask again.")


class Unhandled:
    """Hears of them."""

    def __init__(self, post: Post, access: Access) -> None:
        self._post = post
        self._access = access

    async def handle(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Log an error; where it is ours, say so to whoever waits for an answer."""
        error = context.error
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else None
        if isinstance(error, Forbidden):
            event("blocked", chat=chat)  # they left, or removed the bot
        elif isinstance(error, Unconfirmed):
            event("unconfirmed", chat=chat)
        elif _is_of_the_line(error):
            event("undelivered", chat=chat, reason=type(error).__name__)
        elif isinstance(error, DocentError):
            event("unanswered", chat=chat, error=type(error).__name__, reason=error)
            user = update.effective_user if isinstance(update, Update) else None
            if isinstance(error, IndexEmpty):
                told = gettext(about.NO_DOCUMENTS)
            else:
                told = in_words(error) if user and self._access.is_admin(user.id) else gettext(_TROUBLE)
            await self._say(update, told)
        elif error is not None:
            failure("failed", error)
            await self._say(update, gettext(_SORRY))

    async def _say(self, update: object, text: str) -> None:
        """Tell whoever waits; who types inline gets an empty answer."""
        if not isinstance(update, Update):
            return
        with suppress(TelegramError):
            if update.inline_query:
                await update.inline_query.answer([], cache_time=0, is_personal=True)
            elif place := _place_of(update):
                await self._post.send(place, screens.text(text))


def _place_of(update: Update) -> Place | None:
    """Where somebody waits for an answer."""
    if button := button_of(update):
        return button.place
    return place_of(update.message) if update.message else None


def _is_of_the_line(error: Exception | None) -> bool:
    """Whether the way to Telegram is at fault, and not what was asked of it."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, NetworkError | RetryAfter) or (
        isinstance(error, TelegramError) and is_unreadable(error)
    )
