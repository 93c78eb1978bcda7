"""Evidence in, an answer out: which sentences to quote, how sure to be, and when to say nothing.

This module decides; how an answer looks is ``bot/render.py``.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.weigh import Evidence, confidence

_SUPPORT = 0.6  # times the square of the best score: what another sentence needs, less beside an unsure one
_SURE = 0.5  # probability of an answer and its words, from which on these are shown by themselves
_BEARING_COSINE, _BEARING_COVERAGE = 0.2, 0.1  # one of them is needed; costs no right quote in the fit
_MOST_OF_QUOTE = 0.7  # of its characters; an answer longer than that is said by the quote

_ASKS_FOR_LIST = re.compile(
    r"""\W* (?: (?: please | can\ you | could\ you ) \s+ )? (?:
      (?: list | enumerate | name \s (?: all | the | every ) ) \b
    | (?! .* \b (?: called | named | known\ as ) \W* $ ) (?: who | what | which ) \s
          (?: (?: are | were ) \s (?: all | some | the \b (?! \s (?: (?: first | last | other ) \s )?
                (?: two | three | four | five | [2-5] ) \b ) ) | all | else ) \b
    | who \s (?: (?: all | also | is | was | were | has\ been ) \s )?
          (?: there | present | invited | involved | attend(?:s|ed|ing)? | participat(?:es?|ed|ing)
            | join(?:s|ed|ing)? | came | comes? | coming | sign(?:s|ed|ing)? | sends? | sent | vote[sd]?
            | (?: took | takes? ) \ part | met | refuse[sd]? | agree[sd]? | spoke | speaks? ) \b
    | (?: what | which ) \s
          (?: (?: of\ the | the | other | main | major | different | various | [6-9] | \d\d+ ) \s )*
          (?! (?: is | was | does | has | this | happens | means | makes | gets | follows | lies
            | (?: in | de )creases | provides | allows | gives | takes | leads | causes | comes | goes
            | occurs | remains | stands | prevents | requires | determines | contains ) \b )
          (?: people | women | men | children | \w+ [^\Wsiu] s ) \b
          (?! \s (?: an? | the | to | that | my | our | your | his | her | its | their ) \b )
    )""",
    re.VERBOSE | re.IGNORECASE,
)  # a plural noun after "which", a verb that groups of people do, or a plain request to list; of a few
# whose number is given, all mostly stand in one sentence


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands; offsets are those of the document's text."""

    number: int
    source: str
    title: str
    locator: str
    start: int
    end: int
    quote: str
    passage: str
    passage_start: int
    passage_end: int
    span: tuple[int, int] | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to a question. Where ``found`` is False, text and citations are empty.

    ``confidence`` estimates the probability, in [0, 1], that the quotes answer the question; ``lead`` is
    the words of the first quote that answer by themselves, or ""; ``coverage`` says of a list where its
    members were found; ``near`` holds the nearest passages where nothing was found; ``looked_at`` the
    sources and starts of all passages that were weighed, best first; ``notices`` what a reader should know
    besides; ``stages`` the milliseconds that each part of the work took, for whoever measures.
    """

    question: str
    searched_for: str
    found: bool
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    lead: str = ""
    coverage: str = ""
    near: tuple[Citation, ...] = ()
    looked_at: tuple[tuple[str, int], ...] = ()
    notices: tuple[str, ...] = ()
    elapsed_ms: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)


def asks_for_list(question: str) -> bool:
    """Whether a question wants all members of a group rather than one fact."""
    return _ASKS_FOR_LIST.match(question) is not None


def quotes_for_fact(evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """The best sentence, then what supports it, best first."""
    best, *others = evidence[:most]
    needed = _SUPPORT * best.score**2
    return [best, *(one for one in others if one.score >= needed and _has_bearing(one))]


def _has_bearing(one: Evidence) -> bool:
    """Whether the sentence itself speaks of the question, not only the passage around it."""
    features = one.features
    return features.sentence_cosine >= _BEARING_COSINE or features.sentence_coverage >= _BEARING_COVERAGE


def quotes_for_list(evidence: Sequence[Evidence]) -> list[Evidence]:
    """All of it, document by document, that with the best of it first; each in reading order."""
    sources = dict.fromkeys(one.sentence.passage.document.source for one in evidence)
    rank = {source: place for place, source in enumerate(sources)}
    return sorted(evidence, key=lambda one: (rank[one.sentence.passage.document.source], one.sentence.start))


def cite(evidence: Iterable[Evidence], first: int = 1) -> tuple[Citation, ...]:
    """Number the sentences as citations, from ``first`` on."""
    citations = []
    for number, one in enumerate(evidence, first):
        sentence, passage = one.sentence, one.sentence.passage
        citations.append(
            Citation(
                number=number,
                source=passage.document.source,
                title=passage.document.title,
                locator=passage.locator,
                start=sentence.start,
                end=sentence.end,
                quote=sentence.text,
                passage=passage.text,
                passage_start=passage.start,
                passage_end=passage.end,
                span=one.span if confidence([one]) * one.span_share >= _SURE else None,
                score=round(one.score, 4),
            )
        )
    return tuple(citations)


def nearest(
    evidence: Iterable[Evidence], most: int, known: Collection[tuple[str, int]] = ()
) -> list[Evidence]:
    """The best sentence of each of the best passages; those at ``known`` (source, start) left out."""
    best: dict[tuple[str, int], Evidence] = {}
    for one in evidence:
        best.setdefault(one.sentence.passage.place, one)
    return [one for place, one in best.items() if place not in known][:most]


def compose(
    question: str,
    searched_for: str,
    evidence: Sequence[Evidence],
    *,
    threshold: float,
    quotes: int,
    documents: int | None = None,
) -> Answer:
    """Make an answer of evidence.

    Args:
        question: as it was asked.
        searched_for: as it was searched.
        evidence: best first; of a list, all that belongs in it.
        threshold: the confidence below which nothing is found.
        quotes: the most sentences quoted for a single fact.
        documents: how many were swept for a list; None for a single fact.
    """
    sure = confidence(evidence)
    looked_at = tuple(dict.fromkeys(one.sentence.passage.place for one in evidence))
    if not evidence or sure < threshold:
        near = cite(nearest(filter(_has_bearing, evidence), quotes))
        return Answer(
            question=question, searched_for=searched_for, found=False, confidence=sure, text="",
            citations=(), near=near, looked_at=looked_at,
        )  # fmt: skip
    chosen = quotes_for_list(evidence) if documents is not None else quotes_for_fact(evidence, quotes)
    citations = cite(chosen)
    lead = _lead(citations[0]) if documents is None else ""
    lines = [f"{lead} [1]"] if lead else []
    lines += [f"{citation.quote} [{citation.number}]" for citation in citations]
    return Answer(
        question=question, searched_for=searched_for, found=True, confidence=sure, text="\n".join(lines),
        citations=citations, lead=lead, coverage=_coverage(citations, documents) if documents else "",
        looked_at=looked_at,
    )  # fmt: skip


def _lead(first: Citation) -> str:
    """The words that answer, where they are known and less than the whole quote."""
    if first.span is None:
        return ""
    words = " ".join(first.quote[first.span[0] - first.start : first.span[1] - first.start].split())
    return words if len(words) < len(first.quote) * _MOST_OF_QUOTE else ""


def _coverage(citations: Sequence[Citation], documents: int) -> str:
    """Such as "5 sentences in 1 of 12 documents"."""
    count, found = len(citations), len({citation.source for citation in citations})
    return f"{count} sentence{'s'[: count != 1]} in {found} of {documents} document{'s'[: documents != 1]}"
