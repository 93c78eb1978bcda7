"""Voice messages: understood, answered as if typed, and never in a group unless they are for the bot."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import Update
from telegram.error import BadRequest

from bot.engine import Engine
from bot.telegram.answering.voice import NOT_FETCHED, NOT_UNDERSTOOD, TOO_LONG, Voice
from bot.telegram.persistence.state import Memory
from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.inside import GROUP, ME, Desk, raw
from tests.telegram.listening_bot import Ear
from tests.telegram.server import BotApi
from tests.telegram.talks import reply

SOUND = b"OggS: who attended the meeting?"


class Bot:
    """Has one file."""

    bot = ME
    error: Exception | None = None

    async def get_file(self, voice: Any) -> SimpleNamespace:
        if self.error:
            raise self.error

        async def download() -> bytearray:
            return bytearray(SOUND)

        return SimpleNamespace(download_as_bytearray=download)


@pytest.fixture
def desk(engine: Engine, database: Memory, tmp_path: Path) -> Desk:
    return Desk(engine, database, tmp_path)


def says(desk: Desk, seconds: int = 3, bot: Bot | None = None, **fields: Any) -> list[str]:
    """Somebody speaks; what the bot writes."""
    object.__setattr__(desk.services, "bot", bot or Bot())
    voice = {"file_id": "v", "file_unique_id": "w", "duration": seconds, "file_size": len(SOUND)}
    update = Update.de_json({"update_id": 1, "message": raw(None, voice=voice, **fields)}, None)
    before = len(desk.post.sent)
    asyncio.run(Voice(desk.services, desk.asking, Ear()).message(update, None))
    return desk.post.sent[before:]


def test_a_spoken_question_is_shown_and_answered(desk: Desk) -> None:
    (said,) = says(desk)
    assert said.startswith("who attended the meeting?\n")
    assert "[1] Alice Archer, Bob Baker and Carol Cook attended the meeting." in said
    (said,) = desk.hear("When was it?", message_id=80)
    assert said.startswith("searched for: When was the meeting?"), "what was spoken is leant on"


def test_what_is_not_understood_too_long_or_lost_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert says(desk, 31) == [TOO_LONG]
    lost = Bot()
    lost.error = BadRequest("file is temporarily unavailable")
    assert says(desk, bot=lost) == [NOT_FETCHED]
    monkeypatch.setattr("tests.telegram.test_voice.SOUND", b"hum")
    assert says(desk) == [NOT_UNDERSTOOD]


def test_in_a_group_only_replies_to_the_bot_are_heard(desk: Desk) -> None:
    assert says(desk, chat=GROUP) == []
    mine = {"message_id": 2, "date": 0, "chat": GROUP, "from": ME.to_dict(), "text": "[1] …"}
    (said,) = says(desk, chat=GROUP, reply_to_message=mine)
    assert said.startswith("who attended the meeting?\n")


def test_a_bot_answers_what_is_spoken(start: Start, api: BotApi, owner: User) -> None:
    running = start(command=("-m", "tests.telegram.listening_bot"), DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)
    for content, begins in ((SOUND, "who attended the meeting?\n"), (b"hum", NOT_UNDERSTOOD)):
        voice = api.upload("voice.oga", content, "audio/ogg") | {"duration": 3}
        spoken = chat.send_raw({"voice": voice})
        assert reply(chat, spoken["message_id"]).text.startswith(begins)
    assert running.text.count(" answered ") == 1
