"""The test double as a server: what it accepts and refuses, counts and survives."""

import asyncio
import io
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.telegram.chats import Chat, Sent
from tests.telegram.double.conftest import Bot, Json, keyboard, until_polling
from tests.telegram.server import TOKEN, BotApi


def test_texts_have_limits(bot: Bot, chat: Chat) -> None:
    bot.send(chat, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    many = "<b>x</b> " * 101
    for text, why in [
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        (" \n ", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        (many, "too many entities: 101"),
    ]:
        assert (
            bot.refused("sendMessage", chat_id=chat.id, text=text, parse_mode="HTML")
            == f"400 Bad Request: {why}"
        )


def test_parameters_come_in_every_encoding(client: httpx.Client, chat: Chat) -> None:
    given = {"chat_id": chat.id, "text": "a+b é", "reply_markup": json.dumps(keyboard("More"))}
    assert client.get("/sendMessage", params=given).is_success
    assert client.post("/sendMessage", data=given | {"disable_notification": "True"}).is_success
    assert client.post("/sendMessage", json=given | {"reply_markup": keyboard("More")}).is_success
    assert client.post(
        "/sendMessage", data=given, files={"reply_markup": (None, given["reply_markup"])}
    ).is_success
    sent = chat.wait(4)
    assert {(message.text, str(message.buttons)) for message in sent} == {("a+b é", "[['More']]")}
    assert [message.silent for message in sent] == [False, True, False, False]


def test_the_token_and_the_method_are_checked(api: BotApi, bot: Bot) -> None:
    def post(path: str) -> tuple[int, str]:
        answer = httpx.post(api.url + path, trust_env=False)
        return answer.status_code, answer.json()["description"]

    assert bot("getMe") == api.me
    assert post("7:" + "x" * 35 + "/getMe") == (401, "Unauthorized")
    assert post("nonsense/getMe") == (404, "Not Found")
    assert post(TOKEN) == (404, "Not Found")
    assert post(f"{TOKEN}/sendMessageDraft") == (404, "Not Found")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": "x", "reply_to_message_id": 1, "colour": "red"}, "colour, reply_to_message_id"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup"),
        ({"text": "x", "reply_parameters": []}, "can't parse reply parameters"),
        ({"text": "x", "reply_parameters": {"message": 1}}, "unknown fields message"),
        ({"text": "x", "link_preview_options": {"disabled": True}}, "unknown fields"),
        ({"text": "x", "disable_notification": "maybe"}, "can't parse disable notification"),
        ({}, "message text is empty"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": 5}, "chat not found"),
    ],
)
def test_wrong_parameters_are_refused(bot: Bot, chat: Chat, given: Json, why: str) -> None:
    refusal = bot.refused("sendMessage", **({"chat_id": chat.id} | given))
    assert refusal.startswith("400 Bad Request: ")
    assert why in refusal


def test_calls_are_counted(api: BotApi, bot: Bot, chat: Chat) -> None:
    for text in "abc":
        bot.send(chat, text)
    assert [(call.method, call.params["text"], call.status) for call in api.wait_call("sendMessage", 3)] == [
        ("sendMessage", text, 200) for text in "abc"
    ]
    assert api.pace(60) == {chat.id: 3, None: 3}
    first, second, _ = api.calls
    first.at -= 10
    second.at -= 0.5
    assert api.pace() == {chat.id: 2, None: 2}
    with pytest.raises(AssertionError, match="3 times"):
        api.wait_call("sendMessage", 4, timeout=0.01)


def test_the_server_stops_with_a_poll_pending() -> None:
    with BotApi() as api:
        poller = socket.create_connection(("127.0.0.1", httpx.URL(api.url).port))
        poller.sendall(f"GET /bot{TOKEN}/getUpdates?timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until_polling(api)
    with poller:
        assert poller.recv(10) == b""
    assert "Bot API" not in {thread.name for thread in threading.enumerate()}


def test_a_bug_of_the_double_is_no_fault_of_the_bot() -> None:
    with pytest.raises(ZeroDivisionError), BotApi() as api:
        api.me_user["id"]
        api.faults.take = lambda *_: 1 // 0
        assert httpx.post(f"{api.url}{TOKEN}/getMe", trust_env=False).status_code == 500


@pytest.mark.slow
def test_many_chats_ask_at_once(api: BotApi) -> None:
    chats = [api.private(api.user("x", id=2000 + number)) for number in range(200)]

    async def answer_all() -> None:
        limits = httpx.Limits(max_connections=50)
        async with httpx.AsyncClient(
            base_url=api.url + TOKEN, trust_env=False, verify=False, limits=limits
        ) as client:
            answered = 0
            offset = 0
            while answered < len(chats):
                updates = (await client.post("/getUpdates", data={"timeout": 5, "offset": offset})).json()[
                    "result"
                ]
                offset = updates[-1]["update_id"] + 1
                texts = [{"chat_id": update["message"]["chat"]["id"], "text": "ok"} for update in updates]
                await asyncio.gather(*(client.post("/sendMessage", data=text) for text in texts))
                answered += len(updates)

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(asyncio.run, answer_all())
        for chat in chats:
            chat.send("hello")
        assert all(chat.wait() for chat in chats)
        answering.result(5)


def test_python_telegram_bot_is_understood(api: BotApi, chat: Chat, later: Callable[..., Any]) -> None:
    telegram = pytest.importorskip("telegram")

    async def use() -> None:
        async with telegram.Bot(TOKEN, base_url=api.url) as bot:
            await bot.set_my_commands([("ask", "Asks")], scope=telegram.BotCommandScopeChat(chat.id))
            button = telegram.InlineKeyboardButton("More", callback_data="m", style="primary")
            await bot.send_message(
                chat.id,
                "<b>Yes</b>",
                "HTML",
                link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
                reply_parameters=telegram.ReplyParameters(1, allow_sending_without_reply=True),
                reply_markup=telegram.InlineKeyboardMarkup([[button]]),
            )
            await bot.send_document(chat.id, telegram.InputFile(io.BytesIO(b"abc"), filename="a.txt"))
            await bot.set_message_reaction(chat.id, 1, "👀")
            await bot.send_chat_action(chat.id, "typing")
            while not (updates := await bot.get_updates(timeout=5)):
                pass
            await updates[-1].inline_query.answer(
                [
                    telegram.InlineQueryResultArticle(
                        "1", "T", telegram.InputTextMessageContent("<i>x</i>", "HTML"), description="D"
                    )
                ],
                button=telegram.InlineQueryResultsButton("Ask", start_parameter="x"),
            )
            assert (await bot.get_chat(chat.id)).first_name == "Alice"
            assert await bot.set_webhook("https://example.org", secret_token="x", allowed_updates=["message"])

    asked = later(api.inline, api.users[chat.id], "q")
    asyncio.run(use())
    text, document = chat.wait(2)
    assert (text.marked("bold"), text.buttons, text.reply_to) == (["Yes"], [["More"]], 1)
    assert (text.preview, document.document.content) == ({"is_disabled": True}, b"abc")
    assert asked.result(5)["button"]["start_parameter"] == "x"
    assert api.webhook["secret_token"] == "x"


def test_sent_messages_read_well(bot: Bot, chat: Chat) -> None:
    bot.send(chat, "x", reply_markup=keyboard("A"))
    (sent,) = chat.wait()
    assert isinstance(sent, Sent)
    assert repr(sent) == "<2 by 123456: 'x', buttons [['A']], edits 0>"
