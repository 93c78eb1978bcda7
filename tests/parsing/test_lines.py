"""Lines of text: what each is, and whether several flow on."""

import pytest

from index.parsing import lines as roles
from index.parsing.lines import BULLET, Line, lines_of


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb", [(0, 1, "a"), (2, 3, "b")]),
        ("a\r\nb\rc\n", [(0, 1, "a"), (3, 4, "b"), (5, 6, "c")]),
        ("  a b \t\n\n", [(2, 5, "a b")]),
        ("\u3000a\u00a0", [(1, 2, "a")]),
        ("a\u2028b", [(0, 3, "a\u2028b")]),
        (" ", []),
        ("", []),
    ],
)
def test_lines_are_without_the_space_around_them(text, lines):
    assert [(line.start, line.end, line.text) for line in lines_of(text) if line.text] == lines


def test_empty_lines_are_lines_too():
    assert [line.text for line in lines_of("a\n\r\n \rb\n")] == ["a", "", "", "b"]


def test_lines_of_a_stretch():
    text = "one\ntwo\nthree\nfour"
    assert lines_of(text, 4, 13)[:2] == [Line(4, 7, "two"), Line(8, 13, "three")]


def test_a_line_knows_where_its_characters_stand():
    assert [Line(5, 9, "abcd").offset(place) for place in (0, 2, 4, 9)] == [5, 7, 9, 9]
    marked = Line(5, 12, "abc", [7, 8, 11])
    assert [marked.offset(place) for place in (0, 1, 2, 3)] == [7, 8, 11, 12]


# ------------------------------------------------------------------------------------ one line


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("- a", "- "),
        ("  *   a", "  *   "),
        ("12. a", "12. "),
        ("(3) a", "(3) "),
        ("a) b", "a) "),
        ("iv) b", "iv) "),
        ("- 1. a", "- "),
        ("-a", None),
        ("1.a", None),
        ("1234. a", None),
        ("a. b", None),
        ("- ", None),
        ("-", None),
        ("1.5 a", None),
    ],
)
def test_bullets(text, mark):
    found = BULLET.match(text)
    assert (found and found[0]) == mark


@pytest.mark.parametrize(
    ("mark", "ordered"), [("1. ", True), ("(2) ", True), ("b) ", True), ("- ", False), ("• ", False)]
)
def test_marks_that_count(mark, ordered):
    assert roles.is_ordered(mark) == ordered


@pytest.mark.parametrize(
    ("text", "ends", "asks", "leads"),
    [
        ("It rains.", True, False, False),
        ("It rains!", True, False, False),
        ("It rains…", True, False, False),
        ("Who came?", True, True, False),
        ("“Who came?”", True, True, False),
        ("**Who came?**", True, True, False),
        ("(It rains.)", True, False, False),
        ("We need: ", False, False, True),
        ("**We need:**", False, False, True),
        ("需要：", False, False, True),
        ("谁来了？", True, True, False),
        ("下雨了。", True, False, False),
        ("من جاء؟", True, True, False),
        ("वह आया।", True, False, False),
        ("It rains", False, False, False),
        ("", False, False, False),
        ("  ", False, False, False),
    ],
)
def test_how_a_line_ends(text, ends, asks, leads):
    assert (roles.ends_sentence(text), roles.asks(text), roles.leads_in(text)) == (ends, asks, leads)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("---", True), ("=====", True), ("***", True), ("~~~ ~~~", True), ("+---+---+", True), ("--", False),
     ("a---", False), ("", False), ("...", False)],
)  # fmt: skip
def test_rules(text, rule):
    assert roles.is_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Opening hours", True),
        ("2024 in review", True),
        ("第一章", True),
        ("Éclairs", True),
        ("opening hours", False),
        ("Opening hours:", False),
        ("Opening hours.", False),
        ("Opening hours?", False),
        ("Alice, Bob,", False),
        ("1984", False),
        ("—", False),
        ("", False),
        ("A " * 13, False),
        ("W" * 81, False),
    ],
)
def test_headings(text, heading):
    assert roles.is_heading(text) == heading


def test_titles_may_be_longer_than_headings():
    for text in ("A " * 20, "W" * 120):
        assert (roles.is_heading(text), roles.is_heading(text, title=True)) == (False, True)
    for text in ("A " * 21, "W" * 121):
        assert not roles.is_heading(text, title=True)


@pytest.mark.parametrize(
    ("text", "shouted"),
    [
        ("OPENING HOURS", True),
        ("ÜBER UNS", True),
        ("NOTE 12", True),
        ("A 1", False),
        ("Note", False),
        ("第一章", False),
        ("123", False),
    ],
)
def test_capitals(text, shouted):
    assert roles.is_shouted(text) == shouted


