"""What the bot shows, as messages and buttons. Pure functions: they send nothing and look nothing up.

Texts are those of the language spoken (``bot/texts.py``); what stands out of documents stays as it is.

Data of buttons, at most 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton):
    cite:ANSWER:NUMBER          open a citation
    walk:ANSWER:NUMBER:OFFSET   go to the passage at an offset of the same document
    file:ANSWER:NUMBER          send the document
    page:ANSWER:NUMBER          send the page that the quote stands on, as a picture
    turn:ANSWER:NUMBER:PAGE     show another page, counted from 0, in the same message
    more:ANSWER                 further quotes, then the next best passages
    good:ANSWER, bad:ANSWER     a verdict; where nothing was found, "bad" is that an answer was expected
    alone:ANSWER                the same question again, without the conversation
    stop:ANSWER                 look for no more members of a list
    again:ANSWER                show an answer that may not have arrived
    list:PAGE:WORDS             a page of the documents with these words in their names
    changes:PAGE                a page of what has changed in them
    try:NUMBER                  one of the example questions, which the button shows
    allow:CHAT, deny:CHAT       what an administrator decides on a request
    leave:USER, stay:USER       what the last administrator decides about leaving
    hush:ANSWER                 say nothing unasked in this group for a day
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from rich.filesize import decimal
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit

from bot.answering.answers import NEAR, Answer, Citation
from bot.plain import clean, line
from bot.render import NEAREST, NOT_FOUND, SMALL_TALK, where
from bot.status import Status
from bot.telegram.showing import cited
from bot.telegram.showing.html import MOST_UNITS, Block, Message, Run, block, messages, short, units
from bot.texts import apart, gettext, ngettext, noop
from bot.words import coverage_in_words, outdated_in_words, place_in_words
from index.engines.local.generation import Entry
from index.history import Said
from index.records import Document, Passage

QUOTES = 10  # quotes of an answer shown at once; a button brings the rest
PAGE = 10  # documents listed at once
MOST_EXAMPLE = 60  # characters of a question on a button

_IN_A_ROW = 5  # buttons
_SPARE = 8  # UTF-16 units of a message for what stands between its blocks
_PASSAGE = 2400  # most characters shown of an opened passage
_COPIED = 256  # most characters that a button copies
_WORDS = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA - len("list:1000000:")  # bytes of what is looked for
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
PRIVATE = noop("This is a private bot, which answers only people whom its administrators have allowed.")
ASKED_ADMINS = noop(
    "This is a private bot; I have passed your request on to its administrators and will tell you "
    "what they decide."
)
WAITING = noop(
    "Your request waits for my administrators. I will tell you what they decide, and if they let you in, "
    "answer what you have asked."
)
NO_DOCUMENTS = noop("There are no documents at the moment, so I have nothing to answer from.")
HELP = noop("""\
Just write your question, as you would ask a person:
• Who attended the meeting?
• And when was it?

In a group, write /ask and your question, mention me, or reply to me.

[1] [2] [3] open a quote where it stands; ◀ ▶ read on there, 📄 sends the page or the file.
/sources lists the documents, /sources tax those with “tax” in their name. /changes tells what has \
changed in them this week.

