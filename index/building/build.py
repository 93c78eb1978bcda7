"""Documents in, a new generation out; what did not change is taken over from the old one.

A document whose bytes, splitting and encoder are the same is copied with its vectors. Of an edited
one only the units that are new are encoded. Documents are read and split by a thread, a little
ahead of the encoder; vectors go to a journal on the disk, from which a build that was broken off
goes on. So neither texts nor vectors fill the memory.
"""

import logging
import os
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import documents
from index.building import differences
from index.building.changes import Plan, by_file, in_order, make_plan
from index.building.prefetching import ahead
from index.building.removals import Removals, hold_back
from index.documents import Parse, Skipped
from index.encoder import Encoder
from index.engines.base import Manifest
from index.engines.local.generation import FORMAT, Generation
from index.engines.local.store import Draft, Store
from index.errors import DocumentsError, IndexDamaged, IndexMismatch, IndexMissing
from index.invisible import visible
from index.journal import Journal, discard
from index.parsing.cache import Cache
from index.parsing.formats import versions
from index.parsing.worker import shared
from index.records import Divided, Document, Notice
from index.settings import Settings
from index.units.woven import BETWEEN_NAMES, told

if TYPE_CHECKING:
    from index.encoder import Vectors

PARSED = "parsed"
"""The folder below that of the state where results of slow parsers are kept."""

BLOCK = 4096  # texts encoded at a time: what a build that is killed loses at most

CONTEXT_WEIGHT = 0.4
"""What a context's vector counts in that of a unit, which is made of length 1 again (docs/quality.md)."""

