"""``docent backup``."""

import os
from contextlib import suppress
from pathlib import Path

import click

from bot.plain import clean
from bot.settings import Settings
from bot.terminal.options import Place, with_settings
from bot.terminal.printing import print_json
from index.errors import DocentError


@click.command()
@with_settings
@click.argument("file", type=Place(path_type=Path, dir_okay=False))
@click.option("--documents", is_flag=True, help="Keep the documents too.")
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def backup(settings: Settings, file: Path, documents: bool, force: bool, as_json: bool) -> None:
    """Make one FILE of all that cannot be made again; the bot may run meanwhile.

    That is what the bot knows, readers' verdicts, the chat's history, calibrations, removed documents, and
    the settings file that --config names; never the token. Keep the file safe: it tells who may ask, and
    what was asked.
    """
    from bot.backup import make, text
    from bot.telegram import identity

    config = click.get_current_context().params["config"]
    token = ""
    with suppress(DocentError):  # there need be none
        token = identity.token_from(os.environ)
    done = make(settings, file, config=config, documents=documents, force=force, token=token)
    if as_json:
        print_json(done)
    else:
        click.echo(clean(text(done, "kept")))
