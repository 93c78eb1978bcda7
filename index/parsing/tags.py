"""Tags in Markdown: those of site builders, which are no part of it, and those of HTML."""

import re
from collections.abc import Iterator

from index.parsing.inline import MASK
from index.records import Span

_BUILDERS = re.compile(
    r"\{\{(?:(?!\{\{|\}\}).){0,2000}\}\}|\{%(?:(?!\{%|%\}).){0,2000}%\}|\{[#:.][^{}\r\n]{0,200}\}"
    r"|^:{3,}[ \t]*(?:[\w-]+|\{[^{}\r\n]*\})?",
    re.DOTALL | re.MULTILINE,
)
_DIVIDER = re.compile(r"[ \t]*[-\u2013\u2014:][ \t]+(?=\S)")
_HTML = re.compile(r"<!--|<(?P<raw>script|style)\b|</?[a-zA-Z][^<>]*>|<[!?][^<>]*>", re.IGNORECASE)
_RAW_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}


def of_builders(text: str, start: int, end: int | None = None) -> Iterator[Span]:
    """Where tags of site builders stand, anchors and attributes of headings, and fences of boxed notes."""
    for tag in _BUILDERS.finditer(text, start, len(text) if end is None else end):
        yield tag.span()


def masked(text: str) -> str:
    """The text with letters in place of site builders' tags; offsets and lines stay as they are."""
    return _BUILDERS.sub(_mask, text)


def _mask(tag: re.Match[str]) -> str:
    """Letters in place of a tag; its further lines are empty, and as many as before."""
    first = len(re.split(r"[\r\n]", tag[0], maxsplit=1)[0])
    return MASK * first + re.sub(r"[^\r\n]", " ", tag[0][first:])


def divided(text: str, end: int) -> int:
    """Where what divides a tag that ends here from the words behind it ends; here where nothing does."""
    divider = _DIVIDER.match(text, end)
    return divider.end() if divider else end


def of_html(text: str, start: int, end: int) -> Iterator[Span]:
    """The tags of HTML in a stretch, comments and scripts each as one."""
    at, closed = start, True
    while found := _HTML.search(text, at, end):
        at = found.end()
        if found[0] == "<!--":
            close = text.find("-->", at, end) if closed else -1
            if close < 0:
                closed = False
                continue
            at = close + len("-->")
        elif found["raw"]:
            over = _RAW_ENDS[found["raw"].lower()].search(text, at, end)
            at = over.end() if over else end
        yield found.start(), at
