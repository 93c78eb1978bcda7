"""Digits of a file in, a whole number out, or none: a file may have anything where a number belongs."""

_LONGEST = 9  # digits; nothing in a document is as often, as wide or as deep as longer ones say


def whole_number(text: str | None, most: int = 10**_LONGEST - 1) -> int | None:
    """The number that a text is in ASCII digits; None where it is none, or more than ``most``."""
    if not text or len(text) > _LONGEST or not (text.isascii() and text.isdecimal()):
        return None
    number = int(text)
    return number if number <= most else None
