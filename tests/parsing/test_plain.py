"""Plain text: what its lines tell of how it is built."""

import pytest

from index.parsing.base import Parsed
from index.parsing.plain import parse
from index.records import Document
from index.units.shown import Shower
from tests.parsing.outlined import outlined


def read(text: str) -> Parsed:
    return parse(text.encode(), "a.txt")


def lines(text: str) -> list[str]:
    return outlined(read(text))


def shown(text: str) -> list[str]:
    """What is shown of each block that holds words."""
    parsed = read(text)
    shower = Shower(Document("a", "a", parsed.text, "", parsed.layout))
    holders = {block.parent for block in parsed.layout.blocks}
    return [
        shower.shown(block.start, block.end)
        for number, block in enumerate(parsed.layout.blocks)
        if number not in holders
    ]


# ------------------------------------------------------------------------------------ paragraphs


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("One is.\nStill one.\n\nTwo.", None),
        ("One.\r\n\r\nTwo.\r\n \t\r\n\r\nThree.\r\n", [0, 8, 20]),
        ("One.\r\rTwo.", [0, 6]),
        ("One.\n  \nTwo.", [0, 8]),
        ("One.\n\u00a0\n  Two.", [0, 9]),
        ("\n\nOne.\n\n\n\n", [2]),
        ("\nOne.", [1]),
        ("  One.  ", [2]),
        (" \n ", []),
        ("", []),
    ],
)
def test_paragraphs_are_divided_by_empty_lines(text, starts):
    found = [block.start for block in read(text).layout.blocks if block.parent == -1]
    assert found == ([0, 20] if starts is None else starts)


WRAPPED = """\
The quick brown fox jumps over the lazy dog and then it goes
on to the next line because the first one was full, as it
happens in texts that are wrapped."""
SENTENCES = """\
The club met. It was a long evening and people talked a lot.
Nobody left before midnight. They all agreed on the plan for
the next year. Then they went home."""


@pytest.mark.parametrize("text", [WRAPPED, SENTENCES, WRAPPED.replace("\n", "\r\n"), "Old Mac\rline two"])
def test_wrapped_lines_are_one_paragraph(text):
    assert lines(text) == [f"paragraph: {text}"]
    assert lines(f"{text}\n\n{text}\n") == [f"paragraph: {text}"] * 2


def test_rules_are_nothing():
    assert lines("----\n\nWe met.\n\n****\n\n~~~~ ~~~~\n______\n\nWe left.\n") == [
        "paragraph: We met.",
        "paragraph: We left.",
    ]


# ------------------------------------------------------------------------------------ headings


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Onion soup\n\nSlice six onions.", "Onion soup"),
        ("\n\r\n  Onion soup \r\n\r\nSlice.", "Onion soup"),
        ("Report\n======\n\nText.", "Report"),
        ("# Report #\nText.", "Report"),
        ("ONION SOUP\n\nSlice.", "ONION SOUP"),
        ("1. Scope\n\nWhat it covers.", "1. Scope"),
        ("Prices:\nTea 2.50\nCake 3.20", "Prices"),
        ("Where I went last summer and what I saw there on the way home, a report\n\nText.",
         "Where I went last summer and what I saw there on the way home, a report"),
        ("Dear Miriam,\n\nthe ferry leaves.", ""),
        ("We met on Tuesday.\n\nNobody came.", ""),
        ("we met\n\nNobody came.", ""),
        ("Only a line", ""),
        ("One line\nand another", ""),
        ("x" * 121 + "\n\nText.", ""),
        ("- item\n\nText.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_first_line_that_stands_alone_is_the_title(text, title):
    assert read(text).title == title


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("Part one\n========", 1),
        ("Part one\n--------", 2),
        ("Part one\n~~~~~~~~", 2),
        ("PART ONE", 2),
        ("# Part one", 1),
        ("### Part one", 3),
        ("1. Part one", 2),
        ("2) Part one", 2),
        ("3 Part one", 2),
        ("1.2 Part one", 3),
        ("1.2.3. Part one", 4),
        ("Part one", 4),
        ("Über uns", 4),
        ("第一章", 4),
        ("Opening hours:", 5),
    ],
)
def test_lines_that_stand_alone_are_headings(heading, level):
    found = lines(f"The club met on Tuesday.\n\n{heading}\n\nIt was a long evening.\n")
    assert found == [
        "paragraph: The club met on Tuesday.",
        f"heading{level}: {heading.splitlines()[0]}",
        "paragraph: It was a long evening.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "It was late.",
        "it was late",
        "Who came?",
        "Alice, Bob,",
        "Phone: 4401",
        "A line of more than a dozen words is no heading but a sentence without its end",
        "...",
        "We decided to do the following in the year that comes:",
    ],
)
def test_other_lines_are_none(line):
    found = [block.kind for block in read(f"The club met on Tuesday.\n\n{line}\n\nIt ended.\n").layout.blocks]
    assert "heading" not in found


