"""What the bot of the test double does: it sends, edits, deletes and answers queries."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.telegram import messages
from tests.telegram.chats import Chat
from tests.telegram.double.conftest import Bot, Json, keyboard, poll
from tests.telegram.server import BotApi


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


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), width % 250).save(out, "PNG")
    return out.getvalue()


def test_photos_are_kept_in_sizes_and_shown_again_by_their_ids(
    client: httpx.Client, bot: Bot, chat: Chat
) -> None:
    data = {"chat_id": str(chat.id), "caption": "Page 1"}
    sent = client.post("/sendPhoto", data=data, files={"photo": ("a.png", picture(1000, 500))}).json()[
        "result"
    ]
    assert [(one["width"], one["height"]) for one in sent["photo"]] == [
        (90, 45),
        (320, 160),
        (800, 400),
        (1000, 500),
    ]
    file_id = sent["photo"][-1]["file_id"]
    here = {"chat_id": chat.id, "message_id": sent["message_id"]}
    media = {"type": "photo", "media": file_id, "caption": "Page 1"}
    assert "is not modified: " in bot.refused("editMessageMedia", **here, media=media)
    bot("editMessageMedia", **here, media=media | {"caption": "Page 2"}, reply_markup=keyboard("A"))
    (shown,) = chat.wait()
    assert (shown.text, shown.buttons, shown.edits, shown.photo.content) == (
        "Page 2",
        [["A"]],
        1,
        picture(1000, 500),
    )
    other = {"type": "photo", "media": "attach://f"}
    fields = {name: json.dumps(value) for name, value in here.items()} | {"media": json.dumps(other)}
    assert client.post("/editMessageMedia", data=fields, files={"f": ("b.png", picture(10, 10))}).is_success
    (shown,) = chat.messages[-1:]
    assert (shown.text, shown.buttons, shown.photo.content) == ("", [], picture(10, 10))
    assert "wrong file identifier" in bot.refused("editMessageMedia", **here, media=media | {"media": "x"})
    assert "photos only" in bot.refused("editMessageMedia", **here, media=media | {"type": "video"})
    assert "to edit not found" in bot.refused("editMessageMedia", **here | {"message_id": 99}, media=media)
    for content, reason in [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (picture(5000, 5001), "PHOTO_INVALID_DIMENSIONS"),
    ]:
        refused = client.post("/sendPhoto", data=data, files={"photo": ("a.png", content)})
        assert (refused.status_code, reason in refused.json()["description"]) == (400, True)
