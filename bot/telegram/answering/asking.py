"""Questions as they come: who may ask another one, what it may lean on, and which answer is edited."""

import time
from functools import partial

from telegram import Message, Update, User

from bot.answering.answers import Answer
from bot.conversation.turns import Turn
from bot.telegram.answering.questions import Albums, asker_of, is_private, question_of, quoted_by, replies_to
from bot.telegram.answering.replying import Replying
from bot.telegram.events import event
from bot.telegram.limits import Limit
from bot.telegram.persistence.answers import Kept
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, noop, spoken

_ASK_HOW = noop("Write your question after the command, as in: /ask Who attended?")
_ONLY_TEXT = noop("I can read only text: please type your question.")
_NOTHING = Answer(question="", searched_for="", found=False, confidence=0.0, text="", citations=())


class Asking:
    """Answers questions, and again when they are edited."""

    def __init__(self, services: Services, replying: Replying) -> None:
        self._to = services
        self._replying = replying
        self._limit = Limit(services.settings.telegram.questions_per_minute, 60)
        self._albums = Albums()

    async def message(self, update: Update, _: object) -> None:
        """A message, new or edited, that may be a question."""
        message = update.effective_message
        if message is None:
            return
        place, user = place_of(message), update.effective_user
        question = question_of(message, self._to.bot.bot)
        old = self._to.answers.to_question(place.chat, message.message_id)
        if update.message and not self._albums.is_first(message):
            return
        if question is None:
            if is_private(message) and message.effective_attachment and update.message:
                await self._to.post.send(place, screens.text(gettext(_ONLY_TEXT)))
            return
        if not question:
            await self._to.post.send(place, screens.text(gettext(_ASK_HOW)))
        elif (
            old is None
            or old.answer.question != question
            or old.unfinished  # a stop broke it off
            or (update.message and not old.messages)
        ):
            follows = old.follows if old else self._follows(message)
            quoted = quoted_by(message)
            await self.ask(place, question, user, old=old, follows=follows, quoted=quoted)

    async def spoken(self, message: Message, question: str) -> None:
        """A question that somebody spoke; the answer shows what was understood."""
        follows = self._follows(message)
        await self.ask(place_of(message), question, message.from_user, follows=follows, repeat=True)

    def _follows(self, message: Message) -> int | None:
        """Which answer a question may lean on: the one that it replies to, else the person's last."""
        if message.forward_origin is not None:
            return None  # somebody else's words
        answers, place, original = self._to.answers, place_of(message), message.reply_to_message
        if original is not None and not original.forum_topic_created:
            number = original.message_id
            kept = answers.shown_in(place.chat, number) or answers.to_question(place.chat, number)
            if kept or not replies_to(message, self._to.bot.bot):
                return kept.number if kept else None
        asker = asker_of(message.from_user)
        if asker is None:
            return None
        last = answers.latest(place.chat, place.thread, asker, message.message_id)
        return last.number if last else None

    async def ask(
        self,
        place: Place,
        question: str,
        user: User | None,
        *,
        old: Kept | None = None,
        follows: int | None = None,
        repeat: bool = False,
        quoted: str = "",
        as_typed: bool = False,
    ) -> None:
        """Answer a question, in the messages of an old answer where there is one.

        Args:
            place: where to answer.
            question: what is asked.
            user: who asks.
            old: the answer to what the question was before it was edited, or leant on others.
            follows: the number of the answer that it may lean on.
            repeat: show the question in the answer.
            as_typed: search for its very words.
            quoted: what the question is about, if it quotes something; it may lean on that first.
        """
        to = self._to
        key = asker_of(user) or place.chat
        wait, news = self._limit.reached(key)
        if wait:
            event("limited", chat=place.chat, user=key)
            if news:
                await to.post.send(place, screens.text(screens.limited(wait)))
            return
        started = time.monotonic()
        engine = to.seen_in(place.chat)
        goes_on = old and old.answer.question == question and (old.unfinished or not old.messages)
        kept = Kept(  # under a number of its own, for what an earlier answer opened, it still does
            number=old.number if old and goes_on else to.answers.reserve(),
            chat=place.chat,
            question_message=place.reply_to if not repeat else None,
            messages=old.messages if old else (),
            generation="",
            answer=_NOTHING,
            shown=0,
            thread=place.thread,
            asker=old.asker if old else asker_of(user),
            follows=follows,
            language=spoken(),
            scope=engine.scope,
        )
        history = to.answers.turns(place.chat, follows, engine.scope)
        history += [Turn(quoted, quoted)] if quoted else []
        search = partial(engine.ask, question, history, as_typed=as_typed)
        kept = await self._replying.reply(kept, place, search, repeat=repeat)
        reply = kept.answer
        elapsed_ms = (time.monotonic() - started) * 1000
        if kept.messages:
            to.tally.answered += 1
            to.tally.latest_ms.append(elapsed_ms)
        to.metrics.answered(reply, elapsed_ms / 1000)
        event(
            "edited" if old else "answered" if kept.messages else "unsure",
            chat=place.chat,
            thread=place.thread,
            found=reply.found,
            quotes=len(reply.citations),
            messages=len(kept.messages),
            thinking_ms=round(reply.elapsed_ms),
            ms=round(elapsed_ms),
            question=question if to.settings.telegram.log_questions else None,
        )
