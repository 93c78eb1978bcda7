"""Inline mode: citations as articles that a person sends into any chat."""

import asyncio
import time
from contextlib import suppress
from functools import partial

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.answering.answers import Answer, Citation
from bot.engine import Engine
from bot.telegram.events import event
from bot.telegram.limits import Limit
from bot.telegram.services import Services
from bot.telegram.showing import answered, opened
from bot.telegram.transport.post import NO_PREVIEW
from bot.texts import gettext
from index.cancellation import Cancelled

_PAUSE = 0.25  # seconds without another key, before what was typed is searched
_SEARCHES = 3  # of what is typed, for each question that a person may ask
_SOON = 1.0  # seconds for the members of a list, after its best quotes
_FRESH = 30  # seconds for which Telegram may repeat a result to the same person


class Inline:
    """Answers what is typed after the bot's name."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._latest: dict[int, str] = {}
        self._limit = Limit(_SEARCHES * services.settings.telegram.questions_per_minute, 60)

    async def query(self, update: Update, _: object) -> None:
        """What was typed so far; only the last of several in a row is searched."""
        query = update.inline_query
        if query is None:
            return
        user = query.from_user.id
        self._latest[user] = query.id
        await asyncio.sleep(_PAUSE)
        if self._latest.get(user) != query.id:
            return
        del self._latest[user]
        if self._limit.wait(user):
            await _answer(query, [], gettext("You type faster than I can read"))
            return
        started = time.monotonic()
        question = query.query.strip()
        if not question:
            await _answer(query, [], gettext("Type a question"))
            return
        reply = await self._to.work(partial(self._ask, self._to.seen_inline(user), question))
        results = [_article(citation) for citation in reply.citations[: answered.QUOTES]]
        await _answer(query, results, None if results else gettext("The documents do not answer this"))
        self._to.metrics.answered(reply, where="inline")
        event("inline", user=user, found=reply.found, ms=round((time.monotonic() - started) * 1000))

    def _ask(self, engine: Engine, question: str) -> Answer:
        """An answer; of a list that takes long the best quotes alone, for whoever types does not wait."""
        best: list[tuple[float, Answer]] = []

        def first(reply: Answer) -> None:
            best.append((time.monotonic(), reply))

        def check() -> None:
            self._to.workers.check()
            if best and time.monotonic() - best[0][0] > _SOON:
                raise Cancelled

        try:
            return engine.ask(question, first=first, check=check)
        except Cancelled:
            if not best:
                raise
            return best[0][1]

    async def refuse(self, update: Update) -> None:
        """Tell an outsider nothing but that this is no bot for them."""
        if update.inline_query is not None:
            await _answer(update.inline_query, [], gettext("This is a private bot"))


def _article(citation: Citation) -> InlineQueryResultArticle:
    """The citation to choose."""
    title, description, message = opened.article(citation)
    content = InputTextMessageContent(message.html, ParseMode.HTML, link_preview_options=NO_PREVIEW)
    return InlineQueryResultArticle(str(citation.number), title, content, description=description)


async def _answer(query: InlineQuery, results: list[InlineQueryResultArticle], button: str | None) -> None:
    """Answer a query, unless it is too old; a button leads to the chat with the bot."""
    shown = InlineQueryResultsButton(button, start_parameter="inline") if button else None
    with suppress(BadRequest):
        await query.answer(results, cache_time=_FRESH if results else 0, is_personal=True, button=shown)
