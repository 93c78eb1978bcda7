"""Screens go to chats, and what Telegram says against them is dealt with."""

import asyncio
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from bot.settings import load
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.persistence.state import Memory
from bot.telegram.showing.html import Message
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.delivery import Unconfirmed
from bot.telegram.transport.post import File, Place, Post, place_of
from tests.telegram.inside import GROUP, RecordingBot, kept, message

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more:1")]])
PARSE = BadRequest("Can't parse entities: unsupported start tag")
NO_THREAD = BadRequest("Message thread not found")
GONE = BadRequest("Message to edit not found")
NOT_MODIFIED = BadRequest("Message is not modified: specified new message content is the same")
HERE = Place(-5, 3, 70)


def screen(*texts: str, keyboard: InlineKeyboardMarkup | None = KEYS) -> Screen:
    return Screen([Message(f"<b>{text}</b>", text) for text in texts], keyboard)


NOTES = File("notes.txt", 4, b"data", ("notes.txt", 1))


class Office:
    def __init__(self, database: sqlite3.Connection) -> None:
        self.bot = RecordingBot()
        self.access = Access(load().telegram, database)
        self.answers = Answers(database, 30)
        self.post = Post(self.bot, self.access, self.answers, typing_lasts=0.01)  # type: ignore[arg-type]

    def send(self, place: Place, screen: Screen, **more: Any) -> tuple[int, ...]:
        return asyncio.run(self.post.send(place, screen, **more))

    def edit(self, old: tuple[int, ...], screen: Screen, **more: Any) -> tuple[int, ...]:
        return asyncio.run(self.post.edit(HERE, old, screen, **more))


@pytest.fixture
def office(database: Memory) -> Office:
    return Office(database)


# ---------------------------------------------------------------------------------------- sending


def test_a_message_replies_in_its_topic_without_a_preview_and_is_heard(office: Office):
    assert office.send(HERE, screen("hello")) == (101,)
    ((name, given),) = office.bot.calls
    assert (name, given["chat"], given["text"], given["parse_mode"]) == ("send", -5, "<b>hello</b>", "HTML")
    assert (given["message_thread_id"], given["reply_markup"], given["disable_notification"]) == (
        3,
        KEYS,
        False,
    )
    assert given["link_preview_options"].is_disabled
    assert given["reply_parameters"].message_id == 70
    assert given["reply_parameters"].allow_sending_without_reply


def test_of_several_messages_the_last_has_the_buttons_and_only_the_first_makes_a_sound(office: Office):
    assert office.send(HERE, screen("1", "2", "3")) == (101, 102, 103)
    assert office.bot.seen("text", "reply_markup", "disable_notification") == [
        ("send", "<b>1</b>", None, False),
        ("send", "<b>2</b>", None, True),
        ("send", "<b>3</b>", KEYS, True),
    ]


def test_a_silent_screen_makes_no_sound(office: Office):
    office.send(Place(7), screen("1"), silent=True)
    assert office.bot.seen("disable_notification", "message_thread_id", "reply_parameters") == [
        ("send", True, None, None)
    ]


def test_what_telegram_cannot_parse_is_sent_plain(office: Office):
    office.bot.errors["send"] = [PARSE]
    assert office.send(HERE, screen("a < b")) == (101,)
    assert office.bot.seen("text", "parse_mode", "reply_markup") == [
        ("send", "<b>a < b</b>", "HTML", KEYS),
        ("send", "a < b", None, KEYS),
    ]


def test_a_group_that_got_a_new_id_is_followed_with_all_that_is_kept(office: Office):
    office.access.decide(-5, "allowed", "Club")
    one = kept(office.answers, chat=-5)
    office.bot.errors["send"] = [None, ChatMigrated(-1005)]
    office.send(HERE, screen("1", "2", "3"))
    assert office.bot.seen("chat", "text", "message_thread_id", "reply_parameters")[2:] == [
        ("send", -1005, "<b>2</b>", None, None),
        ("send", -1005, "<b>3</b>", None, None),
    ]
    assert office.access.allows(-1005)
    assert office.answers.find(one.number, -1005) is not None


def test_where_the_topic_is_gone_the_answer_goes_to_the_group(office: Office):
    office.bot.errors["send"] = [NO_THREAD]
    office.send(HERE, screen("1", "2"))
    assert office.bot.seen("message_thread_id") == [("send", 3), ("send", None), ("send", None)]


def test_a_message_whose_receipt_was_lost_is_not_sent_again_but_the_rest_is_sent(office: Office):
    office.bot.errors["send"] = [None, Unconfirmed("lost")]
    assert office.send(HERE, screen("1", "2", "3")) == (101, 102)
    assert office.bot.seen("text") == [("send", "<b>1</b>"), ("send", "<b>2</b>"), ("send", "<b>3</b>")]


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (HERE, Forbidden("bot was blocked by the user")),
        (HERE, BadRequest("Chat not found")),
        (HERE, NetworkError("gone")),
        (Place(-5), NO_THREAD),
    ],
)
def test_other_errors_are_not_hidden(office: Office, place: Place, error: TelegramError):
    office.bot.errors["send"] = [error]
    with pytest.raises(type(error)) as caught:
        office.send(place, screen("1"))
    assert caught.value is error
    assert len(office.bot.calls) == 1


# ---------------------------------------------------------------------------------------- editing


