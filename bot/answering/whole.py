"""The best unit in, the whole out that it is a part of: a list, a table, all steps, what answers a question.

A lead-in, a heading or a question says nothing by itself: what follows it answers. Who asks for several
things, or how something is done, wants all entries of a list and not the one that fits best.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bot.answering.intent import Intent
from index.parsing.lines import asks, ends_sentence, is_name, leads_in
from index.records import ENTRIES, NAMES, Layout, Unit
from index.units.headings import headings_above
from index.units.leaves import cut

MOST = 40  # units of a whole
_SENTENCES = 3  # of running text that answer a question or stand under a heading
_STEPS = 8  # sentences of a passage that says how something is done
_SUBLISTS = 2  # of one list, that the best units stand in, for that list to be what is asked for
_NUMBER = re.compile(r"(?:^|\n)[ \t>]*\d+[.)][ \t]+\Z")
_LONGEST_NUMBER = 40  # characters before an item, with what it is indented by
_BARE = 4  # words of an item that only names its sub-items

Words = Callable[[str], Mapping[str, float]]
"""The words of a question that a text has, in stems, each with its inverse document frequency."""


@dataclass(frozen=True, slots=True)
class Section:
    """The units of one section of a document, in reading order, and which of them is looked at.

    ``layout`` finds how the document is built.
    """

    units: Sequence[Unit]
    number: int
    layout: Callable[[], Layout] = Layout

    @property
    def unit(self) -> Unit:
        """The one that is looked at."""
        return self.units[self.number]

    def below(self) -> list[Unit]:
        """What stands below the unit: what it asks for, leads in or names."""
        unit, name = self.unit, cut(self.unit.shown)
        found: list[Unit] = []
        for other in self.units[self.number + 1 :]:
            leads = other.context.leads
            above = (*other.context.document[-1:], *other.context.headings)
            if name in leads or (unit.kind in NAMES and name in above):
                found.append(other)
            elif found or unit.kind not in NAMES:
                break
        return found

    def headings(self, above: tuple[str, ...]) -> list[Unit]:
        """The headings that stand right below these, outermost first; for them the layout is read."""
        found = headings_above(self.units, self.layout())
        return [one for one in found if one.context.headings == above]

    def above(self) -> "Section | None":
        """The entry that the unit is an entry below of, looked at; None where it is of no sub-list."""
        leads = self.unit.context.leads
        for number in range(self.number - 1, -1, -1):
            other = self.units[number]
            if other.context.headings != self.unit.context.headings:
                break
            if (
                leads
                and other.kind in ENTRIES
                and other.context.leads == leads[:-1]
                and cut(other.shown) == leads[-1]
            ):
                return replace(self, number=number)
        return None

    def lists(self) -> list[list[Unit]]:
        """The lists of items under the headings of the unit, each below a lead-in of its own."""
        found: dict[str, list[Unit]] = {}
        for one in self.units:
            if one.kind == "item" and one.context.headings == self.unit.context.headings:
                for lead in one.context.leads[:1]:
                    found.setdefault(lead, []).append(one)
        return list(found.values())

    def beside(self, *, deep: bool = False) -> list[Unit]:
        """The entries of the unit's own list or table, itself among them; they stand under the same names.

        Args:
            deep: with those of their sub-lists.
        """
        unit = self.unit
        found = [unit]
        for step in (-1, 1):
            number = self.number + step
            while 0 <= number < len(self.units):
                other = self.units[number]
                deeper = other.context.leads[: len(unit.context.leads)] == unit.context.leads
                if other.kind != unit.kind or other.context.headings != unit.context.headings or not deeper:
                    break
                same = other.context.leads == unit.context.leads
                if same and _is_numbered(other) != _is_numbered(unit):  # another list, next to this one
                    break
                if deep or same:
                    found.append(other)
                number += step
        return sorted(found, key=lambda one: one.start)


def whole(section: Section, intent: Intent) -> list[Unit]:  # noqa: PLR0911 - a table of cases
    """What answers instead of a unit, in reading order; nothing where it answers by itself.

    Args:
        section: the unit, and what stands around it.
        intent: what is asked for.
    """
    unit = section.unit
    said = unit.shown
    if (unit.kind in NAMES and not says_something(said)) or leads_in(said) or _only_names(section):
        below = [one for one in section.below() if one.kind not in NAMES]
        if entries := [one for one in below if one.kind in ENTRIES or one.kind == "code"]:
            first = below.index(entries[0])
            return [*below[:first][:_SENTENCES], *entries][:MOST]
        if below:
            return below[: _STEPS if intent == "steps" else _SENTENCES]
        return []
    if intent == "one" or unit.kind == "property":  # which is no list of things
        return []
    if intent == "steps" and (steps := _numbered_beside(section)):
        return steps[:MOST]
    if unit.kind in ENTRIES:
        entries = section.beside(deep=intent == "steps")
        return entries[:MOST] if 1 < len(entries) <= MOST else []
    if intent == "steps":
        return _procedure(section)
    return []


def lifted(section: Section, intent: Intent, best: Sequence[Unit], words: Words) -> list[Unit]:
    """The list above a unit's own, where that is asked for; else nothing.

    It is where the best units stand in several sub-lists of it, or where the question speaks of what stands
    above the list, and not of what the unit's own sub-list is about.

    Args:
        section: the unit, and what stands around it.
        intent: what is asked for.
        best: the units that answer best.
        words: finds the words of the question in a text.
    """
    if _only_names(section):
        section = replace(section, number=section.units.index(section.below()[0]))
    own, above = section, section.above()
    while above is not None and (_of_several(own.unit, best) or _speaks_of_more(own, words)):
        own, above = above, above.above()
    return own.beside(deep=intent == "steps")[:MOST] if own is not section else []


def headings_below(section: Section, best: Sequence[Unit], words: Words) -> list[Unit]:
    """The headings below the one that a question asks for by its name; nothing where it speaks of more.

    "Which services do you offer?" is answered by the names of the sections below "Services".

    Args:
        section: the unit, and what stands around it.
        best: the units that answer best: they stand below several of the headings, or above the first.
        words: finds the words of the question in a text.
    """
    here = section.unit.context.headings
    for above in filter(None, (here, here[:-1])):  # of what a title names, a document says more than names
        if not (words(above[-1]) and _are_several(section, above, best)):
            continue
        found = section.headings(above)
        if 1 < len(found) <= MOST and _are_all(section, found, words):
            return found
    return []


def _are_several(section: Section, above: tuple[str, ...], best: Sequence[Unit]) -> bool:
    """Whether the best units stand under several headings below these, or above the first of them."""
    source = section.unit.passage.document.source
    stand = {
        one.context.headings[: len(above) + 1]
        for one in best
        if one.passage.document.source == source and one.context.headings[: len(above)] == above
    }
    return above in stand or len(stand) > 1


def _are_all(section: Section, headings: Sequence[Unit], words: Words) -> bool:
    """Whether nothing that headings and what is below say is asked for, but what they stand under."""
    context = headings[0].context
    above = context.headings
    below = [
        one for one in section.units if one.context.headings[: len(above)] == above != one.context.headings
    ]
    said = words(" ".join(one.shown for one in (*headings, *below)))
    return words(" ".join(context.names)).keys() >= said.keys()


def _of_several(unit: Unit, best: Sequence[Unit]) -> bool:
    """Whether the best units stand in several sub-lists of the list that a unit's own is below of."""
    lists = {
        other.context.leads
        for other in best
        if other.passage.document.source == unit.passage.document.source
        and other.context.headings == unit.context.headings
        and other.kind in ENTRIES
        and other.context.leads[:-1] == unit.context.leads[:-1]
    }
    return len(lists) >= _SUBLISTS


