"""``docent restore``."""

from pathlib import Path

import click

from bot.plain import clean
from bot.settings import Settings
from bot.terminal.options import Place, with_settings
from bot.terminal.printing import print_json


@click.command()
@with_settings
@click.argument("file", type=Place(path_type=Path, dir_okay=False))
@click.option("--documents", is_flag=True, help="Restore the documents too, to an empty folder.")
@click.option("--settings", "written", metavar="FILE", type=Place(path_type=Path, dir_okay=False),
              help="Write the settings file of the backup to FILE.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def restore(
    settings: Settings, file: Path, documents: bool, written: Path | None, force: bool, as_json: bool
) -> None:
    """Bring back what `docent backup` kept in FILE, all or nothing; the bot must not run."""
    from bot import restoring
    from bot.backup import text

    done = restoring.restore(settings, file, documents=documents, config=written, force=force)
    if as_json:
        print_json(done)
    else:
        click.echo(clean(text(done, "restored")))
