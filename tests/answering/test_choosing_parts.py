"""Which part of a section or a list is meant: a heading that tells a value, a step that is repeated, the
headings below another, one of several lists.
"""

from collections.abc import Sequence
from functools import partial

import msgspec
import pytest

from bot.answering.choosing import choose
from bot.answering.scoring import Evidence
from bot.answering.whole import Section
from index.records import Features, Unit
from index.units.leaves import is_only_name
from tests.answering.evidence import SURE, alike, around, evidence_of, words_of
from tests.answering.units import units_of

HOUSE = """\
# Guest house

## Price: 85 euros a night

Breakfast is included.

## Pets

Dogs are welcome.
"""


@pytest.mark.parametrize(
    ("share_of_heading", "score_of_heading", "quotes"),
    [
        (0.9, 0.4, ["Price: 85 euros a night", "Breakfast is included."]),
        (0.1, 0.4, ["Breakfast is included.", "Price: 85 euros a night"]),  # the reader points below it
        (0.9, 0.15, ["Breakfast is included."]),  # it is far less likely, and too little for support
    ],
)
def test_a_heading_that_tells_a_value_answers_before_what_stands_below_it(
    share_of_heading: float, score_of_heading: float, quotes: list[str]
):
    units = units_of(HOUSE)
    heading, text = evidence_of(units, {"Breakfast is included.": 0.6, "Price: 85 euros a night": 0.5})[::-1]
    heading = msgspec.structs.replace(heading, score=score_of_heading, span_share=share_of_heading)
    text = msgspec.structs.replace(text, span_share=0.5)
    chosen = choose([text, heading], "one", partial(around, units), words_of(""), alike, 3)
    assert [one.unit.shown for one in chosen.evidence] == quotes


def test_a_heading_that_only_names_is_no_quote_beside_what_it_names():
    units = [*units_of(HOUSE), *units_of("# Guest house\n\n## Pets\n")]
    assert [unit.shown for unit in units if is_only_name(unit)] == ["Guest house", "Pets"]


TYRE = """\
# Mending a flat tyre

1. Turn the bike upside down.
2. Take the wheel out.
3. Lever the tyre off the rim.
4. Find the hole under water.
5. Press a patch on.
"""


def about_steps(asked: str, coverage: dict[str, float]) -> list[str]:
    """What is quoted of steps that have so much of the question's words."""
    units = units_of(TYRE)
    found = [
        Evidence(unit, Features(unit_coverage=coverage.get(unit.shown, 0.0)), 0.5 - number / 100, SURE)
        for number, unit in enumerate(unit for unit in units if unit.kind == "item")
    ]
    chosen = choose(found, "steps", partial(around, units), words_of(asked), alike, 3)
    return [one.unit.shown for one in chosen.evidence]


def test_who_repeats_a_step_asks_for_what_comes_before_and_after_it():
    asked = "what do I do after I take the wheel out"
    steps = ["Turn the bike upside down.", "Take the wheel out.", "Lever the tyre off the rim."]
    assert about_steps(asked, {"Take the wheel out.": 0.5}) == steps
    assert about_steps("how do I press a patch on", {"Press a patch on.": 0.9}) == [
        "Find the hole under water.",
        "Press a patch on.",
    ]


@pytest.mark.parametrize(
    ("asked", "coverage"),
    [
        ("how do I mend a flat tyre", {"Lever the tyre off the rim.": 0.5}),  # which the heading says, too
        ("when the wheel is out", {"Take the wheel out.": 0.3}),
        ("the wheel or the patch", {"Take the wheel out.": 0.5, "Press a patch on.": 0.5}),
    ],
)
def test_otherwise_all_steps_are_quoted(asked: str, coverage: dict[str, float]):
    assert len(about_steps(asked, coverage)) == 5


DESK = """\
# Front desk

## Services

There are three services.

### Laundry

Bags come back the same day.

### Luggage

Free until midnight.

### Bicycles

Twelve euros a day.

## Breakfast

### Times

From seven to ten.
"""


def about_services(asked: str, best: Sequence[str], coverage: float = 1.0, odds: float = 1.0) -> list[str]:
    """What is quoted to somebody who asks for several things, of units that answer about as well."""
    units = {unit.shown: unit for unit in units_of(DESK)}
    features = Features(around_coverage=coverage)
    found = [Evidence(units[shown], features, 0.5 - number / 100, SURE) for number, shown in enumerate(best)]
    judge = lambda lists: [odds] * len(lists)  # noqa: E731
    chosen = choose(found, "several", partial(around, list(units.values())), words_of(asked), judge, 3)
    return [one.unit.shown for one in chosen.evidence]


SAME_DAY, FREE, THREE = "Bags come back the same day.", "Free until midnight.", "There are three services."


@pytest.mark.parametrize("best", [[THREE], [SAME_DAY, FREE]])
def test_what_there_is_below_a_heading_is_named_by_the_headings_below_it(best: list[str]):
    assert about_services("which services are there", best) == ["Laundry", "Luggage", "Bicycles"]


