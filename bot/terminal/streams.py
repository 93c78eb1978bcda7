"""The standard streams as whoever starts us left them: perhaps closed, perhaps of few characters."""

import io
import os
import sys


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
