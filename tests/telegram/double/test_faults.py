"""What can be made to go wrong in the test double."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.telegram.chats import Chat
from tests.telegram.double.conftest import Bot, Json, until_polling
from tests.telegram.server import BotApi


def test_faults_strike_in_order(api: BotApi, client: httpx.Client, chat: Chat) -> None:
    other = api.private(api.user("Bob"))
    other.send("x")
    api.fault("sendMessage", "429", chat=chat, retry_after=7)
    api.fault("sendMessage", "502")
    api.fault("sendMessage", "garbage", times=2)
    api.fault("*", "400", description="Bad Request: no luck", times=None)

    def send(to: Chat) -> httpx.Response:
        return client.post("/sendMessage", data={"chat_id": to.id, "text": "x"})

    assert send(other).status_code == 502
    limited = send(chat)
    assert (limited.status_code, limited.json()["parameters"]) == (429, {"retry_after": 7})
    for _ in range(2):
        garbage = send(chat)
        assert garbage.status_code == 200
        with pytest.raises(ValueError):
            garbage.json()
    for _ in range(3):
        assert send(chat).json()["description"] == "Bad Request: no luck"
    api.clear_faults()
    assert send(chat).is_success
    assert len(chat.wait()) == 1
    assert api.count("sendMessage") == 8
    assert api.count("sendMessage", chat=other) == api.count("sendMessage", status=502) == 1


@pytest.mark.parametrize("kind", ["401", "403", "409", "500"])
def test_every_status_has_its_description(api: BotApi, bot: Bot, kind: str) -> None:
    api.fault("getMe", kind)
    assert bot.refused("getMe").startswith(kind)
    assert bot("getMe") == api.me


@pytest.mark.parametrize(
    ("kind", "options", "arrives"),
    [
        ("drop_before", {}, False),
        ("drop_after", {}, True),
        ("hang", {"seconds": 0.05}, False),
        ("hang", {"seconds": 0.05, "accepted": True}, True),
        ("hang", {"seconds": 30}, False),
        ("slow", {"seconds": 0.3}, True),
    ],
)
def test_replies_get_lost(
    api: BotApi, client: httpx.Client, chat: Chat, kind: str, options: Json, arrives: bool
) -> None:
    api.fault("sendMessage", kind, **options)
    with pytest.raises(httpx.TransportError):
        client.post("/sendMessage", data={"chat_id": chat.id, "text": "x"}, timeout=0.2)
    if arrives:
        assert len(chat.wait(timeout=2)) == 1
    else:
        assert len(chat.messages) == 1
    assert client.post("/getMe").is_success


def test_a_fault_of_polling_strikes_at_once(api: BotApi, bot: Bot, later: Callable[..., Any]) -> None:
    pending = later(bot, "getUpdates", timeout=50)
    until_polling(api)
    api.fault("getUpdates", "401", times=None)
    assert pending.result(5) == []
    assert bot.refused("getUpdates") == "401 Unauthorized"


def test_faults_must_exist(api: BotApi) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        api.fault("getMe", "418")
    with pytest.raises(ValueError, match="no such fault"):
        api.fault("getMe", "429", after=3)
