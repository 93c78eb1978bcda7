"""``docent index``."""

from typing import TYPE_CHECKING

import click

from bot.progress import shown
from bot.settings import Settings
from bot.terminal.options import with_settings
from bot.terminal.printing import announce, complain, print_json, tell
from bot.terminal.signals import until_ended

if TYPE_CHECKING:
    from bot.engine import Engine
    from index.build import Summary


@click.command()
@with_settings
@click.option("--full", is_flag=True, help="Start over, reusing nothing.")
@click.option("--watch", is_flag=True, help="Go on: take up changes as they are made, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def index(settings: Settings, full: bool, watch: bool, as_json: bool) -> None:
    """Bring the index up to date with the documents."""
    from bot import status
    from bot.engine import Engine

    tell([status.fallback(settings)])
    if watch:
        _keep(Engine(settings), full=full, as_json=as_json)
        return
    with shown() as progress:
        summary = Engine(settings).build(full=full, progress=progress)
    if as_json:
        print_json(summary)
    else:
        click.echo(status.built(summary))


def _keep(engine: "Engine", *, full: bool, as_json: bool) -> None:
    """Keep the index up to date until Ctrl-C or SIGTERM, with a line for each renewal."""
    from bot.terminal import renewing

    def say(summary: "Summary") -> None:
        if as_json:
            print_json(summary, lines=True)
        else:
            announce(renewing.in_a_line(summary))

    with until_ended() as stop:
        renewing.keep(engine, say, complain, stop, full=full, progress=shown)
