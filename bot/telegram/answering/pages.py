"""📄 Page: the picture of the page that a quote stands on, with the quote marked; ◀ ▶ turn the pages."""

import asyncio
from contextlib import nullcontext
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.answers import Answer, Citation
from bot.engine import Engine
from bot.plain import line
from bot.telegram.events import event
from bot.telegram.services import Services
from bot.telegram.showing import cited, screens
from bot.telegram.showing.html import Run, block, messages, short
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.pictures import Picture, Pictures
from bot.telegram.transport.post import Place
from bot.texts import gettext, noop
from index.cancellation import Check
from index.drawing.paged import Kind, Paged, is_office, likely_drawable
from index.errors import UnknownSource

_SCALE = 2.0  # pixels a point: 144 dots an inch
_SHORTEST, _LONGEST = 1000, 2560  # pixels of the longer side; Telegram makes larger pictures smaller
_AT_ONCE = 2  # office files: whoever waits for LibreOffice must not hold all threads
_KIND: Kind = "JPEG"

_NOWHERE = noop(
    "The quote does not stand word for word on the pages as LibreOffice lays them out, so nothing is marked. "
    "It is most likely here."
)
_GOES_ON = noop("The quote goes on on the next page.")
_NO_LONGER = noop("The quote no longer stands in this document, so nothing is marked.")


def has_page(reply: Answer) -> bool:
    """Whether an answer's only citation stands on a page that can most likely be shown."""
    citations = reply.citations or reply.near
    return len(citations) == 1 and likely_drawable(citations[0].source)


def shown(paged: Paged, number: int, answer: int, citation: Citation, notice: str = "") -> Screen:
    """What stands below the picture of a page, and the buttons to turn to others."""
    name = cited.named(citation.source, line(citation.title))
    where = f"[{citation.number}] · {_place(paged, number)}"
    if not notice and {number, number + 1} <= paged.marks.keys():
        notice = gettext(_GOES_ON)
    blocks = [name, block(Run(where, "i")), *([block(notice)] if notice else [])]
    return Screen(messages(blocks), _keyboard(paged, number, answer, citation.number))


class Pages:
    """Shows pages."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._pictures = Pictures(services.bot, services.post)
        self._laying = asyncio.Semaphore(_AT_ONCE)

    async def show(
        self, place: Place, message: int, answer: int, citation: Citation, page: int | None
    ) -> None:
        """Show a page, or say why it cannot be shown.

        Args:
            place: where it is sent.
            message: whose button was pressed.
            answer: the number of the answer that the citation belongs to.
            citation: what is marked.
            page: its number, from 0, to be shown in that message; None to send the one with the quote.
        """
        to = self._to
        engine = to.seen_in(place.chat)
        async with to.post.typing(place):
            try:
                async with self._laying if is_office(citation.source) else nullcontext():
                    paged, notice = await to.work(partial(_paged, engine, citation))
                number = paged.first if page is None else min(page, len(paged.labels) - 1)
                picture = self._picture(engine, paged, number, answer, citation, notice)
                if page is None:
                    await self._pictures.send(place, picture)
                else:
                    await self._pictures.edit(place, message, picture)
            except UnknownSource as error:
                event("undrawn", chat=place.chat, reason=error)
                reason = await to.look_up(partial(_reason, engine, citation.source))
                await to.post.send(place, screens.text(reason))

    def _picture(
        self, engine: Engine, paged: Paged, number: int, answer: int, citation: Citation, notice: str
    ) -> Picture:
        scale = _scale(paged, number)
        draw = partial(engine.draw, paged, number, scale, _KIND)
        screen = shown(paged, number, answer, citation, notice)
        return Picture(
            paged.key(number, scale, _KIND),
            partial(self._to.work, draw),
            screen.messages[0],
            screen.keyboard,
        )


def prepare(engine: Engine, citation: Citation, check: Check) -> None:
    """Have the page of a citation drawn, before somebody asks for it.

    Args:
        engine: what sees the document.
        citation: what will be marked.
        check: called between the steps.

    Raises:
        DocentError: it cannot be drawn.
        Cancelled: by the check.
    """
    check()
    paged, _ = _paged(engine, citation, patient=True)
    check()
    engine.draw(paged, paged.first, _scale(paged, paged.first), _KIND)


def _scale(paged: Paged, number: int) -> float:
    """Pixels a point in the picture of a page."""
    longest = max(1.0, *paged.sizes[number])
    return min(max(_SCALE, _SHORTEST / longest), 2 * _SCALE, _LONGEST / longest)


def _paged(engine: Engine, citation: Citation, *, patient: bool = False) -> tuple[Paged, str]:
    """The pages of a citation's document as they are now, and what to say of the quote."""
    document = engine.document(citation.source)
    place = engine.place_of(citation, document)
    quote = place or (min(citation.start, len(document.text) - 1),) * 2
    paged = engine.paged(citation.source, quote, patient=patient)
    if place is None:
        return paged, gettext(_NO_LONGER)
    return paged, "" if paged.found else gettext(_NOWHERE)


def _reason(engine: Engine, source: str) -> str:
    """Why a page of a document cannot be shown."""
    try:
        outdated = engine.outdated(source)
    except UnknownSource:
        return gettext("{source} is no longer among the documents.", source=source)
    if outdated and outdated.gone:
        return gettext("The file {source} is gone or cannot be read.", source=source)
    if outdated:
        return gettext(
            "{source} changed since I read it, so I cannot show where the quote stands.", source=source
        )
    return gettext("The pages of {source} cannot be drawn. I can send you the file.", source=source)


def _place(paged: Paged, number: int) -> str:
    """Such as "page 3 of 12", or "page iv (4 of 12)" where that is what is printed on it."""
    label, count = line(paged.labels[number]), len(paged.labels)
    if label == str(number + 1):
        return gettext("page {page} of {pages}", page=number + 1, pages=count)
    return gettext("page {label} ({page} of {pages})", label=short(label, 20), page=number + 1, pages=count)


def _keyboard(paged: Paged, number: int, answer: int, citation: int) -> InlineKeyboardMarkup | None:
    """◀ ▶ where there are pages to turn to; between them the way back to the quote."""
    data = f"turn:{answer}:{citation}"
    last = len(paged.labels) - 1
    buttons = [("◀", number - 1, number > 0), (f"[{citation}]", paged.first, number != paged.first),
               ("▶", number + 1, number < last)]  # fmt: skip
    row = [InlineKeyboardButton(label, callback_data=f"{data}:{to}") for label, to, leads in buttons if leads]
    return InlineKeyboardMarkup([row]) if row else None
