"""Questions: which messages are one, and how they are answered."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from telegram import Message, MessageEntity, Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.answering.answers import Answer
from bot.conversation.turns import Turn
from bot.telegram import screens
from bot.telegram.answers import Kept
from bot.telegram.events import event
from bot.telegram.inbox import handled
from bot.telegram.limits import Limit
from bot.telegram.post import File, Place, place_of
from bot.telegram.services import Services
from bot.texts import gettext, ngettext, noop
from index.cancellation import Cancellation, Cancelled
from index.invisible import visible

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:[:\s]\s*(?P<rest>.*))?", re.DOTALL)
_ASK_HOW = noop("Write your question after the command, as in: /ask Who attended?")
_ONLY_TEXT = noop("I can read only text: please type your question.")
_SOON = 1.0  # seconds in which the whole of a list may come, so that its first quotes need no message
_LONG = 20  # quotes of a list, from which on all of it is sent as a file too
_NOTHING = Answer(question="", searched_for="", found=False, confidence=0.0, text="", citations=())
_ALBUMS = 1000  # that are remembered


def is_private(message: Message) -> bool:
    """Whether a message stands in a chat between one person and the bot."""
    return message.chat.type == ChatType.PRIVATE


def text_of(message: Message) -> str:
    """What a message says: its text, or what stands below its picture or file."""
    return visible(message.text or message.caption or "")


def command_of(message: Message, me: User) -> tuple[str, str] | None:
    """The command that a message begins with and what follows it, unless it is for another bot."""
    match = _COMMAND.fullmatch(text_of(message))
    if match is None or (match["bot"] and match["bot"].lower() != (me.username or "").lower()):
        return None
    return match["name"].lower(), (match["rest"] or "").strip()


def question_of(message: Message, me: User) -> str | None:
    """The question that a message asks the bot, "" where it is addressed without one, or None.

    In a private chat every text or caption is one; in groups ``/ask``, what mentions the bot, and replies to
    it. A bare ``/ask`` or mention that replies to somebody's message asks that message, or what is quoted of
    it.
    """
    if message.via_bot and message.via_bot.id == me.id:
        return None  # a citation that somebody sent by inline mode
    if _COMMAND.fullmatch(text_of(message)):  # unlike "/etc/hosts is what?"
        command = command_of(message, me)
        if command is None or command[0] != "ask":
            return None
        return command[1] or _text_replied_to(message, me)
    text = message.text or message.caption or ""
    parse = message.parse_entities if message.text else message.parse_caption_entities
    for entity, mention in parse([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]).items():
        mentioned = (
            entity.user.id == me.id if entity.user else mention[1:].lower() == (me.username or "").lower()
        )
        if mentioned:
            return visible(_without(text, entity)).strip(" \t\n,:") or _text_replied_to(message, me)
    if not text or not (is_private(message) or _replies_to(message, me)):
        return None
    return text_of(message).strip() or None


def _without(text: str, entity: MessageEntity) -> str:
    """A text less an entity, whose place counts UTF-16 units."""
    data = text.encode("utf-16-le")
    rest = data[: 2 * entity.offset] + data[2 * (entity.offset + entity.length) :]
    return rest.decode("utf-16-le")


def _replies_to(message: Message, me: User) -> bool:
    original = message.reply_to_message
    if original is None or original.forum_topic_created:  # every message of a topic "replies" to its start
        return False
    return original.from_user is not None and original.from_user.id == me.id


def _text_replied_to(message: Message, me: User) -> str:
    """What a message that says nothing itself points to."""
    if quoted := quoted_by(message):
        return quoted
    original = message.reply_to_message
    return "" if original is None or _replies_to(message, me) else text_of(original).strip()


def quoted_by(message: Message) -> str:
    """What a message quotes of the one that it replies to, which may stand in another chat; else ""."""
    return visible(message.quote.text).strip() if message.quote else ""


def asker_of(user: User | None) -> int | None:
    """Whose conversation it is; all anonymous administrators of all groups share one id."""
    return user.id if user and not user.is_bot else None


class _Albums:
    """The albums of late: of each one message with a caption is asked, and one without is remarked on."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, str, bool], int] = OrderedDict()

    def is_first(self, message: Message) -> bool:
        """Whether a message is the first of its album that has a caption, or, if none had, the very first."""
        if message.media_group_id is None:
            return True
        album = message.chat.id, message.media_group_id
        told = message.caption is not None
        known = self._seen.get((*album, told)) or (not told and self._seen.get((*album, True)))
        if known:
            return known == message.message_id
        self._seen[*album, told] = message.message_id
        if len(self._seen) > _ALBUMS:
            self._seen.popitem(last=False)
        return True


