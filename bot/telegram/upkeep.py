"""What goes on as long as the bot runs: it shows that it lives, and lets go of what is too old."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from bot.telegram.services import Services
from bot.telegram.transport.receiving import Receiving

_BEAT = 15.0  # seconds between two signs of life
_PRUNE = 3600.0  # seconds between two times that what is old is deleted


async def show_life(receiving: Receiving, alive: Path) -> None:
    """Touch a file, until cancelled, while Telegram is heard of."""
    while True:
        if not receiving.silence():
            with suppress(OSError):
                alive.touch()
        receiving.look()
        await asyncio.sleep(_BEAT)


async def tidy(to: Services, uploads: Callable[[], Awaitable[None]]) -> None:
    """Delete what was kept long enough, now and then, until cancelled; ``uploads`` does so with its own."""
    days = to.settings.telegram.keep_days
    while True:
        to.answers.prune()
        await uploads()
        to.access.requests.prune(days)
        to.access.listened.prune(days)
        await asyncio.sleep(_PRUNE)
