"""What is asked before a document is removed, and told afterwards. Pure functions.

Data of buttons, besides those of screens.py:
    pick:OFFER:PLACE       one of several documents that may be meant
    drop:OFFER:PLACE       remove it
    keep:OFFER             remove nothing
    person:ID              delete what is kept about a person whose id is also a document's name
    undo:NUMBER            bring back what is in the bin under that number
"""

from bot.plain import line
from bot.telegram.persistence.offers import Offer
from bot.telegram.showing.html import short
from bot.telegram.showing.screens import Screen, choice, text
from bot.texts import gettext, ngettext, noop

_LABEL, NAME = 60, 120  # characters

HOW = noop(
    "/forget NAME removes the document of that name. To delete what I keep about somebody, reply to their "
    "message with /forget, or give their id: /forget 12345."
)
NO_SUCH = noop(
    "No document is called “{words}”; /sources lists them. To delete what I keep about somebody, reply to "
    "their message with /forget, or give their id: /forget 12345."
)
WHICH = noop("Which of these shall I remove from the documents?")
MORE = noop(
    "There are more of that kind: to see them, send /forget with more of the name, or the whole path."
)
PERSON_OR_DOCUMENT = noop("{words} may be somebody's id, and is the name of a document. Which do you mean?")
THE_PERSON = noop("What I keep about {words}")
REMOVE, KEEP = noop("Remove"), noop("Keep")
KEPT = noop("It stays among the documents.")
REMOVING = noop("Removing “{source}” …")
ONLY_ONE = noop("“{source}” is the only document, and without any I cannot answer. Add another one first.")
GONE = noop("It is no longer there.")
UNDO = noop("Undo")
NOT_RENEWED = noop("The index could not be renewed; it still holds what it did. {reason}")
HELD = noop(
    "Many other documents are gone too, so I still answer from it until it is decided whether that is right."
)
BACK = noop("“{source}” is among the documents again.")


def moved(source: str, binned: str, days: int) -> Screen:
    """That a document went to the bin, under a number and for so many days, or came back from there."""
    named = short(line(source), NAME)
    if not binned:
        return text(gettext(BACK, source=named))
    told = ngettext(
        "“{source}” is no longer among the documents. It can be brought back for {count} day.",
        "“{source}” is no longer among the documents. It can be brought back for {count} days.",
        days,
        source=named,
    )
    return choice(told, buttons={f"undo:{binned}": gettext(UNDO)})


def asked(offer: Offer, person: str, days: int, *, more: bool) -> Screen:
    """Who or what is meant, and whether it is to be removed."""
    if len(offer.sources) == 1 and not person:
        return confirm(offer, 0, days)
    buttons = {f"person:{person}": gettext(THE_PERSON, words=person)} if person else {}
    for place, source in enumerate(offer.sources):
        buttons[f"pick:{offer.number}:{place}"] = short(line(source), _LABEL)
    buttons[f"keep:{offer.number}"] = gettext(KEEP)
    told = gettext(PERSON_OR_DOCUMENT, words=person) if person else gettext(WHICH)
    told += f" {gettext(MORE)}" if more else ""
    return choice(told, buttons=buttons)


def confirm(offer: Offer, place: int, days: int) -> Screen:
    """Whether one of the documents is to be removed, from where it comes back for so many days."""
    told = ngettext(
        "Shall I remove “{source}” from the documents? It can be brought back for {count} day.",
        "Shall I remove “{source}” from the documents? It can be brought back for {count} days.",
        days,
        source=short(line(offer.sources[place]), NAME),
    )
    buttons = {f"drop:{offer.number}:{place}": gettext(REMOVE), f"keep:{offer.number}": gettext(KEEP)}
    return choice(told, buttons=buttons)