def test_the_marks_of_a_heading_are_not_shown():
    assert shown("# Marked\nText below it.\n## Second\nMore.") == [
        "Marked",
        "Text below it.",
        "Second",
        "More.",
    ]


def test_a_line_with_nothing_below_it_is_no_heading():
    assert lines("The club met on Tuesday.\n\nThe end")[-1] == "paragraph: The end"


def test_of_many_short_lines_in_a_row_only_the_last_is_a_heading():
    text = "The club met on Tuesday.\n\nAlice\n\nBob\n\nCarol\n\nDora\n\nThey were all there on that day.\n"
    assert lines(text) == [
        "paragraph: The club met on Tuesday.",
        "paragraph: Alice",
        "paragraph: Bob",
        "paragraph: Carol",
        "heading4: Dora",
        "paragraph: They were all there on that day.",
    ]


# ------------------------------------------------------------------------------------ lists


def test_bullets_nest_by_their_indents():
    text = "Rooms\n\n- Hall\n- Kitchen\n  * with an oven\n  * with a sink\n    + deep\n\t• shared\n- Attic\n"
    assert lines(text) == [
        "heading1: Rooms",
        "list",
        "  item",
        "    paragraph: Hall",
        "  item",
        "    paragraph: Kitchen",
        "    list",
        "      item",
        "        paragraph: with an oven",
        "      item",
        "        paragraph: with a sink",
        "        list",
        "          item",
        "            paragraph: deep",
        "            list",
        "              item",
        "                paragraph: shared",
        "  item",
        "    paragraph: Attic",
    ]
    assert shown(text)[1:] == ["Hall", "Kitchen", "with an oven", "with a sink", "deep", "shared", "Attic"]


@pytest.mark.parametrize(
    "mark", ["-", "*", "+", "•", "‣", "◦", "▪", "·", "–", "—", "1.", "1)", "(1)", "a)", "(b)", "iv)"]
)
def test_every_bullet_is_one(mark):
    text = f"We need:\n{mark} bread\n{mark} butter\n"
    assert lines(text) == [
        "paragraph: We need:",
        "list",
        "  item",
        "    paragraph: bread",
        "  item",
        "    paragraph: butter",
    ]
    assert shown(text) == ["We need:", "bread", "butter"]


def test_marks_of_tasks_are_not_shown_but_what_is_done_is():
    text = "To do:\n- [ ] call her\n- [x] pay\n  the bill\n1) [X] run\n- [x]\n"
    assert shown(text)[1:] == ["call her", "✓ pay\n  the bill", "✓ run", "[x]"]


def test_numbers_and_letters_nest_and_items_go_on():
    text = "1. First\n2. Second\n   goes on\n   a) sub\n   b) sub two\n\n      More.\n"
    text += "3. Third.\n\n   Also.\n\nAfter.\n"
    assert lines(text) == [
        "list",
        "  item",
        "    paragraph: First",
        "  item",
        "    paragraph: Second\n   goes on",
        "    list",
        "      item",
        "        paragraph: sub",
        "      item",
        "        paragraph: sub two",
        "        paragraph: More.",
        "  item",
        "    paragraph: Third.",
        "    paragraph: Also.",
        "paragraph: After.",
    ]


@pytest.mark.parametrize(
    "text",
    ["5. not a list but a line\nthat was wrapped there", "a-b c", "-5 degrees", "1984 was", "3.5 m"],
)
def test_what_only_looks_like_a_bullet_is_none(text):
    assert "item" not in [block.kind for block in read(text).layout.blocks]


# ------------------------------------------------------------------------------------ questions


