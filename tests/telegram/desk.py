"""A bot that many tests share, faults of the server and of the line to it, and words for conversations."""

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.telegram.showing.about import HELP
from bot.telegram.showing.answered import DID_IT_ARRIVE
from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Running
from tests.telegram.faults import Fault
from tests.telegram.server import BotApi

MOODY = "-m", "tests.telegram.moody_bot"
WHO = "Who attended the meeting?"
HOLD = "hold on: who attended the meeting?"
FERRY = "When does the ferry to Iceland leave?"
PEOPLE = 1001, 1400  # ids of people who may ask
LONG_WORD = "langstreckenlauf" * 5
FOXES = "\n\n".join(f"Fox {name} <b>&amp; 🦊 ran {f'{LONG_WORD} ' * 40}." for name in ("Ann", "Bob", "Cy"))
WHERE_FOXES = f"Where did fox Ann, fox Bob and fox Cy run {LONG_WORD}?"
Key = tuple[int, int]
"""Chat and message."""
LONG_NAME = "Протокол-заседания-клуба-садоводов-№" * 3 + ".txt"


@dataclass
class Desk:
    """The bot that most tests share, and what it may be refused in the running test."""

    api: BotApi
    owner: User
    running: Running
    gate: Path
    docs: Path
    environment: dict[str, str]
    refusals: set[tuple[str, int]] = field(default_factory=set)
    broken: bool = False

    def person(self, name: str = "Alice") -> Chat:
        """The private chat of somebody new who may ask."""
        user = self.api.user(name)
        assert PEOPLE[0] <= user.id <= PEOPLE[1]
        return self.api.private(user)

    def group(self, name: str = "Garden club", **kind: bool) -> Chat:
        """A group that the owner has allowed; its other member is the last."""
        chat = self.api.group(name, [self.owner, self.api.user("Gus")], **kind)
        chat.send("/allow", by=self.owner)
        assert "may ask now" in chat.wait()[0].text
        return chat

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """While this lasts, questions with "hold" are worked on."""
        self.gate.unlink()
        try:
            yield
        finally:
            self.gate.touch()

    def refuses(self, method: str, status: int = 400) -> None:
        """The test makes the server refuse a call on purpose."""
        self.refusals.add((method, status))


@dataclass
class Canned(Fault):
    """A fault that answers with any status and body."""

    status: int = 503
    body: str = "<html><title>503 Service Unavailable</title></html>"

    @property
    def answer(self) -> tuple[int, str]:
        return self.status, self.body


NOT_FOUND = '{"ok": false, "error_code": 404, "description": "Not Found"}'


class Line:
    """A TCP line to a server, that can be cut: then connections are refused. It begins cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listener.close()
        self._open: list[socket.socket] = []

    def join(self) -> None:
        """Connect the line."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Cut it, with all connections."""
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open += near, far
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def ask(chat: Chat, question: str = WHO, by: User | None = None) -> Sent:
    """Asks, and gives the answer's last message."""
    chat.send(question, by)
    return chat.wait()[-1]


def by_bot(chat: Chat) -> list[Sent]:
    """The bot's messages in a chat so far."""
    return [sent for sent in chat.messages if sent.raw["from"]["is_bot"]]


def answers_in(chats: Iterable[Chat]) -> list[Sent]:
    """The bot's messages so far; that an answer may not have arrived, and is offered again, is none."""
    return [one for chat in chats for one in by_bot(chat) if one.text != DID_IT_ARRIVE]


def written_in(api: BotApi) -> dict[int, Key]:
    """Chat and message of each update so far that brought a message, by its number."""
    found = {update["update_id"]: update["message"] for update in api.updates.history if "message" in update}
    return {number: (message["chat"]["id"], message["message_id"]) for number, message in found.items()}


def crossed_out(state: Path) -> set[int]:
    """The numbers of the updates that the bot has crossed out; it must not run.

    Args:
        state: its state folder.
    """
    with contextlib.closing(sqlite3.connect(state / "telegram" / "123456.sqlite")) as database:
        return {number for (number,) in database.execute("SELECT id FROM updates WHERE body IS NULL")}


def said(chat: Chat) -> list[str]:
    """What the bot has said in a chat so far; of the help, the first words."""
    return [HELP[:20] if sent.text.startswith(HELP[:20]) else sent.text for sent in by_bot(chat)]


def attended(text: str) -> bool:
    return "Alice Archer, Bob Baker and Carol Cook attended the meeting." in text


def answers_next(chat: Chat, by: User | None = None) -> None:
    """All that came before in this chat is dealt with, for the bot answers in order."""
    chat.send("/help", by)
    assert chat.wait()[0].text.startswith(HELP[:20])


def until(true: Callable[[], object], timeout: float = 10) -> None:
    """Returns as soon as it is true."""
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout} s"
        time.sleep(0.01)
