"""Evidence in, an answer out: which sentences to quote, how sure to be, and when to say nothing.

This module decides; how an answer looks is ``bot/render.py``.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.answering.scoring import Evidence, confidence
from bot.answering.talk import Talk
from index.records import Features, Kind, Locator, Part, Style
from index.scope import Scope
from index.units.leaves import is_only_name

_SUPPORT = 0.6  # times the square of the best score: what another sentence needs, less beside an unsure one
_SURE = 0.5  # probability of an answer and its words, from which on these are shown by themselves
_BEARING_COSINE, _BEARING_COVERAGE = 0.2, 0.1  # one of them is needed; costs no right quote in the fit
NEAR = 3  # passages shown where nothing was found
_MOST_OF_QUOTE = 0.7  # of its characters; an answer longer than that is said by the quote


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands; offsets are those of the document's text.

    ``context`` are the names that it stands under, outermost first; ``parts`` are what is shown of it, in
    order, or nothing where all of it is; ``styles`` how stretches of it look in the document; ``also`` tells
    sources, starts and ends of other places that say the same.
    """

    number: int
    source: str
    title: str
    start: int
    end: int
    quote: str
    passage: str
    passage_start: int
    passage_end: int
    span: tuple[int, int] | None
    score: float
    kind: Kind = "paragraph"
    place: Locator = Locator()  # noqa: RUF009 - it is frozen
    also: tuple[tuple[str, int, int], ...] = ()
    context: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    styles: tuple[Style, ...] = ()

    @property
    def shown(self) -> str:
        """The quote without markup; of a row, its cells with the names of their columns."""
        return "".join(before + text for before, text, _ in self.pieces())

    def pieces(self, start: int | None = None, end: int | None = None) -> Iterator[tuple[str, str, int]]:
        """What is shown of a stretch of the quote, by default of all: what is put before, text, offset."""
        first = self.start if start is None else start
        last = self.end if end is None else end
        if first >= last:
            return
        for part in self.parts or (Part(self.start, self.end),):
            one, other = max(first, part.start), min(last, part.end)
            if one < other or (one == other == part.start == part.end and part.before):
                text = self.quote[one - self.start : other - self.start]
                yield part.before if one == part.start else "", text, one


