"""Draws real conversations with ``docent telegram`` over seeds/, in Chromium.

python -m tests.telegram.picture docs/conversation.png    the README's picture
python -m tests.telegram.picture docs/page.png --page     a quote and the page that it stands on
python -m tests.telegram.picture screens.png --all        every screen, also in Persian, light and dark; by
                                                          a bot without models, which answers worse
"""

import os
import re
import subprocess
import sys
import tempfile
from base64 import b64encode
from html import escape
from pathlib import Path

from PIL import Image

from tests.conftest import ROOT
from tests.telegram.chats import Chat, Sent
from tests.telegram.conftest import WORDS, Running
from tests.telegram.server import BotApi

MODELS = "-c", "from bot.terminal.main import main; main()"
WITHOUT_MODELS = {"DOCENT_READER__MODEL": "none", "DOCENT_ENCODER__MODEL": "all-MiniLM-L6-v2",
                  "DOCENT_ANSWER__THRESHOLD": "0.14"}  # fmt: skip
STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 1180px; padding: 26px; font: 15px/1.38 "Inter", "Noto Sans", "DejaVu Sans", sans-serif;
       background: linear-gradient(150deg, #b9d4a3, #8fbfa0 55%, #7fb2b5); color: #111 }
main { display: flex; gap: 30px; align-items: flex-start }
section { flex: 1 }
.message { max-width: 540px; margin: 0 0 10px; padding: 8px 12px; border-radius: 14px; background: #fff;
           box-shadow: 0 1px 1px #0002; white-space: pre-wrap; overflow-wrap: anywhere }
.person { margin-left: auto; width: fit-content; background: #e3fdc9; border-bottom-right-radius: 4px }
.bot { border-bottom-left-radius: 4px }
blockquote { margin: 3px 0; padding: 4px 10px; border-left: 3px solid #4a96d2; border-radius: 5px;
             background: #eaf3fb }
.message i { color: #5b6b78; font-style: normal; font-size: 13.5px }
.keyboard { max-width: 540px; margin: -6px 0 10px }
.row { display: flex; gap: 4px; margin-bottom: 4px }
.row span { flex: 1; padding: 6px; border-radius: 9px; background: #3d6b6499; color: #fff; text-align: center;
            font-weight: 600; font-size: 14px }
.row .pressed { background: #25504aee }
pre, code { font: 13px/1.4 "DejaVu Sans Mono", monospace }
pre { margin: 3px 0; padding: 5px 9px; border-radius: 5px; background: #eef2f5; overflow-x: auto }
.message, blockquote, .row span { unicode-bidi: plaintext }
img { display: block; width: calc(100% + 24px); margin: -8px -12px 6px; border-radius: 14px 14px 0 0 }
.dark { background: #10181f; color: #e8edf0 }
.dark .message { background: #1f2c36; color: #e8edf0 }
.dark .person { background: #2b5a4c }
.dark blockquote, .dark pre { background: #26404f }
.dark .message i { color: #9db2c0 }
"""


def main(target: Path, *, everything: bool, paged: bool) -> None:
    """Hold the conversation and draw it."""
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        people = [api.user("Ada"), api.user("Shirin", language_code="fa")]
        bot = Running(
            [sys.executable, *(WORDS if everything else MODELS), "telegram"],
            {
                **os.environ,
                "TELEGRAM_BOT_TOKEN": api.token,
                "DOCENT_TELEGRAM__BASE_URL": api.url,
                "DOCENT_TELEGRAM__ADMINS": str([person.id for person in people]),
                "DOCENT_STATE__FOLDER": folder,
                "HF_HUB_OFFLINE": "1",
                **(WITHOUT_MODELS if everything else {}),
                **({"DOCENT_DOCUMENTS__FOLDER": handbook(folder)} if paged else {}),
            },
        )
        try:
            bot.wait_line("Answering as", timeout=600)
            columns = (page_of_a_quote if paged else conversation)(api.private(people[0]), api)
            if everything:
                columns += [screens(api.private(person)) for person in people]
            html = page(columns, api, dark=False) + (page(columns, api, dark=True) if everything else "")
        finally:
            bot.stop()
        file = Path(folder) / "page.html"
        style = STYLE.replace("1180px", f"{590 * len(columns)}px")
        file.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{html}", encoding="utf-8")
        draw(file, target, 590 * len(columns), 3200 if everything else 915 if paged else 1030)


def conversation(chat: Chat, api: BotApi) -> list[list[tuple[Sent, str]]]:
    """A list with its citation opened, and a fact beside what the document does not hold."""
    chat.send("who attended?")
    (listed,) = chat.wait(timeout=60)
    cited = listed.buttons[0][-1] if "[4]" not in listed.buttons[0] else "[4]"
    api.click(listed, cited, by=chat.members[0])
    opened = chat.wait(after=listed.id)[-1]
    left = [(message, cited if message.id == listed.id else "") for message in chat.messages]
    for question in ("Where did Khalilzad meet the Taliban?", "How do I reset my router?"):
        chat.send(question)
        chat.wait(timeout=60)
    return [left, [(message, "") for message in chat.messages if message.id > opened.id]]


def page_of_a_quote(chat: Chat, api: BotApi) -> list[list[tuple[Sent, str]]]:
    """An answer from a PDF, and beside it the page that it stands on."""
    chat.send("How long may members keep a borrowed boat?")
    (answer,) = chat.wait(timeout=60)
    api.click(answer, "[1]", by=chat.members[0])
    opened = chat.wait(after=answer.id)[-1]
    api.click(opened, "📄 Page", by=chat.members[0])
    sent = chat.wait(after=opened.id)[-1]
    pressed = {answer.id: "[1]", opened.id: "📄 Page"}
    left = [(message, pressed.get(message.id, "")) for message in chat.messages if message.id < sent.id]
    return [left, [(sent, "")]]


def handbook(folder: str) -> str:
    """Makes a folder with a PDF of three pages; its path."""
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    docs = Path(folder) / "docs"
    docs.mkdir()
    style = getSampleStyleSheet()
    fees = Table([["Boat", "Seats", "Fee a day"], ["Heron", "2", "4.00"], ["Otter", "4", "6.50"]])
    fees.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "grey")]))
    parts = [
        ("The society", "The rowing society was founded in 1911 and has its house on the lake."),
        None,
        ("Boats", "Every member may borrow a boat, alone or with guests, after two lessons."),
        ("", "A borrowed boat may be kept for three days; whoever needs it longer asks the boatman."),
        ("", "It comes back clean and dry, and the book is signed by the member who took it."),
        ("Fees", fees),
        None,
        ("Meetings", "The members meet on the first Tuesday of every month."),
    ]
    flow: list[object] = []
    for part in parts:
        if part is None:
            flow.append(PageBreak())
            continue
        heading, text = part
        flow += [Paragraph(heading, style["Heading2"])] if heading else []
        flow.append(Paragraph(text, style["BodyText"]) if isinstance(text, str) else text)
    SimpleDocTemplate(str(docs / "handbook.pdf"), pagesize=A5, title="Members' handbook").build(flow)
    return str(docs)


def screens(chat: Chat) -> list[tuple[Sent, str]]:
    """What the bot tells of itself and of the documents, and an answer in the person's language."""
    last = chat.messages[-1].id if chat.messages else 0
    commands = "/start", "/help", "/sources", "/status", "/sourcs", "who attended?", "/privacy"
    for text in commands:
        chat.send(text)
        chat.wait(timeout=60)
    return [(message, "") for message in chat.messages if message.id > last]


def page(columns: list[list[tuple[Sent, str]]], api: BotApi, *, dark: bool) -> str:
    """The columns side by side."""
    shown = "".join(
        f"<section>{''.join(bubble(message, pressed, api.me['id']) for message, pressed in column)}</section>"
        for column in columns
    )
    return f'<main class="{"dark" if dark else "light"}">{shown}</main>'


def bubble(message: Sent, pressed: str, bot: int) -> str:
    """A message as a chat shows it."""
    if message.sender != bot:
        return f'<div class="message person">{escape(message.text)}</div>'
    rows = "".join(
        '<div class="row">'
        + "".join(f'<span class="{"pressed" if label == pressed else ""}">{label}</span>' for label in row)
        + "</div>"
        for row in message.buttons
    )
    html = re.sub(
        r"\n?(</?(?:blockquote|pre)\b[^>]*>)\n?", r"\1", message.html
    )  # a block ends its line by itself
    if message.photo:
        html = f'<img src="data:image/jpeg;base64,{b64encode(message.photo.content).decode()}">{html}'
    return f'<div class="message bot">{html}</div><div class="keyboard">{rows}</div>'


def draw(file: Path, target: Path, width: int, height: int) -> None:
    """Take a picture of a page."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={target}",
                file.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(256)  # a third of the bytes
    small.save(target, optimize=True)


if __name__ == "__main__":
    main((ROOT / sys.argv[1]).resolve(), everything="--all" in sys.argv, paged="--page" in sys.argv)
