"""Documents in, a new generation out; what did not change is taken over from the old one.

A document whose bytes, splitting and encoder are the same is copied with its vectors. Of an edited
one only the sentences that are new are encoded. Documents are read and split by a thread, a little
ahead of the encoder; vectors go to a journal on the disk, from which a build that was broken off
goes on. So neither texts nor vectors fill the memory.
"""

import logging
import os
import time
from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from index import documents
from index.ahead import ahead
from index.changes import Plan, in_order, make_plan
from index.documents import Skipped
from index.encoder import Encoder
from index.errors import DocumentsError, IndexDamaged, IndexMismatch, IndexMissing
from index.generation import FORMAT, Entry, Generation, Manifest
from index.journal import Journal, discard
from index.settings import Settings
from index.store import Draft, Store

if TYPE_CHECKING:
    from index.encoder import Vectors

BLOCK = 4096  # sentences encoded at a time: what a build that is killed loses at most

_SPLITTERS = ("nupunkt", "langchain-text-splitters", "markdown-it-py", "chardet")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build did.

    ``reused`` counts sentences whose vectors the old index had or a build that was broken off left;
    ``embedded`` the texts that were encoded, each once.
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


@dataclass(frozen=True, slots=True)
class _Written:
    """What came of a plan.

    ``rows`` has for every sentence the row of its vector in the old generation, or -1 - i where it is
    the i-th of the journal; ``documents`` counts the new ones.
    """

    rows: "array[int]"
    documents: int
    skipped: tuple[Skipped, ...]


def build(
    settings: Settings, encoder: Encoder, *, full: bool = False, progress: Progress | None = None
) -> Summary:
    """Bring the index up to date with the documents folder.

    The index that is there stays in use until the new one is whole, and stays for good if anything
    goes wrong. Where nothing changed, nothing is written.

    Args:
        settings: which folder, which index, how to split.
        encoder: what makes the vectors.
        full: start over, reusing nothing.
        progress: hears of stages and steps.

    Raises:
        DocumentsError: the folder is missing or nothing in it can be read.
        IndexBusy: another process is building this index.
        IndexFolderError: the index folder cannot be written to.
        ModelError: the model cannot be loaded.
    """
    from index.lexical import Analyser

    started, created = time.perf_counter(), datetime.now(UTC)
    progress = progress or Silent()
    store = Store(settings.index_folder())
    Analyser(settings.lexical.language)  # refused before anything is encoded
    splitting = _splitting(settings, encoder)
    with store.lock(), _usable(store, full=full) as found:
        if full:
            discard(store.folder)
        plan = _plan(settings, found, splitting, progress)
        if found and not (plan.fresh or plan.removed) and plan.skipped == found.manifest.skipped:
            discard(store.folder)
            reused = found.manifest.sentences
            return _summary(found, plan, reused=reused, changed=False, started=started)
        old = found if found and _intact(found) else None  # what was altered must not be copied
        if found and not old:
            plan = _plan(settings, None, splitting, progress)
        with store.draft(old) as draft:
            journal = Journal(store.folder, encoder.fingerprint)
            written = _write_texts(draft, plan, old, settings, encoder, journal, progress)
            progress.stage("indexing vectors", 0)
            dimension = old.manifest.dimension if old and not journal.dimension else journal.dimension
            draft.write_vectors(_vectors(written.rows, dimension, old, journal))
            progress.stage("indexing words", 0)
            draft.write_lexical(settings.lexical.language)
            progress.stage("checking the index", 0)
            manifest = Manifest(
                format=FORMAT,
                created=created.isoformat(),
                folder=os.fsencode(settings.documents.folder.resolve()).decode("utf-8", "replace"),
                encoder=encoder.name,
                fingerprint=encoder.fingerprint,
                splitting=splitting,
                language=settings.lexical.language,
                dimension=dimension,
                documents=draft.documents,
                passages=draft.passages,
                sentences=draft.sentences,
                skipped=written.skipped,
            )
            with closing(store.publish(draft, manifest)) as new:
                discard(store.folder)
                reused = sum(row >= 0 or -1 - row < journal.kept for row in written.rows)
                return _summary(
                    new,
                    plan,
                    reused=reused,
                    embedded=len(journal) - journal.kept,
                    documents_embedded=written.documents,
                    started=started,
                )


