"""Answers that stay true: one whose quotes no longer stand in the documents is edited, once and quietly.

The history of the index (``index/history.py``) tells which documents changed since an answer was given, and
what stands in the place of its quotes. It is asked whenever there is a new generation, whoever built it, and
at the start. Nobody waits for these edits: they go out one by one, two a second at most, so that Telegram's
thirty a second are there for answers, and in a group only while it is calm.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.telegram.answering.comparing import Comparison, compared, moved, touched_by
from bot.telegram.answering.pages import has_page
from bot.telegram.events import event, failure
from bot.telegram.limits import Limit
from bot.telegram.persistence.answers import Kept
from bot.telegram.persistence.compared import Compared
from bot.telegram.persistence.state import Memory
from bot.telegram.services import Services
from bot.telegram.showing import answered, screens
from bot.telegram.transport.post import Place
from bot.texts import speaking
from index.errors import DocentError

_EVERY = 2.0  # seconds between two looks for a new generation
_LONGEST_PAUSE = 60.0  # seconds, while the same trouble stays: each time twice as many as before
_BETWEEN = 0.5  # seconds between two edits
_IN_A_GROUP = 6, 60  # edits, seconds
_LATE = 600.0  # seconds after a new generation in which an answer from the one before may still be given
_SHORTER = 1500, 400, 100  # UTF-16 units of a quote, until the answer needs no more messages than it has


class Corrections:
    """Compares answers with the documents.

    Args:
        services: of the bot.
        database: what the bot keeps.
        every: seconds between two looks for a new generation.
        between: seconds between two edits.
        in_a_group: how many edits go to a group, and how often.
    """

    def __init__(
        self,
        services: Services,
        database: Memory,
        *,
        every: float = _EVERY,
        between: float = _BETWEEN,
        in_a_group: Limit | None = None,
    ) -> None:
        self._to = services
        self._compared = Compared(database)
        self._every, self._between = every, between
        self._edits = in_a_group or Limit(*_IN_A_GROUP)
        self._late_until = time.monotonic() + _LATE

    async def run(self) -> None:
        """Do it until cancelled; a trouble that stays is told once, and looked at less and less often."""
        told, pause = "", self._every
        while True:
            trouble = await self._trouble(told)
            pause = min(2 * pause, _LONGEST_PAUSE) if trouble and trouble == told else self._every
            told = trouble
            await asyncio.sleep(pause)

    async def _trouble(self, told: str) -> str:
        """Look; what went wrong, which is logged unless it was told before, or ""."""
        try:
            await self.look()
        except (DocentError, TelegramError) as error:  # the index, or the network: it is tried again
            if (trouble := repr(error)) != told:
                event("uncompared", reason=type(error).__name__)
            return trouble
        except Exception as error:  # logged, for nobody awaits this task
            if (trouble := repr(error)) != told:
                failure("uncompared", error)
            return trouble
        return ""

    async def look(self) -> None:
        """Compare what was not compared with the current generation yet.

        Raises:
            DocentError: the index cannot be read.
            TelegramError: Telegram is out of reach.
        """
        current = await self._to.look_up(self._to.engine.store.current_name)
        position = self._compared.position
        is_news = current != position
        if current is None or not (is_news or time.monotonic() < self._late_until):
            return
        late = self._compared.late(current)
        if not (is_news or late):
            return
        look_up, engine = self._to.look_up, self._to.engine
        generation, renewals = await look_up(engine.generation), await look_up(engine.history)
        if generation.name != current:
            return  # there is a newer one already
        with_this, numbers = Comparison(generation, renewals, position), set(late)
        if is_news:
            self._late_until = time.monotonic() + _LATE
            numbers |= await self._compared.citing(touched_by(with_this.news))
        if await self._compare_all(sorted(numbers), with_this):
            self._compared.reach(current, late)

    async def _compare_all(self, answers: Iterable[tuple[int, int]], with_this: Comparison) -> bool:
        """Compare answers, each a number and a chat; whether that came to its end.

        Those in a chat that is busy wait for it while others are compared.
        """
        to, waiting = self._to, list(answers)
        while waiting:
            if await to.look_up(to.engine.store.current_name) != with_this.generation.name:
                return False
            place = next((i for i, (_, chat) in enumerate(waiting) if self._is_calm(chat)), None)
            if place is None:
                await asyncio.sleep(self._every)
                continue
            kept = to.answers.find(*waiting.pop(place))
            if kept and self._is_shown(kept) and self._may_see(kept) and await self._compare(kept, with_this):
                await asyncio.sleep(self._between)
        return True

    async def _compare(self, kept: Kept, with_this: Comparison) -> bool:
        """Compare an answer, and edit it where it has changed; whether it was edited."""
        to = self._to
        found = await to.look_up(partial(compared, kept, with_this, to.access.scope(kept.chat).shows))
        if found == kept:
            return False
        if found.now != kept.now:
            self._edits.wait(kept.chat)
            await self._show(found)
        if newest := to.answers.find(kept.number, kept.chat):  # more passages may have been asked for
            elsewhere = moved(newest, {one.number: one.source for one in found.citations})
            to.answers.compared(replace(elsewhere, now=found.now), with_this.generation.name)
        return found.now != kept.now

    def _is_calm(self, chat: int) -> bool:
        """Whether an edit takes nothing from those who ask in a chat."""
        return chat > 0 or not (self._edits.left(chat) or self._to.busy_in(chat))

    def _is_shown(self, kept: Kept) -> bool:
        """Whether messages show this answer, and no later one to the same question."""
        if kept.unfinished or not kept.messages:
            return False
        newest = self._to.answers.shown_in(kept.chat, kept.messages[0])
        return newest is not None and newest.number == kept.number

    def _may_see(self, kept: Kept) -> bool:
        """Whether what the documents say now may be told in its chat."""
        access = self._to.access
        return access.allows(kept.chat) and not (kept.asker and access.is_denied(kept.asker))

    async def _show(self, kept: Kept) -> None:
        """Show an answer as it is now in the messages that show it; where they are gone, that is that."""
        to, place = self._to, Place(kept.chat, kept.thread)
        with speaking(kept.language) if kept.language else to.access.speaking_to(kept.asker or kept.chat):
            screen = _screen(kept)
        try:
            messages = await to.post.amend(place, kept.messages, screen)
        except ChatMigrated as error:
            to.post.moved(place, error.new_chat_id)  # its messages cannot be reached there
        except (BadRequest, Forbidden) as error:
            event("unamended", chat=kept.chat, reason=error)
        else:
            event("amended", chat=kept.chat, quotes=len(kept.now), messages=len(messages))
            newest = to.answers.shown_in(kept.chat, kept.messages[0])
            if newest and newest.number != kept.number and not newest.unfinished:
                await to.post.amend(place, newest.messages, _screen(newest))  # it was asked anew meanwhile


def _screen(kept: Kept) -> screens.Screen:
    """An answer as it is now, in no more messages than show it, if that can be."""
    answer = replace(kept.answer, outdated=()) if kept.now else kept.answer
    repeat, paged = kept.question_message is None, has_page(answer)
    show = partial(answered.answer, answer, kept.number, repeat=repeat, paged=paged)
    shown = show(now=kept.now_shown)
    for most in _SHORTER:
        if len(shown.messages) > len(kept.messages):
            shown = show(now=kept.now_shown, most=most)
    return answered.judged(shown, kept.number, kept.verdict)
