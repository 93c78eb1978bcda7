"""MHTML, a web page as browsers save it in one file: the page is read, its pictures are left out."""

from email import policy
from email.parser import BytesParser

from index.parsing.base import Parsed, Unreadable
from index.parsing.web import html

_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the standard library raises for messages that are against the rules."""


def parse(data: bytes, name: str) -> Parsed:
    """Parse a saved page.

    Raises:
        Unreadable: there is no page in it, or one without words.
    """
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        pages = [
            part
            for part in message.walk()
            if part.get_content_type() in ("text/html", "application/xhtml+xml")
        ]
        page = pages[0].get_payload(decode=True) if pages else None
    except _BROKEN:
        raise Unreadable("damaged: its parts cannot be told apart") from None
    if not isinstance(page, bytes):
        raise Unreadable("no saved page")
    return html.parse(page, name)