def _splitting(settings: Settings, encoder: Encoder) -> str:
    """Changes whenever a document may be split differently or its words are stemmed differently."""
    from importlib.metadata import version

    parts = [
        f"{settings.passages}",
        settings.lexical.language,
        encoder.fingerprint,
        *(f"{name} {version(name)}" for name in _SPLITTERS),
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


@contextmanager
def _usable(store: Store, *, full: bool) -> Iterator[Generation | None]:
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


def _plan(settings: Settings, old: Generation | None, splitting: str, progress: Progress) -> Plan:
    files, skipped = documents.walk(settings.documents.folder, settings.documents.max_bytes)
    progress.stage("reading documents", len(files))
    return make_plan(files, skipped, old, splitting, progress.advance)


def _write_texts(
    draft: Draft,
    plan: Plan,
    old: Generation | None,
    settings: Settings,
    encoder: Encoder,
    journal: Journal,
    progress: Progress,
) -> _Written:
    """Write documents, passages and sentences, and have the journal hold the vectors of new texts."""
    from index.passages import split

    comparable = old is not None and old.manifest.fingerprint == encoder.fingerprint
    entries = old.entries() if old and comparable else []
    donors = {key: entry for entry in entries for key in (entry.source, entry.digest)}
    limit = settings.passages.max_tokens
    if plan.fresh:
        progress.stage("loading the model", 0)
        limit = min(limit, encoder.max_tokens)
    divide = partial(
        split, count=encoder.count_tokens, max_tokens=limit, min_tokens=settings.passages.min_tokens
    )
    encoding = _Encoding(encoder, journal, progress, sum(file.size for file in plan.fresh))
    rows, skipped, fresh, size = array("q"), list(plan.skipped), 0, 0
    progress.stage("splitting into sentences", len(plan.items))
    with closing(ahead(plan.items, divide)) as items:
        for file, item in items:
            if isinstance(item, Entry):
                rows.extend(draft.copy(item, file))
            elif isinstance(item, Skipped):
                skipped.append(item)
            else:
                document, passages = item
                draft.add(document, file, passages)
                donor = donors.get(document.digest) or donors.get(document.source)
                known = old.rows_by_text(donor) if old and donor else {}
                for passage, sentences in passages:
                    for text in (sentence.text for sentence in sentences):
                        row = known.get(text)
                        rows.append(-1 - journal.number(text) if row is None else row)
                    encoding.go_on(size + file.size * passage.end // len(document.text))
                fresh += 1
            size += 0 if isinstance(item, Entry) else file.size
            encoding.document_done()
    encoding.finish()
    if not draft.documents:
        reasons = "; ".join(f"{skip.source}: {skip.reason}" for skip in skipped[:3])
        raise DocumentsError(
            f"Nothing in '{settings.documents.folder}' can be indexed"
            + (f" ({reasons})." if reasons else ": it holds no files.")
        )
    if not rows:
        raise DocumentsError(f"There is not one sentence in '{settings.documents.folder}'.")
    return _Written(rows, fresh, in_order(skipped))


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
            self._progress.stage("encoding sentences", expected)
            self._begun = True
        self._journal.append(self._encoder.encode(self._journal.waiting, self._progress.advance))


def _vectors(
    rows: "array[int]", dimension: int, old: Generation | None, journal: Journal
) -> Iterator["Vectors"]:
    """The vectors of all sentences, block by block of shape (rows, dimension)."""
    import numpy as np

    numbers = np.frombuffer(rows, np.int64)
    for start in range(0, len(numbers), BLOCK):
        block = numbers[start : start + BLOCK]
        vectors, copied = np.empty((len(block), dimension), np.float32), block >= 0
        if old is not None and copied.any():
            vectors[copied] = old.matrix.batch(block[copied])
        if not copied.all():
            vectors[~copied] = journal.vectors(-1 - block[~copied])
        yield vectors


def _summary(
    generation: Generation,
    plan: Plan,
    *,
    reused: int,
    changed: bool = True,
    embedded: int = 0,
    documents_embedded: int = 0,
    started: float,
) -> Summary:
    manifest = generation.manifest
    return Summary(
        generation=generation.name,
        changed=changed,
        documents=manifest.documents,
        passages=manifest.passages,
        sentences=manifest.sentences,
        reused=reused,
        embedded=embedded,
        documents_embedded=documents_embedded,
        documents_removed=plan.removed,
        skipped=manifest.skipped,
        seconds=time.perf_counter() - started,
    )
