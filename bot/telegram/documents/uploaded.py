"""What became of files that were sent in, as messages and buttons. Pure functions.

Data of buttons, besides those of screens.py:
    add:OFFER, no:OFFER        whether a file becomes a document
    over:OFFER, both:OFFER     what happens to the document of that name
    undo:NUMBER                bring back what is in the bin under that number
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.plain import line
from bot.telegram.persistence.offers import Item
from bot.telegram.showing import screens
from bot.telegram.showing.html import Block, Run, block, messages, short
from bot.telegram.showing.screens import Screen
from bot.texts import gettext, ngettext, noop
from bot.words import notice_in_words
from index.building.intake import Checked, Clash
from index.documents import Skipped

_MOST = 120  # characters of a name
_LISTED = 10  # files of one report, and things left out of one file

HOW = noop(
    "Send me a file with /add below it, write /add and a text, or reply with /add to a message that holds "
    "what I should add to the documents."
)
DECLINED = noop("I have not added it.")
GIVEN_UP = noop(
    "I was ended again and again while I added this, so I leave it. It may be among the documents: /sources."
)
ADD, NO = noop("Add"), noop("No")
REPLACE, BOTH, CANCEL = noop("Replace"), noop("Keep both"), noop("Cancel")
BRING_BACK = noop("Bring the earlier one back")
NOT_RENEWED = noop("The index could not be renewed, so I do not answer from it yet. {reason}")
TRY = noop("Ask me, for example:")
LINKS_OFF = noop(
    "I may not fetch web pages. Set documents.links = true where I run, or send me the page as a file."
)
NO_WEB_PAGE = noop(
    "I have not added {url}: I fetch only what is at addresses that begin with https:// or http://. Send me "
    "the file itself."
)
TOO_BIG = noop(
    "“{name}” has {size:.0f} MB, and Telegram gives bots only files of up to 20 MB. Put it into the folder "
    "{folder} on the machine that runs me, and send /reindex. A Bot API server of your own has no such limit "
    "(telegram.base_url)."
)
OVER_LIMIT = noop(
    "“{name}” has {size:.0f} MB, which is more than documents.max_megabytes = {most} allows. Raise that, or "
    "divide the file."
)
NOT_GIVEN = noop("Telegram did not give me “{name}”. Please send it again.")
NOT_FETCHED = noop("I did not get {url}: {reason}.")
UNREADABLE = noop("I have not added “{name}”, for it cannot be read: {reason}.")
UNSEEN = noop("“{title}” is among the documents, in a folder that this chat does not see (/collection).")
NOT_KEPT = noop("I could not keep “{name}”. {reason}")
FAILED = noop("Something went wrong on my side with “{name}”, and I have noted it. Please send it again.")

Shows = Callable[[str], bool]
"""Whether a chat sees the document of a source."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing that was sent in.

    It has a ``source`` now, and ``known`` tells that it was there before; or there is a ``clash``; or it was
    ``refused``, for a reason in words. ``binned`` is the number in the bin of what it replaced.
    """

    item: Item
    checked: Checked | None = None
    source: str = ""
    known: bool = False
    binned: str = ""
    clash: Clash | None = None
    refused: str = ""


def offer(items: Sequence[Item], number: int) -> Screen:
    """Whether files are to become documents."""
    asked = ngettext(
        "Add “{name}” to the documents?",
        "Add these {count} files to the documents?",
        len(items),
        name=_named(items[0].name),
    )
    hint = gettext("If you meant to ask about the documents, write your question.")
    return screens.text(asked, hint, keyboard=_row({f"add:{number}": ADD, f"no:{number}": NO}))


def reading(items: Sequence[Item]) -> Screen:
    """That they are being read."""
    name = _named(items[0].name)
    return screens.text(ngettext("Reading “{name}” …", "Reading {count} files …", len(items), name=name))


def clash(found: Clash, number: int, shows: Shows) -> Screen:
    """What is to happen to the document of that name, which is not named where the chat does not see it."""
    if len(found.sources) == 1 and shows(found.sources[0]):
        asked = gettext(
            "There is already a document of that name: {source}. Shall I replace it, or keep both?",
            source=_named(found.sources[0]),
        )
        return screens.text(
            asked, keyboard=_row({f"over:{number}": REPLACE, f"both:{number}": BOTH, f"no:{number}": CANCEL})
        )
    asked = ngettext(
        "There is {count} document called “{name}”. Shall I add this one beside it?",
        "There are {count} documents called “{name}”. Shall I add this one beside them?",
        len(found.sources),
        name=_named(found.name),
    )
    return screens.text(asked, keyboard=_row({f"both:{number}": BOTH, f"no:{number}": CANCEL}))


def report(
    outcomes: Sequence[Outcome],
    passages: dict[str, int],
    examples: Sequence[str],
    trouble: str,
    days: int,
    shows: Shows,
) -> Screen:
    """What was read and what was not.

    Args:
        outcomes: of everything that was sent in together.
        passages: how many there are of each source in the index.
        examples: questions that can be asked now.
        trouble: why the index was not renewed, in words; else "".
        days: for which replaced documents are kept.
        shows: whether the chat sees a document.
    """
    blocks: list[Block] = []
    for one in outcomes[:_LISTED]:
        blocks += _of(one, passages, days, shows)
    rest = len(outcomes) - _LISTED
    blocks += [block(ngettext("and {count} more", "and {count} more", rest), gap=True)] if rest > 0 else []
    blocks += [block(gettext(NOT_RENEWED, reason=trouble), gap=True)] if trouble else []
    blocks += [block(Run(gettext(TRY), "i"), gap=True)] if examples else []
    rows = [
        [InlineKeyboardButton(short(line(example), screens.MOST_EXAMPLE), callback_data=f"try:{number}")]
        for number, example in enumerate(examples, 1)
    ]
    rows += [
        [InlineKeyboardButton(gettext(BRING_BACK), callback_data=f"undo:{one.binned}")]
        for one in outcomes
        if one.binned
    ]
    return Screen(messages(blocks), InlineKeyboardMarkup(rows) if rows else None)


def _of(one: Outcome, passages: dict[str, int], days: int, shows: Shows) -> list[Block]:
    """What became of one file."""
    if one.refused:
        return [block(one.refused, gap=True)]
    if one.checked is None or not one.source:
        return []
    source, first = _named(one.source), one.checked.documents[0]
    fields = {"title": _named(first.title), "source": source}
    if not shows(one.source):
        return [block(gettext(UNSEEN, title=fields["title"]), gap=True)]
    if one.known:
        told = gettext("“{title}” was among the documents before, as {source}.", **fields)
    elif one.binned:
        told = gettext("“{title}” is in the place of the earlier {source}.", **fields)
    else:
        told = gettext("“{title}” is among the documents now, as {source}.", **fields)
    blocks = [block(Run(told, "b"), gap=True)]
    pages = sum(len(document.layout.pages) for document in one.checked.documents)
    read = [ngettext("{count} page", "{count} pages", pages)] if pages else []
    inside = len(one.checked.documents) - 1
    read += [ngettext("{count} file in it", "{count} files in it", inside)] if inside else []
    if one.source in passages:
        read.append(ngettext("{count} passage", "{count} passages", passages[one.source]))
    if read:
        blocks.append(block(gettext("I have read {parts}.", parts=", ".join(read))))
    blocks += [block(gettext("Left out: {what}.", what=what)) for what in _left_out(one.checked)[:_LISTED]]
    if one.binned:
        kept = ngettext(
            "The earlier one is in the bin for {count} day.",
            "The earlier one is in the bin for {count} days.",
            days,
        )
        blocks.append(block(kept))
    return blocks


def _left_out(checked: Checked) -> list[str]:
    notices = [notice_in_words(notice) for document in checked.documents for notice in document.notices]
    return notices + [_reason(skip) for skip in checked.left_out]


def _reason(skip: Skipped) -> str:
    return f"{_named(skip.source.rpartition('/')[2])} ({line(skip.reason)})"


def _named(name: str) -> str:
    return short(line(name), _MOST)


def _row(buttons: dict[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(gettext(label), callback_data=data) for data, label in buttons.items()]]
    )
