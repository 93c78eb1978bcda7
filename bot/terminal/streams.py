"""The standard streams as whoever starts us left them: perhaps closed, perhaps of few characters."""

import io
import os
import sys


class ReaderGone(Exception):
    """The reader of our output has seen enough; click would take a BrokenPipeError for a failure."""


def prepare() -> None:
    """Have all standard streams, and standard output write whatever it is given.

    Of closed ones, files that are opened next would take the numbers, and what a library prints would land in
    these. Characters that standard output has no bytes for become "?"; standard error escapes them by itself.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def read_utf8() -> None:
    """Take standard input for UTF-8, whatever the locale, and never fail on a byte of it."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
