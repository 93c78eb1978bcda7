"""The command ``docent``: options in, the engine's results out. It holds no logic of answering.

Results go to standard output, all else to standard error. Exit codes: 0 answered or done, 1 an error,
2 wrong usage, 3 asked and not found in the documents.
"""

import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.plain import clean, line
from bot.progress import shown
from bot.terminal import memory, streams
from index import settings as settings_module
from index.errors import DocentError, DocumentsError, IndexMismatch, ModelError
from index.scope import EVERYTHING
from index.settings import Settings

if TYPE_CHECKING:
    import threading

    from bot.engine import Engine
    from index.build import Summary
    from index.records import Document, Passage

NOT_FOUND = 3
_NOISY = ("httpx", "httpcore", "sentence_transformers", "transformers")  # they log what nobody asked for
_PIXELS_A_POINT = 2.0  # of a page's picture: 144 dots an inch
_WIDEST = 100  # columns; longer lines are hard to read

_log = logging.getLogger(__name__)


class _ReaderGone(Exception):
    """The reader of our output has seen enough; click would take a BrokenPipeError for a failure."""


def main() -> None:
    """Run the command line; errors become one line on standard error."""
    streams.prepare()
    try:
        code = docent.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except _ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except DocentError as error:
        _complain(str(error))
        code = 1
    except MemoryError:
        _complain("There is not enough memory for this. Give the process more, or lower encoder.batch_size.")
        code = 1
    except Exception as error:  # the last resort: a user sees no traceback
        _log.info("unexpected", exc_info=True)
        reason = " ".join(str(error).split()) or "no reason given"
        _complain(f"{type(error).__name__}: {reason} (-v tells more)")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str) -> None:
    click.echo(f"docent: {line(message)}", err=True)


def _text(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Bytes of the command line that are no text, which Python makes lone surrogates, replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return tuple(_text(context, parameter, word) for word in value)


class _Folder(click.Path):
    """A folder that is named; an empty name would be the folder that one happens to be in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("It is empty.", param, ctx)
        return super().convert(value, param, ctx)


_collection = click.option(
    "--collection", metavar="NAME", help="Answer from the folders of a collection of the settings."
)


def _with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all have, and the settings that result as its first argument."""
    folder = _Folder(path_type=Path, file_okay=False)

    @wraps(command)
    def run(docs: Path | None, index: Path | None, config: Path | None, verbose: bool, **rest: Any) -> Any:
        level = logging.INFO if verbose else logging.WARNING
        logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        for noisy in _NOISY:
            logging.getLogger(noisy).setLevel(logging.WARNING)
        _tell(filter(None, [memory.warning()]))
        flags = {"documents.folder": docs, "index.folder": index and str(index)}
        try:
            return command(settings_module.load(config, os.environ, flags), **rest)
        except BrokenPipeError:
            raise _ReaderGone from None

    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Log what happens."),
        click.option("--config", metavar="FILE", type=click.Path(path_type=Path), help="A file of settings."),
        click.option("--index", metavar="DIR", type=folder, help="The index folder."),
        click.option("--docs", metavar="DIR", type=folder, help="The documents folder."),
    ):
        option(run)
    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="docent-bot", prog_name="docent")
def docent() -> None:
    """Answer questions about a folder of documents, quoting them word for word."""