Edit your question, and I edit my answer. I understood it wrongly? “Ask as typed” takes it without what \
came before. /reset makes me forget.""")
HELP_ADMINISTERING = noop(
    "You are my administrator: send me a file, and I offer to add it to the documents; /forget NAME takes "
    "one out, and can be undone. /collection decides which folders a chat sees, /listen in a group has me "
    "answer unasked, /status tells how I am. Whoever asks for access comes to you with two buttons."
)
PRIVACY = noop("""\
What is stored on the machine that runs me:
• your question, your id and language and the quotes I answered with, for {days} days or until /reset, so \
that the buttons and follow-up questions work;
• with 👍, 👎 or “I expected an answer” the question, what was quoted, your verdict and the time, without \
your name or id;
• who asked for access or administers me: ids, names, languages and what was decided, until an administrator \
removes them with /forget; which chats see which folders, until an administrator changes it; what was asked \
meanwhile, until the decision, or {days} days;
• what administrators send me to add to the documents, until that is decided, or {days} days;
• what waits for me to answer, until I have; its number for a week, so that nothing is answered twice;
• the log: ids of chats and timings{texts}.
Nothing is sent to anyone but Telegram, which carries our messages.""")

LISTENING = noop(
    "In a group where an administrator has sent /listen, I look up every message that may be a question to "
    "all, and forget it within a minute. What I answered unasked is kept for {days} days, like other "
    "answers; of 👍 and 👎 I also keep how many the group gave. /quiet ends it."
)
FETCHED = noop("Web pages that administrators add by their address are fetched from where they lie.")


@dataclass(frozen=True, slots=True)
class Screen:
    """Messages in order; the keyboard belongs to the last."""

    messages: list[Message]
    keyboard: InlineKeyboardMarkup | None = None


def text(*paragraphs: str, keyboard: InlineKeyboardMarkup | None = None) -> Screen:
    """Plain paragraphs."""
    return Screen(messages(block(paragraph, gap=True) for paragraph in paragraphs), keyboard)


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
    blocks = [block(Run(line(reply.question), "b"))] if repeat else []
    leaned = reply.searched_for != reply.question
    if leaned:
        searched = gettext("searched for: {question}", question=line(reply.searched_for))
        blocks.append(block(Run(searched, "i")))
    citations = (reply.citations or reply.near[:NEAR])[:QUOTES]
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
    cites = _cites(citations, number)
    if paged and len(citations) == 1:
        cites[0] += _page(number, citations[0])
    if searching or stopped:
        blocks.append(block(Run(gettext(SEARCHING if searching else STOPPED), "i")))
    if searching:
        stop = InlineKeyboardButton(gettext("Stop"), callback_data=f"stop:{number}")
        return _screen(blocks, *cites, [stop])
    if 0 < len(reply.lead) <= _COPIED and reply.found and citations[0] not in changed:
        copy = InlineKeyboardButton(gettext("📋 Copy"), copy_text=CopyTextButton(line(reply.lead)))
        cites = [*cites[:-1], [*cites[-1], copy]] if len(cites[-1]) < _IN_A_ROW else [*cites, [copy]]
    further = _further(len(reply.citations) - len(citations), number) if citations else []
    alone = [InlineKeyboardButton(gettext("Ask as typed"), callback_data=f"alone:{number}")] if leaned else []
    if reply.found:
        return _screen(blocks, *cites, [*further, *_verdicts(number)], alone)
    expected = InlineKeyboardButton(gettext("I expected an answer"), callback_data=f"bad:{number}")
    return _screen(blocks, *cites, further, [expected], alone)


def interjection(reply: Answer, number: int) -> Screen:
    """An answer that nobody asked for, which is short, and how to have none for a day."""
    blocks = [block(Run(gettext(UNASKED), "i"))]
    blocks += [block(Run(line(reply.lead), "b"))] if reply.lead else []
    hush = InlineKeyboardButton(gettext(HUSH), callback_data=f"hush:{number}")
    blocks += [*cited.quotes(reply.citations), *cited.sources(reply.citations)]
    return _screen(blocks, *_cites(reply.citations, number), [*_verdicts(number), hush])


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
    return _screen(
        [*cited.quotes(citations, now=now), *cited.sources(citations)],
        *_cites(citations, number),
        _further(left, number) if citations else [],
    )


def other_passages(citations: Sequence[Citation], number: int, *, last: bool) -> Screen:
    """The next best passages, which may have nothing to do with the question; ``last`` if no more follow."""
    told = gettext("Other passages. They are near the question, but no evidence for an answer:")
    return _screen(
        [block(Run(told, "i")), *cited.quotes(citations), *cited.sources(citations)],
        *_cites(citations, number),
        _further(0, number) if not last else [],
    )


def chosen(keyboard: InlineKeyboardMarkup, data: str) -> InlineKeyboardMarkup:
    """The buttons below an answer, with a mark on the verdict of that data and on no other."""

    def marked(button: InlineKeyboardButton) -> InlineKeyboardButton:
        if not str(button.callback_data).startswith(("good:", "bad:")):
            return button
        label = button.text.removesuffix(_CHOSEN) + (_CHOSEN if button.callback_data == data else "")
        return InlineKeyboardButton(label, callback_data=button.callback_data)

    return InlineKeyboardMarkup([[marked(button) for button in row] for row in keyboard.inline_keyboard])


def passage(
    document: Document,
    context: tuple[Passage | None, Passage, Passage | None],
    citation: Citation,
    number: int,
    notice: str = "",
    *,
    paged: bool = False,
) -> Screen:
    """A passage of a document between its neighbours, formatted, the quote emphasised; always one message.

    ``paged`` is whether the document has pages that can be shown.
    """
    size = _PASSAGE
    while len(shown := messages(cited.passage(document, context, citation, notice, size))) > 1 and size > 1:
        size //= 2  # some characters are two units, and names of columns are repeated in each row
    before, _, after = context
    walk = [
        InlineKeyboardButton(label, callback_data=f"walk:{number}:{citation.number}:{neighbour.start}")
        for label, neighbour in (("◀", before), ("▶", after))
        if neighbour
    ]
    label = gettext("📄 Send the file")
    send = InlineKeyboardButton(label, callback_data=f"file:{number}:{citation.number}")
    files = [*_page(number, citation), send] if paged else [send]
    return Screen(shown, InlineKeyboardMarkup([row for row in (walk, files) if row]))


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


def page_of(page: int, pages: int) -> str:
    """Such as "page 2 of 3"; pages count from 0 here, and from 1 there."""
    return gettext("page {page} of {pages}", page=page + 1, pages=pages)


def pager(data: Callable[[int], str], page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Buttons that lead to other pages, whose data is made of their numbers."""
    jumps = [("⏮", 0, page > 1), ("◀", page - 1, page > 0),
             ("▶", page + 1, page < pages - 1), ("⏭", pages - 1, page < pages - 2)]  # fmt: skip
    row = [InlineKeyboardButton(label, callback_data=data(to)) for label, to, leads in jumps if leads]
    return InlineKeyboardMarkup([row]) if row else None


