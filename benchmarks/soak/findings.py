"""What must not be, in sentences: lost or doubled answers, false quotes, and what only grows."""

import time
from collections import Counter
from collections.abc import Callable, Sequence, Set

from benchmarks.soak.people import Told
from benchmarks.soak.quoting import quoted, standing
from benchmarks.soak.vital import Signs
from bot.telegram.showing.answered import DID_IT_ARRIVE
from tests.telegram.beacons import Beacons
from tests.telegram.chats import Chat
from tests.telegram.desk import by_bot

_GROWS = 0.05, 12.0  # of the memory between two moments of calm: its share, and MB
_MORE = {"fds": 8, "threads": 4, "children": 1, "tasks": 4}  # the same of what else there is
_SORRY = "Something went wrong", "I cannot look into the documents"

Unheard = Set[tuple[int | None, int]]
"""Chat and id of messages that arrived though the bot was not told so."""


def lost(told: Told) -> list[str]:
    """Questions without an answer, though people came back."""
    return [f"lost: {one.how} {one.message} in {one.chat}" for one in told.asked if one.answer is None]


def doubled(told: Told, unheard: Unheard) -> list[str]:
    """Messages that were answered more than once.

    An edited one is answered in the same message, unless the bot was not told that this one arrived.
    """
    answers: dict[tuple[int, int | None], list[int]] = {}
    for chat in {one.chat.id: one.chat for one in told.asked}.values():
        for sent in by_bot(chat):
            if sent.text != DID_IT_ARRIVE:
                answers.setdefault((chat.id, sent.reply_to), []).append(sent.id)
    anew = Counter((one.chat.id, one.message) for one in told.asked if one.anew)
    found = []
    for chat_id, message in sorted({(one.chat.id, one.message) for one in told.asked if one.how != "inline"}):
        several = answers.get((chat_id, message), [])
        unknown = sum((chat_id, one) in unheard for one in several)
        if len(several) > 1 + min(anew[chat_id, message], unknown):
            found.append(f"doubled: message {message} in chat {chat_id}")
    return found


def false(told: Told, beacons: Beacons, lag: float) -> list[str]:
    """Quotes that did not stand in the file that they name, at any time since so long before the question."""
    found = []
    for html, began in told.shown:
        for text, source in quoted(html):
            if not beacons.stood(source, text, began - lag):
                found.append(f"false: “{text}” of {source or 'no file'} in {html!r}")
        if said := [sorry for sorry in _SORRY if sorry in html]:
            found.append(f"failed: {said[0]}")
    return found


def stale(told: Told, beacons: Beacons, unheard: Unheard) -> list[str]:
    """Answers that are shown and say what stands nowhere any more, where the bot knows that they are."""
    chats: dict[int, Chat] = {one.chat.id: one.chat for one in told.asked}
    messages = {(one.chat.id, one.answer.id) for one in told.asked if one.answer and one.how != "inline"}
    found = []
    for chat, number in sorted(messages - unheard):
        now = chats[chat].get(number)
        if now and not now.deleted and any(not beacons.stands(text) for text in standing(now.html)):
            found.append(f"stale: {now.text[:200]}")
    return found


def settled(left: Callable[[], list[str]], patience: float) -> tuple[list[str], float]:
    """What is left once nothing is, or patience ends; and the seconds that it took."""
    began = time.monotonic()
    while (some := left()) and time.monotonic() < began + patience:
        time.sleep(1)
    return some, time.monotonic() - began


def grown(quiet: Sequence[Signs]) -> list[str]:
    """What there is more of at the last moment of calm than at the one before, beyond what is usual."""
    if len(quiet) < 2:
        return []
    before, now = quiet[-2:]
    share, most = _GROWS
    found = []
    if now.rss > before.rss * (1 + share) + most:
        found.append(f"grown: memory from {before.rss:.0f} to {now.rss:.0f} MB")
    for name, more in _MORE.items():
        if getattr(now, name) > getattr(before, name) + more:
            found.append(f"grown: {name} from {getattr(before, name)} to {getattr(now, name)}")
    return found


def tracebacks(log: Sequence[str]) -> list[str]:
    """Errors that nobody expected, each from the line that tells of it on."""
    places = [i for i, line in enumerate(log) if line.startswith("Traceback")]
    return ["\n".join(log[max(0, place - 1) : place + 60]) for place in places]
