"""``docent changes``."""

import click

from bot.settings import Settings
from bot.terminal.options import with_settings
from bot.terminal.printing import print_json


@click.command()
@with_settings
@click.option("--days", metavar="N", type=click.IntRange(min=1), default=7, show_default=True,
              help="Of the last N days.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def changes(settings: Settings, days: int, as_json: bool) -> None:
    """Tell what builds have changed in the documents of late, newest first.

    Builds of the last 31 days are remembered.
    """
    from bot import changelog
    from bot.engine import Engine

    found = changelog.recent(Engine(settings).history(), days)
    if as_json:
        print_json(found)
    else:
        click.echo(changelog.text(found, days))
