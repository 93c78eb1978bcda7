"""The test double itself: what it accepts, what it refuses, and what can be made to go wrong."""

import asyncio
import io
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from tests.telegram import messages
from tests.telegram.chats import Chat, Sent
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


# Requests.


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


# Chats.


def test_people_write_and_the_bot_answers(api: BotApi, bot: Bot) -> None:
    alice = api.user("Alice", username="alice_a")
    chat = api.private(alice)
    assert (alice.id, chat.id) == (1001, 1001)
    message = chat.send("/ask@docent_test_bot 😀 to @someone, not /to/ a@mail.org")
    entities = [(entity["type"], entity["offset"], entity["length"]) for entity in message["entities"]]
    assert entities == [("bot_command", 0, 20), ("mention", 27, 8)]
    assert poll(bot) == [message]
    assert message["from"]["username"] == message["chat"]["username"] == "alice_a"
    reply = {"message_id": message["message_id"]}
    bot.send(chat, "<b>Yes</b>", parse_mode="HTML", reply_parameters=reply, disable_notification=True)
    (sent,) = chat.wait()
    assert (sent.text, sent.html, sent.reply_to, sent.silent) == (
        "Yes",
        "<b>Yes</b>",
        message["message_id"],
        True,
    )
    assert sent.marked("bold") == ["Yes"]
    assert chat.messages[-1] == sent
    again = chat.send("thanks", reply_to=sent)
    assert again["reply_to_message"]["text"] == "Yes"
    assert "reply_to_message" not in again["reply_to_message"]
    edited = chat.edit(again, "thank you")
    assert poll(bot) == [again, edited]
    assert [message.text for message in chat.messages][1:] == ["Yes", "thank you"]
    with pytest.raises(AssertionError, match="thank you"):
        chat.wait(timeout=0.01)


def test_waiting_ends_as_soon_as_the_bot_has_answered(
    bot: Bot, chat: Chat, later: Callable[..., Any]
) -> None:
    waiting = later(chat.wait, 2)
    first = bot.send(chat, "one")
    bot.send(chat, "two")
    assert [sent.text for sent in waiting.result(5)] == ["one", "two"]
    (two,) = chat.wait(after=first)
    edited = later(chat.wait_edit, two)
    bot("editMessageText", chat_id=chat.id, message_id=two.id, text="three", reply_markup=keyboard("A"))
    assert (edited.result(5).text, edited.result().buttons, two.text) == ("three", [["A"]], "two")


def test_anything_may_be_sent(api: BotApi, bot: Bot, chat: Chat) -> None:
    document = {"file_id": "x", "file_unique_id": "y", "file_size": 30_000_000}
    chat.send_raw({"document": document, "caption": "/ask this"})
    (update,) = poll(bot)
    assert update["document"] == document
    assert update["caption_entities"][0]["type"] == "bot_command"


def test_a_reply_needs_its_target(bot: Bot, chat: Chat) -> None:
    missing = {"message_id": 99}
    refusal = bot.refused("sendMessage", chat_id=chat.id, text="x", reply_parameters=missing)
    assert refusal == "400 Bad Request: message to be replied not found"
    bot.send(chat, "x", reply_parameters=missing | {"allow_sending_without_reply": True})
    (sent,) = chat.wait()
    assert sent.reply_to is None
    quote = {"message_id": sent.id, "quote": "y"}
    assert "QUOTE_TEXT" in bot.refused("sendMessage", chat_id=chat.id, text="x", reply_parameters=quote)


def test_a_bot_is_never_the_first_to_write(api: BotApi, bot: Bot) -> None:
    bob = api.user("Bob", id=77)
    first = "403 Forbidden: bot can't initiate conversation with a user"
    assert bot.refused("sendMessage", chat_id=77, text="x") == first
    chat = api.private(bob)
    assert bot.refused("sendMessage", chat_id=77, text="x") == first
    chat.send("hello")
    bot.send(chat, "x")
    api.block(bob)
    assert bot.refused("sendMessage", chat_id=77, text="x") == "403 Forbidden: bot was blocked by the user"
    assert poll(bot)[-1]["new_chat_member"]["status"] == "kicked"
    api.unblock(bob)
    bot.send(chat, "x")