@pytest.mark.parametrize(
    "labels",
    [("Q: ", "A: "), ("Q. ", "A. "), ("Question 1: ", "Answer: "), ("Frage: ", "Antwort: "), ("Q1: ", "A1: "),
     ("Вопрос: ", "Ответ: "), ("问：", "答：")],
)  # fmt: skip
def test_questions_and_answers_with_labels(labels):
    ask, answer = labels
    text = f"{ask}What does it cost?\n{answer}Nine euros.\n\n{ask}When is it?\n{answer}From nine\nto five.\n"
    assert lines(text) == [
        "question: What does it cost?",
        "answer: Nine euros.",
        "question: When is it?",
        "answer: From nine\nto five.",
    ]
    hidden = [text[one.start : one.end] for one in read(text).layout.markup]
    assert hidden == [ask, answer] * 2


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_questions_without_labels(gap):
    text = f"What does it cost?{gap}Nine euros.\n\nWhen is it open?{gap}From nine to five.\n"
    assert lines(text) == [
        "question: What does it cost?",
        "answer: Nine euros.",
        "question: When is it open?",
        "answer: From nine to five.",
    ]


def test_a_heading_ends_the_answers():
    text = "What does it cost?\n\nNine euros.\n\nCash only.\n\nROOMS\n\nThe hall is large.\n"
    assert lines(text) == [
        "question: What does it cost?",
        "answer: Nine euros.",
        "answer: Cash only.",
        "heading2: ROOMS",
        "paragraph: The hall is large.",
    ]


@pytest.mark.parametrize("text", ["Why?\n\nSo.", "He asked: who was it? Nobody knew.\n\nSo."])
def test_other_questions_are_none(text):
    assert "question" not in [block.kind for block in read(text).layout.blocks]


# ------------------------------------------------------------------------------------ names right above


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours\nWe are open from nine to five and ring the bell.",
        "§ 4 Pets\nPets other than small animals need written consent.",
        "Opening hours\nWe are open from nine to five, and on the first Saturday\nof each month until one.",
    ],
)
def test_a_heading_may_stand_right_above_its_text(text):
    first, rest = text.split("\n", 1)
    assert lines(f"{text}\n\nWe met.") == [f"heading1: {first}", f"paragraph: {rest}", "paragraph: We met."]
    assert read(text).title == first


def test_of_several_headings_right_above_their_texts_none_is_the_title():
    body = "We are open from nine to five and ring the bell."
    parsed = read(f"Hours\n{body}\n\nPrices\n{body}\n")
    assert outlined(parsed) == [
        "heading4: Hours",
        f"paragraph: {body}",
        "heading4: Prices",
        f"paragraph: {body}",
    ]
    assert parsed.title == ""


def test_numbered_headings_stand_right_above_their_texts_and_parts():
    text = "House rules\n\n1 Visitors\n1.1 They sign in.\n1.2 They wear badges.\n\n4 Contact\nAsk Ann.\n"
    assert lines(text) == [
        "heading1: House rules",
        "heading2: 1 Visitors",
        "list", "  record: 1.1 They sign in.", "  record: 1.2 They wear badges.",
        "heading2: 4 Contact",
        "paragraph: Ask Ann.",
    ]  # fmt: skip


def test_the_first_of_several_named_lists_is_no_title():
    parsed = read("OPENING\n\n1) Lights.\n2) Chairs.\n\nCLOSING\n\n1) Chairs.\n2) Alarm.\n")
    assert (parsed.title, outlined(parsed)[0]) == ("", "heading2: OPENING")
    assert read("OPENING\n\nWe open.\n\nCLOSING\n\n1) Chairs.\n2) Alarm.\n").title == "OPENING"
    assert read("OPENING\n\n1) Lights.\n2) Chairs.\n").title == "OPENING"


def test_a_name_above_lines_in_lower_case_is_their_caption():
    assert lines("We pack.\n\nFirst aid\nplasters\ntick remover, two\n\nNight\ntorch\nbatteries for it") == [
        "paragraph: We pack.",
        "list", "  caption: First aid", "  record: plasters", "  record: tick remover, two",
        "list", "  caption: Night", "  record: torch", "  record: batteries for it",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "We met at the hall of the club in May\nBen came late, and left with all of us.",  # wrapped
        "Opening hours\nof the hall are nine to five, and those of the pool.",
        "Opening hours\nWe open.",
        "Opening hours\nWe are open from nine to five and ring the bell",
        "He said yes.\nWe are open from nine to five and ring the bell.",
        "Phone: 12\nWe are open from nine to five and ring the bell.",
    ],
)
def test_other_first_lines_are_no_headings(text):
    assert "heading" not in "".join(lines(text))


