"""What the handlers share."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from telegram import Bot

from bot.engine import Engine
from bot.feedback import Feedback
from bot.settings import Settings
from bot.telegram.limits import Limit
from bot.telegram.metrics import Metrics
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.persistence.offers import Offers
from bot.telegram.persistence.removals import Removals
from bot.telegram.renewals import Renewals
from bot.telegram.transport.inbox import Inbox
from bot.telegram.transport.post import Post
from bot.telegram.workers import Workers

_T = TypeVar("_T")

_PRESSES = 40  # in a minute, where nobody says otherwise


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened since the start; times in milliseconds."""

    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    answered: int = 0
    latest_ms: deque[float] = field(default_factory=lambda: deque(maxlen=1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One of each."""

    settings: Settings
    engine: Engine
    bot: Bot
    inbox: Inbox
    access: Access
    answers: Answers
    offers: Offers
    feedback: Feedback
    post: Post
    workers: Workers
    renewals: Renewals
    removals: Removals
    wait_in: Callable[[int], float] = lambda _: 0.0
    """Seconds for which a message would have to wait in a chat."""
    busy_in: Callable[[int], float] = lambda _: 0.0
    """Seconds for which what nobody waits for should not be sent to a chat."""
    presses: Limit = field(default_factory=lambda: Limit(_PRESSES, 60))
    """Of buttons and lists of documents, for each person."""
    tally: Tally = field(default_factory=Tally)
    metrics: Metrics = field(default_factory=Metrics)

    def seen_in(self, chat: int) -> Engine:
        """The engine as far as a chat may see: the one way to what documents say, for whatever is said there.

        Ask for it whenever it is needed, also for what was answered before: what is seen may change.
        """
        return self.engine.within(self.access.scope(chat))

    def seen_inline(self, user: int) -> Engine:
        """The same for what a person may send into chats that nobody knows."""
        return self.engine.within(self.access.inline_scope(user))

    def shows(self, chat: int, source: str) -> bool:
        """Whether a chat may see the document of a source."""
        return self.access.scope(chat).shows(source)

    def seen_by_administrators(self) -> Engine:
        """The same for what only an administrator gets to read."""
        return self.engine

    async def work(self, task: Callable[[], _T]) -> _T:
        """Do something slow off the event loop."""
        return await self.workers.do(task)

    async def look_up(self, task: Callable[[], _T]) -> _T:
        """Do something quick off the event loop, which does not wait behind questions."""
        return await self.workers.do(task, quick=True)
