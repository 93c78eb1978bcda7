"""An answer and the documents as they are now → the answer, with what stands where its quotes stood."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.answering.answers import Citation
from bot.telegram.persistence.answers import Kept
from index.building.differences import plain, said, stands
from index.engines.base import Generation
from index.errors import UnknownSource
from index.history import Renewal, Said, after, traced
from index.remembering import remembering

_DOCUMENTS = 16  # whose units are remembered while answers are compared
_TELLING = 20  # characters from which on words that stand in another document were moved there


class Comparison:
    """What answers are compared with.

    Args:
        generation: the current one.
        renewals: what led to it, oldest first.
        position: the generation from which on they are compared where nothing else tells.
    """

    def __init__(self, generation: Generation, renewals: Sequence[Renewal], position: str | None) -> None:
        self.generation = generation
        self.renewals = renewals
        self.units = remembering(self._units, _DOCUMENTS)
        """The units of a document as they are shown; none where it is gone."""
        self._position = position
        known = after(renewals, position) if position else None
        self.news = renewals if known is None else known

    def since(self, kept: Kept) -> Sequence[Renewal]:
        """What came after an answer was given, or last compared; nothing where that is not known."""
        for name in (kept.checked, kept.generation, self._position):
            if name and (found := after(self.renewals, name)) is not None:
                return found
        return ()

    def stands(self, source: str, words: str) -> bool:
        """Whether words stand in a document."""
        return stands(self.units(source), words)

    def elsewhere(self, citation: Citation, shows: Callable[[str], bool]) -> Said | None:
        """The words of a quote in another document where they stand the same."""
        words = plain(citation.shown)
        sources = self.generation.sources_with(citation.quote) if len(words) >= _TELLING else []
        return next((Said(one, words) for one in sources if shows(one) and self.stands(one, words)), None)

    def _units(self, source: str) -> Sequence[str]:
        try:
            return said(self.generation, self.generation.entry(source))
        except UnknownSource:
            return ()


def compared(kept: Kept, with_this: Comparison, shows: Callable[[str], bool]) -> Kept:
    """An answer as it is now: what stands where its quotes stood, and in which documents the others stand.

    Args:
        kept: the answer as it was given, or last compared.
        with_this: the documents as they are now.
        shows: whether its chat is shown the document of a source; of others nothing is told.
    """
    renewals = with_this.since(kept)
    touched = touched_by(renewals)
    now, sources = dict(kept.now), {}
    for citation in kept.citations:
        quoted = Said(citation.source, plain(citation.shown))
        before = kept.now.get(citation.number, quoted)
        if before.source not in touched:
            continue
        found = traced(before, renewals, with_this.stands)
        if not found.words:
            found = with_this.elsewhere(citation, shows) or found
        if not shows(found.source):
            continue
        sources[citation.number] = found.source
        if found.words == quoted.words or with_this.stands(found.source, quoted.words):
            now.pop(citation.number, None)
        else:
            now[citation.number] = found
    return replace(moved(kept, sources), now=now)


def touched_by(renewals: Iterable[Renewal]) -> frozenset[str]:
    """The sources of documents that are other ones since, by all names that they had."""
    edits = (edit for renewal in renewals for edit in renewal.edits)
    return frozenset(source for edit in edits for source in (edit.before, edit.source) if source)


def moved(kept: Kept, sources: dict[int, str]) -> Kept:
    """An answer whose citations of these numbers are of documents with these sources."""

    def there(citation: Citation) -> Citation:
        return replace(citation, source=sources.get(citation.number, citation.source))

    answer = kept.answer
    citations, near = (tuple(map(there, some)) for some in (answer.citations, answer.near))
    return replace(kept, answer=replace(answer, citations=citations, near=near))
