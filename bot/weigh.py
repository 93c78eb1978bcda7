"""Hits in, evidence out: which sentences answer, how surely, and with which of their words.

Without a reader the evidence is retrieval's. With one, the passages that retrieval ranks highest are read,
and what both say is put together by logistic regression.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

from bot.reader.reading import Reader, Reading
from index.records import Features, Hit, Sentence

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


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a sum of log-odds: retrieval's, the reader's for the passage, and the log of a share; and the bias.

    The share is that of the probability of where the answer starts, which falls on the sentence.
    """

    retrieval: float
    answers: float
    share: float
    bias: float

    def sum(self, retrieval: float, answers: float, share: float) -> float:
        """The log-odds."""
        return (
            self.bias
            + self.retrieval * retrieval
            + self.answers * answers
            + self.share * log(share + LEAST_SHARE)
        )


LEAST_SHARE = 0.01
RANKING = Weights(retrieval=8.0, answers=1.0, share=1.0, bias=0.0)
"""Log-odds that a sentence of a passage that was read answers; fitted by benchmarks/reading.py."""

READ_CONFIDENCE = Weights(retrieval=0.5, answers=0.7, share=0.3, bias=0.0)
"""Log-odds that one of the first three quotes answers, by the best one; retrieval's being those of
``CONFIDENCE``. By the same."""

MEMBER = 0.5
"""Probability that a sentence read by itself answers, from which on it belongs in a list."""

_READ_FIRST = 4  # passages; the next ones are read only where none of these is clear
_CLEAR = 3.0  # log-odds of the best sentence


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence as an answer.

    ``score`` orders the evidence for a question, and lies in about [0, 1]. ``log_odds`` are those that the
    first three such sentences answer if this is the first. ``span`` is where in the document the likeliest
    words of it stand, and ``span_share`` how likely it is, if there is an answer, that it is just these;
    None and 0 where no reader points at words.
    """

    sentence: Sentence
    features: Features
    score: float
    log_odds: float
    span: tuple[int, int] | None = None
    span_share: float = 0.0


def confidence(evidence: Sequence[Evidence]) -> float:
    """The probability, in [0, 1], that the best of this evidence answers the question."""
    return sigmoid(evidence[0].log_odds) if evidence else 0.0


def by_retrieval(hits: Iterable[Hit]) -> list[Evidence]:
    """What retrieval says alone, in its order."""
    return [Evidence(hit.sentence, hit.features, hit.score, _found(hit)) for hit in hits]


def by_reading(reader: Reader, question: str, hits: Sequence[Hit], most: int) -> list[Evidence]:
    """What retrieval and the reader say together, best first.

    Args:
        reader: to read the passages with.
        question: as it is searched.
        hits: sentences of the best passages, best first.
        most: passages read; fewer where the first ones are clear.

    Raises:
        ModelError: the reader cannot be loaded.
    """
    passages: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        passage = hit.sentence.passage
        passages.setdefault((passage.document.source, passage.start), []).append(hit)
    todo = list(passages.values())[:most]
    unread = [hit for group in list(passages.values())[most:] for hit in group]
    evidence: list[Evidence] = []
    while todo:
        part, todo = todo[:_READ_FIRST], todo[_READ_FIRST:]
        readings = reader.read(question, [group[0].sentence.passage.text for group in part])
        for group, reading in zip(part, readings, strict=True):
            evidence += [read(hit, reading) for hit in group]
        if max(one.log_odds for one in evidence) >= _CLEAR:
            unread = [hit for group in todo for hit in group] + unread
            break
    evidence.sort(key=lambda one: -one.score)
    least = min((one.score for one in evidence), default=0.0)
    return [*evidence, *(Evidence(h.sentence, h.features, least * h.score, _found(h)) for h in unread)]


def members_by_reading(reader: Reader, question: str, hits: Sequence[Hit], at_once: int) -> list[Evidence]:
    """The sentences that answer, each read by itself: all of a small collection, the likelier of a large one.

    Args:
        reader: to read the sentences with.
        question: as it is searched.
        hits: the sentences of the collection that could matter, best first.
        at_once: sentences read together; where none of them answers, the rest is not read.

    Returns:
        best first; where none answers, the best of those read, alone.
    """
    found: list[Evidence] = []
    best: Evidence | None = None
    for begin in range(0, len(hits), at_once):
        part = hits[begin : begin + at_once]
        readings = reader.read(question, [hit.sentence.text for hit in part])
        evidence = [read_alone(hit, reading) for hit, reading in zip(part, readings, strict=True)]
        belongs = [one for one in evidence if one.score >= MEMBER]
        found += belongs
        best = max([*evidence, *([best] if best else [])], key=lambda one: one.score)
        if not belongs:
            break
    return sorted(found, key=lambda one: -one.score) or ([best] if best else [])


def read_alone(hit: Hit, reading: Reading) -> Evidence:
    """A sentence that was read by itself."""
    sentence = hit.sentence
    span = reading.best(0, sentence.end - sentence.start)
    log_odds = READ_CONFIDENCE.sum(_found(hit), reading.answers, 1.0)
    return Evidence(
        sentence,
        hit.features,
        sigmoid(reading.answers),
        log_odds,
        (sentence.start + span.start, sentence.start + span.end) if span else None,
        span.share if span else 0.0,
    )


def read(hit: Hit, reading: Reading) -> Evidence:
    """A sentence of a passage that was read."""
    sentence, begin = hit.sentence, hit.sentence.passage.start
    start, end = sentence.start - begin, sentence.end - begin
    share = reading.share(start, end) if len(reading.starts) else 1.0
    span = reading.best(start, end)
    return Evidence(
        sentence,
        hit.features,
        sigmoid(RANKING.sum(hit.score, reading.answers, share)),
        READ_CONFIDENCE.sum(_found(hit), reading.answers, share),
        (begin + span.start, begin + span.end) if span else None,
        span.share if span else 0.0,
    )


def _found(hit: Hit) -> float:
    """Retrieval's log-odds."""
    return CONFIDENCE_BIAS + hit.features.weighed(CONFIDENCE)


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -_FAR else 0.0


_FAR = 700.0  # where exp would overflow
