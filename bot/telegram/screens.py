"""What the bot shows, as messages and buttons. Pure functions: they send nothing and look nothing up.

Data of buttons, at most 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton):
    cite:ANSWER:NUMBER          open a citation
    walk:ANSWER:NUMBER:OFFSET   go to the passage at an offset of the same document
    file:ANSWER:NUMBER          send the document
    more:ANSWER                 further quotes, then the next best passages
    good:ANSWER, bad:ANSWER     a verdict
    alone:ANSWER                the same question again, without the conversation
    stop:ANSWER                 look for no more members of a list
    again:ANSWER                show an answer that may not have arrived
    list:PAGE                   a page of the documents
    ask:QUESTION                one of the example questions
    allow:CHAT, deny:CHAT       what an administrator decides on a request
    leave:USER, stay:USER       what the last administrator decides about leaving
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from rich.filesize import decimal
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit

from bot.answering.answers import Answer, Citation
from bot.plain import clean, line, spaced
from bot.render import NEAREST, NOT_FOUND, where
from bot.telegram.html import MOST_UNITS, Block, Message, Run, block, excerpt, messages, short, units
from bot.words import place_in_words
from index.generation import Entry
from index.records import Passage

QUOTES = 10  # quotes of an answer shown at once; "More" brings the rest
PAGE = 10  # documents listed at once
MOST_EXAMPLE_BYTES = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA - len("ask:")

_IN_A_ROW = 5  # buttons
_QUOTE = 10_000  # UTF-16 units shown of a quote; a file's longest "sentence" may be all of it
_SPARE = 8  # UTF-16 units of a message for what stands between its blocks
_PASSAGE = 2400  # most characters shown of an opened passage

SEARCHING = "These are the first quotes; I am looking through all documents for the rest."
STOPPED = "You stopped me: these are the first quotes, and there may be more."
STOP = "Stop"
ONE_MOMENT = (
    "One moment: Telegram lets me send only 20 messages a minute to a group. {seconds} seconds to go."
)
DID_IT_ARRIVE = "Did my answer to this arrive? The connection broke while I sent it."
SHOW_AGAIN = "Show it again"
NO_MEMORY = (
    "⚠ I cannot use the file that holds my memory ({reason}). I answer on, but buttons and follow-up "
    "questions of new answers do not work, and a restart may repeat or forget questions. See whether the "
    "disk of {folder} is full, or another program has locked the file."
)
ONLY_ASKER_STOPS = "Only who asked can stop this."
WHOLE_LIST = "All {count} quotes."

PRIVATE = "This is a private bot, which answers only people whom its administrators have allowed."
ASKED_ADMINS = (
    "This is a private bot; I have passed your request on to its administrators and will tell you "
    "what they decide."
)
WAITING = (
    "Your request waits for my administrators. I will tell you what they decide, and if they let you in, "
    "answer what you have asked."
)
HELP = """\
In a private chat, whatever you write is a question. In a group, ask with /ask, by mentioning me, or by \
replying to one of my messages. Edit your question, and I edit my answer.

[1] [2] [3] open a quote in its context, from where you can walk through the document with ◀ ▶ or get \
the file. More brings the next best passages. With 👍 and 👎 you tell whether the answer was right.

A question may lean on those before it, as “When was it?” does; reply to an answer to lean on that one. I \
then show what I searched for, and “Ask as typed” takes that back. /reset makes me forget."""
PRIVACY = """\
What is stored on the machine that runs me:
• your question, your id and the quotes I answered with, for {days} days or until /reset, so that the \
buttons and follow-up questions work;
• with 👍 or 👎 the question, what was quoted, your verdict and the time, without your name or id;
• who asked for access and what was decided: ids and names, until an administrator removes them with \
/forget; what was asked meanwhile, until the decision, or {days} days;
• what waits for me to answer, until I have; its number for a week, so that nothing is answered twice;
• the log: ids of chats and timings{texts}.
Nothing is sent to anyone but Telegram, which carries our messages."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Messages in order; the keyboard belongs to the last."""

    messages: list[Message]
    keyboard: InlineKeyboardMarkup | None = None


def text(*paragraphs: str, keyboard: InlineKeyboardMarkup | None = None) -> Screen:
    """Plain paragraphs."""
    return Screen(messages(block(paragraph, gap=True) for paragraph in paragraphs), keyboard)