def test_names_right_above_items_are_headings():
    assert lines("We met.\n\nFruit\n- apples\n- pears\nVegetables\n- leek\n  Not Kale\n- peas\n") == [
        "paragraph: We met.",
        "heading4: Fruit",
        "list", "  item", "    paragraph: apples", "  item", "    paragraph: pears",
        "heading4: Vegetables",
        "list", "  item", "    paragraph: leek\n  Not Kale", "  item", "    paragraph: peas",
    ]  # fmt: skip


def test_of_several_named_lists_of_lines_none_names_the_file():
    menu = "SOUPS\nTomato - 4.50\nGoulash - 6.20\n\n"
    assert read(menu).title == "SOUPS"
    assert read(f"{menu}MAINS\nTrout - 14.90\nTripe - 9.80\n").title == ""


def test_a_line_of_marks_right_below_a_first_line_makes_it_a_heading():
    text = "Kiln\n----\nAt most 1,240 degrees.\nSix pounds a firing.\n\nWood lathe\n~~~~~~~~~~\nNo gloves."
    assert [line for line in lines(text) if line.startswith("heading")] == [
        "heading2: Kiln",
        "heading2: Wood lathe",
    ]
    assert "paragraph: No gloves." in lines(text)


@pytest.mark.parametrize(
    "text",
    [
        "Months    Sat     Sun\n---------------------\nMay       8-12    closed\nJune      9-13    9-11\n",
        "We met on Monday.\n-----------------\nWe met again.",
        "A line of many more words than are underlined here\n---\nText.",
    ],
)
def test_other_lines_above_marks_are_no_headings(text):
    assert not any(line.startswith("heading") for line in lines(text))


@pytest.mark.parametrize(
    ("line", "name"),
    [("== Leaving ==", "Leaving"), ("*** NEWS ***", "NEWS"), ("--- how to pay ---", "how to pay")],
)
def test_marks_on_both_sides_make_a_heading_and_are_not_shown(line, name):
    text = f"We are open.\n\n{line}\nPost the key through the door.\n"
    assert shown(text) == ["We are open.", name, "Post the key through the door."]
    assert [block.kind for block in read(text).layout.blocks] == ["paragraph", "heading", "paragraph"]


def test_a_title_in_capitals_may_have_a_second_line():
    rules = "WITHYBROOK TENNIS CLUB\nRules as adopted in 2019\n\n1. Name\nThe club is called so.\n"
    assert read(rules).title == "WITHYBROOK TENNIS CLUB Rules as adopted in 2019"
    assert lines(rules)[0] == "heading1: WITHYBROOK TENNIS CLUB\nRules as adopted in 2019"
    boxed = "=========\n THE CLUB\n machine by machine, as it is.\n=========\n\nText that says it."
    assert read(boxed).title == "THE CLUB"


def test_a_numbered_name_above_its_numbered_parts_is_a_heading():
    text = "2. Fees\n   2.1 Adults pay 140.\n   2.2 Juniors pay 45.\n\n3. Courts\n   3.1 Play ends at 9.\n"
    assert [line for line in lines(text) if "heading" in line] == [
        "heading2: 2. Fees",
        "heading2: 3. Courts",
    ]


def test_where_several_paragraphs_begin_with_a_day_it_names_what_is_below():
    diary = "Mon 7 July\njob 11 invites, signed\njob 12 menus\n\nTue 8 July\njob 13 magazine, 36 pp\n"
    assert lines(diary) == [
        "heading4: Mon 7 July",
        "list",
        "  record: job 11 invites, signed",
        "  record: job 12 menus",
        "heading4: Tue 8 July",
        "paragraph: job 13 magazine, 36 pp",
    ]
    onions = "2 onions\n1 carrot\n\n3 eggs\n250 g flour\n"
    assert not any("heading" in line for line in lines(onions))


