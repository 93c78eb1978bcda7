"""Documents in, a new generation out; what did not change is taken over from the old one.

A document whose bytes, splitting and encoder are the same is copied with its vectors. Of an edited
one only the units that are new are encoded. Documents are read and split by a thread, a little
ahead of the encoder; vectors go to a journal on the disk, from which a build that was broken off
goes on. So neither texts nor vectors fill the memory.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from index import documents
from index.building import differences
from index.building.changes import Plan, by_file, make_plan
from index.building.encoding import vectors_of_units
from index.building.progress import Progress, Silent
from index.building.removals import Removals, hold_back, refuse
from index.building.splitting import splitting_of
from index.building.summary import Noticed, Summary
from index.building.writing import Written, write_texts
from index.documents import Parse
from index.encoder import Encoder
from index.engines.base import Manifest
from index.engines.local.draft import Draft
from index.engines.local.generation import FORMAT, Generation
from index.engines.local.store import Store
from index.errors import DocumentsError, IndexDamaged, IndexMismatch, IndexMissing
from index.journal import Journal, discard
from index.parsing.cache import Cache
from index.parsing.worker import shared
from index.settings import Settings

PARSED = "parsed"
"""The folder below that of the state where results of slow parsers are kept."""

_log = logging.getLogger(__name__)


def build(
    settings: Settings,
    encoder: Encoder,
    *,
    full: bool = False,
    damaged: bool = False,
    progress: Progress | None = None,
    removals: Removals = "most",
) -> Summary:
    """Bring the index up to date with the documents folder.

    The index that is there stays in use until the new one is whole, and stays for good if anything
    goes wrong. Where nothing changed, nothing is written.

    Args:
        settings: which folder, which index, how to split.
        encoder: what makes the vectors.
        full: start over, reusing nothing.
        damaged: damage was met in the index, so that nothing of it is reused either.
        progress: hears of stages and steps.
        removals: how much of the index may go with files that are gone. Where "few" may, what is beyond that
            stays; where "most" may, an index of nothing comes of a folder whose last file is gone; where
            "all" may, of any that is empty or missing.

    Raises:
        DocumentsError: the folder is missing, or nothing in it can be read, or too many files are gone and
            what is indexed of them cannot be copied.
        IndexBusy: another process is building this index.
        IndexFolderError: the index folder cannot be written to.
        ModelError: the model cannot be loaded.
    """
    from index.languages import code_of

    started, created = time.perf_counter(), datetime.now(UTC)
    progress = progress or Silent()
    store = Store(settings.index_folder())
    code_of(settings.lexical.language)  # refused before anything is encoded
    splitting = splitting_of(settings, encoder)
    with store.lock(), usable(store, full=full or damaged) as found:
        if full:
            discard(store.folder)
        parse = Cache(settings.state_folder() / PARSED, shared().parse).parse
        plan, held = _plan(settings, found, splitting, parse, progress, removals)
        if removals == "few" and not (found or full):
            refuse(plan, store.listed(), settings.documents.folder)
        if found and not (plan.fresh or plan.removed) and plan.skipped == found.manifest.skipped:
            discard(store.folder)
            reused = found.manifest.units
            return _summary(found, plan, reused=reused, changed=False, held=held, started=started)
        if found and held:
            found.check()  # for nothing else has what is gone
        old = found if found and _intact(found) else None  # what was altered must not be copied
        if found and not old:
            plan, held = _plan(settings, None, splitting, parse, progress, removals)
        with store.draft(old, plan.kept) as draft:
            journal = Journal(store.folder, encoder.fingerprint)
            written = write_texts(draft, plan, old, settings, encoder, journal, parse, progress)
            if removals != "all" and not _last_is_gone(found, plan):
                _refuse_nothing(draft, written, settings.documents.folder)
            progress.stage("indexing vectors", 0)
            dimension = old.manifest.dimension if old and not journal.dimension else journal.dimension
            made = partial(vectors_of_units, written.rows, written.around, dimension, old, journal)
            draft.write_vectors(made, written.rows)
            progress.stage("indexing words", 0)
            draft.write_lexical()
            progress.stage("checking the index", 0)
            manifest = Manifest(
                format=FORMAT,
                created=created.isoformat(),
                folder=os.fsencode(settings.documents.folder.resolve()).decode("utf-8", "replace"),
                encoder=encoder.name,
                fingerprint=encoder.fingerprint,
                splitting=splitting,
                language=settings.lexical.language,
                languages=draft.languages() or (old.manifest.languages if old else ()),
                dimension=dimension,
                documents=draft.documents,
                passages=draft.passages,
                units=draft.units,
                skipped=written.skipped,
            )
            with closing(store.publish(draft, manifest, partial(differences.record, store))) as new:
                discard(store.folder)
                reused = sum(row >= 0 or -1 - row < journal.kept for row in written.rows)
                return _summary(
                    new,
                    plan,
                    reused=reused,
                    embedded=len(journal) - journal.kept,
                    documents_embedded=written.documents,
                    noticed=written.noticed,
                    replaced=_replaced(found, encoder),
                    held=held,
                    started=started,
                )


def _replaced(old: Generation | None, encoder: Encoder) -> str:
    """The model that an old index was made with, where the encoder is another."""
    return old.manifest.encoder if old and old.manifest.fingerprint != encoder.fingerprint else ""


@contextmanager
def usable(store: Store, *, full: bool) -> Iterator[Generation | None]:
    """The current generation if there is one from which something can be reused."""
    generation = None
    try:
        generation = None if full else store.current()
    except IndexMissing:
        pass
    except (IndexDamaged, IndexMismatch) as error:
        _log.warning("starting over: %s", error)
    with closing(generation) if generation else nullcontext() as usable:
        yield usable


def _intact(old: Generation) -> bool:
    try:
        old.check()
    except IndexDamaged as error:
        _log.warning("starting over: %s", error)
        return False
    return True


def _plan(
    settings: Settings,
    old: Generation | None,
    splitting: str,
    parse: Parse,
    progress: Progress,
    removals: Removals,
) -> tuple[Plan, tuple[str, ...]]:
    """What to do, and the files that are gone and stay in the index."""
    try:
        files, skipped = documents.found_by(settings)
    except DocumentsError:
        if old is None or removals == "most":
            raise
        files, skipped = [], []  # as of a folder that is empty
    progress.stage("reading documents", len(files))
    plan = make_plan(files, skipped, old, splitting, parse, progress.advance)
    if old is None or removals != "few":
        return plan, ()
    return hold_back(plan, old, settings.documents.folder, splitting)


def _last_is_gone(found: Generation | None, plan: Plan) -> bool:
    """Whether the folder is empty because its last file was deleted; of more at once, a disk may be away."""
    return found is not None and len(by_file(found.entries())) == 1 and not (plan.items or plan.skipped)


def _refuse_nothing(draft: Draft, written: Written, folder: Path) -> None:
    """Make no index of nothing."""
    if not draft.documents:
        reasons = "; ".join(f"{skip.source}: {skip.reason}" for skip in written.skipped[:3])
        raise DocumentsError(
            f"Nothing in '{folder}' can be indexed"
            + (f" ({reasons})." if reasons else ": it holds no files.")
        )
    if not written.rows:
        raise DocumentsError(f"There is nothing to quote in '{folder}'.")


def _summary(
    generation: Generation,
    plan: Plan,
    *,
    reused: int,
    changed: bool = True,
    embedded: int = 0,
    documents_embedded: int = 0,
    noticed: tuple[Noticed, ...] = (),
    replaced: str = "",
    held: tuple[str, ...] = (),
    started: float,
) -> Summary:
    manifest = generation.manifest
    return Summary(
        generation=generation.name,
        changed=changed,
        documents=manifest.documents,
        passages=manifest.passages,
        sentences=manifest.units,
        reused=reused,
        embedded=embedded,
        documents_embedded=documents_embedded,
        documents_removed=plan.removed,
        skipped=manifest.skipped,
        seconds=time.perf_counter() - started,
        noticed=noticed,
        encoder=manifest.encoder,
        replaced=replaced,
        held=held,
    )