def answer(
    reply: Answer, number: int, *, repeat: bool = False, searching: bool = False, stopped: bool = False
) -> Screen:
    """An answer: quotes first, then their sources.

    Args:
        reply: what is shown.
        number: by which the buttons name this answer.
        repeat: show the question too, where no message of a person holds it.
        searching: say that these are the first quotes, and offer to stop looking for others.
        stopped: say that others were not looked for to the end.
    """
    blocks = [block(Run(line(reply.question), "b"))] if repeat else []
    if reply.searched_for != reply.question:
        blocks.append(block(Run(f"searched for: {line(reply.searched_for)}", "i")))
    citations = (reply.citations or reply.near)[:QUOTES]
    if not reply.found:
        blocks.append(block(Run(NOT_FOUND, "b")))
        blocks += [block(Run(NEAREST, "i"), gap=True)] if citations else []
    if reply.lead:
        blocks.append(block(Run(line(reply.lead), "b")))
    blocks += _quotes(citations)
    blocks += _sources(citations)
    left = len(reply.citations) - len(citations)
    if left > 0:
        blocks.append(block(f"{len(citations)} of {len(reply.citations)} quotes; More brings the rest."))
    blocks += [block(f"⚠ {line(notice)}") for notice in reply.notices]
    if reply.found:
        certain = f"confidence {min(reply.confidence, 0.99):.0%}"
        blocks.append(block(Run(" · ".join(filter(None, [reply.coverage, certain])), "i")))
    if searching or stopped:
        blocks.append(block(Run(SEARCHING if searching else STOPPED, "i")))
    if searching:
        stop = InlineKeyboardButton(STOP, callback_data=f"stop:{number}")
        return Screen(messages(blocks), InlineKeyboardMarkup([*_cites(citations, number), [stop]]))
    leaned = reply.searched_for != reply.question
    return Screen(messages(blocks), _answer_buttons(citations, number, verdicts=True, alone=leaned))


def doubt(number: int) -> Screen:
    """Whether an answer arrived of which nobody knows."""
    again = InlineKeyboardButton(SHOW_AGAIN, callback_data=f"again:{number}")
    return text(DID_IT_ARRIVE, keyboard=InlineKeyboardMarkup([[again]]))


def as_file(reply: Answer) -> bytes:
    """All quotes of an answer with their places, as a text file in UTF-8."""
    parts = [reply.question, reply.coverage]
    for citation in reply.citations:
        source = f"{line(citation.title)} ({line(citation.source)}), {line(where(citation))}"
        parts.append(f"[{citation.number}] {clean(citation.shown)}\n{source}")
    return "\n\n".join(filter(None, parts)).encode() + b"\n"


def more(citations: Sequence[Citation], number: int) -> Screen:
    """Further quotes below an answer."""
    blocks = [*_quotes(citations), *_sources(citations)]
    return Screen(messages(blocks), _answer_buttons(citations, number, verdicts=False))


def passage(
    context: tuple[Passage | None, Passage, Passage | None],
    citation: Citation,
    number: int,
    notice: str | None = None,
) -> Screen:
    """A passage between its neighbours, the citation's quote in it emphasised; always one message."""
    size = _PASSAGE
    while len(shown := messages(_passage(context, citation, notice, size))) > 1:
        size //= 2  # some characters are two units, and a tab is shown as four spaces
    before, _, after = context
    walk = [
        InlineKeyboardButton(label, callback_data=f"walk:{number}:{citation.number}:{neighbour.start}")
        for label, neighbour in (("◀", before), ("▶", after))
        if neighbour
    ]
    send = InlineKeyboardButton("📄 Send the file", callback_data=f"file:{number}:{citation.number}")
    return Screen(shown, InlineKeyboardMarkup([row for row in (walk, [send]) if row]))


