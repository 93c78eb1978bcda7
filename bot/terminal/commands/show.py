"""``docent show``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.plain import clean
from bot.settings import Settings
from bot.terminal.options import Place, text, with_settings
from bot.terminal.printing import print_json, screen, tell
from index.errors import DocentError

if TYPE_CHECKING:
    from bot.engine import Engine
    from index.records import Document, Passage

_PIXELS_A_POINT = 2.0  # of a page's picture: 144 dots an inch


@click.command()
@with_settings
@click.argument("source", callback=text)
@click.option("--at", "offset", type=int, metavar="OFFSET", help="Show the passage at this character.")
@click.option("--page", metavar="N", help="The page to draw: its label, or its number.")
@click.option("--image", metavar="FILE", type=Place(path_type=Path, dir_okay=False),
              help="Draw the page as a picture, the passage at OFFSET marked on it.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the document as JSON.")
def show(
    settings: Settings, source: str, offset: int | None, page: str | None, image: Path | None, as_json: bool
) -> None:
    """Show a document, the passage around an offset of it, or a page as a picture.

    SOURCE is a path as citations give it, relative to the documents folder.
    """
    from bot import render
    from bot.engine import Engine

    engine = Engine(settings)
    document = engine.document(source)
    context = engine.around(source, offset) if offset is not None else None
    if image is not None or page is not None:
        _draw(engine, document, page, context[1] if context else None, image)
    elif as_json:
        print_json(render.document_json(document, context[1] if context else None))
    elif context:
        click.echo(render.passage(context, None, **screen()), nl=False)
    elif sys.stdout.isatty():
        click.echo(clean(document.text).rstrip("\n"))
    else:
        sys.stdout.write(document.text)  # to the letter: click would strip escape sequences
        sys.stdout.flush()
    if engine.has_index() and (outdated := engine.outdated(source)):
        from bot.words import outdated_in_words

        tell([outdated_in_words(outdated)])


def _draw(
    engine: "Engine", document: "Document", page: str | None, passage: "Passage | None", image: Path | None
) -> None:
    """Write the picture of a page: of the one that is named, or else the one that a passage stands on."""
    if image is None:
        raise click.UsageError("Name the picture's file with --image FILE.")
    if page is None and passage is None:
        raise click.UsageError("Say which page with --page N, or which passage with --at OFFSET.")
    paged = engine.paged(document.source, (passage.start, passage.end) if passage else None)
    number = paged.first if page is None else paged.number_of(page)
    picture = engine.draw(paged, number, _PIXELS_A_POINT)
    try:
        image.write_bytes(picture)
    except OSError as error:
        raise DocentError(f"The picture {image} cannot be written: {error.strerror or error}.") from None
    told = [f"Page {paged.labels[number]} of {document.source} is drawn in {image}."]
    if passage and not paged.found:
        told.append("The passage does not stand word for word on the pages, so nothing is marked.")
    tell(told)
