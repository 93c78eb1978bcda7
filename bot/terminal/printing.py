"""What commands print: results on standard output, all else on standard error, safe for a terminal."""

import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any

import click

from bot.plain import clean, line

_WIDEST = 100  # columns; longer lines are hard to read
_NARROWEST = 20  # columns; in fewer, words would be cut off


def complain(message: str) -> None:
    """Write an error, as one line."""
    click.echo(f"docent: {line(message)}", err=True)


def tell(notices: Iterable[str | None]) -> None:
    """Write notices, each on a line of its own; "" and None are none."""
    for notice in filter(None, notices):
        click.echo(clean(notice), err=True)


def announce(text: str) -> None:
    """Write a result at once, even where standard output is a file or a pipe."""
    click.echo(text)
    sys.stdout.flush()


def print_json(value: Any, *, lines: bool = False) -> None:
    """Print a value as JSON: as bytes, for JSON is UTF-8 whatever the locale (RFC 8259)."""
    import msgspec

    data = msgspec.json.encode(value)
    click.echo(data if lines else msgspec.json.format(data))
    if lines:
        sys.stdout.flush()


def screen() -> dict[str, Any]:
    """How wide to write and whether in colour (https://no-color.org)."""
    width = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return {"width": width, "colour": sys.stdout.isatty() and not plain}
