"""A question that comes while the server of the index is away: it is kept, and answered when that is back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import TelegramError

from bot.telegram.events import event
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.inbox import handled
from bot.telegram.transport.post import Place
from bot.texts import gettext, noop
from index.errors import IndexAway

AGAIN = 3.0
"""Seconds after which it is looked whether the server is there again."""

_AWAY = noop("My index is out of reach just now. I keep your question, and answer it when the index is back.")

_T = TypeVar("_T")


async def when_back(to: Services, place: Place, made: Callable[[], Awaitable[_T]]) -> _T:
    """What something gives that asks the index, as soon as that can be reached; whoever waits is told once.

    Args:
        to: what sends that.
        place: where they wait.
        made: asks, in a thread; once more after each time that it raised ``IndexAway``.
    """
    told = False
    while True:
        try:
            return await made()
        except IndexAway as error:
            if not told:
                event("index_away", chat=place.chat, reason=error)
                await _tell(to, place)
            told = True
            await asyncio.sleep(AGAIN)


async def _tell(to: Services, place: Place) -> None:
    """Say it, which is no answer: should the bot end now, the next start has the question still."""
    update = handled.get()
    handled.set(None)
    try:
        await to.post.send(place, screens.text(gettext(_AWAY)))
    except TelegramError as error:
        event("undelivered", chat=place.chat, reason=type(error).__name__)
    finally:
        handled.set(update)