def test_privacy_mode_hides_what_is_not_meant_for_the_bot(api: BotApi, bot: Bot) -> None:
    alice = api.user("Alice")
    group = api.group("Club", members=[alice], added_by=alice)
    assert [update.get("new_chat_members") for update in poll(bot)] == [None, [api.me_user]]
    bot.send(group, "I am here")
    (mine,) = group.wait(after=0)
    hidden = [
        group.send(text, alice) for text in ("hello", "/ask@other_bot x", "@other_bot x", "a@docent_test_bot")
    ]
    seen = [
        group.send("/ask x", alice),
        group.send("/ask@Docent_Test_Bot x", alice),
        group.send("what, @docent_test_bot?", alice),
        group.send("why?", alice, reply_to=mine),
    ]
    group.send("because", alice, reply_to=hidden[0])
    assert poll(bot) == seen
    assert len(group.messages) == 11
    api.me["can_read_all_group_messages"] = True
    assert poll(bot) == [] == poll(bot)
    group.edit(group.send("hello", alice), "hello all")
    assert [update["text"] for update in poll(bot)] == ["hello", "hello all"]
    api.kick(group, alice)
    group.send("/ask", alice)
    assert [update["new_chat_member"]["status"] for update in poll(bot)] == ["kicked"]
    assert "kicked from the supergroup" in bot.refused("sendMessage", chat_id=group.id, text="x")
    with pytest.raises(ValueError, match="by="):
        group.send("x")


def test_topics_are_named_by_their_thread(api: BotApi, bot: Bot) -> None:
    alice = api.user("Alice")
    forum = api.group("Club", members=[alice], topics=True)
    soup = forum.topic("Soup")
    asked = forum.send("/ask", alice, thread=soup)
    assert (asked["is_topic_message"], asked["message_thread_id"]) == (True, soup)
    assert asked["reply_to_message"]["forum_topic_created"]["name"] == "Soup"
    bot.send(forum, "x", message_thread_id=soup, reply_parameters={"message_id": asked["message_id"]})
    (sent,) = forum.wait()
    assert (sent.thread, sent.reply_to) == (soup, asked["message_id"])
    assert forum.send("/more", alice, reply_to=sent)["message_thread_id"] == soup
    assert "thread not found" in bot.refused(
        "sendMessage", chat_id=forum.id, text="x", message_thread_id=1000
    )
    plain = api.group("Plain", members=[alice])
    reply = plain.send("/why", alice, reply_to=plain.send("/ask", alice))
    assert "is_topic_message" not in reply
    thread = reply["message_thread_id"]  # Telegram gives one, and then does not take it
    assert "thread not found" in bot.refused(
        "sendMessage", chat_id=plain.id, text="x", message_thread_id=thread
    )


def test_groups_migrate(api: BotApi, bot: Bot) -> None:
    group = api.group("Club", members=[api.user("Alice")], basic=True)
    new = api.migrate(group)
    assert (group.info["type"], new.info["type"]) == ("group", "supergroup")
    there, here = poll(bot)
    assert (there["chat"]["id"], there["migrate_to_chat_id"]) == (group.id, new.id)
    assert (here["chat"]["id"], here["migrate_from_chat_id"]) == (new.id, group.id)
    answer = bot.client.post("/sendMessage", json={"chat_id": group.id, "text": "x"}).json()
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    bot.send(new, "x")


# What the bot does to messages.


def test_edits_are_checked(bot: Bot, chat: Chat) -> None:
    number = bot.send(chat, "<b>x</b>", parse_mode="HTML", reply_markup=keyboard("A", "B"))
    same = {"chat_id": chat.id, "message_id": number, "text": "<strong>x</strong>", "parse_mode": "HTML"}
    assert "is not modified: " in bot.refused("editMessageText", **same, reply_markup=keyboard("A", "B"))
    bot("editMessageText", **same)
    (sent,) = chat.wait()
    assert (sent.buttons, sent.edits) == ([], 1)
    bot("editMessageReplyMarkup", chat_id=chat.id, message_id=number, reply_markup=keyboard("C"))
    assert chat.wait_edit(sent).buttons == [["C"]]
    assert "to edit not found" in bot.refused("editMessageText", **same | {"message_id": 99})
    assert "can't be edited" in bot.refused("editMessageText", **same | {"message_id": 1})
    assert "keyboard expected" in bot.refused("editMessageText", **same, reply_markup={"force_reply": True})
    bot("deleteMessage", chat_id=chat.id, message_id=number)
    assert "to edit not found" in bot.refused("editMessageText", **same)
    assert "to delete not found" in bot.refused("deleteMessage", chat_id=chat.id, message_id=number)
    assert [message.id for message in chat.messages] == [1]
    assert chat.get(number).deleted


