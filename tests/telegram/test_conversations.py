"""What people and the bot say to each other in private chats: questions, buttons, edits, order."""

import json
from pathlib import Path

import pytest

from tests.conftest import LETTER, MINUTES
from tests.telegram.chats import Chat, Sent, User
from tests.telegram.conftest import Running, Start
from tests.telegram.desk import until
from tests.telegram.markup import units
from tests.telegram.server import BotApi
from tests.telegram.talks import (
    ATTENDED,
    ATTENDED_ANSWER,
    ATTENDEES,
    CROSSING,
    CROSSING_ANSWER,
    STOCK,
    STOCK_QUOTE,
    docent,
    heard,
    press,
    say,
    turn,
)

HELD = "-m", "tests.telegram.held_bot"
GONE = "This answer is no longer kept. Please ask again."


def test_an_answer_has_quotes_sources_and_buttons_that_open_them(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    admins = f"[{owner.id}]"
    running = start(DOCENT_TELEGRAM__ADMINS=admins)
    chat = api.private(owner)
    asked = chat.send(ATTENDED)
    (answer,) = chat.wait()
    assert answer.html == ATTENDED_ANSWER
    assert answer.buttons == [["[1]"], ["Other passages", "👍", "👎"]]
    assert answer.reply_to == asked["message_id"]
    assert answer.preview == {"is_disabled": True}
    assert not answer.silent

    opened = press(api, answer, "[1]")
    assert opened.html == (
        "<b>Minutes of the garden club</b> · minutes.md\n"
        "<i>[1] · Attendance, paragraph 1</i>\n"
        "<blockquote>The meeting was held in the village hall on 3 May 2024.</blockquote>\n"
        f"<b>Attendance</b>\n<b>{ATTENDEES}</b> Dora Dean sent her apologies.\n"
        "<blockquote><b>Decisions</b>\n"
        "The club bought a new greenhouse for 900 euros. It will stand behind the school.</blockquote>"
    )
    assert (opened.silent, opened.reply_to) == (True, answer.id)
    assert opened.buttons == [["◀", "▶"], ["📄 Send the file"]]
    last = turn(api, opened, "▶")
    assert last.id == opened.id
    assert last.text.startswith("Minutes of the garden club · minutes.md\n[1] · Decisions, paragraph 1\n")
    assert last.buttons == [["◀"], ["📄 Send the file"]]
    first = turn(api, turn(api, last, "◀"), "◀")
    assert first.marked("italic") == ["[1] · paragraph 1"]
    assert first.marked("bold") == ["Minutes of the garden club", "Attendance"]  # the quote stands elsewhere
    assert first.buttons == [["▶"], ["📄 Send the file"]]
    assert turn(api, first, "▶").html == opened.html

    file = press(api, opened, "📄 Send the file")
    assert file.document is not None
    assert (file.document.name, file.document.content) == ("minutes.md", MINUTES.encode())
    assert (file.text, file.silent, file.reply_to) == ("", True, opened.id)

    more = press(api, answer, "Other passages")
    assert more.buttons == [["[2]", "[3]", "[4]"], ["Other passages"]]
    assert [quote[:4] for quote in more.marked("blockquote")] == ["[2] ", "[3] ", "[4] "]
    assert (more.silent, more.reply_to) == (True, answer.id)
    rest = press(api, more, "Other passages")
    assert rest.buttons == [["[5]"]]
    assert api.click(more, "Other passages") == "That is all I found."
    assert chat.messages[-1] == rest
    quotes = {quote[4:] for sent in (answer, more, rest) for quote in sent.marked("blockquote")}
    assert len(quotes) == 5

    number = answer.keyboard[-1][-1]["callback_data"].removeprefix("bad:")
    assert api.click(answer, "👍") == "Thank you."
    until(lambda: chat.get(answer).buttons[-1] == ["Other passages", "👍 ✓", "👎"])
    assert api.click(answer, data=f"bad:{number}") == "Thank you. I am sorry that I did not do better."
    until(lambda: chat.get(answer).buttons[-1] == ["Other passages", "👍", "👎 ✓"])
    (line,) = docent(docs, tmp_path, "feedback", "export").splitlines()
    judged = json.loads(line)
    assert (judged["question"], judged["verdict"], judged["kind"]) == (ATTENDED, "bad", "review")
    assert (judged["searched_for"], judged["evidence"]) == (ATTENDED, [])
    assert judged["quoted"][0] == {
        "source": "minutes.md",
        "start": MINUTES.index(ATTENDEES),
        "end": MINUTES.index(ATTENDEES) + len(ATTENDEES),
        "quote": ATTENDEES,
    }

    assert running.stop() == 0
    start(DOCENT_TELEGRAM__ADMINS=admins)
    assert press(api, answer, "[1]").html == opened.html
    assert press(api, more, "[2]").marked("italic")[0].startswith("[2] ")
    assert api.click(answer, "Other passages") == "That is all I found."
    assert api.click(answer, "👍") == "Thank you."
    until(lambda: chat.get(answer).buttons[-1] == ["Other passages", "👍 ✓", "👎"])
    assert json.loads(docent(docs, tmp_path, "feedback", "export"))["verdict"] == "good"

    before = chat.messages[-1].id
    assert say(chat, "/reset").text == "Forgotten: I start afresh in this chat."
    for label in ("[1]", "Other passages", "👍 ✓"):
        assert api.click(chat.get(answer), label) == GONE
    assert api.click(opened, "📄 Send the file") == GONE
    assert len(heard(chat, api, before)) == 1


LONG = " ".join(f"word{number:02}{'x' * 294}" for number in range(16)) + " closes the saga."
TOGETHER = [f"Delegate {name * 450} attended the summit." for name in "ABCDEFGHIJKLMNOPQRSTUVWXY"]
MARKUP = "The sign said <b>Tom &amp; Jerry</b> & 😀👨‍👩‍👧 </blockquote> in letters of gold."


def test_long_answers_and_markup_keep_every_word(start: Start, api: BotApi, owner: User, docs: Path) -> None:
    (docs / "saga.txt").write_text(LONG, encoding="utf-8")
    (docs / "summit.txt").write_text("\n\n".join(TOGETHER), encoding="utf-8")
    (docs / "sign <i>&amp;.txt").write_text(MARKUP, encoding="utf-8")
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)

    sign = say(chat, "What did the sign say in letters of gold?")
    assert sign.marked("blockquote")[0] == f"[1] {MARKUP}"
    assert "sign <i>&amp;.txt" in sign.text
    assert press(api, sign, "[1]").marked("bold")[-1] == MARKUP
    assert units(LONG) > 4096

    asked = chat.send("Which word closes the saga?")
    first, *_ = messages = chat.wait(2)
    check_parts(messages, asked["message_id"])
    parts = [quote for sent in messages for quote in sent.marked("expandable_blockquote")]
    assert " ".join(parts).startswith(f"[1] {LONG}")  # Telegram trims the space where it is cut
    assert first.buttons == []
    opened = press(api, messages[-1], "[1]")
    assert opened.marked("bold")[1].startswith("word00")

    asked = chat.send("Who attended the summit?")
    chat.wait_until(lambda messages: messages[-1].buttons)
    messages = [sent for sent in chat.messages if sent.id > asked["message_id"]]
    check_parts(messages, asked["message_id"])
    numbered = [[f"[{number}]" for number in range(first, first + 5)] for first in (1, 6, 11, 16, 21)]
    assert messages[-1].buttons == [*numbered[:2], ["15 more quotes", "👍", "👎"]]
    text = "\n".join(sent.text for sent in messages)
    more = ["15 more quotes", "5 more quotes", "Other passages"]
    for label, next_label, page in zip(more, more[1:], (numbered[2:4], numbered[4:]), strict=False):
        assert api.click(messages[-1], label) == ""
        last = messages[-1]
        chat.wait_until(lambda messages, last=last: messages[-1] != last and messages[-1].buttons)
        messages = [sent for sent in chat.messages if sent.id > last.id]
        assert messages[-1].buttons == [*page, [next_label]]
        text += "\n" + "\n".join(sent.text for sent in messages)
    for number, quote in enumerate(TOGETHER, 1):
        assert f"[{number}] {quote}\n" in text


