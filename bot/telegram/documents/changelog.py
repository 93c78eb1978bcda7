"""/changes: what has changed in the documents this week, in quotes."""

from collections.abc import Sequence

from telegram import Update

from bot.changelog import Change, first_of, recent
from bot.plain import line
from bot.telegram.presses import acknowledge, button_of, hurried
from bot.telegram.services import Services
from bot.telegram.showing import cited, screens
from bot.telegram.showing.html import Block, Run, block, messages, short
from bot.telegram.transport.post import place_of
from bot.texts import gettext, ngettext, noop
from index.history import Place

PAGE = 4  # changed documents shown at once
_UNITS = 4  # removed and added ones shown of a document
_SHORTER = 300, 150, 80, 40, 20  # UTF-16 units of each, until a page is one message

NOTHING = noop("Nothing has changed in the documents this week. /sources lists them.")
_TOLD = {
    "added": noop("new on {date}"),
    "edited": noop("edited on {date}"),
    "moved": noop("moved here on {date} from {before}"),
    "removed": noop("removed on {date}"),
}


def screen(changes: Sequence[Change], page: int) -> screens.Screen:
    """A page of the changes, newest first; pages count from 0, the nearest is shown where there is none."""
    if not changes:
        return screens.text(gettext(NOTHING))
    pages = -(-len(changes) // PAGE)
    page = min(max(page, 0), pages - 1)
    listed = changes[page * PAGE : (page + 1) * PAGE]
    total = ngettext(
        "{count} change in the documents this week",
        "{count} changes in the documents this week",
        len(changes),
    )
    shown = []
    for most in _SHORTER:
        blocks = [block(Run(total, "b")), *(part for change in listed for part in _change(change, most))]
        if pages > 1:
            blocks.append(block(Run(screens.page_of(page, pages), "i"), gap=True))
        if len(shown := messages(blocks)) == 1:
            break
    return screens.Screen(shown[:1], screens.pager("changes:{}".format, page, pages))


def _change(change: Change, most: int) -> list[Block]:
    """A changed document, and the units that are gone and new, to so many UTF-16 units each."""
    edit, date = change.edit, change.when[:10]
    before = short(line(edit.before), 200)
    blocks = [
        cited.named(edit.source, line(edit.title), gap=True),
        block(Run(gettext(_TOLD[edit.kind], date=date, before=before), "i")),
    ]
    places, left = first_of(edit.places, _UNITS)
    blocks += [block(*_lines(place, most), quoted=True) for place in places]
    if left := left + edit.left_out:
        blocks.append(
            block(Run(ngettext("and {count} more sentence", "and {count} more sentences", left), "i"))
        )
    return blocks


def _lines(place: Place, most: int) -> list[Run]:
    """Lines that begin with a minus for what is gone, and with a plus for what is new."""
    runs: list[Run] = []
    for sign, style, units in (("− ", "s", place.removed), ("+ ", "", place.added)):
        for unit in units:
            runs += [Run("\n" if runs else ""), Run(sign), Run(short(line(unit), most), style)]
    return runs


class Changelog:
    """Tells what has changed."""

    def __init__(self, services: Services) -> None:
        self._to = services

    async def command(self, update: Update, _: object) -> None:
        """/changes."""
        message, user = update.effective_message, update.effective_user
        if message is None:
            return
        place = place_of(message)
        wait, news = self._to.presses.reached(user.id if user else place.chat)
        if wait:
            if news:
                await self._to.post.send(place, screens.text(screens.limited(wait)))
            return
        await self._to.post.send(place, screen(await self._changes(place.chat), 0))

    async def page(self, update: Update, _: object) -> None:
        """A button below it."""
        button = button_of(update)
        if button is None or await hurried(self._to, button):
            return
        await acknowledge(button.query)
        shown = screen(await self._changes(button.place.chat), int(button.words[1]))
        await self._to.post.edit(button.place, [button.message], shown)

    async def _changes(self, chat: int) -> list[Change]:
        """Those that this chat may see."""
        to = self._to
        return recent(await to.look_up(to.engine.history), shows=to.access.scope(chat).shows)