def test_a_bot_deletes_only_its_own_messages_in_groups(api: BotApi, bot: Bot) -> None:
    alice = api.user("Alice")
    group = api.group("Club", members=[alice])
    theirs = group.send("/ask", alice)["message_id"]
    assert "can't be deleted" in bot.refused("deleteMessage", chat_id=group.id, message_id=theirs)
    bot("deleteMessage", chat_id=group.id, message_id=bot.send(group, "x"))


def test_files_are_kept(client: httpx.Client, bot: Bot, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"chat_id": str(chat.id), "caption": "<i>all of it</i>", "parse_mode": "HTML"}
    assert client.post("/sendDocument", data=data, files={"document": ("a.txt", b"abc")}).is_success
    attached = client.post(
        "/sendDocument", data=data | {"document": "attach://f"}, files={"f": ("b.txt", b"\x00")}
    )
    assert attached.json()["result"]["document"]["file_name"] == "b.txt"
    first, second = chat.wait(2)
    assert (first.document.name, first.document.content, first.text) == ("a.txt", b"abc", "all of it")
    assert (first.marked("italic"), second.document.content) == (["all of it"], b"\x00")
    for wrong, files in [
        (data | {"caption": "x" * 1025}, {"document": ("a.txt", b"abc")}),
        (data, {"document": ("a.txt", b"")}),
        (data | {"document": "attach://g"}, {"f": ("b.txt", b"\x00")}),
        (data, {}),
    ]:
        assert client.post("/sendDocument", data=wrong, files=files).status_code == 400
    monkeypatch.setattr(messages, "MAX_FILE", 1000)
    big = {"document": ("a.txt", b"x" * 1001)}
    assert client.post("/sendDocument", data=data, files=big).status_code == 413
    assert "no text in the message" in bot.refused(
        "editMessageText", chat_id=chat.id, message_id=first.id, text="x"
    )


def test_actions_and_reactions_are_checked(api: BotApi, bot: Bot, chat: Chat) -> None:
    constants = pytest.importorskip("telegram.constants")
    for action in constants.ChatAction:
        bot("sendChatAction", chat_id=chat.id, action=action)
    known = {emoji.replace(messages.VARIATION, "") for emoji in constants.ReactionEmoji}
    assert known == set(messages.REACTIONS.split())
    hearts = [{"type": "emoji", "emoji": "❤️‍🔥"}]
    bot("setMessageReaction", chat_id=chat.id, message_id=1, reaction=hearts)
    assert chat.messages[0].reactions == ("❤️‍🔥",)
    bot("setMessageReaction", chat_id=chat.id, message_id=1)
    assert chat.messages[0].reactions == ()
    assert "parameter action" in bot.refused("sendChatAction", chat_id=chat.id, action="thinking")
    tick = [{"type": "emoji", "emoji": "✅"}]
    assert "REACTION_INVALID" in bot.refused(
        "setMessageReaction", chat_id=chat.id, message_id=1, reaction=tick
    )
    assert "react not found" in bot.refused("setMessageReaction", chat_id=chat.id, message_id=9)
    assert bot("getChat", chat_id=chat.id)["first_name"] == "Alice"
    assert bot.refused("getChat", chat_id=5) == "400 Bad Request: chat not found"


