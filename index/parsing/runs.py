"""Runs of words in, tidy ones out: single blanks between words, single line ends between lines."""

import re
from collections.abc import Sequence

from index.parsing.builder import Run

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def tidy(runs: Sequence[Run]) -> list[Run]:
    """Runs with single blanks between words and single line ends between lines."""
    found: list[Run] = []
    before = "\n"
    for run in runs:
        text = _LINES.sub("\n", _SPACES.sub(" ", run.text))
        if before.isspace():
            text = text.lstrip(" ")
        if text.startswith("\n"):
            if before == "\n":
                text = text.lstrip("\n ")
            elif before == " ":
                found[-1] = found[-1]._replace(text=found[-1].text.rstrip(" "))
        if text:
            found.append(run._replace(text=text))
            before = text[-1]
    while found and not found[-1].text.strip():
        found.pop()
    if found:
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return [run for run in found if run.text]
