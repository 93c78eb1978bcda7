"""Questions that lean on the ones before them, and how that is taken back."""

import sqlite3
from pathlib import Path

from tests.telegram.chats import Sent, User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import CROSSING, press, reply, say

WHERE = "Where was the meeting held?"
ALONE = "Ask as typed"
WHY = "Why: how long does the crossing take?"


def searched(answer: Sent) -> str | None:
    """What the answer says that was searched for; None where it says nothing of it."""
    first = answer.text.split("\n")[0]
    shown = [ALONE] in answer.buttons
    assert first.startswith("searched for: ") == shown  # never one without the other
    return first.removeprefix("searched for: ") if shown else None


def age(state: Path, seconds: float) -> None:
    """Make all answers that were given so far older."""
    (file,) = (state / "telegram").glob("*.sqlite")
    database = sqlite3.connect(file, timeout=10)
    with database:
        database.execute("UPDATE answers SET created = created - ?", [seconds])
    database.close()


def test_a_follow_up_says_what_was_searched_for_and_can_be_taken_back(
    bot: Running, api: BotApi, owner: User
) -> None:
    chat = api.private(owner)
    assert searched(say(chat, WHERE)) is None
    asked = chat.send("and when was it?")
    (answer,) = chat.wait()
    assert answer.html.startswith("<i>searched for: When was the meeting?</i>\n")
    assert answer.buttons[-1] == [ALONE]
    assert "The meeting was held in the village hall on 3 May 2024." in answer.text
    assert press(api, answer, "[1]").marked("bold")[0] == "Minutes of the garden club"
    assert press(api, answer, "Other passages").text.startswith("Other passages.")

    before = len(chat.messages)
    assert api.click(answer, ALONE) == ""
    alone = chat.wait_edit(answer)
    assert (alone.id, alone.reply_to) == (answer.id, asked["message_id"])
    assert searched(alone) is None
    assert alone.text.startswith("The documents do not answer this.")
    assert len(chat.messages) == before  # it was edited, nothing was sent

    # What follows leans on the question as it was typed; an edit of it stays alone.
    assert searched(say(chat, "why?")) == "Why was it?"
    chat.edit(asked, "and where was it?")
    assert searched(chat.wait_edit(alone)) is None


def test_what_follows_leans_on_an_edit_that_the_bot_has_not_heard_of_yet(
    bot: Running, api: BotApi, owner: User
) -> None:
    chat = api.private(owner)
    say(chat, WHERE)
    answer = say(chat, "and when was it?")
    api.fault("editMessageText", "drop_after", times=1, seconds=3)
    assert api.click(answer, ALONE) == ""
    assert searched(chat.wait_edit(answer)) is None
    assert searched(say(chat, "why?")) == "Why was it?"


def test_an_edited_follow_up_leans_on_what_came_before_it(bot: Running, api: BotApi, owner: User) -> None:
    chat = api.private(owner)
    say(chat, WHERE)
    asked = chat.send("When?")
    (answer,) = chat.wait()
    assert searched(answer) == "When was the meeting held?"
    say(chat, CROSSING)
    chat.edit(asked, "Who attended it?")
    edited = chat.wait_edit(answer)
    assert searched(edited) == "Who attended the meeting?"
    assert searched(say(chat, "Why?")) == WHY  # the last question is the last still


def test_conversations_outlast_a_restart_and_end_with_time_or_reset(
    start: Start, api: BotApi, owner: User, tmp_path: Path
) -> None:
    admins = f"[{owner.id}]"
    running = start(DOCENT_TELEGRAM__ADMINS=admins)
    chat = api.private(owner)
    first = say(chat, WHERE)
    assert running.stop() == 0
    start(DOCENT_TELEGRAM__ADMINS=admins)
    assert searched(say(chat, "When?")) == "When was the meeting held?"

    age(tmp_path / "state", 31 * 60)
    assert searched(say(chat, "Who was there?")) is None
    assert searched(say(chat, "When?", reply_to=first)) == "When was the meeting held?"

    assert say(chat, "/reset").text == "Forgotten: I start afresh in this chat."
    assert searched(say(chat, "Why?")) is None
    assert searched(say(chat, "When?", reply_to=first)) == "When: why?"  # the first is forgotten


def test_what_is_no_question_gets_a_short_line_and_is_leant_on_by_nothing(
    bot: Running, api: BotApi, owner: User
) -> None:
    chat = api.private(owner)
    say(chat, WHERE)
    line = say(chat, "👍")
    assert line.text == "Write me a question in words, and I look for the answer in the documents."
    assert line.buttons == []
    assert searched(say(chat, "When?")) == "When was the meeting held?"


def test_a_misspelt_question_can_be_asked_as_typed(bot: Running, api: BotApi, owner: User) -> None:
    chat = api.private(owner)
    answer = say(chat, "Who atended the meting?")
    assert searched(answer) == "Who attended the meeting?"
    assert api.click(answer, ALONE) == ""
    assert searched(chat.wait_edit(answer)) is None


def test_in_groups_each_person_and_each_topic_has_a_conversation(
    start: Start, api: BotApi, owner: User
) -> None:
    ann, anonymous = api.user("Ann"), {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    group = api.group("Garden", [owner, ann])
    forum = api.group("Forum", [owner, ann], topics=True)
    kitchen = api.group("Kitchen", [owner, ann])
    allowed = f"{group.id}, {forum.id}, {kitchen.id}"
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=allowed)
    held = say(group, f"/ask {WHERE}", by=ann)
    crossing = say(group, f"/ask {CROSSING}", by=owner)
    assert searched(say(group, "/ask when?", by=ann)) == "When was the meeting held?"
    assert searched(say(group, "/ask why?", by=owner)) == WHY

    # A reply leans on what it replies to: an answer, or a question that was answered.
    assert searched(say(group, "when?", by=owner, reply_to=held)) == "When was the meeting held?"
    assert searched(say(group, "/ask why?", by=ann, reply_to=crossing.reply_to)) == WHY
    # One to what somebody said leans on nothing, nor does one of those who share an id.
    talk = group.send("The soup was good.", owner)
    assert searched(say(group, "/ask why?", by=ann, reply_to=talk)) is None
    asked = group.send_raw(
        {"text": "/ask why?", "from": anonymous, "sender_chat": group.info,
         "entities": [{"type": "bot_command", "offset": 0, "length": 4}]}, ann,
    )  # fmt: skip
    assert searched(reply(group, asked["message_id"])) is None

    topic = forum.topic("Ferries", owner)
    say(forum, f"/ask {WHERE}", by=ann)
    assert searched(say(forum, "/ask when?", by=ann, thread=topic)) is None
    say(forum, f"/ask {CROSSING}", by=ann, thread=topic)
    assert searched(say(forum, "/ask why?", by=ann, thread=topic)) == WHY
    assert searched(say(forum, "/ask when?", by=ann)) == "When was the meeting held?"

    # Anybody may take a conversation back; it stays that of who asked.
    say(kitchen, f"/ask {CROSSING}", by=owner)
    say(kitchen, f"/ask {WHERE}", by=ann)
    answer = say(kitchen, "/ask when?", by=ann)
    assert api.click(answer, ALONE, by=owner) == ""
    assert searched(kitchen.wait_edit(answer)) is None
    assert searched(say(kitchen, "/ask why?", by=ann)) == "Why: when?"
    assert searched(say(kitchen, "/ask why?", by=owner)) == WHY
