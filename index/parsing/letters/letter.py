"""A letter in, its text out: properties for who wrote what to whom, and the body without what it quotes.

What an answer quotes of the letters before it, those letters say themselves. Of forwarded letters it is kept.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from index.parsing import plain
from index.parsing.base import Attachment, Parsed
from index.parsing.builder import Builder
from index.parsing.joined import Joined
from index.parsing.outline import Outline
from index.parsing.web.elements import BLOCKS, Element
from index.parsing.web.hypertext import Walk
from index.parsing.web.tree import tree

_FORWARDED = re.compile(r"\s*(?:fw|fwd|wg|tr|rv|enc|doorst|i|vs|pd)\s*:", re.IGNORECASE)
_FORWARD = re.compile(
    r"^[ \t>]*(?:-{2,}\s*(?:forwarded|weitergeleitete|message transféré|mensaje reenviado|messaggio inoltrato"
    r"|mensagem encaminhada|doorgestuurd)|begin forwarded message|anfang der weitergeleiteten)",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL = re.compile(
    r"\s*[-_]{2,}\s*(?:original message|original appointment|original-?nachricht|ursprüngliche nachricht"
    r"|message d['’]origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht"
    r"|reply message|antwort nachricht)\s*[-_]{2,}",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\s*(?:on|am|le|el|em|op|il|den|dnia|\d{4}[-/.]\d)\b.{4,250}?"
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|escreveu|schreef|ha scritto|skrev|napisała?)\b"
    r"[^\n]{0,100}[:：]\s*$",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = re.compile(
    r"\s*\*?(?:from|von|de|da|van|fra|från|od)\s?:\*?.{1,300}?"
    r"\*?\b(?:sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data|verzonden|sendt)"
    r"\s?:\*?.{1,300}?"
    r"\*?\b(?:to|an|à|para|a|aan|til|till|do|subject|betreff|objet|asunto|oggetto|assunto|onderwerp|emne)\s?:",
    re.IGNORECASE | re.DOTALL,
)
_DEVICE = re.compile(
    r"\s*(?:sent from my \w+|von meinem \w+ gesendet|gesendet von meinem? \w+|envoyé de mon \w+"
    r"|enviado desde mi \w+|get outlook for \w+|outlook für \w+ beziehen).{0,60}$",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 12  # at most, below a line of two hyphens without a blank behind them
_HEAD_LINES = 8
_ATTRIBUTION_LINES = 3
_QUOTES = frozenset((
    "gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted", "moz-cite-prefix",
    "protonmail_quote", "moz-signature", "gmail_signature", "gmail_attr",
))  # fmt: skip
_REST = frozenset(
    (
        "divRplyFwdMsg",
        "appendonsend",
        "mail-editor-reference-message-container",
        "reply-intro",
    )
)
"""Names of what an answer's own text ends at."""
_KEYS = ("Subject", "From", "To", "Cc", "Date")
LONGEST = 1_000
"""Characters of a line of a head: lists of addresses are cut."""


class Letter(NamedTuple):
    """A letter: its head, and its body as text and as HTML, either of which may be empty."""

    head: dict[str, str]
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def subject(self) -> str:
        """What it is about."""
        return " ".join(self.head.get("Subject", "").split())

    @property
    def properties(self) -> dict[str, str]:
        """Its head as properties of a document; the date to the standard, where it is one."""
        found = {key.lower(): _line(self.head.get(key, "")) for key in _KEYS}
        found["author"] = found["from"]
        found["date"] = _iso(found["date"])
        return {key: value for key, value in found.items() if value}


def said(letter: Letter) -> Iterator[Parsed]:
    """What a letter says: its head, and its own text."""
    yield _properties(letter)
    forwards = bool(_FORWARDED.match(letter.subject) or _FORWARD.search(letter.text))
    if letter.text.strip():
        text = letter.text if forwards else own_text(letter.text)
        yield plain.parse((text if text.strip() else letter.text).encode("utf-8", "replace"), "")
    if letter.html:
        yield _of_html(letter.html, forwards=forwards)


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def _iso(date: str) -> str:
    """A date as ISO 8601 has it, or as it was."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parse(date).isoformat()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return date


def _properties(letter: Letter) -> Parsed:
    """The head, a line each."""
    outline, lines, at = Outline(), [], 0
    for key in _KEYS:
        if value := _line(letter.head.get(key, "")):
            line = f"{key}: {value}"
            outline.add("property", at, at + len(line))
            lines.append(line)
            at += len(line) + 1
    return Parsed("\n".join(lines), outline.layout())


# ------------------------------------------------------------------------------------- plain bodies


def own_text(text: str) -> str:
    """What of a plain body its writer wrote: no quotes, nothing below a signature's mark."""
    lines = text.splitlines()
    kept: list[str] = []
    for number, line in enumerate(lines):
        following = lines[number : number + _HEAD_LINES]
        if _ORIGINAL.match(line) or _HEAD.match("\n".join(_until_blank(following))):
            break
        if line == "-- " or (line.strip() == "--" and len(lines) - number <= _SIGNATURE_LINES):
            break
        if line.startswith(">"):
            blank = _drop_blanks(kept)
            _drop_attribution(kept)
            kept += [""] * blank
            continue
        if not _DEVICE.match(line):
            kept.append(line)
    _drop_blanks(kept, " _-*")
    _drop_attribution(kept)
    return "\n".join(kept)


def _drop_blanks(kept: list[str], marks: str | None = None) -> bool:
    """Drop the last lines if they hold no more than blanks, or marks; whether there are any."""
    count = len(kept)
    while kept and not kept[-1].strip(marks):
        kept.pop()
    return len(kept) < count


def _until_blank(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip():
            return
        yield line


def _drop_attribution(kept: list[str]) -> None:
    """Drop the line that says who wrote what is quoted below it, be it wrapped."""
    for count in range(1, min(_ATTRIBUTION_LINES, len(kept)) + 1):
        if _WROTE.match("\n".join(kept[-count:])):
            del kept[-count:]
            return


# ------------------------------------------------------------------------------------- HTML bodies


def _of_html(html: str, *, forwards: bool) -> Parsed:
    _, body = tree(html)
    own = Builder()
    if not forwards:
        _, pruned = tree(html)
        _prune(pruned)
        Walk(own).add(pruned)
    parsed = own.parsed()
    if any(map(str.isalnum, parsed.text)):
        return parsed
    whole = Builder()
    Walk(whole).add(body)
    return whole.parsed()


def _prune(element: Element) -> bool:
    """Leave out what is quoted; tells whether nothing of what follows is the writer's own."""
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            if child.get("id") in _REST:
                element.children = kept
                return True
            if child.tag == "blockquote" and child.get("type") == "cite":
                continue
            if not _QUOTES.isdisjoint(child.get("class").split()):
                continue
            if child.tag in BLOCKS and _ends(child):
                element.children = kept
                return True
            if _prune(child):
                kept.append(child)
                element.children = kept
                return True
        kept.append(child)
    element.children = kept
    return False


def _ends(element: Element) -> bool:
    """Whether an element begins what is quoted, or a signature."""
    text = element.text()
    if len(text) > LONGEST:
        return False
    return bool(text == "--" or _ORIGINAL.match(text) or _HEAD.match(text) or _WROTE.match(text))


def joined(letter: Letter) -> Parsed:
    """A letter as a document of its own."""
    whole = Joined()
    for part in said(letter):
        whole.add(part)
    return whole.parsed(title=letter.subject, properties=letter.properties, attachments=letter.attachments)
