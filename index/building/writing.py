"""A plan in, its documents in a draft of the next generation out, with the texts that want vectors."""

from array import array
from contextlib import closing
from dataclasses import dataclass

from index.building.changes import Plan, by_file, in_order
from index.building.encoding import Encoding
from index.building.prefetching import prefetched
from index.building.progress import Progress
from index.building.splitting import divider
from index.building.summary import Noticed
from index.documents import Parse, Skipped
from index.encoder import Encoder
from index.engines.local.draft import Draft
from index.engines.local.generation import Generation
from index.journal import Journal
from index.parsing.worker import shared
from index.settings import Settings
from index.units.woven import stands_under, told


@dataclass(frozen=True, slots=True)
class Written:
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


def write_texts(
    draft: Draft,
    plan: Plan,
    old: Generation | None,
    settings: Settings,
    encoder: Encoder,
    journal: Journal,
    parse: Parse,
    progress: Progress,
) -> Written:
    """Write documents, passages and units, and have the journal hold the vectors of new texts."""
    comparable = old is not None and old.manifest.fingerprint == encoder.fingerprint
    donors = _Donors(old if comparable else None)
    limit = settings.passages.max_tokens
    if plan.fresh:
        progress.stage("loading the model", 0)
        limit = min(limit, encoder.max_tokens)
    divide = divider(settings, encoder, limit)
    encoding = Encoding(encoder, journal, progress, sum(file.size for file in plan.fresh))
    rows, around, skipped, fresh, size = array("q"), array("q"), list(plan.skipped), 0, 0
    noticed: list[Noticed] = []
    progress.stage("dividing documents", len(plan.items))
    with closing(prefetched(plan.items, divide, parse, shared().close)) as items:
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
                            row = known.get((told(unit), text := unit.shown))
                            rows.append(-1 - journal.number(text) if row is None else row)
                            named = stands_under(unit) if row is None else ""
                            around.append(journal.number(named) if named else -1)
                        encoding.go_on(size + file.size * passage.end // len(document.text))
                    fresh += 1
            size += 0 if isinstance(item, tuple) else file.size
            encoding.document_done()
    encoding.finish()
    return Written(rows, around, fresh, in_order(skipped), tuple(noticed))


class _Donors:
    """The files of an old index, of whose units the vectors can be copied."""

    def __init__(self, old: Generation | None) -> None:
        self._old = old
        self._entries = by_file(old.entries()) if old else {}
        self._sources = {entries[0].digest: source for source, entries in self._entries.items()}

    def rows(self, source: str, digest: str) -> dict[tuple[tuple[str, ...], str], int]:
        """The rows of what a file of that name, and one of the same bytes, held: by names and text."""
        found: dict[tuple[tuple[str, ...], str], int] = {}
        for one in dict.fromkeys((source, self._sources.get(digest, source))):
            for entry in self._entries.get(one, ()):
                found |= self._old.rows_by_text(entry) if self._old else {}
        return found
