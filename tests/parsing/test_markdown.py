"""Markdown: its blocks, and what is shown of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.parsing.base import Parsed, Unreadable
from index.parsing.markdown import parse
from index.records import Document
from index.units.shown import Shower
from tests.examples import examples
from tests.parsing.outlined import outlined, styled


def read(text: str) -> Parsed:
    return parse(text.encode(), "a.md")


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


def test_what_follows_blocks_that_nest_too_deeply_is_read():
    steps = [f"{'  ' * depth}- a{number}b{depth}" for number in range(3) for depth in range(60)]
    text = "\n".join([*steps, "", "[ref]", "", "# End", "", "[ref]: b"])
    found = " ".join(shown(text)).replace("- ", "").split()  # what is deeper is code
    assert found == [*(step.split()[-1] for step in steps), "ref", "End"]


def test_a_term_above_what_nests_too_deeply_is_read_once():
    blocks = read("\ne\n: " + ">" * 102).layout.blocks
    assert [(block.kind, block.start) for block in blocks] == [("list", 1), ("term", 1), ("paragraph", 3)]


@pytest.mark.slow
def test_what_nests_too_deeply_again_and_again_is_refused():
    with pytest.raises(Unreadable, match="nested too deeply"):
        read("\n".join(f"{'  ' * (number % 60)}- a" for number in range(4000)))


# ------------------------------------------------------------------------------------ front matter

FRONT = """\
---
title: The plan
Author: Zoë
date: 2024-05-03
tags: [a, b]
list:
  - one
  - two
empty:
nested:
  x: 1
