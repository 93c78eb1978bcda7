"""Documents in, a new generation out; what did not change is taken over from the old one.

A document whose bytes, splitting and encoder are the same is copied with its vectors. Of an edited
one only the sentences that are new are encoded.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from index import documents
from index.documents import File, Skipped, Unreadable
from index.encoder import Encoder
from index.errors import DocumentsError, IndexDamaged, IndexMismatch, IndexMissing
from index.generation import FORMAT, Entry, Generation, Manifest
from index.records import Document
from index.settings import Settings
from index.store import Draft, Store

if TYPE_CHECKING:
    from index.encoder import Vectors

_RACY = timedelta(seconds=2)  # a file may change twice within one tick of a coarse file system's clock
_SPLITTERS = ("nupunkt", "langchain-text-splitters", "markdown-it-py", "chardet")

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """What hears how a build goes on; it may show it."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins that has ``total`` steps, or 0 where that is not known."""

    def advance(self, steps: int) -> None:
        """So many more steps of the stage are done."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str, total: int) -> None:
        """Ignore it."""

    def advance(self, steps: int) -> None:
        """Ignore it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build did. ``reused`` and ``embedded`` count sentences."""

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
class Changes:
    """How the documents folder differs from the index, by source."""

    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.removed)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Every file that will be in the index, with its entry in the old one or its new document."""

    items: list[tuple[File, Entry | Document]]
    skipped: tuple[Skipped, ...]
    removed: int

    @property
    def fresh(self) -> int:
        return sum(isinstance(item, Document) for _, item in self.items)


def changes(generation: Generation, settings: Settings) -> Changes:
    """Compare the documents folder with what was indexed; only files that look edited are read.

    Raises:
        DocumentsError: the folder is gone.
    """
    files, _ = documents.walk(settings.documents.folder, settings.documents.max_bytes)
    known = {entry.source: entry for entry in generation.entries()}
    passed_over = {skip.source for skip in generation.manifest.skipped}
    settled = _settled_ns(generation)
    added, edited = [], []
    for file in files:
        entry = known.pop(file.source, None)
        if entry is None:
            added += [file.source] if file.source not in passed_over or _mended(file, settled) else []
        elif not _unchanged(entry, file, settled):
            edited.append(file.source)
    return Changes(tuple(added), tuple(edited), tuple(known))


def _mended(file: File, settled: int) -> bool:
    """Whether a file that was passed over can be read now; only one touched since then is tried."""
    try:
        status = file.path.stat()
        if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
            return False
        documents.load(file.source, documents.read(file))
    except (OSError, Unreadable):
        return False
    return True


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
        plan = _make_plan(settings, found, splitting, progress)
        if found and not (plan.fresh or plan.removed) and plan.skipped == found.manifest.skipped:
            reused = found.manifest.sentences
            return _summary(found, plan, reused=reused, embedded=0, changed=False, started=started)
        old = found if found and _intact(found) else None  # what was altered must not be copied
        if found and not old:
            plan = _make_plan(settings, None, splitting, progress)
        with store.draft(old) as draft:
            rows, texts = _write_texts(draft, plan, old, settings, encoder, progress)
            vectors = _gather(rows, texts, old, encoder, progress)
            progress.stage("indexing words", 0)
            draft.write_lexical(settings.lexical.language)
            progress.stage("checking the index", 0)
            draft.write_vectors(vectors)
            manifest = Manifest(
                format=FORMAT,
                created=created.isoformat(),
                folder=os.fsencode(settings.documents.folder.resolve()).decode("utf-8", "replace"),
                encoder=encoder.name,
                fingerprint=encoder.fingerprint,
                splitting=splitting,
                language=settings.lexical.language,
                dimension=vectors.shape[1],
                documents=draft.documents,
                passages=draft.passages,
                sentences=draft.sentences,
                skipped=plan.skipped,
            )
            with closing(store.publish(draft, manifest)) as new:
                reused = sum(row >= 0 for row in rows)
                return _summary(new, plan, reused=reused, embedded=len(texts), changed=True, started=started)


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


def _settled_ns(generation: Generation) -> int:
    """The time, in nanoseconds, before which a change was surely seen when the generation was built."""
    created = datetime.fromisoformat(generation.manifest.created)
    return int((created - _RACY).timestamp() * 1e9)


