"""Units as models read them, and the way back to the document."""

import pytest

from index.documents import load
from index.records import Context, Document, Passage, Unit
from index.units.divide import divide
from index.units.woven import Woven, told

CLUB = """\
# Club

## Rooms

You can **rent** these rooms. They have:

- a kitchen
  - with an *oven*
  - with a sink
- a hall. It is large.

## Prices

| Room | Price |
|------|------:|
| Hall | 9 &euro; |
| Attic | |

## What does it cost?

Nine euros. Cash
only.
"""


def woven(text: str, source: str = "a.md") -> list[tuple[Woven, list[Unit]]]:
    [document] = load(source, text.encode())
    parts = divide(document, lambda part: len(part.split()), max_tokens=99, min_tokens=99)
    return [(Woven(units), units) for _, units in parts]


def test_units_stand_below_what_they_stand_under():
    assert [found.text for found, _ in woven(CLUB)] == [
        "Club › Rooms\n"
        "You can rent these rooms. They have:\n"
        "a kitchen\n"
        "with an oven\n"
        "with a sink\n"
        "a hall. It is large.",
        "Club › Prices\nRoom: Hall · Price: 9 €\nRoom: Attic",
        "What does it cost?\nNine euros. Cash\nonly.",
    ]


def test_what_leads_a_unit_in_is_told_once_and_not_if_it_is_a_unit_itself():
    [(whole, units)] = woven("# Club\n\nBring:\n\n- tea\n- cake\n  - sweet\n")
    assert whole.text == "Bring:\ntea\ncake\nsweet"
    assert Woven(units[1:]).text == "Club\nBring:\ntea\ncake\nsweet"
    assert Woven(units[3:]).text == "Club\nBring:\ncake\nsweet"
    assert Woven(units[1:2]).text == "Club\nBring:\ntea"


def test_what_speaks_for_itself_has_no_title_above_it():
    [(whole, _)] = woven("A long story\n\nThey met. They left.\n", "story.txt")
    assert whole.text.endswith("They met. They left.")
    [document] = load("a.txt", b"They met.\n\nThey left.")
    [(_, units)] = divide(document, len, max_tokens=99, min_tokens=99)
    assert Woven(units).text == "They met.\nThey left."


@pytest.mark.parametrize(
    ("context", "kind", "names"),
    [
        (Context(("f", "a", "Title")), "paragraph", ()),
        (Context(("f", "a", "Title"), ("H", "I")), "paragraph", ("Title", "H", "I")),
        (Context(("f", "a", "Title"), (), ("Bring:",)), "paragraph", ("Title", "Bring:")),
        (Context(("f", "a", "Title")), "item", ("Title",)),
        (Context(("f", "a", "Title")), "row", ("Title",)),
        (Context(("f", "a", "Title")), "record", ("Title",)),
        (Context(("f", "a", "Title")), "property", ("Title",)),
        (Context(("f", "a", "Title")), "turn", ("Title",)),
        (Context(("f", "a", "Title")), "code", ()),
        (Context(("a",), ("H",), ("L", "M")), "item", ("a", "H", "L", "M")),
        (Context((), ("H",)), "paragraph", ("H",)),
    ],
)
def test_names_that_models_read_before_a_unit(context, kind, names):
    passage = Passage(Document("a", "a", "x", ""), 0, 1)
    assert told(Unit(passage, 0, 1, kind, context)) == names


def test_each_unit_has_its_place():
    for found, units in woven(CLUB):
        for unit in units:
            start, end = found.place(unit)
            assert found.text[start:end] == unit.shown


def test_the_way_back_leads_to_the_document():
    rooms, prices, cost = woven(CLUB)

    def back(which: tuple[Woven, list[Unit]], words: str) -> str | None:
        found, units = which
        at = found.text.index(words)
        place = found.source(at, at + len(words))
        return None if place is None else units[0].passage.document.text[slice(*place)]

    assert back(rooms, "rent these") == "rent** these"
    assert back(rooms, "with an oven") == "with an *oven"
    assert back(rooms, "They have:\na kit") == "They have:\n\n- a kit"
    assert back(prices, "Hall") == "Hall"
    assert back(prices, "Room: Hall") == "Hall"
    assert back(prices, "Room: Hall · Price: 9") == "Hall | 9"
    assert back(prices, "Price: ") is None
    assert back(rooms, "Club › Rooms\n") is None
    assert back(cost, "Cash\nonly") == "Cash\nonly"
    assert rooms[0].source(0, 0) is None
    assert rooms[0].source(0, len(rooms[0].text)) == (rooms[1][0].start, rooms[1][-1].end)


def test_what_stands_for_markup_has_no_place_of_its_own():
    [_, (found, units), _] = woven(CLUB)
    at = found.text.index("€")
    assert found.source(at, at + 1) is None
    assert found.source(at - 2, at + 1) == (CLUB.index("9 &euro;"), CLUB.index("9 &euro;") + 2)
    assert units[0].shown.endswith("€")


def test_what_stands_in_the_document_is_found_in_the_text():
    [_, (prices, _), *_] = woven(CLUB)
    source = CLUB.index("9 &euro;")
    start, end = prices.at(source, source + 1) or (0, 0)
    assert prices.text[start:end] == "9"
    assert prices.source(start, end) == (source, source + 1)
    assert prices.at(CLUB.index("Nine euros"), CLUB.index("Cash")) is None


def test_models_read_no_characters_without_a_shape():
    [(found, units)] = woven("The li\u200bbrary is open\u00ad.\n")
    assert found.text == "The library is open."
    document = units[0].passage.document.text
    start, end = found.source(4, 11) or (0, 0)
    assert document[start:end] == "li\u200bbrary"
    assert found.at(start, end) == (4, 11)