@pytest.mark.parametrize(
    ("text", "ask", "answer"),
    [
        ("Q: what", "Q: ", ""),
        ("Question 12. what", "Question 12. ", ""),
        ("FRAGE: was", "FRAGE: ", ""),
        ("问：什么", "问：", ""),
        ("A: that", "", "A: "),
        ("Antwort : das", "", "Antwort : "),
        ("Réponse: oui", "", "Réponse: "),
        ("答：是", "", "答："),
        ("What: that", "", ""),
        ("Quick: that", "", ""),
        ("Q what", "", ""),
    ],
)
def test_labels_of_questions_and_answers(text, ask, answer):
    assert text[: roles.question_label(text)] == ask
    assert text[: roles.answer_label(text)] == answer


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Phone: 4401", True),
        ("Opening hours: nine", True),
        ("电话：4401", True),
        ("Phone:4401", False),
        ("Phone:", False),
        ("He said, well: no", True),
        (": 4401", False),
        ("It rains. So: no", False),
        ("x" * 41 + ": 1", False),
        ("http://a.b", False),
    ],
)
def test_a_name_and_what_is_said_of_it(text, is_one):
    assert roles.is_key_value(text) == is_one


# ------------------------------------------------------------------------------------ several lines


def lines(*texts: str) -> list[Line]:
    return [Line(0, len(text), text) for text in texts]


LONG = "This line is so long that nothing more would have fitted"


@pytest.mark.parametrize(
    ("texts", "flow", "flow_if_wrapped"),
    [
        (["One line"], True, True),
        ([LONG, "onto it, which is why it goes on here."], True, True),
        ([LONG + ".", "Another sentence begins below and it goes on too", LONG], True, True),
        (["Bread", "butter", "and then some milk"], False, True),
        (["Bread", "Butter", "Milk"], False, False),
        (["Tea: 2", "Cake: 3"], False, False),
        (["10:00 We met for the first time in the large hall", "11:00 We left"], False, False),
        (["2024-05-03 Opening of the hall", "2024-05-04 Closing of the hall"], False, False),
        (["Anna – 12", "Ben – 13", "Cem – 14"], False, False),
        (["Smith, John, 1977", "Miller, Anna, 1981"], False, False),
        (["10 Downing Street", "London", "SW1A 2AA"], False, False),
    ],
)
def test_wrapped_lines_flow_on_and_others_stand_for_themselves(texts, flow, flow_if_wrapped):
    assert roles.flows(lines(*texts)) == flow
    assert roles.flows(lines(*texts), wrapped=True) == flow_if_wrapped


@pytest.mark.parametrize(
    ("texts", "regular"),
    [
        (["a"], False),
        (["Tea: 2", "Cake: 3"], True),
        (["Tea: 2", "Cake: 3", "Soup: 4", "Bread: 5", "and so on"], True),
        (["Tea: 2", "Cake: 3", "and so on"], False),
        (["10:01 a", "10:02 b"], True),
        (["[2024-05-03 10:01] a", "[2024-05-03 10:02] b"], True),
        (["5/3/2024 a", "5/4/2024 b"], True),
        (["a;b", "c;d"], True),
        (["a\tb", "c\td"], True),
        (["a | b", "c | d"], True),
        (["a - b", "c — d"], False),
        (["a, b", "c, d"], False),
        (["a, b, c", "d, e, f"], True),
        (["a, b, c.", "d, e, f."], False),
    ],
)
def test_lines_that_are_built_alike(texts, regular):
    assert roles.is_regular(texts) == regular


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Anna: a", "Ben: b", "Anna: c", "Ben: d"], {"Anna", "Ben"}),
        (["Anna: a", "Ben: b", "Anna: c", "Ben: d", "Cem: e"], {"Anna", "Ben", "Cem"}),
        (["[10:01] Jo Ott: a", "10:02 Dr. Ott: b", "Jo Ott: c", "Dr. Ott (host): d"], {"Jo Ott", "Dr. Ott"}),
        (["Anna: a", "Ben: b", "Anna: c"], set()),
        (["Anna: a", "Anna: b", "Anna: c", "Anna: d"], set()),
        (["Q: a", "A: b", "Q: c", "A: d"], set()),
        (["Anna:a", "Ben:b", "Anna:c", "Ben:d"], set()),
    ],
)  # fmt: skip
def test_who_talks(texts, names):
    assert roles.speakers(lines(*texts)) == names


def test_where_a_turn_begins():
    names = frozenset({"Anna"})
    assert [roles.turn_of(line, names) for line in lines("Anna: a", "[10:01] Anna: a", "Ben: b", "a")] == [
        6,
        14,
        0,
        0,
    ]
