"""Text of documents made safe to show: it can neither rewrite a terminal nor turn a line around."""

import re
import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}  # Unicode categories without a shape of their own
_KEPT = "\n\u200c\u200d"  # line ends, and the joiners that some scripts and emoji need

ISOLATE = "\u2068\u2069"  # around a text whose direction is its own: first strong isolate, its end


def clean(text: str, kept: str = "") -> str:
    """Without control and format characters, which could rewrite a terminal or reverse text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(c for c in text if c in _KEPT or c in kept or unicodedata.category(c) not in _HIDDEN)


def spaced(text: str) -> str:
    """Clean, and every run of white space as one space."""
    return re.sub(" +", " ", clean(re.sub(r"\s+", " ", text)))


def counted(number: int, noun: str) -> str:
    """A number and an English noun, as "1 document" or "2 documents"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def line(text: str) -> str:
    """Clean, every run of white space as one space, and none at the ends."""
    return spaced(text).strip()
