"""``docent doctor``."""

import os

import click

from bot.plain import clean
from bot.settings import Settings
from bot.terminal.findings import text
from bot.terminal.options import with_settings
from bot.terminal.printing import announce
from index.errors import DocentError


@click.command()
@with_settings
def doctor(settings: Settings) -> int:
    """Look for what is wrong with the set-up, and say how to mend it."""
    from bot.terminal.doctor import examine

    wrong = 0
    for finding in examine(settings, os.environ):
        wrong += finding.level == "wrong"
        announce(clean(text(finding)))
    if wrong:
        raise DocentError(f"{wrong} things are wrong." if wrong > 1 else "One thing is wrong.")
    return 0
