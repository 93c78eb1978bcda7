"""reStructuredText: its own marks, those of Sphinx, and what must not be done."""

import time

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.markup.rst import parse
from tests.parsing.outlined import outlined, styled


def read(text: str) -> Parsed:
    return parse(text.encode(), "a.rst")


def test_title_fields_sections_and_looks():
    parsed = read(
        "======\nManual\n======\n\n:Author: Anna Berg\n:Date: 2026-03-01\n:orphan:\n\n.. contents::\n\n"
        "First\n=====\n\n"
        "Some *slanted*, **bold**, ``code`` and\na `link <https://a.b>`_ [1]_.\n\nSub\n---\n\nH\\ "
        ":sub:`2`\\ O, 10\\ :sup:`6`\n\n"
        ".. [1] A footnote.\n"
    )
    assert outlined(parsed) == [
        "heading1: Manual",
        "property: Author: Anna Berg",
        "property: Date: 2026-03-01",
        "heading2: First",
        "paragraph: Some slanted, bold, code and a link.",
        "heading3: Sub",
        "paragraph: H2O, 10^6",
        "note: A footnote.",
    ]
    assert styled(parsed) == [
        ("italic", "slanted", ""),
        ("bold", "bold", ""),
        ("code", "code", ""),
        ("link", "link", "https://a.b"),
    ]
    assert parsed.title == "Manual"
    assert parsed.properties == {"author": "Anna Berg", "date": "2026-03-01"}


def test_lists():
    parsed = read(
        "Bring:\n\n- one\n- two\n\n  1. inner\n\n    more\n\nTerm : kind\n    Meaning of it.\n\n-f  Goes "
        "fast.\n"
    )
    assert outlined(parsed) == [
        "paragraph: Bring:",
        "list",
        "  item",
        "    paragraph: one",
        "  item",
        "    paragraph: two",
        "    list",
        "      item",
        "        paragraph: inner",
        "    quotation",
        "      paragraph: more",
        "list",
        "  term: Term : kind",
        "  definition",
        "    paragraph: Meaning of it.",
        "list",
        "  term: -f",
        "  definition",
        "    paragraph: Goes fast.",
    ]


def test_tables():
    parsed = read(
        ".. table:: Prices\n\n"
        "   +-------+-------+-------+\n   | Drink | Small | Large |\n   +=======+=======+=======+\n"
        "   | Tea   | 1     | 2     |\n   +       +-------+-------+\n   |       | 3 and more    |\n"
        "   +-------+-------+-------+\n   | - a   | x     | y     |\n   | - b   |       |       |\n"
        "   +-------+-------+-------+\n\n"
        ".. csv-table::\n   :header: Name, Age\n\n   Anna, 31\n"
    )
    assert outlined(parsed) == [
        "table",
        "  caption: Prices",
        "  head: Drink | Small | Large",
        "  row: Tea | 1 | 2",
        "  row: Tea | 3 and more | ",
        "  row: a; b | x | y",
        "table",
        "  head: Name | Age",
        "  row: Anna | 31",
    ]


def test_code_lines_and_quotations():
    parsed = read(
        "Run::\n\n    a = 1\n      b\n\n| Main Street 1\n| Bonn\n\n>>> 1 + 1\n2\n\n  Be brief.\n\n  -- Anna\n"
    )
    assert outlined(parsed) == [
        "paragraph: Run:",
        "code: a = 1\n  b",
        "list",
        "  record: Main Street 1",
        "  record: Bonn",
        "code: >>> 1 + 1\n2",
        "quotation",
        "  paragraph: Be brief.",
        "  paragraph: — Anna",
    ]


def test_marks_of_sphinx():
    parsed = read(
        "See :ref:`the guide <intro>`, :py:func:`~os.path.join` and :doc:`faq`.\n\n"
        ".. note:: Take care.\n\n.. versionadded:: 3.2\n   The thing.\n\n.. deprecated:: 4.0\n\n"
        ".. option:: --fast\n   :noindex:\n\n   Goes *fast*.\n\n.. toctree::\n   :maxdepth: 2\n\n   intro\n\n"
        ".. only:: html\n\n   .. code-block:: python\n\n      x = 1\n"
    )
    assert outlined(parsed) == [
        "paragraph: See the guide, join and faq.",
        "paragraph: Take care.",
        "paragraph: Added in version 3.2: The thing.",
        "paragraph: Deprecated since version 4.0",
        "list",
        "  term: --fast",
        "  definition",
        "    paragraph: Goes fast.",
        "code: x = 1",
    ]


def test_nothing_else_is_loaded_or_printed(tmp_path, capfd):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    parsed = read(
        f"Words.\n\n.. include:: {secret}\n\n.. literalinclude:: {secret}\n\n.. raw:: html\n   :file: "
        f"{secret}\n\n"
        f".. csv-table::\n   :file: {secret}\n\n.. raw:: html\n\n   <b>raw</b>\n\n**broken"
    )
    assert "secret" not in parsed.text
    assert outlined(parsed) == ["paragraph: Words.", "paragraph: **broken"]
    assert capfd.readouterr() == ("", "")


def test_a_question_as_a_paragraph():
    assert outlined(read("May I smoke?\n\nNo.\n")) == ["question: May I smoke?", "answer: No."]


def test_no_text():
    for data, reason in (
        (b"", "^empty of words$"),
        (b"====\n", "^empty of words$"),
        (bytes(range(32)) * 9, "^binary"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.rst")


@pytest.mark.parametrize("word", ["-1", "-1e400", "//1"])
def test_a_long_line_without_blanks_takes_no_time(word: str):
    start = time.process_time()
    parsed = read("T\n=\n\n" + word * (30_000 // len(word)) + " is said\n\nSee *it*")
    assert outlined(parsed)[2] == "paragraph: See it"
    assert time.process_time() - start < 1


@pytest.mark.slow
@pytest.mark.parametrize("text", ["x", "x " * 20_000])
def test_substitutions_in_others_do_not_grow_without_end(text: str):
    names = "".join(f".. |a{n}| replace:: |a{n + 1}| |a{n + 1}|\n" for n in range(24))
    parsed = read(f"{names}.. |a24| replace:: {text}\n\nSee |a0| there.\n\nAnd |a24| there.\n")
    assert "See |a0| there." in parsed.text


def test_many_lists_of_contents_take_no_time():
    start = time.process_time()
    assert "Part" in read(".. contents::\n\nPart\n====\n\nIt is.\n\n" * 150).text
    assert time.process_time() - start < 1.5


def test_many_short_substitutions_are_read():
    parsed = read(".. |a| replace:: one of the 40 letters that it is\n\n" + "See |a| there.\n\n" * 400)
    assert parsed.text.count("See one of the 40 letters that it is there.") == 400
