"""Hits in, evidence out: which sentences answer, how surely, and with which of their words.

Without a reader the evidence is retrieval's. With one, the passages that retrieval ranks highest are read,
and what both say is put together by logistic regression.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from math import exp, log

import msgspec

from bot.attendance import asks_who_was_there, tells_absence, wordings
from bot.reader.reading import Reader, Reading
from index.records import Features, Hit, Sentence

CONFIDENCE = Features(
    sentence_cosine=3.0,
    sentence_coverage=0,
    sentence_coverage_smooth=2.9,
    passage_cosine=2.8,
    passage_coverage=0,
    passage_coverage_smooth=2.5,
    passage_phrases=0,
    passage_fused=0,
)
CONFIDENCE_BIAS = -6.1
"""Log-odds that one of the first three quotes answers, from the best sentence's features.
Fitted by benchmarks/evidence.py, half of the questions being about documents that are not there."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a sum of log-odds, and its bias.

    What they weigh is retrieval's, the reader's for the passage, and the log of a share: that of the
    probability of where the answer starts, which falls on the sentence.
    """

    retrieval: float = 0.0
    answers: float = 0.0
    share: float = 0.0
    bias: float = 0.0

    def sum(self, *, retrieval: float = 0.0, answers: float = 0.0, share: float = 0.0) -> float:
        """The log-odds."""
        return (
            self.bias
            + self.retrieval * retrieval
            + self.answers * answers
            + self.share * log(share + LEAST_SHARE)
        )


LEAST_SHARE = 0.003
RETRIEVED = Features(
    sentence_cosine=1.0,
    sentence_coverage=0.91,
    sentence_coverage_smooth=0,
    passage_cosine=1.7,
    passage_coverage=0.96,
    passage_coverage_smooth=0,
    passage_phrases=1.1,
    passage_fused=2.0,
)
"""What retrieval adds to the log-odds of ``RANKING``; fitted with it."""
RANKING = Weights(retrieval=1, answers=0.233, share=0.244, bias=-6.56)
"""Log-odds that a sentence of a passage that was read answers; fitted in the way of benchmarks/reading.py to
four fifths of SQuAD's questions, where that takes all and other files' too."""

TREATS = Weights(retrieval=1.4, bias=1.22)
"""Log-odds that the documents treat of what is asked, by the highest of retrieval's, which are those of
``CONFIDENCE``. The factor is not fitted: with SQuAD's it would be 3, and where documents say things in other
words than questions do, right answers would be declined."""
ANSWERS = Weights(answers=0.398, share=0.302, bias=0.782)
"""Log-odds that a sentence answers, if they do. That one of the first three quotes answers needs both; fitted
by the same."""

_AS_RELEVANT = 0.75  # of the best sentence's score and coverage, to be a member of a list
MEMBER = 0.6
"""What the reader has to say of a sentence alone, as a probability, that it belongs in a list."""
_ALONE = 0.3  # of what a sentence says alone, beside what it says in its passage: how well it fits a list
_BEHIND = 1.9  # log-odds: how far a member may lie behind the one that fits best (docs/quality.md)

_READ_AT_ONCE = 3  # passages; the next ones are read only where none of these is clear
_CLEAR = 1.25  # log-odds of the best sentence; half as many reads, for hardly any quote (benchmarks/)


class Evidence(msgspec.Struct, frozen=True):
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
        question: as it is searched for; it is read in all its wordings.
        hits: sentences of the best passages, best first.
        most: passages read; fewer where the first ones are clear.

    Raises:
        ModelError: the reader cannot be loaded.
    """
    asked = wordings(question)
    passages: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        passages.setdefault(hit.sentence.passage.place, []).append(hit)
    todo = list(passages)[:most]
    evidence: list[Evidence] = []
    there = treated(hits)
    known: set[tuple[str, int]] = set()
    while todo and max((one.log_odds for one in evidence), default=-_FAR) < _CLEAR:
        part, todo = todo[:_READ_AT_ONCE], todo[_READ_AT_ONCE:]
        readings = _best_readings(reader, asked, [passages[place][0].sentence.passage.text for place in part])
        for place, reading in zip(part, readings, strict=True):
            evidence += [read(hit, reading, there) for hit in passages[place]]
        known.update(part)
    evidence.sort(key=lambda one: -one.score)
    least = min((one.score for one in evidence), default=1.0)
    unread = [hit for hit in hits if hit.sentence.passage.place not in known]
    return [*evidence, *(Evidence(h.sentence, h.features, least * h.score, _found(h)) for h in unread)]


def members(hits: Iterable[Hit]) -> list[Hit]:
    """Of what retrieval found for a list, best first, every sentence about as relevant as the best one."""
    hits = iter(hits)
    if (best := next(hits, None)) is None:
        return []
    near = takewhile(lambda hit: hit.score >= _AS_RELEVANT * best.score, hits)
    return [best, *(hit for hit in near if _as_relevant(hit, best))]


def _as_relevant(hit: Hit, best: Hit) -> bool:
    return hit is best or (
        hit.score >= _AS_RELEVANT * best.score
        and hit.features.sentence_coverage >= _AS_RELEVANT * best.features.sentence_coverage
    )


