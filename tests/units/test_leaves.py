"""What the parts of a document stand under."""

import time

import pytest

from index.documents import load
from index.records import Block, Context, Document, Layout
from index.units.leaves import Leaf, leaves
from index.units.shown import Shower


def leaves_of(text: str, source: str = "a.txt") -> list[Leaf]:
    [document] = load(source, text.encode())
    return list(leaves(document, Shower(document)))


def leads(text: str, source: str = "a.txt") -> list[tuple[str, tuple[str, ...]]]:
    """The first words of each leaf, with what leads it in."""
    [document] = load(source, text.encode())
    shower = Shower(document)
    return [(shower.shown(leaf.start, leaf.end), leaf.context.leads) for leaf in leaves(document, shower)]


# ------------------------------------------------------------------------------------ names and headings


@pytest.mark.parametrize(
    ("source", "text", "names"),
    [
        ("a.txt", "It rains.", ("a",)),
        ("my_first-file.txt", "It rains.", ("my first file",)),
        ("rules/house_rules.txt", "It rains.", ("rules", "house rules")),
        ("a/b_c/d-e/f.txt", "It rains.", ("a", "b c", "d e", "f")),
        ("soup.txt", "Onion soup\n\nSlice six.", ("soup", "Onion soup")),
        ("onion_soup.txt", "Onion soup\n\nSlice six.", ("onion soup",)),
        ("ONION-soup.txt", "Onion soup!\n\nSlice six.", ("ONION soup",)),
        ("2024-05-03.txt", "Onion soup\n\nSlice six.", ("2024-05-03, 3 May 2024", "Onion soup")),
        ("2024-05-03_no.txt", "Onion soup\n\nSlice six.", ("2024-05-03 no, 3 May 2024", "Onion soup")),
        ("3.5.2024/a.txt", "It rains.", ("3.5.2024, 3 May 2024", "a")),
        ("a.b.txt", "It rains.", ("a.b",)),
    ],
)
def test_files_and_folders_and_titles_are_names(source, text, names):
    assert {leaf.context.document for leaf in leaves_of(text, source)} == {names}


def test_headings_stand_outermost_first_and_without_the_title():
    text = "# Club\n\nA.\n\n## Rooms\n\nB.\n\n### Hall\n\nC.\n\n## Prices\n\nD.\n"
    assert [(leaf.kind, leaf.context.headings, leaf.section) for leaf in leaves_of(text, "a.md")] == [
        ("heading", (), 1),
        ("paragraph", (), 1),
        ("heading", (), 2),
        ("paragraph", ("Rooms",), 2),
        ("heading", ("Rooms",), 3),
        ("paragraph", ("Rooms", "Hall"), 3),
        ("heading", (), 4),
        ("paragraph", ("Prices",), 4),
    ]


def test_headings_are_shown_without_markup_and_cut_where_they_are_long():
    long = "word " * 40
    text = f"# A\n\n## The *big* `plan` {{#x}}\n\nB.\n\n## {long}\n\nC.\n"
    shown = [leaf.context.headings for leaf in leaves_of(text, "a.md") if leaf.kind == "paragraph"]
    assert shown == [("The big plan",), (("word " * 31 + "word…"),)]
    assert len(shown[1][0]) == 160


# ------------------------------------------------------------------------------------ leads


def test_items_stand_under_the_sentence_before_their_list_and_sub_items_under_their_item():
    text = "We met. The rooms have:\n\n- a kitchen\n  - an oven\n    - hot\n  - a sink\n- a hall\n"
    for source in ("a.md", "a.txt"):
        assert leads(text, source)[1:] == [
            ("a kitchen", ("The rooms have:",)),
            ("an oven", ("The rooms have:", "a kitchen")),
            ("hot", ("The rooms have:", "a kitchen", "an oven")),
            ("a sink", ("The rooms have:", "a kitchen")),
            ("a hall", ("The rooms have:",)),
        ]


def test_what_does_not_lead_in_is_no_lead():
    assert leads("We met.\n\n- one", "a.md")[1:] == [("one", ())]
    assert leads("Bring:\n\nText between.\n\n- one", "a.md")[2:] == [("one", ())]
    assert leads("- one:\n\n1. two", "a.md")[1:] == [("two", ())]
    assert leads("# Bring:\n\n- one", "a.md")[1:] == [("one", ())]


def test_tables_and_quotations_are_led_in_too():
    assert leads("The prices:\n\n|h|\n|-|\n|c|\n", "a.md")[1:] == [("c", ("The prices:",))]
    assert leads("She said:\n\n> No.\n", "a.md")[1:] == [("No.", ("She said:",))]
    assert leads("She said:\n\n> Two:\n>\n> - x\n", "a.md")[2:] == [("x", ("She said:", "Two:"))]


def test_another_paragraph_of_an_item_stands_under_the_first():
    assert leads("- First\n\n  Second.\n\n  Third.\n- Other\n", "a.md") == [
        ("First", ()),
        ("Second.", ("First",)),
        ("Third.", ("First",)),
        ("Other", ()),
    ]


def test_records_stand_under_their_caption():
    assert leads("Prices:\nTea 2.50\nCake 3.20\n\nAfter that.") == [
        ("Prices:", ()),
        ("Tea 2.50", ("Prices:",)),
        ("Cake 3.20", ("Prices:",)),
        ("After that.", ()),
    ]


def test_answers_stand_under_their_question():
    text = "What does it cost?\n\nNine euros.\n\n- cash\n- cards\n\nWhen is it?\nA: At nine.\n"
    assert leads(text) == [
        ("What does it cost?", ()),
        ("Nine euros.", ("What does it cost?",)),
        ("cash", ("What does it cost?",)),
        ("cards", ("What does it cost?",)),
        ("When is it?", ()),
        ("At nine.", ("When is it?",)),
    ]


