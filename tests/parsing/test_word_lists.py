"""Lists of Word and Outlook, which are paragraphs with a mark."""

import pytest

from index.parsing.letters import mail
from index.parsing.web import html
from tests.parsing.outlined import outlined


def marked(mark: str, text: str, *, level: int = 1) -> str:
    """A paragraph as Word saves it."""
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'>"
        "<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>"
        f"{mark}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span></span></span>"
        f"<![endif]>{text}<o:p></o:p></p>\n"
    )


def filtered(mark: str, text: str) -> str:
    """The same without what only Word understands."""
    return (
        "<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt'><span style='font-family:Symbol'>"
        f"{mark}<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span>{text}</p>\n"
    )


def lines(body: str) -> list[str]:
    return outlined(html.parse(f"<html><body><div>{body}</div></body></html>".encode(), "a.html"))


def test_marked_paragraphs_are_a_list():
    assert lines(
        "<p class=MsoNormal>The rules of the house are these:</p>\n"
        + marked("·", "Dogs are kept on a lead.")
        + marked("o", "In the <b>garden</b> too.", level=2)
        + marked("2.", "Up to two dogs a cottage.")
        + "<p class=MsoNormal>Ask the warden.</p>"
    ) == [
        "paragraph: The rules of the house are these:",
        "list",
        "  item",
        "    paragraph: Dogs are kept on a lead.",
        "    list",
        "      item",
        "        paragraph: In the garden too.",
        "  item",
        "    paragraph: Up to two dogs a cottage.",
        "paragraph: Ask the warden.",
    ]


def test_depths_by_their_marks():
    assert lines(filtered("·", "Dogs are kept on a lead.") + filtered("o", "In the garden too.")) == [
        "list",
        "  item",
        "    paragraph: Dogs are kept on a lead.",
        "    list",
        "      item",
        "        paragraph: In the garden too.",
    ]


def test_a_list_that_begins_deep():
    deep = marked("o", "In the garden too.", level=3) + marked("·", "Dogs are kept on a lead.")
    assert [line.strip() for line in lines(deep) if "paragraph" in line] == [
        "paragraph: In the garden too.",
        "paragraph: Dogs are kept on a lead.",
    ]


def test_a_paragraph_that_goes_an_item_on():
    more = "<p class=MsoListParagraphCxSpMiddle>Ask the warden for one.</p>"
    assert lines(marked("1.", "Dogs are kept on a lead.") + more) == [
        "list",
        "  item",
        "    paragraph: Dogs are kept on a lead.",
        "    paragraph: Ask the warden for one.",
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p class=MsoListParagraph>1.<span style='font:7.0pt'>&nbsp;&nbsp; </span>Switch it off.</p>",
        "<p class=MsoListNumber><span>1.2.10.<span>&nbsp;</span></span>Switch it off.</p>",
        "<p class=MsoListBullet><span>ü<span>&nbsp; </span></span>Switch it off.</p>",
        "<p class=MsoListBullet2><span>•&nbsp;</span>Switch it off.</p>",
    ],
)
def test_marks_of_other_ways(paragraph: str):
    assert lines(paragraph) == ["list", "  item", "    paragraph: Switch it off."]


@pytest.mark.parametrize("words", ["In <b>the</b> shed.", "o <b>gato</b> dorme.", "<b>v</b> is a speed."])
def test_first_words_are_no_marks(words: str):
    assert [line.split(":")[0] for line in lines(f"<p class=MsoListParagraph>{words}</p>")] == ["paragraph"]


def test_a_paragraph_of_that_class_without_a_mark():
    assert lines("<p class=MsoListParagraph>Dogs are kept on a lead.</p>") == [
        "paragraph: Dogs are kept on a lead."
    ]


def test_a_mail_of_outlook():
    message = (
        "From: Nora <nora@example.org>\nTo: all@example.org\nSubject: Dogs\n"
        "Date: Sat, 12 Apr 2025 09:14:02 +0100\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
        f"<html><body><p class=MsoNormal>Dear all,</p>{marked('·', 'Keep dogs on a lead.')}"
        f"{marked('·', 'Bring a bag.')}</body></html>"
    )
    assert outlined(mail.parse(message.encode(), "a.eml"))[-5:] == [
        "list",
        "  item",
        "    paragraph: Keep dogs on a lead.",
        "  item",
        "    paragraph: Bring a bag.",
    ]
