"""The page itself: its picture with the quote marked, pages that are turned, and what cannot be shown."""

from pathlib import Path
from typing import Any

import pytest

from bot.answering.answers import Answer, Citation
from bot.telegram.answering.pages import has_page, shown
from index.drawing.paged import Paged
from tests.drawing.marked import HIGH, LETTER, near, pdf, yellow
from tests.telegram.chats import Document, Sent, User
from tests.telegram.conftest import Start
from tests.telegram.markup import units
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED, press, say, turn

WHO = "Who repaired the lighthouse?"
LIGHTHOUSE = pdf(
    [(40, 250, "The harbour was closed in winter.")],
    [(40, 250, "Erik Olsen repaired the lighthouse.")],
    [(40, 250, "Ferries came back in spring.")],
)


def uploads(api: BotApi) -> list[bool]:
    """Of each picture that was sent or shown, whether its bytes were uploaded."""
    made = [call for call in api.calls if call.method in ("sendPhoto", "editMessageMedia")]
    return [
        isinstance(call.params.get("photo"), Document) or "attach://" in call.params.get("media", "")
        for call in made
    ]


def marked(sent: Sent) -> tuple[int, int, int, int] | None:
    assert sent.photo
    return yellow(sent.photo.content)


def test_the_page_of_a_quote_is_shown_and_turned(start: Start, api: BotApi, owner: User, docs: Path) -> None:
    (docs / "lighthouse.pdf").write_bytes(LIGHTHOUSE)
    running = start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)
    answer = say(chat, WHO)
    assert answer.buttons[0][:2] == ["[1]", "📄 Page"], answer
    opened = press(api, answer, "[1]")
    assert opened.buttons[-1] == ["📄 Page", "📄 Send the file"]

    page = press(api, opened, "📄 Page")
    assert page.text == "lighthouse.pdf\n[1] · page 2 of 3"
    assert (page.silent, page.reply_to, page.buttons) == (True, opened.id, [["◀", "▶"]])
    box = 40, HIGH - 258, 40 + 35 * LETTER, HIGH - 247
    assert near(marked(page), tuple(edge * 5 // 2 for edge in box), 6), "at 1000 pixels of 400 points"

    last = turn(api, page, "▶")
    assert (last.id, last.text) == (page.id, "lighthouse.pdf\n[1] · page 3 of 3")
    assert (last.buttons, marked(last)) == ([["◀", "[1]"]], None)
    back = turn(api, last, "[1]")
    assert (back.text, back.buttons) == (page.text, page.buttons)
    first = turn(api, back, "◀")
    assert (first.text, first.buttons) == ("lighthouse.pdf\n[1] · page 1 of 3", [["[1]", "▶"]])
    assert marked(first) is None

    before = uploads(api)
    assert before == [True, True, False, True], "what Telegram has is not uploaded again"
    again = press(api, answer, "📄 Page")
    assert (again.text, again.reply_to, again.photo) == (page.text, answer.id, page.photo)
    assert uploads(api) == [*before, False]

    (docs / "lighthouse.pdf").write_bytes(pdf([(40, 250, "Nobody repaired it.")]))
    changed = press(api, answer, "📄 Page")
    told = "lighthouse.pdf changed since I read it, so I cannot show where the quote stands."
    assert (changed.text, changed.photo) == (told, None)
    (docs / "lighthouse.pdf").unlink()
    gone = press(api, first, "▶")
    assert (gone.text, gone.photo) == ("The file lighthouse.pdf is gone or cannot be read.", None)
    assert uploads(api) == [*before, False]

    minutes = press(api, say(chat, ATTENDED), "[1]")
    assert minutes.buttons[-1] == ["📄 Send the file"], "a text has no pages"
    assert "failed" not in running.text


def citation(source: str = "a.docx", **more: object) -> Citation:
    given = {"number": 2, "source": source, "title": "The rules", "start": 0, "end": 5, "quote": "Words"}
    given |= {"passage": "Words", "passage_start": 0, "passage_end": 5, "span": None, "score": 1.0}
    return Citation(**given | more)  # type: ignore[arg-type]


def paged(**more: Any) -> Paged:
    sizes = ((100.0, 100.0),) * 3
    return Paged("a.docx", "0" * 64, "0" * 64, ("i", "ii", "1"), sizes, **more)


def test_below_a_page_stands_where_it_is_and_what_is_to_be_known() -> None:
    both = paged(marks={0: [(0, 0, 8, 8)], 1: [(0, 0, 8, 8)]}, found=True)
    first = shown(both, 0, 7, citation())
    assert first.messages[0].html == (
        "<b>The rules</b> · a.docx\n<i>[2] · page i (1 of 3)</i>\nThe quote goes on on the next page."
    )
    assert [button.callback_data for row in first.keyboard.inline_keyboard for button in row] == [
        "turn:7:2:1"
    ]
    last = shown(both, 2, 7, citation(), "Nothing is marked.")
    assert (
        last.messages[0].html == "<b>The rules</b> · a.docx\n<i>[2] · page 1 (3 of 3)</i>\nNothing is marked."
    )
    assert [button.callback_data for row in last.keyboard.inline_keyboard for button in row] == [
        "turn:7:2:1", "turn:7:2:0",
    ]  # fmt: skip
    alone = Paged("a.pdf", "0" * 64, "0" * 64, ("1",), ((100.0, 100.0),))
    assert shown(alone, 0, 7, citation()).keyboard is None
    long = shown(alone, 0, 7, citation("x/" * 500, title="T" * 500))
    assert units(long.messages[0].plain) <= 1024  # of a caption


def test_a_page_is_offered_under_an_answer_of_one_quote_that_may_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")

    def offered(*citations: Citation) -> bool:
        return has_page(
            Answer(question="?", searched_for="?", found=True, confidence=0.9, text="", citations=citations)
        )

    assert offered(citation("a/b.PDF"))
    assert offered(citation("scan.tiff"))
    assert not offered(citation("a.pdf"), citation("b.pdf"))
    assert not offered(citation("a.md"))
    assert not offered(citation("a.pptx")), "without LibreOffice it has no pages"
    assert not offered()
