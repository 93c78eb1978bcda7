"""Data in, words for people out: where something stands, what should be known of a document."""

from bot.answering.answers import Answer, Outdated
from bot.plain import line
from bot.texts import apart, gettext, ngettext
from index.records import Locator, Notice

_HEADINGS_SHOWN = 2  # of the path to a passage, the innermost


def place_in_words(place: Locator) -> str:
    """Such as "page 2, Results › Costs, paragraphs 4–5", or "Prices, row 3"."""
    names = [gettext("page {page}", page=line(place.page))] if place.page else []
    if place.time is not None:
        minutes, seconds = divmod(int(place.time), 60)
        hours, minutes = divmod(minutes, 60)
        names.append(f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}")
    if place.headings:
        names.append(apart(line(" › ".join(place.headings[-_HEADINGS_SHOWN:]))))
    if place.first_row and place.first_row != place.last_row:
        names.append(gettext("rows {first}–{last}", first=place.first_row, last=place.last_row))
    elif place.first_row:
        names.append(gettext("row {number}", number=place.first_row))
    elif place.first and place.first != place.last:
        names.append(gettext("paragraphs {first}–{last}", first=place.first, last=place.last))
    elif place.first:
        names.append(gettext("paragraph {number}", number=place.first))
    return gettext(", ").join(filter(None, names))


def notice_in_words(notice: Notice) -> str:
    """A sentence on a document, without its end."""
    if notice.kind == "scanned":
        return ngettext(
            "one page is a picture without text",
            "{count} pages are pictures without text",
            notice.count,
        )
    return ngettext(
        "one byte was no text and was replaced",
        "{count} bytes were no text and were replaced",
        notice.count,
    )


def outdated_in_words(one: Outdated) -> str:
    """A sentence on a file that is no longer what was indexed."""
    if one.gone:
        return gettext(
            "{source} is gone or cannot be read; the quotes are from when it was indexed.", source=one.source
        )
    return gettext(
        "{source} changed since it was indexed; the quotes are from the earlier text.", source=one.source
    )


def coverage_in_words(answer: Answer) -> str:
    """Of a list, where its members were found, such as "5 sentences in 1 of 12 documents"; else ""."""
    if not answer.swept:
        return ""
    found = len({citation.source for citation in answer.citations})
    return gettext(
        "{sentences} in {documents}",
        sentences=ngettext("{count} sentence", "{count} sentences", len(answer.citations)),
        documents=ngettext(
            "{found} of {count} document", "{found} of {count} documents", answer.swept, found=found
        ),
    )