@docent.command()
@_with_settings
@click.option("--full", is_flag=True, help="Start over, reusing nothing.")
@click.option("--watch", is_flag=True, help="Go on: take up changes as they are made, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def index(settings: Settings, full: bool, watch: bool, as_json: bool) -> None:
    """Bring the index up to date with the documents."""
    from bot import status as state
    from bot.engine import Engine

    _tell(filter(None, [state.fallback(settings)]))
    if watch:
        _keep(Engine(settings), full=full, as_json=as_json)
        return
    with shown() as progress:
        summary = Engine(settings).build(full=full, progress=progress)
    if as_json:
        _print_json(summary)
    else:
        click.echo(state.built(summary))


def _keep(engine: "Engine", *, full: bool, as_json: bool) -> None:
    """Keep the index up to date until Ctrl-C or SIGTERM, with a line for each renewal."""
    from bot.terminal import renewing

    def say(summary: "Summary") -> None:
        if as_json:
            _print_json(summary, lines=True)
        else:
            click.echo(renewing.in_a_line(summary))
        sys.stdout.flush()

    with _ended_by_signals() as stop:
        renewing.keep(engine, say, _complain, stop, full=full, progress=shown)


@contextmanager
def _ended_by_signals() -> Iterator["threading.Event"]:
    """For what goes on until Ctrl-C or SIGTERM, which set the event and then are no error."""
    import threading

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()  # should it be raised where it is lost
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with suppress(KeyboardInterrupt):
        yield stop


@docent.command()
@_with_settings
@click.argument("question", nargs=-1, required=True, callback=_text)
@_collection
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def ask(settings: Settings, question: tuple[str, ...], collection: str | None, as_json: bool) -> int:
    """Answer a QUESTION; "-" reads one a line and prints one JSON object a line."""
    from bot import render
    from bot.words import outdated_in_words

    asked = " ".join(question).strip()
    if not asked:
        raise click.UsageError("Ask a question.")
    engine = _ready_engine(settings, once=asked != "-", collection=collection)
    if asked == "-":
        return _ask_many(engine)
    answer = engine.ask(asked)
    if as_json:
        _print_json(render.to_json(answer))
        _tell(map(outdated_in_words, answer.outdated))
    else:
        click.echo(render.terminal(answer, engine.matches(asked), **_screen()), nl=False)
    return 0 if answer.found else NOT_FOUND


def _ask_many(engine: "Engine") -> int:
    """Answer each line of standard input; the code is 0 where at least one was answered."""
    from bot import render
    from bot.words import outdated_in_words

    found = False
    _read_utf8()
    for question in filter(None, map(str.strip, sys.stdin)):
        answer = engine.ask(question)
        found = found or answer.found
        _print_json(render.to_json(answer), lines=True)
        sys.stdout.flush()
        _tell(map(outdated_in_words, answer.outdated))
    return 0 if found else NOT_FOUND


@docent.command()
@_with_settings
@_collection
def chat(settings: Settings, collection: str | None) -> None:
    """Ask in a conversation; /help there tells what can be typed."""
    from bot.terminal import repl

    engine = _ready_engine(settings, collection=collection)
    _read_utf8()
    loop = repl.Repl(engine, lambda text: click.echo(text, nl=False), **_screen())
    if sys.stdin.isatty():
        click.echo("Ask about the documents. /help lists commands, Ctrl-D leaves.", err=True)
        loop.run(repl.terminal_reader(settings.state_folder() / "history"))
    else:
        loop.run(repl.lines_reader(sys.stdin))


@docent.command()
@_with_settings
def telegram(settings: Settings) -> None:
    """Answer in Telegram; the token is read from TELEGRAM_BOT_TOKEN."""
    from bot.telegram import run

    token = run.token_from(os.environ)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # process 1 of a container ignores it otherwise
    knock = partial(run.check_token, settings, token)
    watched = settings.documents.watch
    engine = _ready_engine(settings, before_build=knock, watched=watched, may_be_empty=True)
    run.serve(engine, token, _announce)


@docent.command()
@_with_settings
def doctor(settings: Settings) -> int:
    """Look for what is wrong with the set-up, and say how to mend it."""
    from bot.terminal import doctor as surgery

    wrong = 0
    for finding in surgery.examine(settings, os.environ):
        wrong += finding.level == "wrong"
        _announce(clean(surgery.text(finding)))
    if wrong:
        raise DocentError(f"{wrong} things are wrong." if wrong > 1 else "One thing is wrong.")
    return 0


@docent.command("eval")
@_with_settings
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--foreign", metavar="FILE", multiple=True, type=click.Path(path_type=Path),
              help="Questions that have to be declined.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--html", "page", metavar="FILE", type=click.Path(path_type=Path),
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
    from bot.evaluation import figures, questions, report, run
    from bot.reader.readers import learned_by

    collection = questions.read(files, foreign, learned_by(settings)).sample(limit, seed)
    if not collection.articles:
        settings = _ready_engine(settings).settings
    with shown() as progress:
        outcomes = run.run(settings, collection, fresh=fresh, progress=progress)
    measured = figures.measure(collection.questions, outcomes, threshold=settings.answer.threshold, seed=seed)
    head = report.Head.of(files, foreign, settings, seed)
    if page is not None:
        try:
            page.write_text(report.html(head, collection, measured), encoding="utf-8")
        except OSError as error:
            raise DocentError(f"The page {page} cannot be written: {error.strerror or error}.") from None
    if as_json:
        _print_json(report.to_json(head, collection, measured))
    else:
        click.echo(report.markdown(head, collection, measured))


@docent.command()
@_with_settings
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--reset", is_flag=True, help="Forget what was found.")
def calibrate(settings: Settings, files: tuple[Path, ...], reset: bool) -> None:
    """Fit confidence to the documents, by questions about them.

    Each FILE holds questions as for `docent eval`, some that the documents answer and some that they do
    not; without one, the verdicts of readers are taken. What is found counts for this index only.
    """
    from bot.evaluation import calibrating

    engine = _ready_engine(settings)
    if reset:
        engine.calibration_file.unlink(missing_ok=True)
        click.echo("Confidence is what it was before calibration.")
        return
    with shown() as progress:
        click.echo(calibrating.calibrate(engine, files, progress))


@docent.command()
@_with_settings
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--documents", is_flag=True, help="Keep the documents too.")
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def backup(settings: Settings, file: Path, documents: bool, force: bool, as_json: bool) -> None:
    """Make one FILE of all that cannot be made again; the bot may run meanwhile.

    That is what the bot knows, readers' verdicts, the chat's history, calibrations, removed documents, and
    the settings file that --config names; never the token. Keep the file safe: it tells who may ask, and
    what was asked.
    """
    from bot import backup as keeping
    from bot.telegram import run

    config = click.get_current_context().params["config"]
    token = ""
    with suppress(DocentError):  # there need be none
        token = run.token_from(os.environ)
    done = keeping.make(settings, file, config=config, documents=documents, force=force, token=token)
    if as_json:
        _print_json(done)
    else:
        click.echo(clean(keeping.text(done, "kept")))


@docent.command()
@_with_settings
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--documents", is_flag=True, help="Restore the documents too, to an empty folder.")
@click.option("--settings", "written", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the settings file of the backup to FILE.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def restore(
    settings: Settings, file: Path, documents: bool, written: Path | None, force: bool, as_json: bool
) -> None:
    """Bring back what `docent backup` kept in FILE, all or nothing; the bot must not run."""
    from bot import backup as keeping
    from bot import restoring

    done = restoring.restore(settings, file, documents=documents, config=written, force=force)
    if as_json:
        _print_json(done)
    else:
        click.echo(clean(keeping.text(done, "restored")))


@docent.group()
def feedback() -> None:
    """What readers thought of answers."""


@feedback.command()
@_with_settings
def export(settings: Settings) -> None:
    """Write verdicts as questions for `docent eval`, one JSON object a line."""
    from bot.engine import Engine
    from bot.feedback import Feedback

    folder = Engine(settings).settings.documents.folder  # that of an index which is named alone
    for question in Feedback(settings.feedback_file(), folder).export():
        _print_json(question, lines=True)


@docent.command()
@_with_settings
@click.argument("source", callback=_text)
@click.option("--at", "offset", type=int, metavar="OFFSET", help="Show the passage at this character.")
@click.option("--page", metavar="N", help="The page to draw: its label, or its number.")
@click.option("--image", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
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
        _print_json(render.document_json(document, context[1] if context else None))
    elif context:
        click.echo(render.passage(context, None, **_screen()), nl=False)
    elif sys.stdout.isatty():
        click.echo(clean(document.text).rstrip("\n"))
    else:
        sys.stdout.write(document.text)  # to the letter: click would strip escape sequences
        sys.stdout.flush()
    if engine.has_index() and (outdated := engine.outdated(source)):
        from bot.words import outdated_in_words

        _tell([outdated_in_words(outdated)])


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
    _tell(told)


@docent.command()
@_with_settings
@click.option("--watch", is_flag=True, help="Go on: look every few seconds, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(settings: Settings, watch: bool, as_json: bool) -> None:
    """Tell what is indexed, and whether it is up to date."""
    from bot import status as state

    if watch:
        _look_on(settings, as_json=as_json)
        return
    found = state.status(settings)
    if as_json:
        _print_json(found)
    else:
        click.echo(state.text(found, verbose=_log.isEnabledFor(logging.INFO)))


def _look_on(settings: Settings, *, as_json: bool) -> None:
    """Show the state of the index until Ctrl-C or SIGTERM."""
    from bot.terminal import looking

    verbose = _log.isEnabledFor(logging.INFO)
    with _ended_by_signals() as stop:
        if as_json:
            looking.watch(settings, lambda found: _announce(looking.as_json(found).decode()), stop)
        elif sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            with looking.screen() as live:
                looking.watch(settings, looking.drawn(live, verbose=verbose), stop)
        else:
            looking.watch(settings, looking.changes(_announce, verbose=verbose), stop)


@docent.command()
@_with_settings
@click.option("--days", metavar="N", type=click.IntRange(min=1), default=7, show_default=True,
              help="Of the last N days.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def changes(settings: Settings, days: int, as_json: bool) -> None:
    """Tell what builds have changed in the documents of late, newest first.

    Builds of the last 31 days are remembered.
    """
    from bot import changelog
    from bot.engine import Engine

    found = changelog.recent(Engine(settings).history(), days)
    if as_json:
        _print_json(found)
    else:
        click.echo(changelog.text(found, days))


def _announce(text: str) -> None:
    """Write at once, even where standard output is a file or a pipe."""
    click.echo(text)
    sys.stdout.flush()


def _ready_engine(
    settings: Settings,
    *,
    once: bool = False,
    before_build: Callable[[], None] = lambda: None,
    watched: bool = False,
    may_be_empty: bool = False,
    collection: str | None = None,
) -> "Engine":
    """An engine with an index: built now if there is none, and named stale where it is.

    Args:
        settings: of the engine.
        once: whether one question is asked.
        before_build: looks for what would make a long build useless, and raises.
        watched: whether what has changed is taken up anyway.
        may_be_empty: whether there may be no documents yet, for they come later.
        collection: by its name, if only that is to be seen.
    """
    from bot import status as state
    from bot.engine import Engine
    from index.documents import check_folder

    engine = Engine(settings, once=once)
    engine.on_fault(lambda fault: _tell([fault]))
    scope = settings.scope_of(collection) if collection is not None else EVERYTHING
    if not engine.has_index():
        before_build()
        _tell([f"There is no index yet: building it from '{engine.settings.documents.folder}'."])
        _tell(filter(None, [state.fallback(settings)]))
        check_folder(engine.settings.documents.folder)
        with shown() as progress:
            summary = engine.build(progress=progress, removals="all" if may_be_empty else "most")
        _tell([state.built(summary)])
    else:
        _tell(_staleness(engine, watched=watched))
    return engine.within(scope)


def _staleness(engine: "Engine", *, watched: bool) -> list[str]:
    """A sentence on how the documents changed since they were indexed, if they did."""
    told = []
    try:
        engine.check_settings()
    except IndexMismatch as error:
        told = [str(error)]
    except ModelError:
        pass  # which the answer will meet
    try:
        difference = engine.changes()
    except DocumentsError as error:
        return [*told, f"{error} Answering from the index as it is."]
    kinds = {"added": difference.added, "edited": difference.edited, "removed": difference.removed}
    counts = ", ".join(f"{len(sources)} {kind}" for kind, sources in kinds.items() if sources)
    changed = f"Documents changed since they were indexed ({counts})."
    refresh = "The bot sees to it." if watched else "Run `docent index` to refresh."
    return [*told, *([f"{changed} {refresh}"] if difference else [])]


def _screen() -> dict[str, Any]:
    """How wide to write and whether in colour (https://no-color.org)."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return {"width": width, "colour": sys.stdout.isatty() and not plain}


def _read_utf8() -> None:
    """Take standard input for UTF-8, whatever the locale, and never fail on a byte of it."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _tell(notices: Iterable[str]) -> None:
    for notice in notices:
        click.echo(clean(notice), err=True)


def _print_json(value: Any, *, lines: bool = False) -> None:
    """Print a value as JSON: as bytes, for JSON is UTF-8 whatever the locale (RFC 8259)."""
    import msgspec

    data = msgspec.json.encode(value)
    click.echo(data if lines else msgspec.json.format(data))
