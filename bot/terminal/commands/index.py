"""``docent index``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.progress import shown
from bot.settings import Settings
from bot.terminal.options import Place, with_settings
from bot.terminal.printing import announce, complain, print_json, tell
from bot.terminal.signals import until_ended

if TYPE_CHECKING:
    from bot.engine import Engine
    from index.building.sharding import Shard
    from index.building.summary import Summary


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> "Shard | None":
    """Which part of the documents, written as "2/8"."""
    from index.building.sharding import Shard

    if value is None:
        return None
    number, _, count = value.partition("/")
    try:
        return Shard(int(number), int(count))
    except ValueError:
        raise click.BadParameter(f"'{value}' is no shard: the second of eight is 2/8.") from None


@click.command()
@with_settings
@click.option("--full", is_flag=True, help="Start over, reusing nothing.")
@click.option("--watch", is_flag=True, help="Go on: take up changes as they are made, until Ctrl-C.")
@click.option("--shard", metavar="I/N", callback=_shard,
              help="Build nothing: encode the I-th of N parts of the documents into --to.")  # fmt: skip
@click.option("--to", metavar="DIR|ENGINE", type=Place(),
              help="The folder that a shard's vectors go to; without --shard, in place of index.engine, the "
              "engine that the index goes to.")  # fmt: skip
@click.option("--bundles", metavar="DIR", multiple=True,
              type=Place(path_type=Path, file_okay=False, exists=True),
              help="Take vectors from what shards wrote to DIR; may be repeated.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def index(
    settings: Settings,
    full: bool,
    watch: bool,
    shard: "Shard | None",
    to: str | None,
    bundles: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Bring the index up to date with the documents."""
    from bot import status
    from bot.engine import Engine
    from bot.terminal import spreading
    from index.engines.table import ENGINES

    if (shard and (to is None or full or watch or bundles)) or (watch and bundles):
        raise click.UsageError("--shard goes with --to and nothing else of this, --bundles not with --watch.")
    if to and shard and Path(to).is_file():
        raise click.UsageError(f"--to with --shard names a folder, and {to} is a file.")
    if to and not shard:
        if to not in ENGINES:
            raise click.UsageError(f"--to without --shard names an engine: {' or '.join(ENGINES)}.")
        settings = replace(settings, index=replace(settings.index, engine=to))
    tell([status.fallback(settings)])
    if watch:
        _keep(Engine(settings), full=full, as_json=as_json)
        return
    if shard and to:
        encoded = spreading.encode(settings, shard, Path(to))
        print_json(encoded) if as_json else click.echo(spreading.text(encoded))
        return
    if bundles:
        summary = spreading.built(settings, bundles, full=full)
        tell([spreading.lacking(summary)])
    else:
        with shown() as progress:
            summary = Engine(settings).build(full=full, progress=progress)
    print_json(summary) if as_json else click.echo(status.built(summary))


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
