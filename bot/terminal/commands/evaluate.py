"""``docent eval``."""

from pathlib import Path

import click

from bot.progress import shown
from bot.settings import Settings
from bot.terminal.options import Place, with_settings
from bot.terminal.printing import print_json, tell
from index.errors import DocentError


@click.command("eval")
@with_settings
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=Place(path_type=Path))
@click.option("--foreign", metavar="FILE", multiple=True, type=Place(path_type=Path),
              help="Questions that have to be declined.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--html", "page", metavar="FILE", type=Place(path_type=Path),
              help="Write a page with plots and misses.")  # fmt: skip
@click.option("--limit", metavar="N", type=click.IntRange(min=1),
              help="Ask N questions, and N foreign ones, drawn by the seed.")  # fmt: skip
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=0, show_default=True,
              help="What samples and intervals are drawn by.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Ask again what was asked before.")
def evaluate(
    settings: Settings,
    files: tuple[Path, ...],
    foreign: tuple[Path, ...],
    as_json: bool,
    page: Path | None,
    limit: int | None,
    seed: int,
    fresh: bool,
) -> None:
    """Measure answers by the questions of a FILE.

    In JSON Lines they are asked of the index; a file of SQuAD's format, whose name ends in .json, brings
    documents of its own. Interrupted, the same command goes on where it stopped.
    """
    from bot.evaluation import checking, figures, questions, report, run
    from bot.evaluation.page import html as html_of
    from bot.reader.readers import learned_by
    from bot.terminal.opening import ready_engine

    collection = questions.read(files, foreign, learned_by(settings)).sample(limit, seed)
    if page is not None and (page.is_dir() or not page.parent.is_dir()):  # before all that is asked
        why = "Is a directory" if page.is_dir() else "No such file or directory"
        raise DocentError(f"The page {page} cannot be written: {why}.")
    if not collection.articles:
        engine = ready_engine(settings)
        settings = engine.settings
        tell([checking.told(checking.misses(collection.questions, engine))])
    with shown() as progress:
        outcomes = run.run(settings, collection, fresh=fresh, progress=progress)
    measured = figures.measure(collection.questions, outcomes, threshold=settings.answer.threshold, seed=seed)
    head = report.Head.of(files, foreign, settings, seed)
    if page is not None:
        try:
            page.write_text(html_of(head, collection, measured), encoding="utf-8")
        except OSError as error:
            raise DocentError(f"The page {page} cannot be written: {error.strerror or error}.") from None
    if as_json:
        print_json(report.to_json(head, collection, measured))
    else:
        click.echo(report.markdown(head, collection, measured))
