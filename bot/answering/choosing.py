"""Evidence in, what of it is quoted out: the best and its support, whole lists, all steps."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

import msgspec

from bot.answering.answers import quotes_for_fact
from bot.answering.intent import Intent
from bot.answering.scoring import Evidence
from bot.answering.whole import Section, Words, headings_below, is_loose, is_value, lifted, whole
from index.records import NAMES, RUNNING, Unit
from index.units.leaves import cut, tells_value

_LOOKED_AT = 5  # units that may be part of a whole list, where one is asked for
_NEAR_BEST = 1.5  # log-odds: how far behind the best one such a unit may lie
_LOOKED_AT_FOR_LIST, _STANDS_OUT = 3, 0.7  # units; log-odds from the first to the last of them
_CLEARLY = 0.7  # probability from which on several things are wanted, also where one of them stands out
_MENTIONED = 0.99  # of what the best row has of the words that tell rows apart, to belong with it
_MOSTLY = 0.5  # of the words of a question, each by its inverse document frequency
_CODE = re.compile(r"[^\W\d_]+\d+")  # of a model, a room, a size: letters, then digits
_REPEATED = 0.45  # of them: it speaks of this step

Around = Callable[[Unit], Section]
"""Finds what stands around a unit."""
Odds = Callable[[Sequence[Sequence[Unit]]], Sequence[float]]
"""Log-odds that each of several lists answers, read as one text."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is quoted, in the order in which it is shown.

    ``is_open`` says that several things were asked for and stand in running text, where others may stand too.
    """

    evidence: list[Evidence]
    is_open: bool = False


def choose(
    evidence: Sequence[Evidence],
    intent: Intent,
    around: Around,
    words: Words,
    odds: Odds,
    most: int,
    *,
    likely: float = 1.0,
) -> Chosen:
    """What is quoted of the evidence for a question.

    Args:
        evidence: best first.
        intent: what is asked for.
        around: finds what stands around a unit.
        words: finds the words of the question in a text.
        odds: judges lists as a whole.
        most: quotes for a question that wants one thing.
        likely: how likely it is that this is asked for, in [0, 1].
    """
    if not evidence:
        return Chosen([], is_open=intent == "several")
    choice = _Choice(_coded_first(evidence, words), around, words, odds)
    if _wants_one(choice, intent, likely):
        return Chosen(choice.one(most))
    if found := choice.several("several" if intent == "one" else intent):
        return Chosen(found)
    in_text = evidence[0].unit.kind in RUNNING
    return Chosen(choice.one(most), is_open=intent == "several" and in_text)


def _wants_one(choice: "_Choice", intent: Intent, likely: float) -> bool:
    """Whether one thing is quoted: it is asked for, or stands out where it is not clear that others are."""
    if intent == "one":
        return not choice.is_a_list()
    return likely < _CLEARLY and choice.stands_out()


class _Choice:
    """Chooses from the evidence for one question, best first."""

    def __init__(self, evidence: Sequence[Evidence], around: Around, words: Words, odds: Odds) -> None:
        self._evidence = evidence
        self._around = around
        self._words = words
        self._odds = odds
        self._known = {_place(one.unit): one for one in evidence}

    def is_a_list(self) -> bool:
        """Whether nearly all of the best units are items of one list, which the best is one of.

        None of them stands out, or is spoken of alone.
        """
        first = self._evidence[0]
        alike = [
            one for one in self._evidence[: _LOOKED_AT_FOR_LIST + 1] if _of_one_list(one.unit, first.unit)
        ]
        best = alike[:_LOOKED_AT_FOR_LIST]
        if len(best) < _LOOKED_AT_FOR_LIST or _behind(best[-1], first) >= _STANDS_OUT:
            return False
        return len(mentioned([one.unit for one in best], self._words)) == len(best)

    def stands_out(self) -> bool:
        """Whether the best is an item that answers far better than the others of its list."""
        first, *others = self._evidence
        second = next((one for one in others if _of_one_list(one.unit, first.unit)), None)
        return second is not None and _behind(second, first) >= _NEAR_BEST

    def one(self, most: int) -> list[Evidence]:
        """The best and what supports it; where the best only asks or names, what stands below it instead."""
        best = self._said_above(self._evidence[0])
        section = self._around(best.unit)
        if units := whole(section, "one"):
            quoted = [self._of(unit, best) for unit in units]
            if len(units) > most:  # a list that was asked for by its name
                return quoted
            quoted.sort(key=lambda one: -one.score)
            others = self._supported(self._evidence, most)[1:]
            return [*quoted, *(one for one in others if one.unit not in units)][:most]
        rows = section.beside() if is_loose([best.unit]) else []
        meant = mentioned(rows, self._words) if rows else []
        if not 0 < len(meant) < len(rows):
            return self._supported([best, *islice(_beside(best, self._evidence), most - 1)], most)
        if best.unit not in meant:  # a row is asked for by what it alone says
            best = max((self._of(unit, best) for unit in meant), key=lambda one: one.score)
        passed_over = {_place(unit) for unit in rows} - {_place(unit) for unit in meant}
        others = [one for one in self._evidence if one.unit != best.unit]
        return self._supported([best, *(one for one in others if _place(one.unit) not in passed_over)], most)

    def _supported(self, evidence: Sequence[Evidence], most: int) -> list[Evidence]:
        """The first with what supports it, without what says the same of what the question does not name.

        The Wi-Fi of one cottage is no support for that of another, asked for by the name of its file.
        """
        best, *others = quotes_for_fact(evidence, most)
        context = best.unit.context
        above = self._words(" ".join(context.names)).keys()
        named = above - self._words(_own(best.unit)).keys()

        def is_of_another(unit: Unit) -> bool:
            there = unit.context
            if context == there or (context.headings, context.leads) != (there.headings, there.leads):
                return False
            other = self._words(" ".join(there.names)).keys()
            return other <= above and not named <= self._words(_with_names(unit)).keys()

        return [best, *(one for one in others if not is_of_another(one.unit))]

    def _said_above(self, best: Evidence) -> Evidence:
        """The heading above the best, where it tells a value and the reader finds the answer there."""
        above = best.unit.context.names[-1:]
        for one in self._evidence:
            is_above = tells_value(one.unit) and (cut(one.unit.shown),) == above
            if is_above and one.unit.passage.place == best.unit.passage.place:
                is_near = log_odds(one.score) >= log_odds(best.score) - _NEAR_BEST
                return one if is_near and one.span_share > best.span_share else best
        return best

    def several(self, intent: Intent) -> list[Evidence]:
        """The first list that one of the best units is part of, and before it the better ones; or nothing."""
        first = [one.unit for one in self._evidence[:_LOOKED_AT]]
        looked_at = list(enumerate(self._evidence[:_LOOKED_AT]))
        if intent == "steps":  # values come last
            looked_at.sort(key=lambda numbered: is_value(numbered[1].unit))
        for number, one in looked_at:
            if log_odds(one.score) < log_odds(self._evidence[0].score) - _NEAR_BEST:
                continue
            section = self._around(one.unit)
            names = self._names(one, section, first) if intent == "several" else []
            units = names or self._list(section, intent, first)
            if not units:
                continue
            if intent == "steps":
                units = self._near_repeated(units)
            meant = mentioned(units, self._words) if is_loose(units) else units
            skipped = {_place(unit) for unit in units} | {_place(one.unit)}
            before = [
                other
                for other in self._evidence[:number]
                if _place(other.unit) not in skipped
                and other.unit.kind not in NAMES
                and not (intent == "steps" and is_value(other.unit))
            ]
            return [*before, *(self._of(unit, one) for unit in meant)]
        return []

    def _list(self, section: Section, intent: Intent, first: Sequence[Unit]) -> list[Unit]:
        """The list that a unit is part of, or another one under its headings that answers better."""
        units = self._whole(section, intent, first)
        lists = section.lists() if units else []
        own = next((number for number, one in enumerate(lists) if _has(one, units[0])), None)
        if own is None or len(lists) == 1:
            return units
        odds = self._odds(lists)
        if odds[own] == max(odds):
            return units
        better = lists[odds.index(max(odds))]
        best = next((one.unit for one in self._evidence if _has(better, one.unit)), better[0])
        number = [_place(unit) for unit in section.units].index(_place(best))
        return self._whole(replace(section, number=number), intent, first) or better

    def _whole(self, section: Section, intent: Intent, first: Sequence[Unit]) -> list[Unit]:
        return lifted(section, intent, first, self._words) or whole(section, intent)

    def _names(self, one: Evidence, section: Section, best: Sequence[Unit]) -> list[Unit]:
        """The headings that answer for a unit, read as a whole; most of what is asked has to be there."""
        if one.features.around_coverage < _MOSTLY:
            return []
        found = headings_below(section, best, self._words)
        return found if found and self._odds([found])[0] > 0 else []

    def _near_repeated(self, steps: list[Unit]) -> list[Unit]:
        """Of steps the one that the question repeats, with those before and after; else all.

        "What do I do after taking the wheel out?" asks for no whole procedure.
        """
        repeated = [number for number, step in enumerate(steps) if self._is_repeated(step)]
        if len(repeated) != 1:
            return steps
        return steps[max(0, repeated[0] - 1) : repeated[0] + 2]

    def _is_repeated(self, step: Unit) -> bool:
        """Whether a question says what a step says, and what does not stand above it as well."""
        there = self._known.get(_place(step))
        if there is None or there.features.unit_coverage < _REPEATED:
            return False
        above = self._words(" ".join(step.context.names))
        return not self._words(step.shown).keys() <= above.keys()

    def _of(self, unit: Unit, best: Evidence) -> Evidence:
        """A unit of a whole: as it was scored, or else as sure as what led to it."""
        there = self._known.get(_place(unit))
        if there is not None:
            return msgspec.structs.replace(there, log_odds=max(there.log_odds, best.log_odds))
        return Evidence(unit, best.features, best.score, best.log_odds)


def _beside(best: Evidence, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """The other evidence, without the names that the best stands under, which are shown with that anyway."""
    names = set(best.unit.context.names)
    others = (one for one in evidence if one is not best)
    return (one for one in others if cut(one.unit.shown) not in names or tells_value(one.unit))


def _of_one_list(unit: Unit, other: Unit) -> bool:
    """Whether two units are items of one list, as far as what they stand under tells."""
    same = unit.passage.document.source == other.passage.document.source and unit.context == other.context
    return unit.kind == other.kind == "item" and same


def _coded_first(evidence: Sequence[Evidence], words: Words) -> Sequence[Evidence]:
    """Evidence, that first which has a code of the question that the best has not, and is nearly as good.

    Of three manuals the one of the P200 tells what is asked of the P200, however alike they are.
    """
    first = evidence[0]
    if not first.features.numbers_missing_around:
        return evidence
    near = [one for one in evidence if _behind(one, first) < _NEAR_BEST]
    codes = [{word for word in words(_with_names(one.unit)) if _CODE.fullmatch(word)} for one in near]
    best = next((one for one, found in zip(near, codes, strict=True) if found > codes[0]), first)
    return evidence if best is first else [best, *(one for one in evidence if one is not best)]


def _with_names(unit: Unit) -> str:
    """What a unit stands under, and says itself."""
    return " ".join((*unit.context.names, _own(unit)))


def _behind(one: Evidence, first: Evidence) -> float:
    """How far evidence lies behind the first, in log-odds."""
    return log_odds(first.score) - log_odds(one.score)


def _place(unit: Unit) -> tuple[str, int]:
    return unit.passage.document.source, unit.start


def _has(units: Sequence[Unit], unit: Unit) -> bool:
    """Whether a unit is one of some, by its place: to compare units as such is to compare their texts."""
    return _place(unit) in map(_place, units)


def mentioned(units: Sequence[Unit], words: Words) -> list[Unit]:
    """Of rows or lines those that a question speaks of, by words that some of them have and others do not.

    What they stand under has words of the question too, which do not tell them apart.
    """
    found = [words(_own(unit)) for unit in units]
    everywhere = set.intersection(*(set(one) for one in found)) if found else set()
    above = {word for unit in units[:1] for word in words(" ".join(unit.context.names))}
    telling = [{word: one[word] for word in one if word not in everywhere | above} for one in found]
    weights = [sum(one.values()) for one in telling]
    most = max(weights, default=0.0)
    if not most:
        return list(units)
    return [unit for unit, weight in zip(units, weights, strict=True) if weight >= _MENTIONED * most]


def _own(unit: Unit) -> str:
    """What a unit says itself, without the names of columns."""
    text = unit.passage.document.text
    return " ".join(text[part.start : part.end] for part in unit.parts) if unit.parts else unit.text


def log_odds(score: float) -> float:
    """Of a score, which is a probability."""
    score = min(max(score, 1e-6), 1 - 1e-6)
    return log(score / (1 - score))
