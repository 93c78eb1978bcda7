"""The page itself: its picture with the quote marked, pages that are turned, and what cannot be shown."""

from pathlib import Path

from tests.drawing.marked import HIGH, LETTER, near, pdf, yellow
from tests.telegram.chats import Document, Sent, User
from tests.telegram.conftest import Start
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
    box = 2 * 40, 2 * (HIGH - 258), 2 * (40 + 35 * LETTER), 2 * (HIGH - 247)
    assert near(marked(page), box, 5)

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
