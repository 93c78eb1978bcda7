"""A text in, the dates in it as people say them out: who asks for 5 March means 2024-03-05 too."""

import re
from collections.abc import Iterator

_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])"
    r"|(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>\d{4}))(?!\d)"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def spelled(text: str) -> Iterator[str]:
    """Each date in digits, as 2024-03-05 or 5.3.2024, in words: "5 March 2024"."""
    for found in _DATE.finditer(text):
        year, month, day = (
            found["y"] or found["year"],
            found["m"] or found["month"],
            found["d"] or found["day"],
        )
        yield f"{int(day)} {_MONTHS[int(month) - 1]} {year}"