@pytest.mark.parametrize(
    "notes",
    [
        "dog is friendly but bolts, keep gate shut\nneighbour at the back is fine about the rope going over",
        "job 5516 loyalty cards, 500, rounded\njob 5511 the bride changed the font, £85\nblade is away",
        "fell the ash in sections, leave the stump\nThe holly only off the gutter",
    ],
)
def test_notes_without_capitals_and_full_stops_are_records(notes):
    assert lines(notes) == ["list", *(f"  record: {line}" for line in notes.splitlines())]
    assert lines(f"NOTES\n{notes.casefold()}")[:2] == ["list", "  caption: NOTES"]


def test_a_story_asks_no_questions():
    text = 'He took the clock.\n\n"By accident?"\n\nShe considered.\n'
    assert [block.kind for block in read(text).layout.blocks] == ["paragraph"] * 3


# ------------------------------------------------------------------------------------ conversations


def test_who_talks_takes_turns():
    assert lines("Anna: Hello there.\nBen: Hi Anna.\nAnna: When do we meet?\nBen: At nine.\nBring tea.") == [
        "turn: Anna: Hello there.",
        "turn: Ben: Hi Anna.",
        "turn: Anna: When do we meet?",
        "turn: Ben: At nine.\nBring tea.",
    ]


@pytest.mark.parametrize("before", ["[10:01] ", "10:01 ", "[2024-05-03 10:01] "])
def test_a_time_may_stand_before_who_talks(before):
    text = "\n".join(
        f"{before}{line}" for line in ("Anna: Hi.", "Ben Ott: Ho.", "Anna: Who?", "Ben Ott: You.")
    )
    assert lines(text) == [f"turn: {line}" for line in text.splitlines()]


def test_turns_may_stand_alone():
    text = "Anna: Hi.\n\nBen: Ho.\n\nAnna: Who?\n\nBen: You.\n"
    assert lines(text) == ["turn: Anna: Hi.", "turn: Ben: Ho.", "turn: Anna: Who?", "turn: Ben: You."]


@pytest.mark.parametrize(
    "text", ["Anna: Hi.\nBen: Ho.", "Tea: 2\nCake: 3\nSoup: 4\nBread: 5", "Q: a?\nA: b.\nQ: c?\nA: d."]
)
def test_without_two_who_take_turns_it_is_no_conversation(text):
    assert "turn" not in [block.kind for block in read(text).layout.blocks]


def test_what_stands_before_the_first_turn_is_none():
    chat = "[3/9, 17:31] Messages are encrypted.\n[3/9, 17:33] Ann: Hi\n[3/9, 17:40] Ben: Yes\n"
    chat += "[3/9, 17:41] Ann: Who drives?\n[3/9, 17:50] Ben: I can"
    assert [block.kind for block in read(chat).layout.blocks] == ["paragraph", "turn", "turn", "turn", "turn"]


# ------------------------------------------------------------------------------------ records and columns


PRESSES = """\
name: Big Bertha
year: 1996
max stock: 600 gsm
oil: grade 68

name: The Terrier
year: 1911
rollers: new in 2022
oil: grade 32, every hole
"""


def test_keys_and_values_in_lower_case_are_records_and_no_talk_and_the_first_names_them():
    assert lines(PRESSES) == [
        "list",
        "  caption: name: Big Bertha",
        "  record: year: 1996",
        "  record: max stock: 600 gsm",
        "  record: oil: grade 68",
        "list",
        "  caption: name: The Terrier",
        "  record: year: 1911",
        "  record: rollers: new in 2022",
        "  record: oil: grade 32, every hole",
    ]
    once = PRESSES.split("\n\n", maxsplit=1)[0]
    assert lines(once) == ["list", *(f"  record: {line}" for line in once.splitlines())]


def test_a_row_may_have_more_than_the_others():
    shelf = "shelf 1   Ivory 100 gsm   1,250\nshelf 1   Ivory 120 gsm   400\nshelf 2   White 150 gsm   850\n"
    shelf += "shelf 4   Cotton 600 gsm   75   hands off\n"
    assert lines(shelf)[-1] == "  row: shelf 4 | Cotton 600 gsm | 75   hands off"


