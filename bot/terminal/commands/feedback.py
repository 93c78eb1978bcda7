"""``docent feedback``."""

import click

from bot.settings import Settings
from bot.terminal.options import with_settings
from bot.terminal.printing import print_json


@click.group()
def feedback() -> None:
    """What readers thought of answers."""


@feedback.command()
@with_settings
def export(settings: Settings) -> None:
    """Write verdicts as questions for `docent eval`, one JSON object a line."""
    from bot.engine import Engine
    from bot.feedback import Feedback

    folder = Engine(settings).settings.documents.folder  # that of an index which is named alone
    for question in Feedback(settings.feedback_file(), folder).export():
        print_json(question, lines=True)
