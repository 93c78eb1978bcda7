import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.documents import load, load_markdown, load_plain
from index.passages import split
from index.records import Document, Mark

WORD = re.compile(r"\w")


def words(text: str) -> int:
    return len(text.split())


def tokens(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def quarters(text: str) -> int:
    return -(-len(text) // 4)


def squares(text: str) -> int:
    """More for a whole than for its parts, as with words that a model does not know."""
    return len(text) ** 2 // 4


PIECES = [
    "The club met. ", "Was it? ", "no end", "Dr. Who vs. Mr. X. ", "a.b.c ", "3.14 ", "x" * 40, "_",
    "é", "e\u0301\u0308", "😀👩\u200d👧", "会议于星期一举行。", "🇫🇷", "ß", "²", "…", "!?", "«a» ", "(b)",
    " ", "\u00a0", "\u2003", "\t", "\n", "\r", "\r\n", "\n\n", "\r\n \r\n", "\r\r", "\n   \n", "\u2028",
    "# H\n", "\n\n## Sub *x*\n\n", "\nT\n===\n", "- i\n", "1. ", "> q\n", "```\n", "|a|\n|-|\n|c|\n", "---\n",
    "[r]: http://x.y\n\n", "<p>\n", "\n\n!!!\n\n", "ab" * 30, ";", ": ", "\x0b", "\x0c", "\x85",
]  # fmt: skip
NO_CONTROLS = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(NO_CONTROLS, max_size=80)
)


def check(document: Document, count, max_tokens: int, min_tokens: int) -> None:
    """What ``split`` promises, character by character."""
    text = document.text
    seen = [0] * len(text)
    end = 0
    for passage, sentences in split(document, count, max_tokens=max_tokens, min_tokens=min_tokens):
        assert end <= passage.start < passage.end <= len(text)
        assert passage.text == text[passage.start : passage.end] == passage.text.strip()
        assert count(passage.text) <= max_tokens or len(passage.text) == 1
        assert sentences
        end = passage.start
        for sentence in sentences:
            assert sentence.passage is passage
            assert end <= sentence.start < sentence.end <= passage.end
            assert sentence.text == text[sentence.start : sentence.end] == sentence.text.strip()
            assert WORD.search(sentence.text)
            end = sentence.end
            for offset in range(sentence.start, sentence.end):
                seen[offset] += 1
        end = passage.end
    borders = [*(mark.offset for mark in document.marks), len(text)]
    front_matter = borders[0] if text.startswith("---") else 0
    texts_below = False  # from the last mark to the first: a heading with none below it is a sentence
    optional = set(range(front_matter))
    for mark, stop in reversed(list(zip(document.marks, borders[1:], strict=True))):
        if mark.kind == "paragraph":
            texts_below = texts_below or bool(WORD.search(text, mark.offset, stop))
        elif texts_below:
            optional.update(range(mark.offset, stop))
    for offset, character in enumerate(text):
        if character.isalnum() and offset not in optional:
            assert seen[offset] == 1, f"{character!r} at {offset} is in {seen[offset]} sentences"


@pytest.mark.parametrize("loader", [load_plain, load_markdown])
@pytest.mark.parametrize(
    ("count", "max_tokens", "min_tokens"),
    [
        (words, 8, 3),
        (words, 1, 0),
        (tokens, 12, 6),
        (quarters, 5, 9),
        (quarters, 1, 1),
        (tokens, 200, 40),
        (squares, 9, 2),
    ],
)
@hypothesis_settings(max_examples=60)
@given(text=TEXTS)
def test_every_text_is_divided_into_exact_slices(loader, count, max_tokens, min_tokens, text):
    decoded, _, marks = loader(text.encode())
    check(Document("a", "a", decoded, "", marks), count, max_tokens, min_tokens)


@pytest.mark.parametrize(
    "text",
    [
        "1.\n\nfoo",
        "[r]: http://x.y\n\nfoo",
        "# Title\n\n!!!",
        "# Title\n\n---",
        "#\n\n##\n\nfoo",
        "---\na: 1\n---\n\nfoo",
        "# Only a heading",
        "foo\n\n# Last",
    ],
)
def test_markdown_with_little_text_is_divided_into_exact_slices(text):
    check(load("a.md", text.encode()), words, 20, 5)


# ------------------------------------------------------------------------------------ by hand


def divide(source: str, text: str, *, max_tokens: int, min_tokens: int) -> list[tuple[str, str]]:
    """Locators and texts of the passages."""
    parts = split(load(source, text.encode()), words, max_tokens=max_tokens, min_tokens=min_tokens)
    return [(passage.locator, passage.text) for passage, _ in parts]


def sentences(text: str, source: str = "a.txt") -> list[str]:
    parts = split(load(source, text.encode()), words, max_tokens=100, min_tokens=0)
    return [sentence.text for _, sentences in parts for sentence in sentences]


def test_short_paragraphs_are_joined_until_they_are_long_enough():
    text = "One two.\n\nThree four.\n\nFive six.\n\nSeven."
    assert divide("a.txt", text, max_tokens=10, min_tokens=4) == [
        ("paragraphs 1–2", "One two.\n\nThree four."),
        ("paragraphs 3–4", "Five six.\n\nSeven."),
    ]
    assert divide("a.txt", text, max_tokens=3, min_tokens=4) == [
        ("paragraph 1", "One two."),
        ("paragraph 2", "Three four."),
        ("paragraphs 3–4", "Five six.\n\nSeven."),
    ]
    assert len(divide("a.txt", text, max_tokens=10, min_tokens=0)) == 4


def test_paragraphs_are_never_joined_across_a_heading():
    text = "Before.\n\n# Plans\n\nOne.\n\nTwo.\n\n# Decisions\n\nThree.\n\nFour.\n"
    assert divide("a.md", text, max_tokens=50, min_tokens=50) == [
        ("paragraph 1", "Before."),
        ("Plans, paragraphs 2–3", "# Plans\n\nOne.\n\nTwo."),
        ("Decisions, paragraphs 4–5", "# Decisions\n\nThree.\n\nFour."),
    ]
    assert divide("a.md", text, max_tokens=50, min_tokens=0)[2:] == [
        ("Plans, paragraph 3", "Two."),
        ("Decisions, paragraph 4", "# Decisions\n\nThree."),
        ("Decisions, paragraph 5", "Four."),
    ]


@pytest.mark.parametrize(
    ("text", "locators"),
    [
        ("# A\n\n## B\n\nx", ["A › B, paragraph 1"]),
        (
            "# A\n\nx\n\n## B\n\ny\n\n### C\n\nz",
            ["A, paragraph 1", "A › B, paragraph 2", "B › C, paragraph 3"],
        ),
        ("# A\n\n## B\n\nx\n\n# C\n\ny", ["A › B, paragraph 1", "C, paragraph 2"]),
        ("### A\n\nx\n\n## B\n\ny", ["A, paragraph 1", "B, paragraph 2"]),
        ("x\n\n# End", ["paragraph 1", "End"]),
        ("#\n\nx", ["paragraph 1"]),
        ("# A\n\n##\n\nx", ["A, paragraph 1"]),
        ("Two\nlines\n===\n\nx", ["Two lines, paragraph 1"]),
    ],
)
def test_locators_name_headings_and_paragraphs(text, locators):
    assert [locator for locator, _ in divide("a.md", text, max_tokens=50, min_tokens=1)] == locators


def test_locators_name_pages():
    marks = (
        Mark(0, "page", "1"),
        Mark(0, "paragraph", "1"),
        Mark(5, "page", "2"),
        Mark(5, "heading", "Costs", 1),
        Mark(12, "paragraph", "2"),
    )
    document = Document("a.pdf", "a", "One.\nCosts.\nTwo.", "", marks)
    passages = [passage for passage, _ in split(document, words, max_tokens=20, min_tokens=0)]
    assert [passage.locator for passage in passages] == ["page 1, paragraph 1", "page 2, Costs, paragraph 2"]


def test_a_document_without_marks_is_one_paragraph():
    [(passage, _)] = split(Document("a", "a", " One. Two. ", ""), words, max_tokens=9, min_tokens=0)
    assert (passage.start, passage.end, passage.locator) == (1, 10, "paragraph 1")


def test_a_long_paragraph_is_divided_between_sentences():
    text = "The club met today. Alice came late. Bob stayed at home. Nobody spoke."
    assert divide("a.txt", text, max_tokens=8, min_tokens=0) == [
        ("paragraph 1", "The club met today. Alice came late."),
        ("paragraph 1", "Bob stayed at home. Nobody spoke."),
    ]


def test_a_sentence_too_long_is_cut_at_the_best_place():
    text = "Short one. The first part is here; the second part, which is longer, follows here at once."
    assert [part for _, part in divide("a.txt", text, max_tokens=6, min_tokens=0)] == [
        "Short one.",
        "The first part is here;",
        "the second part, which is longer,",
        "follows here at once.",
    ]


def test_a_run_without_spaces_is_cut_anywhere():
    parts = split(load("a.txt", b"x" * 10), len, max_tokens=4, min_tokens=0)
    assert [(passage.start, passage.end) for passage, _ in parts] == [(0, 4), (4, 8), (8, 10)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Gen. Austin Scott Miller took command. He stayed.",
            ["Gen. Austin Scott Miller took command.", "He stayed."],
        ),
        (
            "It ran from Nov. 8 to 20 in Rome.\nIt rained.",
            ["It ran from Nov. 8 to 20 in Rome.", "It rained."],
        ),
        ("He said: “Go!” Then he left.", ["He said: “Go!”", "Then he left."]),
        ("It costs 3.50 euros. Cheap!", ["It costs 3.50 euros.", "Cheap!"]),
        ("One.\u00a0 Two.\r\nThree.", ["One.", "Two.", "Three."]),
        ("… !!! One. …", ["One."]),
    ],
)
def test_sentences_end_where_a_reader_sees_it(text, found):
    assert sentences(text) == found


def test_a_heading_is_a_sentence_only_where_no_text_follows():
    assert sentences("# Plans\n\nWe meet.\n\n# Notes\n", "a.md") == ["We meet.", "# Notes"]
    assert sentences("# Plans\n\n!!!\n", "a.md") == ["# Plans"]
