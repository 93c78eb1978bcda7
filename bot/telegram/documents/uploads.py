"""Files, texts and links that administrators send in: offered or added at once, an album as one."""

import asyncio

import msgspec
from telegram import Message, Update, User

from bot.telegram.answering.asking import Asking
from bot.telegram.background import Background
from bot.telegram.documents import uploaded
from bot.telegram.documents.adding import Adding, decided
from bot.telegram.documents.sent import adds, in_album, items_of, offers
from bot.telegram.events import event
from bot.telegram.persistence.offers import Item, Offer
from bot.telegram.presses import acknowledge, administers, button_of
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, noop
from index.building.bin import Bin
from index.building.intake import Intake

GONE = noop("This was decided before, or is too long ago. Please send it again.")
AT_IT = noop("I am at it.")
_MOST_STARTS = 3  # of the bot, which may have ended because of what it tried to add
_RECENT = 1000  # messages
_QUIET = 1.0  # seconds without another file, after which an album is whole


class Uploads:
    """What is sent in. That it comes from an administrator is seen to in handlers.py."""

    def __init__(self, services: Services, asking: Asking, intake: Intake, bin_: Bin) -> None:
        self._to = services
        self._asking = asking
        self._intake = intake
        self._bin = bin_
        self._adding = Adding(services, intake, bin_)
        self._albums: dict[tuple[int, str], Offer] = {}
        self._timers: dict[tuple[int, str], asyncio.TimerHandle] = {}
        self._background = Background()
        self._taken: dict[tuple[int, int | None], tuple[Item, ...]] = {}
        """What the last messages gave to add: Telegram tells of an edit, too, where only a preview came."""

    async def message(self, update: Update, context: object) -> None:
        """A message by which something may be sent in."""
        message, me = update.message, self._to.bot.bot
        if message is None or message.from_user is None:
            return
        if in_album(message):
            album = self._gather(message)
            if not (album.at_once or offers(message)):
                await self._asking.message(update, context)
            return
        offer = self._started(message)
        if not offer.items:
            await self._to.post.send(place_of(message), screens.text(gettext(uploaded.HOW)))
        elif adds(message, me):
            self._begin(self._to.offers.save(offer))
        else:
            await self._offer(self._to.offers.save(offer))

    async def edited(self, update: Update, context: object) -> None:
        """Another text with /add: it is added as one that is new, beside the earlier one or in its place."""
        message = update.edited_message
        if message is None or not adds(message, self._to.bot.bot) or in_album(message):
            await self._asking.message(update, context)
            return
        offer = self._started(message)
        if offer.items and self._taken.get((offer.chat, offer.message)) != offer.items:
            self._begin(self._to.offers.save(offer))

    async def press(self, update: Update, _: object) -> None:
        """A button that decides on what was sent in."""
        button = button_of(update)
        if button is None or not await administers(self._to, button):
            return
        how, number = button.words[0], int(button.words[1])
        offer = self._to.offers.find(number, button.place.chat)
        if offer is None or offer.stage != "offered":
            told = gettext(AT_IT if offer else GONE)
            await acknowledge(button.query, told, alert=offer is None)
            return
        event("pressed", chat=button.place.chat, button=how)
        if how == "no":
            self._to.offers.delete(offer)
            await acknowledge(button.query)
            declined = screens.text(gettext(uploaded.DECLINED))
            await self._to.post.edit(button.place, [button.message], declined)
            return
        offer = self._to.offers.save(decided(offer, how, [button.message]))
        await acknowledge(button.query)
        await self._to.post.edit(button.place, [button.message], uploaded.reading(offer.items))
        self._begin(offer)

    def resume(self) -> None:
        """Go on with what was not done when the bot ended, and delete what it left half written."""
        self._intake.tidy()
        for offer in self._to.offers.unfinished():
            with self._to.access.speaking_to(offer.by):
                if offer.starts >= _MOST_STARTS:  # it may be what ends the bot
                    self._background.run(self._give_up(offer))
                    continue
                starts = offer.starts + 1
                offer = self._to.offers.save(msgspec.structs.replace(offer, starts=starts))  # noqa: PLW2901
                if offer.stage == "adding":
                    self._begin(offer)
                else:
                    self._background.run(self._gathered(offer))

    async def tidy(self) -> None:
        """Delete what nobody took, and what was in the bin for its time."""
        self._to.offers.prune(self._to.settings.telegram.keep_days)
        await self._to.look_up(self._bin.prune)

    def _started(self, message: Message) -> Offer:
        place, user = place_of(message), message.from_user
        adds_it = adds(message, self._to.bot.bot)
        return Offer(
            chat=place.chat,
            thread=place.thread,
            message=place.reply_to,
            by=user.id if user else 0,
            stage="adding" if adds_it else "offered",
            items=items_of(message, self._to.bot.bot),
            at_once=adds_it,
        )

    def _gather(self, message: Message) -> Offer:
        """Add a message to its album, which is whole once no more come."""
        key = message.chat.id, message.media_group_id or ""
        before, now = self._albums.get(key), self._started(message)
        asks = not now.at_once and not offers(message)
        old = before or now
        album = msgspec.structs.replace(
            old,
            stage="gathering",
            items=(*(before.items if before else ()), *now.items),
            at_once=now.at_once or old.at_once,
            asks=asks or old.asks,
        )
        self._albums[key] = album = self._to.offers.save(album)
        if timer := self._timers.get(key):
            timer.cancel()
        self._timers[key] = asyncio.get_running_loop().call_later(_QUIET, self._whole, key)
        return album

    def _whole(self, key: tuple[int, str]) -> None:
        self._timers.pop(key)
        self._background.run(self._gathered(self._albums.pop(key)))

    async def _gathered(self, offer: Offer) -> None:
        """No more files come: add what is to be added, and offer what nobody asks about."""
        if offer.at_once:
            await self._adding.add(self._to.offers.save(msgspec.structs.replace(offer, stage="adding")))
        elif offer.asks:
            self._to.offers.delete(offer)
        else:
            await self._offer(self._to.offers.save(msgspec.structs.replace(offer, stage="offered")))

    async def _give_up(self, offer: Offer) -> None:
        self._to.offers.delete(offer)
        event("given_up", offer=offer.number)
        place = Place(offer.chat, offer.thread, offer.message)
        await self._to.post.edit(place, offer.shown, screens.text(gettext(uploaded.GIVEN_UP)))

    async def _offer(self, offer: Offer) -> None:
        place = Place(offer.chat, offer.thread, offer.message)
        await self._to.post.send(place, uploaded.offer(offer.items, offer.number))

    def _begin(self, offer: Offer) -> None:
        self._taken[offer.chat, offer.message] = offer.items
        while len(self._taken) > _RECENT:
            self._taken.pop(next(iter(self._taken)))
        self._background.run(self._adding.add(offer))


def means_to_add(message: Message, me: User) -> bool:
    """Whether a message may send something in; in an album its neighbours may tell."""
    return adds(message, me) or offers(message) or in_album(message)