def _unchanged(entry: Entry, file: File, settled: int) -> bool:
    """Whether a file is what was indexed: by size and change time, or else by its bytes."""
    if entry.mtime_ns < settled and (entry.size, entry.mtime_ns) == (file.size, file.mtime_ns):
        return True
    try:
        return entry.size == file.size and documents.digest(documents.read(file)) == entry.digest
    except Unreadable:
        return False


def _make_plan(settings: Settings, old: Generation | None, splitting: str, progress: Progress) -> _Plan:
    files, skipped = documents.walk(settings.documents.folder, settings.documents.max_bytes)
    entries = {entry.source: entry for entry in old.entries()} if old else {}
    reusable = old is not None and old.manifest.splitting == splitting
    settled = _settled_ns(old) if old else 0
    progress.stage("reading documents", len(files))
    items: list[tuple[File, Entry | Document]] = []
    for file in files:
        entry = entries.pop(file.source, None)
        try:
            if reusable and entry and _unchanged(entry, file, settled):
                items.append((file, entry))
            else:
                items.append((file, documents.load(file.source, documents.read(file))))
        except Unreadable as reason:
            skipped.append(Skipped(file.source, str(reason)))
        progress.advance(1)
    if not items:
        reasons = "; ".join(f"{skip.source}: {skip.reason}" for skip in skipped[:3])
        raise DocumentsError(
            f"Nothing in '{settings.documents.folder}' can be indexed"
            + (f" ({reasons})." if reasons else ": it holds no files.")
        )
    return _Plan(items, tuple(sorted(skipped, key=lambda skip: skip.source)), len(entries))


def _write_texts(
    draft: Draft,
    plan: _Plan,
    old: Generation | None,
    settings: Settings,
    encoder: Encoder,
    progress: Progress,
) -> tuple[list[int], list[str]]:
    """Write documents, passages and sentences.

    Returns:
        for every sentence the row of its vector in the old generation, or -1 - i where its text is
        the i-th of the texts to encode; and those texts, each once.
    """
    from index.passages import split

    rows: list[int] = []
    texts: dict[str, int] = {}
    comparable = old is not None and old.manifest.fingerprint == encoder.fingerprint
    entries = old.entries() if old and comparable else []
    donors = {key: entry for entry in entries for key in (entry.source, entry.digest)}
    if plan.fresh:
        progress.stage("loading the model", 0)
        max_tokens = min(settings.passages.max_tokens, encoder.max_tokens)
    progress.stage("splitting into sentences", len(plan.items))
    for file, item in plan.items:
        if isinstance(item, Entry):
            rows.extend(draft.copy(item, file))
        else:
            passages = split(
                item, encoder.count_tokens, max_tokens=max_tokens, min_tokens=settings.passages.min_tokens
            )
            draft.add(item, file, passages)
            donor = donors.get(item.digest) or donors.get(item.source)
            known = old.rows_by_text(donor) if old and donor else {}
            for _, sentences in passages:
                for text in (sentence.text for sentence in sentences):
                    row = known.get(text)
                    rows.append(-1 - texts.setdefault(text, len(texts)) if row is None else row)
        progress.advance(1)
    if not rows:
        raise DocumentsError(f"There is not one sentence in '{settings.documents.folder}'.")
    return rows, list(texts)


def _gather(
    rows: list[int], texts: list[str], old: Generation | None, encoder: Encoder, progress: Progress
) -> "Vectors":
    """The vectors of all sentences, shape (sentences, dimension): old ones and newly encoded ones."""
    import numpy as np

    numbers = np.array(rows, np.int64)
    progress.stage("encoding sentences", len(texts))
    encoded = encoder.encode(texts, progress.advance) if texts else None
    dimension = encoded.shape[1] if encoded is not None else old.manifest.dimension if old else 0
    vectors = np.empty((len(rows), dimension), np.float32)
    if old is not None and (numbers >= 0).any():
        vectors[numbers >= 0] = old.faiss.reconstruct_batch(numbers[numbers >= 0])
    if encoded is not None:
        vectors[numbers < 0] = encoded[-1 - numbers[numbers < 0]]
    return vectors


def _summary(
    generation: Generation, plan: _Plan, *, reused: int, embedded: int, changed: bool, started: float
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
        documents_embedded=plan.fresh,
        documents_removed=plan.removed,
        skipped=plan.skipped,
        seconds=time.perf_counter() - started,
    )
