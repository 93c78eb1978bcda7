"""An answer → its quotes, their sources, and buttons; then what the buttons bring."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.answers import NEAR, Answer, Citation
from bot.plain import clean, line
from bot.render import NEAREST, NOT_FOUND, SMALL_TALK, where
from bot.telegram.showing import cited
from bot.telegram.showing.html import Block, Run, block
from bot.telegram.showing.opened import page
from bot.telegram.showing.screens import Screen, of, text
from bot.texts import gettext, ngettext, noop
from bot.words import coverage_in_words, outdated_in_words
from index.history import Said

QUOTES = 10  # quotes of an answer shown at once; a button brings the rest
_IN_A_ROW = 5  # buttons
_COPIED = 256  # most characters that a button copies
_CHOSEN = " ✓"  # after the verdict that was given
_STILL_TRUE: Mapping[int, Said] = {}  # of the quotes of an answer all

SEARCHING = noop("These are the first quotes; I am looking through all documents for the rest.")
SOME_CHANGED = noop(
    "The documents have changed since I answered: what is crossed out no longer stands there."
)
ALL_CHANGED = noop("The documents have changed since I answered: none of this stands there any more.")
STOPPED = noop("You stopped me: these are the first quotes, and there may be more.")
UNASKED = noop("You did not ask me, but this stands in the documents:")
HUSH = noop("🔕 Not today")
ONLY_ASKER_STOPS = noop("Only who asked can stop this.")
DID_IT_ARRIVE = noop("Did my answer to this arrive? The connection broke while I sent it.")
SHOW_AGAIN = noop("Show it again")


def answer(
    reply: Answer,
    number: int,
    *,
    repeat: bool = False,
    searching: bool = False,
    stopped: bool = False,
    now: Mapping[int, Said] = _STILL_TRUE,
    most: int = cited.QUOTE,
    paged: bool = False,
) -> Screen:
    """An answer: quotes first, then their sources.

    Args:
        reply: what is shown.
        number: by which the buttons name this answer.
        repeat: show the question too, where no message of a person holds it.
        searching: say that these are the first quotes, and offer to stop looking for others.
        stopped: say that others were not looked for to the end.
        now: what stands in the documents where quotes of these numbers stood that no longer do.
        most: UTF-16 units shown of a quote.
        paged: whether the document of the first citation has pages that can be shown.
    """
    if reply.talk:
        return text(gettext(SMALL_TALK[reply.talk]))
    citations = (reply.citations or reply.near[:NEAR])[:QUOTES]
    blocks = [block(Run(line(reply.question), "b"))] if repeat else []
    blocks += _told(reply, citations, now, most)
    if searching or stopped:
        blocks.append(block(Run(gettext(SEARCHING if searching else STOPPED), "i")))
    cites = _cites(citations, number)
    if paged and len(citations) == 1:
        cites[0] += page(number, citations[0])
    if searching:
        stop = InlineKeyboardButton(gettext("Stop"), callback_data=f"stop:{number}")
        return of(blocks, *cites, [stop])
    if reply.found and 0 < len(reply.lead) <= _COPIED and citations[0].number not in now:
        copy = InlineKeyboardButton(gettext("📋 Copy"), copy_text=CopyTextButton(line(reply.lead)))
        cites = [*cites[:-1], [*cites[-1], copy]] if len(cites[-1]) < _IN_A_ROW else [*cites, [copy]]
    return of(blocks, *cites, *_offers(reply, len(citations), number))


def _told(reply: Answer, citations: Sequence[Citation], now: Mapping[int, Said], most: int) -> list[Block]:
    """What is said in answer: what was searched for, the words that answer, quotes, sources it is."""
    blocks = []
    if reply.searched_for != reply.question:
        searched = gettext("searched for: {question}", question=line(reply.searched_for))
        blocks.append(block(Run(searched, "i")))
    changed = [citation for citation in citations if citation.number in now]
    stands = len(changed) < len(citations) or not changed
    if changed:
        blocks.append(block(Run(f"⚠ {gettext(SOME_CHANGED if stands else ALL_CHANGED)}", "b")))
    if not reply.found:
        blocks.append(block(Run(gettext(NOT_FOUND), "b")))
        blocks += [block(Run(gettext(NEAREST), "i"), gap=True)] if citations else []
    if reply.lead:
        blocks.append(block(Run(line(reply.lead), "s" if citations[0] in changed else "b")))
    blocks += cited.quotes(citations, most=most, now=now)
    if others := len(now) - len(changed):
        told = ngettext(
            "{count} further quote that I showed no longer stands in the documents.",
            "{count} further quotes that I showed no longer stand in the documents.",
            others,
        )
        blocks.append(block(Run(told, "i")))
    blocks += cited.sources(citations)
    blocks += [block(f"⚠ {outdated_in_words(one)}") for one in reply.outdated]
    if reply.found and stands:
        certain = gettext("confidence {share:.0%}", share=min(reply.confidence, 0.99))
        blocks.append(block(Run(" · ".join(filter(None, [coverage_in_words(reply), certain])), "i")))
    return blocks


def _offers(reply: Answer, shown: int, number: int) -> Iterator[list[InlineKeyboardButton]]:
    """Rows of buttons below those of citations: what more there is, verdicts, and the question as typed."""
    further = _further(len(reply.citations) - shown, number) if shown else []
    if reply.found:
        yield [*further, *_verdicts(number)]
    else:
        yield further
        yield [InlineKeyboardButton(gettext("I expected an answer"), callback_data=f"bad:{number}")]
    if reply.searched_for != reply.question:
        yield [InlineKeyboardButton(gettext("Ask as typed"), callback_data=f"alone:{number}")]


def interjection(reply: Answer, number: int) -> Screen:
    """An answer that nobody asked for, which is short, and how to have none for a day."""
    blocks = [block(Run(gettext(UNASKED), "i"))]
    blocks += [block(Run(line(reply.lead), "b"))] if reply.lead else []
    hush = InlineKeyboardButton(gettext(HUSH), callback_data=f"hush:{number}")
    blocks += [*cited.quotes(reply.citations), *cited.sources(reply.citations)]
    return of(blocks, *_cites(reply.citations, number), [*_verdicts(number), hush])


def doubt(number: int) -> Screen:
    """Whether an answer arrived of which nobody knows."""
    again = InlineKeyboardButton(gettext(SHOW_AGAIN), callback_data=f"again:{number}")
    return text(gettext(DID_IT_ARRIVE), keyboard=InlineKeyboardMarkup([[again]]))


def as_file(reply: Answer) -> bytes:
    """All quotes of an answer with their places, as a text file in UTF-8."""
    parts = [reply.question, coverage_in_words(reply)]
    for citation in reply.citations:
        source = f"{line(citation.title)} ({line(citation.source)}), {line(where(citation))}"
        parts.append(f"[{citation.number}] {clean(citation.shown)}\n{source}")
    return "\n\n".join(filter(None, parts)).encode() + b"\n"


def more(
    citations: Sequence[Citation], number: int, *, left: int, now: Mapping[int, Said] = _STILL_TRUE
) -> Screen:
    """Further quotes of an answer; ``left`` counts those that are still to come."""
    return of(
        [*cited.quotes(citations, now=now), *cited.sources(citations)],
        *_cites(citations, number),
        _further(left, number) if citations else [],
    )


def other_passages(citations: Sequence[Citation], number: int, *, last: bool) -> Screen:
    """The next best passages, which may have nothing to do with the question; ``last`` if no more follow."""
    told = gettext("Other passages. They are near the question, but no evidence for an answer:")
    return of(
        [block(Run(told, "i")), *cited.quotes(citations), *cited.sources(citations)],
        *_cites(citations, number),
        _further(0, number) if not last else [],
    )


def judged(screen: Screen, number: int, verdict: str) -> Screen:
    """The screen of the answer of that number, with a mark on the verdict that was given, if one was."""
    if not verdict or screen.keyboard is None:
        return screen
    return replace(screen, keyboard=chosen(screen.keyboard, f"{verdict}:{number}"))


def chosen(keyboard: InlineKeyboardMarkup, data: str) -> InlineKeyboardMarkup:
    """The buttons below an answer, with a mark on the verdict of that data and on no other."""

    def marked(button: InlineKeyboardButton) -> InlineKeyboardButton:
        if not str(button.callback_data).startswith(("good:", "bad:")):
            return button
        label = button.text.removesuffix(_CHOSEN) + (_CHOSEN if button.callback_data == data else "")
        return InlineKeyboardButton(label, callback_data=button.callback_data)

    return InlineKeyboardMarkup([[marked(button) for button in row] for row in keyboard.inline_keyboard])


def _cites(citations: Sequence[Citation], number: int) -> list[list[InlineKeyboardButton]]:
    cites = [
        InlineKeyboardButton(f"[{c.number}]", callback_data=f"cite:{number}:{c.number}") for c in citations
    ]
    rows = ceil(len(cites) / _IN_A_ROW)
    size = ceil(len(cites) / max(rows, 1))  # rows of about the same length
    return [cites[i : i + size] for i in range(0, len(cites), max(size, 1))]


def _further(left: int, number: int) -> list[InlineKeyboardButton]:
    """What brings the rest of the quotes, or else other passages."""
    label = (
        ngettext("{count} more quote", "{count} more quotes", left) if left > 0 else gettext("Other passages")
    )
    return [InlineKeyboardButton(label, callback_data=f"more:{number}")]


def _verdicts(number: int) -> list[InlineKeyboardButton]:
    return [
        InlineKeyboardButton("👍", callback_data=f"good:{number}"),
        InlineKeyboardButton("👎", callback_data=f"bad:{number}"),
    ]
