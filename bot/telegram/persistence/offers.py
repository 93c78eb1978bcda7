"""What administrators add to the documents and remove from them, kept until it is done or was declined.

So buttons work after a restart, and what was being added when the bot stopped is added by the next one.
"""

import time
from collections.abc import Collection, Iterator
from typing import Literal

import msgspec

from bot.telegram.persistence.state import Memory
from index.building.intake import How

_DAY = 24 * 3600


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to add.

    ``content`` is Telegram's id of a file, a text, or the address of a page; ``how`` is what to do where
    there is a document of that name, and ``replaced`` the source of that document.
    """

    kind: Literal["file", "text", "link"]
    name: str
    content: str
    size: int = 0
    how: How = "ask"
    replaced: str = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Something to decide on, or to do.

    ``message`` is what started it, and ``by`` who. ``at_once`` tells that nobody need be asked, ``asks`` that
    what was sent was a question. ``sources`` are the documents that it is about, ``shown`` the messages that
    tell of it; ``starts`` counts those of the bot that took it up again. One that is ``renewing`` has
    moved its document to the bin, where it is ``binned``, or back, where that is ""; the index has to follow.
    """

    number: int = 0
    chat: int
    thread: int | None
    message: int | None
    by: int
    stage: Literal["gathering", "offered", "adding", "removing", "renewing"]
    items: tuple[Item, ...] = ()
    sources: tuple[str, ...] = ()
    shown: tuple[int, ...] = ()
    at_once: bool = False
    asks: bool = False
    starts: int = 0
    binned: str = ""


class Offers:
    """Keeps them in the bot's file."""

    def __init__(self, database: Memory) -> None:
        self._database = database

    def save(self, offer: Offer) -> Offer:
        """Keep an offer, a new one under a number of its own; 0 where nothing can be kept now."""
        if not offer.number:
            added = self._database.attempt(
                "INSERT INTO offers (chat, created, body) VALUES (?, ?, '')", [offer.chat, time.time()]
            )
            offer = msgspec.structs.replace(offer, number=(added.lastrowid or 0) if added else 0)
        body = msgspec.json.encode(offer).decode()
        self._database.attempt("UPDATE offers SET body = ? WHERE id = ?", [body, offer.number])
        return offer

    def find(self, number: int, chat: int) -> Offer | None:
        """The offer of that number, if it was made in that chat and is not done."""
        rows = self._database.rows("SELECT body FROM offers WHERE id = ? AND chat = ?", [number, chat])
        return next(_read(rows), None)

    def unfinished(self, stages: Collection[str] = ("gathering", "adding")) -> list[Offer]:
        """What was being done when the bot ended, of these stages, oldest first."""
        found = _read(self._database.rows("SELECT body FROM offers ORDER BY id"))
        return [offer for offer in found if offer.stage in stages]

    def delete(self, offer: Offer) -> None:
        """It is done, or was declined."""
        self._database.attempt("DELETE FROM offers WHERE id = ?", [offer.number])

    def prune(self, days: int) -> None:
        """Delete offers that nobody took in so many days."""
        self._database.attempt("DELETE FROM offers WHERE created < ?", [time.time() - days * _DAY])


def _read(rows: list[tuple[str]] | None) -> Iterator[Offer]:
    for (body,) in rows or ():
        try:
            yield msgspec.json.decode(body, type=Offer)
        except msgspec.DecodeError:  # of another version
            continue
