"""A message of the bot in, what it quotes and from which files out."""

import re
from html import unescape

_QUOTE = re.compile(r"<blockquote>(?:<b>(?P<number>\[\d+\]) </b>)?(?P<text>.*?)</blockquote>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_STRUCK = re.compile(r"<s>.*?</s>", re.DOTALL)
_SOURCE = re.compile(r"<b>([^<>\s]+\.txt)</b>|</b> · ([^<>\s]+\.txt)")
_NUMBERS = re.compile(r"\[(\d+)\](?:–\[(\d+)\])?")

Quoted = tuple[str, str]
"""The words of a quote, and the file that it is said to stand in; "" where none is named."""


def quoted(html: str) -> list[Quoted]:
    """The quotes of an answer, as it was sent, each with its file.

    Sources stand below the quotes: a line with the file, and where there are several quotes, a line with the
    numbers of those that are of it.
    """
    found = list(_QUOTE.finditer(html))
    below = html[found[-1].end() :] if found else ""
    files: dict[int, str] = {}
    source = ""
    for row in below.splitlines():
        if named := _SOURCE.search(row):
            source = named[1] or named[2]
            files.setdefault(0, source)  # of the only quote, no number is told
        elif source:
            for first, last in _NUMBERS.findall(row):
                files |= dict.fromkeys(range(int(first), int(last or first) + 1), source)
    numbers = [int((one["number"] or "[0]").strip("[]")) for one in found]
    return [
        (plain(one["text"]), files.get(number if len(found) > 1 else 0, ""))
        for one, number in zip(found, numbers, strict=True)
    ]


def plain(html: str) -> str:
    """What is read of it."""
    return unescape(_TAG.sub("", html))


def standing(html: str) -> list[str]:
    """The quotes of an answer that it does not say to be gone."""
    return [text for one in _QUOTE.finditer(_STRUCK.sub("", html)) if (text := plain(one["text"]))]
