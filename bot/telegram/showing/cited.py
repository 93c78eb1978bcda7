"""Citations in, blocks of a message out: quotes, the documents that they are of, passages around them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec.structs import replace as replaced

from bot.answering.answers import Citation
from bot.plain import line
from bot.render import others_in_words
from bot.telegram.showing.formatted import formatted, styled
from bot.telegram.showing.html import Block, Run, block, short, units, window
from bot.texts import gettext, noop
from bot.words import place_in_words
from index.history import Said
from index.records import Document, Locator, Passage

QUOTE = 10_000  # UTF-16 units shown of a quote; a file's longest "sentence" may be all of it
_STILL_TRUE: Mapping[int, Said] = {}

SAYS_NOW = noop("Changed on {date}: it says now")
GONE = noop("No longer in the documents since {date}.")


def quotes(
    citations: Sequence[Citation],
    *,
    numbered: bool = True,
    most: int = QUOTE,
    now: Mapping[int, Said] = _STILL_TRUE,
) -> list[Block]:
    """Each citation as a quotation, to so many UTF-16 units; the styles of one that is cut are lost.

    What no longer stands in the documents is crossed out, above what stands there ``now``.
    """
    blocks = []
    for citation in citations:
        if said := now.get(citation.number):
            blocks += _changed(citation, said, most)
            continue
        number = [Run(f"[{citation.number}] ", "b")] if numbered else []
        runs = list(
            styled(
                citation.start,
                citation.end,
                citation.pieces,
                citation.styles,
                strong=citation.span,
                code=citation.kind == "code",
            )
        )
        if units("".join(run.text for run in runs)) > most:
            runs = [Run(short(line(citation.shown), most))]
        blocks.append(block(*number, *runs, quoted=True))
    return blocks


def _changed(citation: Citation, said: Said, most: int) -> list[Block]:
    """A quote that no longer stands in the documents, and the words in its place."""
    quote = Run(short(line(citation.shown), most), "s")
    blocks = [block(Run(f"[{citation.number}] ", "b"), quote, quoted=True)]
    date = said.since[:10]
    if not said.words:
        return [*blocks, block(Run(gettext(GONE, date=date), "i"))]
    words = block(short(line(said.words), most), quoted=True)
    return [*blocks, block(Run(gettext(SAYS_NOW, date=date), "i")), words]


def sources(citations: Sequence[Citation]) -> list[Block]:
    """Each document once, with the places cited in it; neighbouring ones as one."""
    documents: dict[str, list[Citation]] = {}
    for citation in citations:
        documents.setdefault(citation.source, []).append(citation)
    blocks = []
    for source, cited in documents.items():
        blocks.append(named(source, line(cited[0].title)))
        groups = _merged(cited)
        names = len(citations) > 1
        shown = [(_numbers(numbers) if names else "", words) for numbers, words in groups]
        lines = " · ".join(" ".join(filter(None, one)) for one in shown)
        blocks += [block(lines)] if lines else []
    return blocks


def named(source: str, title: str, *, gap: bool = False) -> Block:
    """A document by its title and path, or by the path alone where that says the title."""
    path = line(source)
    name = path.rpartition("/")[2].rpartition(".")[0]
    if re.sub("[-_ ]+", " ", name).casefold() == title.casefold() or path == title:
        return block(Run(short(path, 200), "b"), gap=gap)
    return block(Run(short(title, 200), "b"), f" · {short(path, 200)}", gap=gap)


def _merged(cited: Sequence[Citation]) -> Iterator[tuple[list[int], str]]:
    """Numbers of citations of one document and the place where they stand, neighbouring places as one."""
    title = line(cited[0].title)
    merged: list[tuple[list[int], Locator, str]] = []
    for citation in cited:
        place, others = _below(citation.place, title), others_in_words(citation)
        if merged and merged[-1][2] == others:
            numbers, last, _ = merged[-1]
            if (whole := _joined(last, place)) is not None:
                merged[-1] = [*numbers, citation.number], whole, others
                continue
        merged.append(([citation.number], place, others))
    for numbers, place, others in merged:
        yield numbers, gettext(", ").join(filter(None, [place_in_words(place), others]))


def _joined(one: Locator, other: Locator) -> Locator | None:
    """Two neighbouring places as one; None where they are none."""
    apart = {"first": 0, "last": 0, "first_row": 0, "last_row": 0}
    if replaced(one, **apart) != replaced(other, **apart) or not one.first <= other.first <= one.last + 1:
        return None
    if bool(one.first_row) != bool(other.first_row):
        return None
    first, last = min(one.first_row, other.first_row), max(one.last_row, other.last_row)
    if last - first > one.last_row - one.first_row + other.last_row - other.first_row + 1:
        return None  # there are rows between them
    return replaced(one, last=max(one.last, other.last), first_row=first, last_row=last)


def _below(place: Locator, title: str) -> Locator:
    """A place without the heading that is the document's title."""
    headings = place.headings
    return replaced(place, headings=headings[1:]) if headings and line(headings[0]) == title else place


def _numbers(numbers: Sequence[int]) -> str:
    """Such as "[1]", or "[2]–[5]" for several in a row."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"[{numbers[0]}]–[{numbers[-1]}]"
    return " ".join(f"[{number}]" for number in numbers)


def passage(
    document: Document,
    context: tuple[Passage | None, Passage, Passage | None],
    citation: Citation,
    notice: str,
    size: int,
) -> list[Block]:
    """The passage to ``size`` characters, and a quarter as much of each neighbour."""
    before, here, after = context
    start = min(max(citation.start, here.start), here.end)
    end = min(max(citation.end, here.start), here.end)
    first, last = window(here.text, start - here.start, end - here.start, size)
    first, last = here.start + first, here.start + last
    title = line(document.title)
    place = short(place_in_words(_below(here.locator, title)), 200)
    blocks = [
        named(document.source, title),
        block(Run(" · ".join(filter(None, [f"[{citation.number}]", place])), "i")),
    ]
    if before:
        from_there, _ = window(before.text, len(before.text), len(before.text), size // 4)
        left_out = "… " if from_there else ""
        start_there = before.start + from_there
        blocks.append(_neighbour(document, start_there, before.end, title, (left_out, "")))
    inside = formatted(document, first, last, (start, end) if start < end else None, title)
    inside[:1] = [replace(one, gap=not before) for one in inside[:1]]  # a quotation keeps a distance itself
    blocks += _cut_off(inside, "… " if first > here.start else "", " …" if last < here.end else "")
    if after:
        _, to_there = window(after.text, 0, 0, size // 4)
        rest = " …" if to_there < len(after.text) else ""
        blocks.append(_neighbour(document, after.start, after.start + to_there, title, ("", rest)))
    return blocks + ([block(f"⚠ {short(line(notice), 300)}", gap=True)] if notice else [])


def _neighbour(document: Document, start: int, end: int, title: str, cut: tuple[str, str]) -> Block:
    """A passage before or after, as a quotation."""
    runs: list[Run] = []
    for one in _cut_off(formatted(document, start, end, None, title), *cut):
        runs += [Run("\n\n" if one.gap else "\n")] * bool(runs) + list(one.runs)
    return block(*runs, quoted=True)


def _cut_off(blocks: list[Block], before: str, after: str) -> list[Block]:
    """Blocks with dots where something is left out before or after them."""
    if before and blocks:
        blocks[0] = replace(blocks[0], runs=(Run(before), *blocks[0].runs))
    if after and blocks:
        blocks[-1] = replace(blocks[-1], runs=(*blocks[-1].runs, Run(after)))
    return blocks
