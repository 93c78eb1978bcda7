"""A paragraph of Markdown in, what Obsidian and its kin add to it out: marks that are not shown.

Links between notes ("[[Water plan|the plan]]"), notes and pictures that are put in ("![[map.png]]"), marked
words ("==so=="), comments ("%% so %%") and names of blocks ("^so") are none of CommonMark.
"""

import re
from collections.abc import Iterator

from index.records import Span

_LINK = re.compile(r"(?P<into>!)?\[\[(?P<target>[^\[\]|\n]{1,300})(?:\|(?P<said>[^\[\]\n]{1,300}))?\]\]")
_MARKED = re.compile(r"(?<![=\w])==(?=[^\s=])[^=\n]{1,300}(?<=\S)==(?![=\w])")
_COMMENT = re.compile(r"(?<!\S)%%[^%]{1,2000}%%(?!\S)")
_NAME = re.compile(r"(?:(?<=\S)[ \t]|^)\^[A-Za-z0-9-]{1,60}[ \t]*$", re.MULTILINE)
_OWN = re.compile(r"^[ \t]*(?:id|collapsed)::[^\n]{0,200}$|\(\([0-9a-f-]{36}\)\)", re.MULTILINE)
"""What Logseq writes for itself."""
_WIDTH = re.compile(r"(?<=!\[)[^\[\]|\n]{0,300}(?P<width>\|\d{1,4}(?:x\d{1,4})?)(?=\]\()")
_FIRST = ("[[", "==", "%%", "^", "::", "((", "![")
"""One of these is in whatever is not shown: most paragraphs have none."""


def hidden_in(source: str) -> Iterator[Span]:
    """The stretches of a paragraph that are not shown."""
    if not any(mark in source for mark in _FIRST):
        return
    for link in _LINK.finditer(source):
        start, end = link.span()
        if link["into"]:
            yield start, end
        else:
            yield start, link.start("said" if link["said"] else "target")
            yield end - 2, end
    for marked in _MARKED.finditer(source):
        start, end = marked.span()
        yield start, start + 2
        yield end - 2, end
    for picture in _WIDTH.finditer(source):
        yield picture.span("width")
    for pattern in (_COMMENT, _NAME, _OWN):
        yield from (found.span() for found in pattern.finditer(source))