def test_commands_are_kept_by_scope_and_language(api: BotApi, bot: Bot, chat: Chat) -> None:
    ask = [{"command": "ask", "description": "Asks"}]
    bot("setMyCommands", commands=ask)
    bot(
        "setMyCommands",
        commands=json.dumps(ask),
        scope={"type": "chat", "chat_id": chat.id},
        language_code="de",
    )
    menus = {'{"type": "default"}', f'{{"chat_id": {chat.id}, "language_code": "de", "type": "chat"}}'}
    assert api.commands == {menu: {"ask": "Asks"} for menu in menus}
    bot("deleteMyCommands")
    assert len(api.commands) == 1
    for name, description in [("Ask", "x"), ("a" * 33, "x"), ("", "x"), ("ask", ""), ("ask", "x" * 257)]:
        wrong = [{"command": name, "description": description}]
        assert "BOT_COMMAND" in bot.refused("setMyCommands", commands=wrong)
    assert "INVALID" in bot.refused("setMyCommands", commands=ask * 2)
    assert "TOO_MUCH" in bot.refused("setMyCommands", commands=ask * 101)
    nowhere = {"type": "chat", "chat_id": 5}
    assert "chat not found" in bot.refused("setMyCommands", commands=ask, scope=nowhere)
    assert "can't parse" in bot.refused("setMyCommands", commands=ask, scope={"type": "all"})
    bot("setMyDescription", description="x")
    bot("setMyShortDescription", short_description="y")
    assert api.descriptions == {("description", ""): "x", ("short_description", ""): "y"}
    assert "too long" in bot.refused("setMyShortDescription", short_description="y" * 121)


# Queries.


def test_clicks_are_answered_once(api: BotApi, bot: Bot, chat: Chat, later: Callable[..., Any]) -> None:
    bot.send(chat, "x", reply_markup=keyboard("More", "Less"))
    (sent,) = chat.wait()
    clicked = later(api.click, sent, "More")
    (query,) = poll(bot, timeout=5)
    assert (query["data"], query["message"]["text"], query["from"]["id"]) == ("more", "x", chat.id)
    assert "MESSAGE_TOO_LONG" in bot.refused(
        "answerCallbackQuery", callback_query_id=query["id"], text="x" * 201
    )
    bot("answerCallbackQuery", callback_query_id=query["id"], text="here")
    assert clicked.result(5) == "here"
    assert api.calls[-1].chat == chat.id
    late = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert bot.refused("answerCallbackQuery", callback_query_id=query["id"]) == late
    assert bot.refused("answerCallbackQuery", callback_query_id="1") == late
    api.callback_lifetime = 0
    assert api.click(sent, "Less", wait=False) == ""
    assert bot.refused("answerCallbackQuery", callback_query_id=poll(bot)[0]["id"]) == late
    api.click(sent, data="gone", wait=False, inaccessible=True)
    (query,) = poll(bot)
    assert (query["data"], query["message"]["date"]) == ("gone", 0)
    with pytest.raises(AssertionError, match="'Other'"):
        api.click(sent, "Other")
    with pytest.raises(AssertionError, match="no answer"):
        api.click(sent, "More", timeout=0.01)
    bot("getUpdates", allowed_updates=["message"])
    with pytest.raises(AssertionError, match="did not ask"):
        api.click(sent, "More")


def article(**fields: Any) -> Json:
    content = {"message_text": "<b>x</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": "1", "title": "T", "input_message_content": content} | fields


def test_inline_queries_are_answered(api: BotApi, bot: Bot, later: Callable[..., Any]) -> None:
    asked = later(api.inline, api.user("Alice"), "soup")
    (query,) = poll(bot, timeout=5)
    assert query["query"] == "soup"
    given = {"inline_query_id": query["id"], "results": [article()]}
    button = {"text": "Ask", "start_parameter": "a-b"}
    for wrong, why in [
        ({"results": [article(id=str(number)) for number in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article(id="é" * 33)]}, "RESULT_ID_INVALID"),
        ({"results": [article(title="")]}, '"title"'),
        ({"results": [article(input_message_content={})]}, "input_message_content"),
        ({"results": [article(input_message_content={"message_text": " "})]}, "text is empty"),
        ({"results": [article(colour="red")]}, "other fields"),
        ({"results": [article(reply_markup={"inline_keyboard": [[{"text": "x"}]]})]}, "unallowed"),
        ({"button": button | {"start_parameter": "a b"}}, "START_PARAM_INVALID"),
        ({"button": {"text": "Ask"}}, "button"),
    ]:  # fmt: skip
        assert why in bot.refused("answerInlineQuery", **given | wrong)
    bot("answerInlineQuery", **given, button=button, is_personal=True, cache_time=5)
    answer = asked.result(5)
    assert (answer["button"], answer["is_personal"], answer["cache_time"]) == (button, True, 5)
    (result,) = answer["results"]
    assert result["input_message_content"]["text"] == "x"
    assert "too old" in bot.refused("answerInlineQuery", **given)


# Updates.


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


# Faults.


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


# The server.


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
