"""What the bot tells of itself: what it is and knows, how to ask, what it stores, how its index is."""

from collections.abc import Sequence

from rich.filesize import decimal
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.plain import line
from bot.status import Status
from bot.telegram.showing.html import Run, block, messages, short
from bot.telegram.showing.screens import MOST_EXAMPLE, PAGE, Screen, text
from bot.texts import apart, gettext, ngettext, noop

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
