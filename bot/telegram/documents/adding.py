"""Adds to the documents what was sent in: fetched, read, kept, indexed, and told of.

All of it may be done twice, as after a crash: what is among the documents already is not added again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import msgspec
from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.engine import Engine
from bot.examples import examples
from bot.fetching import Fetched, Unfetched, fetch, is_link
from bot.plain import line
from bot.telegram.documents import uploaded
from bot.telegram.documents.uploaded import Outcome
from bot.telegram.events import event, failure
from bot.telegram.persistence.offers import Item, Offer
from bot.telegram.renewals import Stopped
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.showing.html import short
from bot.telegram.transport.post import Place
from bot.telegram.troubles import in_words
from bot.texts import gettext
from index.building.bin import Bin
from index.building.intake import Clash, How, Intake
from index.errors import DocentError
from index.parsing.base import Unreadable

_QUESTIONS = 3
_MOST_URL = 200  # characters of an address that is told
_TRIES, _PAUSE = 3, 1.0  # to fetch a file from Telegram; seconds between them
_TELEGRAM = "https://api.telegram.org/"
_FILE = 300.0  # seconds for which a piece of a file may take to arrive


class _Refused(Exception):
    """Something is not added; the message is the reason, in words."""


class Adding:
    """Does what was decided."""

    def __init__(
        self,
        services: Services,
        intake: Intake,
        bin_: Bin,
        fetch: Callable[[str, int], Fetched] = fetch,
        pause: float = _PAUSE,
    ) -> None:
        self._to = services
        self._intake = intake
        self._bin = bin_
        self._fetch = fetch
        self._pause = pause
        self._one_at_a_time = asyncio.Lock()  # a file may fill much of the memory

    async def add(self, offer: Offer) -> None:
        """Add what was offered, and tell what became of it in one message.

        Raises:
            TelegramError: it could not be told.
            Stopped: the bot stops; the offer is kept, and taken up again after the next start.
        """
        to, place = self._to, Place(offer.chat, offer.thread, offer.message)
        if not offer.shown:
            shown = await to.post.send(place, uploaded.reading(offer.items))
            offer = self._to.offers.save(msgspec.structs.replace(offer, shown=shown))
        outcomes = [await self._take(item) for item in offer.items]
        outcomes = [replace(one, known=one.known and one.source not in offer.sources) for one in outcomes]
        added = [one.source for one in outcomes if one.source]
        offer = self._to.offers.save(msgspec.structs.replace(offer, sources=(*offer.sources, *added)))
        trouble = await self._renew(place, offer.shown) if added else ""
        engine = to.seen_in(offer.chat)
        looked = partial(_look, engine, added if not trouble else ())
        questions, passages = await to.work(looked)
        for one in outcomes:
            to.metrics.uploaded("added" if one.source else "clash" if one.clash else "refused")
        event("added", chat=offer.chat, files=len(added), of=len(outcomes))
        clashes = [one for one in outcomes if one.clash]
        told = [one for one in outcomes if not one.clash]
        shown = offer.shown
        if told:
            days = to.settings.documents.bin_days
            shows = engine.scope.shows
            screen = uploaded.report(told, passages, questions, trouble, days, shows)
            await to.post.edit(place, shown, screen)
            shown = ()
        for one in clashes:
            await self._ask(offer, one, place, shown)
            shown = ()
        self._to.offers.delete(offer)

    async def _ask(self, offer: Offer, one: Outcome, place: Place, shown: Sequence[int]) -> None:
        """Ask what is to happen to the document of that name."""
        if one.clash is None:
            return
        asked = self._to.offers.save(
            Offer(
                chat=offer.chat, thread=offer.thread, message=offer.message, by=offer.by, stage="offered",
                items=(one.item,), sources=one.clash.sources,
            )
        )  # fmt: skip
        shows = self._to.seen_in(offer.chat).scope.shows
        await self._to.post.edit(place, shown, uploaded.clash(one.clash, asked.number, shows))

    async def _take(self, item: Item) -> Outcome:
        """Fetch one thing, read it, and keep it."""
        async with self._one_at_a_time:
            try:
                name, data = await self._fetched(item)
                return await self._to.work(partial(self._kept, item, name, data))
            except _Refused as reason:
                return Outcome(item, refused=str(reason))
            except Unreadable as reason:
                told = gettext(uploaded.UNREADABLE, name=line(item.name), reason=str(reason))
                return Outcome(item, refused=told)
            except DocentError as error:
                told = gettext(uploaded.NOT_KEPT, name=line(item.name), reason=in_words(error))
                return Outcome(item, refused=told)
            except Exception as error:  # as where no process can be started; it must not take others along
                failure("failed", error)
                return Outcome(item, refused=gettext(uploaded.FAILED, name=line(item.name)))

    def _kept(self, item: Item, name: str, data: bytes) -> Outcome:
        """Read bytes and keep them; raises Unreadable, DocumentsError or StateError."""
        checked = self._intake.check(name, data)
        gone = item.how == "replace" and not (self._to.settings.documents.folder / item.replaced).is_file()
        how: How = "both" if gone else item.how  # what it was to replace may be removed by now
        replaces = how == "replace" and not self._intake.known(data)
        binned = self._bin.keep(item.replaced) if replaces else ""
        try:
            found = self._intake.place(checked, how, item.replaced)
        except DocentError:
            self._bin.discard(binned) if binned else None
            raise
        if isinstance(found, Clash):
            return Outcome(item, checked, clash=found)
        return Outcome(item, checked, found.source, found.known, binned)

    async def _fetched(self, item: Item) -> tuple[str, bytes]:
        """The name and the bytes of something that was sent in; raises _Refused."""
        if item.kind == "text":
            return item.name, item.content.encode()
        if item.kind == "link":
            return await self._page(item.content)
        self._check_size(item.name, item.size)
        for left in reversed(range(_TRIES)):
            try:
                return item.name, await self._downloaded(item)
            except BadRequest as error:
                if "too big" in str(error).lower():
                    self._check_size(item.name, item.size or FileSizeLimit.FILESIZE_DOWNLOAD + 1)
                break
            except NetworkError:
                if left:
                    await asyncio.sleep(self._pause)
            except TelegramError:
                break
        raise _Refused(gettext(uploaded.NOT_GIVEN, name=line(item.name)))

    async def _downloaded(self, item: Item) -> bytes:
        """The bytes of a file; raises _Refused, and TelegramError where they do not come, or others do."""
        file = await self._to.bot.get_file(item.content)
        self._check_size(item.name, file.file_size or 0)
        data = bytes(await file.download_as_bytearray(read_timeout=_FILE))
        if file.file_size is not None and len(data) != file.file_size:  # some gateway's page came instead
            raise NetworkError("this is not the file")
        return data

    def _check_size(self, name: str, size: int) -> None:
        """Refuse what Telegram does not give, or the settings do not let in; raises _Refused."""
        documents, telegram = self._to.settings.documents, self._to.settings.telegram
        given = {"name": line(name), "size": size / 1e6}
        if size > documents.max_bytes:
            raise _Refused(gettext(uploaded.OVER_LIMIT, most=documents.max_megabytes, **given))
        if size > FileSizeLimit.FILESIZE_DOWNLOAD and telegram.base_url.startswith(_TELEGRAM):
            raise _Refused(gettext(uploaded.TOO_BIG, folder=str(documents.folder), **given))

    async def _page(self, url: str) -> tuple[str, bytes]:
        documents = self._to.settings.documents
        if not is_link(url):
            raise _Refused(gettext(uploaded.NO_WEB_PAGE, url=short(line(url), _MOST_URL)))
        if not documents.links:
            raise _Refused(gettext(uploaded.LINKS_OFF))
        try:
            found = await self._to.work(partial(self._fetch, url, documents.max_bytes))
        except Unfetched as reason:
            told = gettext(uploaded.NOT_FETCHED, url=short(line(url), _MOST_URL), reason=str(reason))
            raise _Refused(told) from None
        return found.name, found.data

    async def _renew(self, place: Place, shown: Sequence[int]) -> str:
        """Have the index renewed, and tell how it goes on; why it was not, or ""."""

        async def tell(course: str) -> None:
            told = gettext("Renewing the index: {progress} …", progress=course)
            with suppress(TelegramError):
                await self._to.post.edit(place, shown, screens.text(told))

        try:
            await self._to.renewals.told(tell)
        except Stopped:
            raise
        except DocentError as error:
            return in_words(error)
        except Exception as error:  # it is kept, and only not indexed
            failure("unindexed", error)
            return f"({type(error).__name__})"
        return ""


def _look(engine: Engine, sources: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """Questions that documents answer now, and how many passages there are of each file; as far as seen."""
    entries = [entry for entry in engine.sources() if entry.file in sources] if sources else []
    passages: dict[str, int] = {}
    for entry in entries:
        passages[entry.file] = passages.get(entry.file, 0) + entry.last - entry.first
    names = [entry.source for entry in entries]
    return examples(engine, _QUESTIONS, screens.MOST_EXAMPLE, names) if names else [], passages


def decided(offer: Offer, how: str, shown: Sequence[int]) -> Offer:
    """An offer that was taken, by the word of its button."""
    items = offer.items
    if how == "both":
        items = tuple(msgspec.structs.replace(item, how="both") for item in items)
    elif how == "over":
        items = tuple(
            msgspec.structs.replace(item, how="replace", replaced=offer.sources[0]) for item in items
        )
    return msgspec.structs.replace(offer, stage="adding", items=items, shown=tuple(shown))