@pytest.mark.parametrize(
    "text",
    [
        "Coffee 2.50\nTea 2.00\nCake 3.20",
        "Phone: 4401\nRoom: 12\nMail: a@b.c",
        "10 Downing Street\nLondon\nSW1A 2AA",
        "2024-05-03 We met.\n2024-05-10 We met again and talked about many things.\n2024-05-17 End.",
        "Anna – head of the club – room 12\nBen – treasurer – room 14\nCem – minutes – no room at all",
        "Smith, John, 1977\nMiller, Anna, 1981\nOtt, Ben, 1990",
        "Bring tea.\nBring cake.\nCome early.",
    ],
)
def test_lines_that_stand_for_themselves_are_records(text):
    assert lines(text) == ["list", *(f"  record: {line}" for line in text.splitlines())]


@pytest.mark.parametrize("caption", ["Prices:", "These are the prices of the year:", "OPENING HOURS"])
def test_a_first_line_names_the_records_below_it(caption):
    text = f"We met on Tuesday.\n\n{caption}\nMonday – 9 to 5\nTuesday – 9 to 6\n"
    assert lines(text) == [
        "paragraph: We met on Tuesday.",
        "list",
        f"  caption: {caption}",
        "  record: Monday – 9 to 5",
        "  record: Tuesday – 9 to 6",
    ]


def test_columns_make_a_table_with_an_empty_cell_where_one_is_missing():
    text = "Name      Phone   Room\nAnna      4401    12\nBen       4402    13\nCem               14\n"
    assert lines(text) == [
        "table",
        "  head: Name | Phone | Room",
        "  row: Anna | 4401 | 12",
        "  row: Ben | 4402 | 13",
        "  row: Cem |  | 14",
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Name\tAge\nAnna\t44\nBen\t45", ["head: Name | Age", "row: Anna | 44", "row: Ben | 45"]),
        ("Anna\t4401\nBen\t4402", ["row: Anna | 4401", "row: Ben | 4402"]),
        ("Anna   tall\nBen    big\nCem    old", ["row: Anna | tall", "row: Ben | big", "row: Cem | old"]),
        ("Anna  4401\r\nBen  4402\r\n", ["row: Anna | 4401", "row: Ben | 4402"]),
    ],
)
def test_other_tables(text, rows):
    assert lines(text) == ["table", *(f"  {row}" for row in rows)]


def test_a_line_above_columns_names_them():
    assert lines("Line 7 from the market\n06:12  Hill Road\n06:42  Airport\n07:12  Airport") == [
        "table",
        "  caption: Line 7 from the market",
        "  row: 06:12 | Hill Road",
        "  row: 06:42 | Airport",
        "  row: 07:12 | Airport",
    ]


def test_keys_and_values_with_wide_gaps_are_entries():
    assert lines("Phone:\t4401\nCustomer no.:\tK-99\n") == [
        "list",
        "  record: Phone:\t4401",
        "  record: Customer no.:\tK-99",
    ]


def test_one_wide_gap_is_no_table():
    assert lines("Anna   came with us to the hall of the club.") == [
        "paragraph: Anna   came with us to the hall of the club."
    ]


# ------------------------------------------------------------------------------------ mails


def test_the_header_of_a_mail_holds_properties():
    text = "From: Anna <a@b.c>\nTo: ben@b.c\nSubject: The ferry\nDate: Mon, 3 May 2024\n\nDear Ben,\n\nhi."
    parsed = read(text)
    assert outlined(parsed) == [
        "property: From: Anna <a@b.c>",
        "property: To: ben@b.c",
        "property: Subject: The ferry",
        "property: Date: Mon, 3 May 2024",
        "paragraph: Dear Ben,",
        "paragraph: hi.",
    ]
    assert parsed.title == "The ferry"
    assert parsed.properties == {
        "from": "Anna <a@b.c>",
        "to": "ben@b.c",
        "subject": "The ferry",
        "date": "Mon, 3 May 2024",
    }


def test_a_mail_needs_two_of_its_entries():
    parsed = read("From: Anna\nRoom: 12\n\nText.")
    assert (parsed.properties, "property" in [block.kind for block in parsed.layout.blocks]) == ({}, False)


def test_what_follows_the_header_without_a_gap_is_text():
    assert lines("From: Anna\nTo: Ben\nIt leaves at nine.") == [
        "property: From: Anna",
        "property: To: Ben",
        "paragraph: It leaves at nine.",
    ]


def test_a_field_of_a_head_that_says_nothing_is_no_property():
    assert read("From: Anna\nSubject:\nDate: 3 May\n\nHello.").properties == {"from": "Anna", "date": "3 May"}


