"""Each pitfall of Telegram by name: the real process over real HTTP, and what a person sees of it.

These tests talk to one bot, each in chats of its own.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.telegram.screens import HELP
from tests.conftest import LETTER, MINUTES, RECIPE
from tests.telegram.conftest import Running, Start, environment
from tests.telegram.desk import (
    FERRY,
    FOXES,
    HOLD,
    LONG_NAME,
    LONG_WORD,
    MOODY,
    PEOPLE,
    WHERE_FOXES,
    WHO,
    Canned,
    Desk,
    Line,
    answers_next,
    ask,
    attended,
    by_bot,
    said,
    until,
)
from tests.telegram.markup import units
from tests.telegram.server import WRITES, BotApi

METHODS = {
    "answerCallbackQuery",
    "answerInlineQuery",
    "deleteMessage",
    "deleteMyCommands",
    "deleteWebhook",
    "editMessageText",
    "getMe",
    "getUpdates",
    "sendChatAction",
    "sendDocument",
    "sendMessage",
    "setMyCommands",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    docs, gate = folder / "docs", folder / "gate"
    docs.mkdir()
    gate.touch()
    texts = {"minutes.md": MINUTES, "soup.txt": RECIPE, "ferry.txt": LETTER, "foxes.txt": FOXES}
    texts |= {"big.txt": "The giraffe Geraldine ate a lemon.\n", LONG_NAME: "Prunella planted parsnips.\n"}
    for name, text in texts.items():
        (docs / name).write_text(text, encoding="utf-8")
    with BotApi() as api:
        owner = api.user("Olga", id=900)
        api.private(owner)  # a chat that exists, so that its commands can be set
        given = environment(
            api,
            docs,
            folder / "state",
            GATE=str(gate),
            DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
            DOCENT_TELEGRAM__ALLOWED=str(list(range(PEOPLE[0], PEOPLE[1] + 1))),
            DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE="1000",
        )
        running = Running([sys.executable, *MOODY, "telegram"], given)
        try:
            running.wait_line("Answering as")
            yield Desk(api, owner, running, gate, docs, given)
        finally:
            running.stop()


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    """The shared bot; afterwards, every call has passed the strict server, and no traceback was logged."""
    calls, lines = len(shared.api.calls), len(shared.running.log)
    shared.refusals, shared.broken = set(), False
    yield shared
    shared.api.clear_faults()
    shared.gate.touch()
    refused = {(made.method, made.status) for made in shared.api.calls[calls:] if made.status in (400, 404)}
    assert refused <= shared.refusals, shared.running.text
    log = "\n".join(shared.running.log[lines:])
    assert shared.broken or "Traceback" not in log, log
    assert shared.running.process.poll() is None


# What is sent.


def test_too_long_a_text_is_split_before_it_is_sent_and_no_message_has_over_100_entities(desk: Desk) -> None:
    chat = desk.person()
    chat.send(WHERE_FOXES)
    parts = chat.wait(3)
    answered = chat.wait_until(lambda _: [sent for sent in parts if sent.keyboard])
    assert answered == [parts[-1]]
    assert sum(units(sent.text) for sent in parts) > 2 * 4096
    assert all(units(sent.text) <= 4096 and len(sent.entities) <= 100 for sent in parts)
    assert "".join(sent.text for sent in parts).count(LONG_WORD) == 3 * 40


@pytest.mark.parametrize("words", ["can't parse entities", "Can't parse entities", "CAN'T PARSE ENTITIES"])
def test_html_that_telegram_refuses_is_sent_again_as_the_same_text_without_styles(
    desk: Desk, words: str
) -> None:
    chat = desk.person()
    desk.refuses("sendMessage")
    description = f"Bad Request: {words}: Unsupported start tag at byte offset 7"
    desk.api.fault("sendMessage", "400", chat=chat, description=description)
    plain = ask(chat)
    styled = ask(chat)
    assert attended(plain.text)
    assert plain.text == styled.text
    assert (plain.parse_mode, plain.entities) == ("", ())
    assert styled.parse_mode == "HTML"
    assert plain.buttons == styled.buttons


def test_html_that_telegram_refuses_in_an_edit_is_shown_without_styles(desk: Desk) -> None:
    chat = desk.person()
    question = chat.send(WHO)
    answer = chat.wait()[0]
    desk.refuses("editMessageText")
    description = "Bad Request: can't parse entities: Can't find end tag"
    desk.api.fault("editMessageText", "400", chat=chat, description=description)
    chat.edit(question, FERRY)
    edited = chat.wait_edit(answer)
    assert "Hirtshals" in edited.text
    assert edited.parse_mode == ""


def test_callback_data_never_exceeds_64_bytes_however_long_names_and_questions_are(desk: Desk) -> None:
    chat = desk.person()
    for question in ("What did Prunella plant? " * 30, "/start", "/sources"):
        screen = ask(chat, question)
        assert screen.keyboard or question == "/sources"
        for row in screen.keyboard:
            assert all(len(button["callback_data"].encode()) <= 64 for button in row)


def test_a_reply_target_that_was_deleted_does_not_keep_the_answer_back(desk: Desk) -> None:
    chat = desk.person()
    with desk.held():
        question = chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
        chat.change(question["message_id"], deleted=True)
    answer = chat.wait(after=question)[0]
    assert attended(answer.text)
    assert answer.reply_to is None


def test_a_source_file_over_50_megabytes_is_not_sent_but_said(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat, "What did the giraffe Geraldine eat?")
    os.truncate(desk.docs / "big.txt", 50_000_001)
    desk.api.click(answer, "[1]")
    passage = chat.wait(2)[-1]
    desk.api.click(passage, "📄 Send the file")
    assert "larger than what bots can send (50 MB)" in chat.wait(3)[-1].text
    assert desk.api.count("sendDocument", chat) == 0


def test_a_file_of_30_megabytes_sent_to_the_bot_is_declined_without_fetching_it(desk: Desk) -> None:
    chat = desk.person()
    file = {"file_id": "f1", "file_unique_id": "u1", "file_name": "book.pdf", "file_size": 30_000_000}
    chat.send_raw({"document": file})
    assert "only text" in chat.wait()[0].text
    assert desk.api.count("getFile") == 0


# Buttons.


def test_message_is_not_modified_is_swallowed(desk: Desk) -> None:
    chat = desk.person()
    listed = ask(chat, "/sources")
    desk.refuses("editMessageText")
    assert desk.api.click(listed, data="list:0") == ""
    desk.api.wait_call("editMessageText", chat=chat)
    answers_next(chat)
    assert len(said(chat)) == 2


def test_an_expired_callback_is_swallowed_and_its_button_still_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = desk.person()
    answer = ask(chat)
    monkeypatch.setattr(desk.api, "callback_lifetime", -1.0)
    desk.refuses("answerCallbackQuery")
    desk.api.click(answer, "[1]", wait=False)
    assert "Dora Dean" in chat.wait(2)[-1].text
    assert [made.status for made in desk.api.wait_call("answerCallbackQuery", chat=chat)] == [400]


@pytest.mark.parametrize(
    "data",
    ["bogus", "cite:", "cite:x:y", "cite:1", "walk:1:1", "list:x", "allow:x", "cite:999999999999999999999:1"],
)
def test_an_unknown_callback_is_acknowledged_and_does_nothing(desk: Desk, data: str) -> None:
    chat = desk.person()
    answer = ask(chat)
    desk.api.click(answer, data=data)
    answers_next(chat)
    assert len(said(chat)) == 2


def test_a_callback_is_acknowledged_before_the_work(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat, HOLD)
    with desk.held():
        desk.api.click(answer, "More")
        assert chat.messages[-1].id == answer.id
    assert chat.wait(2)[-1].buttons


def test_a_button_of_an_inaccessible_message_works(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat)
    desk.api.click(answer, "[1]", inaccessible=True)
    assert "Dora Dean" in chat.wait(2)[-1].text


# Flood control and pace.


def test_flood_control_of_one_chat_is_waited_for_and_stalls_no_other(desk: Desk) -> None:
    limited, free = desk.person("Lily"), desk.person("Fred")
    desk.api.fault("sendMessage", "429", chat=limited, retry_after=3)
    limited.send(WHO)
    desk.api.wait_call("sendMessage", chat=limited)
    limited.send(FERRY)
    started = time.monotonic()
    ask(free)
    assert time.monotonic() - started < 2
    first, second = limited.wait(2, after=0)
    assert attended(first.text)
    assert "Hirtshals" in second.text
    refused, *delivered = desk.api.wait_call("sendMessage", 3, chat=limited)
    assert [made.status for made in (refused, *delivered)] == [429, 200, 200]
    assert delivered[0].at - refused.at >= 3


def test_flood_control_of_typing_does_not_delay_the_answer(desk: Desk) -> None:
    chat = desk.person()
    desk.api.fault("sendChatAction", "429", chat=chat, retry_after=30)
    with desk.held():
        chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
    assert attended(chat.wait(timeout=5)[0].text)


def test_a_group_gets_20_messages_a_minute_and_its_chat_actions_and_edits_count(desk: Desk) -> None:
    chatty, edited, other = desk.group("Chatty"), desk.group("Edited"), desk.person()
    for _ in range(22):
        chatty.send("/help", chatty.members[-1])
    questions = [edited.send(f"/ask {WHO}", edited.members[-1]) for _ in range(5)]
    answers = edited.wait(5, after=questions[0])
    for question, answer in zip(questions[:4], answers[:4], strict=True):  # 1 + 5 * 2 + 4 * 2 calls so far
        edited.edit(question, f"/ask {FERRY}")
        edited.wait_edit(answer)
    for _ in range(3):
        edited.send("/help", edited.members[-1])
    desk.api.wait_call("sendMessage", 20, chat=chatty)
    started = time.monotonic()
    ask(other)
    assert time.monotonic() - started < 2
    with pytest.raises(AssertionError):  # the 21st would come after three seconds from a leaking bucket
        desk.api.wait_call("sendMessage", 21, timeout=4, chat=chatty)
    for group in (chatty, edited):
        assert 18 <= sum(made.chat == group.id for made in desk.api.calls) <= 20
    assert said(edited).count(HELP[:20]) < 3


def test_all_chats_together_get_30_messages_a_second(desk: Desk) -> None:
    chats = [desk.person(f"P{i}") for i in range(75)]
    started = time.monotonic()
    for chat in chats:
        chat.send("/help")
    for chat in chats:
        chat.wait()
    calls = [made.at for made in desk.api.calls if made.method in WRITES and made.at >= started]
    assert len(calls) == 75
    assert max(sum(at <= other < at + 1 for other in calls) for at in calls) <= 45  # some are jitter


# What gets lost on the way.


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [("drop_after", True), ("drop_before", False), ("garbage", True), ("garbage", False), ("500", True)],
)
def test_a_message_whose_reply_is_lost_is_not_sent_again(desk: Desk, kind: str, accepted: bool) -> None:
    chat = desk.person()
    desk.api.fault("sendMessage", kind, chat=chat, accepted=accepted)
    question = chat.send(WHO)
    desk.api.wait_call("sendMessage", chat=chat)
    answers_next(chat)
    assert desk.api.count("sendMessage", chat) == 2
    shown = [text for text in said(chat) if attended(text)]
    assert len(shown) == accepted
    desk.running.wait_line(f"unconfirmed chat={chat.id}")
    if accepted:
        answer = chat.wait(after=question)[0]
        desk.api.click(answer, "[1]")
        assert "Dora Dean" in chat.wait(2)[-1].text
        assert desk.api.click(answer, "👍") == "Thank you."


def test_a_lost_reply_to_the_first_part_does_not_keep_back_the_others(desk: Desk) -> None:
    chat = desk.person()
    desk.api.fault("sendMessage", "drop_after", chat=chat)
    chat.send(WHERE_FOXES)
    parts = chat.wait(3)
    answers_next(chat)
    assert "".join(said(chat)).count(LONG_WORD) == 3 * 40
    assert desk.api.count("sendMessage", chat) == len(parts) + 1
    assert parts[-1].buttons


def test_a_request_for_access_reaches_the_owner_although_the_reply_to_the_outsider_is_lost(
    desk: Desk,
) -> None:
    office = desk.api.private(desk.owner)
    answers_next(office)
    outsider = desk.api.private(desk.api.user("Oscar", id=77_000))
    desk.api.fault("sendMessage", "drop_after", chat=outsider)
    outsider.send("hello")
    assert "Oscar (id 77000) asks for access" in office.wait(2)[-1].text


def test_a_message_that_a_gateway_refused_is_sent_again_exactly_once(desk: Desk) -> None:
    chat = desk.person()
    desk.api.fault("sendMessage", "502", chat=chat)
    desk.api.faults.add(Canned("sendMessage", "502", 1, chat.id, {}))
    assert attended(ask(chat).text)
    answers_next(chat)
    assert [made.status for made in desk.api.wait_call("sendMessage", chat=chat)] == [502, 503, 200, 200]
    assert len(said(chat)) == 2


def test_a_hanging_request_ends_with_the_connection_and_stalls_no_other_chat(desk: Desk) -> None:
    chat, other = desk.person("Hanna"), desk.person("Otto")
    desk.api.fault("sendMessage", "hang", chat=chat, seconds=3)
    chat.send(WHO)
    until(lambda: desk.api.count("sendMessage", chat))
    assert attended(ask(other).text)
    assert desk.api.count("sendMessage", chat, status=0) == 0
    answers_next(chat)
    assert len(said(chat)) == 1


@pytest.mark.slow
def test_a_request_that_hangs_for_ever_is_given_up_and_the_bot_goes_on(desk: Desk) -> None:
    chat = desk.person()
    desk.api.fault("sendMessage", "hang", chat=chat)
    chat.send(WHO)
    chat.send("/help")
    chat.wait(timeout=30)
    assert said(chat) == [HELP[:20]]


def test_a_poll_outage_is_survived(desk: Desk) -> None:
    chat = desk.person()
    for kind in ("502", "drop_after", "garbage"):
        desk.api.fault("getUpdates", kind)
    until(lambda: desk.api.count("getUpdates", status=502))
    chat.send(WHO)
    assert attended(chat.wait(timeout=20)[0].text)
    answers_next(chat)
    assert len(said(chat)) == 2


def test_an_update_that_cannot_be_read_and_json_of_another_shape_do_not_deafen_the_bot(desk: Desk) -> None:
    chat = desk.person()
    polls = desk.api.count("getUpdates")
    desk.api.faults.add(Canned("getUpdates", "502", 1, None, {}, 200, "[]"))
    unreadable = desk.api.queue("message", {"message_id": 5, "chat": chat.info})
    chat.send(WHO)
    try:
        assert attended(chat.wait()[0].text)
    finally:
        desk.api.updates.waiting.clear()
    desk.running.wait_line(f"unreadable update={unreadable['update_id']}")
    assert desk.api.count("getUpdates") < polls + 10


def test_a_connection_that_is_refused_is_waited_for_at_the_start_and_with_an_answer(
    api: BotApi, start: Start, tmp_path: Path
) -> None:
    line, gate = Line(int(api.url.split(":")[2].partition("/")[0])), tmp_path / "gate"
    chat = api.private(api.user("Alice"))
    running = start(
        ready=False,
        command=MOODY,
        GATE=str(gate),
        DOCENT_TELEGRAM__BASE_URL=f"http://127.0.0.1:{line.port}/bot",
        DOCENT_TELEGRAM__ACCESS="open",
    )
    running.wait_line("retry method=getMe")
    line.join()
    running.wait_line("Answering as")
    chat.send(HOLD)
    api.wait_call("sendChatAction", chat=chat)
    line.cut()
    gate.touch()
    running.wait_line("retry method=sendMessage")
    line.join()
    assert attended(chat.wait(timeout=20)[0].text)
    assert running.stop() == 0
    assert len(said(chat)) == 1
    assert "Traceback" not in running.text
    line.cut()


# Updates.


def test_an_update_that_comes_twice_is_answered_once(desk: Desk) -> None:
    chat = desk.person()
    ask(chat)
    number = desk.api.updates.history[-1]["update_id"]
    for _ in range(3):
        desk.api.redeliver(number)
    desk.running.wait_line(f"duplicate update={number}")
    answers_next(chat)
    assert len(said(chat)) == 2


def test_an_edited_question_edits_its_answer_even_while_that_is_worked_on(desk: Desk) -> None:
    chat = desk.person()
    with desk.held():
        question = chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
        chat.edit(question, FERRY)
    answer = chat.wait_until(lambda messages: [sent for sent in messages if "Hirtshals" in sent.text])[0]
    assert answer.reply_to == question["message_id"]
    chat.edit(question, FERRY)  # Telegram sends an edit also where only the preview changed
    answers_next(chat)
    assert len(said(chat)) == 2
    assert chat.get(answer).edits == 1


def test_an_edited_command_is_not_carried_out_again(desk: Desk) -> None:
    chat = desk.person()
    ask(chat, "/help")
    chat.edit(chat.messages[0], "/help please")
    ask(chat)
    assert len(said(chat)) == 2


def test_questions_of_one_chat_are_answered_in_order_and_those_of_others_meanwhile(desk: Desk) -> None:
    chats = [desk.person(name) for name in ("Ada", "Ben", "Cleo", "Dan", "Eve")]
    with desk.held():
        asked = [
            [chat.send(text)["message_id"] for text in (HOLD, FERRY, WHO, "/help")] for chat in chats[:2]
        ]
        asked += [[chat.send(text)["message_id"] for text in (FERRY, WHO, "/help")] for chat in chats[2:]]
        for chat in chats[2:]:
            chat.wait(3, after=0)
        assert not said(chats[0])
    for chat, questions in zip(chats, asked, strict=True):
        chat.wait_until(lambda _, chat=chat, most=questions: len(by_bot(chat)) == len(most))
        assert [sent.reply_to for sent in by_bot(chat)] == questions


def test_slow_questions_keep_neither_the_event_loop_nor_other_questions_waiting(desk: Desk) -> None:
    busy, other = [desk.person(f"Busy{i}") for i in range(6)], desk.person()
    with desk.held():
        for chat in busy:
            chat.send(HOLD)
            desk.api.wait_call("sendChatAction", chat=chat)
        started = time.monotonic()
        answers_next(other)
        assert time.monotonic() - started < 2
        assert attended(ask(other).text)
        assert not any(map(said, busy))
    for chat in busy:
        assert attended(chat.wait()[0].text)


def test_an_error_in_handling_is_said_once_and_not_tried_again(desk: Desk) -> None:
    chat = desk.person()
    desk.broken = True
    sorry = ask(chat, "please crash")
    assert "went wrong" in sorry.text
    desk.api.redeliver()
    answers_next(chat)
    assert len(said(chat)) == 2


# People and groups.


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


def test_nothing_but_known_methods_is_called_and_no_group_gets_more_than_its_pace(shared: Desk) -> None:
    calls = shared.api.calls
    assert {made.method for made in calls} <= METHODS
    assert not [made for made in calls if made.status == 404]
    pace = shared.api.pace(60, {*WRITES, "sendChatAction"})
    assert {chat: most for chat, most in pace.items() if chat and chat < 0 and most > 20} == {}
    assert shared.api.token not in shared.running.text
    for chat in shared.api.chats.values():
        for sent in chat.messages:
            for button in (button for row in sent.keyboard for button in row):
                assert len(button["callback_data"].encode()) <= 64