def check_parts(messages: list[Sent], asked: int) -> None:
    """All parts of an answer reply to the question; the last has the buttons, the first the sound."""
    assert len(messages) > 1
    assert {sent.reply_to for sent in messages} == {asked}
    assert [bool(sent.buttons) for sent in messages] == [False] * (len(messages) - 1) + [True]
    assert [sent.silent for sent in messages] == [False] + [True] * (len(messages) - 1)


def test_an_edited_question_changes_its_answer_in_place(
    start: Start, api: BotApi, owner: User, docs: Path
) -> None:
    (docs / "saga.txt").write_text(LONG, encoding="utf-8")
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    chat = api.private(owner)
    asked = chat.send(ATTENDED)
    (answer,) = chat.wait()
    opened = press(api, answer, "[1]")

    chat.edit(asked, CROSSING)
    edited = chat.wait_edit(answer)
    assert edited.html == CROSSING_ANSWER
    chat.edit(asked, CROSSING)
    chat.edit(asked, f"/ask {CROSSING}")
    assert say(chat, "/help").text.startswith("Just write your question")
    assert chat.get(answer) == edited
    assert heard(chat, api)[:2] == [edited.text, opened.text]

    # What was opened before goes on showing the document of the earlier answer.
    walked = turn(api, opened, "▶")
    assert walked.text.startswith("Minutes of the garden club · minutes.md\n[1] · Decisions, paragraph 1")

    # To a long answer and back.
    chat.edit(asked, "Which word closes the saga?")
    first = chat.wait_edit(edited)
    assert first.buttons == []
    chat.wait_until(lambda messages: messages[-1].buttons[-1:] == [["Other passages", "👍", "👎"]])
    rest = [sent for sent in chat.messages if sent.reply_to == asked["message_id"]][1:]
    assert rest
    chat.edit(asked, CROSSING)
    assert chat.wait_edit(first).html == CROSSING_ANSWER
    chat.wait_until(lambda messages: not {sent.id for sent in rest} & {sent.id for sent in messages})
    assert chat.get(answer).buttons == [["[1]"], ["Other passages", "👍", "👎"]]

    # The answer was deleted by a person: there is a new one.
    chat.change(answer.id, deleted=True)
    last = chat.messages[-1]
    chat.edit(asked, STOCK)
    (anew,) = chat.wait(after=last)
    assert anew.marked("blockquote")[0] == f"[1] {STOCK_QUOTE}"
    assert anew.reply_to == asked["message_id"]
    chat.edit(asked, CROSSING)
    assert chat.wait_edit(anew).html == CROSSING_ANSWER


