"""A number of a spreadsheet and the format of its cell in, what people see out.

Decimal points are points, thousands are not divided: a file does not tell in which language it is shown.
Dates and times are as ISO 8601 has them.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

GENERAL = "General"
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    49: "@",
} | dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd")  # fmt: skip
"""Formats that files name by number only (ECMA-376, part 1, 18.8.30)."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\[\]]*+)\]|(?P<plain>.)', re.DOTALL
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.(?P<decimals>[#0?]*))?(?P<scale>,*)|\.(?P<only>[#0?]+)")
_MOST_DECIMALS, _FULL = 15, 1e15  # digits that a number has; from the latter on it is not written out
_EPOCH = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_FALSE_LEAP = 60
_LAST_DAY = 2_958_465  # 31 December 9999


class _Format(NamedTuple):
    """A format as far as it is followed: what stands around the digits, how many decimals, or a kind of time.

    ``decimals`` are the least and the most of them; ``whole`` is the least number of digits before the point.
    """

    before: str = ""
    after: str = ""
    decimals: tuple[int, int] | None = None
    whole: int = 0
    factor: float = 1.0
    time: str = ""  # of "d" date, "m" month of a year, "t" time, "s" seconds, "e" elapsed


def shown(value: float, code: str = GENERAL, *, since_1904: bool = False) -> str:
    """What a cell shows of a number.

    Args:
        value: the number; of a date, the days since the last but one day of 1899.
        code: the format, as "0.00%".
        since_1904: whether days count from 1904 on.
    """
    if not isfinite(value):
        return ""
    sections = _sections(code)
    form = sections[0]
    negative = value < 0
    if negative and len(sections) > 1:
        form, value, negative = sections[1], -value, False
    elif value == 0 and len(sections) > 2:
        form = sections[2]
    if form.time:
        return _time(value, form.time, since_1904=since_1904)
    if form.decimals is None:
        return form.before + form.after if form.before else plain(-value if negative else value)
    least, most = form.decimals
    number = Decimal(repr(abs(value))) * Decimal(str(form.factor))
    if number >= _FULL:
        return plain(value)
    said = f"{number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP):f}"
    while most > least and said.endswith("0"):
        said, most = said[:-1], most - 1
    whole, point, rest = said.rstrip(".").partition(".")
    said = whole.zfill(form.whole) + point + rest
    sign = "-" if negative and said.strip("0.") else ""
    return f"{sign}{form.before}{said}{form.after}".strip()


def plain(value: float) -> str:
    """A number without format: no more digits than it has, and no exponent where it can be without."""
    if value == int(value) and abs(value) < _FULL:
        return str(int(value))
    said = f"{value:.{_MOST_DECIMALS}g}"
    if "e" in said and 1e-9 < abs(value) < _FULL:
        said = f"{value:.20f}".rstrip("0")
    return said


@lru_cache(maxsize=1000)
def _sections(code: str) -> tuple[_Format, ...]:
    """The parts of a format for numbers that are positive, negative, and zero."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["plain"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(part) for part in parts[:3])


def _section(tokens: list[re.Match[str]]) -> _Format:
    signs = ""  # digits and letters that mean something
    literals: list[tuple[int, str]] = []  # where they stand among the signs
    elapsed = False
    for token in tokens:
        if token["bracket"] is not None:
            elapsed = elapsed or _ELAPSED.fullmatch(token["bracket"]) is not None
            if token["bracket"].startswith("$"):
                literals.append((len(signs), token["bracket"][1:].split("-")[0]))
        elif (said := token["quoted"] or token["escaped"]) is not None:
            literals.append((len(signs), said))
        elif token["plain"]:
            if token["plain"] in "€$£¥%+-() ‰:/" and token["plain"].strip(":/"):
                literals.append((len(signs), token["plain"]))
            else:
                signs += token["plain"]
    letters = set(signs.lower())
    if elapsed:
        return _Format(time="e")
    if signs.lower() != "general" and letters & set("dyhs") | ({"m"} & letters):
        clock = ("t" if letters & set("hs") else "") + ("s" if "s" in letters else "")
        day = (
            "m" if "y" in letters and "d" not in letters else "d" if letters & set("dy") or not clock else ""
        )
        return _Format(time=day + clock)
    digits = _DIGITS.search(signs)
    if digits is None or digits[0] != signs:
        return _Format(before="".join(said for _, said in literals)) if not signs else _Format()
    before = "".join(said for place, said in literals if place <= digits.start())
    after = "".join(said for place, said in literals if place > digits.start())
    decimals = digits["decimals"] or digits["only"] or ""
    factor = 100.0 if "%" in before + after else 1.0
    factor /= 1000.0 ** min(len(digits["scale"] or ""), 4)
    least = decimals.count("0")
    whole = min(digits[0].split(".")[0].count("0"), _MOST_DECIMALS)
    bounds = min(least, _MOST_DECIMALS), min(len(decimals), _MOST_DECIMALS)
    return _Format(before, after, bounds, whole, factor)


def _time(value: float, kind: str, *, since_1904: bool) -> str:
    """A date, a time or both, as far as the format shows them and the number has them."""
    if kind == "e":
        seconds = round(value * 86400)
        return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}" + (
            f":{abs(seconds) % 60:02}" if seconds % 60 else ""
        )
    if not 0 <= value < _LAST_DAY:
        return plain(value)
    leap = 1 <= value < _FALSE_LEAP and not since_1904  # Excel takes 1900 for a leap year
    moment = _EPOCH[since_1904] + timedelta(days=int(value) + leap, seconds=round(value % 1 * 86400))
    clock = f"{moment:%H:%M}" + (f":{moment:%S}" if moment.second and "s" in kind else "")
    if kind[0] == "t" or ("t" in kind and value < 1):
        return clock
    day = f"{moment:%Y-%m}" if "m" in kind else f"{moment:%Y-%m-%d}"
    return f"{day} {clock}" if "t" in kind and value % 1 else day
