"""``docent telegram``."""

import os
import signal
import sys
from functools import partial

import click

from bot.settings import Settings
from bot.terminal.options import with_settings
from bot.terminal.printing import announce


@click.command()
@with_settings
def telegram(settings: Settings) -> None:
    """Answer in Telegram; the token is read from TELEGRAM_BOT_TOKEN."""
    from bot.telegram import identity, run
    from bot.terminal.opening import ready_engine

    token = identity.token_from(os.environ)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # process 1 of a container ignores it otherwise
    knock = partial(identity.check_token, settings, token)
    watched = settings.documents.watch
    engine = ready_engine(settings, before_build=knock, watched=watched, may_be_empty=True)
    run.serve(engine, token, announce)
