"""``docent ask``."""

import sys
from typing import TYPE_CHECKING

import click

from bot.settings import Settings
from bot.terminal.options import collection, text, with_settings
from bot.terminal.printing import print_json, screen, tell
from bot.terminal.streams import read_utf8

if TYPE_CHECKING:
    from bot.engine import Engine

NOT_FOUND = 3


@click.command()
@with_settings
@click.argument("question", nargs=-1, required=True, callback=text)
@collection
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def ask(settings: Settings, question: tuple[str, ...], collection: str | None, as_json: bool) -> int:
    """Answer a QUESTION; "-" reads one a line and prints one JSON object a line."""
    from bot import render
    from bot.terminal.opening import ready_engine
    from bot.words import outdated_in_words

    asked = " ".join(question).strip()
    if not asked:
        raise click.UsageError("Ask a question.")
    engine = ready_engine(settings, once=asked != "-", collection=collection)
    if asked == "-":
        return _ask_many(engine)
    answer = engine.ask(asked)
    if as_json:
        print_json(render.to_json(answer))
        tell(map(outdated_in_words, answer.outdated))
    else:
        click.echo(render.terminal(answer, engine.matches(asked), **screen()), nl=False)
    return 0 if answer.found else NOT_FOUND


def _ask_many(engine: "Engine") -> int:
    """Answer each line of standard input; the code is 0 where at least one was answered."""
    from bot import render
    from bot.words import outdated_in_words

    found = False
    read_utf8()
    for question in filter(None, map(str.strip, sys.stdin)):
        answer = engine.ask(question)
        found = found or answer.found
        print_json(render.to_json(answer), lines=True)
        tell(map(outdated_in_words, answer.outdated))
    return 0 if found else NOT_FOUND
