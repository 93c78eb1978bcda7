"""The whole that a unit is a part of: lists, tables, steps, and what follows a question or a name."""

import pytest

from bot.answering.intent import Intent
from bot.answering.whole import MOST, Section, is_loose, lifted, says_something, whole
from index.records import Unit
from tests.answering.units import section, units_of

CAMPING = """\
# Camping

We go on Friday. Bring these things:

- a tent for two
- a lamp that needs no batteries
- a rope

Leave the dog at home.
"""
POOL = """\
# Pool

## When is the pool open?

From May to September. Every day from 9 to 20. In June from 8. Not on holidays.

## Prices of day tickets and season tickets

Adults pay 5 euros. Children pay 2.
"""
FAQ = """\
Tern Rowing Club

Q: Can I bring a guest?
A: Yes, two at a time. Sign them in at the desk.

Q: Where do I park?
A: In the gravel yard.
"""
MENU = """\
# Menu

- Soups
  - onion
  - tomato
    - with cream
- Fish
  - trout
"""
PRINTER = """\
# Printer

To reset the printer, do this:

1. Switch it off.
2. Wait ten seconds.
3. Switch it on.
"""
HOURS = """\
# Hours

| day | opens | closes |
|---|---|---|
| Saturday | 9 | 12 |
| Sunday | closed | |
| Monday | 8 | 18 |
"""
BREAD = """\
# Bread

Mix flour and water. Let the dough rest for an hour. Bake it at 220 degrees.
"""
BUILD = """\
# Build

## How do I build it?

Install make first. Then run both of them:

```
make all
make test
```
"""
EVERY: list[Intent] = ["one", "several", "steps"]
MORE: list[Intent] = ["several", "steps"]


def shown(text: str, unit: str, intent: Intent, source: str = "a.md") -> list[str]:
    """The whole of a unit of a document, as it is shown."""
    return [one.shown for one in whole(section(units_of(text, source), unit), intent)]


# ------------------------------------------------------------------------- what says nothing by itself


@pytest.mark.parametrize("intent", EVERY)
@pytest.mark.parametrize(
    ("text", "source", "unit", "found"),
    [
        (
            CAMPING, "a.md", "Bring these things:",
            ["a tent for two", "a lamp that needs no batteries", "a rope"],
        ),
        (PRINTER, "a.md", "To reset the printer, do this:",
         ["Switch it off.", "Wait ten seconds.", "Switch it on."]),
        (CAMPING.replace("# Camping\n\n", ""), "a.txt", "Bring these things:",
         ["a tent for two", "a lamp that needs no batteries", "a rope"]),
        (FAQ, "a.txt", "Can I bring a guest?", ["Yes, two at a time. Sign them in at the desk."]),
        (FAQ, "a.txt", "Where do I park?", ["In the gravel yard."]),
        ("**May I bring my dog?**\nOnly on Fridays.\n", "a.md", "May I bring my dog?", ["Only on Fridays."]),
        (MENU, "a.md", "Soups", ["onion", "tomato", "with cream"]),
        (MENU, "a.md", "Fish", ["trout"]),
        (BUILD, "a.md", "How do I build it?",
         ["Install make first.", "Then run both of them:", "make all\nmake test"]),
    ],
    ids=["lead-in", "lead-in of steps", "lead-in of plain text", "Q", "another Q", "bold question", "parent",
         "another parent", "heading that asks"],
)  # fmt: skip
def test_what_follows_it_answers_whatever_is_asked_for(
    text: str, source: str, unit: str, found: list[str], intent: Intent
):
    assert shown(text, unit, intent, source) == found


@pytest.mark.parametrize(
    ("intent", "found"),
    [
        ("one", ["From May to September.", "Every day from 9 to 20.", "In June from 8."]),
        ("several", ["From May to September.", "Every day from 9 to 20.", "In June from 8."]),
        (
            "steps",
            ["From May to September.", "Every day from 9 to 20.", "In June from 8.", "Not on holidays."],
        ),
    ],
)
def test_a_heading_that_asks_is_answered_by_a_few_sentences(intent: Intent, found: list[str]):
    assert shown(POOL, "When is the pool open?", intent) == found


