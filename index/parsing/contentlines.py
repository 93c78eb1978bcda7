"""What calendars and contacts share: lines that are broken amid a character, and the names of months."""

import re
from collections.abc import Sequence

from index.parsing.text import decode
from index.records import Notice

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_FOLDED = re.compile(rb"\r?\n[ \t]")


def unfolded(data: bytes) -> tuple[str, Sequence[Notice]]:
    """A file in whole lines; RFC 5545 and 6350 let bytes be folded, so this comes before decoding.

    Raises:
        Unreadable: the bytes are no text.
    """
    text, notices = decode(_FOLDED.sub(b"", data))
    return text.lstrip("\ufeff"), notices