def members_by_reading(reader: Reader, question: str, hits: Iterable[Hit], at_once: int) -> list[Evidence]:
    """The sentences that belong in a list.

    Those that answer when read by themselves, and ``members``; but only those that answer about as well as
    the best of them where they stand, for a sentence alone may seem to speak of what it does not.

    Args:
        reader: to read them with.
        question: as it is searched.
        hits: the sentences of the collection that could matter, best first.
        at_once: sentences read together; where none of them answers, the rest is not read.

    Returns:
        those that fit best, first.
    """
    hits = iter(hits)
    if asks_who_was_there(question):
        hits = (hit for hit in hits if not tells_absence(hit.sentence.text))
    asked = wordings(question)
    alone: list[tuple[Hit, Reading]] = []
    while part := list(islice(hits, at_once)):
        readings = _best_readings(reader, asked, [hit.sentence.text for hit in part])
        alone += zip(part, readings, strict=True)
        if not any(map(_answers, readings)):
            break
    there = treated([hit for hit, _ in alone[:at_once]])
    found = [one for one in alone if _answers(one[1]) or _as_relevant(one[0], alone[0][0])]
    fits = _fits(reader, asked, found)
    best_first = sorted(zip(fits, found, strict=True), key=lambda fit: -fit[0])
    return [read_alone(*one, there) for fit, one in best_first if fit >= best_first[0][0] - _BEHIND]


def _answers(alone: Reading) -> bool:
    return sigmoid(alone.answers) >= MEMBER


def _fits(reader: Reader, asked: Sequence[str], found: Sequence[tuple[Hit, Reading]]) -> list[float]:
    """How well sentences that were read alone answer where they stand, as log-odds."""
    if len(found) < 2:  # nothing to compare with
        return [0.0] * len(found)
    passages = {hit.sentence.passage.place: hit.sentence.passage.text for hit, _ in found}
    readings = dict(zip(passages, _best_readings(reader, asked, list(passages.values())), strict=True))
    fits = []
    for hit, alone in found:
        reading = readings[hit.sentence.passage.place]
        fits.append(_rank(hit, reading, _share(hit, reading)) + _ALONE * alone.answers)
    return fits


def _best_readings(reader: Reader, asked: Sequence[str], texts: Sequence[str]) -> list[Reading]:
    """Of each text the reading in that wording of a question which it answers best."""
    each = zip(*(reader.read(wording, texts) for wording in asked), strict=True)
    return [max(readings, key=lambda reading: reading.answers) for readings in each]


def treated(hits: Iterable[Hit]) -> float:
    """Log-odds that the documents treat of what is asked, by what retrieval found."""
    return TREATS.sum(retrieval=max(map(_found, hits), default=-_FAR))


def read_alone(hit: Hit, reading: Reading, there: float) -> Evidence:
    """A sentence that was read by itself; else as in ``read``."""
    return _read(hit, reading, hit.sentence.start, 1.0, reading.answers, there)


def read(hit: Hit, reading: Reading, there: float) -> Evidence:
    """A sentence of a passage that was read, where what is asked is there with some log-odds."""
    share = _share(hit, reading)
    rank = _rank(hit, reading, share)
    return _read(hit, reading, hit.sentence.passage.start, share, rank, there)


def _rank(hit: Hit, reading: Reading, share: float) -> float:
    """Log-odds that a sentence answers, by the passage that was read and its share of what answers there."""
    retrieval = hit.features.weighed(RETRIEVED)
    return RANKING.sum(retrieval=retrieval, answers=reading.answers, share=share)


def _share(hit: Hit, reading: Reading) -> float:
    """How likely it is that an answer in the passage starts in the sentence; 1 where no reader points."""
    if not len(reading.starts):
        return 1.0
    sentence, begin = hit.sentence, hit.sentence.passage.start
    return reading.share(sentence.start - begin, sentence.end - begin)


def _read(hit: Hit, reading: Reading, begin: int, share: float, rank: float, there: float) -> Evidence:
    """A sentence of a text that was read, which begins at an offset of the document.

    ``rank`` are the log-odds that order it.
    """
    span = reading.best(hit.sentence.start - begin, hit.sentence.end - begin)
    return Evidence(
        hit.sentence,
        hit.features,
        sigmoid(rank),
        both(there, ANSWERS.sum(answers=reading.answers, share=share)),
        (begin + span.start, begin + span.end) if span else None,
        span.share if span else 0.0,
    )


def both(one: float, other: float) -> float:
    """Log-odds that two things that do not depend on each other are both so, by the log-odds of each.

    This is a noisy AND (Pearl, "Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2): what
    speaks against either cannot be made up for by the other, as it can in a sum.
    """
    terms = (-one, -other, -one - other)
    most = max(terms)
    return -most - log(sum(exp(term - most) for term in terms))


def _found(hit: Hit) -> float:
    """Retrieval's log-odds."""
    return CONFIDENCE_BIAS + hit.features.weighed(CONFIDENCE)


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -_FAR else 0.0


_FAR = 700.0  # where exp would overflow
