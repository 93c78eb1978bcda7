"""The chats of the test double: who may write where, and what the bot gets to see."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.telegram.chats import Chat
from tests.telegram.double.conftest import Bot, keyboard, poll
from tests.telegram.server import BotApi


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