def test_what_is_not_found_has_changed_or_is_old_is_told_apart(
    bot: Running, api: BotApi, owner: User, docs: Path
) -> None:
    chat = api.private(owner)
    near = say(chat, "Which planet has rings?")
    assert near.text.split("\n")[:4] == [
        "The documents do not answer this.",
        "",
        "The nearest passages, which are not an answer:",
        near.marked("blockquote")[0],
    ]
    assert near.buttons == [
        ["[1]"],
        ["Other passages"],
        ["I expected an answer"],
    ]  # the only one with a bearing
    assert "confidence" not in near.text
    more = press(api, near, "Other passages")
    assert more.buttons == [["[2]", "[3]", "[4]"], ["Other passages"]]
    opened = press(api, more, "[4]")
    assert more.marked("blockquote")[2][4:] in opened.marked("bold")
    rest = press(api, more, "Other passages")
    assert rest.buttons == [["[5]"]]
    assert api.click(near, "Other passages") == "That is all I found."

    # Messages that Telegram no longer shows to bots; other chats; made-up buttons.
    answer = say(chat, CROSSING)
    last = chat.messages[-1]
    api.click(answer, "[1]", inaccessible=True)
    (opened,) = chat.wait(after=last)
    assert opened.marked("bold") == ["letters/ferry.txt", "The crossing takes two days."]
    assert opened.buttons == [["📄 Send the file"]]

    data = answer.keyboard[0][0]["callback_data"]
    number = data.split(":")[1]
    assert api.click(answer, data=f"cite:{number}:99") == GONE
    assert api.click(answer, data="cite:99:1") == GONE
    group = api.group("Others", [owner])
    say(api.private(owner), f"/allow {group.id}")
    other = say(group, f"/ask {STOCK}", by=owner)
    assert api.click(other, data=data, by=owner) == GONE

    # A document is edited, then deleted.
    answer = say(chat, CROSSING)
    letter = docs / "letters" / "ferry.txt"
    letter.write_text(f"PS\n\n{LETTER}", encoding="utf-8")
    warning = "⚠ letters/ferry.txt changed since it was indexed; the quotes are from the earlier text."
    again = say(chat, CROSSING)
    assert again.text.split("\n")[-2:] == [warning, "confidence 37%"]
    assert press(api, answer, "[1]").text.split("\n")[-1] == warning
    file = press(api, answer, "[1]")
    file = press(api, file, "📄 Send the file")
    assert file.document is not None and file.document.content == letter.read_bytes()
    assert file.text == warning.removeprefix("⚠ ")
    letter.unlink()
    opened = press(api, answer, "[1]")
    assert (
        press(api, opened, "📄 Send the file").text == "The file letters/ferry.txt is gone or cannot be read."
    )


