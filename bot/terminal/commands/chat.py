"""``docent chat``."""

import sys

import click

from bot.settings import Settings
from bot.terminal.options import collection, with_settings
from bot.terminal.printing import screen
from bot.terminal.streams import read_utf8


@click.command()
@with_settings
@collection
def chat(settings: Settings, collection: str | None) -> None:
    """Ask in a conversation; /help there tells what can be typed."""
    from bot.terminal import repl
    from bot.terminal.opening import ready_engine

    engine = ready_engine(settings, collection=collection)
    read_utf8()
    loop = repl.Repl(engine, lambda text: click.echo(text, nl=False), **screen())
    if sys.stdin.isatty():
        click.echo("Ask about the documents. /help lists commands, Ctrl-D leaves.", err=True)
        loop.run(repl.terminal_reader(settings.state_folder() / "history"))
    else:
        loop.run(repl.lines_reader(sys.stdin))