def _passage(
    context: tuple[Passage | None, Passage, Passage | None], citation: Citation, notice: str | None, size: int
) -> list[Block]:
    """The passage to ``size`` characters, and a quarter as much of each neighbour."""
    before, here, after = context
    document = here.document
    start = min(max(citation.start, here.start), here.end) - here.start
    end = min(max(citation.end, here.start), here.end) - here.start
    head, quote, tail = excerpt(here.text, start, end, size)
    where_it_is = short(line(place_in_words(here.locator)), 200)
    place = f"[{citation.number}] {where_it_is} · {short(line(document.source), 200)}"
    blocks = [block(Run(short(line(document.title), 200), "b")), block(Run(place, "i"))]
    if before:
        shown, _, _ = excerpt(before.text, len(before.text), len(before.text), size // 4)
        blocks.append(block(shown.strip(), quoted=True, gap=True))
    blocks.append(block(head, Run(quote, "b"), tail, gap=not before))
    if after:
        _, _, shown = excerpt(after.text, 0, 0, size // 4)
        blocks.append(block(shown.strip(), quoted=True))
    return blocks + ([block(f"⚠ {short(line(notice), 300)}", gap=True)] if notice else [])


def sources(entries: Sequence[Entry], page: int) -> Screen:
    """A page of the documents with dates and sizes; pages count from 0."""
    pages = max(1, -(-len(entries) // PAGE))
    page = min(max(page, 0), pages - 1)
    first = page * PAGE
    blocks = [block(Run(f"{len(entries)} documents" if len(entries) != 1 else "One document", "b"))]
    for place, entry in enumerate(entries[first : first + PAGE], first + 1):
        date = datetime.fromtimestamp(entry.mtime_ns / 1e9, UTC).date().isoformat()
        blocks.append(
            block(
                f"{place}. {short(line(entry.title), 120)}\n",
                Run(f"{short(line(entry.source), 120)} · {date} · {decimal(entry.size)}", "i"),
            )
        )
    buttons = [
        InlineKeyboardButton(label, callback_data=f"list:{to}")
        for label, to in (("◀", page - 1), ("▶", page + 1))
        if 0 <= to < pages
    ]
    if pages > 1:
        blocks.append(block(Run(f"page {page + 1} of {pages}", "i"), gap=True))
    return Screen(messages(blocks)[:1], InlineKeyboardMarkup([buttons]) if buttons else None)


def start(documents: int, examples: Sequence[str]) -> Screen:
    """What the bot is, with questions to try."""
    count = f"{documents} documents" if documents != 1 else "one document"
    blocks = [
        block(
            f"I answer questions from {count}, with sentences quoted word for word, each with the place "
            "where it stands. Where the documents do not hold the answer, I say so."
        ),
    ]
    if not examples:
        return Screen(messages([*blocks, block("Just write your question.", gap=True)]))
    blocks.append(block("Just write your question, or try one of these:", gap=True))
    blocks += [block(f"{i}. {line(example)}") for i, example in enumerate(examples, 1)]
    buttons = [
        InlineKeyboardButton(f"Ask {i}", callback_data=f"ask:{example}")
        for i, example in enumerate(examples, 1)
    ]
    return Screen(messages(blocks), InlineKeyboardMarkup([buttons]))


def choice(*paragraphs: str, buttons: dict[str, str]) -> Screen:
    """Paragraphs above buttons, one a row: labels by the data of the buttons."""
    rows = [[InlineKeyboardButton(label, callback_data=data)] for data, label in buttons.items()]
    return text(*paragraphs, keyboard=InlineKeyboardMarkup(rows))


def request(chat: int, name: str) -> Screen:
    """An outsider's request, for an administrator to decide on; ids of groups are negative."""
    who = f"The group “{short(line(name), 80)}”" if chat < 0 else short(line(name), 80)
    buttons = [
        InlineKeyboardButton("Allow", callback_data=f"allow:{chat}", style="success"),
        InlineKeyboardButton("Deny", callback_data=f"deny:{chat}", style="danger"),
    ]
    return text(f"{who} (id {chat}) asks for access.", keyboard=InlineKeyboardMarkup([buttons]))


def outcome(chat: int, name: str, by: str, *, allow: bool) -> str:
    """What became of a request, for all administrators to see."""
    who, judge = f"{short(line(name), 80)} (id {chat})", short(line(by), 80)
    return f"{who} may ask now. {judge} allowed it." if allow else f"{who} may not ask. {judge} refused it."


def decided(chat: int, *, allow: bool, waiting: bool) -> Screen:
    """What administrators decided, for those who asked for access; ids of groups are negative.

    ``waiting`` is whether they asked questions meanwhile, which are answered next.
    """
    if not allow:
        return text("The administrators have decided not to let you in.")
    if chat < 0:
        here = "This group may ask now, as in: /ask Who attended?"
        return text(f"{here} I begin with what was asked." if waiting else here)
    return text(
        "You may ask now; I begin with what you asked."
        if waiting
        else "You may ask now: just write your question."
    )


def article(citation: Citation) -> tuple[str, str, Message]:
    """A citation for inline mode: title, description, and what is sent when it is chosen: one message."""
    sources = _sources([citation], numbered=False)
    most = max(0, MOST_UNITS - _SPARE - sum(units(run.text) for one in sources for run in one.runs))
    while len(shown := messages([*_quotes([citation], numbered=False, most=most), *sources])) > 1 and most:
        most //= 2
    description = short(f"{line(citation.title)}, {line(place_in_words(citation.place))}", 200)
    return short(line(citation.shown), 100), description, shown[0]


def _quotes(citations: Sequence[Citation], *, numbered: bool = True, most: int = _QUOTE) -> list[Block]:
    """Each citation as a quotation, to so many UTF-16 units; the styles of one that is cut are lost."""
    blocks = []
    for citation in citations:
        number = [Run(f"[{citation.number}] ", "b")] if numbered else []
        runs = list(_styled(citation))
        if units("".join(run.text for run in runs)) > most:
            runs = [Run(short(line(citation.shown), most))]
        blocks.append(block(*number, *runs, quoted=True))
    return blocks


_TAGS = {"link": "a", "code": "code", "bold": "b", "italic": "i"}
_SHOWN_LINKS = re.compile(r"(?:https?|tg|mailto):[!-~]+", re.IGNORECASE)


def _styled(citation: Citation) -> Iterator[Run]:
    """A quote as it is shown, in runs of one style each: the words that answer are bold."""
    looks = [(style.start, style.end, _TAGS[style.kind], style.href) for style in citation.styles]
    looks = [look for look in looks if look[2] != "a" or _SHOWN_LINKS.fullmatch(look[3])]
    looks.sort(key=lambda look: list(_TAGS.values()).index(look[2]))
    if citation.kind == "code":
        looks = [(citation.start, citation.end, "code", "")]
    if citation.span:
        looks.insert(0, (*citation.span, "b", ""))
    borders = sorted({citation.start, citation.end, *(place for look in looks for place in look[:2])})
    inside = [place for place in borders if citation.start <= place <= citation.end]
    keep = clean if citation.kind == "code" else spaced
    before = " "
    for start, end in pairwise(inside):
        style, href = next(
            ((tag, to) for one, other, tag, to in looks if one <= start and end <= other), ("", "")
        )
        for name, piece, _ in citation.pieces(start, end):
            for run in (Run(keep(name)), Run(keep(piece), style, href)):  # names of cells are no part of them
                text = run.text.lstrip() if before.isspace() else run.text
                if text:
                    before = text[-1]
                    yield replace(run, text=text)


def _sources(citations: Sequence[Citation], *, numbered: bool = True) -> list[Block]:
    """Each document once, with the places cited in it."""
    documents: dict[str, list[Citation]] = {}
    for citation in citations:
        documents.setdefault(citation.source, []).append(citation)
    return [
        block(
            Run(short(line(cited[0].title), 200), "b"),
            f" ({line(source)})\n",
            " · ".join((f"[{c.number}] " if numbered else "") + line(where(c)) for c in cited),
        )
        for source, cited in documents.items()
    ]


def _cites(citations: Sequence[Citation], number: int) -> list[list[InlineKeyboardButton]]:
    """Rows of buttons that open citations."""
    cites = [
        InlineKeyboardButton(f"[{c.number}]", callback_data=f"cite:{number}:{c.number}") for c in citations
    ]
    return [cites[i : i + _IN_A_ROW] for i in range(0, len(cites), _IN_A_ROW)]


def _answer_buttons(
    citations: Sequence[Citation], number: int, *, verdicts: bool, alone: bool = False
) -> InlineKeyboardMarkup | None:
    rows = _cites(citations, number)
    last = [InlineKeyboardButton("More", callback_data=f"more:{number}")] if rows else []
    if verdicts:
        last += [
            InlineKeyboardButton("👍", callback_data=f"good:{number}"),
            InlineKeyboardButton("👎", callback_data=f"bad:{number}"),
        ]
    rows += [last] if last else []
    rows += [[InlineKeyboardButton("Ask as typed", callback_data=f"alone:{number}")]] if alone else []
    return InlineKeyboardMarkup(rows) if rows else None
