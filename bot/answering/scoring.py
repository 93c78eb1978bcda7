"""Hits in, evidence out: which units answer, how surely, and with which of their words.

Without a reader the evidence is retrieval's. With one, the passages that retrieval ranks highest are read,
and what both say is put together by logistic regression.
"""

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from math import exp

import msgspec

from bot.answering.profile import Pace, Profile
from bot.reader.reading import Reader, Reading
from index.cancellation import Check, uncancelled
from index.records import Features, Hit, Unit
from index.units.woven import Woven

CAREFUL = Pace()
"""For several things: lists are whole oftener than at the pace for one (docs/decisions.md)."""
_AS_RELEVANT = 0.75  # of the best unit's score and coverage, to be a member of a list

_MOST_READ = 1024  # units for a list, the best first: what a chat bears to wait for
_READ_OF_LIST = 8  # entries of a list that is read as a whole
_PASSAGES_AT_ONCE = 16  # of a list, for a check between them
_FAR = 700.0  # where exp would overflow


class Evidence(msgspec.Struct, frozen=True):
    """A unit as an answer.

    ``score`` orders the evidence for a question, and lies in about [0, 1]. ``log_odds`` are those that the
    first three such units answer if this is the first. ``span`` is where in the document the likeliest
    words of it stand, and ``span_share`` how likely it is, if there is an answer, that it is just these;
    None and 0 where no reader points at words. ``also`` are units of other places that say the same.
    """

    unit: Unit
    features: Features
    score: float
    log_odds: float
    span: tuple[int, int] | None = None
    span_share: float = 0.0
    also: tuple[Unit, ...] = ()


def confidence(evidence: Sequence[Evidence]) -> float:
    """The probability, in [0, 1], that this evidence answers the question: that of the surest of it."""
    return sigmoid(max(one.log_odds for one in evidence)) if evidence else 0.0