---
Text.
"""


def test_front_matter_holds_properties():
    parsed = read(FRONT)
    assert parsed.text == FRONT
    assert parsed.title == "The plan"
    assert parsed.properties == {"author": "Zoë", "date": "2024-05-03", "tags": "a, b", "list": "one, two"}
    assert outlined(parsed) == [
        "property: Author: Zoë",
        "property: date: 2024-05-03",
        "property: tags: [a, b]",
        "property: list:\n  - one\n  - two",
        "paragraph: Text.",
    ]


@pytest.mark.parametrize("text", ["---\ntitle: The plan\n---\n", "+++\ntitle = 'The plan'\n+++"])
def test_a_title_is_an_entry_where_nothing_else_is_said(text):
    assert (lines(text), read(text).title) == ([f"property: {text.splitlines()[1]}"], "The plan")
    assert lines(f"{text}\nText.") == ["paragraph: Text."]


@pytest.mark.parametrize(
    "text",
    [
        '+++\nauthor = "Zoë"\n+++\nText.\n',
        "---\r\nauthor: Zoë\r\n---\r\nText.\r\n",
        "\ufeff---\nauthor: Zoë\n---\nText.",
        "--- \nauthor: Zoë\n---\t\n\nText.",
        "---\nauthor: |\n  Zoë\n---\nText.",
    ],
)
def test_front_matter_is_of_two_kinds(text):
    parsed = read(text)
    assert parsed.properties == {"author": "Zoë"}
    assert [block.kind for block in parsed.layout.blocks] == ["property", "paragraph"]
    assert shown(text)[1] == "Text."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("---\n\nNot front matter.\n\n---\n\nMore.", ["paragraph: Not front matter.", "paragraph: More."]),
        ("---\nJust words here\n---\nMore.", ["heading2: Just words here", "paragraph: More."]),
        ("---\nkey: [broken\n---\nMore.", ["heading2: key: [broken", "paragraph: More."]),
        ("---\n- a\n- b\n---\nMore.", None),
        ("---\nNo end", ["paragraph: No end"]),
        ("---\nNo end\n\n# Title\n", ["paragraph: No end", "heading1: Title"]),
        ("+++\nno = toml = at all\n+++\n", None),
        ("***\n\nText\n\n***\n", ["paragraph: Text"]),
        ("----\na: b\n----\nMore.", ["heading2: a: b", "paragraph: More."]),
        ("Text\n---\na: b\n---\n", ["heading2: Text", "heading2: a: b"]),
    ],
)
def test_a_file_that_begins_with_a_rule_loses_nothing(text, found):
    parsed = read(text)
    assert parsed.properties == {}
    words = "".join(filter(str.isalnum, "".join(shown(text))))
    assert words == "".join(filter(str.isalnum, text))
    assert found is None or outlined(parsed) == found


def test_empty_front_matter_is_none():
    assert lines("---\n---\nMore.") == ["paragraph: More."]


# ------------------------------------------------------------------------------------ headings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n\nx\n\n## B *c* #\ny", ["heading1: A", "paragraph: x", "heading2: B *c*", "paragraph: y"]),
        ("# A\r\n\r\nxt\r\n", ["heading1: A", "paragraph: xt"]),
        ("Top\n===\nx\n\nSub\n---\ny", ["heading1: Top", "paragraph: x", "heading2: Sub", "paragraph: y"]),
        ("Two\nlines\n===\n", ["heading1: Two\nlines"]),
        ("#no\n\n\\# no", ["paragraph: #no", "paragraph: \\# no"]),
        ("```\n# no heading\n```\n\nend", ["code: # no heading", "paragraph: end"]),
        ("~~~\n# no\n\n# no\n~~~\n# yes", ["code: # no\n\n# no", "heading1: yes"]),
        ("###### Six\n\n####### Seven", ["heading6: Six", "paragraph: ####### Seven"]),
        ("#\n\n# Second\n", ["heading1: Second"]),
        ("## Title {#anchor}\n", ["heading2: Title"]),
        ("## Title {#a .b c=d}\n\nText {.e}", ["heading2: Title", "paragraph: Text"]),
        ("a\u2028# b\n\nc", ["paragraph: a\u2028# b", "paragraph: c"]),
    ],
)  # fmt: skip
def test_headings(text, found):
    assert lines(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Bold heading**\n\nText.", ["heading7: **Bold heading**", "paragraph: Text."]),
        ("__Bold:__\n\nText.", ["heading7: __Bold:__", "paragraph: Text."]),
        ("**Lead**\nFollows here.", ["heading7: **Lead**", "paragraph: Follows here."]),
        ("**Note:** this is text.", ["paragraph: **Note:** this is text."]),
        ("- **Bold item**\n", ["list", "  item", "    paragraph: **Bold item**"]),
        (
            "**One sentence all in bold is no heading at all.**",
            ["paragraph: **One sentence all in bold is no heading at all.**"],
        ),
        (
            "**Before a list**\n\n- x",
            ["paragraph: **Before a list**", "list", "  item", "    paragraph: x"],
        ),
        ("**What is it?**\n\nIt is this.", ["question: What is it?**", "answer: It is this."]),
        ("**What is it?**\nIt is this.", ["question: What is it?**", "answer: It is this."]),
        ("**Q: What?**\n\nA: That.", ["question: What?**", "answer: That."]),
    ],
)
def test_a_line_all_in_bold_is_a_heading_or_a_question(text, found):
    assert lines(text) == found


# ------------------------------------------------------------------------------------ lists and quotations


def test_lists_nest():
    text = "1. One that is\n   two lines\n\n   Second *para*.\n"
    text += "2. Two\n   - Sub\n     1. Deep\n   - Other\n\n* New\n"
    assert lines(text) == [
        "list",
        "  item",
        "    paragraph: One that is\n   two lines",
        "    paragraph: Second *para*.",
        "  item",
        "    paragraph: Two",
        "    list",
        "      item",
        "        paragraph: Sub",
        "        list",
        "          item",
        "            paragraph: Deep",
        "      item",
        "        paragraph: Other",
        "list",
        "  item",
        "    paragraph: New",
    ]
    assert shown(text)[:2] == ["One that is\ntwo lines", "Second para."]


def test_marks_of_tasks_are_not_shown_but_what_is_done_is():
    text = "- [ ] call *her*\n- [x] ~~pay~~ **it**\n  [x] times\n- [X]\n- [x]no\n\n[a]: b\n"
    assert shown(text) == ["call her", "✓ pay it\n[x] times", "[X]", "[x]no"]
    assert [line.split(": ")[1] for line in lines(text) if ": " in line] == [
        "call *her*", "[x] ~~pay~~ **it**\n  [x] times", "[X]", "[x]no",
    ]  # fmt: skip


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_sentence_before_a_list_stands_alone(gap):
    assert lines(f"The rooms have:{gap}- a kitchen\n- a hall") == [
        "paragraph: The rooms have:",
        "list",
        "  item",
        "    paragraph: a kitchen",
        "  item",
        "    paragraph: a hall",
    ]


def test_quotations_are_shown_without_their_marks():
    text = "> Line one that is long enough to be wrapped\n> and goes on *with* more words below.\n>\n> - x\n"
    assert lines(text) == [
        "quotation",
        "  paragraph: Line one that is long enough to be wrapped\n> and goes on *with* more words below.",
        "  list",
        "    item",
        "      paragraph: x",
    ]
    assert shown(text)[0] == "Line one that is long enough to be wrapped\nand goes on with more words below."


def test_the_head_of_a_boxed_note_is_not_shown():
    assert shown("> [!NOTE]\n> Take care when it rains, for the path is steep there.") == [
        "Take care when it rains, for the path is steep there."
    ]


def test_lines_that_are_built_alike_are_records():
    assert lines("Tea: 2.50\nCake: 3.20\nSoup: 4.10") == [
        "list",
        "  record: Tea: 2.50",
        "  record: Cake: 3.20",
        "  record: Soup: 4.10",
    ]


def test_wrapped_lines_are_a_paragraph():
    text = "The club met in the hall of the village, and\nall who came brought something to eat."
    assert lines(text) == [f"paragraph: {text}"]


def test_definitions():
    assert lines("Term\n: One.\n: Two *x*.\n") == [
        "list",
        "  term: Term",
        "  definition",
        "    paragraph: One.",
        "  definition",
        "    paragraph: Two *x*.",
    ]


# ------------------------------------------------------------------------------------ tables and code


def test_tables_have_cells():
    text = (
        "| Name | **Price** |\n|:-----|----:|\n| Tea `x` | 2 € |\n| | 3 |\n| a \\| b | [l](u) |\n| only |\n"
        "|  spaced  |x|\n"
    )
    assert lines(text) == [
        "table",
        "  head: Name | **Price**",
        "  row: Tea `x` | 2 €",
        "  row:  | 3",
        "  row: a \\| b | [l](u)",
        "  row: only | ",
        "  row: spaced | x",
    ]
    parsed = read(text)
    shower = Shower(Document("a", "a", text, "", parsed.layout))
    rows = [block for block in parsed.layout.blocks if block.cells]
    assert [[shower.shown(*cell) for cell in row.cells] for row in rows] == [
        ["Name", "Price"],
        ["Tea x", "2 €"],
        ["", "3"],
        ["a | b", "l"],
        ["only", ""],
        ["spaced", "x"],
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a | b\n---|---\n1 | 2\n", ["table", "  head: a | b", "  row: 1 | 2"]),
        (
            "> | a | b |\n> |---|---|\n> | 1 | 2 |",
            ["quotation", "  table", "    head: a | b", "    row: 1 | 2"],
        ),
        ("|a|\n|-|\n|1|2|3|\n\nend", ["table", "  head: a", "  row: 1", "paragraph: end"]),
        ("a | b\n", ["paragraph: a | b"]),
        ("| a |\n|---|\n\nText", ["table", "  head: a", "paragraph: Text"]),
    ],
)
def test_other_tables(text, found):
    assert lines(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```python\ndef f():\n    return 1\n\n```\n", "def f():\n    return 1"),
        ("~~~\nx\n~~~   \n\nend", "x"),
        ("```\nno end\nmore\n", "no end\nmore"),
        ("````\n```\n````\n", "```"),
        ("    a = 1\n\n    b = 2\n\nend", "a = 1\n\nb = 2"),
        ("- item\n\n  ```\n  code\n  more\n  ```\n", "code\nmore"),
        ("```\r\na\r\nb\r\n```\r\n", "a\r\nb"),
    ],
)
def test_code_is_kept_as_it_is(text, code):
    parsed = read(text)
    [block] = [block for block in parsed.layout.blocks if block.kind == "code"]
    assert Shower(Document("", "", text, "", parsed.layout)).shown(block.start, block.end) == code


@pytest.mark.parametrize("text", ["```\n```\n", "```\n\n```\n", "```", "    \n"])
def test_code_of_no_lines_is_none(text):
    assert lines(text) == []


# ------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**b** *i* _i_ ***bi*** __b__ ~~gone~~", "b i i bi b gone"),
        ("`co de` ``a ` b`` `{{ t }}` `<b>` `&amp;`", "co de a ` b {{ t }} <b> &amp;"),
        ('[a link](http://x.y "t") [b](<u v>) [c](u (t)) [d]()', "a link b c d"),
        ("[link]( <http://a b> 'ti tle' ) x", "link x"),
        ("[a (b)](u_(v)) x", "a (b) x"),
        ("[ref][r], [r][] and [r], but [not]\n\n[r]: http://x.y 'T'", "ref, r and r, but [not]"),
        ("<http://a.b> http://c.d/e_f_g <me@x.y>", "http://a.b http://c.d/e_f_g me@x.y"),
        ("![Alt *text*](a.png) [![img](b.png)](http://x)", "Alt text img"),
        ("AT&amp;T &lt;x&gt; &mdash; &#35; &#x2014; &unknown; &amp", "AT&T <x> — # — &unknown; &amp"),
        ("1986\\. \\*no\\* x\\_y \\\\ a\\b", "1986. *no* x_y \\ a\\b"),
        ("<b>bold</b> and<br/>break <span class='x'>s</span>.", "bold and break s."),
        ("snake_case_name 2*3*4", "snake_case_name 234"),
        ("Zoë’s 😀 **é** 会议", "Zoë’s 😀 é 会议"),
        ("[^1]: no\n\nText[^1] here\\[^2].", "Text here[^2]."),
        ("See [[Water plan|the plan]] and [[Piet#Phone]].", "See the plan and Piet#Phone."),
        ("The map: ![[map.png]]", "The map:"),
        ("It is ==not== so, a == b and c==d==e.", "It is not so, a == b and c==d==e."),
        ("Close it. %% ask Piet %% ^tap-1", "Close it."),
        ("Powers: 2 ^3 and x^2", "Powers: 2 ^3 and x^2"),
        ("Close it.\nid:: 6412f1f4-0000-4000-8000-000000000000", "Close it."),
        ("![The map|100x20](a.png) ((6412f1f4-0000-4000-8000-000000000000))", "The map"),
        ("> [!warning]- Frost comes", "Frost comes"),
        ("| a |\n|---|\n| b |\n\n^table-1\n\nText", "Text"),
        ("`[[a|b]] ==c==` stays", "[[a|b]] ==c== stays"),
        ("| a | b |\n|---|---|\n| [[x\\|y]] | ==z== |", "y | z"),
    ],
)
def test_markup_is_not_shown(text, words):
    assert shown(text)[-1] == words


def test_looks_and_links_are_noted_down():
    text = 'Some **bold**, *it*, `co de`, [a **link**](http://x.y "t") and <http://a.b>.'
    assert styled(read(text)) == [
        ("bold", "bold", ""),
        ("italic", "it", ""),
        ("code", "co de", ""),
        ("link", "a **link", "http://x.y"),
        ("bold", "link", ""),
        ("link", "http://a.b", "http://a.b"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{< note >}}\nBe careful.\n{{< /note >}}", ["Be careful."]),
        ("{{% note %}}\n\nBe careful.\n\n{{% /note %}}", ["Be careful."]),
        ("See {% raw %}x{% endraw %} now.", ["See x now."]),
        ("{% include a.html %}\n\nText.", ["Text."]),
        ('See [the page]({{< ref "a.md" >}}) now.', ["See the page now."]),
        ("{{< tabs\n  a >}}\n\nText.", ["Text."]),
        ('- {% channel "vets" %} - is for veterans.\n- {% who %}: anybody', ["is for veterans.", "anybody"]),
        ('Ask {% channel "vets" %} - they know.', ["Ask  - they know."]),
        ("Use `{{ name }}` here.", ["Use {{ name }} here."]),
        ("```\n{{ name }}\n```", ["{{ name }}"]),
        ("Text{: .class}\n", ["Text"]),
        ("# A {#x}\n\n{.b}\nText.", ["A", "Text."]),
    ],
)
def test_tags_of_site_builders_are_not_shown(text, words):
    assert [said for said in shown(text) if said] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!-- a comment -->\n\nText<!-- inline --> more.", ["Text more."]),
        ("<script>\nvar x = 1;\n</script>\n\nText", ["Text"]),
        ("Text\n\n<style>\np { x: y }\n</style>\n\nmore", ["Text", "more"]),
        ("<details><summary>More</summary>\n\nHidden *text*.\n\n</details>", ["More", "Hidden text."]),
        ("<p>Para one.<br>Line two.</p>\n", ["Para one. Line two."]),
        ("<ul>\n<li>One</li>\n<li>Two &amp; three</li>\n</ul>", ["One", "Two & three"]),
        ('<p align="center">\n  <img src="x.png">\n</p>\n\nText', ["Text"]),
        ("<div>\nx\n</div>\n\ny", ["x", "y"]),
    ],
)
def test_of_html_only_the_words_are_shown(text, words):
    assert shown(text) == words


def test_footnotes_stand_where_they_are():
    text = "Text[^1] more.\n\n[^1]: The *note* that is\n    two lines.\n\nEnd."
    assert shown(text) == ["Text more.", "The note that is\ntwo lines.", "End."]


@pytest.mark.parametrize("text", ["a\n\n---\n\nb", "a\n\n***\n\nb", "[r]: http://x.y\n\na\n\nb"])
def test_rules_and_addresses_are_nothing(text):
    assert lines(text) == ["paragraph: a", "paragraph: b"]


# ------------------------------------------------------------------------------------ all CommonMark shows

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = [
    "word ", "x", "1", "\n", "\n\n", "> ", "- ", "2. ", "*", "**", "_", " [", "]", " (", ")", "](", "](u)",
    "](<u v>)", "](u 't) y')", "](u (t))", "![", "&amp; ", "&nbsp;", "&#35;", "&copy", "\\\\", "\\[", "\\*",
    "<http://a.b>", "`co`", "`` a ` b ``", "~~", "[r]", "[r][]", "][r]", "\n\n[r]: http://x.y\n\n", '"t"',
    "|", "# ", "=== ", "\n| a | b |\n|---|--:|\n|", "Zoë’s ", "会议", "🇫🇷", "e\u0301", "!", "***b***",
    "__c__", "http://a.b/c_d_e ", "a\\_b", "\n```\ncode\n```\n",
]  # fmt: skip


def alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def said(tokens: list[Token]) -> str:
    """The words of a text, as CommonMark has them."""
    parts = []
    for token in tokens:
        if token.type in ("inline", "image"):
            parts.append(said(token.children or []))
        elif token.type in ("text", "text_special", "code_inline", "code_block", "fence"):
            parts.append(token.content)
    return "".join(parts)


@examples(300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_no_word_is_lost_and_none_added(text):
    text = f"{text}\n"
    assert alphanumeric("".join(shown(text))) == alphanumeric(said(COMMONMARK.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "<details><summary>No *hot* water</summary>\n\nPress it.\n\n- twice\n\n</details>\n\nAfter.\n",
        "<details>\n<summary>No *hot* water</summary>\n\nPress it.\n\n- twice\n\n</details>\n\nAfter.\n",
    ],
)
def test_what_opens_is_named_by_its_summary(text):
    assert lines(text) == [
        "list",
        "  term: No *hot* water",
        "  definition",
        "    paragraph: Press it.",
        "    list",
        "      item",
        "        paragraph: twice",
        "paragraph: After.",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<details><summary>A</summary>B</details>\n\nC\n", ["list", "  term: A</summary>B", "paragraph: C"]),
        ("<details>\nB\n</details>\n\nC\n", ["list", "  paragraph: B", "paragraph: C"]),
        ("- <details><summary>A</summary>\n\n  B\n\nC\n",
         ["list", "  item", "    list", "      term: A", "      definition", "        paragraph: B",
          "paragraph: C"]),
        ("<details><summary>A</summary>\n\n- B\n  </details>\n- C\n",
         ["list", "  term: A", "  definition", "    list", "      item", "        paragraph: B",
          "      item", "        paragraph: C"]),
        ("</details>\n\n<summary>A</summary>\n\nC\n", ["paragraph: A", "paragraph: C"]),
    ],
    ids=["on one line", "without a name", "in an item", "closed in an item", "never opened"],
)  # fmt: skip
def test_what_opens_in_other_ways(text, found):
    assert lines(text) == found


def test_a_tag_with_an_old_line_end_moves_no_lines():
    assert lines("{%\r%}\nb\na\na||\n-|-") == ["paragraph: b\na", "table", "  head: a | "]


@pytest.mark.parametrize("end", ["  ", "\\"])
def test_lines_that_are_broken_on_purpose_are_records(end):
    text = f"behind the fire station{end}\nkirkgate{end}\nkey safe code: ask us\n"
    assert [line.split(":")[0].strip() for line in lines(text)] == ["list", "record", "record", "record"]
    assert lines(text.replace(end, ""))[0].startswith("paragraph")
