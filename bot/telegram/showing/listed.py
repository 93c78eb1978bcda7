"""The documents → a page of their list."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.filesize import decimal
from telegram.constants import InlineKeyboardButtonLimit

from bot.plain import line
from bot.telegram.showing.html import Run, block, messages, short
from bot.telegram.showing.screens import PAGE, Screen, page_of, pager, text
from bot.texts import gettext, ngettext
from index.engines.base import Entry

_WORDS = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA - len("list:1000000:")  # bytes of what is looked for


def found(entries: Sequence[Entry], words: str) -> list[Entry]:
    """The documents that have all these words in their title or path."""
    wanted = words.casefold().split()
    return [
        entry
        for entry in entries
        if all(word in f"{entry.title}\n{entry.source}".casefold() for word in wanted)
    ]


def sources(entries: Sequence[Entry], page: int, words: str = "") -> Screen:
    """A page of the documents with dates and sizes; pages count from 0.

    Args:
        entries: all documents.
        page: the nearest one is shown where there is none of that number.
        words: only documents with these in title or path are listed.
    """
    words = line(words).encode()[:_WORDS].decode(errors="ignore")
    listed = found(entries, words)
    pages = max(1, -(-len(listed) // PAGE))
    page = min(max(page, 0), pages - 1)
    first = page * PAGE
    total = ngettext("{count} document", "{count} documents", len(entries))
    if words and not listed:
        nothing = gettext("No document has “{words}” in its name. /sources lists all.", words=words)
        return text(nothing)
    if words:
        total = gettext(
            "Documents with “{words}” in their name: {number} of {total}",
            words=words,
            number=len(listed),
            total=len(entries),
        )
    blocks = [block(Run(total, "b"))]
    for place, entry in enumerate(listed[first : first + PAGE], first + 1):
        date = datetime.fromtimestamp(entry.mtime_ns / 1e9, UTC).date().isoformat()
        blocks.append(
            block(
                f"{place}. {short(line(entry.title), 120)}\n",
                Run(f"{short(line(entry.source), 120)} · {date} · {_size(entry.size)}", "i"),
            )
        )
    if pages > 1:
        hint = "" if words else gettext("/sources tax lists those with “tax” in their name")
        blocks.append(block(Run(" · ".join(filter(None, [page_of(page, pages), hint])), "i"), gap=True))
    return Screen(messages(blocks)[:1], pager(lambda to: f"list:{to}:{words}", page, pages))


def _size(size: int) -> str:
    """Such as "12.3 kB"."""
    return ngettext("{count} byte", "{count} bytes", size) if size < 1000 else decimal(size)
