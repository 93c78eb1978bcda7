"""A press is answered for at once, whatever else is asked in its chat."""

import time

from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import MOODY, WHO, ask, by_bot
from tests.telegram.server import BotApi


def test_a_press_waits_for_no_question_of_another_member(api: BotApi, start: Start) -> None:
    ann, bob = api.user("Ann"), api.user("Bob")
    group = api.group("Garden", [ann, bob])
    start(command=MOODY, PAUSE="1", DOCENT_TELEGRAM__ACCESS="open")
    answer = ask(group, f"/ask {WHO}", by=bob)
    for _ in range(20):
        group.send(f"/ask {WHO}", by=ann)
    for label, told in (("[1]", ""), ("👍", "Thank you.")):
        pressed = time.monotonic()
        assert api.click(answer, label, by=bob) == told
        assert time.monotonic() - pressed < 1
    opened = group.wait_until(lambda messages: [one for one in messages if one.reply_to == answer.id])
    assert "Dora Dean" in opened[0].text
    assert len(by_bot(group)) < 10, "most of what Ann asked is still to be answered"
    mine = group.send(f"/ask {WHO}", by=bob)["message_id"]
    group.wait_until(lambda messages: [one for one in messages if one.reply_to == mine])
    assert len(by_bot(group)) < 15, "Bob did not wait for Ann"


def test_two_quick_presses_of_more_show_different_passages(api: BotApi, start: Start) -> None:
    ann = api.user("Ann")
    chat = api.private(ann)
    start(DOCENT_TELEGRAM__ACCESS="open")
    answer = ask(chat)
    for _ in range(2):
        api.click(answer, "Other passages", wait=False)
    more = chat.wait_until(lambda messages: [m for m in messages if m.reply_to == answer.id][1:] and messages)
    texts = [one.text for one in more if one.reply_to == answer.id]
    assert len(set(texts)) == 2


def test_what_is_told_of_a_press_fits_an_alert(api: BotApi, start: Start, owner: User) -> None:
    judge = api.user("J" * 64, last_name="K" * 64)
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}, {judge.id}]")
    desk, other = api.private(owner), api.private(judge)
    for chat in (desk, other):
        ask(chat, "/help")
    chat = api.private(api.user("C" * 64, id=7_000_000_001, last_name="D" * 64))
    chat.send("hello")
    requests = [one.wait_until(lambda messages: [m for m in messages if m.buttons]) for one in (desk, other)]
    (late,), (request,) = requests
    api.click(request, "Allow", by=judge)
    desk.wait_edit(late)
    told = api.click(late, data=f"allow:{chat.id}")
    assert told.startswith("C" * 64)
    assert told.endswith(" allowed …")
    assert len(told) == 200
