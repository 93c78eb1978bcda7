"""Characters without a shape amid words: texts without them, for models and search; documents keep them.

Soft hyphens, zero-width spaces and marks of direction say nothing of a word. The two joiners are part of how
Arabic, Indic and other scripts spell, and of emoji, but say nothing between letters of the scripts below.
"""

import re
from collections.abc import Iterator

from index.records import Span

_SHAPELESS = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_UNJOINED = "A-Za-z0-9\u00c0-\u058f"  # Latin, Greek, Cyrillic, Armenian
_INVISIBLE = re.compile(f"[{_SHAPELESS}]+|(?<=[{_UNJOINED}])[\u200c\u200d]+(?=[{_UNJOINED}])")
_MAYBE = re.compile(f"[{_SHAPELESS}\u200c\u200d]")  # which is quick to see that most texts have none of


def visible(text: str) -> str:
    """A text without what has no shape."""
    return _INVISIBLE.sub("", text) if not text.isascii() and _MAYBE.search(text) else text


def visible_parts(text: str, start: int, end: int) -> Iterator[Span]:
    """The stretches of a stretch of a text that have a shape."""
    if not text.isascii():
        for found in _INVISIBLE.finditer(text, start, end):
            if start < found.start():
                yield start, found.start()
            start = found.end()
    yield start, end
