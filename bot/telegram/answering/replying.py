"""Answers on their way: found and shown, of a list that takes long the first quotes at once.

An answer of which nobody knows whether it arrived is offered again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from telegram import Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.answering.answers import Answer
from bot.telegram.answering.pages import has_page
from bot.telegram.answering.prefetching import Prefetching
from bot.telegram.answering.waiting import when_back
from bot.telegram.events import event
from bot.telegram.persistence.answers import Kept
from bot.telegram.services import Services
from bot.telegram.showing import answered, screens
from bot.telegram.transport.inbox import handled
from bot.telegram.transport.post import File, Place
from bot.texts import ngettext
from index.cancellation import Cancellation, Cancelled

_SOON = 1.0  # seconds in which the whole of a list may come, so that its first quotes need no message
_LONG = 20  # quotes of a list, from which on all of it is sent as a file too


class Replying:
    """Finds answers and shows them."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self.prefetching = Prefetching(services)
        self._searching: dict[int, Cancellation] = {}
        """What is being thought about, by the numbers of the answers."""

    def stop(self, number: int) -> None:
        """Look for no more members of the list that is the answer of that number."""
        if cancellation := self._searching.get(number):
            cancellation.cancel()

    async def reply(self, kept: Kept, place: Place, search: Callable[..., Answer], *, repeat: bool) -> Kept:
        """Find an answer and show it; of a list that takes long, the first quotes at once.

        Args:
            kept: the answer, still empty, under its number.
            place: where it is shown, if no messages show it yet.
            search: finds it, in a thread; it takes ``first`` and ``check`` of ``Engine.ask``.
            repeat: show the question in it.
        """
        to, update, cancellation = self._to, handled.get(), Cancellation()
        name = await when_back(to, place, partial(to.look_up, to.engine.store.current_name))
        kept = replace(kept, generation=name or "")  # or one that comes meanwhile
        first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        thought = self._thought(search, first, cancellation)
        thinking = asyncio.ensure_future(when_back(to, place, partial(to.work, thought)))
        stopped = False
        self._searching[kept.number] = cancellation
        try:
            async with to.post.typing(place):
                await asyncio.wait({thinking, first}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait({thinking}, timeout=_SOON)
                if first.done() and not thinking.done():
                    kept = self._found(kept, first.result(), unfinished=True)
                    screen = answered.answer(kept.answer, kept.number, repeat=repeat, searching=True)
                    kept = await self.show(kept, place, screen)
                    if update and kept.messages:  # should the bot end now, the next start brings the rest
                        to.inbox.reopen(update)
                try:
                    reply = await thinking
                except Cancelled:
                    reply, stopped = first.result(), True
        finally:
            self._searching.pop(kept.number, None)  # without memory, all have the number 0
            thinking.cancel()
        kept = self._found(kept, reply)
        screen = answered.answer(reply, kept.number, repeat=repeat, stopped=stopped, paged=has_page(reply))
        kept = await self.show(kept, place, screen)
        self.prefetching.cited(kept.chat, reply.citations or reply.near)
        if len(reply.citations) > _LONG:
            data = answered.as_file(reply)
            caption = ngettext("The one quote.", "All {count} quotes.", len(reply.citations))
            try:
                await to.post.send_file(place, File("quotes.txt", len(data), data), caption)
            except TelegramError as error:  # the quotes can be had by the buttons too
                event("unsent_file", chat=place.chat, reason=type(error).__name__)
        return kept

    def _thought(
        self,
        search: Callable[..., Answer],
        first: "asyncio.Future[Answer]",
        cancellation: Cancellation,
    ) -> Callable[[], Answer]:
        """What a thread does to answer a question; it tells the first quotes of a list that takes long."""
        to, loop = self._to, asyncio.get_running_loop()

        def check() -> None:
            to.workers.check()
            cancellation.check()

        def tell(reply: Answer) -> None:
            loop.call_soon_threadsafe(first.set_result, reply)

        return partial(search, first=tell, check=check)

    def _found(self, kept: Kept, reply: Answer, *, unfinished: bool = False) -> Kept:
        """An answer that was found."""
        return replace(
            kept,
            answer=reply,
            shown=min(len(reply.citations or reply.near), answered.QUOTES),
            unfinished=unfinished,
        )

    async def show(self, kept: Kept, place: Place, screen: screens.Screen, *, silent: bool = False) -> Kept:
        """Show an answer where it stood before, or else anew, without a sound if it is to be silent."""
        to = self._to
        if not kept.number:  # nothing can be kept, so that no button would know of it
            screen = replace(screen, keyboard=None)
        if kept.messages:
            # Before it is seen, for its buttons and what leans on it may be quicker; as unfinished, so that
            # it is made again if a stop breaks the edit off.
            to.answers.keep(replace(kept, unfinished=True))
            messages = await to.post.edit(place, kept.messages, screen)
            to.answers.keep(kept)
        else:
            to.answers.sending(kept)  # so that its buttons work even if we never hear that it was sent
            try:
                messages = await to.post.send(place, screen, silent=silent)
            except BaseException as error:
                refused = isinstance(error, Forbidden | BadRequest)
                if refused or handled.get() is not None:  # or else the request did not begin
                    to.answers.unsent(kept.number)
                raise
        arrived = len(messages) == len(screen.messages)
        to.answers.sent(kept.number, messages, all_of_it=arrived)
        return replace(kept, messages=messages)

    async def doubts(self, update: Update, _: object) -> None:
        """Somebody is there: offer answers again of which nobody knows whether they arrived."""
        chat = update.effective_chat
        if chat is None or update.edited_message:
            return
        question = update.message.message_id if update.message else None
        for kept in self._to.answers.doubtful(chat.id, question):
            self._to.answers.unsent(kept.number)
            current = handled.set(None)  # the offer is no answer to this update
            try:
                place = Place(chat.id, kept.thread, kept.question_message)
                if not await self._to.post.send(place, answered.doubt(kept.number)):
                    self._to.answers.sent(kept.number, kept.messages, all_of_it=False)
            except TelegramError as error:
                event("undelivered", chat=chat.id, reason=type(error).__name__)
            finally:
                handled.reset(current)

    async def show_again(self, kept: Kept, place: Place, message: int) -> None:
        """Show an answer in the message that offered it."""
        to = self._to
        screen = answered.answer(
            kept.answer,
            kept.number,
            repeat=kept.question_message is None,
            now=kept.now_shown,
            paged=has_page(kept.answer),
        )
        to.answers.sent(kept.number, await to.post.edit(place, [message], screen))
        to.tally.answered += 1
        event("shown_again", chat=place.chat)
