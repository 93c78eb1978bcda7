"""Screens out to chats: sending, editing in place, and what Telegram may say against it."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, TypeVar

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram import Message as Sent
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.telegram.events import event
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.showing.html import Message
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.delivery import Unconfirmed
from bot.telegram.transport.uploading import Uploading
from index import documents

_T = TypeVar("_T")

_TYPING_LASTS = 4.5  # seconds; Telegram shows it for five
_UPLOAD = 300.0  # seconds for which a piece of a file may take to be sent
_TYPING_LATE = 0.2  # seconds that an answer waits for it, lest it be shown below the answer
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a chat, a topic of it, and the message it replies to."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to send: its bytes, or where they are.

    ``key`` is another one whenever the bytes are others, and empty for what nobody will ask for again.
    """

    name: str
    size: int
    content: documents.File | bytes
    key: tuple[object, ...] = ()

    def opened(self) -> BinaryIO:
        """Its bytes, to read; raises ``Unreadable``."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else documents.opened(self.content)


def place_of(message: Sent) -> Place:
    """The place to reply to a message."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread, message.message_id)


class Post:
    """Sends and edits; "typing" is shown anew every ``typing_lasts`` seconds."""

    def __init__(
        self, bot: Bot, access: Access, answers: Answers, *, typing_lasts: float = _TYPING_LASTS
    ) -> None:
        self._bot = bot
        self._access = access
        self._answers = answers
        self._uploading = Uploading()
        self._typing_lasts = typing_lasts

    async def send(self, place: Place, screen: Screen, *, silent: bool = False) -> tuple[int, ...]:
        """Send a screen; the ids of its messages, without those whose receipt was lost on the way."""
        sent = []
        for i, message in enumerate(screen.messages):
            keyboard = screen.keyboard if i == len(screen.messages) - 1 else None
            try:
                place, number = await self._send(place, message, keyboard, silent=silent or i > 0)
            except Unconfirmed:
                event("unconfirmed", chat=place.chat)
            else:
                sent.append(number)
        return tuple(sent)

    async def edit(
        self, place: Place, old: Sequence[int], screen: Screen, *, silent: bool = True
    ) -> tuple[int, ...]:
        """Show a screen in the messages that showed another; their ids, which may be new ones."""
        kept = list(old[: len(screen.messages)])
        for i, number in enumerate(kept):
            keyboard = screen.keyboard if i == len(screen.messages) - 1 else None
            if not await self._edit(place.chat, number, screen.messages[i], keyboard):
                kept = kept[:i]  # it was deleted: show the rest anew
                break
        for number in old[len(kept) :]:
            with suppress(TelegramError):
                await self._bot.delete_message(place.chat, number)
        rest = Screen(screen.messages[len(kept) :], screen.keyboard)
        return (*kept, *(await self.send(place, rest, silent=silent and bool(kept))))

    async def amend(self, place: Place, old: Sequence[int], screen: Screen) -> tuple[int, ...]:
        """Show a screen in messages that show another, as far as they are still there, and send nothing.

        Returns:
            The ids of those that show it: what it does not need is deleted, what they do not hold left out.
        """
        kept = old[: len(screen.messages)]
        for i, (number, message) in enumerate(zip(kept, screen.messages, strict=False)):
            keyboard = screen.keyboard if i == len(kept) - 1 else None
            if not await self._edit(place.chat, number, message, keyboard):
                return tuple(kept[:i])
        for number in old[len(kept) :]:
            with suppress(TelegramError):
                await self._bot.delete_message(place.chat, number)
        return tuple(kept)

    async def edit_buttons(self, place: Place, number: int, keyboard: InlineKeyboardMarkup) -> None:
        """Give a message other buttons; that it is gone, or has these, does not matter."""
        with suppress(BadRequest):
            await self._bot.edit_message_reply_markup(place.chat, number, reply_markup=keyboard)

    async def send_file(self, place: Place, file: File, caption: str) -> None:
        """Send a file: read while it is sent, once; after that, Telegram sends it again by its id."""

        async def attempt(document: str | InputFile, place: Place) -> Sent:
            return await self._bot.send_document(
                place.chat,
                document,
                caption=caption,
                message_thread_id=place.thread,
                reply_parameters=replying_to(place),
                disable_notification=True,
                disable_content_type_detection=True,
                write_timeout=_UPLOAD,
            )

        async def by_id(known: str) -> None:
            await self.wherever(place, partial(attempt, known))

        async def upload() -> str | None:
            with file.opened() as data:
                document = InputFile(data, filename=file.name, read_file_handle=False)
                _, sent = await self.wherever(place, partial(attempt, document))
            return sent.document.file_id if sent.document else None

        await self._uploading.once(file.key, by_id, upload)

    @asynccontextmanager
    async def typing(self, place: Place) -> AsyncIterator[None]:
        """Show that the bot works; a failure to show it is none."""
        done = asyncio.Event()

        async def show() -> None:
            while not done.is_set():
                with suppress(TelegramError):
                    await self._bot.send_chat_action(
                        place.chat, ChatAction.TYPING, message_thread_id=place.thread
                    )
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), self._typing_lasts)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            done.set()
            await asyncio.wait([task], timeout=_TYPING_LATE)
            task.cancel()

    def moved(self, place: Place, new: int) -> Place:
        """The same place in a group that got a new id; what is kept about it moves too."""
        self._access.migrate(place.chat, new)
        self._answers.migrate(place.chat, new)
        event("migrated", chat=place.chat, to=new)
        return Place(new)  # messages and topics of the old group do not exist in the new one

    async def _send(
        self, place: Place, message: Message, keyboard: InlineKeyboardMarkup | None, *, silent: bool
    ) -> tuple[Place, int]:
        """Send one message; where it went in the end, and its id."""

        async def attempt(place: Place, text: str, mode: str | None) -> int:
            sent = await self._bot.send_message(
                place.chat,
                text,
                parse_mode=mode,
                reply_markup=keyboard,
                message_thread_id=place.thread,
                reply_parameters=replying_to(place),
                link_preview_options=NO_PREVIEW,
                disable_notification=silent,
            )
            return sent.message_id

        return await self.wherever(place, lambda place: _or_plain(partial(attempt, place), message))

    async def wherever(self, place: Place, attempt: Callable[[Place], Awaitable[_T]]) -> tuple[Place, _T]:
        """Send something, also where the group has migrated or the topic was deleted; where it went."""
        while True:
            try:
                return place, await attempt(place)
            except ChatMigrated as error:
                place = self.moved(place, error.new_chat_id)
            except BadRequest as error:
                if "thread not found" not in str(error).lower() or place.thread is None:
                    raise
                place = replace(place, thread=None)  # the topic was deleted

    async def _edit(
        self, chat: int, number: int, message: Message, keyboard: InlineKeyboardMarkup | None
    ) -> bool:
        """Edit one message; False where it is gone."""

        async def attempt(text: str, mode: str | None) -> bool:
            await self._bot.edit_message_text(
                text,
                chat_id=chat,
                message_id=number,
                parse_mode=mode,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
            return True

        try:
            return await _or_plain(attempt, message)
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return True
            if "not found" in str(error).lower() or "can't be edited" in str(error).lower():
                return False
            raise


async def _or_plain(attempt: Callable[[str, str | None], Awaitable[_T]], message: Message) -> _T:
    """Try with styles; should Telegram not understand them, the words matter more."""
    try:
        return await attempt(message.html, ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        event("unparsable")
        return await attempt(message.plain, None)


def replying_to(place: Place) -> ReplyParameters | None:
    """A reply that is sent even if the message it replies to was deleted."""
    if place.reply_to is None:
        return None
    return ReplyParameters(place.reply_to, allow_sending_without_reply=True)
