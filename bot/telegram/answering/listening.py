"""The silent expert: where an administrator wants it, the bot hears what nobody asked it, and seldom answers.

What is heard waits in memory for at most a minute, and what people ask the bot goes first. It is dropped
unless its answer is above the bar of ``bot/answering/interjecting.py``, which the group itself may raise.
"""

import asyncio
import sqlite3
import time
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from telegram import Message, MessageEntity, Update, User
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.answering.interjecting import Interjection
from bot.telegram.answering.questions import asker_of, is_private, question_of, text_of
from bot.telegram.answering.replying import Replying
from bot.telegram.events import event, failure
from bot.telegram.persistence.answers import Kept
from bot.telegram.presses import acknowledge, button_of
from bot.telegram.services import Services
from bot.telegram.showing import answered, screens
from bot.telegram.transport.inbox import handled
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, noop, spoken
from index.cancellation import Cancelled
from index.scope import Scope

_PATIENCE = 60.0  # seconds after which an answer would come too late
_PAUSE = 0.2  # seconds between two looks whether there is something else to do
_MOST = 20  # messages that wait
_LENGTH = 8, 300  # characters of what may be a question to all
_NAMES = 200  # first names of members that are remembered a group, in memory only

LISTENING = noop(
    "From now on I read along here. Where somebody asks all of you something, and I am very sure what the "
    "documents say to it, I quote them, at most once in {minutes} minutes. 👎 makes me more careful. "
    "/privacy tells what I keep; /quiet ends it."
)
RE_ADD = noop(
    "Should I stay deaf: remove me from the group, add me again, and send /listen once more, for Telegram "
    "decides what it shows me when I join."
)
DEAF = noop(
    "I cannot listen here yet, for Telegram shows me only what is addressed to me. Open @BotFather, send "
    "/setprivacy, choose me and press Disable. Then remove me from this group, add me again, and send "
    "/listen."
)
IN_GROUPS = noop("Send /listen in the group in which I should read along, and /quiet where I should not.")
NOT_ALLOWED = noop("This group may not ask yet. Send /allow first.")
NOT_FITTED = noop(
    "I cannot listen with this model, for nobody has measured how sure I have to be with it. With "
    'encoder.model = "auto" I can.'
)
NOT_KEPT = noop("I could not write that down. Please try again later.")
QUIET = noop("I read along here no longer, and answer only what I am asked.")
WAS_QUIET = noop("I do not read along here; I answer only what I am asked.")
HUSHED = noop("I say nothing unasked here for a day.")


@dataclass(frozen=True, slots=True)
class Heard:
    """Something said in a group to nobody in particular."""

    text: str
    place: Place
    user: User
    since: float
    """When it was heard, by the monotonic clock."""


