"""Documents out of the folder, and back: ``/forget NAME``, asked about first, and undone by a button."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from telegram import MessageEntity, Update
from telegram.error import TelegramError

from bot.engine import Engine
from bot.plain import line
from bot.telegram.answering.questions import command_of, is_private
from bot.telegram.authorisation.whom import Meant, is_id
from bot.telegram.background import Background
from bot.telegram.documents import removed
from bot.telegram.events import event
from bot.telegram.persistence.offers import Offer
from bot.telegram.presses import Button, acknowledge, administers, button_of
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.showing.html import short
from bot.telegram.transport.post import Place, place_of
from bot.telegram.troubles import in_words
from bot.texts import gettext
from index import documents
from index.building.bin import Bin
from index.errors import DocentError

_MOST = 8  # documents to choose from


class Removing:
    """That a command comes from an administrator is seen to in handlers.py.

    Args:
        services: what handlers share.
        bin_: where documents go.
        forget: deletes what is kept about a person whom a command means, and says so.
        forgotten: the same of a person whose id was picked, in words.
    """

    def __init__(
        self,
        services: Services,
        bin_: Bin,
        forget: Callable[[Update, object], Awaitable[None]],
        forgotten: Callable[[Meant], str],
    ) -> None:
        self._to = services
        self._bin = bin_
        self._forget = forget
        self._forgotten = forgotten
        self._background = Background()
        self._days = services.settings.documents.bin_days

    async def forget(self, update: Update, _: object) -> None:
        """/forget: an id, a picked name or a reply mean a person; words mean a document."""
        message = update.message
        if message is None or message.from_user is None:
            return
        _, words = command_of(message, self._to.bot.bot) or ("", "")
        alone = is_private(message) and not (message.reply_to_message or message.external_reply)
        if not words and alone:
            await self._to.post.send(place_of(message), screens.text(gettext(removed.HOW)))
            return
        if not words or message.parse_entities([MessageEntity.TEXT_MENTION]):
            await self._forget(update, _)
            return
        found = await self._to.look_up(
            partial(self._called, self._to.seen_in(message.chat.id), words, exactly=is_id(words))
        )
        if is_id(words) and not found:
            await self._forget(update, _)
            return
        place = place_of(message)
        if not found:
            missing = gettext(removed.NO_SUCH, words=short(line(words), removed.NAME))
            await self._to.post.send(place, screens.text(missing))
            return
        offer = self._to.offers.save(
            Offer(
                chat=place.chat, thread=place.thread, message=place.reply_to, by=message.from_user.id,
                stage="removing", sources=tuple(found[:_MOST]),
            )
        )  # fmt: skip
        person = words if is_id(words) else ""
        await self._to.post.send(place, removed.asked(offer, person, self._days, more=len(found) > _MOST))

    async def press(self, update: Update, _: object) -> None:
        """A button that decides what is removed."""
        button = button_of(update)
        if button is None or not await administers(self._to, button):
            return
        how, number = button.words[0], int(button.words[1])
        if how == "person":
            await acknowledge(button.query)
            await self._show(button.place, button.message, screens.text(self._forgotten(Meant(number))))
            return
        offer = self._to.offers.find(number, button.place.chat)
        chosen = int(button.words[2]) if len(button.words) > 2 else 0
        if offer is None or offer.stage != "removing" or not 0 <= chosen < len(offer.sources):
            await acknowledge(button.query, gettext(removed.GONE), alert=True)
            return
        event("pressed", chat=button.place.chat, button=how)
        await acknowledge(button.query)
        if how == "pick":
            await self._show(button.place, button.message, removed.confirm(offer, chosen, self._days))
            return
        if how == "keep":
            self._to.offers.delete(offer)
            await self._show(button.place, button.message, screens.text(gettext(removed.KEPT)))
        else:
            await self._remove(button, offer, offer.sources[chosen])

    async def undo(self, update: Update, _: object) -> None:
        """The button that brings a document back."""
        button = button_of(update)
        if button is None or not await administers(self._to, button):
            return
        number = button.words[1]
        if await self._to.look_up(partial(self._bin.about, number)) is None:
            await acknowledge(button.query, gettext(removed.GONE), alert=True)
            return
        await acknowledge(button.query)
        source = await self._to.work(partial(self._bin.restore, number))
        if source is not None:
            event("restored", chat=button.place.chat)
            self._background.run(self._renewed(self._moving(button, source)))

    def resume(self) -> None:
        """Go on with what was moved when the bot ended, and not told of."""
        for offer in self._to.offers.unfinished(["renewing"]):
            with self._to.access.speaking_to(offer.by):
                self._background.run(self._renewed(offer))

    async def _remove(self, button: Button, offer: Offer, source: str) -> None:
        """Move a document into the bin, and have the index renewed.

        Raises:
            DocentError: it stays where it is; the button can be pressed again.
        """
        to, named = self._to, short(line(source), removed.NAME)
        files, _ = await to.look_up(partial(documents.found_by, to.settings))
        sources = [file.source for file in files]
        if source not in sources:  # somebody else was quicker
            to.offers.delete(offer)
            await self._show(button.place, button.message, screens.text(gettext(removed.GONE)))
            return
        if sources == [source]:
            await self._show(
                button.place, button.message, screens.text(gettext(removed.ONLY_ONE, source=named))
            )
            return
        number = await to.work(partial(self._bin.take, source))
        offer = self._moving(button, source, number, offer.number)
        event("removed", chat=button.place.chat)
        told = screens.text(gettext(removed.REMOVING, source=named))
        await self._show(button.place, button.message, told)
        self._background.run(self._renewed(offer))

    def _moving(self, button: Button, source: str, binned: str = "", number: int = 0) -> Offer:
        """Keep that a document was moved, so that a stop does not leave its chat without a word of it."""
        return self._to.offers.save(
            Offer(
                number=number, chat=button.place.chat, thread=button.place.thread, message=None,
                by=button.query.from_user.id, stage="renewing", sources=(source,), shown=(button.message,),
                binned=binned,
            )
        )  # fmt: skip

    async def _renewed(self, offer: Offer) -> None:
        """Have the index renewed, then show what was done, or below it why the index is as it was."""
        (source,), trouble = offer.sources, ""
        try:
            summary = await self._to.renewals.renew()
        except DocentError as error:
            trouble = gettext(removed.NOT_RENEWED, reason=in_words(error))
        else:
            trouble = gettext(removed.HELD) if offer.binned and source in summary.held else ""
        told = screens.text(trouble).messages if trouble else []
        screen = removed.moved(source, offer.binned, self._days)
        place = Place(offer.chat, offer.thread, offer.message)
        await self._show(place, offer.shown[0], screens.Screen([*screen.messages, *told], screen.keyboard))
        self._to.offers.delete(offer)

    def _called(self, engine: Engine, words: str, *, exactly: bool) -> list[str]:
        """The sources of the files that are seen and called so, by the surest likeness that one has."""
        titles = {entry.file: entry.title for entry in reversed(engine.sources())}
        found, _ = documents.found_by(self._to.settings)
        files = [file.source for file in found if engine.scope.shows(file.source)]
        wanted = line(words).casefold()

        def same(name: str) -> bool:
            return line(name).casefold() == wanted

        ways: list[Callable[[str], bool]] = [
            same,
            lambda source: same(source.rpartition("/")[2]),
            lambda source: same(source.rpartition("/")[2].rpartition(".")[0]),
            lambda source: same(titles.get(source, "")),
        ]
        if not exactly:
            ways.append(lambda source: wanted in f"{source}\n{titles.get(source, '')}".casefold())
        return next((called for way in ways if (called := list(filter(way, files)))), [])

    async def _show(self, place: Place, message: int, screen: screens.Screen) -> None:
        with suppress(TelegramError):
            await self._to.post.edit(place, [message], screen)