def test_a_heading_ends_what_was_asked_above_it():
    text = "**What does it cost?**\n\nNine euros.\n\n## Rooms\n\nA hall.\n"
    assert leads(text, "a.md") == [
        ("What does it cost?", ()),
        ("Nine euros.", ("What does it cost?",)),
        ("Rooms", ()),
        ("A hall.", ()),
    ]


def test_who_answers_in_a_conversation_stands_under_what_was_asked():
    assert leads("Anna: Hi.\nBen: Hi.\nAnna: When do we meet?\nBen: At nine.\nAnna: Fine.") == [
        ("Anna: Hi.", ()),
        ("Ben: Hi.", ()),
        ("Anna: When do we meet?", ()),
        ("Ben: At nine.", ("Anna: When do we meet?",)),
        ("Anna: Fine.", ()),
    ]


def test_a_definition_stands_under_its_term():
    assert leads("Term\n: One.\n: Two.\n", "a.md") == [
        ("Term", ()),
        ("One.", ("Term",)),
        ("Two.", ("Term",)),
    ]


# ------------------------------------------------------------------------------------ what else they have


def test_leaves_of_a_list_or_table_are_of_one_group():
    text = "A.\n\n- one\n  - two\n- three\n\nB.\n\n|h|\n|-|\n|c|\n|d|\n"
    groups = [leaf.group for leaf in leaves_of(text, "a.md")]
    assert groups[0] == groups[4] == -1
    assert len({*groups[1:4]}) == len({*groups[5:]}) == 1
    assert -1 not in (groups[1], groups[5])
    assert groups[1] != groups[5]


def test_rows_have_the_names_of_their_columns():
    text = "| **Name** | Opening\u00a0 hours |\n|---|---|\n| Anna | 9 |\n"
    assert [(leaf.kind, leaf.heads) for leaf in leaves_of(text, "a.md")] == [
        ("row", ("Name", "Opening hours"))
    ]


def test_the_name_of_a_column_is_cut_where_it_is_a_page_long():
    found = leaves_of(f"| a | {'word ' * 1_000} |\n|---|---|\n| Ann | yes |\n", "a.md")
    assert [len(head) for leaf in found for head in leaf.heads] == [1, 600]


def test_the_first_paragraph_of_an_item_is_the_item():
    text = "- One\n\n  Two\n- ```\n  code\n  ```\n"
    assert [leaf.kind for leaf in leaves_of(text, "a.md")] == ["item", "paragraph", "code"]


def test_a_table_has_its_caption():
    blocks = (
        Block("table", 0, 11),
        Block("caption", 0, 6, 0),
        Block("row", 7, 11, 0, cells=((7, 8), (9, 11))),
    )
    document = Document("a.html", "a", "Prices\nT\t12", "", Layout(blocks))
    assert [(leaf.kind, leaf.context) for leaf in leaves(document, Shower(document))] == [
        ("caption", Context(("a",))),
        ("row", Context(("a",), (), ("Prices",))),
    ]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Ingredients\n\n- flour\n- salt\n", ("Ingredients",)),
        ("What we need for six\n\n- flour\n", ("What we need for six",)),
        ("We bake on Friday.\n\n- flour\n", ()),
        ("What we need for a cake for twelve\n\n- flour\n", ()),
        ("Ingredients\n\n> flour\n", ()),
    ],
)
def test_a_few_words_above_a_list_name_it(text, lead):
    assert leads(text, "a.md")[1] == ("flour", lead)


def test_an_entry_that_asks_is_a_question_where_something_follows_in_it():
    text = "1. When can we come?\n   From 3 pm.\n2. Who paints?\n3. Is it far?\n\n   - by bus\n"
    assert [(leaf.kind, leaf.context.leads) for leaf in leaves_of(text, "a.md")] == [
        ("question", ()),
        ("answer", ("When can we come?",)),
        ("item", ()),
        ("question", ()),
        ("item", ("Is it far?",)),
    ]


OPEN = "**What do I bring?**\n\n- a tent\n\nMore text.\n\n## Open\n\n- Who paints?\n- Call Tom.\n\n## Asked\n\n- Q: Is it far?\n- A: No.\n- Other\n"  # noqa: E501
OPEN_PAGE = (
    "<p>What do I bring?</p><ul><li>a tent</ul><p>More text.</p><h2>Open</h2><ul><li>Who paints?<li>Call Tom."
    "</ul><h2>Asked</h2><ul><li>Q: Is it far?<li>A: No.<li>Other</ul>"
)


@pytest.mark.parametrize(("source", "text"), [("a.md", OPEN), ("a.html", OPEN_PAGE)])
def test_items_that_ask_are_items_unless_they_are_answered(source, text):
    found = [(leaf.kind, leaf.context.leads) for leaf in leaves_of(text, source) if leaf.kind != "heading"]
    assert found == [
        ("question", ()),
        ("item", ("What do I bring?",)),
        ("answer", ("What do I bring?",)),
        ("item", ()),
        ("item", ()),
        ("question", ()),
        ("item", ("Is it far?",)),
        ("item", ()),
    ]


@pytest.mark.slow
def test_what_nests_deeply_takes_no_time():
    start = time.process_time()
    found = leaves_of("<details>\n<summary>a</summary>\n\nb\n\n" * 1_500, "a.md")
    assert {leaf.group for leaf in found} == {0}
    assert time.process_time() - start < 2.5
