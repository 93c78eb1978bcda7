"""Work that goes on beside the updates, which do not wait for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from telegram.error import TelegramError

from bot.telegram.events import event, failure
from bot.telegram.renewals import Stopped
from bot.telegram.transport.inbox import handled


class Background:
    """Holds tasks until they end, and logs what they fail of, for nobody awaits them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something; that the bot stops meanwhile ends it quietly."""

        async def run() -> None:
            handled.set(None)  # it answers no update
            try:
                await work
            except Stopped:
                event("broken_off")
            except TelegramError as error:
                event("undelivered", reason=type(error).__name__)
            except Exception as error:  # nobody awaits this task
                failure("failed", error)

        self._tasks.add(task := asyncio.get_running_loop().create_task(run()))
        task.add_done_callback(self._tasks.discard)