def _speaks_of_more(section: Section, words: Words) -> bool:
    """Whether a question speaks of what stands above the list that a unit is of, and not of this list."""
    *above, name = section.unit.context.names
    known = words(" ".join(above))
    own = " ".join([name, *(one.shown for one in section.beside(deep=True))])
    return bool(known) and known.keys() >= words(own).keys()


def says_something(name: str) -> bool:
    """Whether a heading is an answer itself, as "Date: 14 June 2025" is: it names a value, or counts."""
    counts = any(map(str.isdigit, name)) and len(name.split()) > 1
    return not asks(name) and (counts or ":" in name.rstrip(":"))


def is_loose(units: Sequence[Unit]) -> bool:
    """Whether entries need not belong together: rows and lines are about things of their own."""
    return bool(units) and all(unit.kind in ENTRIES and unit.kind != "item" for unit in units)


def is_value(unit: Unit) -> bool:
    """Whether a unit is a row or an entry such as "Phone: 4401", rather than a step of something."""
    if unit.kind != "record":
        return unit.kind in ("row", "property")
    key, colon, _ = unit.shown.partition(":")
    return bool(colon) and not any(map(str.isdigit, key)) and not ends_sentence(unit.shown)


def _only_names(section: Section) -> bool:
    """Whether an item or a few words above a list say nothing but what its entries are about."""
    unit = section.unit
    bare = len(unit.shown.split()) <= _BARE if unit.kind == "item" else is_name(unit.shown)
    return unit.kind in ("item", "paragraph") and bare and bool(section.below())


def _numbered_beside(section: Section) -> list[Unit]:
    """The one numbered list under the headings of a unit that is of none: steps are numbered."""
    here = section.unit.context.headings
    if _is_numbered(section.unit):
        return []
    numbers = [
        number
        for number, one in enumerate(section.units)
        if one.context.headings == here and one.kind == "item" and _is_numbered(one)
    ]
    if not numbers:
        return []
    found = replace(section, number=numbers[0]).beside(deep=True)
    places = {one.start for one in found}
    alone = all(section.units[number].start in places for number in numbers)
    return found if alone and section.unit.start not in places else []


def _is_numbered(unit: Unit) -> bool:
    """Whether a number stands before an item, as before a step."""
    text = unit.passage.document.text
    return _NUMBER.search(text, max(0, unit.start - _LONGEST_NUMBER), unit.start) is not None


def _procedure(section: Section) -> list[Unit]:
    """The sentences of a unit's passage, where they say together how something is done."""
    unit = section.unit
    place = unit.passage.place
    near = [one for one in section.units if one.passage.place == place]
    near = [one for one in near if one.kind not in NAMES and one.kind != "property"]
    leads = unit.context.leads
    near = [one for one in near if one.context.leads[: len(leads)] == leads]
    followed = [
        one
        for one, other in zip_longest(near, near[1:])
        if not leads_in(one.shown) or (other is not None and cut(one.shown) in other.context.leads)
    ]
    return followed if 1 < len(followed) <= _STEPS else []
