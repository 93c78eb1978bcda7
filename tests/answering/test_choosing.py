"""What is quoted: whole lists, rows that come near the best, all steps."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.choosing import Chosen, choose, mentioned
from bot.answering.intent import Intent
from bot.answering.scoring import Evidence
from index.records import Document, Kind, Passage, Unit
from tests.answering.evidence import ALL, SURE, alike, around, evidence_of, words_of
from tests.answering.units import units_of

EVERY: list[Intent] = ["one", "several", "steps"]
ROTA = """\
Who does what on Saturday:

- Pia cleans the kitchen
- Ruud cleans the attic
- Sam cleans the porch

Tess cooks for all of them.
"""
PRICES = """\
| ticket | price |
|---|---|
| adult | 5 |
| child | 2 |
| dog | 1 |
| season | 40 |
"""
RESET = """\
To reset the printer:

1. Switch it off.
2. Wait ten seconds.
3. Switch it on.

Ada has a spare one.
"""


def quoted(
    text: str, scores: dict[str, float], intent: Intent, most: int = 3, asked: str = ""
) -> tuple[list[str], list[float], bool]:
    """What is quoted of a document, how sure each is, and whether others may stand elsewhere."""
    units = units_of(text)
    found = evidence_of(units, scores)
    chosen = choose(found, intent, partial(around, units), words_of(asked), alike, most)
    evidence = chosen.evidence
    return [one.unit.shown for one in evidence], [one.log_odds for one in evidence], chosen.is_open


def test_without_evidence_nothing_is_quoted():
    for intent in EVERY:
        chosen = choose([], intent, partial(around, []), words_of(""), alike, 3)
        assert chosen == Chosen([], is_open=intent == "several")


def test_what_answers_one_thing_by_itself_is_quoted_with_its_support():
    scores = {"Ruud cleans the attic": 0.9, "Pia cleans the kitchen": 0.5, "Sam cleans the porch": 0.48}
    shown, _, is_open = quoted(ROTA, scores, "one")
    assert shown == ["Ruud cleans the attic", "Pia cleans the kitchen"]  # .6 * .9 ** 2 is .486
    assert not is_open
    assert quoted(ROTA, scores, "one", most=1)[0] == ["Ruud cleans the attic"]


@pytest.mark.parametrize("intent", ["several", "steps"])
def test_where_more_is_asked_for_the_whole_list_is_quoted_in_its_order_and_as_surely(intent: Intent):
    shown, sure, is_open = quoted(ROTA, {"Ruud cleans the attic": 0.9, "Sam cleans the porch": 0.2}, intent)
    assert shown == ["Pia cleans the kitchen", "Ruud cleans the attic", "Sam cleans the porch"]
    assert (sure, is_open) == ([SURE] * 3, False)


def test_a_whole_list_may_be_longer_than_quotes_for_one_thing():
    scores = {"Switch it on.": 0.9, "Ada has a spare one.": 0.8}
    assert quoted(RESET, scores, "steps", most=1)[0] == [
        "Switch it off.",
        "Wait ten seconds.",
        "Switch it on.",
    ]


def test_what_leads_in_is_replaced_by_what_it_leads_to_whatever_is_asked_for():
    scores = {"Who does what on Saturday:": 0.9, "Tess cooks for all of them.": 0.1}
    for intent in EVERY:
        shown, sure, _ = quoted(ROTA, scores, intent)
        assert shown == ["Pia cleans the kitchen", "Ruud cleans the attic", "Sam cleans the porch"]
        assert sure == [SURE] * 3


def test_beside_a_short_whole_stands_what_supports_it():
    text = (
        "## When is the pool open?\n\nFrom May to September.\n\n## Prices\n\nAdults pay 5 euros in summer.\n"
    )
    scores = {
        "When is the pool open?": 0.9,
        "Adults pay 5 euros in summer.": 0.6,
        "From May to September.": 0.5,
    }
    shown, sure, is_open = quoted(text, scores, "one")
    assert shown == ["From May to September.", "Adults pay 5 euros in summer."]
    assert (sure, is_open) == ([SURE, SURE - 1], False)
    assert quoted(text, scores, "one", most=1)[0] == ["From May to September."]


@pytest.mark.parametrize(
    ("scores", "is_list"),
    [
        ((0.8, 0.75, 0.7), True),  # log-odds 1.39 to .85
        ((0.8, 0.75, 0.66), False),  # to .66: the first stands out
        ((0.8, 0.75), False),
    ],
)
def test_items_of_which_none_stands_out_are_a_list_whatever_is_asked_for(
    scores: tuple[float, ...], is_list: bool
):
    items = ["Ruud cleans the attic", "Sam cleans the porch", "Pia cleans the kitchen"]
    shown, _, _ = quoted(ROTA, dict(zip(items, scores, strict=False)), "one")
    if is_list:
        assert shown == ["Pia cleans the kitchen", "Ruud cleans the attic", "Sam cleans the porch"]
    else:
        assert shown[0] == "Ruud cleans the attic"


def test_one_other_unit_among_the_best_does_not_stand_against_a_list():
    best = {"Ruud cleans the attic": 0.8, "Sam cleans the porch": 0.75, "Pia cleans the kitchen": 0.7}
    cook = "Tess cooks for all of them."
    assert len(quoted(ROTA, {**best, cook: 0.78}, "one")[0]) == 3
    assert quoted(ROTA, {**best, cook: 0.85}, "one")[0][0] == cook  # it is no item, and the best


@pytest.mark.parametrize(
    ("likely", "second", "shown"),
    [
        (0.6, 0.3, 1),  # log-odds 1.39 and -.85
        (0.6, 0.5, 3),
        (0.8, 0.3, 3),
    ],
)
def test_where_one_item_stands_out_several_have_to_be_asked_for_clearly(
    likely: float, second: float, shown: int
):
    units = units_of(ROTA)
    found = evidence_of(units, {"Ruud cleans the attic": 0.8, "Sam cleans the porch": second})
    words = words_of("which one does the attic")
    chosen = choose(found, "several", partial(around, units), words, alike, 1, likely=likely)
    assert len(chosen.evidence) == shown


def test_an_item_that_alone_is_spoken_of_is_no_list():
    scores = {"Ruud cleans the attic": 0.8, "Sam cleans the porch": 0.79, "Pia cleans the kitchen": 0.78}
    assert quoted(ROTA, scores, "one", asked="who cleans the attic")[0][0] == "Ruud cleans the attic"
    assert len(quoted(ROTA, scores, "one", asked="who cleans on saturday")[0]) == 3
    assert quoted(ROTA, scores, "one", asked="who cleans")[0][0] == "Pia cleans the kitchen"  # in their order


def test_a_whole_longer_than_quotes_for_one_thing_is_quoted_alone():
    scores = {"Who does what on Saturday:": 0.9, "Tess cooks for all of them.": 0.8}
    assert quoted(ROTA, scores, "one", most=3)[0][-1] == "Sam cleans the porch"
    assert len(quoted(ROTA, scores, "one", most=2)[0]) == 3
    assert len(quoted(ROTA, scores, "one", most=4)[0]) == 4


def test_parts_of_a_whole_keep_their_own_scores():
    units = units_of(ROTA)
    found = evidence_of(units, {"Ruud cleans the attic": 0.9, "Sam cleans the porch": 0.2})
    chosen = choose(found, "several", partial(around, units), words_of(""), alike, 3)
    assert [one.score for one in chosen.evidence] == [0.9, 0.9, 0.2]  # what was not scored, as the best


def ticket(name: str) -> str:
    """A row of PRICES as it is shown."""
    return f"ticket: {name} · price: { {'adult': 5, 'child': 2, 'dog': 1, 'season': 40}[name] }"


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("what are the prices", ["adult", "child", "dog", "season"]),  # words that no row has
        ("ticket price", ["adult", "child", "dog", "season"]),  # nor as names of columns
        ("prices for an adult and a child", ["adult", "child"]),
        ("dog and adult with a dog", ["adult", "dog"]),
        ("season 40 or dog", ["season"]),  # it has two of the words
    ],
)
def test_of_rows_those_are_quoted_that_the_question_speaks_of(asked: str, rows: list[str]):
    scores = {ticket("child"): 0.9, ticket("adult"): 0.2}
    shown, sure, is_open = quoted(PRICES, scores, "several", asked=asked)
    assert shown == [ticket(name) for name in rows]
    assert (sure, is_open) == ([SURE] * len(rows), False)


def test_rows_are_told_apart_by_the_words_that_weigh_most():
    rows = units_of(PRICES)
    assert [row.shown for row in mentioned(rows, words_of("dog child", dog=2.0))] == [ticket("dog")]
    assert mentioned(rows, words_of("", dog=2.0)) == rows
    assert mentioned([], words_of("dog")) == []


def test_a_row_is_asked_for_by_what_it_alone_says():
    scores = {ticket("child"): 0.9, ticket("dog"): 0.8, ticket("season"): 0.7}
    assert quoted(PRICES, scores, "one", asked="what does a dog cost")[0] == [ticket("dog")]
    assert quoted(PRICES, scores, "one", asked="season or dog")[0] == [ticket("dog"), ticket("season")]
    assert quoted(PRICES, scores, "one", asked="what does it cost")[0] == [
        ticket("child"),
        ticket("dog"),
        ticket("season"),
    ]


def test_words_of_what_rows_stand_under_tell_none_apart():
    rows = units_of(f"# Prices for a dog\n\n{PRICES}")
    rows = [row for row in rows if row.kind == "row"]
    assert mentioned(rows, words_of("price for a dog")) == rows


def test_words_that_all_rows_have_tell_none_apart():
    text = "| member | came |\n|---|---|\n| member Ann | yes |\n| member Ben | no |\n"
    rows = units_of(text)
    assert mentioned(rows, words_of("which member came yes")) == rows[:1]
    assert mentioned(rows, words_of("which member")) == rows


def test_items_belong_together_however_far_they_are():
    scores = {"Ruud cleans the attic": 0.99, "Pia cleans the kitchen": 0.001, "Sam cleans the porch": 0.001}
    assert len(quoted(ROTA, scores, "several")[0]) == 3


@pytest.mark.parametrize(
    ("item", "quoted_too"),
    [(0.67, True), (0.66, False)],  # 1.49 and 1.53 behind the log-odds of .9
)
def test_a_list_that_is_near_the_best_is_quoted_too(item: float, quoted_too: bool):
    scores = {"Tess cooks for all of them.": 0.9, "Ruud cleans the attic": item}
    shown, _, is_open = quoted(ROTA, scores, "several")
    assert ("Pia cleans the kitchen" in shown) == quoted_too
    assert is_open != quoted_too


def test_for_one_thing_only_the_best_is_looked_at():
    scores = {"Tess cooks for all of them.": 0.9, "Who does what on Saturday:": 0.89}
    shown, _, is_open = quoted(ROTA, scores, "one")
    assert (shown, is_open) == (["Tess cooks for all of them.", "Who does what on Saturday:"], False)


def test_what_fits_better_than_a_list_stands_before_it():
    scores = {"Tess cooks for all of them.": 0.9, "Ruud cleans the attic": 0.8}
    shown, sure, is_open = quoted(ROTA, scores, "several")
    assert shown == [
        "Tess cooks for all of them.",
        "Pia cleans the kitchen",
        "Ruud cleans the attic",
        "Sam cleans the porch",
    ]
    assert (sure, is_open) == ([SURE, SURE - 1, SURE - 1, SURE - 1], False)


MENU = """\
- Soups
  - onion
  - tomato