class Scorer:
    """Scores what was found by the numbers of a profile, with a reader or without.

    Args:
        profile: the fitted numbers.
        reader: to read passages with, if there is one.
    """

    def __init__(self, profile: Profile, reader: Reader | None) -> None:
        self._profile = profile
        self._reader = reader

    def rank(
        self,
        question: str,
        hits: Sequence[Hit],
        most: int,
        check: Check = uncancelled,
        *,
        several: bool = False,
    ) -> list[Evidence]:
        """What speaks for the units of the best passages as the answer, best first.

        Args:
            question: as it is searched for.
            hits: units of the best passages, best first.
            most: passages read; fewer where the first ones are clear.
            check: called before passages are read.
            several: whether several things are wanted, for which more is read than for one.

        Raises:
            ModelError: the reader cannot be loaded.
            Cancelled: by the check.
        """
        if self._reader is None:
            return [self._unread(hit, hit.score) for hit in hits]
        passages = by_passage(hits)
        todo = list(passages)[:most]
        evidence: list[Evidence] = []
        pace = CAREFUL if several else self._profile.pace
        known: set[tuple[str, int]] = set()
        while todo and max((one.log_odds for one in evidence), default=-_FAR) < pace.clear:
            check()
            part, todo = todo[: pace.at_once], todo[pace.at_once :]
            texts = [woven(passages[place]) for place in part]
            readings = self._reader.read(question, [text.text for text in texts])
            for place, text, reading in zip(part, texts, readings, strict=True):
                evidence += [self._read(hit, text, reading) for hit in passages[place]]
            known.update(part)
        evidence.sort(key=lambda one: -one.score)
        least = min((one.score for one in evidence), default=1.0)
        unread = [hit for hit in hits if hit.unit.passage.place not in known]
        return [*evidence, *(self._unread(hit, least * hit.score) for hit in unread)]

    def members(
        self, question: str, hits: Iterable[Hit], at_once: int, check: Check = uncancelled
    ) -> list[Evidence]:
        """The units that belong in a list, those that fit best first.

        Those that answer when read by themselves, or where none does, those about as relevant as the best
        one; but only those that answer about as well as the best of them there and where they stand, for a
        sentence alone may seem to speak of what it does not. Without a reader, relevance decides.

        Args:
            question: as it is searched.
            hits: the units of the collection that could matter, best first.
            at_once: units read together; where none of them answers, or ``_MOST_READ`` were read, the rest
                is not read.
            check: called before units are read.

        Raises:
            ModelError: the reader cannot be loaded.
            Cancelled: by the check.
        """
        if self._reader is None:
            return [self._unread(hit, hit.score) for hit in relevant(hits)]
        hits = islice(hits, _MOST_READ)
        alone: list[tuple[Hit, Woven, Reading]] = []
        while part := list(islice(hits, at_once)):
            check()
            texts = [Woven([hit.unit]) for hit in part]
            readings = self._reader.read(question, [text.text for text in texts])
            alone += zip(part, texts, readings, strict=True)
            if not any(map(self._answers, readings)):
                break
        found = [one for one in alone if self._answers(one[2])]
        found = found or [one for one in alone if as_relevant(one[0], alone[0][0])]
        if len(found) < 2:  # nothing to compare with
            return [self._evidence(*one, 1.0, one[2].answers) for one in found]
        stands = self.stands(question, [hit for hit, _, _ in found], [hit for hit, _, _ in alone], check)
        fits = [
            rank + self._profile.members.alone * reading.answers
            for rank, (_, _, reading) in zip(stands, found, strict=True)
        ]
        best_first = sorted(zip(fits, found, strict=True), key=lambda fit: -fit[0])
        return [
            self._evidence(hit, text, reading, 1.0, reading.answers)
            for fit, (hit, text, reading) in best_first
            if fit >= best_first[0][0] - self._profile.members.behind
        ]

    def wholes(
        self, question: str, lists: Sequence[Sequence[Unit]], check: Check = uncancelled
    ) -> list[float]:
        """Log-odds that lists answer, each read as one text; without a reader all are alike.

        Args:
            question: as it is searched.
            lists: units of one list each, in reading order; the first of them are read.
            check: called before they are read.

        Raises:
            ModelError: the reader cannot be loaded.
            Cancelled: by the check.
        """
        if self._reader is None:
            return [0.0] * len(lists)
        check()
        texts = [Woven(units[:_READ_OF_LIST]).text for units in lists]
        return [reading.answers for reading in self._reader.read(question, texts)]

    def stands(
        self, question: str, found: Sequence[Hit], known: Sequence[Hit], check: Check = uncancelled
    ) -> list[float]:
        """Log-odds that units answer where they stand, among those known of their passages.

        Raises:
            ModelError: the reader cannot be loaded.
            Cancelled: by the check, which is called before passages are read.
        """
        if self._reader is None:
            return [self._found(hit) for hit in found]
        wanted = {hit.unit.passage.place for hit in found}
        passages = by_passage(hit for hit in known if hit.unit.passage.place in wanted)
        texts = {place: woven(hits) for place, hits in passages.items()}
        readings: dict[tuple[str, int], Reading] = {}
        places = iter(texts)
        while part := list(islice(places, _PASSAGES_AT_ONCE)):
            check()
            readings |= zip(part, self._reader.read(question, [texts[one].text for one in part]), strict=True)
        ranks = []
        for hit in found:
            place = hit.unit.passage.place
            share = share_of(hit, texts[place], readings[place])
            ranks.append(self._rank(hit, readings[place], share))
        return ranks

    def _answers(self, alone: Reading) -> bool:
        return alone.answers >= self._profile.members.least

    def _unread(self, hit: Hit, score: float) -> Evidence:
        return Evidence(hit.unit, hit.features, score, self._found(hit))

    def _found(self, hit: Hit) -> float:
        """Retrieval's log-odds that one of the first three quotes answers if this is the first."""
        return self._profile.found.sum(hit.features)

    def _read(self, hit: Hit, text: Woven, reading: Reading) -> Evidence:
        """A unit of a passage that was read."""
        share = share_of(hit, text, reading)
        return self._evidence(hit, text, reading, share, self._rank(hit, reading, share))

    def _rank(self, hit: Hit, reading: Reading, share: float) -> float:
        """Log-odds that a unit answers, by the passage that was read and its share of what answers there."""
        return self._profile.ranking.sum(hit.features, reading.answers, share)

    def _evidence(self, hit: Hit, text: Woven, reading: Reading, share: float, rank: float) -> Evidence:
        """A unit of a text that was read; ``rank`` are the log-odds that order it."""
        span = reading.best(*text.place(hit.unit))
        return Evidence(
            hit.unit,
            hit.features,
            sigmoid(rank),
            self._profile.sure.sum(hit.features, reading.answers, share),
            text.source(span.start, span.end) if span else None,
            span.share if span else 0.0,
        )


def relevant(hits: Iterable[Hit]) -> list[Hit]:
    """Of what retrieval found for a list, best first, every unit about as relevant as the best one."""
    hits = iter(hits)
    if (best := next(hits, None)) is None:
        return []
    near = takewhile(lambda hit: hit.score >= _AS_RELEVANT * best.score, hits)
    return [best, *(hit for hit in near if as_relevant(hit, best))]


def as_relevant(hit: Hit, best: Hit) -> bool:
    """Whether a member of a list that retrieval found is about as relevant as the best one."""
    return hit is best or (
        hit.score >= _AS_RELEVANT * best.score
        and hit.features.unit_coverage >= _AS_RELEVANT * best.features.unit_coverage
    )


def by_passage(hits: Iterable[Hit]) -> dict[tuple[str, int], list[Hit]]:
    """The hits of each passage, by its place; passages and hits stay in their order."""
    passages: dict[tuple[str, int], list[Hit]] = {}
    for hit in hits:
        passages.setdefault(hit.unit.passage.place, []).append(hit)
    return passages


def woven(hits: Iterable[Hit]) -> Woven:
    """The units of one passage as a reader reads them, in reading order."""
    return Woven(sorted((hit.unit for hit in hits), key=lambda unit: unit.start))


def share_of(hit: Hit, text: Woven, reading: Reading) -> float:
    """How likely it is that an answer in the passage starts in the unit; 1 where no reader points."""
    return reading.share(*text.place(hit.unit)) if len(reading.starts) else 1.0


def sigmoid(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-log_odds)) if log_odds > -_FAR else 0.0
