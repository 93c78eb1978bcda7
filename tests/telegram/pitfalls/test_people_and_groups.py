"""Each pitfall of Telegram by name, on a real process over real HTTP, as a person sees it:
people and groups.
"""

import sys

import pytest

from tests.telegram.conftest import Running
from tests.telegram.desk import (
    FERRY,
    HOLD,
    MOODY,
    WHO,
    Desk,
    answers_next,
    ask,
    attended,
    said,
)


def test_a_person_who_blocks_the_bot_is_logged_and_disturbs_nobody(desk: Desk) -> None:
    chat, other = desk.person("Bea"), desk.person("Olaf")
    with desk.held():
        chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
        desk.api.block(chat.members[0])
    desk.running.wait_line(f"blocked chat={chat.id}")
    assert attended(ask(other).text)
    assert desk.api.count("sendMessage", chat) == 1
    desk.api.unblock(chat.members[0])
    assert attended(ask(chat).text)


def test_a_group_that_became_a_supergroup_keeps_its_access_and_its_buttons(desk: Desk) -> None:
    old = desk.group(basic=True)
    member = old.members[-1]
    before = ask(old, f"/ask {WHO}", member)
    button = before.keyboard[0][0]["callback_data"]
    new = desk.api.migrate(old)
    after = ask(new, f"/ask {FERRY}", member)
    assert "Hirtshals" in after.text
    desk.api.click(after, data=button, by=member)
    assert "Dora Dean" in new.wait(2)[-1].text


def test_an_answer_to_a_group_that_migrated_meanwhile_arrives_once_in_the_new_one(desk: Desk) -> None:
    old = desk.group(basic=True)
    member = old.members[-1]
    desk.refuses("sendMessage")
    with desk.held():
        old.send(f"/ask {HOLD}", member)
        desk.api.wait_call("sendChatAction", chat=old)
        new = desk.api.migrate(old)
    answer = new.wait()[0]
    assert attended(answer.text)
    desk.api.click(answer, "[1]", by=member)
    assert "Dora Dean" in new.wait(2)[-1].text
    answers_next(new, member)
    assert ["confidence" in text for text in said(new)].count(True) == 1
    assert not any(map(attended, said(old)))


def test_a_question_in_the_new_supergroup_is_let_in_before_the_old_group_is_done(desk: Desk) -> None:
    old = desk.group(basic=True)
    member = old.members[-1]
    desk.refuses("sendMessage")
    with desk.held():
        old.send(f"/ask {HOLD}", member)
        desk.api.wait_call("sendChatAction", chat=old)
        new = desk.api.migrate(old)
        assert "Hirtshals" in ask(new, f"/ask {FERRY}", member).text
    new.wait_until(lambda _: any(map(attended, said(new))))


def test_an_edit_in_the_new_supergroup_never_overwrites_what_had_the_same_ids_in_the_old(desk: Desk) -> None:
    old = desk.group(basic=True)
    member = old.members[-1]
    asked = old.send(f"/ask {WHO}", member)
    before = old.wait()[0]
    new = desk.api.migrate(old)
    while (last := new.messages[-1].id) < asked["message_id"] - 1:
        new.send("chatter", member)
        assert new.messages[-1].id > last
    question = new.send("/help", member)
    told = new.wait()[0]
    assert (question["message_id"], told.id) == (asked["message_id"], before.id)
    new.edit(question, f"/ask {FERRY}")
    new.wait_until(lambda _: any("Hirtshals" in text for text in said(new)))
    assert new.get(told).text == told.text


def test_topics_are_answered_in_their_topic_and_a_deleted_one_in_the_group(desk: Desk) -> None:
    forum = desk.group("Forum", topics=True)
    member = forum.members[-1]
    topic = forum.topic("Garden", member)
    question = forum.send(f"/ask {WHO}", member, thread=topic)
    answer = forum.wait(after=question)[0]
    assert (answer.thread, answer.reply_to) == (topic, question["message_id"])
    assert desk.api.wait_call("sendChatAction", chat=forum)[0].params["message_thread_id"] == str(topic)
    desk.api.click(answer, "[1]", by=member)
    assert forum.wait(2, after=question)[-1].thread == topic
    desk.refuses("sendMessage")
    desk.refuses("sendChatAction")
    desk.refuses("sendDocument")
    with desk.held():
        held = forum.send(f"/ask {HOLD}", member, thread=topic)
        desk.api.wait_call("sendChatAction", 2, chat=forum)
        del forum.topics[topic]
    answer = forum.wait(after=held)[0]
    assert attended(answer.text)
    assert answer.thread is None
    passage = forum.get(forum.messages[-3])
    assert passage.thread == topic
    desk.api.click(passage, "📄 Send the file", by=member)
    assert forum.wait(2, after=held)[-1].document


def test_a_reply_in_a_plain_supergroup_is_not_taken_for_a_topic(desk: Desk) -> None:
    group = desk.group()
    member = group.members[-1]
    answer = ask(group, f"/ask {WHO}", member)
    question = group.send(FERRY, member, reply_to=answer)
    assert question["message_thread_id"]
    assert group.wait()[0].reply_to == question["message_id"]
    made = desk.api.wait_call("sendMessage", 3, chat=group)[-1]
    assert "message_thread_id" not in made.params


@pytest.mark.parametrize("privacy", [True, False])
def test_in_groups_it_answers_only_what_is_meant_for_it_with_privacy_mode_or_without(
    desk: Desk, privacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk.api.me, "can_read_all_group_messages", not privacy)
    group = desk.group()
    member = group.members[-1]
    group.send(WHO, member)
    group.send("/ask@another_bot what?", member)
    group.send("/unknown", member)
    group.send("hello @somebody_else", member)
    asked = [group.send(f"/ask {WHO}", member), group.send(f"@docent_test_bot {FERRY}", member)]
    answers = group.wait(2, after=asked[0])
    asked.append(group.send(WHO, member, reply_to=answers[0]))
    answers = group.wait(3, after=asked[0])
    assert [sent.reply_to for sent in answers] == [message["message_id"] for message in asked]
    assert len(said(group)) == 4  # with the owner's /allow


def test_a_second_bot_with_the_same_state_refuses_to_start(desk: Desk) -> None:
    introduced = desk.api.count("getMe")
    second = Running([sys.executable, *MOODY, "telegram"], desk.environment)
    assert second.wait() == 1
    assert second.log[-1] == "docent: This bot is already running on this machine. Stop it first."
    assert "Traceback" not in second.text
    assert desk.api.count("getMe") == introduced
    assert attended(ask(desk.person()).text)
