"""A citation → the passage at which it is opened, in its document as it is now."""

from dataclasses import replace

from bot.answering.answers import Citation
from bot.engine import Engine
from bot.telegram.showing.opened import Opened
from bot.texts import gettext
from bot.words import outdated_in_words
from index.building import differences
from index.history import Said


def look_up(engine: Engine, citation: Citation, offset: int | None = None, now: Said | None = None) -> Opened:
    """The passage at the offset, or else at the quote.

    Args:
        engine: as far as the chat sees.
        citation: of a document of it.
        offset: in code points of its text.
        now: what stands in the place of a quote that no longer does, whose place is then the quote's.

    Raises:
        UnknownSource: the document is there no longer.
    """
    document = engine.document(citation.source)
    text = document.text
    notice = notice_of(engine, citation.source)
    place = engine.place_of(citation, document)
    if place is None:
        notice = gettext("The quote no longer stands in this document; this is what is there now.")
        place = differences.place_of(engine.generation(), citation.source, now.words) if now else None
    start, end = place or [min(citation.start, len(text) - 1)] * 2
    citation = replace(citation, start=start, end=end)
    offset = citation.start if offset is None else min(offset, len(text) - 1)
    return Opened(document, engine.around(citation.source, offset), citation, notice)


def notice_of(engine: Engine, source: str) -> str:
    """What a reader of this document should know about its file, or nothing."""
    outdated = engine.outdated(source)
    return outdated_in_words(outdated) if outdated else ""
