"""``docent calibrate``."""

from pathlib import Path

import click

from bot.progress import shown
from bot.settings import Settings
from bot.terminal.options import Place, with_settings


@click.command()
@with_settings
@click.argument("files", nargs=-1, metavar="[FILE]...", type=Place(path_type=Path))
@click.option("--reset", is_flag=True, help="Forget what was found.")
def calibrate(settings: Settings, files: tuple[Path, ...], reset: bool) -> None:
    """Fit confidence to the documents, by questions about them.

    Each FILE holds questions as for `docent eval`, some that the documents answer and some that they do
    not; without one, the verdicts of readers are taken. What is found counts for this index only.
    """
    from bot.evaluation import calibrating
    from bot.terminal.opening import ready_engine

    engine = ready_engine(settings)
    if reset:
        engine.calibration_file.unlink(missing_ok=True)
        click.echo("Confidence is what it was before calibration.")
        return
    with shown() as progress:
        click.echo(calibrating.calibrate(engine, files, progress))
