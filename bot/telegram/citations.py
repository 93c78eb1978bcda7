"""The buttons below an answer: a citation in its context, the file, more quotes, a verdict."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import ceil
from typing import NamedTuple

from telegram import CallbackQuery, Update
from telegram.constants import FileSizeLimit
from telegram.error import TelegramError

from bot.answering.answers import Citation
from bot.feedback import Verdict
from bot.telegram import screens
from bot.telegram.answers import Kept
from bot.telegram.asking import Asking
from bot.telegram.events import event, failure
from bot.telegram.inbox import Turns
from bot.telegram.post import Place
from bot.telegram.services import Services
from index import documents
from index.errors import StateError, UnknownSource
from index.parsing.base import Unreadable
from index.records import Passage

_GONE = "This answer is no longer kept. Please ask again."
_NO_MORE = "That is all I found."


class Button(NamedTuple):
    """A pressed button: the words of its data, and where it was pressed."""

    query: CallbackQuery
    words: list[str]
    place: Place
    message: int


async def acknowledge(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Stop the button's waiting, if it still waits; the work does not depend on it."""
    with suppress(TelegramError):
        await query.answer(text or None, show_alert=alert)


def button_of(update: Update) -> Button | None:
    """The button that was pressed, unless it belongs to a message of another chat."""
    query = update.callback_query
    if query is None or query.message is None or not query.data:
        return None
    message = query.message  # perhaps an InaccessibleMessage, of which only chat and id are known
    in_topic = getattr(message, "is_topic_message", None)
    thread = getattr(message, "message_thread_id", None) if in_topic else None
    place = Place(message.chat.id, thread, message.message_id)
    return Button(query, query.data.split(":"), place, message.message_id)


