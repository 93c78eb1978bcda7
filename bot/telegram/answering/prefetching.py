"""The page that somebody may ask for next: an office file is laid out while its answer is read.

LibreOffice takes seconds for that, in which nobody should have to look at a pressed button. It lays out one
file at a time, at low priority; of those that wait only the last is left, and none while the bot is busy.
"""

from collections.abc import Iterable
from functools import partial

from bot.answering.answers import Citation
from bot.telegram.answering.pages import prepare
from bot.telegram.background import Background
from bot.telegram.events import event
from bot.telegram.services import Services
from index.cancellation import Cancelled
from index.drawing.paged import is_office, likely_drawable
from index.errors import DocentError


class Prefetching:
    """Has pages drawn before they are asked for."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._background = Background()
        self._wanted: tuple[int, Citation] | None = None
        self._working = False

    def cited(self, chat: int, citations: Iterable[Citation]) -> None:
        """These are shown in a chat: lay out the first that is of an office file, as soon as can be."""
        found = next((one for one in citations if is_office(one.source)), None)
        if found is None or not likely_drawable(found.source):
            return
        self._wanted = chat, found
        if not self._working:
            self._working = True
            self._background.run(self._work())

    async def _work(self) -> None:
        try:
            while self._wanted:
                (chat, citation), self._wanted = self._wanted, None
                await self._prepare(chat, citation)
        finally:
            self._working = False

    async def _prepare(self, chat: int, citation: Citation) -> None:
        try:
            await self._to.workers.aside(partial(prepare, self._to.seen_in(chat), citation))
        except (Cancelled, DocentError) as reason:  # whoever presses the button is told
            event("not_prefetched", chat=chat, reason=type(reason).__name__)