def test_a_sub_item_may_be_a_parent_too():
    assert shown(MENU, "tomato", "one") == ["with cream"]
    assert shown(MENU, "with cream", "one") == []


def test_a_few_words_above_a_list_are_answered_by_it():
    text = "# Cake\n\nWhat we need for six\n\n- flour\n- salt\n\nBread\n"
    for intent in EVERY:
        assert shown(text, "What we need for six", intent) == ["flour", "salt"]
    assert shown(text, "Bread", "one") == []


def test_an_item_that_says_more_than_a_name_answers_by_itself():
    text = "- Soups come with a slice of bread\n  - onion\n  - tomato\n- Fish\n"
    assert shown(text, "Soups come with a slice of bread", "one") == []


def test_a_heading_stands_for_what_is_below_it():
    heading = "Prices of day tickets and season tickets"
    assert shown(POOL, heading, "one") == ["Adults pay 5 euros.", "Children pay 2."]
    listed = POOL.replace("Adults pay 5 euros. Children pay 2.", "- adults 5 euros\n- children 2 euros\n")
    assert shown(f"{listed}\n## Others\n\n- dogs 3 euros\n", heading, "one") == [
        "adults 5 euros",
        "children 2 euros",
    ]


def test_a_title_that_asks_is_answered_too():
    text = "# How do I reset the printer?\n\n1. Switch it off.\n2. Switch it on.\n"
    assert shown(text, "How do I reset the printer?", "one") == ["Switch it off.", "Switch it on."]


def test_a_lead_in_leads_no_further_than_its_list():
    two = "Bring these things:\n\n- a tent\n\nLeave these things:\n\n- the dog\n"
    assert shown(two, "Bring these things:", "one") == ["a tent"]
    assert shown(two, "Leave these things:", "one") == ["the dog"]


def test_a_lead_in_that_leads_to_nothing_stays_by_itself():
    assert shown("Bring these things:\n\nNothing at all.\n", "Bring these things:", "one") == []


def test_a_long_lead_in_leads_its_list_in():
    lead = f"Bring these things {'and not only in summer ' * 10}with you:"
    assert shown(f"{lead}\n\n- a tent\n- a rope\n", lead, "one") == ["a tent", "a rope"]


def test_a_lead_in_with_an_abbreviation_leads_its_list_in():
    assert shown("Ask Dr. Holm for these:\n\n- a tent\n- a rope\n", "Ask Dr. Holm for these:", "one") == [
        "a tent",
        "a rope",
    ]


def test_a_lead_in_of_code_leads_it_in():
    text = "# Build\n\nRun this in the folder:\n\n```\nmake all\n```\n"
    assert shown(text, "Run this in the folder:", "one") == ["make all"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Date: 14 June 2025", True),
        ("Budget: 12,000 euros", True),
        ("Held in 2025", True),
        ("Contact: Ann", True),
        ("2025", False),
        ("Costs", False),
        ("Costs:", False),
        ("Prices of day tickets and season tickets", False),
        ("When was it held: in 2025?", False),
    ],
)
def test_whether_a_heading_says_something_itself(name: str, says: bool):
    assert says_something(name) == says
    text = f"# Festival\n\n## {name}\n\nTell the mayor.\n"
    if says:
        for intent in EVERY:
            assert shown(text, name, intent) == []


# ----------------------------------------------------------------------------- one of several alike


