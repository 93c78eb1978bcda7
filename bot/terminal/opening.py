"""Settings in, an engine with an index out: built where there is none, and named stale where it is."""

from collections.abc import Callable

from bot import status
from bot.engine import Engine
from bot.progress import shown
from bot.settings import Settings
from bot.terminal.printing import tell
from index.documents import check_folder
from index.errors import DocumentsError, IndexMismatch, ModelError
from index.scope import EVERYTHING


def ready_engine(
    settings: Settings,
    *,
    once: bool = False,
    before_build: Callable[[], None] = lambda: None,
    watched: bool = False,
    may_be_empty: bool = False,
    collection: str | None = None,
) -> Engine:
    """An engine with an index: built now if there is none, and named stale where it is.

    Args:
        settings: of the engine.
        once: whether one question is asked.
        before_build: looks for what would make a long build useless, and raises.
        watched: whether what has changed is taken up anyway.
        may_be_empty: whether there may be no documents yet, for they come later.
        collection: by its name, if only that is to be seen.

    Raises:
        DocentError: there is no such collection, or no index and none can be built.
    """
    engine = Engine(settings, once=once)
    engine.on_fault(lambda fault: tell([fault]))
    scope = settings.scope_of(collection) if collection is not None else EVERYTHING
    if engine.has_index():
        tell(_staleness(engine, watched=watched))
        return engine.within(scope)
    before_build()
    check_folder(engine.settings.documents.folder)
    tell([f"There is no index yet: building it from '{engine.settings.documents.folder}'."])
    tell([status.fallback(settings)])
    with shown() as progress:
        summary = engine.build(progress=progress, removals="all" if may_be_empty else "most")
    tell([status.built(summary)])
    return engine.within(scope)


def _staleness(engine: Engine, *, watched: bool) -> list[str]:
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
