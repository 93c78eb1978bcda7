"""``docent status``."""

import os
import sys

import click

from bot.settings import Settings
from bot.terminal.options import verbose, with_settings
from bot.terminal.printing import announce, print_json
from bot.terminal.signals import until_ended


@click.command()
@with_settings
@click.option("--watch", is_flag=True, help="Go on: look every few seconds, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(settings: Settings, watch: bool, as_json: bool) -> None:
    """Tell what is indexed, and whether it is up to date."""
    from bot import status as state

    if watch:
        _look_on(settings, as_json=as_json)
        return
    found = state.status(settings)
    if as_json:
        print_json(found)
    else:
        click.echo(state.text(found, verbose=verbose()))


def _look_on(settings: Settings, *, as_json: bool) -> None:
    """Show the state of the index until Ctrl-C or SIGTERM."""
    from bot.terminal import looking

    with until_ended() as stop:
        if as_json:
            looking.watch(settings, lambda found: announce(looking.as_json(found).decode()), stop)
        elif sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            with looking.screen() as live:
                looking.watch(settings, looking.drawn(live, verbose=verbose()), stop)
        else:
            looking.watch(settings, looking.changes(announce, verbose=verbose()), stop)
