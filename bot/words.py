"""Data in, words for people out: where something stands, what should be known of a document."""

from index.records import Locator, Notice

_HEADINGS_SHOWN = 2  # of the path to a passage, the innermost


def place_in_words(place: Locator) -> str:
    """Such as "page 2, Results › Costs, paragraphs 4–5"."""
    names = [f"page {place.page}"] if place.page else []
    if place.time is not None:
        minutes, seconds = divmod(int(place.time), 60)
        hours, minutes = divmod(minutes, 60)
        names.append(f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}")
    if place.headings:
        names.append(" › ".join(place.headings[-_HEADINGS_SHOWN:]))
    if place.first and place.first != place.last:
        names.append(f"paragraphs {place.first}–{place.last}")
    elif place.first:
        names.append(f"paragraph {place.first}")
    return ", ".join(names)


def notice_in_words(notice: Notice) -> str:
    """A sentence on a document, without its end."""
    many = notice.count != 1
    if notice.kind == "scanned":
        return (
            f"{notice.count} pages are pictures without text"
            if many
            else "one page is a picture without text"
        )
    return (
        f"{notice.count} bytes were no text and were replaced"
        if many
        else "one byte was no text and was replaced"
    )
