"""Short words for what happens again and again in a conversation."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.telegram.chats import Chat, Sent
from tests.telegram.conftest import WORDS
from tests.telegram.server import BotApi

ATTENDED = "Who attended the meeting?"
ATTENDEES = "Alice Archer, Bob Baker and Carol Cook attended the meeting."
ATTENDED_ANSWER = (
    f"<blockquote><b>[1] </b>{ATTENDEES}</blockquote>\n"
    "<b>Minutes of the garden club</b> · minutes.md\n"
    "Attendance, paragraph 1\n"
    "<i>1 sentence in 1 of 3 documents · confidence 90%</i>"
)
CROSSING = "How long does the crossing take?"
CROSSING_ANSWER = (
    "<blockquote><b>[1] </b>The crossing takes two days.</blockquote>\n"
    "<b>letters/ferry.txt</b>\n"
    "paragraphs 1–3\n"
    "<i>confidence 37%</i>"
)
STOCK = "How much beef stock is added?"
STOCK_QUOTE = "Add a litre of beef stock and let the soup simmer for half an hour."
TODAY = "YYYY-MM-DD"  # where a text is undated
UNKNOWN_COMMAND = "I do not know this command. /help tells what I understand."


def undated(text: str) -> str:
    """A text without today's date and, since tests may run over midnight, without yesterday's."""
    now = datetime.now(UTC)
    for day in (now, now - timedelta(days=1)):
        text = text.replace(day.date().isoformat(), TODAY)
    return text


def say(chat: Chat, text: str, **how: Any) -> Sent:
    """Somebody writes; the bot's first reply to that."""
    return reply(chat, chat.send(text, **how)["message_id"])


def reply(chat: Chat, message: int, after: int = 0) -> Sent:
    """The first reply to a message; others may come in between, as requests to an administrator."""

    def replies(messages: list[Sent]) -> list[Sent]:
        return [sent for sent in messages if sent.reply_to == message and sent.id > after]

    return chat.wait_until(replies)[0]


def heard(chat: Chat, api: BotApi, after: int = 0) -> list[str]:
    """The texts of the bot's messages in a chat, after the message of that id."""
    return [sent.text for sent in chat.messages if sent.sender == api.me["id"] and sent.id > after]


def press(api: BotApi, message: Sent, label: str, **how: Any) -> Sent:
    """Somebody presses a button; the bot's first new reply to the message that has it."""
    chat = api.chats[message.chat]
    last = chat.messages[-1].id
    assert api.click(message, label, **how) == ""
    return reply(chat, message.id, after=last)


def turn(api: BotApi, message: Sent, label: str, **how: Any) -> Sent:
    """Somebody presses a button; the message with it, once it is edited."""
    chat = api.chats[message.chat]
    now = chat.get(message)
    assert now
    assert api.click(message, label, **how) == ""
    return chat.wait_edit(now)


def docent(docs: Path, tmp_path: Path, *words: str) -> str:
    """Runs ``docent`` beside the bot, over the same documents and state; what it prints."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "offline")]),
        "DOCENT_DOCUMENTS__FOLDER": str(docs),
        "DOCENT_STATE__FOLDER": str(tmp_path / "state"),
        "DOCENT_READER__MODEL": "none",  # as the bot beside it
    }
    done = subprocess.run(
        [sys.executable, *WORDS, *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