class Listening:
    """Hears messages of groups, and answers a few of them."""

    def __init__(self, services: Services, replying: Replying) -> None:
        self._to = services
        self._listened = services.access.listened
        self._replying = replying
        self._one = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._names: defaultdict[int, deque[str]] = defaultdict(partial(deque, maxlen=_NAMES))

    # ------------------------------------------------------------------------------------ commands

    async def listen(self, update: Update, _: object) -> None:
        """/listen; that it comes from an administrator is seen to in handlers.py."""
        if message := update.message:
            told = await self._begin(message)
            await self._to.post.send(place_of(message), screens.text(*told))

    async def quiet(self, update: Update, _: object) -> None:
        """/quiet, likewise."""
        message = update.message
        if message is None:
            return
        if is_private(message):
            told = gettext(IN_GROUPS)
        else:
            try:
                told = gettext(QUIET if self._listened.end(message.chat.id) else WAS_QUIET)
            except sqlite3.Error:
                told = gettext(NOT_KEPT)
        await self._to.post.send(place_of(message), screens.text(told))

    async def hush(self, update: Update, _: object) -> None:
        """The button below an interjection by which any member gets a quiet day."""
        if button := button_of(update):
            self._listened.hush(button.place.chat)
            event("hushed", chat=button.place.chat)
            await acknowledge(button.query, gettext(HUSHED))

    async def _begin(self, message: Message) -> list[str]:
        """Listen in a group, if that is possible; what to tell."""
        to, chat = self._to, message.chat.id
        if is_private(message):
            return [gettext(IN_GROUPS)]
        if not to.access.allows(chat):
            return [gettext(NOT_ALLOWED)]
        if not to.engine.can_interject():
            return [gettext(NOT_FITTED)]
        if not await self._hears(chat):
            return [gettext(DEAF)]
        try:
            self._listened.start(chat)
        except sqlite3.Error:
            return [gettext(NOT_KEPT)]
        event("listening", chat=chat)
        return [gettext(LISTENING, minutes=to.settings.telegram.listen_minutes), gettext(RE_ADD)]

    async def _hears(self, chat: int) -> bool:
        """Whether Telegram shows the bot all that is written in a group, as it does to administrators."""
        me = await self._to.bot.get_me()
        if me.can_read_all_group_messages:
            return True
        with suppress(TelegramError):
            member = await self._to.bot.get_chat_member(chat, me.id)
            return member.status == ChatMemberStatus.ADMINISTRATOR
        return False

    # ------------------------------------------------------------------------------------- hearing

    async def hear(self, update: Update, _: object) -> None:
        """A message of a group; what comes of it is not waited for."""
        message = update.message
        if message is None or message.from_user is None or not self._listened.listens(message.chat.id):
            return
        chat, user = message.chat.id, message.from_user
        if user.first_name not in self._names[chat]:
            self._names[chat].append(user.first_name)
        named = any(name in _words(text_of(message)) for name in self._names[chat])
        if named or len(self._tasks) >= _MOST or not is_to_all(message, self._to.bot.bot):
            return
        heard = Heard(text_of(message).strip(), place_of(message), user, time.monotonic())
        self._tasks.add(task := asyncio.create_task(self._consider(heard)))
        task.add_done_callback(self._tasks.discard)

    async def _consider(self, heard: Heard) -> None:
        """Look whether there is a sure answer, when there is nothing else to do; one message at a time."""
        handled.set(None)  # the update is dealt with, whatever comes of this
        async with self._one:
            try:
                while self._is_wanted(heard):
                    with suppress(Cancelled):  # somebody asked something: try again after that
                        if not self._to.workers.busy:
                            await self._search(heard)
                            return
                    await asyncio.sleep(_PAUSE)
            except TelegramError as error:
                event("undelivered", chat=heard.place.chat, reason=type(error).__name__)
            except Exception as error:  # nobody waits for it, and it has to be in the log
                failure("overheard", error)

    def _is_wanted(self, heard: Heard) -> bool:
        minutes = self._to.settings.telegram.listen_minutes
        return time.monotonic() - heard.since < _PATIENCE and self._listened.may_speak(
            heard.place.chat, minutes
        )

    async def _search(self, heard: Heard) -> None:
        """Look for an answer in what the group may see, and say it."""
        chat = heard.place.chat
        engine = self._to.seen_in(chat)
        generation = await self._to.look_up(engine.store.current_name) or ""
        find = partial(engine.interjection, heard.text, self._listened.raised(chat))
        await self._answer(heard, await self._to.workers.aside(find), generation, engine.scope)

    async def _answer(self, heard: Heard, found: Interjection | None, generation: str, scope: Scope) -> None:
        """Say it, unless it became too late for that."""
        to, place = self._to, heard.place
        if found is None or to.wait_in(place.chat) or not self._is_wanted(heard):
            return
        number = to.answers.reserve()
        if not number:  # nothing can be kept, so that the group could not say what it thinks of it
            return
        self._listened.spoke(place.chat, number)
        kept = Kept(
            number=number,
            chat=place.chat,
            question_message=place.reply_to,
            messages=(),
            generation=generation,
            answer=found.answer,
            shown=len(found.answer.citations),
            thread=place.thread,
            asker=asker_of(heard.user),
            language=spoken(),
            scope=scope,
        )
        kept = await self._replying.show(
            kept, place, answered.interjection(found.answer, number), silent=True
        )
        if not kept.messages:
            to.answers.unsent(number)  # it is not offered again: nobody misses it
        to.metrics.answered(found.answer, where="unasked")
        event(
            "interjected",
            chat=place.chat,
            thread=place.thread,
            log_odds=round(found.log_odds, 2),
            ms=round((time.monotonic() - heard.since) * 1000),
            question=heard.text if to.settings.telegram.log_questions else None,
        )


def is_to_all(message: Message, me: User) -> bool:
    """Whether a message of a group may be a question to anybody, for nothing shows who is meant."""
    user, original = message.from_user, message.reply_to_message
    if not message.text or is_private(message) or user is None or user.is_bot:
        return False
    replies = original is not None and not original.forum_topic_created
    passed_on = message.forward_origin or message.via_bot or message.sender_chat or message.external_reply
    names = message.parse_entities(
        [MessageEntity.MENTION, MessageEntity.TEXT_MENTION, MessageEntity.BOT_COMMAND]
    )
    if replies or passed_on or names or question_of(message, me) is not None:
        return False
    return _LENGTH[0] <= len(text_of(message).strip()) <= _LENGTH[1]


def _words(text: str) -> set[str]:
    return {word.strip(".,:;!?…") for word in text.split()}