_SPLITTERS = ("nupunkt", "langchain-text-splitters", "py3langid", "PyStemmer")
DIVIDING = 4  # counts up whenever a document may be divided otherwise, or its words be others

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """What hears how a build goes on; it may show it."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has ``total`` steps, or 0 where that is not known."""

    def expect(self, total: int) -> None:
        """The stage that goes on will have about so many steps."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str, total: int) -> None:
        """Ignore it."""

    def expect(self, total: int) -> None:
        """Ignore it."""

    def advance(self, steps: int) -> None:
        """Ignore it."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a reader of a document should know."""

    source: str
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build did.

    ``sentences`` counts all units, whatever they are, by the name that scripts know; ``reused`` counts units
    whose vectors the old index had or a build that was broken off left; ``embedded`` the texts that were
    encoded, each once, and ``bundled`` those whose vectors were taken from bundles. ``encoder`` is the
    model's name; ``replaced`` that of the old index, where its vectors were of another model or of other
    files, and all had to be encoded anew; ``held`` the files that are gone and were left in the index,
    because they are too many.
    """

    generation: str
    changed: bool
    documents: int
    passages: int
    sentences: int
    reused: int
    embedded: int
    documents_embedded: int
    documents_removed: int
    skipped: tuple[Skipped, ...]
    seconds: float
    noticed: tuple[Noticed, ...] = ()
    encoder: str = ""
    replaced: str = ""
    held: tuple[str, ...] = ()
    bundled: int = 0


@dataclass(frozen=True, slots=True)
class _Written:
    """What came of a plan.

    ``rows`` has for every unit the row of its vector in the old generation, or -1 - i where its own is the
    i-th of the journal, and ``around`` the number there of what it stands under, or -1; ``documents`` counts
    the new ones.
    """

    rows: "array[int]"
    around: "array[int]"
    documents: int
    skipped: tuple[Skipped, ...]
    noticed: tuple[Noticed, ...]


def build(
    settings: Settings,
    encoder: Encoder,
    *,
    full: bool = False,
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
        progress: hears of stages and steps.
        removals: how much of the index may go with files that are gone. Where "few" may, what is beyond that
            stays; where "most" may, an index of nothing comes of a folder whose last file is gone; where
            "all" may, of any that is empty or missing.

    Raises:
        DocumentsError: the folder is missing or nothing in it can be read.
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
    with store.lock(), usable(store, full=full) as found:
        if full:
            discard(store.folder)
        parse = Cache(settings.state_folder() / PARSED, shared().parse).parse
        plan, held = _plan(settings, found, splitting, parse, progress, removals)
        if found and not (plan.fresh or plan.removed) and plan.skipped == found.manifest.skipped:
            discard(store.folder)
            reused = found.manifest.units
            return _summary(found, plan, reused=reused, changed=False, held=held, started=started)
        if found and held:
            found.check()  # for nothing else has what is gone
        old = found if found and _intact(found) else None  # what was altered must not be copied
        if found and not old:
            plan, held = _plan(settings, None, splitting, parse, progress, removals)
        with store.draft(old) as draft:
            journal = Journal(store.folder, encoder.fingerprint)
            written = _write_texts(draft, plan, old, settings, encoder, journal, parse, progress)
            if removals != "all" and not _last_is_gone(found, plan):
                _refuse_nothing(draft, written, settings.documents.folder)
            progress.stage("indexing vectors", 0)
            dimension = old.manifest.dimension if old and not journal.dimension else journal.dimension
            draft.write_vectors(_vectors(written, dimension, old, journal))
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


def splitting_of(settings: Settings, encoder: Encoder) -> str:
    """Changes whenever a document may be split differently or its words are stemmed differently.

    Raises:
        ModelError: the model cannot be found.
    """
    from importlib.metadata import version

    parts = [
        f"{DIVIDING} {CONTEXT_WEIGHT} {settings.passages}",
        versions(),
        settings.lexical.language,
        encoder.fingerprint,
        *(f"{name} {version(name)}" for name in _SPLITTERS),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


def divider(settings: Settings, encoder: Encoder, limit: int) -> Callable[[Document], Divided]:
    """What divides a document into passages and units, as the settings say, the longest of so many tokens."""
    from index.languages import detector
    from index.units.divide import divide

    return partial(
        divide,
        count=encoder.count_tokens,
        max_tokens=limit,
        min_tokens=settings.passages.min_tokens,
        detect=detector(settings.lexical.language),
    )


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


def _write_texts(
    draft: Draft,
    plan: Plan,
    old: Generation | None,
    settings: Settings,
    encoder: Encoder,
    journal: Journal,
    parse: Parse,
    progress: Progress,
) -> _Written:
    """Write documents, passages and units, and have the journal hold the vectors of new texts."""
    comparable = old is not None and old.manifest.fingerprint == encoder.fingerprint
    donors = _Donors(old if comparable else None)
    limit = settings.passages.max_tokens
    if plan.fresh:
        progress.stage("loading the model", 0)
        limit = min(limit, encoder.max_tokens)
    divide = divider(settings, encoder, limit)
    encoding = _Encoding(encoder, journal, progress, sum(file.size for file in plan.fresh))
    rows, around, skipped, fresh, size = array("q"), array("q"), list(plan.skipped), 0, 0
    noticed: list[Noticed] = []
    progress.stage("dividing documents", len(plan.items))
    with closing(ahead(plan.items, divide, parse, shared().close)) as items:
        for file, item in items:
            if isinstance(item, tuple):
                for entry in item:
                    copied = draft.copy(entry, file)
                    rows.extend(copied)
                    around.extend([-1] * len(copied))
            elif isinstance(item, Skipped):
                skipped.append(item)
            else:
                known = donors.rows(file.source, item[0][0].digest)
                for document, passages in item:
                    draft.add(document, file, passages)
                    noticed += [Noticed(document.source, notice) for notice in document.notices]
                    for passage, units in passages:
                        for unit in units:
                            names = told(unit)
                            row = known.get((names, text := unit.shown))
                            rows.append(-1 - journal.number(text) if row is None else row)
                            named = BETWEEN_NAMES.join(names) if row is None else ""
                            around.append(journal.number(named) if named else -1)
                        encoding.go_on(size + file.size * passage.end // len(document.text))
                    fresh += 1
            size += 0 if isinstance(item, tuple) else file.size
            encoding.document_done()
    encoding.finish()
    return _Written(rows, around, fresh, in_order(skipped), tuple(noticed))


def _last_is_gone(found: Generation | None, plan: Plan) -> bool:
    """Whether the folder is empty because its last file was deleted; of more at once, a disk may be away."""
    return found is not None and len(by_file(found)) == 1 and not (plan.items or plan.skipped)


def _refuse_nothing(draft: Draft, written: _Written, folder: Path) -> None:
    """Make no index of nothing."""
    if not draft.documents:
        reasons = "; ".join(f"{skip.source}: {skip.reason}" for skip in written.skipped[:3])
        raise DocumentsError(
            f"Nothing in '{folder}' can be indexed"
            + (f" ({reasons})." if reasons else ": it holds no files.")
        )
    if not written.rows:
        raise DocumentsError(f"There is nothing to quote in '{folder}'.")


class _Donors:
    """The files of an old index, of whose units the vectors can be copied."""

    def __init__(self, old: Generation | None) -> None:
        self._old = old
        self._entries = by_file(old) if old else {}
        self._sources = {entries[0].digest: source for source, entries in self._entries.items()}

    def rows(self, source: str, digest: str) -> dict[tuple[tuple[str, ...], str], int]:
        """The rows of what a file of that name, and one of the same bytes, held: by names and text."""
        found: dict[tuple[tuple[str, ...], str], int] = {}
        for one in dict.fromkeys((source, self._sources.get(digest, source))):
            for entry in self._entries.get(one, ()):
                found |= self._old.rows_by_text(entry) if self._old else {}
        return found


class _Encoding:
    """Has the texts that wait in the journal encoded, block by block, and tells how far that is.

    How many there will be is known when the last document is split; before, it is estimated from the
    share of the bytes that are split by then.
    """

    def __init__(self, encoder: Encoder, journal: Journal, progress: Progress, size: int) -> None:
        self._encoder, self._journal, self._progress = encoder, journal, progress
        self._size = size  # bytes to be split in all
        self._begun = False

    def document_done(self) -> None:
        """A document is split; once encoding has begun, sentences are told of instead."""
        if not self._begun:
            self._progress.advance(1)

    def go_on(self, split: int) -> None:
        """Encode the texts that wait if they make a block; so many bytes are split by now."""
        if len(self._journal.waiting) >= BLOCK:
            self._encode((split + 1) / (self._size + 1))

    def finish(self) -> None:
        """Encode the rest."""
        if self._journal.waiting:
            self._encode(1.0)

    def _encode(self, share: float) -> None:
        expected = round(len(self._journal) / share) - self._journal.kept
        if self._begun:
            self._progress.expect(expected)
        else:
            self._progress.stage("encoding texts", expected)
            self._begun = True
        self._journal.append(
            self._encoder.encode([*map(visible, self._journal.waiting)], self._progress.advance)
        )


def _vectors(
    written: _Written, dimension: int, old: Generation | None, journal: Journal
) -> Iterator["Vectors"]:
    """The vectors of all units, block by block of shape (rows, dimension)."""
    import numpy as np

    numbers, contexts = (np.frombuffer(rows, np.int64) for rows in (written.rows, written.around))
    for start in range(0, len(numbers) or 1, BLOCK):  # of no rows, one block without any
        block, around = numbers[start : start + BLOCK], contexts[start : start + BLOCK]
        vectors, copied = np.empty((len(block), dimension), np.float32), block >= 0
        if old is not None and copied.any():
            vectors[copied] = old.matrix.batch(block[copied])
        if not copied.all():
            own, under = journal.vectors(-1 - block[~copied]), around[~copied]
            own[under >= 0] += CONTEXT_WEIGHT * journal.vectors(under[under >= 0])
            vectors[~copied] = own / np.linalg.norm(own, axis=1, keepdims=True)
        yield vectors


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
