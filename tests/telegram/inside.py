"""The bot without a process: its parts are called here, with a real engine and nobody at the other end."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from telegram import Message, Update, User

from bot.answering.answers import Answer
from bot.collections import CollectionSettings
from bot.engine import Engine
from bot.feedback import Feedback
from bot.telegram.answering.asking import Asking
from bot.telegram.answering.replying import Replying
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers, Kept
from bot.telegram.persistence.offers import Offers
from bot.telegram.persistence.removals import Removals
from bot.telegram.renewals import Renewals
from bot.telegram.services import Services
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.inbox import Inbox
from bot.telegram.transport.post import Place
from bot.telegram.workers import Workers
from tests.found import FOUND
from tests.telegram.chats import _detected

Json = dict[str, Any]
ME = User(99, "Docent", True, username="Docent_Bot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
BOT = {"id": 99, "is_bot": True, "first_name": "Docent", "username": "Docent_Bot"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100, "type": "supergroup", "title": "Club"}


def raw(text: str | None = None, chat: Json = PRIVATE, **fields: Any) -> Json:
    """A message as Telegram sends it, with the entities that it finds by itself."""
    given = {"text": text, **_detected({"text": text})} if text is not None else {}
    return {"message_id": 5, "date": 0, "chat": chat, "from": ANN, **given, **fields}


def message(text: str | None = None, chat: Json = PRIVATE, **fields: Any) -> Message:
    made = Message.de_json(raw(text, chat, **fields), None)
    assert made is not None
    return made


@dataclass
class FakePost:
    """Keeps what would be sent, or fails as told."""

    error: BaseException | None = None
    lost: bool = False
    sent: list[str] = field(default_factory=list)
    edited: list[tuple[int, ...]] = field(default_factory=list)

    async def send(self, place: Place, screen: Screen, *, silent: bool = False) -> tuple[int, ...]:
        self._fail()
        self.sent += [one.plain for one in screen.messages]
        return () if self.lost else (70 + len(self.sent),)

    async def edit(self, place: Place, old: tuple[int, ...], screen: Screen) -> tuple[int, ...]:
        self._fail()
        self.edited.append(old)
        self.sent += [one.plain for one in screen.messages]
        return old

    @asynccontextmanager
    async def typing(self, place: Place) -> Any:
        yield

    def _fail(self) -> None:
        if self.error:
            raise self.error


class FakeBot:
    bot = ME


class Desk:
    """Asking with a real engine, and nobody at the other end."""

    def __init__(
        self,
        engine: Engine,
        database: state.Memory,
        folder: Path,
        fixed: Mapping[str, CollectionSettings] | None = None,
    ) -> None:
        telegram = engine.settings.telegram
        self.post = FakePost()
        self.answers = Answers(database, 30)
        self.services = Services(
            settings=engine.settings,
            engine=engine,
            bot=FakeBot(),  # type: ignore[arg-type]
            inbox=Inbox(database),
            access=Access(telegram, database, fixed or {}),
            answers=self.answers,
            offers=Offers(database),
            feedback=Feedback(folder / "feedback.sqlite", folder),
            post=self.post,  # type: ignore[arg-type]
            workers=(workers := Workers()),
            renewals=Renewals(engine, workers),
            removals=Removals(database),
        )
        self.asking = Asking(self.services, Replying(self.services))

    def hear(self, text: str | None, kind: str = "message", **fields: Any) -> list[str]:
        """The bot gets a message; what it says."""
        update = Update.de_json({"update_id": 1, kind: raw(text, **fields)}, None)
        before = len(self.post.sent)
        asyncio.run(self.asking.message(update, None))
        return self.post.sent[before:]


def kept(answers: Answers, chat: int = 5, question: int | None = 70, answer: Answer = FOUND) -> Kept:
    """An answer that was sent."""
    one = Kept(
        number=answers.reserve(),
        chat=chat,
        question_message=question,
        messages=(71, 72),
        generation="g1",
        answer=answer,
        shown=1,
    )
    answers.keep(one)
    return one


def update(number: int, chat: int = 7, text: str = "Who came?") -> Update:
    kind = "private" if chat > 0 else "supergroup"
    message = {
        "message_id": number,
        "date": 0,
        "chat": {"id": chat, "type": kind},
        "from": {"id": abs(chat), "is_bot": False, "first_name": "Ann"},
        "text": text,
    }
    return Update.de_json({"update_id": number, "message": message}, None)


def put(inbox: Inbox, *updates: object) -> None:
    async def all_of_them() -> None:
        for one in updates:
            await inbox.put(one)

    asyncio.run(all_of_them())


def queued(inbox: Inbox) -> list[Any]:
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


def bodies(database: sqlite3.Connection) -> list[int]:
    """Ids of the updates whose text is kept."""
    return [row[0] for row in database.execute("SELECT id FROM updates WHERE body IS NOT NULL ORDER BY id")]


class RecordingBot:
    """Keeps what is called, and raises what the test put under the method's name."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, list[Exception | None]] = {}
        self._next = 100

    async def send_message(self, chat: int, text: str, **more: Any) -> Any:
        return self._called("send", {"chat": chat, "text": text, **more})

    async def edit_message_text(self, text: str, **more: Any) -> Any:
        return self._called("edit", {"text": text, **more})

    async def delete_message(self, chat: int, number: int) -> Any:
        return self._called("delete", {"chat": chat, "number": number})

    async def send_document(self, chat: int, file: Any, **more: Any) -> Any:
        if not isinstance(file, str):
            file.input_file_content.seek(0)  # as httpx does
        data = file if isinstance(file, str) else file.input_file_content.read()
        return self._called("file", {"chat": chat, "data": data, **more})

    async def send_chat_action(self, chat: int, action: str, **more: Any) -> Any:
        return self._called("action", {"chat": chat, "action": action, **more})

    def _called(self, name: str, given: dict[str, Any]) -> Any:
        self.calls.append((name, given))
        if (errors := self.errors.get(name)) and (error := errors.pop(0)):
            raise error
        self._next += name == "send"
        return SimpleNamespace(message_id=self._next, document=SimpleNamespace(file_id="id1"))

    def seen(self, *fields: str) -> list[tuple[Any, ...]]:
        """The calls, each with some of what was given."""
        return [(name, *(given.get(one) for one in fields)) for name, given in self.calls]
