"""A file in, parsed and divided as for an index, whatever is wrong with it raised."""

from collections.abc import Callable
from importlib import import_module
from math import isfinite
from typing import cast

from index.documents import load
from index.parsing import formats
from index.parsing.base import Parsed, Parser, Unreadable
from index.parsing.child import sound
from index.parsing.formats import Format
from index.parsing.sniff import kind_of
from tests.units.promises import check, check_layout, tokens

_MAX_TOKENS, _MIN_TOKENS = 200, 40  # as the encoder has them, about


def checker(form: Format) -> Callable[[bytes, str], bool]:
    """What parses a file by the parser of a format, and holds the result to what is promised of it."""
    parser = cast("Parser", import_module(f"index.parsing.{form.module}").parse)

    def parse(name: str, data: bytes) -> Parsed:
        parsed = sound(formats.parse(name, data) if "/" in name else parser(data, name))
        check_layout(parsed)
        check_places(parsed)
        return parsed

    def checked(data: bytes, name: str) -> bool:
        """Whether a file was read; else it was refused.

        Raises:
            Exception: whatever a parser or a check raises, but Unreadable.
        """
        kind_of(data, name)
        try:
            documents = load(name, data, parse)
        except Unreadable as reason:
            if not str(reason):
                raise AssertionError("refused without a reason") from reason
            return False
        for document in documents:
            check(document, tokens, _MAX_TOKENS, _MIN_TOKENS)
        return True

    return checked


def check_places(parsed: Parsed) -> None:
    """Pages follow each other, with a box for each character where there are boxes; times are times."""
    at = 0
    for page in parsed.layout.pages:
        assert at <= page.start <= page.end <= len(parsed.text), "pages overlap"
        assert not page.boxes or len(page.boxes) == 8 * (page.end - page.start), (
            "boxes are not as many as characters"
        )
        at = page.end
    at = 0
    for time in parsed.layout.times:
        assert at <= time.start <= len(parsed.text), "times are out of order"
        assert isfinite(time.seconds) and time.seconds >= 0, "no time"
        at = time.start
    assert all(value for value in parsed.properties.values()), "a property says nothing"
