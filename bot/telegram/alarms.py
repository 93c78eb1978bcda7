"""What administrators are told unasked: that the bot's memory or its index fails."""

import asyncio
import sqlite3
from collections.abc import Callable

from bot.telegram import telling
from bot.telegram.background import Background
from bot.telegram.events import event
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.texts import gettext, noop

DAMAGED = noop(
    "⚠ The index is damaged, and I answer from an earlier one. {reason} /reindex builds it anew, too."
)
NO_MEMORY = noop(
    "⚠ I cannot use the file that holds my memory ({reason}). I answer on, but buttons and follow-up "
    "questions of new answers do not work, and a restart may repeat or forget questions. See whether "
    "the disk of {folder} is full, or another program has locked the file."
)


class Alarms:
    """Sends them; begun on the event loop."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._background = Background()

    def begin(self) -> None:
        """Tell of a fault of the index that is there already, and of those to come."""
        loop = asyncio.get_running_loop()

        def hear(fault: str) -> None:
            loop.call_soon_threadsafe(self._damaged, fault)

        self._to.engine.on_fault(hear)
        if fault := self._to.engine.fault:
            self._damaged(fault)

    def without_memory(self, error: sqlite3.Error) -> None:
        """What the bot keeps cannot be read or written."""
        reason, folder = str(error), str(self._to.settings.state_folder())
        self._tell(lambda: gettext(NO_MEMORY, reason=reason, folder=folder))

    def _damaged(self, fault: str) -> None:
        event("index_damaged", reason=fault)
        self._tell(lambda: gettext(DAMAGED, reason=fault))

    def _tell(self, text: Callable[[], str]) -> None:
        self._background.run(telling.tell(self._to, lambda: screens.text(text())))