def _size(size: int) -> str:
    """Such as "12.3 kB"."""
    return ngettext("{count} byte", "{count} bytes", size) if size < 1000 else decimal(size)


def start(documents: int, examples: Sequence[str]) -> Screen:
    """What the bot is, with questions to try; ``documents`` are those that are seen."""
    if not documents:
        return text(gettext(NO_DOCUMENTS))
    what = ngettext(
        "I answer questions from {count} document, with sentences quoted word for word, each with the place "
        "where it stands. Where the documents do not hold the answer, I say so.",
        "I answer questions from {count} documents, with sentences quoted word for word, each with the place "
        "where it stands. Where the documents do not hold the answer, I say so.",
        documents,
    )
    how = (
        gettext("Just write your question, or try one of these:")
        if examples
        else gettext("Just write your question.")
    )
    rows = [
        [InlineKeyboardButton(short(line(example), MOST_EXAMPLE), callback_data=f"try:{number}")]
        for number, example in enumerate(examples, 1)
    ]
    return text(what, how, keyboard=InlineKeyboardMarkup(rows) if rows else None)


def help(*, administers: bool = False) -> Screen:  # noqa: A001 - what the command is called
    """How to ask, and for administrators what else they may do."""
    return text(*gettext(HELP).split("\n\n"), *([gettext(HELP_ADMINISTERING)] if administers else []))


def privacy(days: int, *, log_questions: bool, listening: bool = False, links: bool = False) -> Screen:
    """What is stored, what becomes of messages where the bot listens, and who else hears of what."""
    texts = gettext(" and the texts of questions") if log_questions else gettext(", but no texts")
    told = [gettext(PRIVACY).format(days=days, texts=texts)]
    told += [gettext(LISTENING, days=days)] if listening else []
    told += [gettext(FETCHED)] if links else []
    return text(*told)


def limited(seconds: float) -> str:
    """Somebody does too much at once, and may go on in so many seconds."""
    return ngettext(
        "You are faster than I am. Please go on in {count} second.",
        "You are faster than I am. Please go on in {count} seconds.",
        ceil(seconds),
    )


def unknown_command(nearest: str | None) -> Screen:
    """A command that there is not, and the one that may have been meant."""
    if nearest:
        return text(gettext("I do not know this command. Did you mean /{command}?").format(command=nearest))
    return text(gettext("I do not know this command. /help tells what I understand."))


def status(state: Status, *paragraphs: str) -> Screen:
    """How the index is, and what else an administrator should know."""
    holds = " · ".join(
        [
            ngettext("{count} document", "{count} documents", state.documents),
            ngettext("{count} passage", "{count} passages", state.passages),
            ngettext("{count} sentence", "{count} sentences", state.sentences),
            decimal(state.bytes),
        ]
    )
    rows = [(gettext("Documents"), state.folder), (gettext("Index"), state.index)]
    if state.generation:
        rows += [
            (gettext("Built"), f"{(state.created or '')[:16].replace('T', ' ')} UTC ({state.generation})"),
            (gettext("Model"), state.encoder),
            (gettext("Holds"), holds),
        ]
    blocks = [block(Run(name, "b"), f": {apart(line(value))}") for name, value in rows]
    skipped = [f"{skip.source} ({skip.reason})" for skip in state.skipped]
    for name, files in (
        (gettext("New files"), state.added),
        (gettext("Changed files"), state.edited),
        (gettext("Removed files"), state.removed),
        (gettext("Files that could not be read"), skipped),
    ):
        if files:
            blocks.append(block(Run(f"{name} ({len(files)})", "b"), gap=True))
            blocks += [block(f"• {short(line(file), 200)}") for file in files[:PAGE]]
            rest = len(files) - PAGE
            blocks += [block(ngettext("and {count} more", "and {count} more", rest))] if rest > 0 else []
    blocks += [block(f"⚠ {line(problem)}", gap=True) for problem in state.problems]
    blocks += [block(paragraph, gap=True) for paragraph in paragraphs]
    return Screen(messages(blocks))


