"""What is indexed and whether it is up to date, found out without loading torch, numpy or FAISS."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bot.collections import CollectionSettings
from bot.engine import Engine
from bot.plain import counted, line
from bot.settings import Settings
from bot.words import notice_in_words
from index import catalogue, documents
from index.building.changes import Changes
from index.building.summary import Summary
from index.documents import Skipped
from index.errors import DocentError, DocumentsError
from index.scope import Scope

_LISTED = 10  # names of each kind, unless all are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of an index; ``generation`` is None where there is none, ``created`` in UTC.

    ``collections`` are those of the settings, each with its folders; ``problems`` are sentences that say what
    stands against using the index and what to do.
    """

    folder: str
    index: str
    generation: str | None = None
    created: str | None = None
    encoder: str
    documents: int = 0
    passages: int = 0
    sentences: int = 0
    bytes: int = 0
    sources: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()

    def within(self, scope: Scope) -> "Status":
        """The same, naming only files that are seen."""
        return replace(
            self,
            sources=tuple(filter(scope.shows, self.sources)),
            skipped=tuple(skip for skip in self.skipped if scope.shows(skip.source)),
            added=tuple(filter(scope.shows, self.added)),
            edited=tuple(filter(scope.shows, self.edited)),
            removed=tuple(filter(scope.shows, self.removed)),
            collections=self.collections if scope.is_everything else (),
        )


def status(settings: Settings, said: Callable[[DocentError], str] = str) -> Status:
    """Find out the state of the index.

    Args:
        settings: of the index.
        said: puts what is wrong into words.

    Raises:
        IndexFolderError: there is one that cannot be read.
        DocumentsError: there is none, nor are there documents.
    """
    engine = Engine(settings)
    folder = str(engine.settings.documents.folder)
    place = engine.store.place
    if not engine.has_index():
        documents.check_folder(engine.settings.documents.folder)
        hint = "There is no index yet. Run `docent index`."
        return Status(
            folder=folder, index=place, encoder=catalogue.resolve(settings.encoder.model), problems=(hint,)
        )
    generation = engine.generation()
    manifest = generation.manifest
    problems = list(filter(None, [engine.fault]))
    difference = Changes()
    try:
        engine.check_encoder()
        engine.check_settings()
    except DocentError as error:
        problems.append(said(error))
    try:
        difference = engine.changes()
        if difference:
            problems.append("The documents changed. Run `docent index`.")
    except DocumentsError as error:
        problems.append(said(error))
    return Status(
        folder=folder,
        index=place,
        generation=generation.name,
        created=manifest.created,
        encoder=manifest.encoder,
        documents=manifest.documents,
        passages=manifest.passages,
        sentences=manifest.units,
        bytes=sum(size for size, _ in manifest.files.values()),
        sources=tuple(entry.source for entry in engine.sources()),
        skipped=manifest.skipped,
        added=difference.added,
        edited=difference.edited,
        removed=difference.removed,
        problems=tuple(problems),
        collections=tuple(f"{name}: {_listed(one)}" for name, one in settings.collections.items()),
    )


def _listed(collection: CollectionSettings) -> str:
    folders = ", ".join(folder or "all documents" for folder in collection.folders)
    return folders or "no documents"


def empty_folders(settings: Settings, sources: Collection[str]) -> list[str]:
    """A sentence for each folder of a collection that none of the documents lies in."""
    return [
        f"Collection '{name}': no document lies below '{folder}' yet. If that is a slip, mend "
        f"collections.{name}.folders."
        for name, one in settings.collections.items()
        for folder in one.folders
        if not any(map(Scope((folder,)).shows, sources))
    ]


def text(found: Status, *, verbose: bool) -> str:
    """The state for a person to read; ``verbose`` names everything."""
    rows = [("documents", found.folder), ("index", found.index)]
    if found.generation:
        rows += [
            ("built", f"{found.created} ({found.generation})"),
            ("model", found.encoder),
            ("holds", _size(found.documents, found.passages, found.sentences)),
            ("size", f"{found.bytes / 1e6:.1f} MB"),
        ]
    lines = [f"{name:<10} {value}" for name, value in rows]
    skipped = tuple(f"{skip.source} ({skip.reason})" for skip in found.skipped)
    for kind, names in (
        ("added", found.added),
        ("edited", found.edited),
        ("removed", found.removed),
        ("skipped", skipped),
        ("collection", found.collections),
        ("indexed", found.sources if verbose else ()),
    ):
        shown = names if verbose else names[:_LISTED]
        lines += [f"{kind:<10} {line(name)}" for name in shown]
        if len(shown) < len(names):
            lines.append(f"{kind:<10} and {len(names) - len(shown)} more (-v names all)")
    return "\n".join([*lines, *found.problems])


def built(summary: Summary) -> str:
    """What a build did, in lines."""
    done = "indexed" if summary.changed else "up to date"
    bundled = f"{summary.bundled} from bundles, " if summary.bundled else ""
    lines = [
        f"{done}: {_size(summary.documents, summary.passages, summary.sentences)} "
        f"({summary.reused} reused, {bundled}{summary.embedded} embedded) in {summary.seconds:.1f} s"
    ]
    if summary.replaced:
        lines.append(f"encoded anew: {_change_of_model(summary.replaced, summary.encoder)}")
    if summary.documents_removed:
        lines.append(f"removed: {counted(summary.documents_removed, 'document')} no longer there")
    lines += [f"note: {line(one.source)} ({notice_in_words(one.notice)})" for one in summary.noticed]
    lines += [f"skipped: {line(skip.source)} ({line(skip.reason)})" for skip in summary.skipped]
    return "\n".join(lines)


def _size(documents: int, passages: int, sentences: int) -> str:
    return ", ".join(
        [counted(documents, "document"), counted(passages, "passage"), counted(sentences, "sentence")]
    )


def _change_of_model(old: str, new: str) -> str:
    if old == new:
        return f"the files of the model {new} are not those that the index was made with"
    return f"the index was made with {old}, now the model is {new}"


def fallback(settings: Settings) -> str | None:
    """A sentence for where the settings leave the choice of model, and the best one is not installed."""
    missed = catalogue.missed(settings.encoder.model)
    if missed is None:
        return None
    taken = catalogue.CATALOGUE[-1]
    return (
        f"{missed.name} ({missed.languages}) is not installed here: its package is {missed.package}. "
        f"{taken.name} ({taken.languages}) is used."
    )
