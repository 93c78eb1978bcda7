"""A bot that does what the test says, and a chat with it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.telegram.chats import Chat
from tests.telegram.server import TOKEN, BotApi

Json = dict[str, Any]


@pytest.fixture
def client(api: BotApi) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.url + TOKEN, trust_env=False, verify=False, timeout=5) as client:
        yield client


class Bot:
    """A bot that does what the test says."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def __call__(self, method: str, **given: Any) -> Any:
        """The result of a method; an AssertionError with the description when it is refused."""
        answer = self.client.post(f"/{method}", json=given).json()
        assert answer["ok"], f"{answer['error_code']} {answer['description']}"
        return answer["result"]

    def refused(self, method: str, **given: Any) -> str:
        """The status and the description of an error."""
        answer = self.client.post(f"/{method}", json=given)
        assert answer.status_code == answer.json()["error_code"]
        assert not answer.json()["ok"]
        return f"{answer.status_code} {answer.json()['description']}"

    def send(self, chat: Chat, text: str, **given: Any) -> int:
        """Sends a message and gives its id."""
        return self("sendMessage", chat_id=chat.id, text=text, **given)["message_id"]


@pytest.fixture
def bot(client: httpx.Client) -> Bot:
    return Bot(client)


@pytest.fixture
def chat(api: BotApi) -> Chat:
    """Alice's chat, in which she has written already."""
    chat = api.private(api.user("Alice"))
    chat.send("hello")
    api.updates.waiting.clear()
    return chat


@pytest.fixture
def later() -> Iterator[Callable[..., Future[Any]]]:
    """Runs a function beside the test."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


def keyboard(*labels: str) -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()} for label in labels]]}


def poll(bot: Bot, **given: Any) -> list[Any]:
    """The contents of the updates that wait, and acknowledges them."""
    updates = bot("getUpdates", **given)
    if updates:
        bot("getUpdates", offset=updates[-1]["update_id"] + 1)
    return [next(value for key, value in update.items() if key != "update_id") for update in updates]


def until_polling(api: BotApi) -> None:
    """Returns once a poll is pending."""
    deadline = time.monotonic() + 5
    while not api.updates.polling:
        assert time.monotonic() < deadline
        time.sleep(0.001)
