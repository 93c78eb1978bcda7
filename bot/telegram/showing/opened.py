"""One citation → the passage around it, or an article of inline mode."""

from typing import NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.answers import Citation
from bot.plain import line
from bot.telegram.showing import cited
from bot.telegram.showing.html import MOST_UNITS, Message, messages, short, units
from bot.telegram.showing.screens import Screen
from bot.texts import gettext
from bot.words import place_in_words
from index.records import Document, Passage

_PASSAGE = 2400  # most characters shown of an opened passage
_SPARE = 8  # UTF-16 units of a message for what stands between its blocks


class Opened(NamedTuple):
    """A citation where it stands: its start and end are those of the quote there, or of what is marked."""

    document: Document
    context: tuple[Passage | None, Passage, Passage | None]
    """The passage that is shown, and its neighbours."""
    citation: Citation
    notice: str = ""
    """What to know besides."""


def passage(opened: Opened, number: int, *, paged: bool = False) -> Screen:
    """A passage of a document between its neighbours, formatted, the quote emphasised; always one message.

    Args:
        opened: what is shown.
        number: by which the buttons name the answer.
        paged: whether the document has pages that can be shown.
    """
    document, context, citation, notice = opened
    size = _PASSAGE
    while len(shown := messages(cited.passage(document, context, citation, notice, size))) > 1 and size > 1:
        size //= 2  # some characters are two units, and names of columns are repeated in each row
    before, _, after = context
    walk = [
        InlineKeyboardButton(label, callback_data=f"walk:{number}:{citation.number}:{neighbour.start}")
        for label, neighbour in (("◀", before), ("▶", after))
        if neighbour
    ]
    label = gettext("📄 Send the file")
    send = InlineKeyboardButton(label, callback_data=f"file:{number}:{citation.number}")
    files = [*page(number, citation), send] if paged else [send]
    return Screen(shown, InlineKeyboardMarkup([row for row in (walk, files) if row]))


def article(citation: Citation) -> tuple[str, str, Message]:
    """A citation for inline mode: title, description, and what is sent when it is chosen: one message."""
    sources = cited.sources([citation])
    most = max(0, MOST_UNITS - _SPARE - sum(units(run.text) for one in sources for run in one.runs))
    while (
        len(shown := messages([*cited.quotes([citation], numbered=False, most=most), *sources])) > 1 and most
    ):
        most //= 2
    description = short(", ".join(filter(None, [line(citation.title), place_in_words(citation.place)])), 200)
    return short(line(citation.shown), 100), description, shown[0]


def page(number: int, citation: Citation) -> list[InlineKeyboardButton]:
    """What shows the page that a citation of an answer stands on."""
    return [InlineKeyboardButton(gettext("📄 Page"), callback_data=f"page:{number}:{citation.number}")]