@pytest.mark.parametrize(
    ("asked", "best", "coverage"),
    [
        ("which services are free", [FREE, SAME_DAY], 1.0),  # of which a section speaks
        ("which services come with luggage", [FREE, SAME_DAY], 1.0),  # which a heading below names
        ("which of them is there at night", [FREE, SAME_DAY], 1.0),  # the heading is not named
        ("which services cost something", [FREE, SAME_DAY], 0.4),  # half is said nowhere
        ("which services are there", [FREE], 1.0),  # one of them alone answers
        ("which breakfast", ["From seven to ten."], 1.0),  # there is but one heading below
    ],
)
def test_headings_do_not_answer_what_asks_for_more(asked: str, best: list[str], coverage: float):
    quotes = about_services(asked, best, coverage)
    assert quotes
    assert not {"Laundry", "Luggage", "Bicycles", "Times"} & set(quotes)


SHED = """\
# Sheds

You may store in a shed:

- hand tools
- compost
  - in sacks

You may not keep in a shed:

- gas bottles
- paint

## Fences

Fences are made of:

- wood
"""


@pytest.mark.parametrize(
    ("best", "better", "quotes"),
    [
        ("hand tools", "gas bottles", ["gas bottles", "paint"]),
        ("hand tools", "hand tools", ["hand tools", "compost"]),
        ("gas bottles", "in sacks", ["hand tools", "compost"]),
        ("gas bottles", "", ["gas bottles", "paint"]),  # none is better
    ],
)
def test_of_the_lists_of_a_section_the_one_is_quoted_that_answers_as_a_whole(
    best: str, better: str, quotes: list[str]
):
    judged: list[list[str]] = []

    def odds(lists: Sequence[Sequence[Unit]]) -> list[float]:
        said = [[unit.shown for unit in units] for units in lists]
        judged.extend(said)
        return [2.0 if better in one else 1.0 for one in said]

    units = units_of(SHED)
    found = evidence_of(units, {best: 0.5})
    chosen = choose(found, "several", partial(around, units), words_of("store"), odds, 3)
    assert [one.unit.shown for one in chosen.evidence] == quotes
    assert judged == [["hand tools", "compost", "in sacks"], ["gas bottles", "paint"]]


def test_one_list_needs_no_judge():
    def odds(lists: Sequence[Sequence[Unit]]) -> list[float]:
        raise AssertionError(lists)

    units = units_of(SHED)
    chosen = choose(
        evidence_of(units, {"wood": 0.5}), "several", partial(around, units), words_of(""), odds, 3
    )
    assert [one.unit.shown for one in chosen.evidence] == ["wood"]


def test_headings_that_do_not_answer_when_they_are_read_are_none():
    assert SAME_DAY in about_services("which services are there", [SAME_DAY, FREE], odds=0.0)


COTTAGES = {
    "larkspur.md": "Hi.\n\n## Wifi\n\nThe password is foggy otter.\n\n## Dogs\n\nA password for the dog.\n",
    "tansy.md": "Hello.\n\n## Wifi\n\nThe password is seven apples.\n",
}


@pytest.mark.parametrize(
    ("asked", "quotes"),
    [
        ("wifi password of tansy", ["seven apples", "for the dog"]),
        ("wifi password", ["seven apples", "foggy otter", "for the dog"]),
        ("wifi password of tansy or larkspur", ["seven apples", "foggy otter", "for the dog"]),
    ],
)
def test_the_same_of_another_thing_than_is_named_is_no_support(asked: str, quotes: list[str]):
    units = [unit for source, text in COTTAGES.items() for unit in units_of(text, source)]
    scores = {
        "The password is seven apples.": 0.8,
        "The password is foggy otter.": 0.7,
        "A password for the dog.": 0.6,
    }
    found = evidence_of(units, scores)

    def beside(unit: Unit) -> Section:
        return around([one for one in units if one.passage.document == unit.passage.document], unit)

    chosen = choose(found, "one", beside, words_of(asked), alike, 3)
    shown = [one.unit.shown for one in chosen.evidence]
    assert len(shown) == len(quotes)
    assert all(part in quote for part, quote in zip(quotes, shown, strict=True))


@pytest.mark.parametrize(
    ("asked", "missing", "score", "first"),
    [
        ("oil of the p200", 1.0, 0.5, "every 150 hours"),
        ("oil of the p200", 1.0, 0.3, "every 200 hours"),  # it is far less likely
        ("oil of the p200", 0.0, 0.5, "every 200 hours"),  # the best lacks nothing
        ("oil in 200", 1.0, 0.5, "every 200 hours"),  # a number alone is no code
    ],
)
def test_what_has_the_code_that_is_asked_for_goes_before_what_is_nearly_as_good(
    asked: str, missing: float, score: float, first: str
):
    manuals = {"p260.md": "Change the oil every 200 hours.\n", "p200.md": "Change the oil every 150 hours.\n"}
    units = [unit for source, text in manuals.items() for unit in units_of(text, source)]
    other, meant = evidence_of(
        units, {"Change the oil every 200 hours.": 0.7, "Change the oil every 150 hours.": score}
    )
    other = msgspec.structs.replace(other, features=Features(numbers_missing_around=missing))

    def beside(unit: Unit) -> Section:
        return around([one for one in units if one.passage.document == unit.passage.document], unit)

    chosen = choose([other, meant], "one", beside, words_of(asked), alike, 3)
    assert first in chosen.evidence[0].unit.shown