class Citations:
    """Answers what is pressed."""

    def __init__(self, services: Services, asking: Asking) -> None:
        self._to = services
        self._asking = asking
        self._turns = Turns()

    async def press(self, update: Update, _: object) -> None:
        """One of the buttons below an answer."""
        button = button_of(update)
        if button is None:
            return
        kept = self._kept(button)
        if kept is None:
            await acknowledge(button.query, _GONE, alert=True)
            return
        kind = button.words[0]
        event("pressed", chat=button.place.chat, button=kind)
        if kind in ("good", "bad"):
            await self._judge(button, kept)
        elif kind == "stop":
            user = button.query.from_user.id
            may = kept.asker in (None, user) or self._to.access.is_admin(user)
            await acknowledge(button.query, "" if may else screens.ONLY_ASKER_STOPS, alert=not may)
            if may:
                self._asking.stop(kept.number)
        elif kind in ("cite", "walk", "file") and kept.citation(int(button.words[2])) is None:
            await acknowledge(button.query, _GONE, alert=True)
        else:
            wait = self._to.wait_in(button.place.chat)
            await acknowledge(button.query, screens.ONE_MOMENT.format(seconds=ceil(wait)) if wait > 1 else "")
            async with self._turns.of((button.place.chat, button.query.from_user.id)):
                await self._do(update, button)

    async def _do(self, update: Update, button: Button) -> None:
        """What takes longer than to say that the button was pressed, one press of a person at a time."""
        kept = self._kept(button)  # an earlier press may have changed it
        if kept is None:
            return
        if button.words[0] == "alone":
            place = Place(button.place.chat, button.place.thread, kept.question_message)
            await self._asking.ask(place, kept.answer.question, update.effective_user, old=kept)
        elif button.words[0] == "again":
            await self._asking.show_again(kept, button.place, button.message)
        elif button.words[0] == "more":
            await self._more(button, kept)
        elif citation := kept.citation(int(button.words[2])):
            await self._open(button, kept, citation)

    async def example(self, update: Update, _: object) -> None:
        """One of the questions to try."""
        button = button_of(update)
        if button is None:
            return
        await acknowledge(button.query)
        question = (button.query.data or "").removeprefix("ask:")
        await self._asking.ask(button.place, question, update.effective_user, repeat=True)

    async def unknown(self, update: Update, _: object) -> None:
        """A button of which this version knows nothing."""
        if update.callback_query is not None:
            await acknowledge(update.callback_query, _GONE, alert=True)

    def _kept(self, button: Button) -> Kept | None:
        return self._to.answers.find(int(button.words[1]), button.place.chat)

    async def _open(self, button: Button, kept: Kept, citation: Citation) -> None:
        to = self._to
        if button.words[0] == "file":
            await self._send_file(button.place, citation)
            return
        offset = int(button.words[3]) if button.words[0] == "walk" else None
        try:
            context, citation, notice = await to.look_up(partial(self._look_up, citation, offset))
        except UnknownSource:
            await to.post.send(
                button.place, screens.text(f"{citation.source} is no longer among the documents.")
            )
            return
        screen = screens.passage(context, citation, kept.number, notice)
        if offset is None:
            await to.post.send(button.place, screen, silent=True)
        else:
            await to.post.edit(button.place, [button.message], screen)

    def _look_up(
        self, citation: Citation, offset: int | None
    ) -> tuple[tuple[Passage | None, Passage, Passage | None], Citation, str | None]:
        """The passage at the offset or at the quote, the quote's place in it, and what to know besides."""
        engine = self._to.engine
        text = engine.document(citation.source).text
        notice = engine.notice(citation.source)
        if text[citation.start : citation.end] != citation.quote:  # it was indexed anew since the answer
            start = text.find(citation.quote)
            end = start + len(citation.quote)
            if start < 0:
                start = end = min(citation.start, len(text) - 1)
                notice = "The quote no longer stands in this document; this is what is there now."
            citation = replace(citation, start=start, end=end)
        offset = citation.start if offset is None else min(offset, len(text) - 1)
        return engine.around(citation.source, offset), citation, notice

    async def _send_file(self, place: Place, citation: Citation) -> None:
        to = self._to
        name = citation.source.rpartition("/")[2]
        async with to.post.typing(place):
            try:
                size, data = await to.look_up(partial(self._read_file, citation.source))
            except (OSError, UnknownSource, Unreadable):
                await to.post.send(
                    place, screens.text(f"The file {citation.source} is gone or cannot be read.")
                )
                return
            if not data:
                reason = "is empty" if not size else "is larger than what bots can send (50 MB)"
                await to.post.send(place, screens.text(f"The file {citation.source} {reason}."))
                return
            notice = await to.look_up(partial(to.engine.notice, citation.source))
            await to.post.send_file(place, name, data, (notice or "")[:1000])

    def _read_file(self, source: str) -> tuple[int, bytes]:
        """The size of a document's file, and its bytes unless there are too many to be sent."""
        engine = self._to.engine
        document = engine.document(source)
        if document.file:  # it lies in another file, as an attachment
            data = engine.file_of(document)
            return len(data), data if len(data) <= FileSizeLimit.FILESIZE_UPLOAD else b""
        file = engine.find(source)
        return file.size, documents.read(file) if file.size <= FileSizeLimit.FILESIZE_UPLOAD else b""

    async def _more(self, button: Button, kept: Kept) -> None:
        to = self._to
        found = kept.citations[kept.shown : kept.shown + screens.QUOTES]
        if found:
            kept = to.answers.extend(kept, (), shown=kept.shown + len(found))
        else:
            async with to.post.typing(button.place):
                searched = kept.answer.searched_for
                found = await to.look_up(partial(to.engine.more, searched, kept.citations))
            kept = to.answers.extend(kept, found, shown=len(kept.citations) + len(found))
        screen = screens.more(found, kept.number) if found else screens.text(_NO_MORE)
        await to.post.send(button.place, screen, silent=True)

    async def _judge(self, button: Button, kept: Kept) -> None:
        to = self._to
        verdict: Verdict = "good" if button.words[0] == "good" else "bad"
        voter = f"{kept.chat}:{kept.number}:{button.query.from_user.id}"
        try:
            await to.look_up(partial(to.feedback.add, kept.answer, kept.generation, verdict, voter))
        except StateError as error:
            failure("unjudged", error)
            await acknowledge(button.query, "I could not write that down.", alert=True)
            return
        thanks = "Thank you." if verdict == "good" else "Thank you. I am sorry that I did not do better."
        await acknowledge(button.query, thanks)