class Asking:
    """Answers questions, and again when they are edited."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._limit = Limit(services.settings.telegram.questions_per_minute, 60)
        self._albums = _Albums()
        self._searching: dict[int, Cancellation] = {}
        """What is being thought about, by the numbers of the answers."""

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

    def _follows(self, message: Message) -> int | None:
        """Which answer a question may lean on: the one that it replies to, else the person's last."""
        if message.forward_origin is not None:
            return None  # somebody else's words
        answers, place, original = self._to.answers, place_of(message), message.reply_to_message
        if original is not None and not original.forum_topic_created:
            number = original.message_id
            kept = answers.shown_in(place.chat, number) or answers.to_question(place.chat, number)
            if kept or not _replies_to(message, self._to.bot.bot):
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
        )
        history = to.answers.turns(place.chat, follows)
        history += [Turn(quoted, quoted)] if quoted else []
        search = partial(to.engine.ask, question, history, as_typed=as_typed)
        kept = await self._answer(kept, place, search, repeat=repeat)
        reply = kept.answer
        elapsed_ms = (time.monotonic() - started) * 1000
        if kept.messages:
            to.tally.answered += 1
            to.tally.latest_ms.append(elapsed_ms)
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

    def stop(self, number: int) -> None:
        """Look for no more members of the list that is the answer of that number."""
        if cancellation := self._searching.get(number):
            cancellation.cancel()

    async def _answer(self, kept: Kept, place: Place, search: Callable[..., Answer], *, repeat: bool) -> Kept:
        """Find an answer and show it; of a list that takes long, the first quotes at once."""
        to, update, cancellation = self._to, handled.get(), Cancellation()
        first: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        thinking = asyncio.ensure_future(to.work(self._thought(search, first, cancellation)))
        stopped = False
        self._searching[kept.number] = cancellation
        try:
            async with to.post.typing(place):
                await asyncio.wait({thinking, first}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait({thinking}, timeout=_SOON)
                if first.done() and not thinking.done():
                    kept = self._found(kept, first.result(), unfinished=True)
                    screen = screens.answer(kept.answer, kept.number, repeat=repeat, searching=True)
                    kept = await self._show(kept, place, screen)
                    if update and kept.messages:  # should the bot end now, the next start brings the rest
                        to.inbox.reopen(update)
                try:
                    reply = await thinking
                except Cancelled:
                    reply, stopped = first.result(), True
        finally:
            del self._searching[kept.number]
            thinking.cancel()
        kept = self._found(kept, reply)
        screen = screens.answer(reply, kept.number, repeat=repeat, stopped=stopped)
        kept = await self._show(kept, place, screen)
        if len(reply.citations) > _LONG:
            data = screens.as_file(reply)
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
            generation=self._to.engine.generation().name,
            answer=reply,
            shown=min(len(reply.citations or reply.near), screens.QUOTES),
            unfinished=unfinished,
        )

    async def _show(self, kept: Kept, place: Place, screen: screens.Screen) -> Kept:
        """Show an answer where it stood before, or else anew."""
        to = self._to
        if not kept.number:  # nothing can be kept, so that no button would know of it
            screen = replace(screen, keyboard=None)
        if kept.messages:
            messages = await to.post.edit(place, kept.messages, screen)
            to.answers.keep(kept)
        else:
            to.answers.sending(kept)  # so that its buttons work even if we never hear that it was sent
            try:
                messages = await to.post.send(place, screen)
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
                if not await self._to.post.send(place, screens.doubt(kept.number)):
                    self._to.answers.sent(kept.number, kept.messages, all_of_it=False)
            except TelegramError as error:
                event("undelivered", chat=chat.id, reason=type(error).__name__)
            finally:
                handled.reset(current)

    async def show_again(self, kept: Kept, place: Place, message: int) -> None:
        """Show an answer in the message that offered it."""
        to = self._to
        screen = screens.answer(kept.answer, kept.number, repeat=kept.question_message is None)
        to.answers.sent(kept.number, await to.post.edit(place, [message], screen))
        to.tally.answered += 1
        event("shown_again", chat=place.chat)
