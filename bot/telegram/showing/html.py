"""Text with a little style in, messages out that Telegram takes: valid HTML, within its limits.

Nothing here knows of answers; what a message says is composed beside this.
Limits are those of https://core.telegram.org/bots/api#sendmessage, counted in UTF-16 code units after
entities were parsed; 100 entities is where Telegram begins to drop them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from bot.plain import ISOLATE, clean

MOST_UNITS = 4096
MOST_ENTITIES = 100

_MOST_RUNS = MOST_ENTITIES - 1  # of a piece; one entity is left for the quotation around it
_LONG = 320  # UTF-16 units, above which a quotation folds: some five lines of a phone
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*\s+|[。！？]['\"”’)\]」』）]*\s*")
"""Those of Chinese and Japanese need no space after them."""

_JOINER = "\u200d"  # what follows it belongs to the character before
_SKINS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # colours of the emoji before


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style: "" or an HTML tag such as "b" or "i"; of "a", where it leads."""

    text: str
    style: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. A quoted one is a block quotation, which folds where it is long.

    ``gap`` is whether an empty line stands before it.
    """

    runs: tuple[Run, ...]
    quoted: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as HTML and as the plain text that it shows."""

    html: str
    plain: str


def block(*runs: str | Run, quoted: bool = False, gap: bool = False) -> Block:
    """A block of runs, made safe to show; plain strings are runs without style."""
    made = (Run(run) if isinstance(run, str) else run for run in runs)
    safe = (replace(run, text=clean(run.text, ISOLATE)) for run in made)
    return Block(tuple(run for run in safe if run.text), quoted, gap)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def short(text: str, most: int) -> str:
    """A text, cut where it takes more than ``most`` UTF-16 code units."""
    return text if units(text) <= most else f"{text[: _characters_within(text, most - 1)]}…"


def messages(blocks: Iterable[Block], most: int = MOST_UNITS) -> list[Message]:
    """As few messages as hold the blocks, in order; one too long is split, best between sentences."""
    packed: list[list[Block]] = []
    length = entities = 0
    for piece in (piece for one in blocks for piece in _pieces(one, most)):
        if not any(run.text.strip() for run in piece.runs):
            continue  # Telegram takes no message without a visible character
        more_length, more_entities = _length(piece) + 2, _entities(piece)
        full = length + more_length > most + 2 or entities + more_entities > MOST_ENTITIES
        if not packed or full:
            packed.append([])
            length = entities = 0
        packed[-1].append(piece)
        length, entities = length + more_length, entities + more_entities
    return [_message(part) for part in packed]


def window(text: str, start: int, end: int, most: int) -> tuple[int, int]:
    """Start and end of a stretch around a quote, cut at words to about ``most`` characters."""
    if end - start > most:
        return start, start + most
    room = most - (end - start)
    first = max(0, start - max(room - (len(text) - end), room // 2))
    last = min(len(text), end + max(room - start, room // 2))
    if first > 0:
        first = text.find(" ", first, start) + 1 or first
    if last < len(text) and (cut := text.rfind(" ", end, last)) >= 0:
        last = cut
    return first, last


def _pieces(whole: Block, most: int) -> Iterator[Block]:
    """The block itself, or where it is too long for a message or has too many runs, parts of it."""
    runs: list[Run] = []
    room = most
    for run in whole.runs:
        rest = run.text
        while rest:
            if runs and (len(runs) >= _MOST_RUNS or (room < units(rest) and room < most // 2)):
                yield replace(whole, runs=tuple(runs))
                runs, room = [], most
            cut = len(rest) if units(rest) <= room else _cut(rest, room)
            runs.append(replace(run, text=rest[:cut]))
            room -= units(rest[:cut])
            rest = rest[cut:]
    yield replace(whole, runs=tuple(runs))


def _cut(text: str, most: int) -> int:
    """Where to cut so that at most ``most`` units stand before: after a sentence, a word, a character."""
    last = _characters_within(text, most)
    head = text[:last]
    sentence = max((match.end() for match in _SENTENCE_END.finditer(head)), default=0)
    if sentence > last // 2:
        return sentence
    word = max(head.rfind(" "), head.rfind("\n")) + 1
    if word > last // 2:
        return word
    cut = last
    while cut > 1 and (_belongs_to_the_one_before(text[cut]) or text[cut - 1] == _JOINER):
        cut -= 1
    return cut if cut > 1 else last


def _belongs_to_the_one_before(character: str) -> bool:
    """Marks (of which not all have a combining class), the joiner of emoji, and their colours."""
    return unicodedata.category(character)[0] == "M" or character in (_JOINER, *_SKINS)


def _characters_within(text: str, most: int) -> int:
    """How many characters of the text take at most so many UTF-16 units."""
    length = 0
    for i, character in enumerate(text):
        length += 1 + (character > "\uffff")
        if length > most:
            return i
    return len(text)


def _length(piece: Block) -> int:
    return sum(units(run.text) for run in piece.runs)


def _entities(piece: Block) -> int:
    return piece.quoted + sum(bool(run.style) for run in piece.runs)


def _message(part: Sequence[Block]) -> Message:
    html, plain = "", ""
    for i, piece in enumerate(part):
        gap = "" if i == 0 else "\n\n" if piece.gap else "\n"
        plain += gap + "".join(run.text for run in piece.runs)
        html += gap + _quoted(piece, "".join(_styled(run) for run in piece.runs))
    return Message(html, plain)


def _styled(run: Run) -> str:
    text = escape(run.text, quote=False)
    attributes = f' href="{escape(run.href)}"' if run.href else ""
    return f"<{run.style}{attributes}>{text}</{run.style}>" if run.style else text


def _quoted(piece: Block, html: str) -> str:
    if not piece.quoted:
        return html
    fold = " expandable" if _length(piece) > _LONG else ""
    return f"<blockquote{fold}>{html}</blockquote>"
