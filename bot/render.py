"""Answers in, text out: for a terminal, or as JSON. Pure functions; they print nothing."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.answering.answers import Answer, Citation
from bot.answering.talk import Talk
from bot.engine import Matches
from bot.plain import clean, line, spaced
from bot.texts import apart, gettext, ngettext, noop
from bot.words import coverage_in_words, outdated_in_words, place_in_words
from index.records import Document, Passage

_OTHERS_NAMED = 3  # documents that say the same
NOT_FOUND = noop("The documents do not answer this.")
SMALL_TALK: dict[Talk, str] = {
    "greeting": noop("Hello! Ask me something that the documents may tell."),
    "thanks": noop("You are welcome. Ask me whenever there is something to look up."),
    "about": noop(
        "I look for answers in the documents, and quote them word for word. Just write your question."
    ),
    "wordless": noop("Write me a question in words, and I look for the answer in the documents."),
}
"""What is said to what is no question."""
NEAREST = noop("The nearest passages, which are not an answer:")


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as front ends and scripts exchange it; README lists the keys."""
    return {
        "question": answer.question,
        "searched_for": answer.searched_for,
        "found": answer.found,
        "confidence": round(answer.confidence, 4),
        "answer": answer.text,
        "lead": answer.lead,
        "citations": [citation_json(citation) for citation in answer.citations],
        "elapsed_ms": round(answer.elapsed_ms, 1),
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation as scripts read it: ``locator`` in words, ``place`` the same as data."""
    return {
        "number": citation.number,
        "source": citation.source,
        "title": citation.title,
        "locator": place_in_words(citation.place),
        "place": msgspec.to_builtins(citation.place),
        "context": list(citation.context),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "shown": citation.shown,
        "passage": citation.passage,
        "passage_start": citation.passage_start,
        "passage_end": citation.passage_end,
        "span": citation.span,
        "score": citation.score,
        "also": [{"source": source, "start": start, "end": end} for source, start, end in citation.also],
    }


def terminal(answer: Answer, matches: Matches, *, width: int, colour: bool, undo: str = "") -> str:
    """The answer for a terminal: quotes with the question's words emphasised, then their sources.

    Args:
        answer: what is shown.
        matches: where the words of the question stand.
        width: of the terminal, in columns.
        colour: whether to use it.
        undo: how to ask a question as it was typed, where something else was searched for.
    """
    if answer.talk:
        return _render([Text(SMALL_TALK[answer.talk])], width=width, colour=colour)
    parts: list[RenderableType] = []
    if answer.searched_for != answer.question:
        hint = f"  ({undo})" if undo else ""
        parts.append(Text(f"searched for: {line(answer.searched_for)}{hint}", style="dim"))
    if answer.found:
        parts += [Text(line(answer.lead), style="bold"), Text()] if answer.lead else []
        parts.append(_quotes(answer.citations, matches))
    else:
        parts.append(Text(NOT_FOUND, style="bold"))
        if answer.near:
            parts += [Text(NEAREST, style="dim"), Padding(_quotes(answer.near, matches, "dim"), (0, 0, 0, 2))]
    if citations := answer.citations or answer.near:
        parts += [Text(), _sources(citations)]
    parts += [Text(f"! {line(notice)}", style="yellow") for notice in map(outdated_in_words, answer.outdated)]
    if answer.found:
        certain = gettext("confidence {share:.0%}", share=min(answer.confidence, 0.99))
        parts += [Text(), Text(" · ".join(filter(None, [coverage_in_words(answer), certain])), style="dim")]
    return _render(parts, width=width, colour=colour)


def where(citation: Citation) -> str:
    """Where a quote stands, and where else, in words."""
    return gettext(", ").join(filter(None, [place_in_words(citation.place), others_in_words(citation)]))


def others_in_words(citation: Citation) -> str:
    """Where else a quote stands, or ""."""
    others = [source for source, _, _ in citation.also if source != citation.source]
    named = list(dict.fromkeys(others))[:_OTHERS_NAMED]
    more = len(set(others)) - len(named)
    names = [apart(line(name)) for name in named]
    names += [ngettext("{count} more", "{count} more", more)] if more else []
    if names:
        return gettext("also in {documents}", documents=gettext(", ").join(names))
    return gettext("also elsewhere in it") if citation.also else ""


def in_three(citation: Citation) -> tuple[str, str, str]:
    """A quote as it is shown, in three: the words that answer by themselves, and what is around them.

    It is one line, but for code, which keeps its lines.
    """
    start, end = citation.span or (citation.end, citation.end)
    cuts = ((citation.start, start), (start, end), (end, citation.end))
    parts = [[(name, text) for name, text, _ in citation.pieces(*cut)] for cut in cuts]
    if parts[1]:  # the name of a cell is no part of the answer in it
        (name, text), *others = parts[1]
        parts = [[*parts[0], ("", name)], [("", text), *others], parts[2]]
    before, span, after = ("".join(name + text for name, text in part) for part in parts)
    if citation.kind == "code":
        return clean(before), clean(span), clean(after)
    before, span, after = spaced(before).lstrip(), line(span), spaced(after).rstrip()
    return before, span, after.lstrip() if (before + span).endswith(" ") else after


def more(citations: Sequence[Citation], matches: Matches, *, width: int, colour: bool) -> str:
    """Further passages, each by its best sentence."""
    if not citations:
        return "There is no more.\n"
    return _render([_quotes(citations, matches), Text(), _sources(citations)], width=width, colour=colour)


def passage(
    context: tuple[Passage | None, Passage, Passage | None],
    quote: tuple[int, int] | None,
    *,
    width: int,
    colour: bool,
) -> str:
    """A passage between its dimmed neighbours, a quote in it emphasised; offsets in the document."""
    before, here, after = context
    document = here.document
    text = Text()
    start, end = quote or (here.start, here.start)
    for piece, style in (
        (document.text[here.start : start], ""),
        (document.text[start:end], "bold"),
        (document.text[end : here.end], ""),
    ):
        text.append(clean(piece), style)
    place = (
        f"{line(document.source)}, {line(place_in_words(here.locator))}, characters {here.start}–{here.end}"
    )
    head = f"{line(document.title)}  ({place})"
    parts: list[RenderableType] = [Text(head, style="cyan"), Text()]
    parts += [Text(clean(before.text), style="dim"), Text()] if before else []
    parts += [Padding(text, (0, 0, 0, 2))]
    parts += [Text(), Text(clean(after.text), style="dim")] if after else []
    return _render(parts, width=width, colour=colour)


def document_json(document: Document, here: Passage | None) -> dict[str, Any]:
    """A document and its text, in which all offsets count; with the passage asked for, if any."""
    known = {"source": document.source, "title": document.title, "digest": document.digest}
    shown = here and {
        "locator": place_in_words(here.locator),
        "start": here.start,
        "end": here.end,
        "text": here.text,
    }
    return {**known, "text": document.text, **({"passage": shown} if shown else {})}


def _quotes(citations: Iterable[Citation], matches: Matches, style: str = "") -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")  # never cut: a quote is word for word
    for citation in citations:
        before, span, after = in_three(citation)
        quote = Text(before + span + after, style=style)
        for start, end in matches(quote.plain):
            quote.stylize("bold green", start, end)
        quote.stylize("bold underline", len(before), len(before + span))
        table.add_row(Text(f"[{citation.number}]", style="cyan"), quote)
    return table


def _sources(citations: Iterable[Citation]) -> Table:
    """Each document once, with the places cited in it."""
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="fold")
    documents: dict[str, list[Citation]] = {}
    for citation in citations:
        documents.setdefault(citation.source, []).append(citation)
    for source, cited in documents.items():
        places = Text(" · ").join(
            Text(f"[{citation.number}]", style="cyan").append(f" {line(where(citation))}", style="default")
            for citation in cited
        )
        table.add_row(Text(line(cited[0].title), style="italic").append(f"  ({line(source)})", style="dim"))
        table.add_row(Padding(places, (0, 0, 0, 2)))
    return table


def _render(parts: Iterable[RenderableType], *, width: int, colour: bool) -> str:
    stream = io.StringIO()
    system: Any = "standard" if colour else None
    console = Console(file=stream, width=width, force_terminal=colour, color_system=system, highlight=False)
    for part in parts:
        console.print(part)
    return "\n".join(row.rstrip() for row in stream.getvalue().split("\n"))