def choice(*paragraphs: str, buttons: dict[str, str]) -> Screen:
    """Paragraphs above buttons, one a row: labels by the data of the buttons."""
    rows = [[InlineKeyboardButton(label, callback_data=data)] for data, label in buttons.items()]
    return text(*paragraphs, keyboard=InlineKeyboardMarkup(rows))


def request(chat: int, name: str) -> Screen:
    """An outsider's request, for an administrator to decide on; ids of groups are negative."""
    who = short(line(name), 80)
    told = (
        gettext("The group “{name}” (id {chat}) asks for access.", name=who, chat=chat)
        if chat < 0
        else gettext("{name} (id {chat}) asks for access.", name=who, chat=chat)
    )
    buttons = [
        InlineKeyboardButton(gettext("Allow"), callback_data=f"allow:{chat}", style="success"),
        InlineKeyboardButton(gettext("Deny"), callback_data=f"deny:{chat}", style="danger"),
    ]
    return text(told, keyboard=InlineKeyboardMarkup([buttons]))


def outcome(chat: int, name: str, by: str, *, allow: bool) -> str:
    """What became of a request, for all administrators to see."""
    fields = {"name": short(line(name), 80), "chat": chat, "by": short(line(by), 80)}
    if allow:
        return gettext("{name} (id {chat}) may ask now. {by} allowed it.", **fields)
    return gettext("{name} (id {chat}) may not ask. {by} refused it.", **fields)


def decided(chat: int, *, allow: bool, waiting: bool) -> Screen:
    """What administrators decided, for those who asked for access; ids of groups are negative.

    ``waiting`` is whether they asked questions meanwhile, which are answered next.
    """
    if not allow:
        return text(gettext("The administrators have decided not to let you in."))
    if chat < 0:
        return text(
            gettext("This group may ask now, as in: /ask Who attended? I begin with what was asked.")
            if waiting
            else gettext("This group may ask now, as in: /ask Who attended?")
        )
    return text(
        gettext("You may ask now; I begin with what you asked.")
        if waiting
        else gettext("You may ask now: just write your question.")
    )


def one_moment(seconds: float) -> str:
    """Telegram has me wait in a group."""
    return ngettext(
        "One moment: Telegram lets me send only 20 messages a minute to a group. {count} second to go.",
        "One moment: Telegram lets me send only 20 messages a minute to a group. {count} seconds to go.",
        ceil(seconds),
    )


def no_memory(reason: object, folder: object) -> Screen:
    """What is kept can be neither read nor written."""
    return text(
        gettext(
            "⚠ I cannot use the file that holds my memory ({reason}). I answer on, but buttons and follow-up "
            "questions of new answers do not work, and a restart may repeat or forget questions. See whether "
            "the disk of {folder} is full, or another program has locked the file.",
            reason=str(reason),
            folder=str(folder),
        )
    )


def article(citation: Citation) -> tuple[str, str, Message]:
    """A citation for inline mode: title, description, and what is sent when it is chosen: one message."""
    sources = cited.sources([citation])
    most = max(0, MOST_UNITS - _SPARE - sum(units(run.text) for one in sources for run in one.runs))
    while (
        len(shown := messages([*cited.quotes([citation], numbered=False, most=most), *sources])) > 1 and most
    ):
        most //= 2
    description = short(", ".join(filter(None, [line(citation.title), place_in_words(citation.place)])), 200)
    return short(line(citation.shown), 100), description, shown[0]


def _screen(blocks: Iterable[Block], *rows: list[InlineKeyboardButton]) -> Screen:
    buttons = [row for row in rows if row]
    return Screen(messages(blocks), InlineKeyboardMarkup(buttons) if buttons else None)


def _cites(citations: Sequence[Citation], number: int) -> list[list[InlineKeyboardButton]]:
    cites = [
        InlineKeyboardButton(f"[{c.number}]", callback_data=f"cite:{number}:{c.number}") for c in citations
    ]
    rows = ceil(len(cites) / _IN_A_ROW)
    size = ceil(len(cites) / max(rows, 1))  # rows of about the same length
    return [cites[i : i + size] for i in range(0, len(cites), max(size, 1))]


def _page(number: int, citation: Citation) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(gettext("📄 Page"), callback_data=f"page:{number}:{citation.number}")]


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
