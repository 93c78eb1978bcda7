"""Draws the README's picture: a real conversation with ``docent telegram`` over seeds/, in Chromium.

python -m tests.telegram.picture docs/conversation.png
"""

import os
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from tests.conftest import ROOT
from tests.telegram.chats import Chat, Sent
from tests.telegram.conftest import Running
from tests.telegram.server import BotApi

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
"""


def main(target: Path) -> None:
    """Hold the conversation and draw it."""
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        person = api.user("Ada")
        bot = Running(
            [str(Path(sys.executable).with_name("docent")), "telegram"],
            {
                **os.environ,
                "TELEGRAM_BOT_TOKEN": api.token,
                "DOCENT_TELEGRAM__BASE_URL": api.url,
                "DOCENT_TELEGRAM__ADMINS": str(person.id),
                "DOCENT_STATE__FOLDER": folder,
                "HF_HUB_OFFLINE": "1",
            },
        )
        try:
            bot.wait_line("Answering as", timeout=120)
            chat = api.private(person)
            html = page(chat, api)
        finally:
            bot.stop()
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        draw(file, target)


def page(chat: Chat, api: BotApi) -> str:
    """Two columns: a list with its citation opened, and a fact beside what the document does not hold."""
    chat.send("who attended?")
    (listed,) = chat.wait()
    api.click(listed, "[4]", by=chat.members[0])
    opened = chat.wait(after=listed.id)[-1]
    left = [*chat.messages]
    chat.send("Where did Khalilzad meet the Taliban?")
    chat.wait()
    chat.send("How do I reset my router?")
    chat.wait()
    right = [message for message in chat.messages if message.id > opened.id]
    columns = "".join(
        f"<section>{''.join(bubble(m, '[4]' if m is listed else '', api.me['id']) for m in column)}</section>"
        for column in (left, right)
    )
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main>{columns}</main>"


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
    html = re.sub(r"\n?(</?blockquote[^>]*>)\n?", r"\1", message.html)  # a block ends its line by itself
    return f'<div class="message bot">{html}</div><div class="keyboard">{rows}</div>'


def draw(file: Path, target: Path) -> None:
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
                "--window-size=1180,1120",
                f"--screenshot={target}",
                file.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main((ROOT / sys.argv[1]).resolve())
