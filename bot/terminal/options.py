"""Options and arguments that several commands have, and the settings that result from them."""

import logging
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bot import settings
from bot.terminal import memory
from bot.terminal.printing import tell
from bot.terminal.streams import ReaderGone

_NOISY = ("httpx", "httpcore", "sentence_transformers", "transformers")  # they log what nobody asked for


class Place(click.Path):
    """A file or folder that is named; an empty name would be the folder that one happens to be in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse an empty one."""
        if value == "":
            self.fail("It is empty.", param, ctx)
        return super().convert(value, param, ctx)


collection = click.option(
    "--collection", metavar="NAME", help="Answer from the folders of a collection of the settings."
)


def text(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Bytes of the command line that are no text, which Python makes lone surrogates, replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return tuple(text(context, parameter, word) for word in value)


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all have, and the settings that result as its first argument."""
    folder = Place(path_type=Path, file_okay=False)

    @wraps(command)
    def run(docs: Path | None, index: Path | None, config: Path | None, verbose: bool, **rest: Any) -> Any:
        level = logging.INFO if verbose else logging.WARNING
        logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        for noisy in _NOISY:
            logging.getLogger(noisy).setLevel(logging.WARNING)
        tell([memory.warning()])
        flags = {"documents.folder": docs, "index.folder": index and str(index)}
        try:
            return command(settings.load(config, os.environ, flags), **rest)
        except BrokenPipeError:
            raise ReaderGone from None

    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Log what happens."),
        click.option("--config", metavar="FILE", type=Place(path_type=Path), help="A file of settings."),
        click.option("--index", metavar="DIR", type=folder, help="The index folder."),
        click.option("--docs", metavar="DIR", type=folder, help="The documents folder."),
    ):
        option(run)
    return run


def verbose() -> bool:
    """Whether -v is given."""
    return logging.getLogger().isEnabledFor(logging.INFO)
