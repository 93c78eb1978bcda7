"""Questions to try, drawn from the documents: those that the engine answers with confidence."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from bot.askable import Askable, askable
from bot.engine import Engine
from index.engines.base import Entry

_DOCUMENTS, _PASSAGES = 12, 24  # looked at: enough for three questions
_TRIES = 15  # questions put to the engine
_SURE = 0.6  # confidence, from which on an answer invites to ask more


def examples(engine: Engine, count: int, most: int, sources: Sequence[str] | None = None) -> list[str]:
    """Questions that the engine answers with confidence, about different documents where there are several.

    Args:
        engine: with an index.
        count: the most questions.
        most: the most characters of a question.
        sources: the documents that the answers should be quoted from, if not from any.
    """
    known = [entry for entry in engine.sources() if sources is None or entry.source in sources]
    step = max(1, len(known) // _DOCUMENTS)
    looked_at = known[::step][:_DOCUMENTS]
    asked = filter(None, chain.from_iterable(zip_longest(*(_of(engine, entry) for entry in looked_at))))
    short: dict[str, tuple[str, Askable]] = {}
    for source, one in asked:
        if len(one.question) <= most:
            short.setdefault(one.question, (source, one))
    chosen: dict[str, str] = {}  # by the document that is quoted first
    others: list[str] = []
    quoted: set[tuple[str, int]] = set()
    best_first = sorted(short.items(), key=lambda item: item[1][1].is_poor)
    for question, (source, one) in best_first[:_TRIES]:
        reply = engine.ask(question)
        if not reply.found or reply.confidence < _SURE:
            continue
        best = reply.citations[0]
        if (best.source, best.start) in quoted:
            continue  # two questions with one answer
        if sources is not None and best.source not in sources:
            continue
        if one.answers and not (best.source == source and one.is_answered(best.start, best.end)):
            continue
        quoted.add((best.source, best.start))
        if chosen.setdefault(best.source, question) != question:
            others.append(question)
        if len(chosen) == count or (sources is not None and len(chosen) + len(others) == count):
            break
    return [*chosen.values(), *others][:count]


def _of(engine: Engine, entry: Entry) -> Iterator[tuple[str, Askable]]:
    """What may be asked of a document, with its source."""
    seen = range(entry.first, min(entry.last, entry.first + _PASSAGES))
    units = [unit for passage in engine.generation().units(seen) for unit in passage]
    if not units:
        return
    language, _ = Counter(unit.passage.language for unit in units).most_common(1)[0]
    document = engine.document(entry.source)
    for one in askable(document, units, language):
        yield entry.source, one