@dataclass(frozen=True, slots=True)
class Outdated:
    """A document whose file is gone or changed since it was indexed."""

    source: str
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to a question. Where ``found`` is False, text and citations are empty.

    ``confidence`` estimates the probability, in [0, 1], that the quotes answer the question; ``lead`` is
    the words of the first quote that answer by themselves, or ""; ``swept`` counts the documents that were
    looked through for a list, and is 0 where none were; ``near`` holds the nearest passages where nothing
    was found; ``talk`` is set where no question was asked, so that nothing was searched; ``looked_at`` the
    sources and starts of all passages whose units were scored, best first; ``outdated`` the files quoted
    from that are no longer what was indexed; ``stages`` the milliseconds that each part of the work took,
    for whoever measures.
    """

    question: str
    searched_for: str
    found: bool
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    lead: str = ""
    swept: int = 0
    near: tuple[Citation, ...] = ()
    talk: Talk = ""
    looked_at: tuple[tuple[str, int], ...] = ()
    outdated: tuple[Outdated, ...] = ()
    elapsed_ms: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)


def quotes_for_fact(evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """The best sentence, then what supports it, best first."""
    best, *others = evidence[:most]
    needed = _SUPPORT * best.score**2
    return [
        best,
        *(one for one in others if one.score >= needed and _has_bearing(one) and _as_meant(one, best)),
    ]


def _has_bearing(one: Evidence) -> bool:
    """Whether the sentence itself speaks of the question, not only the passage around it."""
    features = one.features
    return features.unit_cosine >= _BEARING_COSINE or features.unit_coverage >= _BEARING_COVERAGE


def relevance(features: Features) -> float:
    """How much a passage speaks of what is asked, by meaning and by words; about 0 to 2."""
    return features.passage_cosine + features.passage_coverage


def _as_meant(one: Evidence, best: Evidence) -> bool:
    """Whether a unit speaks of the numbers and names of the question as far as the best one does."""
    mine, other = one.features, best.features
    return (
        mine.numbers_missing_around <= other.numbers_missing_around
        and mine.names_missing <= other.names_missing
        and not is_only_name(one.unit)
    )


def quotes_for_list(evidence: Sequence[Evidence], first: Evidence | None = None) -> list[Evidence]:
    """All of it, document by document, that with the best of it first; each in reading order.

    Args:
        evidence: best first.
        first: what comes before all, where one thing may have been asked for: what answers that best.
    """
    sources = dict.fromkeys(one.unit.passage.document.source for one in evidence)
    rank = {source: place for place, source in enumerate(sources)}
    found = sorted(evidence, key=lambda one: (rank[one.unit.passage.document.source], one.unit.start))
    if first is None:
        return found
    return [first, *(one for one in found if one.unit != first.unit)]


def cite(evidence: Iterable[Evidence], first: int = 1) -> tuple[Citation, ...]:
    """Number the sentences as citations, from ``first`` on."""
    citations = []
    for number, one in enumerate(evidence, first):
        unit, passage = one.unit, one.unit.passage
        citations.append(
            Citation(
                number=number,
                source=passage.document.source,
                title=passage.document.title,
                start=unit.start,
                end=unit.end,
                quote=unit.text,
                passage=passage.text,
                passage_start=passage.start,
                passage_end=passage.end,
                span=one.span if confidence([one]) * one.span_share >= _SURE else None,
                score=round(one.score, 4),
                place=passage.locator,
                context=unit.context.names,
                parts=unit.parts,
                kind=unit.kind,
                also=tuple((u.passage.document.source, u.start, u.end) for u in one.also),
            )
        )
    return tuple(citations)


def nearest(
    evidence: Iterable[Evidence], most: int, known: Collection[tuple[str, int]] = ()
) -> list[Evidence]:
    """The best sentence of each of the best passages; those at ``known`` (source, start) left out."""
    best: dict[tuple[str, int], Evidence] = {}
    for one in evidence:
        best.setdefault(one.unit.passage.place, one)
    return [one for place, one in best.items() if place not in known][:most]


def within(citations: Iterable[Citation], scope: Scope) -> tuple[Citation, ...]:
    """The citations of documents that are seen, which name no other place that is hidden."""
    seen = (one for one in citations if scope.shows(one.source))
    return tuple(replace(one, also=tuple(also for also in one.also if scope.shows(also[0]))) for one in seen)


def chat(said: str, talk: Talk) -> Answer:
    """What becomes of something that is no question: nothing is searched, nothing is claimed."""
    return Answer(
        question=said, searched_for=said, found=False, confidence=0.0, text="", citations=(), talk=talk
    )


def compose(
    question: str,
    searched_for: str,
    evidence: Sequence[Evidence],
    chosen: Sequence[Evidence],
    *,
    threshold: float,
    is_list: bool = False,
    documents: int = 0,
    near: float = 0.0,
) -> Answer:
    """Make an answer of evidence.

    Args:
        question: as it was asked.
        searched_for: as it was searched.
        evidence: all that was looked at, best first.
        chosen: what is quoted of it, in the order in which it is shown; the first tells how sure to be.
        threshold: the confidence below which nothing is found.
        is_list: whether it is what several were asked for.
        documents: how many were swept for a list; 0 where none were.
        near: how relevant passages have to be to be shown where nothing is found.
    """
    sure = confidence(chosen)
    looked_at = tuple(dict.fromkeys(one.unit.passage.place for one in evidence))
    if not chosen or sure < threshold:
        close = (one for one in evidence if _has_bearing(one) and relevance(one.features) >= near)
        return Answer(
            question=question, searched_for=searched_for, found=False, confidence=sure, text="",
            citations=(), near=cite(nearest(close, NEAR)), looked_at=looked_at,
        )  # fmt: skip
    citations = cite(chosen)
    lead = "" if is_list else _lead(citations[0])
    lines = [f"{lead} [1]"] if lead else []
    lines += [f"{citation.shown} [{citation.number}]" for citation in citations]
    return Answer(
        question=question, searched_for=searched_for, found=True, confidence=sure, text="\n".join(lines),
        citations=citations, lead=lead, swept=documents, looked_at=looked_at,
    )  # fmt: skip


def _lead(first: Citation) -> str:
    """The words that answer, where they are known and less than the whole quote."""
    if first.span is None:
        return ""
    pieces = list(first.pieces(*first.span))
    said = [text if number == 0 else before + text for number, (before, text, _) in enumerate(pieces)]
    words = " ".join("".join(said).split())
    return words if len(words) < len(first.shown) * _MOST_OF_QUOTE else ""
