"""How updates reach the bot of the test double: by polling or by a webhook."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from tests.telegram.chats import Chat
from tests.telegram.double.conftest import Bot, Json, poll, until_polling
from tests.telegram.server import TOKEN, BotApi


def test_updates_are_polled_until_acknowledged(api: BotApi, bot: Bot, chat: Chat) -> None:
    for text in "abc":
        chat.send(text)
    first, second, third = bot("getUpdates")
    assert [update["message"]["text"] for update in (first, second, third)] == ["a", "b", "c"]
    assert second["update_id"] == first["update_id"] + 1
    assert bot("getUpdates", limit=1) == [first]
    assert bot("getUpdates", offset=second["update_id"]) == [second, third]
    assert bot("getUpdates", offset=-1) == [third] == bot("getUpdates")
    assert bot("getUpdates", offset=third["update_id"] + 1) == []
    api.redeliver(second["update_id"])
    assert bot("getUpdates", offset=third["update_id"] + 1) == [second]
    assert bot("getUpdates") == []
    api.redeliver()
    assert bot("getUpdates") == [third]


def test_allowed_updates_stay_as_last_given(api: BotApi, bot: Bot, chat: Chat) -> None:
    bot("getUpdates", allowed_updates=["edited_message"])
    bot("getUpdates")
    chat.edit(chat.send("a"), "b")
    assert [update["text"] for update in poll(bot)] == ["b"]
    bot("getUpdates", allowed_updates=[])
    chat.send("c")
    assert api.queue("message_reaction", {}) is None
    assert [update["text"] for update in poll(bot)] == ["c"]


@pytest.mark.slow
def test_a_poll_waits_for_news(api: BotApi, bot: Bot, chat: Chat, later: Callable[..., Any]) -> None:
    began = time.monotonic()
    assert bot("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 3
    waiting = later(bot, "getUpdates", timeout=50)
    until_polling(api)
    chat.send("news")
    assert waiting.result(5)[0]["message"]["text"] == "news"


def test_a_second_poll_ends_the_first(api: BotApi, bot: Bot, later: Callable[..., Any]) -> None:
    first = later(bot.refused, "getUpdates", timeout=50)
    until_polling(api)
    assert bot("getUpdates", timeout=0) == []
    assert first.result(5).startswith("409 Conflict: terminated by other getUpdates request; make sure")
    assert api.count("getUpdates", status=409) == 1
    third = later(bot.refused, "getUpdates", timeout=50)
    until_polling(api)
    bot("setWebhook", url="https://example.org/hook")
    assert third.result(5) == "409 Conflict: terminated by setWebhook request"
    assert "while webhook is active" in bot.refused("getUpdates")
    assert "HTTPS" in bot.refused("setWebhook", url="http://example.org/hook")
    assert "unallowed characters" in bot.refused("setWebhook", url="https://example.org", secret_token="a b")
    assert bot("getWebhookInfo")["url"] == "https://example.org/hook"
    bot("deleteWebhook")
    assert api.webhook is None
    assert bot("getUpdates") == []


def test_a_killed_client_takes_no_update(api: BotApi, bot: Bot, chat: Chat) -> None:
    request = f"GET /bot{TOKEN}/getUpdates?timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", httpx.URL(api.url).port)) as killed:
        killed.sendall(request.encode())
        until_polling(api)
        # Lingering for no time resets the connection, as the kernel does for a killed process.
        killed.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    chat.send("x")
    assert [update["text"] for update in poll(bot, timeout=5)] == ["x"]


class Hook:
    """A webhook that refuses its first request."""

    def __init__(self) -> None:
        self.taken: list[tuple[str | None, Json]] = []
        self.came = threading.Event()
        statuses = iter([500])
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.taken.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], update))
                self.send_response(next(statuses, 200))
                self.send_header("Content-Length", "0")
                self.end_headers()
                if len(hook.taken) == 3:
                    hook.came.set()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


def test_updates_are_pushed_to_a_webhook(api: BotApi, bot: Bot, chat: Chat) -> None:
    hook = Hook()
    thread = threading.Thread(target=hook.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        chat.send("a")
        bot("setWebhook", url=hook.url, secret_token="s3cret", allowed_updates=["message"])
        chat.send("b")
        assert hook.came.wait(5)
        first, again, second = hook.taken
        assert first == again  # a refused update comes again, before the next
        assert [(secret, update["message"]["text"]) for secret, update in (again, second)] == [
            ("s3cret", "a"),
            ("s3cret", "b"),
        ]
        assert api.push(first[1]) == api.push(first[1], secret="wrong") == 200
        assert [secret for secret, _ in hook.taken[3:]] == ["s3cret", "wrong"]
        assert "500" in bot("getWebhookInfo")["last_error_message"]
    finally:
        hook.server.shutdown()
        thread.join()
        hook.server.server_close()
