"""The documents of one shard in, bundles of the vectors of their texts out: see index/building/bundles.py.

Each of several machines encodes the documents of its own shard, and none needs to know of the others; an
index is then built from what they wrote. What a shard wrote before it was broken off is not encoded again.
"""

import heapq
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from index import documents
from index.building import bundles
from index.building.build import PARSED, usable
from index.building.bundles import Bundles
from index.building.changes import in_order, make_plan
from index.building.encoding import BLOCK
from index.building.prefetching import prefetched
from index.building.progress import Progress, Silent
from index.building.splitting import divider, splitting_of
from index.documents import File, Skipped
from index.encoder import Encoder
from index.engines.local.store import Store
from index.invisible import visible
from index.journal import digest_of
from index.parsing.cache import Cache
from index.parsing.worker import shared
from index.records import Unit
from index.settings import Settings
from index.units.woven import stands_under


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of the documents out of ``count``, the first being number 1."""

    number: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise ValueError(f"There is no shard {self.number} of {self.count}.")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What became of a shard.

    ``documents`` are those that were read; ``texts`` what is to be encoded of them, each once, of which
    ``kept`` had been encoded before and ``embedded`` were now. ``unchanged`` files are in the index as they
    are.
    """

    shard: str
    folder: str
    documents: int
    texts: int
    kept: int
    embedded: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    encoder: str
    seconds: float


def of_shard(files: Iterable[File], shard: Shard) -> list[File]:
    """The files of one shard, in their order: all shards get about as many bytes, and of each kind of file.

    A byte of a PDF holds fewer sentences than one of plain text, so kinds are shared out one after the other:
    the largest file first, each to the shard that has the fewest bytes by then.
    """
    files = list(files)
    kinds: dict[str, list[File]] = defaultdict(list)
    for file in sorted(files, key=lambda file: (-file.size, file.source)):
        kinds[file.path.suffix.lower()].append(file)
    loads = [(0, number) for number in range(1, min(shard.count, len(files)) + 1)]  # a heap
    taken: set[str] = set()
    for file in chain.from_iterable(kinds.values()):
        load, number = loads[0]
        heapq.heapreplace(loads, (load + file.size, number))
        if number == shard.number:
            taken.add(file.source)
    return [file for file in files if file.source in taken]


def encode(
    settings: Settings, encoder: Encoder, shard: Shard, folder: Path, progress: Progress | None = None
) -> Encoded:
    """Encode the texts of the documents of a shard into bundles.

    Files that the index has as they are now are passed over, and texts that the folder has vectors of.

    Args:
        settings: which documents folder, how to split; the index is only read, and there need be none.
        encoder: what makes the vectors.
        shard: which documents.
        folder: where the vectors go; other shards may write there too.
        progress: hears of stages and steps.

    Raises:
        BundleError: what is in the folder is damaged or of another model, or it cannot be written to.
        DocumentsError: the documents folder is missing.
        ModelError: the model cannot be loaded.
    """
    started = time.perf_counter()
    progress = progress or Silent()
    writing = _Writing(encoder, folder, progress)
    parse = Cache(settings.state_folder() / PARSED, shared().parse).parse
    found, unread = documents.found_by(settings)
    files = of_shard(found, shard)
    progress.stage("reading documents", len(files))
    splitting = splitting_of(settings, encoder)
    with usable(Store(settings.index_folder()), full=False) as old:
        plan = make_plan(files, [], old, splitting, parse, progress.advance)
    skipped = [*plan.skipped, *(unread if shard.number == 1 else [])]
    read = 0
    if plan.fresh:
        progress.stage("loading the model", 0)
        limit = min(settings.passages.max_tokens, encoder.max_tokens)
        divide = divider(settings, encoder, limit)
        progress.stage("encoding documents", len(plan.fresh))
        with closing(prefetched([(file, ()) for file in plan.fresh], divide, parse, shared().close)) as items:
            for _, item in items:
                if isinstance(item, Skipped):
                    skipped.append(item)
                elif isinstance(item, list):
                    for _, passages in item:
                        for _, units in passages:
                            writing.add(units)
                    read += len(item)
                progress.advance(1)
    writing.flush()
    return Encoded(
        shard=str(shard),
        folder=str(folder),
        documents=read,
        texts=len(writing.seen),
        kept=writing.kept,
        embedded=len(writing.seen) - writing.kept,
        unchanged=len(plan.items) - len(plan.fresh),
        skipped=in_order(skipped),
        encoder=encoder.name,
        seconds=time.perf_counter() - started,
    )


class _Writing:
    """Has texts encoded, each once, and a part written for each block of them."""

    def __init__(self, encoder: Encoder, folder: Path, progress: Progress) -> None:
        self._encoder, self._folder, self._progress = encoder, folder, progress
        self._there = Bundles([folder], encoder)
        self._waiting: list[str] = []
        self.seen: set[bytes] = set()
        self.kept = 0

    def add(self, units: Sequence[Unit]) -> None:
        """The texts of units, and what they stand under, as a build has them encoded."""
        new = []
        for unit in units:
            for text in (visible(unit.shown), visible(stands_under(unit))):
                if text and (digest := digest_of(text)) not in self.seen:
                    self.seen.add(digest)
                    new.append(text)
        if new:
            missing = self._there.rows(new) < 0
            self.kept += len(new) - int(missing.sum())
            self._waiting += [text for text, lacks in zip(new, missing, strict=True) if lacks]
        while len(self._waiting) >= BLOCK:
            self._write(BLOCK)

    def flush(self) -> None:
        """The rest."""
        if self._waiting:
            self._write(len(self._waiting))

    def _write(self, most: int) -> None:
        block, self._waiting = self._waiting[:most], self._waiting[most:]
        bundles.write(self._folder, block, self._encoder.encode(block), self._encoder)