@pytest.mark.parametrize("intent", MORE)
@pytest.mark.parametrize(
    ("text", "source", "found"),
    [
        (CAMPING, "a.md", ["a tent for two", "a lamp that needs no batteries", "a rope"]),
        (PRINTER, "a.md", ["Switch it off.", "Wait ten seconds.", "Switch it on."]),
        (
            HOURS, "a.md",
            [
                "day: Saturday · opens: 9 · closes: 12",
                "day: Sunday · opens: closed",
                "day: Monday · opens: 8 · closes: 18",
            ],
        ),
        ("Phone: 4401\nFax: 4402\nRoom: 12\n", "a.txt", ["Phone: 4401", "Fax: 4402", "Room: 12"]),
    ],
    ids=["items", "steps", "rows", "lines"],
)  # fmt: skip
def test_all_entries_are_the_whole_of_each_where_more_is_asked_for(
    text: str, source: str, found: list[str], intent: Intent
):
    for unit in found:
        assert shown(text, unit, intent, source) == found
        assert shown(text, unit, "one", source) == []


def test_entries_of_sub_lists_are_beside_those_of_their_own_list_only():
    assert shown(MENU, "onion", "several") == ["onion", "tomato"]
    assert shown(MENU, "trout", "several") == []  # it is alone
    assert shown("- coats\n- hats\n  - of straw\n- shoes\n", "shoes", "several") == ["coats", "hats", "shoes"]


def test_entries_of_another_section_or_list_are_not_beside():
    two = "## Monday\n\n- soup\n- bread\n\n## Friday\n\n- fish\n- rice\n"
    assert shown(two, "bread", "several") == ["soup", "bread"]
    led = "For two:\n\n- soup\n- bread\n\nFor four:\n\n- fish\n- rice\n"
    assert shown(led, "fish", "several") == ["fish", "rice"]


@pytest.mark.parametrize(("entries", "found"), [(MOST, MOST), (MOST + 1, 0)])
def test_a_list_that_is_too_long_is_no_whole(entries: int, found: int):
    text = "".join(f"- thing {number}\n" for number in range(entries))
    assert len(shown(text, "thing 3", "several")) == found


def test_of_a_long_list_that_is_led_in_the_first_entries_are_taken():
    text = "Bring these:\n\n" + "".join(f"- thing {number}\n" for number in range(MOST + 5))
    assert shown(text, "Bring these:", "several") == [f"thing {number}" for number in range(MOST)]


@pytest.mark.parametrize(
    ("best", "found"),
    [
        (["onion", "trout"], ["Soups", "Fish"]),
        (["trout", "onion", "tomato"], ["Soups", "Fish"]),
        (["onion", "tomato"], []),  # of one sub-list
        (["onion"], []),
    ],
)
def test_the_list_above_is_meant_where_several_sub_lists_fit(best: list[str], found: list[str]):
    units = units_of(MENU)
    fitting = [section(units, name).unit for name in best]
    above = lifted(section(units, best[0]), "several", fitting, lambda _: {})
    assert [one.shown for one in above] == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["menu"], ["Soups", "Fish"]),
        (["menu", "soups"], ["onion", "tomato"]),
        (["menu", "tomato"], []),  # the list below that name
        (["menu", "cream"], []),
        ([], []),
    ],
)
def test_the_list_above_is_meant_where_the_question_speaks_of_what_stands_above_it(
    asked: list[str], found: list[str]
):
    cream = section(units_of(MENU), "with cream")

    def words(text: str) -> dict[str, float]:
        return {word: 1.0 for word in asked if word in text.casefold()}

    above = lifted(cream, "several", [cream.unit], words)
    assert [one.shown for one in above] == found
    soups = section(units_of(MENU), "tomato")  # which only names what is below it
    assert lifted(soups, "several", [cream.unit], words) == above
    deep = {"Soups": ["Soups", "onion", "tomato", "with cream", "Fish", "trout"],
            "onion": ["onion", "tomato", "with cream"]}  # fmt: skip
    above = lifted(cream, "steps", [cream.unit], words)
    assert [one.shown for one in above] == (deep[found[0]] if found else [])