- Fish
  - trout
  - eel
- Bread
"""


def test_where_several_sub_lists_fit_the_list_above_them_is_quoted():
    assert quoted(MENU, {"onion": 0.9, "eel": 0.85}, "several")[0] == ["Soups", "Fish", "Bread"]
    assert quoted(MENU, {"onion": 0.9, "tomato": 0.85}, "several")[0] == ["onion", "tomato"]


def test_steps_are_those_of_the_whole_list_unless_a_part_of_it_is_asked_for():
    text = (
        "To print a poster:\n\n1. Prepare the file\n   - export it\n   - embed fonts\n2. Load the roll\n"
        "   - open the flap\n   - push\n3. Send it\n"
    )
    best = {"export it": 0.9, "embed fonts": 0.8}
    assert quoted(text, best, "steps", asked="how to print a poster")[0] == [
        "Prepare the file", "export it", "embed fonts", "Load the roll", "open the flap", "push", "Send it",
    ]  # fmt: skip
    assert quoted(text, best, "several", asked="how to print a poster")[0] == [
        "Prepare the file", "Load the roll", "Send it",
    ]  # fmt: skip
    for asked in ("how to prepare a file", "how to prepare a poster", "fonts of a poster", "how"):
        assert quoted(text, best, "steps", asked=asked)[0] == ["export it", "embed fonts"]


def test_what_the_best_stands_under_does_not_support_it():
    text = "The cat gets\n\n- The cat gets\n  - wet food at 7\n  - dry food\n- Plants get water\n"
    scores = {"wet food at 7": 0.9, "The cat gets": 0.8, "Plants get water": 0.7}
    assert quoted(text, scores, "one", asked="food")[0] == ["wet food at 7", "Plants get water"]


def test_steps_of_running_text_are_all_quoted_in_order():
    text = "Mix flour and water. Let the dough rest for an hour. Bake it at 220 degrees."
    scores = {"Bake it at 220 degrees.": 0.9, "Mix flour and water.": 0.1}
    shown, sure, is_open = quoted(text, scores, "steps")
    assert shown == ["Mix flour and water.", "Let the dough rest for an hour.", "Bake it at 220 degrees."]
    assert (sure, is_open) == ([SURE] * 3, False)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Number: K-99", ["Count the till", "Lock the door"]),
        ("1st step: Count", ["1st step: Count", "Phone: 12"]),
        ("Ask: Ring the bell.", ["Ask: Ring the bell.", "Phone: 12"]),
    ],
)
def test_values_are_no_steps_where_there_are_others(line: str, shown: list[str]):
    text = f"# Closing\n\n- Count the till\n- Lock the door\n\n## Help\n\n{line}\nPhone: 12\n"
    assert quoted(text, {line: 0.9, "Lock the door": 0.8, "Phone: 12": 0.7}, "steps")[0] == shown
    assert quoted(text, {line: 0.9, "Lock the door": 0.1}, "steps")[0] == [line, "Phone: 12"]


def test_running_text_leaves_open_what_else_there_is_where_several_things_are_asked_for():
    text = "Ann came by boat. Ben came on foot."
    scores = {"Ann came by boat.": 0.9, "Ben came on foot.": 0.8}
    assert quoted(text, scores, "several") == (list(scores), [SURE, SURE - 1], True)
    assert quoted(text, scores, "one")[2] is False


def test_a_heading_that_says_it_itself_is_quoted():
    text = "# Festival\n\n## Date: 14 June 2025\n\nTell the mayor.\n\n## Budget: 900 euros\n\nAsk Ann.\n"
    scores = {"Date: 14 June 2025": 0.9, "Tell the mayor.": 0.3, "Ask Ann.": 0.1}
    shown, _, _ = quoted(text, scores, "one")
    assert "Date: 14 June 2025" in shown


_kinds: list[Kind] = ["paragraph", "item", "row", "heading", "question"]


@given(
    st.lists(st.tuples(st.sampled_from(_kinds), st.floats(0, 1)), min_size=1, max_size=12),
    st.sampled_from(["one", "several", "steps"]),
    st.integers(1, 4),
)
def test_what_is_quoted_has_been_found_or_stands_around_it(
    drawn: list[tuple[Kind, float]], intent: Intent, most: int
):
    text = "".join(f"Word {number:02}. " for number in range(len(drawn)))
    passage = Passage(Document("a.txt", "A", text, ""), 0, len(text))
    units = [Unit(passage, n * 9, n * 9 + 8, kind) for n, (kind, _) in enumerate(drawn)]
    evidence = [Evidence(unit, ALL, score, SURE) for unit, (_, score) in zip(units, drawn, strict=True)]
    evidence.sort(key=lambda one: -one.score)
    chosen = choose(evidence, intent, partial(around, units), words_of("word 03"), alike, most).evidence
    assert chosen
    starts = [one.unit.start for one in chosen]
    assert len(set(starts)) == len(starts)
    assert set(starts) <= {unit.start for unit in units}
    assert all(one.log_odds == SURE for one in chosen)
