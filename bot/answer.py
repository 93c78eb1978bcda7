"""Hits in, an answer out: which sentences to quote, how sure to be, and when to say nothing.

This module decides; how an answer looks is ``bot/render.py``.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

from index.records import Features, Hit

CONFIDENCE = Features(
    sentence_cosine=3.0,
    sentence_coverage=0,
    sentence_coverage_smooth=2.9,
    passage_cosine=2.8,
    passage_coverage=0,
    passage_coverage_smooth=2.5,
)
CONFIDENCE_BIAS = -6.1
"""Log-odds that one of the first three quotes answers, from the best sentence's features.
Fitted by benchmarks/evidence.py, half of the questions being about documents that are not there."""

_SUPPORT = 0.4  # of the best sentence's score, that another must reach to be quoted beside it
_BEARING_COSINE, _BEARING_COVERAGE = 0.2, 0.1  # one of them is needed; costs no right quote in the fit
_MEMBER = 0.75  # of the best sentence's score and coverage, to be a member of a list

_ASKS_FOR_LIST = re.compile(
    r"""\W* (?: (?: please | can\ you | could\ you ) \s+ )? (?:
      (?: list | enumerate | name \s (?: all | the | every ) ) \b
    | (?: who | what | which ) \s (?: (?: are | were ) \s (?: the | all | some ) | all | else ) \b
    | who \s (?: (?: all | also | is | was | were | has\ been ) \s )?
          (?: there | present | invited | involved | attend(?:s|ed|ing)? | participat(?:es?|ed|ing)
            | join(?:s|ed|ing)? | came | comes? | coming | sign(?:s|ed|ing)? | sends? | sent | vote[sd]?
            | (?: took | takes? ) \ part | met | refuse[sd]? | agree[sd]? | spoke | speaks? ) \b
    | (?: what | which ) \s
          (?: (?: of\ the | the | other | main | major | different | various | two | three | \d+ ) \s )*
          (?! (?: is | was | does | has | this | causes | happens | means | makes ) \b )
          (?: people | women | men | children | \w+ [^\Wsiu] s ) \b
    )""",
    re.VERBOSE | re.IGNORECASE,
)  # a plural noun after "which", a verb that groups of people do, or a plain request to list


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

    ``confidence`` estimates the probability, in [0, 1], that the quotes answer the question; ``near``
    holds the nearest passages where nothing was found; ``notices`` what a reader should know besides;
    ``stages`` the milliseconds that each part of the work took, for whoever measures.
    """

    question: str
    searched_for: str
    found: bool
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    near: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()
    elapsed_ms: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)


def asks_for_list(question: str) -> bool:
    """Whether a question wants all members of a group rather than one fact."""
    return _ASKS_FOR_LIST.match(question) is not None


def confidence(hits: Sequence[Hit]) -> float:
    """The probability, in [0, 1], that the best of these hits answer the question."""
    if not hits:
        return 0.0
    log_odds = CONFIDENCE_BIAS + hits[0].features.weighed(CONFIDENCE)
    return 1 / (1 + exp(-log_odds))


def quotes_for_fact(hits: Sequence[Hit], most: int) -> list[Hit]:
    """The best sentence, then what supports it, best first."""
    best, *others = hits[:most]
    return [best, *(hit for hit in others if hit.score >= _SUPPORT * best.score and _has_bearing(hit))]


def _has_bearing(hit: Hit) -> bool:
    """Whether the sentence itself speaks of the question, not only the passage around it."""
    features = hit.features
    return features.sentence_cosine >= _BEARING_COSINE or features.sentence_coverage >= _BEARING_COVERAGE


def quotes_for_list(hits: Sequence[Hit]) -> list[Hit]:
    """Every sentence about as relevant as the best one, in reading order."""
    best = hits[0]
    members = [
        hit
        for hit in hits
        if hit is best
        or (
            hit.score >= _MEMBER * best.score
            and hit.features.sentence_coverage >= _MEMBER * best.features.sentence_coverage
        )
    ]
    return sorted(members, key=lambda hit: (hit.sentence.passage.document.source, hit.sentence.start))


def cite(hits: Iterable[Hit], first: int = 1) -> tuple[Citation, ...]:
    """Number the hits' sentences as citations, from ``first`` on."""
    citations = []
    for number, hit in enumerate(hits, first):
        sentence, passage = hit.sentence, hit.sentence.passage
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
                span=None,
                score=round(hit.score, 4),
            )
        )
    return tuple(citations)


def nearest(hits: Iterable[Hit], most: int, known: Collection[tuple[str, int]] = ()) -> list[Hit]:
    """The best sentence of each of the best passages; those at ``known`` (source, start) left out."""
    best: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        passage = hit.sentence.passage
        best.setdefault((passage.document.source, passage.start), hit)
    return [hit for place, hit in best.items() if place not in known][:most]


def compose(
    question: str, searched_for: str, hits: Sequence[Hit], *, threshold: float, quotes: int
) -> Answer:
    """Make an answer of the hits of a search, or of a sweep where the question asks for a list.

    Args:
        question: as it was asked.
        searched_for: as it was searched.
        hits: best first.
        threshold: the confidence below which nothing is found.
        quotes: the most sentences quoted for a single fact.
    """
    sure = confidence(hits)
    if not hits or sure < threshold:
        near = cite(nearest(hits, quotes))
        return Answer(
            question=question, searched_for=searched_for, found=False, confidence=sure, text="",
            citations=(), near=near,
        )  # fmt: skip
    chosen = quotes_for_list(hits) if asks_for_list(searched_for) else quotes_for_fact(hits, quotes)
    citations = cite(chosen)
    text = "\n".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer(
        question=question, searched_for=searched_for, found=True, confidence=sure, text=text,
        citations=citations,
    )  # fmt: skip