@pytest.mark.slow
def test_chats_are_answered_side_by_side_and_in_order(
    start: Start, api: BotApi, owner: User, tmp_path: Path
) -> None:
    held = tmp_path / "ask"
    start(command=HELD, HELD=str(tmp_path), DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]")
    people = [owner, api.user("Ann"), api.user("Ben")]
    desk = api.private(owner)
    for person in people[1:]:
        say(desk, f"/allow {person.id}")
    questions = [ATTENDED, CROSSING, STOCK, "Which planet has rings?", "What did the club buy?"]
    slow = api.private(people[0])
    api.fault("sendMessage", "slow", times=1, chat=slow, seconds=2)
    asked: dict[Chat, list[int]] = {}
    for person in people:
        chat = api.private(person)
        asked[chat] = [chat.send(question)["message_id"] for question in questions]
    for chat in reversed(asked):
        answers = chat.wait(len(questions))
        assert [answer.reply_to for answer in answers] == asked[chat]
        assert [answer.text for answer in answers] == heard(api.private(people[2]), api)
    times = {person.id: api.private(person).messages[-1].at for person in people}
    assert max(times[people[1].id], times[people[2].id]) < times[people[0].id]

    # The bot types while it looks for an answer.
    chat, forum = api.private(api.user("Carl")), api.group("Forum", [owner], topics=True)
    topic = forum.topic("Ferries", owner)
    for allowed in (chat, forum):
        say(desk, f"/allow {allowed.id}")
    held.touch()
    chat.send(CROSSING)
    forum.send(f"/ask {CROSSING}", owner, thread=topic)
    first, again = api.wait_call("sendChatAction", 2, chat=chat)
    assert first.params == {"chat_id": str(chat.id), "action": "typing"}
    assert 4 < again.at - first.at < 5.5  # Telegram shows it for five seconds
    (in_topic, *_) = api.wait_call("sendChatAction", 2, chat=forum)
    assert in_topic.params == {
        "chat_id": str(forum.id),
        "action": "typing",
        "message_thread_id": str(topic),
    }
    assert heard(chat, api) == heard(forum, api) == []
    held.unlink()
    assert chat.wait()[0].html == CROSSING_ANSWER
    (answer,) = forum.wait()
    assert (answer.html, answer.thread) == (CROSSING_ANSWER, topic)
    assert (api.count("sendChatAction", chat), api.count("sendChatAction", forum)) == (2, 2)