def test_the_entry_above_is_the_next_that_is_called_so():
    units = units_of("- A\n  - a\n- B\n\n## Other\n\n- A\n  - b\n")
    above = section(units, "b").above()
    assert above is not None
    assert above.number == 3
    assert above.above() is None


def test_entries_before_a_text_are_no_list():
    text = "---\ntags: bread\nyield: 2\nsource: Ilse\n---\n\nMix it. Bake it.\n"
    for intent in EVERY:
        assert shown(text, "yield: 2", intent) == []
    assert shown(text, "Mix it.", "steps") == ["Mix it.", "Bake it."]


# ------------------------------------------------------------------------------------- running text


def test_steps_in_running_text_are_the_sentences_of_its_passage():
    sentences = ["Mix flour and water.", "Let the dough rest for an hour.", "Bake it at 220 degrees."]
    for sentence in sentences:
        assert shown(BREAD, sentence, "steps") == sentences
        assert shown(BREAD, sentence, "one") == shown(BREAD, sentence, "several") == []


def test_a_long_text_is_no_procedure():
    text = " ".join(f"Do {number}." for number in range(9))
    assert shown(text, "Do 3.", "steps") == []
    assert len(shown(text.removesuffix(" Do 8."), "Do 3.", "steps")) == 8


def test_a_sentence_alone_is_its_own_whole():
    for intent in EVERY:
        assert shown("Ann came.", "Ann came.", intent) == []


def test_a_heading_alone_is_no_procedure():
    assert shown("# Notes\n\n## Held in 2025\n", "Held in 2025", "steps") == []


def test_a_lead_in_without_its_list_is_no_step():
    found = shown(CAMPING, "Leave the dog at home.", "steps")
    assert found[found.index("Bring these things:") + 1] == "a tent for two"
    text = "# Bread\n\nMix flour and water. Bake it. Take some of this:\n"
    assert shown(text, "Bake it.", "steps") == ["Mix flour and water.", "Bake it."]


# ------------------------------------------------------------------------------------------- records


def test_the_unit_that_is_looked_at():
    units = units_of(BREAD)
    assert Section(units, 1).unit is units[1]


@pytest.mark.parametrize(
    ("kinds", "loose"),
    [
        (["row", "row"], True),
        (["record", "property", "turn"], True),
        (["item", "item"], False),
        (["row", "item"], False),
        (["paragraph"], False),
        (["row", "paragraph"], False),
    ],
)
def test_rows_and_lines_are_loose_items_and_sentences_are_not(kinds: list[str], loose: bool):
    [unit, *_] = units_of(BREAD)
    assert is_loose([Unit(unit.passage, 0, 1, kind) for kind in kinds]) == loose  # type: ignore[arg-type]


RECIPE = """# Soups

## Leek

- 3 leeks
- 1 potato

1. Cut the leeks.
2. Boil all of it.
   - Stir now and then.
3. Serve.

Grandmother never blended it.

## Beet

- 2 beets

Peel them.
"""


@pytest.mark.parametrize("unit", ["Grandmother never blended it.", "3 leeks", "1 potato"])
def test_the_numbered_list_of_a_section_is_how_it_is_done(unit: str):
    steps = ["Cut the leeks.", "Boil all of it.", "Stir now and then.", "Serve."]
    assert shown(RECIPE, unit, "steps") == steps


def test_a_section_without_numbers_or_with_two_numbered_lists_has_no_such_list():
    assert shown(RECIPE, "Peel them.", "steps") == ["2 beets", "Peel them."]
    two = "# Tea\n\nIt is hot.\n\n1. Boil.\n2. Pour.\n\nOr:\n\n1. Buy.\n2. Open.\n"
    assert shown(two, "It is hot.", "steps")[0] == "It is hot."


def test_ingredients_are_not_replaced_where_they_are_asked_for():
    assert shown(RECIPE, "3 leeks", "several") == ["3 leeks", "1 potato"]