def test_as_many_messages_are_edited_in_place(office: Office):
    assert office.edit((71, 72), screen("1", "2")) == (71, 72)
    assert office.bot.seen("message_id", "text", "reply_markup", "chat_id") == [
        ("edit", 71, "<b>1</b>", None, -5),
        ("edit", 72, "<b>2</b>", KEYS, -5),
    ]


def test_more_messages_than_before_are_sent_below(office: Office):
    assert office.edit((71,), screen("1", "2")) == (71, 101)
    assert office.bot.seen("text", "reply_markup", "disable_notification") == [
        ("edit", "<b>1</b>", None, None),
        ("send", "<b>2</b>", KEYS, True),
    ]


def test_surplus_messages_are_deleted_and_it_does_not_matter_if_they_are_gone(office: Office):
    office.bot.errors["delete"] = [BadRequest("Message to delete not found")]
    assert office.edit((71, 72, 73), screen("1")) == (71,)
    assert office.bot.seen("number", "reply_markup") == [
        ("edit", None, KEYS),
        ("delete", 72, None),
        ("delete", 73, None),
    ]


@pytest.mark.parametrize("error", [GONE, BadRequest("Message can't be edited")])
def test_where_a_message_was_deleted_the_rest_is_shown_anew(office: Office, error: BadRequest):
    office.bot.errors["edit"] = [None, error]
    assert office.edit((71, 72, 73), screen("1", "2", "3")) == (71, 101, 102)
    assert office.bot.seen("text", "number", "reply_markup")[2:] == [
        ("delete", None, 72, None),
        ("delete", None, 73, None),
        ("send", "<b>2</b>", None, None),
        ("send", "<b>3</b>", None, KEYS),
    ]


def test_an_edit_that_is_refused_otherwise_is_an_error(office: Office):
    office.bot.errors["edit"] = [BadRequest("Button_data_invalid")]
    with pytest.raises(BadRequest):
        office.edit((71, 72), screen("1"))
    assert len(office.bot.calls) == 1


def test_an_answer_shown_anew_as_a_whole_is_heard(office: Office):
    office.bot.errors["edit"] = [GONE]
    office.edit((71,), screen("1"))
    assert office.bot.seen("disable_notification")[-1] == ("send", False)


def test_an_edit_that_changes_nothing_is_no_error(office: Office):
    office.bot.errors["edit"] = [NOT_MODIFIED]
    assert office.edit((71,), screen("1")) == (71,)
    assert len(office.bot.calls) == 1


def test_an_edit_that_telegram_cannot_parse_is_made_plain(office: Office):
    office.bot.errors["edit"] = [PARSE, NOT_MODIFIED]
    assert office.edit((71,), screen("1")) == (71,)
    assert office.bot.seen("text", "parse_mode") == [("edit", "<b>1</b>", "HTML"), ("edit", "1", None)]


# ------------------------------------------------------------------------------------------ files


def test_a_file_is_sent_as_it_is(office: Office):
    asyncio.run(office.post.send_file(HERE, NOTES, "It changed."))
    ((name, given),) = office.bot.calls
    assert (name, given["chat"], given["data"]) == ("file", -5, b"data")
    assert (given["caption"], given["message_thread_id"]) == ("It changed.", 3)
    assert given["reply_parameters"].message_id == 70


def test_a_file_that_was_sent_is_sent_again_by_its_id_as_long_as_telegram_knows_it(office: Office):
    async def thrice() -> None:
        await office.post.send_file(HERE, NOTES, "")
        await office.post.send_file(HERE, NOTES, "")
        office.bot.errors["file"] = [BadRequest("Wrong file identifier/HTTP URL specified")]
        await office.post.send_file(HERE, NOTES, "")
        await office.post.send_file(HERE, replace(NOTES, key=("notes.txt", 2)), "")

    asyncio.run(thrice())
    assert office.bot.seen("data") == [
        ("file", b"data"), ("file", "id1"), ("file", "id1"), ("file", b"data"), ("file", b"data")
    ]  # fmt: skip


def test_a_file_follows_a_group_that_got_a_new_id(office: Office):
    office.bot.errors["file"] = [ChatMigrated(-1005)]
    asyncio.run(office.post.send_file(HERE, NOTES, ""))
    assert office.bot.seen("chat", "data", "message_thread_id") == [
        ("file", -5, b"data", 3),
        ("file", -1005, b"data", None),
    ]


# ----------------------------------------------------------------------------------------- typing


def test_typing_is_shown_as_long_as_it_takes_and_no_longer(office: Office):

    async def work() -> int:
        async with office.post.typing(HERE):
            await asyncio.sleep(0.055)
        shown = len(office.bot.calls)
        await asyncio.sleep(0.03)
        assert len(office.bot.calls) == shown
        return shown

    assert asyncio.run(work()) >= 3
    assert office.bot.seen("chat", "action", "message_thread_id")[0] == ("action", -5, "typing", 3)


def test_a_failure_to_show_it_is_none_and_one_at_work_is_not_hidden(office: Office):
    office.bot.errors["action"] = [Forbidden("kicked")]

    async def work() -> None:
        async with office.post.typing(HERE):
            await asyncio.sleep(0.01)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(work())


# ----------------------------------------------------------------------------------------- places


def test_a_topic_is_named_only_where_there_is_one():
    assert place_of(message("x")) == Place(7, None, 5)
    assert place_of(message("x", GROUP, message_thread_id=3)) == Place(-100, None, 5)  # a thread of replies
    assert place_of(message("x", GROUP, message_thread_id=3, is_topic_message=True)) == Place(-100, 3, 5)
