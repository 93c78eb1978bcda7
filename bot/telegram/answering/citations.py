"""The buttons below an answer: a citation in its context, the file, more quotes, a verdict."""

import asyncio
from functools import partial

from telegram import Update
from telegram.constants import FileSizeLimit

from bot.answering.answers import Citation, within
from bot.engine import Engine
from bot.feedback import Verdict
from bot.telegram.answering.asking import Asking
from bot.telegram.answering.opening import look_up, notice_of
from bot.telegram.answering.pages import Pages
from bot.telegram.answering.replying import Replying
from bot.telegram.events import event, failure
from bot.telegram.persistence.answers import Kept
from bot.telegram.presses import Button, acknowledge, button_of, hurried, label_of
from bot.telegram.services import Services
from bot.telegram.showing import answered, screens
from bot.telegram.showing.opened import passage
from bot.telegram.transport.inbox import Locks
from bot.telegram.transport.post import File, Place
from bot.texts import gettext, noop
from index.drawing.paged import drawable
from index.errors import StateError, UnknownSource
from index.parsing.base import Unreadable

_GONE = noop("This answer is no longer kept. Please ask again.")
_NO_MORE = noop("That is all I found.")
_PATIENCE = 0.5  # seconds for which a press may wait to be told what comes of it


class Citations:
    """Answers what is pressed."""

    def __init__(self, services: Services, asking: Asking, replying: Replying) -> None:
        self._to = services
        self._replying = replying
        self._asking = asking
        self._locks = Locks()
        self._pages = Pages(services)

    async def press(self, update: Update, _: object) -> None:
        """One of the buttons below an answer."""
        button = button_of(update)
        if button is None:
            return
        kept = self._kept(button)
        if kept is None:
            await acknowledge(button.query, gettext(_GONE), alert=True)
            return
        kind = button.words[0]
        event("pressed", chat=button.place.chat, button=kind)
        if kind == "stop":
            await self._stop(button, kept)
        elif await hurried(self._to, button):
            return
        elif kind in ("good", "bad"):
            await self._judge(button, kept)
        elif kind in ("cite", "walk", "file", "page", "turn") and self._citation(button, kept) is None:
            await acknowledge(button.query, gettext(_GONE), alert=True)
        elif kind == "more":
            await self._more(button, kept)
        else:
            await self._promise(button)
            async with self._lock(button):
                if kept := self._kept(button):  # an earlier press may have changed it
                    await self._do(update, button, kept)

    async def _promise(self, button: Button) -> None:
        """Acknowledge a press, and say so where what comes of it has to wait."""
        wait = self._to.wait_in(button.place.chat)
        await acknowledge(button.query, screens.one_moment(wait) if wait > 1 else "")

    def _lock(self, button: Button) -> asyncio.Lock:
        """What takes longer than to acknowledge a press is done one press of a person at a time."""
        return self._locks.of((button.place.chat, button.query.from_user.id))

    async def _do(self, update: Update, button: Button, kept: Kept) -> None:
        if button.words[0] == "alone":
            place = Place(button.place.chat, button.place.thread, kept.question_message)
            asker = update.effective_user
            await self._asking.ask(place, kept.answer.question, asker, old=kept, as_typed=True)
        elif button.words[0] == "again":
            if self._to.access.scope(kept.chat).covers(kept.scope):
                await self._replying.show_again(kept, button.place, button.message)
            else:
                await self._to.post.edit(button.place, [button.message], screens.text(gettext(_GONE)))
        elif citation := self._citation(button, kept):
            await self._open(button, kept, citation)

    def _citation(self, button: Button, kept: Kept) -> Citation | None:
        """The citation that is meant, if it is of a document that may be seen here now."""
        citation = kept.citation(int(button.words[2]))
        return citation if citation and self._to.shows(kept.chat, citation.source) else None

    async def _stop(self, button: Button, kept: Kept) -> None:
        user = button.query.from_user.id
        may = kept.asker in (None, user) or self._to.access.is_admin(user)
        await acknowledge(button.query, "" if may else gettext(answered.ONLY_ASKER_STOPS), alert=not may)
        if may:
            self._replying.stop(kept.number)

    async def example(self, update: Update, _: object) -> None:
        """One of the questions to try."""
        button = button_of(update)
        if button is None:
            return
        question = label_of(button.query)
        if not question:
            await acknowledge(button.query, gettext(_GONE), alert=True)
            return
        await acknowledge(button.query)
        await self._asking.ask(button.place, question, update.effective_user, repeat=True)

    async def unknown(self, update: Update, _: object) -> None:
        """A button of which this version knows nothing."""
        if update.callback_query is not None:
            await acknowledge(update.callback_query, gettext(_GONE), alert=True)

    def _kept(self, button: Button) -> Kept | None:
        return self._to.answers.find(int(button.words[1]), button.place.chat)

    async def _open(self, button: Button, kept: Kept, citation: Citation) -> None:
        to = self._to
        if button.words[0] == "file":
            await self._send_file(button.place, citation)
            return
        if button.words[0] in ("page", "turn"):
            page = int(button.words[3]) if button.words[0] == "turn" else None
            await self._pages.show(button.place, button.message, kept.number, citation, page)
            return
        offset = int(button.words[3]) if button.words[0] == "walk" else None
        try:
            engine, now = to.seen_in(button.place.chat), kept.now.get(citation.number)
            opened = await to.look_up(partial(look_up, engine, citation, offset, now))
        except UnknownSource:
            gone = gettext("{source} is no longer among the documents.", source=citation.source)
            await to.post.send(button.place, screens.text(gone))
            return
        screen = passage(opened, kept.number, paged=drawable(opened.document))
        self._replying.prefetching.cited(kept.chat, [citation])
        if offset is None:
            await to.post.send(button.place, screen, silent=True)
        else:
            await to.post.edit(button.place, [button.message], screen)

    async def _send_file(self, place: Place, citation: Citation) -> None:
        to, source = self._to, citation.source
        gone = screens.text(gettext("The file {source} is gone or cannot be read.", source=source))
        async with to.post.typing(place):
            try:
                engine = to.seen_in(place.chat)
                file = await to.look_up(partial(self._file, engine, source))
            except (OSError, UnknownSource, Unreadable):
                await to.post.send(place, gone)
                return
            if not 0 < file.size <= FileSizeLimit.FILESIZE_UPLOAD:
                reason = (
                    gettext("The file {source} is larger than what bots can send (50 MB).", source=source)
                    if file.size
                    else gettext("The file {source} is empty.", source=source)
                )
                await to.post.send(place, screens.text(reason))
                return
            notice = await to.look_up(partial(notice_of, engine, source))
            try:
                await to.post.send_file(place, file, notice[:1000])
            except (OSError, Unreadable):  # it went just now
                await to.post.send(place, gone)

    def _file(self, engine: Engine, source: str) -> File:
        """A document's file, on the disk or, as of an attachment, in memory."""
        document = engine.document(source)
        name = source.rpartition("/")[2]
        if document.file:  # it lies in another file, as an attachment
            data = engine.file_of(document)
            return File(name, len(data), data, key=(source, document.digest))
        file = engine.find(source)
        return File(name, file.size, file, key=(source, file.size, file.mtime_ns))

    async def _more(self, button: Button, kept: Kept) -> None:
        """The rest of the quotes, then other passages; that there are no more is told by the button."""
        finding = asyncio.ensure_future(self._further(kept))
        await asyncio.wait({finding}, timeout=_PATIENCE)
        if finding.done() and not finding.exception() and not finding.result():
            await acknowledge(button.query, gettext(_NO_MORE))
            return
        await self._promise(button)
        async with self._lock(button):
            found, now = await finding, self._kept(button)
            if now and now != kept:  # by an earlier press
                found = await self._further(now)
            if now:
                await self._show_more(button.place, now, found)

    async def _further(self, kept: Kept) -> tuple[Citation, ...]:
        """What is not shown yet and may be seen: quotes of the answer, or else the next best passages."""
        engine, searched = self._to.seen_in(kept.chat), kept.answer.searched_for
        rest = within(kept.citations[kept.shown :], engine.scope)[: answered.QUOTES]
        return rest or await self._to.look_up(partial(engine.more, searched, kept.citations))

    async def _show_more(self, place: Place, kept: Kept, found: tuple[Citation, ...]) -> None:
        to, known = self._to, len(kept.citations)
        if not found:
            screen = screens.text(gettext(_NO_MORE))
        elif found[-1].number <= known:
            kept = to.answers.extend(kept, (), shown=found[-1].number)
            left = within(kept.citations[kept.shown :], to.access.scope(kept.chat))
            screen = answered.more(found, kept.number, left=len(left), now=kept.now)
        else:
            kept = to.answers.extend(kept, found, shown=known + len(found))
            last = len(found) < to.settings.answer.quotes
            screen = answered.other_passages(found, kept.number, last=last)
        await to.post.send(place, screen, silent=True)

    async def _judge(self, button: Button, kept: Kept) -> None:
        to = self._to
        verdict: Verdict = "good" if button.words[0] == "good" else "bad"
        voter = f"{kept.chat}:{kept.number}:{button.query.from_user.id}"
        try:
            await to.look_up(partial(to.feedback.add, kept.answer, kept.generation, verdict, voter))
        except StateError as error:
            failure("unjudged", error)
            await acknowledge(button.query, gettext("I could not write that down."), alert=True)
            return
        to.access.listened.judge(kept.chat, kept.number, voter, good=verdict == "good")
        good, bad = gettext("Thank you."), gettext("Thank you. I am sorry that I did not do better.")
        await acknowledge(button.query, good if verdict == "good" else bad)
        keyboard = getattr(button.query.message, "reply_markup", None)
        if keyboard and button.place.chat > 0:  # in a group the buttons are those of all
            to.answers.judged(kept.number, verdict)
            marked = answered.chosen(keyboard, button.query.data or "")
            await to.post.edit_buttons(button.place, button.message, marked)