RULES = """\
Keys
Ada keeps the keys of the boat house and of the shed behind it.

Boats
They are stored upside down on the racks, never on the grass.

Guests
Guests pay.
"""


def test_a_line_above_a_short_sentence_is_a_heading_where_the_text_has_such_headings():
    headings = ["heading4: Keys", "heading4: Boats", "heading4: Guests"]
    assert [line for line in lines(RULES) if line.startswith("heading")] == headings
    alone = "Emil called at nine\nHe wants the boat back.\n\nRosa wrote\nShe is ill.\n"
    assert not any(line.startswith("heading") for line in lines(alone))


# ------------------------------------------------------------------------------------ as offices write


def kinds(text: str) -> list[str]:
    return [block.kind for block in read(text).layout.blocks]


def test_counted_parts_and_names_in_capitals_stand_above_whatever_is_below_them():
    minutes = (
        "TOP 4  Entlastung\nDer Vorstand wird entlastet.\n\nTOP 5  Beitrag\nAntrag: 21 Euro\n   Dafür 29\n"
    )
    assert [line for line in lines(minutes) if "heading" in line] == [
        "heading4: TOP 4  Entlastung",
        "heading4: TOP 5  Beitrag",
    ]
    council = "Present: all of us.\n\nITEM 2: THE BENCH\nThe bench has been repaired by Mr Yeo.\n"
    assert lines(council)[1:] == [
        "heading2: ITEM 2: THE BENCH",
        "paragraph: The bench has been repaired by Mr Yeo.",
    ]
    address = "MR D HALLORAN\n9 QUAY TERRACE\nPORTLAW\n\nDear Sir, this is it."
    assert "heading" not in kinds(address)


def test_further_lines_of_an_entry_are_indented():
    errors = "E1   sensor broken. Call Wanda.\nE3   too slow, and stops\n     by itself.\nE4   power cut.\n"
    assert lines(errors) == [
        "list",
        "  record: E1   sensor broken. Call Wanda.",
        "  record: E3   too slow, and stops\n     by itself.",
        "  record: E4   power cut.",
    ]
    aligned = "120 x plates\n 96 x bowls\n  4 x pans\n"
    assert kinds(aligned) == ["list", "record", "record", "record"]
    book = (
        "It was a long evening and people talked a lot about\nwhat had been, and went home.\n"
        "   Nobody knew then what the next morning would bring to\nall of them, and nobody asked."
    )
    assert kinds(book) == ["paragraph"]


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("Kitchen\n140 x plates\n6 x pans", "Kitchen"),
        ("PRICES\nAdult, a swim ........ 6.40\nChild ........ 3.20", "PRICES"),
    ],
)
def test_quantities_and_dotted_leaders_are_entries(text, caption):
    first, *rest = text.splitlines()
    assert lines(f"We met.\n\n{text}\n\nEnd of it.")[1:-1] == [
        "list",
        f"  caption: {caption}",
        *(f"  record: {line}" for line in rest),
    ]
    assert first == caption


def test_tasks_need_no_bullets():
    assert shown("[x] book the hut\n[ ] water the plants\n") == ["✓ book the hut", "water the plants"]


def test_versions_are_names_of_lists():
    text = "4.2.1 (2024-02-19)\n * one\n * two\n\n4.2 (2024-02-02)\n * three\n"
    assert [line for line in lines(text) if "heading" in line or "caption" in line] == []
    assert "paragraph: 4.2.1 (2024-02-19)" in lines(text)  # which leads its items in
    assert not any("heading" in line for line in lines("12.50\n\nThat is the price."))


def test_a_chat_may_have_days_before_its_times():
    chat = "\n".join(f"21.05.24, 18:0{n} - {who}: yes" for n, who in enumerate(("Mona", "Fabian B.") * 2))
    assert kinds(chat) == ["turn"] * 4


def test_marks_of_quoted_mail_and_of_boxes_are_not_shown():
    mail = "Fine.\n\n> they have come back to me with a price that is less\n> than last year.\n>\n> Stewart\n"
    assert shown(mail) == [
        "Fine.",
        "they have come back to me with a price that is less\nthan last year.",
        "Stewart",
    ]
    box = "Read this.\n\n  ****************\n  *  WARNING!    *\n  *  It is hot.  *\n  ****************\n"
    assert shown(box) == ["Read this.", "WARNING!", "It is hot."]
